// I6: two nodes never both extend the log; the one with the older epoch stops for good as soon as it learns of the newer.
spec OneSigner observes eSigned, eShown, eTaken, eOffered, eForgot, eRecordStored, eHandedOver {
  var latest: int;
  var signers: map[int, int];
  var learned: map[int, int];
  var stored: set[tRecord];

  start state Watching {
    on eSigned do (s: tSigned) {
      assert s.epoch >= latest,
        format("I6: node {0} signed in epoch {1} after epoch {2} had begun", s.node, s.epoch, latest);
      assert !(s.epoch in signers) || signers[s.epoch] == s.node,
        format("I6: nodes {0} and {1} both signed in epoch {2}", s.node, signers[s.epoch], s.epoch);
      latest = s.epoch;
      signers[s.epoch] = s.node;
      CheckStopped(s.node / 10 - 1, s.epoch);
    }
    on eShown do (s: tShown) {
      if (s.size >= 0) {
        CheckStopped(s.place, s.epoch);
      }
    }
    on eTaken do (t: tTaken) { CheckStopped(t.place, t.epoch); }
    on eOffered do (o: tOffered) {
      if (!(o.place in learned) || learned[o.place] < o.record.epoch) {
        learned[o.place] = o.record.epoch;
      }
    }
    on eForgot do (place: int) { learned[place] = 0; }
    on eRecordStored do (r: tRecord) { stored += (r); }
    on eHandedOver do (r: tRecord) {
      assert r in stored, format("I6: node {0} took over before the old primary had stored {1}", r.node, r);
    }
  }

  fun CheckStopped(place: int, epoch: int) {
    assert !(place in learned) || learned[place] <= epoch,
      format("I6: the node at {0} goes on in epoch {1} and has been told of epoch {2}", place, epoch, learned[place]);
  }
}
