// A secondary: stores the leaves of the primary that the latest record names, and says what it has stored.

machine Secondary {
  var net: tNet;
  var disk: tDisk;
  var platter: tDisk;
  var config: tConfig;
  var trouble: tTrouble;
  var out: seq[tOut];
  var late: seq[tOut];
  var nr: int;                   // of the last question; never used twice
  var asked: int;                // of the open get-leaves
  var held: map[int, int];       // get-secondary-tree-head by place, held until there is something new

  start state Idle {
    on eWire do (w: tNet) { net = w; }
    on eRun do (r: tRun) {
      disk = r.disk;
      platter = disk;
      config = r.config;
      trouble = r.trouble;
      if (disk.node == 0 || disk.primary || disk.frozen) {
        send net.host, eEnded, (disk = disk, next = OFF);
      } else {
        send net.host, eRunning;
        Start();
        Turn();
        goto Following;
      }
    }
    on eTick do { send net.operator, eDone, true; }
    on eStatus do { send net.operator, eDone, false; }
    ignore eKill, eBackup, eCorrupt, eTrouble, eSwitchover, eGetTreeHead, eLeaves, eAddRoster,
      eAddPublished, eAddPromotion, eTell;
  }

  state Following {
    on eLeaves do (m: tLeaves) { OnLeaves(m); Turn(); }
    on eGetTreeHead do (m: tGetTreeHead) { OnGetTreeHead(m); Turn(); }
    on eAddRoster do (m: tRosterMessage) { OnAddRoster(m); Turn(); }
    on eAddPublished do (m: tAddPublished) { OnAddPublished(m); Turn(); }
    on eAddPromotion do (m: tOffer) {
      OnAddPromotion(m);
      if (MayTakeOver(m)) {
        TakeOver();
        goto Idle;
      }
      Turn();
    }
    on eTell do (m: tTell) { if (m.stamp.epoch < disk.record.epoch) { HandOver(m.from); } Turn(); }
    on eTick do {
      platter = disk;
      Follow();
      Turn();
      send net.operator, eDone, false;
    }
    on eStatus do { send net.operator, eDone, false; }
    on eKill do { send net.host, eEnded, (disk = platter, next = OFF); goto Idle; }
    on eBackup do { send net.host, eCopy, platter; }
    on eCorrupt do (index: int) { disk.leaves = Corrupted(disk.leaves, index); Turn(); }
    on eTrouble do (t: tTrouble) { trouble = t; Turn(); }
    ignore eSwitchover;
  }

  fun Start() {
    held = default(map[int, int]);
    out = default(seq[tOut]);
    Follow();
  }

  // get-leaves, asked of the primary that the latest record names, or of the configured one.
  fun Follow() {
    var primary: int;
    primary = config.follow;
    if (disk.record.epoch > 0) {
      primary = PlaceOf(disk.record.node);
    }
    nr = nr + 1;
    asked = nr;
    Say(PRIMARY, primary, eGetLeaves, (from = net.here, stamp = Stamp(), nr = nr, first = sizeof(disk.leaves)));
  }

  // The leaves are stored only if they extend this tree to the primary's.
  fun OnLeaves(m: tLeaves) {
    var place: int;
    if (!Same(PRIMARY, m.from, m.stamp) || m.nr != asked || !IsPrefix(disk.leaves, m.tree)) {
      return;
    }
    disk.leaves = m.tree;
    foreach (place in keys(held)) {
      TellTreeHead(place, held[place]);
    }
    held = default(map[int, int]);
    Follow();
  }

  // get-secondary-tree-head is answered to primaries of this epoch only.
  fun OnGetTreeHead(m: tGetTreeHead) {
    if (Guard(REFUSE_EARLIER_EPOCH) && !Same(PRIMARY, m.from, m.stamp)) {
      return;
    }
    if (m.known == sizeof(disk.leaves)) {
      held[m.from] = m.nr;
    } else {
      TellTreeHead(m.from, m.nr);
    }
  }

  fun TellTreeHead(whom: int, number: int) {
    Say(PRIMARY, whom, eTreeHead, (from = net.here, stamp = Stamp(), nr = number, tree = disk.leaves,
      published = disk.published));
  }

  fun OnAddRoster(m: tRosterMessage) {
    if (!Same(PRIMARY, m.from, m.stamp)) {
      return;
    }
    if (NewerRoster(m.roster, disk.roster)) {
      disk.roster = m.roster;
    }
    Say(PRIMARY, m.from, eRosterStored, (from = net.here, stamp = Stamp(), roster = disk.roster));
  }

  fun OnAddPublished(m: tAddPublished) {
    if (Guard(REFUSE_EARLIER_PUSH) && !Same(PRIMARY, m.from, m.stamp)) {
      return;
    }
    if (IsPrefix(m.head.root, disk.leaves)) {
      disk.published = Larger(disk.published, m.head);
      Say(PRIMARY, m.from, ePublishedStored, (from = net.here, stamp = Stamp(), size = disk.published.size));
    }
  }

  fun OnAddPromotion(m: tOffer) {
    var before: tRecord;
    announce eOffered, (place = net.here, record = m.record);
    before = disk.record;
    disk = Judge(disk, m.record, m.completed);
    if (!SameRecord(before, disk.record)) {
      Follow();
    }
    if (m.record.epoch < disk.record.epoch) {
      HandOver(m.from);
    }
    if (m.answer) {
      Say(PROMOTION, m.from, eFenced, (from = net.here, stamp = Stamp(), record = disk.record, completed = disk.completed,
        tree = disk.leaves, published = disk.published, roster = disk.roster));
    }
  }

  // A switchover: the primary handed over a record that names this node.
  fun MayTakeOver(m: tOffer): bool {
    return m.handsOver && SameRecord(disk.record, m.record) && disk.record.node == disk.node
      && (disk.record.planned || !Guard(SWITCHOVER_PLANNED))
      && (disk.leaves == disk.record.root || !Guard(SWITCHOVER_SAME_TREE));
  }

  fun TakeOver() {
    announce eHandedOver, disk.record;
    disk = BecomePrimary(disk, Others(disk));
    disk.certain = disk.published.size == sizeof(disk.leaves);
    platter = Persist(disk, platter);
    send net.host, eEnded, (disk = platter, next = LEADING);
  }

  fun Stamp(): tStamp {
    return (node = disk.node, epoch = disk.record.epoch, holder = disk.record.node);
  }

  // Whether the other side knows the same record. If not, the one that is behind is told.
  fun Same(program: tProgram, whom: int, theirs: tStamp): bool {
    if (theirs.epoch > disk.record.epoch) {
      Say(program, whom, eTell, (from = net.here, stamp = Stamp()));
      return false;
    }
    if (theirs.epoch == disk.record.epoch && theirs.holder == disk.record.node) {
      return true;
    }
    HandOver(whom);
    return false;
  }

  // A node whose own promotion is not over keeps its record to itself: only the promotion itself offers it.
  fun HandOver(whom: int) {
    if (disk.record.node != disk.node || !Guard(GIVE_WAY)) {
      Say(RUNNING, whom, eAddPromotion, (from = net.here, stamp = Stamp(), record = disk.record, completed = disk.completed,
        answer = false, handsOver = false));
    }
  }

  fun Say(program: tProgram, whom: int, what: event, body: any) {
    out += (sizeof(out), (program = program, whom = whom, what = what, body = body));
  }

  // The end of a step: what changed is made durable, then told. The process may die before or after telling.
  fun Turn() {
    platter = Persist(disk, platter);
    MayCrash();
    Flush();
    MayCrash();
    Flush();
  }

  fun Flush() {
    var rest: (late: seq[tOut], left: int);
    rest = Deliver(net, trouble, out, late);
    out = default(seq[tOut]);
    late = rest.late;
    trouble.messages = rest.left;
  }

  fun MayCrash() {
    if (trouble.crashes > 0 && choose(30) == 0) {
      trouble.crashes = trouble.crashes - 1;
      disk = platter;
      Start();
    }
  }
}
