package emit

import (
	"slices"

	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// rewrite changes the shape of a query into one that the engine can say, or
// says better. It must not change what the query means, and it is never shown
// what is inside a guard.
type rewrite struct {
	name  string
	wants func(ir.Node) bool // nodes for which it has work
	apply func(l *lowering, q *ir.Query)
}

// lowering is one run of a dialect's rewrites.
type lowering struct {
	last    ir.ColID
	guarded map[ir.Node]bool // what is inside guards
}

func (l *lowering) id() ir.ColID { l.last++; return l.last }

// lower applies the dialect's rewrites to q in place, in their order. Guards
// come out as they went in: their fingerprints are compared.
func lower(d *dialect, q *ir.Query) {
	due := due(d, q)
	if len(due) == 0 {
		return
	}
	before := guardsOf(q)
	l := &lowering{last: ir.MaxID(q), guarded: insideOf(before)}
	was := fingerprints(before)
	for _, r := range due {
		r.apply(l, q)
	}
	if !slices.Equal(was, fingerprints(guardsOf(q))) {
		panic("emit: lowering touched a guard")
	}
}

// due are the rewrites that have work in q.
func due(d *dialect, q *ir.Query) []rewrite {
	found := make([]bool, len(d.lower))
	above(q, func(n ir.Node) {
		for i, r := range d.lower {
			found[i] = found[i] || r.wants(n)
		}
	})
	var list []rewrite
	for i, r := range d.lower {
		if found[i] {
			list = append(list, r)
		}
	}
	return list
}

// above calls f for each node of q that is not inside a guard.
func above(q *ir.Query, f func(ir.Node)) {
	ir.Walk(q, func(n ir.Node) bool {
		if _, ok := n.(*ir.Guarded); ok {
			return false
		}
		f(n)
		return true
	})
}

func guardsOf(q *ir.Query) []*ir.Guarded {
	var gs []*ir.Guarded
	ir.Walk(q, func(n ir.Node) bool {
		g, ok := n.(*ir.Guarded)
		if ok {
			gs = append(gs, g)
		}
		return !ok
	})
	return gs
}

// fingerprints are those of guards, each once and sorted: a rewrite may move or
// repeat a guard with the block that it stands in.
func fingerprints(gs []*ir.Guarded) []string {
	fs := make([]string, len(gs))
	for i, g := range gs {
		fs[i] = ir.Fingerprint(g)
	}
	slices.Sort(fs)
	return slices.Compact(fs)
}

func insideOf(gs []*ir.Guarded) map[ir.Node]bool {
	in := map[ir.Node]bool{}
	for _, g := range gs {
		ir.Walk(g, func(n ir.Node) bool {
			in[n] = n != ir.Node(g)
			return true
		})
	}
	return in
}

// exprs replaces expressions of q that are in no guard.
func (l *lowering) exprs(q *ir.Query, f func(ir.Expr) ir.Expr) {
	ir.Rewrite(q, nil, func(e ir.Expr) ir.Expr {
		if l.guarded[e] {
			return e
		}
		return f(e)
	})
}

// joins replaces the joins of q that are in no guard.
func (l *lowering) joins(q *ir.Query, f func(*ir.Join) ir.Rel) {
	ir.Rewrite(q, func(r ir.Rel) ir.Rel {
		j, ok := r.(*ir.Join)
		if !ok || l.guarded[r] {
			return r
		}
		return f(j)
	}, nil)
}

// selectSomething gives a block without outputs one: EXISTS (SELECT FROM t) is
// PostgreSQL's alone, and its text would not be read as a block without
// outputs either.
var selectSomething = rewrite{
	name: "select-something",
	wants: func(n ir.Node) bool {
		s, ok := n.(*ir.Select)
		return ok && len(ir.Outputs(s)) == 0
	},
	apply: func(l *lowering, q *ir.Query) {
		above(q, func(n ir.Node) {
			if s, ok := n.(*ir.Select); ok && len(ir.Outputs(s)) == 0 {
				t := types.Of(types.Bool)
				yes := &ir.Const{Value: types.BoolOf(true), T: t}
				s.Out = slices.Insert(s.Out, 0, ir.Def{Column: ir.Column{ID: l.id(), Type: t}, Expr: yes})
			}
		})
	},
}
