// A primary without a secondary: what it has said is on its own disk before it says it, and after a restore from an older
// copy a witness tells it so (primary-restored-old-alone).

machine Alone {
  start state Script {
    entry {
      var w: tWorld;
      var none: set[int];
      w = Build(this, 1, Pick(0, 1));
      StartPrimary(w, 0, none, 0);
      Trouble(w, 1, 2);
      w = Submit(w, 2);
      PassSome(w, 4);
      w = Submit(w, 1);
      PassSome(w, 4);
      Order(w.hosts[0], eKill, null);
      StartPrimary(w, 0, none, 0);
      w = Submit(w, 1);
      Settle(w);
    }
  }
}

machine AloneRestored {
  start state Script {
    entry {
      var w: tWorld;
      var none: set[int];
      w = Build(this, 1, 1);
      StartPrimary(w, 0, none, 0);
      w = Submit(w, 1);
      Await(w, 4);
      Order(w.hosts[0], eBackup, null);
      w = Submit(w, Pick(1, 2));
      Await(w, 8);
      Rounds(w, 3);
      Order(w.hosts[0], eKill, null);
      Order(w.hosts[0], eRestore, $);
      StartPrimary(w, 0, none, 0);
      w = Submit(w, 2);
      Settle(w);
    }
  }
}

// A leaf under a signed head changes on the disk of a primary without a secondary.
machine AloneCorrupt {
  start state Script {
    entry {
      var w: tWorld;
      var none: set[int];
      w = Build(this, 1, 0);
      StartPrimary(w, 0, none, 0);
      w = Submit(w, 2);
      Await(w, 6);
      Order(w.hosts[0], eCorrupt, choose(2));
      w = Submit(w, 1);
      PassSome(w, 4);
      Order(w.hosts[0], eKill, null);
      StartPrimary(w, 0, none, 0);
      w = Submit(w, 1);
      Settle(w);
    }
  }
}

test param (fault in [0, 23, 24]) tcAlone [main = Alone]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped,
    EverythingCommitted in (union Log, { Alone });

test param (fault in [0, 19, 21]) tcAloneRestored [main = AloneRestored]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped
    in (union Log, { AloneRestored });

test param (fault in [0, 20]) tcAloneCorrupt [main = AloneCorrupt]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped
    in (union Log, { AloneCorrupt });
