// A primary: takes leaves, gives them to its secondaries, signs what enough of them hold, and shows what is signed.
// Nodes are meant by their id, places by theirs.

machine Primary {
  var net: tNet;
  var disk: tDisk;
  var platter: tDisk;
  var config: tConfig;
  var trouble: tTrouble;
  var out: seq[tOut];
  var late: seq[tOut];
  var nr: int;                   // of the last question; never used twice

  var answering: map[int, int];  // who answers at a place
  var asked: map[int, int];      // the number of the open get-secondary-tree-head to a place
  var feed: map[int, int];       // open get-leaves by place
  var heard: set[int];           // nodes heard since the start
  var acks: map[int, int];       // size that a node acknowledged last; -1: another tree than this one
  var rosterAt: set[int];        // nodes that have stored the current roster
  var storedAt: map[int, int];   // size of the published head that a node has stored
  var known: tHead;              // the largest published head that a node that was heard, or this one, knows of
  var asks: map[int, int];       // the number of the open question to a witness
  var witnessed: map[int, int];  // what a witness has cosigned, since the start
  var cosigned: set[int];        // witnesses that cosigned the last signed head
  var found: tRoster;            // the roster that the start found
  var started: int;              // size of the tree at the start, after everything that was lost had been fetched back
  var minimum: int;              // nothing smaller is signed
  var shown: tHead;              // what get-tree-head answers
  var fresh: bool;               // a head was signed since the start
  var ticks: int;                // since the start
  var age: int;                  // ticks since the last head was signed
  var stopped: bool;             // nothing is signed any more until the next start
  var waiting: set[int];         // leaves whose submitters wait
  var drain: int;                // the place that a switchover goes to; -1: none

  start state Idle {
    on eWire do (w: tNet) { net = w; shown = NoHead(); }
    on eRun do (r: tRun) {
      disk = r.disk;
      platter = disk;
      config = r.config;
      trouble = r.trouble;
      if (!MayLead(disk)) {
        send net.host, eEnded, (disk = disk, next = OFF);
      } else {
        send net.host, eRunning;
        disk.primary = true;
        Start();
        Turn();
        goto Leading;
      }
    }
    on eTick do { send net.operator, eDone, true; }
    on eStatus do { send net.operator, eDone, false; }
    ignore eKill, eBackup, eCorrupt, eTrouble, eSwitchover, eGetLeaves, eTreeHead, eRosterStored, ePublishedStored,
      eAddPromotion, eTookOver, eTell, eProbe, eAskRejoin, eCosigned, eAddLeaf;
  }

  state Leading {
    on eGetLeaves do (m: tGetLeaves) { OnGetLeaves(m); Turn(); }
    on eTreeHead do (m: tTreeHead) { OnTreeHead(m); Turn(); }
    on eRosterStored do (m: tRosterMessage) { OnRosterStored(m); Turn(); }
    on ePublishedStored do (m: tPublishedStored) { OnPublishedStored(m); Turn(); }
    on eCosigned do (m: tCosigned) { OnCosigned(m); Turn(); }
    on eAddLeaf do (leaf: int) { OnAddLeaf(leaf); Turn(); }
    on eAddPromotion do (m: tOffer) { OnAddPromotion(m); Turn(); }
    on eTell do (m: tTell) { if (m.stamp.epoch < disk.record.epoch) { HandOver(m.from); } Turn(); }
    on eProbe do (from: int) { Say(PROMOTION, from, eProbed, null); Turn(); }
    on eAskRejoin do (m: tAskRejoin) { OnAskRejoin(m); Turn(); }
    on eSwitchover do (place: int) { drain = place; Advance(); Turn(); }
    on eTookOver do (m: tTookOver) {
      if (SameRecord(m.record, disk.record) && IsPrefix(disk.leaves, m.tree) && Superseded(disk)) {
        disk.primary = false;
        disk.completed = true;
        Leave(Persist(disk, platter), FOLLOWING);
        goto Idle;
      }
    }
    on eTick do {
      platter = disk;
      ticks = ticks + 1;
      age = age + 1;
      AskAll();
      Advance();
      Turn();
      send net.operator, eDone, false;
    }
    on eStatus do { send net.operator, eDone, Authority(disk); }
    on eKill do { Leave(platter, OFF); goto Idle; }
    on eBackup do { send net.host, eCopy, platter; }
    on eCorrupt do (index: int) { disk.leaves = Corrupted(disk.leaves, index); Turn(); }
    on eTrouble do (t: tTrouble) { trouble = t; Turn(); }
  }

  // ---- start and stop

  fun Start() {
    Forget();
    known = disk.published;
    found = disk.roster;
    started = sizeof(disk.leaves);
    if (Guard(MINIMUM_AFTER_PROMOTION) && (disk.awaiting || Guard(MINIMUM_AFTER_START))) {
      minimum = started;
    }
    if (Authority(disk) && disk.awaiting && disk.certain) {
      Show(disk.published);
    }
    AskAll();
    Advance();
  }

  fun Forget() {
    answering = default(map[int, int]);
    asked = answering;
    feed = answering;
    acks = answering;
    storedAt = answering;
    asks = answering;
    witnessed = answering;
    heard = default(set[int]);
    rosterAt = heard;
    cosigned = heard;
    waiting = heard;
    minimum = 0;
    ticks = 0;
    age = 0;
    fresh = false;
    stopped = false;
    drain = -1;
  }

  fun Leave(left: tDisk, next: tMode) {
    Withdraw();
    send net.host, eEnded, (disk = left, next = next);
  }

  // Every question whose answer is open, asked (again).
  fun AskAll() {
    var i: int;
    if (Superseded(disk)) {
      HandOver(PlaceOf(disk.record.node));
    }
    if (Authority(disk)) {
      foreach (i in Union(config.secondaries, PlacesOf(Union(disk.roster.nodes, disk.roster.before)))) {
        Ask(i, -1);
      }
      SendRoster();
      Push();
      AskWitnesses();
    }
  }

  // Whatever has become possible.
  fun Advance() {
    if (Authority(disk)) {
      UpdateRoster();
      ShowSaved();
      TrySign();
      TryShow();
      TryHandOver();
    }
  }

  // ---- leaves

  // add-leaf. A leaf that lies under a signed head is answered 200 at once; another one when it does.
  fun OnAddLeaf(leaf: int) {
    if (!Authority(disk) || stopped || drain >= 0) {
      return;
    }
    if (IndexOf(disk.leaves, leaf) < disk.sth.size) {
      Answer200(leaf);
      return;
    }
    waiting += (leaf);
    if (!(leaf in disk.leaves)) {
      disk.leaves += (sizeof(disk.leaves), leaf);
      announce eTaken, (place = net.here, epoch = disk.record.epoch);
      FeedAll();
    }
    Advance();
  }

  fun Answer200(leaf: int) {
    announce eCommitted, leaf;
    Say(CLIENT, 0, eAdded, leaf);
  }

  // get-leaves, held until there is a leaf to give.
  fun OnGetLeaves(m: tGetLeaves) {
    if (Same(SECONDARY, m.from, m.stamp) && Authority(disk)) {
      feed[m.from] = m.nr;
      if (m.first < sizeof(disk.leaves)) {
        Feed(m.from);
      }
    }
  }

  fun FeedAll() {
    var place: int;
    foreach (place in keys(feed)) {
      Feed(place);
    }
  }

  fun Feed(place: int) {
    Say(SECONDARY, place, eLeaves, (from = net.here, stamp = Stamp(), nr = feed[place], tree = disk.leaves));
    feed -= (place);
  }

  // ---- acknowledgements

  fun Ask(place: int, size: int) {
    nr = nr + 1;
    asked[place] = nr;
    Say(SECONDARY, place, eGetTreeHead, (from = net.here, stamp = Stamp(), nr = nr, known = size));
  }

  // The latest acknowledgement of a secondary counts, not the best. Leaves that a secondary has and this primary lacks were
  // lost here: they are fetched back, and the primary starts again.
  fun OnTreeHead(m: tTreeHead) {
    if (Guard(REFUSE_EARLIER_EPOCH) && !Same(SECONDARY, m.from, m.stamp)) {
      return;
    }
    if (!Authority(disk) || !(m.from in asked) || m.nr != asked[m.from]) {
      return;
    }
    answering[m.from] = m.stamp.node;
    if (Lacks(m.stamp.node, m.tree) && Guard(SECONDARY_AHEAD)) {
      FetchBack(m.tree);
      Withdraw();
      Start();
      return;
    }
    heard += (m.stamp.node);
    known = Larger(known, m.published);
    acks[m.stamp.node] = Acknowledged(disk.leaves, m.tree);
    Ask(m.from, sizeof(m.tree));
    Advance();
  }

  // Whether a secondary holds leaves that may be committed, and that are not here. Where others are in their place, these
  // give way to those of a node that is heard for the first time since the start, unless they may have been signed.
  fun Lacks(node: int, tree: tTree): bool {
    var common: int;
    common = Common(disk.leaves, tree);
    return common < sizeof(tree) && (common == sizeof(disk.leaves) || (!(node in heard) && common >= Kept(disk)));
  }

  // Leaves that only this node has go to the end.
  fun FetchBack(tree: tTree) {
    var own: tTree;
    var leaf: int;
    own = disk.leaves;
    disk.leaves = tree;
    disk.recovered = sizeof(tree);
    foreach (leaf in own) {
      if (!(leaf in disk.leaves)) {
        disk.leaves += (sizeof(disk.leaves), leaf);
      }
    }
  }

  // At least one of those that were heard since the start has every committed leaf: of the roster that the start found, or
  // that a secondary knew better.
  fun HeardEnough(): bool {
    return HasEveryLeaf(found, heard, config.lost);
  }

  // ---- roster

  fun UpdateRoster() {
    var wanted: set[int];
    wanted = Wanted(config.secondaries, answering, disk.roster.nodes);
    if (sizeof(wanted) < config.quorum) {
      return;
    }
    if (!Current(disk.roster, disk.record.epoch, wanted, config.quorum)) {
      SignRoster(wanted, Without(Replaced(disk.roster, wanted, config.lost), Single(disk.node)));
    }
    if (sizeof(disk.roster.before) > 0 && Settled(disk.roster, rosterAt, acks, disk.sth.size, config.lost)) {
      SignRoster(wanted, default(set[int]));
    }
  }

  fun SignRoster(wanted: set[int], before: set[int]) {
    disk.roster = NextRoster(disk.roster, disk.record.epoch, wanted, config.quorum, before);
    rosterAt = default(set[int]);
    SendRoster();
  }

  fun SendRoster() {
    var node: int;
    if (disk.roster.number == 0) {
      return;
    }
    foreach (node in Union(disk.roster.nodes, disk.roster.before)) {
      if (!(node in rosterAt)) {
        Say(SECONDARY, PlaceOf(node), eAddRoster, (from = net.here, stamp = Stamp(), roster = disk.roster));
      }
    }
  }

  fun InForce(): bool {
    return sizeof(disk.roster.before) == 0 && Current(disk.roster, disk.record.epoch,
      Wanted(config.secondaries, answering, disk.roster.nodes), config.quorum);
  }

  // A roster of this epoch that this primary does not know was signed by itself: its directory is an older copy.
  fun OnRosterStored(m: tRosterMessage) {
    if (!Same(SECONDARY, m.from, m.stamp) || !Authority(disk)) {
      return;
    }
    if (m.roster == disk.roster) {
      rosterAt += (m.stamp.node);
    } else if (m.roster.epoch == disk.record.epoch && m.roster.number >= disk.roster.number) {
      disk.roster = m.roster;
      found = m.roster;
      rosterAt = Single(m.stamp.node);
      SendRoster();
    }
    Advance();
  }

  // ---- signing

  // The only place where a tree head is signed.
  fun TrySign() {
    var size: int;
    if (stopped || Diverged(acks) || !InForce() || (Guard(HEARD_BEFORE_SIGNING) && !HeardEnough())) {
      return;
    }
    if (!Preflight(sizeof(keys(witnessed)), sizeof(net.witnesses), config.cosigners, sizeof(config.secondaries) == 0,
      ticks > 0)) {
      return;
    }
    size = sizeof(disk.leaves);
    while (size >= 0 && Holders(disk.roster, rosterAt, acks, size) < disk.roster.quorum) {
      size = size - 1;
    }
    if (size < minimum || size < disk.sth.size || (size == disk.sth.size && !disk.awaiting)) {
      return;
    }
    if (Common(disk.sth.root, disk.leaves) < disk.sth.size && Guard(EXTENDS_LAST_SIGNED)) {
      stopped = true;
      return;
    }
    Sign(HeadOf(disk.leaves, size));
  }

  // Stored first; then told to submitters, secondaries and witnesses.
  fun Sign(head: tHead) {
    var leaf: int;
    disk.sth = head;
    disk.awaiting = false;
    fresh = true;
    age = 0;
    cosigned = default(set[int]);
    announce eSigned, (node = disk.node, epoch = disk.record.epoch, quorum = config.quorum,
      secondaries = disk.roster.nodes, head = head);
    foreach (leaf in waiting) {
      if (leaf in head.root) {
        waiting -= (leaf);
        Answer200(leaf);
      }
    }
    Push();
    AskWitnesses();
  }

  // ---- witnesses

  fun AskWitnesses() {
    var w: int;
    while (w < sizeof(net.witnesses)) {
      if (!(w in witnessed)) {
        AskWitness(w, NoHead());
      } else if (!(w in cosigned) && disk.sth.size >= 0) {
        AskWitness(w, disk.sth);
      }
      w = w + 1;
    }
  }

  fun AskWitness(w: int, head: tHead) {
    nr = nr + 1;
    asks[w] = nr;
    Say(WITNESS, w, eCosign, (from = net.here, promotion = false, nr = nr, head = head));
  }

  fun OnCosigned(m: tCosigned) {
    if (!Authority(disk) || !(m.witness in asks) || asks[m.witness] != m.nr) {
      return;
    }
    witnessed[m.witness] = m.size;
    if (m.size > Max(started, disk.sth.size) && Guard(WITNESS_PREFLIGHT)) {
      stopped = true;
      Withdraw();
      return;
    }
    if (m.done && m.size == disk.sth.size) {
      cosigned += (m.witness);
    }
    Advance();
  }

  // ---- publication

  fun Show(head: tHead) {
    shown = head;
    announce eShown, (place = net.here, epoch = disk.record.epoch, size = head.size);
  }

  fun Withdraw() {
    if (shown.size >= 0) {
      Show(NoHead());
    }
  }

  // Gives the last signed head to the secondaries that do not have it yet.
  fun Push() {
    var node: int;
    foreach (node in disk.roster.nodes) {
      if (disk.sth.size >= 0 && (!(node in storedAt) || storedAt[node] < disk.sth.size)) {
        Say(SECONDARY, PlaceOf(node), eAddPublished, (from = net.here, stamp = Stamp(), head = disk.sth));
      }
    }
  }

  fun OnPublishedStored(m: tPublishedStored) {
    if (Guard(REFUSE_EARLIER_PUSH) && !Same(SECONDARY, m.from, m.stamp)) {
      return;
    }
    storedAt[m.stamp.node] = m.size;
    Advance();
  }

  // No head larger than this one can have been shown before this start.
  fun NoLaterShown(size: int): bool {
    return HeardEnough() && known.size <= size && HaveNoMore(witnessed, sizeof(net.witnesses), config.cosigners, size);
  }

  // The saved head after a start.
  fun ShowSaved() {
    if (shown.size >= 0 || stopped || disk.awaiting) {
      return;
    }
    if (Guard(HEARD_BEFORE_SHOWING)) {
      if (!NoLaterShown(known.size) || !IsPrefix(known.root, disk.leaves)) {
        return;
      }
      disk.published = known;
    }
    Show(disk.published);
  }

  // The last signed head, if it is larger than the shown one: once enough secondaries have stored it; or, when that takes
  // too long, a quorum of witnesses cosigned it.
  fun TryShow() {
    if (disk.sth.size <= shown.size || disk.awaiting || stopped) {
      return;
    }
    if (Guard(HEARD_BEFORE_SHOWING) && !fresh && !NoLaterShown(disk.sth.size)) {
      return;
    }
    if (Guard(STORED_BEFORE_SHOWN) && CountAtLeast(disk.roster.nodes, storedAt, disk.sth.size) < config.quorum
      && (age == 0 || sizeof(net.witnesses) == 0 || sizeof(cosigned) < config.cosigners)) {
      return;
    }
    disk.published = disk.sth;
    Show(disk.sth);
  }

  // ---- succession

  fun OnAddPromotion(m: tOffer) {
    announce eOffered, (place = net.here, record = m.record);
    if (!Guard(FENCE_ON_CONTACT)) {
      return;
    }
    disk = Judge(disk, m.record, m.completed);
    if (!Authority(disk)) {
      Withdraw();
    }
    if (m.handsOver && SameRecord(m.record, disk.record) && Authority(disk)) {
      Say(PRIMARY, m.from, eTookOver, (record = disk.record, tree = disk.leaves));
    } else if (m.record.epoch < disk.record.epoch) {
      HandOver(m.from);
    }
    if (m.answer) {
      Say(PROMOTION, m.from, eFenced, (from = net.here, stamp = Stamp(), record = disk.record, completed = disk.completed,
        tree = disk.leaves, published = disk.published, roster = disk.roster));
    }
  }

  // A planned switchover: everything is signed, shown, and stored by the other. The record is stored here first; from then
  // on this node never signs.
  fun TryHandOver() {
    var node, size: int;
    var record: tRecord;
    if (drain < 0 || !(drain in answering) || !InForce() || !(answering[drain] in rosterAt)) {
      return;
    }
    node = answering[drain];
    size = sizeof(disk.leaves);
    if (Guard(SWITCHOVER_DRAINED) && (disk.sth.size < size || shown.size < size || !AtLeast(node, acks, size)
      || !AtLeast(node, storedAt, size))) {
      return;
    }
    record = (epoch = disk.record.epoch + 1, node = node, planned = true, size = size, root = disk.leaves);
    if (Guard(SWITCHOVER_STORED)) {
      announce eRecordStored, record;
      disk.record = record;
      disk.completed = false;
      Withdraw();
    }
    Say(RUNNING, drain, eAddPromotion, (from = net.here, stamp = Stamp(), record = record, completed = false,
      answer = false, handsOver = true));
  }

  fun OnAskRejoin(m: tAskRejoin) {
    if (Authority(disk)) {
      Say(REJOIN, m.from, eRejoinAnswer, (nr = m.nr, record = disk.record, tree = disk.leaves, kept = Kept(disk)));
    }
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

  fun HandOver(whom: int) {
    Say(RUNNING, whom, eAddPromotion, (from = net.here, stamp = Stamp(), record = disk.record, completed = disk.completed,
      answer = false, handsOver = Superseded(disk) && (disk.record.planned || !Guard(SWITCHOVER_PLANNED))));
  }

  // ---- the end of a step: what changed is made durable, then told. The process may die before or after telling.

  fun Say(program: tProgram, whom: int, what: event, body: any) {
    out += (sizeof(out), (program = program, whom = whom, what = what, body = body));
  }

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
      Withdraw();
      out = default(seq[tOut]);
      disk = platter;
      if (!MayLead(disk)) {
        Leave(disk, OFF);
        goto Idle;
      }
      Start();
      platter = Persist(disk, platter);
    }
  }
}
