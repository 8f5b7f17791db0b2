// What nodes, witnesses and clients say to each other. from: the place of the sender. Answers repeat the number (nr) of the
// question; the sender of the question ignores an answer to another one, as HTTP does.

type tGetLeaves = (from: int, stamp: tStamp, nr: int, first: int);
event eGetLeaves: tGetLeaves;
type tLeaves = (from: int, stamp: tStamp, nr: int, tree: tTree);
event eLeaves: tLeaves;

type tGetTreeHead = (from: int, stamp: tStamp, nr: int, known: int);
event eGetTreeHead: tGetTreeHead;
type tTreeHead = (from: int, stamp: tStamp, nr: int, tree: tTree, published: tHead);
event eTreeHead: tTreeHead;

type tRosterMessage = (from: int, stamp: tStamp, roster: tRoster);
event eAddRoster: tRosterMessage;
event eRosterStored: tRosterMessage;

type tAddPublished = (from: int, stamp: tStamp, head: tHead);
event eAddPublished: tAddPublished;
type tPublishedStored = (from: int, stamp: tStamp, size: int);
event ePublishedStored: tPublishedStored;

// completed: the promotion that the record speaks of is known to be over. answer: the sender is a promotion, and wants to
// know what the other has. handsOver: the sender is the primary that gave its role to the node that the record names.
type tOffer = (from: int, stamp: tStamp, record: tRecord, completed: bool, answer: bool, handsOver: bool);
event eAddPromotion: tOffer;
type tFenced = (from: int, stamp: tStamp, record: tRecord, completed: bool, tree: tTree, published: tHead,
  roster: tRoster);
event eFenced: tFenced;

type tTookOver = (record: tRecord, tree: tTree);
event eTookOver: tTookOver;

// "You know a later record than I do: tell me."
type tTell = (from: int, stamp: tStamp);
event eTell: tTell;

// Is anybody there? Asked by a promotion of the old primary.
event eProbe: int;
event eProbed;

type tAskRejoin = (from: int, nr: int);
event eAskRejoin: tAskRejoin;
// kept: up to which size the primary's tree gives way to nobody.
type tRejoinAnswer = (nr: int, record: tRecord, tree: tTree, kept: int);
event eRejoinAnswer: tRejoinAnswer;

// A head of size -1 asks what the witness has cosigned.
type tCosign = (from: int, promotion: bool, nr: int, head: tHead);
event eCosign: tCosign;
type tCosigned = (witness: int, nr: int, size: int, done: bool);
event eCosigned: tCosigned;

event eAddLeaf: int;
event eAdded: int;
