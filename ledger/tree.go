package ledger

import "golang.org/x/mod/sumdb/tlog"

// tree is the right edge of a Merkle tree of n leaves: the roots of its complete
// subtrees, the largest first. It is all that is needed to add a leaf and to
// have the root, in O(log n), and stands for no other tree.
type tree struct {
	n    int64
	edge []tlog.Hash
}

// add puts a leaf to the right: each trailing one of n is a subtree that the leaf
// completes together with what follows it.
func (t *tree) add(leaf tlog.Hash) {
	for m := t.n; m&1 == 1; m >>= 1 {
		last := len(t.edge) - 1
		leaf = tlog.NodeHash(t.edge[last], leaf)
		t.edge = t.edge[:last]
	}
	t.edge = append(t.edge, leaf)
	t.n++
}

// root is the tree's hash; the empty tree has none.
func (t *tree) root() tlog.Hash {
	if t.n == 0 {
		return tlog.Hash{}
	}
	h := t.edge[len(t.edge)-1]
	for i := len(t.edge) - 2; i >= 0; i-- {
		h = tlog.NodeHash(t.edge[i], h)
	}
	return h
}
