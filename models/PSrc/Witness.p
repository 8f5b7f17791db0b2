// A witness: cosigns what is consistent with what it cosigned before, and says how large that is.

machine Witness {
  var places: seq[tPlace];
  var number: int;
  var last: tHead;

  start state Watching {
    on eWire do (w: tNet) {
      places = w.places;
      number = w.here;
      last = (size = 0, root = default(tTree));
    }
    on eCosign do (m: tCosign) {
      var done: bool;
      done = m.head.size >= last.size && IsPrefix(last.root, m.head.root);
      if (done) {
        last = m.head;
      }
      if (m.promotion) {
        send places[m.from].promotion, eCosigned, (witness = number, nr = m.nr, size = last.size, done = done);
      } else {
        send places[m.from].primary, eCosigned, (witness = number, nr = m.nr, size = last.size, done = done);
      }
    }
  }
}
