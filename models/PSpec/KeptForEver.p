// I4: a leaf that got 200 is in every head that is signed later; and it is in a signed head when it gets 200.
spec KeptForEver observes eSigned, eCommitted {
  var signed: set[int];
  var committed: set[int];

  start state Watching {
    on eSigned do (s: tSigned) {
      var leaf: int;
      foreach (leaf in committed) {
        assert leaf in s.head.root,
          format("I4: leaf {0} got 200, and is not in {1}, which node {2} signed later", leaf, s.head, s.node);
      }
      foreach (leaf in s.head.root) {
        signed += (leaf);
      }
    }
    on eCommitted do (leaf: int) {
      assert leaf in signed, format("I4: leaf {0} got 200, and is in no signed head", leaf);
      committed += (leaf);
    }
  }
}
