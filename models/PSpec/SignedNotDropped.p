// Rejoin never drops a leaf that lies under a head which the node itself signed or published.
spec SignedNotDropped observes eDropped {
  start state Watching {
    on eDropped do (d: tDropped) {
      assert d.size >= d.signed,
        format("node {0} drops its leaves beyond {1}, and has signed or published size {2}", d.node, d.size, d.signed);
    }
  }
}
