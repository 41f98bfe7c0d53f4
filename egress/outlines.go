package egress

import (
	"fmt"
	"strings"
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
	// ranked are the best tables for questions to the planner.
	ranked map[ranked][]int
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
	best := o.best(view, x, x.terms(q), most)
	var out []*catalog.Table
	for _, i := range best {
		out = append(out, x.tables[i])
	}
	return out
}

// best are the first tables of the ranking in the catalog's order, remembered for
// the words that make it.
func (o *Outlines) best(view policy.View, x *index, terms []term, most int) []int {
	if o == nil {
		return x.best(terms, most)
	}
	key := ranked{view.Key(), most, heardIn(terms)}
	o.mu.Lock()
	defer o.mu.Unlock()
	best, ok := o.ranked[key]
	if !ok {
		if len(o.ranked) >= mostRanked {
			clear(o.ranked)
		}
		if o.ranked == nil {
			o.ranked = map[ranked][]int{}
		}
		best = x.best(terms, most)
		o.ranked[key] = best
	}
	return best
}

// ranked says what a ranking follows from.
type ranked struct {
	view  string
	most  int
	words string
}

// mostRanked is how many rankings are remembered.
const mostRanked = 500

// heardIn is equal for terms that mean the same words of names as well.
func heardIn(terms []term) string {
	var b strings.Builder
	for _, t := range terms {
		for _, a := range t {
			fmt.Fprintf(&b, "%s %g ", a.stem, a.like)
		}
		b.WriteByte('/')
	}
	return b.String()
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
