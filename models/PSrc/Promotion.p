// `promote`, on the directory of a stopped secondary: is the old primary there? Then the record is stored here, and offered
// to the others until enough of them have stored it; the witnesses are asked; and one transaction makes the directory a
// primary's. After a crash at any point the command is run again, and goes on with the record that is stored.

machine Promotion {
  var net: tNet;
  var disk: tDisk;
  var config: tConfig;
  var trouble: tTrouble;
  var out: seq[tOut];
  var late: seq[tOut];
  var nr: int;
  var oldPrimary: int;           // its place
  var fencePrimary: bool;
  var primaryAlive: bool;        // the old primary answered
  var primaryFenced: bool;       // ... and has stored the record
  var fenced: map[int, tFenced]; // who has stored the record, with what it had then
  var asks: map[int, int];
  var witnessed: map[int, int];
  var silent: bool;              // one of the witnesses will not answer before the time is over

  start state Idle {
    on eWire do (w: tNet) { net = w; }
    on eRun do (r: tRun) {
      disk = r.disk;
      config = r.config;
      trouble = r.trouble;
      oldPrimary = config.follow;
      if (Superseded(disk)) {
        oldPrimary = PlaceOf(disk.record.node);
      }
      fencePrimary = r.fencePrimary;
      primaryAlive = false;
      primaryFenced = false;
      fenced = default(map[int, tFenced]);
      if (disk.primary || disk.frozen || disk.conflict || !(disk.node in disk.roster.nodes)) {
        send net.host, eEnded, (disk = disk, next = OFF);
      } else {
        goto LookingForThePrimary;
      }
    }
    on eTick do { send net.operator, eDone, true; }
    on eStatus do { send net.operator, eDone, false; }
    ignore eKill, eTrouble, eSwitchover, eCorrupt, eProbed, eFenced, eCosigned;
  }

  state LookingForThePrimary {
    entry { Say(PRIMARY, oldPrimary, eProbe, net.here); Flush(); }
    on eProbed do {
      primaryAlive = Guard(PROMOTE_OLD_PRIMARY);
      if (primaryAlive && !fencePrimary) {
        End();
      }
    }
    on eTick do {
      send net.operator, eDone, false;
      if (disk.record.epoch == 0 || disk.record.node != disk.node) {
        NewRecord();
      }
      goto Fencing;
    }
    on eStatus do { send net.operator, eDone, false; }
    on eKill do End;
    on eTrouble do (t: tTrouble) { trouble = t; }
    ignore eFenced, eCosigned, eSwitchover, eCorrupt;
  }

  state Fencing {
    entry { OfferAll(); Evaluate(); }
    on eFenced do (m: tFenced) { OnFenced(m); Evaluate(); }
    on eTick do { send net.operator, eDone, false; OfferAll(); Evaluate(); }
    on eStatus do { send net.operator, eDone, false; }
    on eKill do End;
    on eTrouble do (t: tTrouble) { trouble = t; }
    ignore eProbed, eCosigned, eSwitchover, eCorrupt;
  }

  state AskingWitnesses {
    entry { AskWitnesses(); }
    on eCosigned do (m: tCosigned) {
      if (m.witness in asks && asks[m.witness] == m.nr) {
        witnessed[m.witness] = m.size;
        if (m.size > sizeof(disk.leaves) && Guard(PROMOTE_WITNESSES)) {
          End();
        }
      }
    }
    on eTick do {
      send net.operator, eDone, false;
      if (silent || sizeof(keys(witnessed)) == sizeof(net.witnesses)) {
        Finish();
      }
    }
    on eStatus do { send net.operator, eDone, false; }
    on eKill do End;
    on eTrouble do (t: tTrouble) { trouble = t; }
    ignore eProbed, eFenced, eSwitchover, eCorrupt;
  }

  fun End() {
    send net.host, eEnded, (disk = disk, next = OFF);
    goto Idle;
  }

  fun NewRecord() {
    disk.record = (epoch = disk.record.epoch + 1, node = disk.node, planned = false, size = sizeof(disk.leaves),
      root = disk.leaves);
    disk.completed = false;
    fenced = default(map[int, tFenced]);
    primaryFenced = false;
  }

  fun OfferAll() {
    var node: int;
    foreach (node in Others(disk)) {
      if (!(node in fenced)) {
        Offer(PlaceOf(node));
      }
    }
    if (primaryAlive && !primaryFenced) {
      Offer(oldPrimary);
    }
    Flush();
  }

  fun Offer(whom: int) {
    var stamp: tStamp;
    stamp = (node = disk.node, epoch = disk.record.epoch, holder = disk.record.node);
    Say(RUNNING, whom, eAddPromotion, (from = net.here, stamp = stamp, record = disk.record, completed = false,
      answer = true, handsOver = false));
  }

  fun OnFenced(m: tFenced) {
    if (!SameRecord(m.record, disk.record)) {
      OnOtherRecord(m);
      return;
    }
    if (PlaceOf(m.stamp.node) == oldPrimary) {
      primaryFenced = true;
    }
    fenced[m.stamp.node] = m;
    if (NewerRoster(m.roster, disk.roster) && Guard(ROSTER_NEWEST)) {
      disk.roster = m.roster;
      if (!(disk.node in disk.roster.nodes)) {
        End();
      }
      OfferAll();
    }
  }

  // Somebody else was, or is being, promoted. If that is not over, a later epoch decides.
  fun OnOtherRecord(m: tFenced) {
    if (m.record.epoch < disk.record.epoch) {
      return;
    }
    if (m.record.epoch == disk.record.epoch && !m.completed && Guard(GIVE_WAY)) {
      NewRecord();
      OfferAll();
      return;
    }
    disk = Judge(disk, m.record, m.completed);
    End();
  }

  // Enough are fenced: what they have and this node lacks is fetched.
  fun Evaluate() {
    var node: int;
    var who: set[int];
    foreach (node in keys(fenced)) {
      who += (node);
    }
    if ((primaryAlive && !primaryFenced) || !Decided(disk, who, config.lost)) {
      return;
    }
    foreach (node in keys(fenced)) {
      if (node in Others(disk)) {
        Fetch(fenced[node]);
      }
    }
    goto AskingWitnesses;
  }

  fun Fetch(m: tFenced) {
    if (Guard(PROMOTE_FETCH)) {
      if (IsPrefix(disk.leaves, m.tree)) {
        disk.leaves = m.tree;
      } else if (Common(m.tree, disk.leaves) >= disk.published.size && !IsPrefix(m.tree, disk.leaves)
          && Guard(PROMOTE_SAME_TREE)) {
        End();
      }
    }
    if (Guard(PROMOTE_KNOWN_HEAD) && IsPrefix(m.published.root, disk.leaves)) {
      disk.published = Larger(disk.published, m.published);
    }
  }

  fun AskWitnesses() {
    var w, left: int;
    announce eHolds, (node = disk.node, tree = disk.leaves);
    asks = default(map[int, int]);
    witnessed = asks;
    silent = false;
    while (w < sizeof(net.witnesses)) {
      nr = nr + 1;
      asks[w] = nr;
      silent = silent || 100 + w in trouble.cut;
      Say(WITNESS, w, eCosign, (from = net.here, promotion = true, nr = nr, head = NoHead()));
      w = w + 1;
    }
    left = trouble.messages;
    Flush();
    silent = silent || trouble.messages < left;
  }

  // The head that was published last is shown after the start only if no later one can have been shown.
  fun Finish() {
    var size: int;
    size = disk.published.size;
    disk.certain = size == sizeof(disk.leaves) || sizeof(net.witnesses) == 0 || !Guard(PROMOTE_CERTAIN)
      || (HaveNoMore(witnessed, sizeof(net.witnesses), config.cosigners, size)
        && (primaryFenced || !Guard(CERTAIN_NEEDS_FENCE)));
    disk = BecomePrimary(disk, Without(Others(disk), config.lost));
    End();
  }

  fun Say(program: tProgram, whom: int, what: event, body: any) {
    out += (sizeof(out), (program = program, whom = whom, what = what, body = body));
  }

  // What was stored stays; the command may die before or after telling, and is run again by the operator.
  fun Flush() {
    var rest: (late: seq[tOut], left: int);
    MayCrash();
    rest = Deliver(net, trouble, out, late);
    out = default(seq[tOut]);
    late = rest.late;
    trouble.messages = rest.left;
    MayCrash();
  }

  fun MayCrash() {
    if (trouble.crashes > 0 && choose(10) == 0) {
      trouble.crashes = trouble.crashes - 1;
      out = default(seq[tOut]);
      End();
    }
  }
}
