// What the answers of witnesses allow.

// Before the first signature after a start. With secondaries, every witness was asked once, or a quorum answered; alone,
// one has answered.
fun Preflight(answers: int, witnesses: int, quorum: int, alone: bool, askedOnce: bool): bool {
  if (witnesses == 0 || !Guard(WITNESS_PREFLIGHT)) {
    return true;
  }
  if (alone) {
    return answers > 0;
  }
  return answers >= quorum || askedOnce;
}

// So many witnesses answered that no quorum can do without them, and none has cosigned more than this size.
fun HaveNoMore(answers: map[int, int], witnesses: int, quorum: int, size: int): bool {
  var w: int;
  if (witnesses == 0) {
    return true;
  }
  foreach (w in keys(answers)) {
    if (answers[w] > size) {
      return false;
    }
  }
  return sizeof(keys(answers)) >= Enough(witnesses, quorum);
}
