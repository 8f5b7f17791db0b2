// Which secondaries count. A new roster names the nodes of the one that it replaces (before) until all of them have stored
// it, or are declared lost, and until enough of the new ones hold all that is signed; then it is signed once more without
// them. Nothing new is signed in between.

// The nodes that answer, or that answered last, at the configured places.
fun Wanted(places: set[int], answering: map[int, int], known: set[int]): set[int] {
  var wanted: set[int];
  var place, node: int;
  foreach (place in places) {
    if (place in answering) {
      wanted += (answering[place]);
    } else {
      foreach (node in known) {
        if (PlaceOf(node) == place) {
          wanted += (node);
        }
      }
    }
  }
  return wanted;
}

fun Current(r: tRoster, epoch: int, wanted: set[int], quorum: int): bool {
  return r.number > 0 && r.epoch == epoch && r.nodes == wanted && r.quorum == quorum;
}

fun NextRoster(r: tRoster, epoch: int, wanted: set[int], quorum: int, before: set[int]): tRoster {
  var number: int;
  number = 1;
  if (r.epoch == epoch) {
    number = r.number + 1;
  }
  return (epoch = epoch, number = number, quorum = quorum, nodes = wanted, before = before);
}

// Whom a new roster waits for.
fun Replaced(r: tRoster, wanted: set[int], lost: set[int]): set[int] {
  var before: set[int];
  var node: int;
  before = Without(Union(r.nodes, r.before), lost);
  foreach (node in before) {
    if ((node in wanted && !Guard(ROSTER_ADDITION)) || (!(node in wanted) && !Guard(ROSTER_LEFT_BEHIND))) {
      before -= (node);
    }
  }
  return before;
}

// All that the roster waits for has come: the earlier nodes know it, and enough of the new ones hold what is signed.
fun Settled(r: tRoster, stored: set[int], acks: map[int, int], signed: int, lost: set[int]): bool {
  var waiting: set[int];
  waiting = Without(r.before, lost);
  return CountIn(waiting, stored) == sizeof(waiting) && Holders(r, stored, acks, signed) >= r.quorum;
}

// How many nodes of the roster have acknowledged a size, and count because they have stored the roster.
fun Holders(r: tRoster, stored: set[int], acks: map[int, int], size: int): int {
  var node, holders: int;
  foreach (node in r.nodes) {
    if (node in acks && acks[node] >= size && (node in stored || !Guard(ROSTER_BEFORE_ACK))) {
      holders = holders + 1;
    }
  }
  return holders;
}

// Whether one of some nodes must have every committed leaf. A committed leaf is on quorum nodes of the roster. With the
// roster still being replaced, it may be on those of the one before. After a promotion, which has seen to it, there is none.
fun HasEveryLeaf(r: tRoster, heard: set[int], lost: set[int]): bool {
  var needed, there: int;
  if (r.number == 0) {
    return true;
  }
  there = sizeof(Without(r.nodes, lost));
  needed = Enough(sizeof(r.nodes), r.quorum);
  if (there < needed) {
    needed = there;
  }
  return CountIn(r.nodes, heard) >= needed && sizeof(Without(Without(r.before, lost), heard)) == 0;
}

// The nodes that a promotion has to deal with: the roster's, and those of the roster that it is replacing.
fun Others(d: tDisk): set[int] {
  var others: set[int];
  others = d.roster.nodes;
  if (Guard(ROSTER_BEFORE)) {
    others = Union(others, d.roster.before);
  }
  if (d.node in others) {
    others -= (d.node);
  }
  return others;
}

// Enough are fenced, and the rest is lost: whatever was committed is with one of the fenced, and nobody commits any more.
fun Decided(d: tDisk, fenced: set[int], lost: set[int]): bool {
  var n: int;
  if (!Guard(PROMOTE_QUORUM)) {
    return true;
  }
  n = sizeof(d.roster.nodes);
  return CountIn(d.roster.nodes, Union(fenced, Single(d.node))) >= Max(Enough(n, d.roster.quorum), Majority(n))
    && sizeof(Without(Without(Others(d), fenced), lost)) == 0;
}

// ---- acknowledgements

// What a secondary's tree acknowledges of this one; -1 if the two differ.
fun Acknowledged(own: tTree, theirs: tTree): int {
  if (IsPrefix(theirs, own) || !Guard(ROOT_COMPARISON)) {
    return sizeof(theirs);
  }
  if (IsPrefix(own, theirs)) {
    return sizeof(own);
  }
  return -1;
}

fun Diverged(acks: map[int, int]): bool {
  return -1 in values(acks);
}

fun AtLeast(node: int, sizes: map[int, int], size: int): bool {
  return node in sizes && sizes[node] >= size;
}

fun CountAtLeast(nodes: set[int], sizes: map[int, int], size: int): int {
  var node, n: int;
  foreach (node in nodes) {
    if (AtLeast(node, sizes, size)) {
      n = n + 1;
    }
  }
  return n;
}
