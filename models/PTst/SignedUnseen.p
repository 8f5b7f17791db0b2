// partitioned-promotion, the moment before: the primary signs a head while it loses the way to everybody, so that no other
// node has heard of that head when one of them is promoted. Then the old primary gets to show it after all, or tries to.

// What leaves a place does not arrive at these others (100 + n: witness n).
fun Silence(w: tWorld, place: int, others: set[int], messages: int) {
  Order(w.hosts[place], eTrouble, (cut = others, messages = messages, crashes = 0));
}

// Places 0, 1 and 2; a leaf is on its way when place 0 falls silent; what is sent to it still arrives for a while.
fun BeforeThePromotion(operator: machine, witnesses: int): tWorld {
  var w: tWorld;
  w = Build(operator, 3, witnesses);
  StartAll(w, Set2(1, 2), 1);
  w = Submit(w, 1);
  Await(w, 10);
  Rounds(w, 2);
  w = Submit(w, 1);
  PassSome(w, 2);
  if ($) {
    Silence(w, 1, Single(0), 0);
  }
  Silence(w, 0, Union(Set2(1, 2), Single(100)), 0);
  PassSome(w, 2);
  Silence(w, 1, Single(0), 0);
  Silence(w, 2, Single(0), 0);
  return w;
}

fun LeadAndShow(w: tWorld) {
  if (StartPrimary(w, 1, Set2(0, 2), 1)) {
    Public(w, 1);
  } else {
    StartSecondary(w, 1, 0);
  }
}

// Place 1 leads in the end, and everything is committed.
fun AfterThePromotion(w: tWorld) {
  Trouble(w, 0, 0);
  if (!Leads(w, 1)) {
    Promote(w, 1, 0, true);
    StartPrimary(w, 1, Set2(0, 2), 1);
  }
  Public(w, 1);
  Order(w.hosts[0], eKill, null);
  Follow(w, 0, 1);
  w = Submit(w, 1);
  Settle(w);
}

// The old primary, which the promotion did not reach, finds a witness again, which cosigns its head.
machine UnseenButCosigned {
  start state Script {
    entry {
      var w: tWorld;
      w = BeforeThePromotion(this, 1);
      Promote(w, 1, 0, false);
      Silence(w, 0, Set2(1, 2), 0);
      PassSome(w, 6);
      LeadAndShow(w);
      PassSome(w, 4);
      AfterThePromotion(w);
    }
  }
}

// The old primary finds the other secondary again, which has the record by now.
machine UnseenButStored {
  start state Script {
    entry {
      var w: tWorld;
      var leads: bool;
      w = BeforeThePromotion(this, 0);
      leads = Promote(w, 1, 0, false) && $;
      if (leads) {
        LeadAndShow(w);
        Rounds(w, 2);
      }
      Silence(w, 0, Single(1), 3);
      Silence(w, 1, Single(0), 0);
      Silence(w, 2, default(set[int]), 3);
      PassSome(w, 6);
      if (!leads) {
        LeadAndShow(w);
      }
      PassSome(w, 4);
      AfterThePromotion(w);
    }
  }
}

// The old primary is there again when its secondary is to be promoted; its witness is not yet.
machine UnseenButAlive {
  start state Script {
    entry {
      var w: tWorld;
      var none: set[int];
      w = BeforeThePromotion(this, 1);
      Order(w.hosts[1], eKill, null);
      Silence(w, 1, none, 0);
      Silence(w, 0, Set2(2, 100), 0);
      Promote(w, 1, 0, $);
      Silence(w, 0, Set2(1, 2), 0);
      PassSome(w, 6);
      LeadAndShow(w);
      PassSome(w, 4);
      AfterThePromotion(w);
    }
  }
}

test param (fault in [0, 15, 32]) tcUnseenButCosigned [main = UnseenButCosigned]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped,
    EverythingCommitted in (union Log, { UnseenButCosigned });

test param (fault in [0, 3, 4]) tcUnseenButStored [main = UnseenButStored]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped,
    EverythingCommitted in (union Log, { UnseenButStored });

test param (fault in [0, 15, 2715]) tcUnseenButAlive [main = UnseenButAlive]:
  assert AppendOnly, ReplicatedBeforeSigned, KeptForEver, NeverBackwards, OneSigner, SignedNotDropped,
    EverythingCommitted in (union Log, { UnseenButAlive });
