package egress

import (
	"slices"
	"sync"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/policy"
)

// Outlines keeps what choosing tables needs to know of a view from one question
// to the next. It holds names, and nothing that is stored in a table. It may be
// used concurrently; the zero Outlines is ready to use.
type Outlines struct {
	mu   sync.Mutex
	kept []outlined // the one that was used last comes last
}

type outlined struct {
	key   string // of the view
	index *index
}

// mostKept is how many labels the indexes that are kept have together: names of
// tables and columns, and texts about them.
const mostKept = 1_000_000

// Fitting are the tables of a view that fit a question best, at most so many, in
// the catalog's order. It looks at all that the viewer sees, also at what no model
// is told: it is for the planner, from which nothing leaves.
func (o *Outlines) Fitting(view policy.View, q Question, most int) []*catalog.Table {
	x := o.index(view)
	score, _ := x.score(q)
	best := score.best(most)
	slices.Sort(best)
	var out []*catalog.Table
	for _, i := range best {
		out = append(out, x.tables[i])
	}
	return out
}

// of is the index of the part of a view that a model may see.
func (o *Outlines) of(view policy.View) *index { return o.index(view.ForModel()) }

func (o *Outlines) index(view policy.View) *index {
	if o == nil {
		return newIndex(view.Visible())
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, k := range o.kept {
		if k.key == view.Key() {
			o.kept = append(append(o.kept[:i:i], o.kept[i+1:]...), k)
			return k.index
		}
	}
	x := newIndex(view.Visible())
	o.kept = append(o.kept, outlined{view.Key(), x})
	o.trim()
	return x
}

// trim lets go of what was not used for longest.
func (o *Outlines) trim() {
	fields := 0
	for i := len(o.kept) - 1; i >= 0; i-- {
		if fields += len(o.kept[i].index.labels); fields > mostKept && i < len(o.kept)-1 {
			o.kept = append([]outlined(nil), o.kept[i+1:]...)
			return
		}
	}
}
