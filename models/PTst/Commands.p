// What an operator does in more than one step.

// Promotes the node at a place, and lets it run as the primary. The command may be killed on the way, and run again.
fun Promote(w: tWorld, place: int, old: int, fence: bool): bool {
  var tries: int;
  Order(w.hosts[place], eKill, null);
  Order(w.hosts[place], ePromote, (config = Config(w, default(set[int]), 0, old), fencePrimary = fence));
  while (tries < 10) {
    Pass(w, 1);
    if (Order(w.hosts[place], eTick, null)) {
      return true;
    }
    tries = tries + 1;
  }
  Order(w.hosts[place], eKill, null);
  return false;
}

// A stopped node becomes a secondary again: as it is, or with the leaves dropped that only it has.
fun Follow(w: tWorld, place: int, primary: int): bool {
  if (StartSecondary(w, place, primary)) {
    return true;
  }
  Rejoin(w, place, primary);
  return StartSecondary(w, place, primary);
}

fun Rejoin(w: tWorld, place: int, primary: int) {
  var tries: int;
  while (tries < 12) {
    if (tries % 6 == 0) {
      Order(w.hosts[place], eKill, null);
      Order(w.hosts[place], eRejoin, (primary = primary,));
    }
    Pass(w, 1);
    if (Order(w.hosts[place], eTick, null)) {
      return;
    }
    tries = tries + 1;
  }
  Order(w.hosts[place], eKill, null);
}

// The disk of a place is gone; the operator makes a new node there, and declares the old one lost.
fun Lose(w: tWorld, place: int): tWorld {
  Order(w.hosts[place], eKill, null);
  Order(w.hosts[place], eInit, null);
  w.lost += (NodeAt(w, place));
  w.generations[place] = w.generations[place] + 1;
  return w;
}

fun NodeAt(w: tWorld, place: int): int {
  return 10 * (place + 1) + w.generations[place];
}

// Starts again what has stopped: the primary at one place, secondaries at others.
fun Restart(w: tWorld, primary: int, secondaries: set[int], quorum: int) {
  var place: int;
  StartPrimary(w, primary, secondaries, quorum);
  foreach (place in secondaries) {
    Follow(w, place, primary);
  }
}

// The first start: the primary at place 0, its secondaries.
fun StartAll(w: tWorld, secondaries: set[int], quorum: int) {
  var place: int;
  StartPrimary(w, 0, secondaries, quorum);
  foreach (place in secondaries) {
    StartSecondary(w, place, 0);
  }
}

// Whether the node at a place is a running primary that may sign.
fun Leads(w: tWorld, place: int): bool {
  return Order(w.hosts[place], eStatus, null);
}

// Everything is healed, and time passes until the client has all its answers, or for so long that it will never have them.
// If it takes long, the operator lets the other nodes rejoin the primary: what they have beyond its tree was never committed.
fun Settle(w: tWorld) {
  var place, primary: int;
  Trouble(w, 0, 0);
  if (Await(w, 12)) {
    return;
  }
  primary = -1;
  foreach (place in Places(w)) {
    if (Leads(w, place)) {
      primary = place;
    }
  }
  if (primary >= 0) {
    foreach (place in Without(Places(w), Single(primary))) {
      Rejoin(w, place, primary);
      StartSecondary(w, place, primary);
    }
  }
  Await(w, 20);
}
