// The parts of a test case: places 0 to 3, of which 0 is born as the primary, witnesses, and a client.

// lost: the nodes that the operator declares lost; leaf: the last one that was submitted.
type tWorld = (hosts: seq[machine], places: seq[tPlace], client: machine, leaf: int, lost: set[int],
  generations: map[int, int]);

fun Build(operator: machine, places: int, witnesses: int): tWorld {
  var w: tWorld;
  var i: int;
  var net: tNet;
  net.operator = operator;
  net.client = new Client();
  w.client = net.client;
  while (i < places) {
    net.places += (i, (primary = new Primary(), secondary = new Secondary(), promotion = new Promotion(),
      rejoin = new Rejoin()));
    w.hosts += (i, new Host());
    w.generations[i] = 0;
    i = i + 1;
  }
  i = 0;
  while (i < witnesses) {
    net.witnesses += (i, new Witness());
    i = i + 1;
  }
  w.places = net.places;
  i = 0;
  while (i < witnesses) {
    net.here = i;
    send net.witnesses[i], eWire, net;
    i = i + 1;
  }
  i = 0;
  while (i < places) {
    net.here = i;
    net.host = w.hosts[i];
    send net.places[i].primary, eWire, net;
    send net.places[i].secondary, eWire, net;
    send net.places[i].promotion, eWire, net;
    send net.places[i].rejoin, eWire, net;
    send w.hosts[i], eWire, net;
    i = i + 1;
  }
  send w.client, eWire, net;
  Public(w, 0);
  return w;
}

// Moves the public address.
fun Public(w: tWorld, place: int) {
  announce ePublic, place;
  send w.client, eAddress, w.places[place].primary;
}

fun Order(m: machine, what: event, body: any): bool {
  var result: bool;
  send m, what, body;
  receive {
    case eDone: (ok: bool) { result = ok; }
  }
  return result;
}

fun StartPrimary(w: tWorld, place: int, secondaries: set[int], quorum: int): bool {
  return Order(w.hosts[place], eStart, (primary = true, config = Config(w, secondaries, quorum, 0)));
}

fun StartSecondary(w: tWorld, place: int, follow: int): bool {
  return Order(w.hosts[place], eStart, (primary = false, config = Config(w, default(set[int]), 0, follow)));
}

fun Places(w: tWorld): set[int] {
  var places: set[int];
  var i: int;
  while (i < sizeof(w.hosts)) {
    places += (i);
    i = i + 1;
  }
  return places;
}

fun Set2(a: int, b: int): set[int] {
  var s: set[int];
  s += (a);
  s += (b);
  return s;
}

fun Set3(a: int, b: int, c: int): set[int] {
  var s: set[int];
  s += (a);
  s += (b);
  s += (c);
  return s;
}

fun Pick(a: int, b: int): int {
  if ($) {
    return a;
  }
  return b;
}

fun Config(w: tWorld, secondaries: set[int], quorum: int, follow: int): tConfig {
  return (secondaries = secondaries, quorum = quorum, lost = w.lost, follow = follow, cosigners = 1);
}

// So many leaves are submitted.
fun Submit(w: tWorld, leaves: int): tWorld {
  var i: int;
  while (i < leaves) {
    w.leaf = w.leaf + 1;
    send w.client, eSubmit, w.leaf;
    i = i + 1;
  }
  return w;
}

// Time passes here and there: so many ticks at places that the checker chooses.
fun Pass(w: tWorld, ticks: int) {
  var i, place: int;
  while (i < ticks) {
    place = choose(sizeof(w.hosts) + 1);
    if (place == sizeof(w.hosts)) {
      Order(w.client, eTick, null);
    } else {
      Order(w.hosts[place], eTick, null);
    }
    i = i + 1;
  }
}

// Between none and so many ticks.
fun PassSome(w: tWorld, most: int) {
  Pass(w, choose(most + 1));
}

// Cuts places off from each other: those of one side from those of the other.
fun Cut(w: tWorld, side: set[int], other: set[int]) {
  var i: int;
  foreach (i in side) {
    Order(w.hosts[i], eTrouble, (cut = other, messages = 0, crashes = 0));
  }
  foreach (i in other) {
    Order(w.hosts[i], eTrouble, (cut = side, messages = 0, crashes = 0));
  }
}

// Lets messages get lost, doubled and late, and programs crash, so many each at every place.
fun Trouble(w: tWorld, messages: int, crashes: int) {
  var host: machine;
  foreach (host in w.hosts) {
    Order(host, eTrouble, (cut = default(set[int]), messages = messages, crashes = crashes));
  }
}

// Time passes everywhere until the client has all its answers, at most so many rounds. Whether it has them.
fun Await(w: tWorld, rounds: int): bool {
  var host: machine;
  while (rounds > 0) {
    foreach (host in w.hosts) {
      Order(host, eTick, null);
    }
    if (Order(w.client, eTick, null)) {
      return true;
    }
    rounds = rounds - 1;
  }
  return false;
}

// So many ticks everywhere.
fun Rounds(w: tWorld, rounds: int) {
  var host: machine;
  while (rounds > 0) {
    foreach (host in w.hosts) {
      Order(host, eTick, null);
    }
    rounds = rounds - 1;
  }
}

// The same with single ticks here and there.
fun AwaitSome(w: tWorld, ticks: int): bool {
  while (ticks > 0) {
    if (Order(w.client, eTick, null)) {
      return true;
    }
    Pass(w, 1);
    ticks = ticks - 1;
  }
  return false;
}
