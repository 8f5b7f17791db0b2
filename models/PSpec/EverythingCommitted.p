// Liveness: once everything is healed, every submitted leaf gets 200.
spec EverythingCommitted observes eSubmitted, eCommitted {
  var open: set[int];

  start state Quiet {
    on eSubmitted goto Waiting with (leaf: int) { open += (leaf); }
    ignore eCommitted;
  }

  hot state Waiting {
    on eSubmitted do (leaf: int) { open += (leaf); }
    on eCommitted do (leaf: int) {
      if (leaf in open) {
        open -= (leaf);
      }
      if (sizeof(open) == 0) {
        goto Quiet;
      }
    }
  }
}
