// The set of secondaries changes: one joins, or one is replaced by another; on the way the primary is lost. The operator may
// promote one node, or both that look like the secondary.

machine RosterChange {
  var w: tWorld;
  var leader: int;

  start state Script {
    entry {
      var joins: bool;
      var quorum: int;
      var secondaries: set[int];
      joins = $;
      quorum = 1;
      w = Build(this, 4, 0);
      StartPrimary(w, 0, Single(1), 1);
      StartSecondary(w, 1, 0);
      w = Submit(w, 2);
      if (!Await(w, 10)) {
        Settle(w);
        return;
      }
      Trouble(w, Pick(0, 4), Pick(0, 1));
      if ($) {
        Cut(w, Single(0), Single(1));
      }
      Order(w.hosts[0], eKill, null);
      StartSecondary(w, 2, 0);
      secondaries = Single(2);
      if (joins) {
        secondaries += (1);
      }
      StartPrimary(w, 0, secondaries, quorum);
      PassSome(w, 4);
      if ($) {
        Cut(w, Single(0), Single(1));
      }
      w = Submit(w, 2);
      PassSome(w, 8);
      w = Lose(w, 0);
      leader = -1;
      Trouble(w, Pick(0, 2), 0);
      if ($) {
        Cut(w, Single(1), Single(2));
      }
      Try(1);
      PassSome(w, 3);
      Try(2);
      w = Submit(w, 1);
      PassSome(w, 8);
      Trouble(w, 0, 0);
      Rounds(w, 2);
      if (leader < 0) {
        Try(1);
        Try(2);
        Try(1);
        Try(2);
      }
      w = Submit(w, 1);
      Settle(w);
    }
  }

  // Promotes the node at 1 or 2, with a fresh secondary and, if it is there, the other of the two.
  fun Try(place: int) {
    if (leader == place) {
      return;
    }
    Promote(w, place, 0, false);
    if (StartPrimary(w, place, Single(3), 1)) {
      leader = place;
      Order(w.hosts[3], eKill, null);
      StartSecondary(w, 3, place);
      Public(w, place);
    } else {
      StartSecondary(w, place, 0);
    }
  }
}

// A secondary joins while the one that is there is out of reach; then the primary is lost, and the one that was there is
// promoted, which may not know of the other.
machine SecondaryJoins {
  start state Script {
    entry {
      var w: tWorld;
      w = Build(this, 4, 0);
      StartAll(w, Single(1), 1);
      w = Submit(w, 1);
      Await(w, 10);
      Rounds(w, 2);
      Order(w.hosts[0], eKill, null);
      StartPrimary(w, 0, Set2(1, 2), 1);
      Rounds(w, Pick(1, 2));
      Cut(w, Single(0), Single(1));
      StartSecondary(w, 2, 0);
      Rounds(w, 2);
      w = Submit(w, 1);
      Rounds(w, 3);
      w = Lose(w, 0);
      if ($) {
        Cut(w, Single(1), Single(2));
      }
      Promote(w, 1, 0, false);
      if (!StartPrimary(w, 1, Single(3), 1)) {
        Trouble(w, 0, 0);
        Promote(w, 1, 0, false);
        StartPrimary(w, 1, Single(3), 1);
      }
      StartSecondary(w, 3, 1);
      Public(w, 1);
      w = Submit(w, 1);
      PassSome(w, 6);
      Settle(w);
    }
  }
}

test param (fault in [0, 7]) tcSecondaryJoins [main = SecondaryJoins]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped,
    EverythingCommitted in (union Log, { SecondaryJoins });

test param (fault in [0, 6, 8]) tcRosterChange [main = RosterChange]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped
    in (union Log, { RosterChange });
