// A place: a directory, and at most one program that uses it. The data directory's lock is what makes it one.

machine Host {
  var net: tNet;
  var disk: tDisk;               // while no program runs
  var copy: tDisk;               // the operator's older copy
  var config: tConfig;
  var trouble: tTrouble;
  var program: machine;
  var generation: int;

  start state Unwired {
    on eWire goto Off with (w: tNet) {
      net = w;
      disk = NewDisk(10 * (net.here + 1), net.here == 0);
      announce eHolds, (node = disk.node, tree = disk.leaves);
    }
  }

  state Off {
    on eStart do (o: tStart) {
      config = o.config;
      if (o.primary) {
        Run(net.places[net.here].primary, false, 0);
      } else {
        Run(net.places[net.here].secondary, false, 0);
      }
      receive {
        case eRunning: { send net.operator, eDone, true; goto Busy; }
        case eEnded: (e: tEnded) { send net.operator, eDone, false; }
      }
    }
    on ePromote do (o: tPromote) {
      config = o.config;
      Run(net.places[net.here].promotion, o.fencePrimary, 0);
      send net.operator, eDone, true;
      goto Busy;
    }
    on eRejoin do (o: tRejoin) {
      Run(net.places[net.here].rejoin, false, o.primary);
      send net.operator, eDone, true;
      goto Busy;
    }
    on eInit do {
      generation = generation + 1;
      disk = NewDisk(10 * (net.here + 1) + generation, false);
      announce eForgot, net.here;
      Changed();
    }
    on eRestore do (sth: bool) {
      var kept: tHead;
      kept = disk.sth;
      disk = copy;
      if (!sth) {
        disk.sth = kept;
      }
      announce eForgot, net.here;
      Changed();
    }
    on eBackup do { copy = disk; send net.operator, eDone, true; }
    on eCorrupt do (index: int) { disk.leaves = Corrupted(disk.leaves, index); Changed(); }
    on eTrouble do (t: tTrouble) { trouble = t; send net.operator, eDone, true; }
    on eKill, eTick do { send net.operator, eDone, true; }
    on eStatus do { send net.operator, eDone, false; }
    on eSwitchover do (place: int) { send net.operator, eDone, false; }
    ignore eRunning;
  }

  state Busy {
    on eEnded do (e: tEnded) { Ended(e); }
    on eTick do { send program, eTick; }
    on eStatus do { send program, eStatus; }
    on eKill do {
      send program, eKill;
      receive {
        case eEnded: (e: tEnded) { disk = e.disk; }
      }
      send net.operator, eDone, true;
      goto Off;
    }
    on eBackup do {
      send program, eBackup;
      receive {
        case eCopy: (d: tDisk) { copy = d; send net.operator, eDone, true; }
        case eEnded: (e: tEnded) { send net.operator, eDone, false; Ended(e); }
      }
    }
    on eCorrupt do (index: int) { send program, eCorrupt, index; send net.operator, eDone, true; }
    on eTrouble do (t: tTrouble) { trouble = t; send program, eTrouble, t; send net.operator, eDone, true; }
    on eSwitchover do (place: int) { send program, eSwitchover, place; send net.operator, eDone, true; }
    on eStart do (o: tStart) {
      send net.operator, eDone, (program == net.places[net.here].primary) == o.primary;
    }
    on ePromote, eRejoin, eInit, eRestore do { send net.operator, eDone, false; }
    ignore eRunning;
  }

  fun Run(next: machine, fencePrimary: bool, primary: int) {
    program = next;
    send program, eRun, (disk = disk, config = config, trouble = trouble, fencePrimary = fencePrimary, primary = primary);
    trouble.messages = 0;
    trouble.crashes = 0;
  }

  fun Ended(e: tEnded) {
    disk = e.disk;
    if (e.next == LEADING) {
      Run(net.places[net.here].primary, false, 0);
    } else if (e.next == FOLLOWING) {
      Run(net.places[net.here].secondary, false, 0);
    } else {
      goto Off;
    }
  }

  fun Changed() {
    announce eHolds, (node = disk.node, tree = disk.leaves);
    send net.operator, eDone, true;
  }
}
