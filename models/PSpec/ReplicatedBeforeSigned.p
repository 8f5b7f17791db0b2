// I2: a head is signed only when the required number of secondaries of the roster have stored exactly that tree.
spec ReplicatedBeforeSigned observes eSigned, eHolds {
  var held: map[int, seq[tTree]];

  start state Watching {
    on eHolds do (h: tHolds) {
      var tree: tTree;
      tree = h.tree;
      if (!(h.node in held)) {
        held[h.node] = default(seq[tTree]);
      }
      held[h.node] += (0, tree);
    }
    on eSigned do (s: tSigned) {
      var node, holders: int;
      foreach (node in s.secondaries) {
        if (node in held && Held(node, s.head.root)) {
          holders = holders + 1;
        }
      }
      assert holders >= s.quorum, format("I2: node {0} signed {1}, which {2} of {3} secondaries hold, {4} are required",
        s.node, s.head, holders, s.secondaries, s.quorum);
    }
  }

  fun Held(node: int, root: tTree): bool {
    var tree: tTree;
    foreach (tree in held[node]) {
      if (IsPrefix(root, tree)) {
        return true;
      }
    }
    return false;
  }
}
