// `rejoin`, on the directory of a stopped node: the leaves that only it has are dropped, and it becomes a secondary. Two
// transactions: the tree is frozen and cut; the role is changed and the tree is active again. Between them the primary is
// asked again, as it is when the command is run again after a crash.

machine Rejoin {
  var net: tNet;
  var disk: tDisk;
  var trouble: tTrouble;
  var primary: int;
  var nr: int;

  start state Idle {
    on eWire do (w: tNet) { net = w; }
    on eRun do (r: tRun) {
      disk = r.disk;
      trouble = r.trouble;
      primary = r.primary;
      goto Asking;
    }
    on eTick do { send net.operator, eDone, true; }
    on eStatus do { send net.operator, eDone, false; }
    ignore eKill, eTrouble, eSwitchover, eCorrupt, eRejoinAnswer;
  }

  state Asking {
    entry { Ask(); }
    on eRejoinAnswer do (m: tRejoinAnswer) { if (m.nr == nr) { OnAnswer(m); } }
    on eTick do { send net.operator, eDone, false; Ask(); }
    on eStatus do { send net.operator, eDone, false; }
    on eKill do End;
    on eTrouble do (t: tTrouble) { trouble = t; }
    ignore eSwitchover, eCorrupt;
  }

  fun Ask() {
    nr = nr + 1;
    if (!(primary in trouble.cut)) {
      send net.places[primary].primary, eAskRejoin, (from = net.here, nr = nr);
    }
  }

  fun OnAnswer(m: tRejoinAnswer) {
    var common, signed: int;
    disk = Judge(disk, m.record, true);
    if (!SameRecord(disk.record, m.record) || (disk.record.epoch > 0 && disk.record.node == disk.node)) {
      End();
    }
    common = Common(disk.leaves, m.tree);
    if (!disk.primary && common < sizeof(disk.leaves) && m.kept <= common && Guard(REJOIN_REPLACED)) {
      End();
    }
    signed = Max(disk.sth.size, disk.published.size);
    if (common < signed && Guard(REJOIN_KEEPS_SIGNED)) {
      End();
    }
    if (common < sizeof(disk.leaves) || !disk.frozen) {
      announce eDropped, (node = disk.node, size = common, signed = signed);
      disk.frozen = true;
      disk.leaves = Prefix(disk.leaves, common);
      MayCrash();
      Ask();
      return;
    }
    disk.primary = false;
    disk.awaiting = false;
    disk.frozen = false;
    End();
  }

  fun End() {
    send net.host, eEnded, (disk = disk, next = OFF);
    goto Idle;
  }

  fun MayCrash() {
    if (trouble.crashes > 0 && choose(4) == 0) {
      trouble.crashes = trouble.crashes - 1;
      End();
    }
  }
}
