// double-promotion: two of three secondaries are promoted, each by an operator who takes the other for lost. At most one can
// sign; afterwards the log goes on with it.

machine DoublePromotion {
  var w: tWorld;

  start state Script {
    entry {
      var primary: int;
      w = Build(this, 4, 0);
      StartAll(w, Set3(1, 2, 3), 2);
      w = Submit(w, 1);
      if (!Await(w, 10)) {
        Settle(w);
        return;
      }
      Rounds(w, 2);
      w = Submit(w, 2);
      PassSome(w, 4);
      w = Lose(w, 0);
      Trouble(w, Pick(0, 2), Pick(0, 1));
      // The two do not see each other; both see the third.
      Cut(w, Single(1), Single(2));
      First(1, 2);
      PassSome(w, 4);
      if ($) {
        Rounds(w, 2);
        Cut(w, Single(1), Set2(2, 3));
        w = Submit(w, 1);
        PassSome(w, 4);
      }
      First(2, 1);
      w = Submit(w, 1);
      PassSome(w, 6);
      Trouble(w, 0, 0);
      PassSome(w, 6);
      primary = Resolve();
      Public(w, primary);
      w = Submit(w, 1);
      Settle(w);
    }
  }

  // Promotes the node at one place, with the one at the other declared lost, and may start it.
  fun First(place: int, other: int) {
    var lost: set[int];
    lost = w.lost;
    w.lost += (NodeAt(w, other));
    Promote(w, place, 0, $);
    if (StartPrimary(w, place, Set2(0, 3), Pick(1, 2))) {
      Public(w, place);
    } else {
      StartSecondary(w, place, 0);
    }
    StartSecondary(w, 0, place);
    w.lost = lost;
  }

  // Everything is reachable again. The operator looks who is a primary that may sign, and if nobody is, promotes one node
  // after the other until one is.
  fun Resolve(): int {
    var place, tries: int;
    Rounds(w, 2);
    while (tries < 12) {
      place = (1 + tries) % 4;
      if (tries >= 4) {
        Promote(w, place, 0, true);
        StartPrimary(w, place, Without(Places(w), Single(place)), 2);
      }
      if (Leads(w, place)) {
        Gather(place);
        return place;
      }
      StartSecondary(w, place, 0);
      tries = tries + 1;
    }
    return 0;
  }

  // All others become secondaries of the primary; what they have beyond its tree was never committed, and is dropped.
  fun Gather(primary: int) {
    var place: int;
    Order(w.hosts[primary], eKill, null);
    StartPrimary(w, primary, Without(Places(w), Single(primary)), 2);
    Rounds(w, 2);
    foreach (place in Without(Places(w), Single(primary))) {
      Order(w.hosts[place], eKill, null);
      Rejoin(w, place, primary);
      StartSecondary(w, place, primary);
    }
  }
}

test param (fault in [0, 5, 10, 37]) tcDoublePromotion [main = DoublePromotion]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped,
    EverythingCommitted in (union Log, { DoublePromotion });
