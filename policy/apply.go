package policy

import (
	"slices"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
)

// Apply rewrites a query, bound against the names of view or of its model's
// part, so that each stored table is read through the rules of the viewer. It
// refuses what the rules do not allow; the query itself is not changed.
//
// In this order: the tree is checked (it came from bind, for this very viewer);
// the columns in use are found; teams that differ are refused; uses of masked
// columns that could only mislead are refused; what must be fenced is found;
// then each table is replaced by its policy relation, and the result is checked
// to hold no bare table.
func Apply(view View, query *ir.Query) (Allowed, error) {
	if !view.Made() {
		return Allowed{}, unknown("a view that See did not make")
	}
	if query == nil {
		return Allowed{}, unknown("no query")
	}
	v := view.v.forViewer
	q := ir.Clone(query)
	occurrences, err := view.v.tablesOf(q)
	if err != nil {
		return Allowed{}, err
	}
	for _, t := range occurrences {
		s := v.tables[t.Table.ID]
		if err := firstOf(s.scoped(), s.sameGroups(t)); err != nil {
			return Allowed{}, err
		}
	}
	if err := v.recursion(q); err != nil {
		return Allowed{}, err
	}
	blocks, err := v.count(q)
	if err != nil {
		return Allowed{}, err
	}
	if len(blocks) > 0 {
		if occurrences, err = view.v.tablesOf(q); err != nil {
			return Allowed{}, err
		}
	}
	used := columnsInUse(q, occurrences)
	if err := v.chooseTeam(occurrences, used); err != nil {
		return Allowed{}, err
	}
	t := newTrace(q)
	if err := firstOf(newGrowth(t).check(q), (uses{v, t}).check(q)); err != nil {
		return Allowed{}, err
	}
	a := &allowed{view: View{v}, columns: v.outputs(q, t, blocks), decides: v.deciding(occurrences, used, blocks), groups: v.groups(blocks), showOnly: v.showOnly(occurrences),
		banner: v.banner(occurrences), notes: v.notes(occurrences, used)}
	for _, b := range blocks {
		a.predicates = append(a.predicates, b.picking()...)
	}
	entities := v.guardAll(q, t, used)
	a.shown = q
	if len(blocks) > 0 { // they are lowered in place
		a.shown = ir.Clone(q)
		next := idsOf(q)
		for _, b := range blocks {
			b.lower(entities, next)
		}
	}
	if err := guarded(q, len(occurrences)); err != nil {
		return Allowed{}, err
	}
	a.query = q
	return Allowed{a}, nil
}

// tablesOf lists the occurrences of stored tables in q, in the order of the
// tree, and refuses every tree that bind cannot have made for this viewer.
func (v *view) tablesOf(q *ir.Query) ([]*ir.Table, error) {
	var tables []*ir.Table
	var err error
	bad := func(format string, args ...any) {
		if err == nil {
			err = unknown(format, args...)
		}
	}
	ctes := map[*ir.CTE]bool{}
	ir.Walk(q, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Query:
			for _, c := range n.With {
				ctes[c] = true
			}
		case *ir.CTERef:
			switch {
			case !ctes[n.CTE]:
				bad("a reference to a WITH item that is not there")
			case reaches(n.CTE.Query, n.CTE, map[*ir.CTE]bool{}):
				bad("a WITH item that refers to itself")
			case len(n.Cols) != len(ir.Outputs(n.CTE.Query.Body)):
				bad("a WITH item with other columns than its reference")
			}
		case *ir.Self:
			if !ctes[n.CTE] || !n.CTE.Recursive || len(n.Cols) != len(ir.Outputs(n.CTE.Query.Body)) {
				bad("a reference to a WITH item that is not recursive")
			}
		case *ir.Subquery:
			if len(n.Cols) != len(ir.Outputs(n.Query.Body)) {
				bad("a subquery with other columns than its outputs")
			}
		case *ir.SetOp:
			if len(n.Cols) != len(ir.Outputs(n.Left.Body)) || len(n.Cols) != len(ir.Outputs(n.Right.Body)) {
				bad("a set operation over unlike columns")
			}
		case *ir.Values:
			for _, row := range n.Rows {
				if len(row) != len(n.Cols) {
					bad("rows of values of unlike lengths")
				}
			}
		case *ir.Table:
			if !v.mine(n) {
				bad("a table that was not bound for this viewer")
			}
			tables = append(tables, n)
		case *ir.Guarded:
			bad("a table that has been guarded before")
		case *ir.Attr:
			bad("an attribute outside of the rules")
		}
		if slices.ContainsFunc(functions(n), forbidden) {
			bad("a function that no draft may name")
		}
		return err == nil
	})
	if err != nil {
		return nil, err
	}
	return tables, firstOf(recursions(q), identities(q))
}

// functions are the entries of the function table that n itself uses.
func functions(n ir.Node) []*funcs.Sig {
	switch n := n.(type) {
	case *ir.Call:
		return []*funcs.Sig{n.Fn}
	case *ir.Agg:
		return []*funcs.Sig{n.Fn}
	case *ir.Over:
		return []*funcs.Sig{n.Fn}
	case *ir.FuncRel:
		return []*funcs.Sig{n.Fn}
	case *ir.In:
		return []*funcs.Sig{n.Cmp}
	case *ir.AnyOf:
		return []*funcs.Sig{n.Cmp}
	case *ir.InQuery:
		return n.Cmp
	case *ir.Ref, *ir.Const, *ir.Attr, *ir.Cast, *ir.Logic, *ir.Not, *ir.Is, *ir.Case, *ir.Exists, *ir.Scalar, *ir.List,
		*ir.Query, *ir.Select, *ir.SetOp, *ir.Values, *ir.Table, *ir.Guarded, *ir.Subquery, *ir.CTERef, *ir.Self, *ir.Join:
		return nil
	default:
		panic("policy: unknown node")
	}
}

func forbidden(s *funcs.Sig) bool { return s == nil || s.Func == nil || s.Func.Internal }

// reaches reports whether n refers to the WITH item c, through others too.
func reaches(n ir.Node, c *ir.CTE, seen map[*ir.CTE]bool) bool {
	found := false
	ir.Walk(n, func(n ir.Node) bool {
		if r, ok := n.(*ir.CTERef); ok && r.CTE != nil && !seen[r.CTE] {
			seen[r.CTE] = true
			found = found || r.CTE == c || reaches(r.CTE.Query, c, seen)
		}
		return !found
	})
	return found
}

// mine reports whether t is an occurrence of a table of this view or of its
// model's part, with the columns and types that it has there: not of another
// viewer's view, and not of the catalog. What was bound for a model and is
// applied as that has nothing in it that models may not see.
func (v *view) mine(t *ir.Table) bool {
	if t.Table == nil || t.Table != v.visible.Table(t.Table.ID) && t.Table != v.forModel().visible.Table(t.Table.ID) {
		return false
	}
	return !slices.ContainsFunc(t.Cols, func(c ir.TableCol) bool {
		col := t.Table.Column(c.Of)
		return col == nil || col.Type != c.Type
	})
}

// identities checks that each column is made once and each reference is to one
// that is made.
func identities(q *ir.Query) error {
	made := map[ir.ColID]bool{}
	for _, id := range ir.Makes(q) {
		if id == 0 || made[id] {
			return unknown("a column identity that is not unique")
		}
		made[id] = true
	}
	var err error
	ir.Walk(q, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Ref:
			if !made[n.Col] {
				err = unknown("a reference to a column that nothing makes")
			}
		case *ir.Query:
			for _, s := range n.Order {
				if !made[s.Col] {
					err = unknown("an order by a column that nothing makes")
				}
			}
		}
		return true
	})
	return err
}

// columnsInUse are, for each occurrence of a table, its columns that something
// above refers to, in the table's order.
func columnsInUse(q *ir.Query, tables []*ir.Table) map[*ir.Table][]ir.TableCol {
	refs := map[ir.ColID]bool{}
	ir.Walk(q, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Ref:
			refs[n.Col] = true
		case *ir.Query:
			for _, s := range n.Order {
				refs[s.Col] = true
			}
		}
		return true
	})
	used := map[*ir.Table][]ir.TableCol{}
	for _, t := range tables {
		for _, c := range t.Cols {
			if refs[c.ID] {
				used[t] = append(used[t], c)
			}
		}
	}
	return used
}

// guardAll replaces each table by its policy relation, which gives the ids that
// bind gave the table, so nothing above changes.
func (v *view) guardAll(q *ir.Query, t *trace, used map[*ir.Table][]ir.TableCol) map[*ir.Table]ir.ColID {
	f := newFences(v, q, t)
	next := idsOf(q)
	entities := map[*ir.Table]ir.ColID{}
	ir.Rewrite(q, func(r ir.Rel) ir.Rel {
		table, ok := r.(*ir.Table)
		if !ok {
			return r
		}
		s := v.tables[table.Table.ID]
		cols := used[table]
		g := guard{view: v, sight: s, span: table.Span, alias: table.Alias, columns: cols, next: next}
		g.fence = f.around(table, s, cols)
		if s.group != nil {
			g.entity = next()
			entities[table] = g.entity
		}
		return g.render()
	}, nil)
	pushing{v}.all(q)
	return entities
}

// idsOf makes column identities that q does not have yet.
func idsOf(q *ir.Query) func() ir.ColID {
	return idsAfter(ir.MaxID(q))
}

func idsAfter(last ir.ColID) func() ir.ColID {
	return func() ir.ColID { last++; return last }
}

// count finds the counted blocks of q, with what stands below them put in its
// place.
func (v *view) count(q *ir.Query) ([]*block, error) {
	has := false
	ir.Walk(q, func(n ir.Node) bool {
		t, ok := n.(*ir.Table)
		has = has || ok && v.tables[t.Table.ID].group != nil
		return !has
	})
	if !has {
		return nil, nil
	}
	next := idsOf(q)
	if err := v.inline(q, next); err != nil {
		return nil, err
	}
	return v.countedBlocks(q, next)
}

// guarded looks once more: n policy relations, and no stored table outside of
// them.
func guarded(q *ir.Query, n int) error {
	var err error
	ir.Walk(q, func(node ir.Node) bool {
		switch node := node.(type) {
		case *ir.Table:
			err = unknown("a table that was left bare")
		case *ir.Guarded:
			n--
			err = firstOf(err, noAttributes(node))
			return false // its filter reads other tables as they are
		}
		return true
	})
	if err == nil && n != 0 {
		return unknown("not as many policy relations as tables")
	}
	return err
}

func noAttributes(g *ir.Guarded) error {
	var err error
	ir.Walk(g, func(n ir.Node) bool {
		if _, ok := n.(*ir.Attr); ok {
			err = unknown("an attribute without a value")
		}
		return true
	})
	return err
}

func firstOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// sameGroups refuses a table that the acting teams see in different groups.
func (s *sight) sameGroups(t *ir.Table) error {
	if !s.clash {
		return nil
	}
	return refusal.New(refusal.ChooseTeam, "ask as one of them", "your teams %s see the rows of %s in groups of different sizes", list(s.teams()), t.Table.Name).
		At(t.At()).ForOwner("see the grants at %s", s.rules.Where)
}

// chooseTeam refuses a column that the acting teams treat differently.
func (v *view) chooseTeam(tables []*ir.Table, used map[*ir.Table][]ir.TableCol) error {
	for _, t := range tables {
		s := v.tables[t.Table.ID]
		for _, c := range used[t] {
			if !s.columns[c.Of].clash {
				continue
			}
			try := "no single team sees all that this asks for: ask for less"
			if can := v.teamsFor(tables, used); len(can) > 0 {
				try = "ask as one of them: " + list(can)
			}
			return refusal.New(refusal.ChooseTeam, try, "your teams %s see %s.%s differently", list(s.teams()), t.Table.Name, t.Table.Column(c.Of).Name).
				At(t.At()).ForOwner("see the grants at %s", s.rules.Where)
		}
	}
	return nil
}

func (s *sight) teams() []string {
	var names []string
	for _, g := range s.grants {
		names = append(names, g.Team)
	}
	return names
}

// teamsFor are the acting teams each of which alone sees every column in use.
func (v *view) teamsFor(tables []*ir.Table, used map[*ir.Table][]ir.TableCol) []string {
	var can []string
	for _, team := range v.teams {
		sees := func(t *ir.Table) bool {
			s := v.tables[t.Table.ID]
			gs := s.rules.grantsOf([]string{team})
			return len(gs) == 1 && !slices.ContainsFunc(used[t], func(c ir.TableCol) bool {
				return s.rules.treat(gs[0], c.Of).Show == Closed
			})
		}
		if !slices.ContainsFunc(tables, func(t *ir.Table) bool { return !sees(t) }) {
			can = append(can, team)
		}
	}
	return can
}

// tableIDs are the tables among occurrences, once each, in their order.
func tableIDs(tables []*ir.Table) []catalog.TableID {
	var ids []catalog.TableID
	for _, t := range tables {
		if !slices.Contains(ids, t.Table.ID) {
			ids = append(ids, t.Table.ID)
		}
	}
	return ids
}
