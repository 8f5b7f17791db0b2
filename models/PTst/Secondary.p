// secondary-restored-old: a secondary is put back to an older copy; nothing beyond what it holds is signed meanwhile.
// It may be lost, or be the one that is promoted: that is refused, or undone, because a witness, another secondary, or the old
// primary's own directory knows of more.

machine SecondaryRestoredOld {
  start state Script {
    entry {
      var w: tWorld;
      w = Build(this, 2, 1);
      StartAll(w, Single(1), 1);
      w = Submit(w, 2);
      Await(w, 10);
      Order(w.hosts[1], eBackup, null);
      w = Submit(w, 2);
      PassSome(w, 6);
      Order(w.hosts[1], eKill, null);
      Order(w.hosts[1], eRestore, true);
      Trouble(w, Pick(0, 2), Pick(0, 1));
      StartSecondary(w, 1, 0);
      w = Submit(w, 1);
      PassSome(w, 6);
      Settle(w);
    }
  }
}

machine OldCopyPromoted {
  start state Script {
    entry {
      var w: tWorld;
      var witnesses: int;
      witnesses = Pick(0, 1);
      w = Build(this, 3, witnesses);
      StartAll(w, Single(1), 1);
      w = Submit(w, 1);
      Await(w, 10);
      Order(w.hosts[1], eBackup, null);
      w = Submit(w, 2);
      Await(w, 10);
      Rounds(w, 3);
      Order(w.hosts[0], eKill, null);
      Order(w.hosts[1], eKill, null);
      Order(w.hosts[1], eRestore, true);
      Promote(w, 1, 0, false);
      // With a witness that is refused. Without one the old primary, which is to be the new secondary, refuses to be cut.
      if (StartPrimary(w, 1, Single(0), 1)) {
        Follow(w, 0, 1);
      }
      w = Submit(w, 1);
      PassSome(w, 8);
      Rounds(w, 3);
    }
  }
}

// The promoted copy gets a fresh secondary, and the witness, which the promotion has asked, may be away when it starts.
machine OldCopyLeads {
  start state Script {
    entry {
      var w: tWorld;
      w = Build(this, 3, 1);
      StartAll(w, Single(1), 1);
      w = Submit(w, 1);
      Await(w, 10);
      Order(w.hosts[1], eBackup, null);
      w = Submit(w, Pick(1, 2));
      Await(w, 10);
      Rounds(w, 3);
      Order(w.hosts[0], eKill, null);
      Order(w.hosts[1], eKill, null);
      Order(w.hosts[1], eRestore, true);
      Promote(w, 1, 0, false);
      Order(w.hosts[1], eTrouble, (cut = Single(100), messages = 0, crashes = 0));
      if (StartPrimary(w, 1, Single(2), 1)) {
        StartSecondary(w, 2, 1);
        Public(w, 1);
      }
      w = Submit(w, 1);
      Rounds(w, 4);
    }
  }
}

// diverged-secondary: a leaf changes on a secondary's disk.
machine DivergedSecondary {
  start state Script {
    entry {
      var w: tWorld;
      w = Build(this, 2, 0);
      StartAll(w, Single(1), 1);
      w = Submit(w, 2);
      PassSome(w, 6);
      Order(w.hosts[1], eCorrupt, choose(3));
      w = Submit(w, 1);
      PassSome(w, 6);
      Order(w.hosts[1], eKill, null);
      StartSecondary(w, 1, 0);
      PassSome(w, 4);
      // The operator makes the secondary anew.
      Order(w.hosts[0], eKill, null);
      w = Lose(w, 1);
      StartPrimary(w, 0, Single(1), 1);
      StartSecondary(w, 1, 0);
      Settle(w);
    }
  }
}

// The same between a promotion and the first head of the promoted node: what it was promoted with stays.
machine DivergedAfterPromotion {
  start state Script {
    entry {
      var w: tWorld;
      w = Build(this, 3, Pick(0, 1));
      StartAll(w, Set2(1, 2), 1);
      w = Submit(w, 1);
      Await(w, 10);
      w = Submit(w, 1);
      PassSome(w, 8);
      Order(w.hosts[0], eKill, null);
      Promote(w, 1, 0, false);
      Order(w.hosts[2], eKill, null);
      Order(w.hosts[2], eCorrupt, choose(2));
      StartPrimary(w, 1, Single(2), 1);
      StartSecondary(w, 2, 1);
      Public(w, 1);
      w = Submit(w, 1);
      PassSome(w, 6);
      Settle(w);
    }
  }
}

test param (fault in [0, 12]) tcDivergedAfterPromotion [main = DivergedAfterPromotion]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped
    in (union Log, { DivergedAfterPromotion });

test param (fault in [0, 25]) tcSecondaryRestoredOld [main = SecondaryRestoredOld]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped,
    EverythingCommitted in (union Log, { SecondaryRestoredOld });

test param (fault in [0, 31]) tcOldCopyLeads [main = OldCopyLeads]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped
    in (union Log, { OldCopyLeads });

test param (fault in [0, 33]) tcOldCopyPromoted [main = OldCopyPromoted]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped
    in (union Log, { OldCopyPromoted });

test param (fault in [0]) tcDiverged [main = DivergedSecondary]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped,
    EverythingCommitted in (union Log, { DivergedSecondary });
