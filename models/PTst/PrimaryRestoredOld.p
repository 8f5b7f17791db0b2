// primary-restored-old: the primary's directory is replaced by an older copy, with or without its sth file. The leaves come
// back from a secondary, and nothing is signed, taken or shown before.

machine PrimaryRestoredOld {
  start state Script {
    entry {
      var w: tWorld;
      var secondaries: set[int];
      var quorum: int;
      w = Build(this, 4, Pick(0, 1));
      quorum = 1;
      if ($) {
        secondaries = Single(1);
      } else if ($) {
        secondaries = Set2(1, 2);
        quorum = Pick(1, 2);
      } else {
        secondaries = Set3(1, 2, 3);
        quorum = 2;
      }
      StartAll(w, secondaries, quorum);
      w = Submit(w, 2);
      PassSome(w, 5);
      if (!Await(w, 10)) {
        Settle(w);
        return;
      }
      w = Submit(w, Pick(0, 1));
      PassSome(w, 2);
      Order(w.hosts[0], eBackup, null);
      // One secondary may lag behind from here on.
      if ($) {
        Cut(w, Single(0), Single(choose(secondaries)));
      }
      w = Submit(w, 2);
      PassSome(w, 10);
      Order(w.hosts[0], eKill, null);
      Order(w.hosts[0], eRestore, $);
      Trouble(w, Pick(0, 2), 0);
      if ($) {
        Cut(w, Single(0), Single(choose(secondaries)));
      }
      if (!StartPrimary(w, 0, secondaries, quorum)) {
        // The sth file is newer than the tree: it is replaced as well.
        Order(w.hosts[0], eRestore, true);
        StartPrimary(w, 0, secondaries, quorum);
      }
      w = Submit(w, 2);
      PassSome(w, 10);
      Settle(w);
    }
  }
}

// The copy has a leaf that was not signed when it was made. Since then the log went on with one secondary; the other one is
// there when the copy starts.
machine RestoredUnsigned {
  start state Script {
    entry {
      var w: tWorld;
      w = Build(this, 3, Pick(0, 1));
      StartAll(w, Set2(1, 2), 1);
      w = Submit(w, 1);
      Await(w, 10);
      Rounds(w, 2);
      Cut(w, Single(0), Set2(1, 2));
      w = Submit(w, 1);
      Rounds(w, 2);
      Order(w.hosts[0], eBackup, null);
      Trouble(w, 0, 0);
      Cut(w, Single(0), Single(2));
      w = Submit(w, Pick(1, 2));
      PassSome(w, 8);
      Await(w, 10);
      Order(w.hosts[0], eKill, null);
      Order(w.hosts[0], eRestore, true);
      Trouble(w, 0, 0);
      // The witnesses, if there are any, would tell, too.
      Order(w.hosts[0], eTrouble, (cut = Set2(1, 100), messages = 0, crashes = 0));
      StartPrimary(w, 0, Set2(1, 2), 1);
      PassSome(w, 8);
      w = Submit(w, 1);
      Settle(w);
    }
  }
}

// Two secondaries hold different leaves, none of them committed, and the copy of the primary has neither: those of one come
// first, and the other one has to rejoin.
machine RestoredBetween {
  start state Script {
    entry {
      var w: tWorld;
      w = Build(this, 3, Pick(0, 1));
      StartAll(w, Set2(1, 2), 2);
      w = Submit(w, 1);
      if (!Await(w, 10)) {
        Settle(w);
        return;
      }
      Rounds(w, 2);
      Order(w.hosts[0], eBackup, null);
      // The second one is heard no more, so that nothing more is signed.
      Order(w.hosts[2], eTrouble, (cut = Single(0), messages = 0, crashes = 0));
      w = Submit(w, Pick(1, 2));
      PassSome(w, 8);
      Order(w.hosts[0], eKill, null);
      Order(w.hosts[0], eRestore, true);
      Order(w.hosts[2], eCorrupt, 1);
      Trouble(w, Pick(0, 2), Pick(0, 1));
      StartPrimary(w, 0, Set2(1, 2), 2);
      PassSome(w, 8);
      Settle(w);
    }
  }
}

// The secondary is made to rejoin before it and the copy have spoken.
machine RejoinedToAnOlderCopy {
  start state Script {
    entry {
      var w: tWorld;
      var leads, follows: int;
      w = Build(this, 2, Pick(0, 1));
      StartAll(w, Single(1), 1);
      w = Submit(w, 1);
      if (!Await(w, 10)) {
        Settle(w);
        return;
      }
      follows = 1;
      if ($) {
        Order(w.hosts[0], eKill, null);
        Promote(w, 1, 0, false);
        StartPrimary(w, 1, Single(0), 1);
        Public(w, 1);
        Follow(w, 0, 1);
        Rounds(w, 4);
        leads = 1;
        follows = 0;
      }
      Order(w.hosts[leads], eBackup, null);
      w = Submit(w, Pick(1, 2));
      PassSome(w, 8);
      Order(w.hosts[follows], eKill, null);
      Order(w.hosts[leads], eKill, null);
      Order(w.hosts[leads], eRestore, true);
      Trouble(w, Pick(0, 2), Pick(0, 1));
      StartPrimary(w, leads, Single(follows), 1);
      if ($) {
        w = Submit(w, 1);
        PassSome(w, 4);
      }
      Rejoin(w, follows, leads);
      StartSecondary(w, follows, leads);
      w = Submit(w, 1);
      Settle(w);
    }
  }
}

// One of two must hold a leaf. The copy gives leaves to the one secondary that the log went on without, and is lost before it
// has heard the other one. Which of the two holds the log is not for either to say.
machine PromotedBesideTheLog {
  start state Script {
    entry {
      var w: tWorld;
      w = Build(this, 3, Pick(0, 1));
      StartAll(w, Set2(1, 2), 1);
      w = Submit(w, 1);
      if (!Await(w, 10)) {
        Settle(w);
        return;
      }
      Rounds(w, 2);
      Order(w.hosts[0], eBackup, null);
      Cut(w, Single(0), Single(1));
      w = Submit(w, Pick(1, 2));
      PassSome(w, 8);
      Order(w.hosts[0], eKill, null);
      Order(w.hosts[0], eRestore, true);
      Trouble(w, 0, 0);
      Cut(w, Single(0), Single(2));
      StartPrimary(w, 0, Set2(1, 2), 1);
      w = Submit(w, Pick(1, 2));
      PassSome(w, 8);
      Order(w.hosts[0], eKill, null);
      Trouble(w, Pick(0, 2), Pick(0, 1));
      Promote(w, 1, 0, false);
      if (StartPrimary(w, 1, Single(2), 1)) {
        Public(w, 1);
        Follow(w, 2, 1);
      } else {
        StartSecondary(w, 1, 0);
      }
      w = Submit(w, 1);
      PassSome(w, 8);
      Rounds(w, 4);
    }
  }
}

test param (fault in [0, 41]) tcPromotedBesideTheLog [main = PromotedBesideTheLog]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped
    in (union Log, { PromotedBesideTheLog });

test param (fault in [0, 40]) tcRestoredBetween [main = RestoredBetween]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped,
    EverythingCommitted in (union Log, { RestoredBetween });

test param (fault in [0, 39]) tcRejoinedToAnOlderCopy [main = RejoinedToAnOlderCopy]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped,
    EverythingCommitted in (union Log, { RejoinedToAnOlderCopy });

test param (fault in [0, 11]) tcRestoredUnsigned [main = RestoredUnsigned]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped,
    EverythingCommitted in (union Log, { RestoredUnsigned });

test param (fault in [0, 13, 14, 16, 18]) tcPrimaryRestoredOld [main = PrimaryRestoredOld]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped,
    EverythingCommitted in (union Log, { PrimaryRestoredOld });
