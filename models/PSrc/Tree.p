// A leaf is a number, a tree is the sequence of its leaves, and the root of a tree is that sequence itself: two trees
// have the same root exactly if they are the same. A tree that is consistent with another is a prefix of it.

type tTree = seq[int];

// What the log key signs. Size -1: there is none.
type tHead = (size: int, root: tTree);

fun NoHead(): tHead {
  return (size = -1, root = default(tTree));
}

fun HeadOf(tree: tTree, size: int): tHead {
  return (size = size, root = Prefix(tree, size));
}

fun Prefix(tree: tTree, size: int): tTree {
  var prefix: tTree;
  var i: int;
  while (i < size) {
    prefix += (i, tree[i]);
    i = i + 1;
  }
  return prefix;
}

// How many leaves two trees have in common from the first one on.
fun Common(a: tTree, b: tTree): int {
  var i: int;
  while (i < sizeof(a) && i < sizeof(b) && a[i] == b[i]) {
    i = i + 1;
  }
  return i;
}

fun IsPrefix(a: tTree, b: tTree): bool {
  return Common(a, b) == sizeof(a);
}

fun Larger(a: tHead, b: tHead): tHead {
  if (b.size > a.size) {
    return b;
  }
  return a;
}

fun Max(a: int, b: int): int {
  if (b > a) {
    return b;
  }
  return a;
}

// The index of a leaf; the size of the tree if it is not there.
fun IndexOf(tree: tTree, leaf: int): int {
  var i: int;
  while (i < sizeof(tree) && tree[i] != leaf) {
    i = i + 1;
  }
  return i;
}

fun Corrupted(tree: tTree, index: int): tTree {
  var damaged: tTree;
  damaged = tree;
  if (index < sizeof(tree)) {
    damaged[index] = 1000 + tree[index];
  }
  return damaged;
}
