// primary-killed-under-load: primary and secondaries die and start again at any moment, messages get lost.

machine Killed {
  start state Script {
    entry {
      var w: tWorld;
      w = Build(this, 3, 1);
      if ($) {
        StartPrimary(w, 0, Single(1), 1);
      } else {
        StartPrimary(w, 0, Set2(1, 2), Pick(1, 2));
      }
      StartSecondary(w, 1, 0);
      StartSecondary(w, 2, 0);
      Trouble(w, 3, 2);
      w = Submit(w, 3);
      PassSome(w, 8);
      w = Submit(w, 2);
      PassSome(w, 8);
      Settle(w);
    }
  }
}

test param (fault in [0]) tcKilled [main = Killed]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped,
    EverythingCommitted in (union Log, { Killed });
