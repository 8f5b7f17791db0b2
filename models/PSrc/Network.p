// The network, as one place has it: what it sends arrives, arrives twice, late, or never, and the order in which different
// places are heard is the checker's choice. Messages are addressed to a program at a place, as their URL does.

enum tProgram { PRIMARY, SECONDARY, RUNNING, PROMOTION, REJOIN, WITNESS, CLIENT }

type tPlace = (primary: machine, secondary: machine, promotion: machine, rejoin: machine);

type tNet = (
  here: int,
  places: seq[tPlace],
  witnesses: seq[machine],
  client: machine,
  host: machine,
  operator: machine);

// What goes wrong here: the places that cannot be reached (100 + n: witness n), so many messages that are lost, doubled or
// late, and so many crashes after which the program starts again by itself.
type tTrouble = (cut: set[int], messages: int, crashes: int);

type tOut = (program: tProgram, whom: int, what: event, body: any);

// Sends, and returns what is late and how many messages may still go wrong. What was late before goes last.
fun Deliver(net: tNet, trouble: tTrouble, out: seq[tOut], late: seq[tOut]): (late: seq[tOut], left: int) {
  var luck, left: int;
  var m: tOut;
  var later: seq[tOut];
  left = trouble.messages;
  foreach (m in out) {
    luck = 9;
    if (left > 0) {
      luck = choose(12);
    }
    if (luck < 3) {
      left = left - 1;
    }
    if (luck == 0) {
      later += (sizeof(later), m);
    } else if (luck == 1) {
      Transmit(net, trouble.cut, m);
      Transmit(net, trouble.cut, m);
    } else if (luck != 2) {
      Transmit(net, trouble.cut, m);
    }
  }
  foreach (m in late) {
    Transmit(net, trouble.cut, m);
  }
  return (late = later, left = left);
}

fun Transmit(net: tNet, cut: set[int], m: tOut) {
  if (m.program == CLIENT) {
    send net.client, m.what, m.body;
  } else if (m.program == WITNESS) {
    if (!(100 + m.whom in cut)) {
      send net.witnesses[m.whom], m.what, m.body;
    }
  } else if (m.whom != net.here && !(m.whom in cut)) {
    if (m.program == PRIMARY || m.program == RUNNING) {
      send net.places[m.whom].primary, m.what, m.body;
    }
    if (m.program == SECONDARY || m.program == RUNNING) {
      send net.places[m.whom].secondary, m.what, m.body;
    }
    if (m.program == PROMOTION) {
      send net.places[m.whom].promotion, m.what, m.body;
    }
    if (m.program == REJOIN) {
      send net.places[m.whom].rejoin, m.what, m.body;
    }
  }
}
