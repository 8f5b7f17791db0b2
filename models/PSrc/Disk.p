// What a place has on stable storage, and what may be concluded from it. Everything else a crash takes away.

type tDisk = (
  node: int,            // the node's id; another one after the directory was made anew
  primary: bool,        // role primary and tree type LOG; else secondary and PREORDERED_LOG
  frozen: bool,
  leaves: tTree,
  sth: tHead,           // the sth file
  awaiting: bool,       // sth.startup says await-secondary
  published: tHead,     // a primary's published head; on a secondary the largest one that the primary pushed
  certain: bool,        // a promotion found that no later head than that can have been shown
  record: tRecord,
  completed: bool,      // the promotion that the record speaks of is known to be over
  conflict: bool,       // two promotions of this epoch were completed
  inherited: int,       // size that the node was promoted with
  recovered: int,       // size up to which leaves were fetched back from a secondary
  roster: tRoster);

fun NewDisk(node: int, primary: bool): tDisk {
  var d: tDisk;
  d.node = node;
  d.primary = primary;
  d.sth = NoHead();
  if (primary) {
    d.sth.size = 0;
  }
  d.published = d.sth;
  return d;
}

// What reaches the disk at the end of a step: everything. With a guard taken out, a part stays behind until time passes.
fun Persist(d: tDisk, before: tDisk): tDisk {
  if ((d.primary && !Guard(LEAVES_DURABLE)) || (!d.primary && !Guard(SECONDARY_DURABLE))) {
    d.leaves = before.leaves;
  }
  if (!Guard(HEAD_DURABLE)) {
    d.sth = before.sth;
    d.published = before.published;
  }
  if (!Guard(RECORD_DURABLE)) {
    d.record = before.record;
    d.completed = before.completed;
  }
  if (d.leaves != before.leaves) {
    announce eHolds, (node = d.node, tree = d.leaves);
  }
  return d;
}

// What a primary's start checks. A primary without a signed head starts only after a promotion.
fun MayLead(d: tDisk): bool {
  if (d.node == 0 || d.frozen || (!d.primary && Guard(ROLE_CHECK))) {
    return false;
  }
  if (d.primary && d.sth.size < 0 && !d.awaiting) {
    return false;
  }
  return !Guard(STH_IN_TREE) || (IsPrefix(d.sth.root, d.leaves) && IsPrefix(d.published.root, d.leaves));
}

// How much of a primary's tree gives way to no secondary: what it has signed; what the primary before may have signed, as
// long as this one has signed nothing; and what it has fetched back.
fun Kept(d: tDisk): int {
  var kept: int;
  kept = d.sth.size;
  if (Guard(KEPT_FETCHED)) {
    kept = Max(kept, d.recovered);
  }
  if (d.awaiting && Guard(KEPT_INHERITED)) {
    kept = Max(kept, d.inherited);
  }
  return kept;
}

// What a node knows after it was offered a promotion record. The first record of an epoch stays; but one whose promotion is
// over replaces one whose promotion is not, and which can never be completed any more.
fun Judge(d: tDisk, offered: tRecord, completed: bool): tDisk {
  if (offered.epoch > d.record.epoch) {
    d.record = offered;
    d.completed = completed;
    d.conflict = false;
  } else if (offered.epoch == d.record.epoch && offered.epoch > 0) {
    if (offered.node == d.record.node) {
      d.completed = d.completed || completed;
    } else if (!Guard(ONE_RECORD_PER_EPOCH)) {
      d.record = offered;
      d.completed = completed;
    } else if (completed && !d.completed && Guard(GIVE_WAY)) {
      d.record = offered;
      d.completed = true;
    } else if ((completed || !Guard(GIVE_WAY)) && (d.record.node == d.node || offered.node == d.node)) {
      d.conflict = true;
    }
  }
  return d;
}

// The transaction that makes a secondary's directory a primary's. The first roster of the new epoch has to wait for the
// nodes of the last one.
fun BecomePrimary(d: tDisk, others: set[int]): tDisk {
  d.primary = true;
  d.completed = true;
  d.awaiting = true;
  d.inherited = sizeof(d.leaves);
  d.roster = (epoch = d.record.epoch, number = 0, quorum = 0, nodes = default(set[int]), before = others);
  return d;
}
