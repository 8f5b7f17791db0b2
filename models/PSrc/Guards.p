// The guards of the design, each of which can be taken out: fault = 0 leaves all in, fault = n takes out guard n. models/run
// goes through the list; a guard whose absence no test case notices would be useless, or untested. Where a guard has a
// second line, and so is not missed alone, both are taken out: fault = 100 m + n takes out m and n.

param fault: int;

enum tGuard {
  FENCE_ON_CONTACT = 1,        // a node that is offered a later promotion record stores it and acts on it
  RECORD_DURABLE = 2,          // the record survives a crash
  REFUSE_EARLIER_EPOCH = 3,    // a secondary does not acknowledge to a primary of an earlier epoch
  REFUSE_EARLIER_PUSH = 4,     // nor take a published head from it
  ONE_RECORD_PER_EPOCH = 5,    // the first record of an epoch stays, another one of the same epoch is refused
  ROSTER_LEFT_BEHIND = 6,      // a roster is not in force before those that it leaves out know of it
  ROSTER_ADDITION = 7,         // ... nor before those that stay know of those that join
  ROSTER_BEFORE = 8,           // a promotion counts the nodes of a roster that is being replaced
  ROSTER_BEFORE_ACK = 9,       // an acknowledgement counts only from a secondary that has stored the roster
  ROSTER_NEWEST = 10,          // a promotion goes by the newest roster that any node it reaches knows
  HEARD_BEFORE_SIGNING = 11,   // after a start N-K+1 secondaries are heard before anything is signed
  KEPT_INHERITED = 12,         // what a node was promoted with gives way to no secondary before it has signed
  HEARD_BEFORE_SHOWING = 13,   // ... before the saved head is shown
  SECONDARY_AHEAD = 14,        // leaves that a secondary has and the primary lacks are fetched back first
  CERTAIN_NEEDS_FENCE = 15,    // witnesses vouch for the known head only if the old primary is fenced
  MINIMUM_AFTER_START = 16,    // after every start nothing smaller than the local tree is signed
  MINIMUM_AFTER_PROMOTION = 17,// ... at least not after a promotion (await-secondary)
  ROOT_COMPARISON = 18,        // an acknowledgement is compared with the own root
  WITNESS_PREFLIGHT = 19,      // after a start the witnesses are asked before anything is signed
  EXTENDS_LAST_SIGNED = 20,    // a head is signed only if it extends the last one
  STH_IN_TREE = 21,            // a primary whose tree does not contain its own signed head does not start
  ROLE_CHECK = 22,             // a secondary's directory is not started as a primary
  LEAVES_DURABLE = 23,         // a primary's leaf is on disk before anybody sees it
  HEAD_DURABLE = 24,           // a signed head is on disk before anybody sees it
  SECONDARY_DURABLE = 25,      // a secondary's leaf is on disk before it is acknowledged
  STORED_BEFORE_SHOWN = 26,    // a head is shown after K secondaries stored it, or a quorum of witnesses cosigned it
  PROMOTE_OLD_PRIMARY = 27,    // a promotion is refused while the old primary answers, unless it is fenced
  PROMOTE_QUORUM = 28,         // ... and until enough of the others have stored the record
  PROMOTE_FETCH = 29,          // ... fetches the leaves that one of them has and this node lacks
  PROMOTE_KNOWN_HEAD = 30,     // ... and the largest published head that one of them knows
  PROMOTE_WITNESSES = 31,      // ... is refused if a witness cosigned more than the tree has
  PROMOTE_CERTAIN = 32,        // ... and the known head is shown only if it is the last one that was shown
  REJOIN_KEEPS_SIGNED = 33,    // rejoin refuses to drop a leaf under a head signed or published here
  SWITCHOVER_DRAINED = 34,     // a switchover waits until the other node has everything
  SWITCHOVER_STORED = 35,      // ... and the old primary stores the record before it hands it over
  SWITCHOVER_SAME_TREE = 36,   // ... and the new primary takes over only with exactly that tree
  GIVE_WAY = 37,               // a promotion that was not completed gives way to one of the same epoch that was
  SWITCHOVER_PLANNED = 38,     // a secondary takes over by a record that was signed for a switchover only
  REJOIN_REPLACED = 39,        // a secondary gives up leaves only where the log certainly has others in their place
  KEPT_FETCHED = 40,           // what was fetched back gives way to no other secondary
  PROMOTE_SAME_TREE = 41       // a promotion ends where a node that it fences has another tree, maybe the log's
}

// Whether a guard is in place.
fun Guard(guard: tGuard): bool {
  return fault % 100 != (guard to int) && fault / 100 != (guard to int);
}
