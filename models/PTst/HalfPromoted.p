// A promotion is given up half way: the old primary has stored the record, the other secondary, which alone holds the last
// leaf, has not. The node is started as a secondary again. Later the promotion is run again, and goes on.

machine HalfPromoted {
  start state Script {
    entry {
      var w: tWorld;
      var none: set[int];
      w = Build(this, 3, Pick(0, 1));
      StartAll(w, Set2(1, 2), 1);
      w = Submit(w, 1);
      Await(w, 10);
      Rounds(w, 2);
      Order(w.hosts[1], eKill, null);
      w = Submit(w, 1);
      Await(w, 10);
      Rounds(w, 2);
      Cut(w, Single(1), Single(2));
      Promote(w, 1, 0, true);
      Order(w.hosts[1], eStart, (primary = false, config = Config(w, Set2(0, 2), 1, 0)));
      PassSome(w, 8);
      if (Leads(w, 1) || $) {
        Public(w, 1);
      }
      PassSome(w, 4);
      Trouble(w, 0, 0);
      Promote(w, 1, 0, true);
      StartPrimary(w, 1, Set2(0, 2), 1);
      Public(w, 1);
      Order(w.hosts[0], eKill, null);
      Follow(w, 0, 1);
      w = Submit(w, 1);
      Settle(w);
    }
  }
}

test param (fault in [0, 28, 29, 30, 38]) tcHalfPromoted [main = HalfPromoted]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped,
    EverythingCommitted in (union Log, { HalfPromoted });
