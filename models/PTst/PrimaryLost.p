// primary-lost, promoted-then-lost: the primary's disk is gone, a secondary is promoted and goes on with a new node at the
// old primary's place; then that one may be lost as well.

machine PrimaryLost {
  var w: tWorld;
  var quorum: int;

  start state Script {
    entry {
      var secondaries: set[int];
      var variant: int;
      variant = choose(3);
      if (variant == 0) {
        w = Build(this, 2, Pick(0, 1));
        secondaries = Single(1);
        quorum = 1;
      } else if (variant == 1) {
        w = Build(this, 3, Pick(0, 1));
        secondaries = Set2(1, 2);
        quorum = Pick(1, 2);
      } else {
        w = Build(this, 4, 0);
        secondaries = Set3(1, 2, 3);
        quorum = 2;
      }
      StartAll(w, secondaries, quorum);
      Trouble(w, 4, 1);
      w = Submit(w, 1);
      if (!AwaitSome(w, 20)) {
        Settle(w);
        return;
      }
      if (variant == 2) {
        Trouble(w, 0, 0);
        Rounds(w, 4);
      }
      w = Submit(w, 2);
      PassSome(w, 6);
      secondaries = Replace(0, secondaries);
      if (variant == 2) {
        w = Submit(w, 1);
        Rounds(w, Pick(0, 2));
        PassSome(w, 6);
        Replace(address, secondaries);
      }
      w = Submit(w, 1);
      Settle(w);
    }
  }

  var address: int;

  // The primary is lost; the first of its secondaries that can be promoted takes over, with a new node at the old place.
  fun Replace(old: int, secondaries: set[int]): set[int] {
    var place, tries: int;
    var rest, next: set[int];
    if ($) {
      Cut(w, Single(old), secondaries);
      PassSome(w, 4);
    }
    w = Lose(w, old);
    Trouble(w, Pick(0, 2), Pick(0, 1));
    while (tries < 3) {
      rest = secondaries;
      while (sizeof(rest) > 0) {
        place = choose(rest);
        rest -= (place);
        next = secondaries;
        next -= (place);
        next += (old);
        Promote(w, place, old, false);
        if (StartPrimary(w, place, next, quorum)) {
          Public(w, place);
          address = place;
          StartSecondary(w, old, place);
          return next;
        }
        StartSecondary(w, place, old);
      }
      tries = tries + 1;
    }
    return secondaries;
  }
}

test param (fault in [0, 9, 17, 25, 26]) tcPrimaryLost [main = PrimaryLost]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped,
    EverythingCommitted in (union Log, { PrimaryLost });
