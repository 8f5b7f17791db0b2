// What the nodes tell the monitors. Each fact is told after the durable step that makes it one.

// A node's disk holds these leaves.
type tHolds = (node: int, tree: tTree);
event eHolds: tHolds;

// A tree head was signed with the log key.
type tSigned = (node: int, epoch: int, quorum: int, secondaries: set[int], head: tHead);
event eSigned: tSigned;

// get-tree-head at this place answers this size from now on; -1: nothing (503, or the node is down).
type tShown = (place: int, epoch: int, size: int);
event eShown: tShown;

// A promotion record reached the node at this place. A restored copy, or a new node, has forgotten it.
type tOffered = (place: int, record: tRecord);
event eOffered: tOffered;
event eForgot: int;

// A primary took a leaf.
type tTaken = (place: int, epoch: int);
event eTaken: tTaken;

// A leaf's submitter got 200.
event eCommitted: int;

// A leaf was submitted.
event eSubmitted: int;

// The log's public address leads to this place.
event ePublic: int;

// A node dropped its leaves beyond this size; signed: the largest head that it had signed or published.
type tDropped = (node: int, size: int, signed: int);
event eDropped: tDropped;

// A switchover: the old primary stored the record; the new one took over.
event eRecordStored: tRecord;
event eHandedOver: tRecord;
