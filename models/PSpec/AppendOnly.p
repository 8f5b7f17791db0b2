// I1: any two tree heads that were ever signed with the log key are consistent.
spec AppendOnly observes eSigned {
  var longest: tTree;

  start state Watching {
    on eSigned do (s: tSigned) {
      assert IsPrefix(s.head.root, longest) || IsPrefix(longest, s.head.root),
        format("I1: node {0} signed {1}, which is not consistent with {2}, signed earlier", s.node, s.head, longest);
      if (s.head.size > sizeof(longest)) {
        longest = s.head.root;
      }
    }
  }
}
