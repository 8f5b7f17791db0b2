// partitioned-promotion: the operator promotes while the old primary is alive, but cut off from the node that is promoted;
// it may still reach the other secondaries, the witnesses and the submitters. Later the partition heals.

machine Partitioned {
  var w: tWorld;

  start state Script {
    entry {
      var others, lonely: set[int];
      var quorum: int;
      if ($) {
        w = Build(this, 3, Pick(0, 1));
        others = Single(2);
        quorum = Pick(1, 2);
      } else {
        w = Build(this, 4, 0);
        others = Set2(2, 3);
        quorum = 2;
      }
      StartAll(w, Union(Single(1), others), quorum);
      w = Submit(w, 1);
      if (!Await(w, 10)) {
        Settle(w);
        return;
      }
      w = Submit(w, 1);
      PassSome(w, 2);
      // The old primary is on one side, with one of the others if there are two and it is declared lost.
      Cut(w, Single(0), Union(Single(1), others));
      w = Submit(w, 1);
      PassSome(w, 3);
      if (sizeof(others) == 2 && $) {
        Trouble(w, 0, 0);
        Cut(w, Set2(0, 3), Set2(1, 2));
        w.lost += (NodeAt(w, 3));
      }
      PassSome(w, 2);
      Promote(w, 1, 0, $);
      secondaries = Union(Single(0), others);
      if ($) {
        Lead(secondaries, quorum);
        if ($) {
          Public(w, 1);
        }
        w = Submit(w, 1);
        PassSome(w, 5);
      }
      Reunite(others);
      w = Submit(w, 1);
      PassSome(w, 6);
      Lead(secondaries, quorum);
      Public(w, 1);
      PassSome(w, 3);
      // The operator puts everything in order.
      Trouble(w, 0, 0);
      w.lost = default(set[int]);
      Order(w.hosts[0], eKill, null);
      Order(w.hosts[1], eKill, null);
      if (!StartPrimary(w, 1, secondaries, quorum)) {
        Promote(w, 1, 0, true);
        StartPrimary(w, 1, secondaries, quorum);
      }
      Follow(w, 0, 1);
      w = Submit(w, 1);
      Settle(w);
    }
  }

  var secondaries: set[int];

  // Starts the promoted node; as a secondary, if the promotion was refused.
  fun Lead(next: set[int], quorum: int) {
    if (!StartPrimary(w, 1, next, quorum)) {
      StartSecondary(w, 1, 0);
    }
  }

  // First a part of the places hear of each other again; secondaries may have been started afresh.
  fun Reunite(others: set[int]) {
    var place: int;
    Trouble(w, 0, 0);
    foreach (place in others) {
      if ($) {
        Order(w.hosts[place], eKill, null);
        StartSecondary(w, place, 0);
      }
    }
    if ($) {
      Cut(w, Single(1), Union(Single(0), others));
    } else if ($) {
      Cut(w, Single(1), Single(0));
    }
  }
}

// The partition heals while the submitters still turn to the old primary.
machine PartitionHeals {
  start state Script {
    entry {
      var w: tWorld;
      w = Build(this, 3, Pick(0, 1));
      StartAll(w, Set2(1, 2), Pick(1, 2));
      w = Submit(w, 1);
      Await(w, 10);
      Rounds(w, 2);
      Cut(w, Single(0), Set2(1, 2));
      w = Submit(w, choose(2));
      Promote(w, 1, 0, false);
      StartPrimary(w, 1, Set2(0, 2), 1);
      PassSome(w, 3);
      Trouble(w, 0, 0);
      Rounds(w, 2);
      w = Submit(w, 1);
      PassSome(w, 6);
      Public(w, 1);
      Order(w.hosts[0], eKill, null);
      Follow(w, 0, 1);
      w = Submit(w, 1);
      Settle(w);
    }
  }
}

test param (fault in [0, 1]) tcPartitionHeals [main = PartitionHeals]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped,
    EverythingCommitted in (union Log, { PartitionHeals });

test param (fault in [0, 2, 3]) tcPartitioned [main = Partitioned]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped,
    EverythingCommitted in (union Log, { Partitioned });
