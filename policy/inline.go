package policy

import (
	"slices"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/ir"
)

// A counted block is checked over stored tables and their joins. Subqueries and
// WITH items that only rename, filter or join rows are what people and models
// write all the same, so they are put in their place first:
//
//	WITH v AS (SELECT ward, age FROM patients WHERE age > 60)
//	SELECT ward, avg(age) FROM v GROUP BY ward
//
// becomes SELECT ward, avg(age) FROM patients WHERE age > 60 GROUP BY ward. What
// cannot be put in its place (DISTINCT, LIMIT, a window, an expression below an
// outer join) stays, and is refused by the shape.
type inliner struct {
	view  *view
	next  func() ir.ColID
	value map[ir.ColID]ir.Expr // what a column of an inlined relation stands for
	put   int                  // nodes put in their place
}

// maxInlined bounds put: each x + x below another doubles what is put.
const maxInlined = 20_000

// inline puts rows in their place in each block of q that aggregates rows of a
// table with a minimum group.
func (v *view) inline(q *ir.Query, next func() ir.ColID) error {
	var err error
	ir.Walk(q, func(n ir.Node) bool {
		s, ok := n.(*ir.Select)
		if ok && err == nil && aggregating(s) && v.rawRel(s.From) {
			err = v.inlineBlock(s, next)
		}
		return err == nil
	})
	if err == nil {
		dropRaw(q, v)
	}
	return err
}

func (v *view) inlineBlock(s *ir.Select, next func() ir.ColID) error {
	in := &inliner{view: v, next: next, value: map[ir.ColID]ir.Expr{}}
	from, where, err := in.rel(s.From, false)
	if err != nil {
		return err
	}
	s.From = from
	ir.Rewrite(s, nil, in.place)
	if in.put > maxInlined {
		return smallGroup(s, "use fewer subqueries within each other", "this is too large once its subqueries are put together, which is how a table is read that is seen in large groups only")
	}
	for _, e := range where {
		s.Where = both(s.Where, e)
	}
	return nil
}

// place is e, or what it stands for; past maxInlined it is left as it is.
func (in *inliner) place(e ir.Expr) ir.Expr {
	r, ok := e.(*ir.Ref)
	if !ok || in.value[r.Col] == nil || in.put > maxInlined {
		return e
	}
	in.put += size(in.value[r.Col])
	return ir.Clone(in.value[r.Col])
}

// resolve is place for e and all below it.
func (in *inliner) resolve(e ir.Expr) ir.Expr {
	e = ir.Clone(e)
	ir.Rewrite(e, nil, in.place)
	return in.place(e)
}

// rel is r with rows put in their place, and the conditions that must hold above
// it. Below an outer join (optional) nothing but a column may be put in place:
// coalesce(x, 0) would be 0, and not NULL, where the join finds nothing.
func (in *inliner) rel(r ir.Rel, optional bool) (ir.Rel, []ir.Expr, error) {
	switch r := r.(type) {
	case *ir.Join:
		return in.join(r, optional)
	case *ir.Subquery:
		if r.Lateral || !in.view.raw(r.Query) && !passes(r.Query) {
			return r, nil, nil
		}
		return in.query(r, r.Query, r.Cols, optional)
	case *ir.CTERef:
		if !in.view.raw(r.CTE.Query) && !passes(r.CTE.Query) {
			return r, nil, nil
		}
		return in.query(r, ir.Fresh(r.CTE.Query, in.next), r.Cols, optional)
	case *ir.Table, *ir.Self, *ir.FuncRel:
		return r, nil, nil
	case *ir.Guarded:
		panic("policy: inlined too late")
	default:
		panic("policy: unknown relation")
	}
}

func (in *inliner) join(j *ir.Join, optional bool) (ir.Rel, []ir.Expr, error) {
	left, lw, err := in.rel(j.Left, optional || j.Kind == ir.Right || j.Kind == ir.Full)
	if err != nil {
		return nil, nil, err
	}
	right, rw, err := in.rel(j.Right, optional || j.Kind == ir.Left || j.Kind == ir.Full)
	if err != nil {
		return nil, nil, err
	}
	j.Left, j.Right = left, right
	switch j.Kind {
	case ir.Inner:
		return j, append(lw, rw...), nil
	case ir.Left:
		for _, e := range rw {
			j.On = both(j.On, e)
		}
		return j, lw, nil
	case ir.Right, ir.Full:
		return nil, nil, otherJoin(j)
	default:
		panic("policy: unknown join")
	}
}

// query puts the rows of q in the place of r, whose columns are cols.
func (in *inliner) query(r ir.Rel, q *ir.Query, cols []ir.Column, optional bool) (ir.Rel, []ir.Expr, error) {
	if !passes(q) {
		return nil, nil, smallGroup(r, "read the table itself, or group inside of the subquery",
			"below a table that is seen in large groups only, a subquery may rename, filter and join rows, and nothing else")
	}
	s := q.Body.(*ir.Select)
	from, where, err := in.rel(s.From, optional)
	if err != nil {
		return nil, nil, err
	}
	visible := 0
	for _, d := range s.Out {
		if d.Hidden {
			continue
		}
		x := in.resolve(d.Expr)
		if _, column := x.(*ir.Ref); optional && !column {
			return nil, nil, smallGroup(d.Expr, "compute it outside of the outer join", "an expression may not stand below an outer join of a table that is seen in large groups only")
		}
		in.value[cols[visible].ID] = x
		visible++
	}
	for _, e := range ir.Conjuncts(s.Where) {
		where = append(where, in.resolve(e))
	}
	return from, where, nil
}

// passes reports whether q does no more than rename, filter and join rows.
func passes(q *ir.Query) bool {
	s, ok := q.Body.(*ir.Select)
	return ok && len(q.With) == 0 && q.Limit == nil && q.Offset == nil && !computes(s)
}

// computes reports whether s does more than rename, filter and join: it has
// groups, a window, or a subquery among its outputs.
func computes(s *ir.Select) bool {
	found := s.Distinct || s.Grouped || s.From == nil
	for _, d := range s.Out {
		ir.Walk(d.Expr, func(n ir.Node) bool {
			switch n.(type) {
			case *ir.Over, *ir.Agg, *ir.Query:
				found = true
			}
			return !found
		})
	}
	return found
}

// dropRaw takes out WITH items of which nothing is read any more; those that only
// they read go with them.
func dropRaw(q *ir.Query, v *view) {
	for dropped := true; dropped; {
		dropped = false
		read := map[*ir.CTE]bool{}
		ir.Walk(q, func(n ir.Node) bool {
			if r, ok := n.(*ir.CTERef); ok {
				read[r.CTE] = true
			}
			return true
		})
		ir.Walk(q, func(n ir.Node) bool {
			if q, ok := n.(*ir.Query); ok {
				all := len(q.With)
				q.With = slices.DeleteFunc(q.With, func(c *ir.CTE) bool { return !read[c] && v.raw(c.Query) })
				dropped = dropped || len(q.With) < all
			}
			return true
		})
	}
}

// aggregating reports whether what comes out of s are groups.
func aggregating(s *ir.Select) bool { return s.Grouped || s.Distinct && !windowed(s) }

func windowed(s *ir.Select) bool {
	found := false
	for _, d := range s.Out {
		ir.Walk(d.Expr, func(n ir.Node) bool {
			_, over := n.(*ir.Over)
			found = found || over
			return !found
		})
	}
	return found
}

// raw reports whether q gives out rows of a table with a minimum group.
func (v *view) raw(q *ir.Query) bool {
	switch b := q.Body.(type) {
	case *ir.Select:
		return !aggregating(b) && v.rawRel(b.From)
	case *ir.SetOp:
		return v.raw(b.Left) || v.raw(b.Right)
	case *ir.Values:
		return false
	default:
		panic("policy: unknown body")
	}
}

// rawRel reports whether rows of a table with a minimum group stand in r.
func (v *view) rawRel(r ir.Rel) bool {
	switch r := r.(type) {
	case nil, *ir.Self, *ir.FuncRel:
		return false
	case *ir.Table:
		return v.tables[r.Table.ID].group != nil
	case *ir.Join:
		return v.rawRel(r.Left) || v.rawRel(r.Right)
	case *ir.Subquery:
		return v.raw(r.Query)
	case *ir.CTERef:
		return v.raw(r.CTE.Query)
	case *ir.Guarded:
		panic("policy: looked at too late")
	default:
		panic("policy: unknown relation")
	}
}

func otherJoin(j *ir.Join) error {
	kind := "FULL"
	if j.Kind == ir.Right {
		kind = "RIGHT"
	}
	return smallGroup(j, "use JOIN or LEFT JOIN", "a table that is seen in large groups only may not stand in a %s JOIN", kind)
}

func smallGroup(at ir.Node, try, format string, args ...any) error {
	return refusal.New(refusal.SmallGroup, try, format, args...).At(at.At())
}
