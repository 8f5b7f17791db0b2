// I5: the size that the log's public address answers never decreases. No answer (503) is allowed.
spec NeverBackwards observes eShown, ePublic {
  var shown: map[int, int];
  var address: int;
  var largest: int;

  start state Watching {
    on eShown do (s: tShown) {
      shown[s.place] = s.size;
      Check();
    }
    on ePublic do (place: int) {
      address = place;
      Check();
    }
  }

  fun Check() {
    if (address in shown && shown[address] >= 0) {
      assert shown[address] >= largest,
        format("I5: the node at {0} shows size {1} after size {2} was shown", address, shown[address], largest);
      largest = shown[address];
    }
  }
}
