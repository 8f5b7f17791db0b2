// What the operator does to a place, a client or a witness. Each order is answered by eDone. On eTick, which stands for the
// passing of time, eDone says whether no program runs there any more; on eStart, whether one runs now.

// A node's command line. follow: the place of the primary, for a secondary that knows no promotion record, and for promote.
// secondaries and quorum: for a primary, or for a secondary that becomes one by a switchover. cosigners: how many witnesses
// make a quorum.
type tConfig = (secondaries: set[int], quorum: int, lost: set[int], follow: int, cosigners: int);

event eDone: bool;
event eTick;

type tStart = (primary: bool, config: tConfig);
event eStart: tStart;
event eKill;
event eInit;                       // the disk is lost; a new directory, a secondary's, is made
event eStatus;                     // eDone: a primary runs there, and may sign
event eBackup;
event eRestore: bool;              // from the older copy, with the sth file or without
event eCorrupt: int;               // one leaf on the disk changes
type tPromote = (config: tConfig, fencePrimary: bool);
event ePromote: tPromote;
type tRejoin = (primary: int);
event eRejoin: tRejoin;
event eSwitchover: int;
event eTrouble: tTrouble;

event eSubmit: int;
event eAddress: machine;

// ---- between a place and the programs that run there

enum tMode { OFF, LEADING, FOLLOWING, PROMOTING, REJOINING }

event eWire: tNet;
type tRun = (disk: tDisk, config: tConfig, trouble: tTrouble, fencePrimary: bool, primary: int);
event eRun: tRun;
event eRunning;
// The program has ended, or was killed, and left this on the disk; next: the program that takes its place.
type tEnded = (disk: tDisk, next: tMode);
event eEnded: tEnded;
event eCopy: tDisk;
