package attack

import (
	"context"
	"fmt"
	"strings"

	"github.com/grille-dev/grille/viewer"
)

// side is one way through a gateway, over one world.
type side interface {
	// answer has a draft answered for a viewer.
	answer(ctx context.Context, who viewer.Viewer, text string) outcome
}

// outcome is everything that comes back of a draft.
type outcome struct {
	refused string // why it was not run, in a word or two: of ours the refusal's code
	failed  string // what was said when it failed
	said    string // all else that its reader is told
	ran     string // what was run in the place of the draft, as its reader may see it
	table
	stopped bool // it took too long: what it would have told is not known
	wrote   bool
}

// same: nobody can tell the two apart.
func (o outcome) same(p outcome) bool { return o.text() == p.text() }

func (o outcome) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q %q %q %q %q\n", o.refused, o.failed, o.said, o.ran, o.columns)
	for _, row := range o.rows {
		fmt.Fprintf(&b, "%q\n", row)
	}
	return b.String()
}

// shown counts the cells that are values of a set.
func (o outcome) shown(secrets map[string]bool) (n int) {
	for _, row := range o.rows {
		for _, cell := range row {
			if secrets[cell] {
				n++
			}
		}
	}
	return n
}

// What the naive gateway gives of a draft, and how long it waits for it: a second
// or so.
const (
	naiveRows = 10_000
	naiveAsks = 20_000
)

// naiveSide is the naive gateway over one world.
type naiveSide struct{ sandbox }

func (s naiveSide) answer(ctx context.Context, who viewer.Viewer, text string) outcome {
	n := naiveFor(who.Name)
	if word, why := n.check(text); word != "" {
		return outcome{refused: word, said: why}
	}
	o := outcome{ran: n.rewrite(text)}
	r := s.run(ctx, o.ran, bounds{naiveRows, naiveAsks})
	o.wrote, o.stopped = r.wrote, r.stopped
	if r.err != nil {
		o.failed = r.err.Error() // models are sent it, so that they mend their draft
		return o
	}
	o.table = n.mask(r.table)
	return o
}
