// All submitters: each leaf is sent to the log's public address until it is answered by 200.

machine Client {
  var address: machine;
  var operator: machine;
  var open: set[int];
  var awaited: bool;

  start state Submitting {
    on eWire do (w: tNet) { operator = w.operator; }
    on eAddress do (node: machine) { address = node; }
    on eSubmit do (leaf: int) {
      open += (leaf);
      announce eSubmitted, leaf;
      send address, eAddLeaf, leaf;
    }
    on eAdded do (leaf: int) {
      if (leaf in open) {
        open -= (leaf);
      }
    }
    on eTick do {
      var leaf: int;
      foreach (leaf in open) {
        send address, eAddLeaf, leaf;
      }
      send operator, eDone, sizeof(open) == 0;
    }
  }
}
