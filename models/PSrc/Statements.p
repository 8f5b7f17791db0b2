// What is signed with the log key beside tree heads. A node is named by a number, ten times the number of the place where
// it runs (its URL), plus how often the place got a new node: 10, 11, 12 run at place 0, 20 at place 1.

// Epoch 0: there is none, the log was never promoted. planned: signed by the primary that gives its role away, in a
// switchover; else by the node that is promoted.
type tRecord = (epoch: int, node: int, planned: bool, size: int, root: tTree);

// Who must acknowledge, and how many of them. before: the nodes of the roster that this one replaces, as long as not all
// of them have stored this one. number: grows within an epoch.
type tRoster = (epoch: int, number: int, quorum: int, nodes: set[int], before: set[int]);

// The header that goes with every message between nodes: who speaks, and which promotion record it knows.
type tStamp = (node: int, epoch: int, holder: int);

fun PlaceOf(node: int): int {
  return node / 10 - 1;
}

fun PlacesOf(nodes: set[int]): set[int] {
  var places: set[int];
  var node: int;
  foreach (node in nodes) {
    places += (PlaceOf(node));
  }
  return places;
}

fun SameRecord(a: tRecord, b: tRecord): bool {
  return a.epoch == b.epoch && a.node == b.node;
}

fun NewerRoster(a: tRoster, b: tRoster): bool {
  return a.epoch > b.epoch || (a.epoch == b.epoch && a.number > b.number);
}

fun Majority(n: int): int {
  return n / 2 + 1;
}

// How many secondaries, at least one of which holds every committed leaf: a committed leaf is on quorum of them.
fun Enough(nodes: int, quorum: int): int {
  if (nodes == 0) {
    return 0;
  }
  return nodes - quorum + 1;
}

// P hands a collection that is a field of a tuple to a function without copying it: what a function changes it copies first.

fun Without(a: set[int], b: set[int]): set[int] {
  var x: int;
  var rest: set[int];
  foreach (x in a) {
    if (!(x in b)) {
      rest += (x);
    }
  }
  return rest;
}

fun Union(a: set[int], b: set[int]): set[int] {
  var x: int;
  var all: set[int];
  all = a;
  foreach (x in b) {
    all += (x);
  }
  return all;
}

// How many of some nodes are in a set.
fun CountIn(nodes: set[int], those: set[int]): int {
  var x, n: int;
  foreach (x in nodes) {
    if (x in those) {
      n = n + 1;
    }
  }
  return n;
}

fun Single(a: int): set[int] {
  var s: set[int];
  s += (a);
  return s;
}

fun Superseded(d: tDisk): bool {
  return d.record.epoch > 0 && d.record.node != d.node;
}

// Whether this disk lets its node sign, take leaves and show heads.
fun Authority(d: tDisk): bool {
  return d.primary && !d.frozen && !d.conflict && !Superseded(d);
}
