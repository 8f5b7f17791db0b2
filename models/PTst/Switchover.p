// switchover, failback: the roles are exchanged under load, and back; nodes crash, and messages are lost, on the way.

machine Switchover {
  var w: tWorld;
  var leader: int;
  var quorum: int;
  var all: set[int];

  start state Script {
    entry {
      w = Build(this, 3, Pick(0, 1));
      all = Set2(0, 1);
      quorum = 1;
      if ($) {
        all += (2);
        quorum = Pick(1, 2);
      }
      StartAll(w, Without(all, Single(0)), quorum);
      w = Submit(w, 2);
      if (!Await(w, 10)) {
        Settle(w);
        return;
      }
      Trouble(w, Pick(0, 3), Pick(0, 1));
      leader = 0;
      Turn(1);
      w = Submit(w, 1);
      PassSome(w, 4);
      if ($) {
        Trouble(w, Pick(0, 3), 0);
        Turn(0);
      }
      w = Submit(w, 1);
      Settle(w);
    }
  }

  // Starts a secondary that knows which secondaries it will have as a primary.
  fun StartStandby(place: int): bool {
    return Order(w.hosts[place], eStart, (primary = false,
      config = Config(w, Without(all, Single(place)), quorum, leader)));
  }

  // A switchover to a place, under load. The operator repeats the order until it is done; a process may be killed.
  fun Turn(place: int) {
    var tries: int;
    Order(w.hosts[place], eKill, null);
    if (!StartStandby(place)) {
      Rejoin(w, place, leader);
      StartStandby(place);
    }
    PassSome(w, 2);
    w = Submit(w, 1);
    while (tries < 8) {
      Order(w.hosts[leader], eSwitchover, place);
      w = Submit(w, choose(2));
      PassSome(w, 5);
      if (tries == 0 && $) {
        Order(w.hosts[leader], eKill, null);
        Order(w.hosts[leader], eStart, (primary = true,
          config = Config(w, Without(all, Single(leader)), quorum, leader)));
      }
      if (tries == 3) {
        Trouble(w, 0, 0);
      }
      if (tries > 3) {
        Rounds(w, 2);
      }
      if (Leads(w, place)) {
        Follow(w, leader, place);
        leader = place;
        Public(w, place);
        return;
      }
      tries = tries + 1;
    }
  }
}

// The other node is put back to an older copy in the middle of it.
machine SwitchoverRestored {
  start state Script {
    entry {
      var w: tWorld;
      w = Build(this, 2, 0);
      StartAll(w, Single(1), 1);
      w = Submit(w, 1);
      Await(w, 10);
      Order(w.hosts[1], eBackup, null);
      w = Submit(w, 1);
      Await(w, 10);
      Order(w.hosts[1], eKill, null);
      Order(w.hosts[1], eStart, (primary = false, config = Config(w, Single(0), 1, 0)));
      PassSome(w, 2);
      Order(w.hosts[0], eSwitchover, 1);
      PassSome(w, 3);
      Order(w.hosts[1], eKill, null);
      Order(w.hosts[1], eRestore, true);
      Order(w.hosts[1], eStart, (primary = false, config = Config(w, Single(0), 1, 0)));
      PassSome(w, 6);
      w = Submit(w, 1);
      Public(w, 1);
      PassSome(w, 6);
      Rounds(w, 4);
    }
  }
}

// A secondary's directory is started as a primary.
machine WrongRole {
  start state Script {
    entry {
      var w: tWorld;
      w = Build(this, 3, Pick(0, 1));
      StartAll(w, Single(1), 1);
      w = Submit(w, 2);
      PassSome(w, 5);
      Order(w.hosts[1], eKill, null);
      StartSecondary(w, 2, 1);
      StartPrimary(w, 1, Single(2), 1);
      Public(w, Pick(0, 1));
      w = Submit(w, 2);
      PassSome(w, 8);
      Order(w.hosts[1], eKill, null);
      StartSecondary(w, 1, 0);
      Public(w, 0);
      w = Submit(w, 1);
      Settle(w);
    }
  }
}

test param (fault in [0, 34, 35]) tcSwitchover [main = Switchover]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped,
    EverythingCommitted in (union Log, { Switchover });

test param (fault in [0, 36]) tcSwitchoverRestored [main = SwitchoverRestored]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped
    in (union Log, { SwitchoverRestored });

test param (fault in [0, 22]) tcWrongRole [main = WrongRole]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped,
    EverythingCommitted in (union Log, { WrongRole });
