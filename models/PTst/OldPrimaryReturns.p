// old-primary-returns: after a promotion the old primary starts again, as it was, with a fresh secondary, or with none; then
// it rejoins.

machine OldPrimaryReturns {
  var w: tWorld;

  start state Script {
    entry {
      var reached: bool;
      w = Build(this, 3, Pick(0, 1));
      StartAll(w, Single(1), 1);
      w = Submit(w, 2);
      if (!Await(w, 10)) {
        Settle(w);
        return;
      }
      w = Submit(w, 2);
      PassSome(w, 3);
      Order(w.hosts[0], eKill, null);
      Promote(w, 1, 0, false);
      StartPrimary(w, 1, Single(0), 1);
      Public(w, 1);
      w = Submit(w, 1);
      // The operator forgets what was done, and starts the old primary.
      if ($) {
        Cut(w, Single(0), Single(1));
      }
      Misconfigured();
      if ($) {
        Public(w, 0);
      }
      PassSome(w, 6);
      Trouble(w, 0, 0);
      PassSome(w, 6);
      Order(w.hosts[0], eKill, null);
      Order(w.hosts[2], eKill, null);
      Public(w, 1);
      Trouble(w, 0, Pick(0, 1));
      Follow(w, 0, 1);
      Follow(w, 0, 1);
      w = Submit(w, 1);
      Settle(w);
    }
  }

  fun Misconfigured() {
    var how: int;
    var none: set[int];
    how = choose(3);
    if (how == 0) {
      StartPrimary(w, 0, Single(1), 1);
    } else if (how == 1) {
      StartSecondary(w, 2, 0);
      StartPrimary(w, 0, Single(2), 1);
    } else {
      StartPrimary(w, 0, none, 0);
    }
  }
}

test param (fault in [0]) tcOldPrimaryReturns [main = OldPrimaryReturns]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped,
    EverythingCommitted in (union Log, { OldPrimaryReturns });
