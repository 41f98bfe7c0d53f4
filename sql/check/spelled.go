package check

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/ir"
)

// spelledText checks a text for an engine whose language syntax does not read. What
// expressions say is not compared with the tree there; what they may name is, and so
// are the guards, as wholes: each is what the rules give, printed alone.
func spelledText(text string, w Want) error {
	r, ps, err := readText(text, w.Full.Engine, tablesOf(w.Query))
	if err != nil {
		return err
	}
	if err := allGiven(ps, len(w.Params)); err != nil {
		return err
	}
	if w.Full.Engine == catalog.SQLite {
		if err := readsAlike(text, ps); err != nil {
			return err
		}
	}
	want := map[string]*ir.Guarded{} // by what it may say
	for _, g := range guardsOf(w.Query) {
		text, err := w.afresh(g)
		if err != nil {
			return err
		}
		want[text] = g
	}
	if err := r.hasAll(w.Query, w.Full.Engine); err != nil {
		return err
	}
	missing := maps.Clone(want)
	for _, g := range r.guards {
		said := saying(g, w.Params)
		if bare := strings.TrimPrefix(said, fenced); want[said] == nil && want[bare] != nil {
			said = bare // a fence more than the rules want
		}
		if want[said] == nil || !gives(want[said], g.kept) {
			return fault("table %s is read otherwise than the rules say", g.table.Name)
		}
		delete(missing, said)
		delete(missing, strings.TrimPrefix(said, fenced))
	}
	for _, g := range missing {
		return fault("table %s is not read as it was allowed", g.Table.Table.Name)
	}
	return nil
}

// readText takes a text apart.
func readText(text string, e catalog.Engine, tables map[stored]*catalog.Table) (*reader, []piece, error) {
	ps, _, err := pieces(text, e)
	if err != nil {
		return nil, nil, fault("it has %v", err)
	}
	r := &reader{tables: tables, words: wordsFor(e), fence: fenceOf(e), ours: e == catalog.SQLite || e == catalog.DuckDB, counts: e == catalog.MariaDB || e == catalog.MySQL, attached: attachedAs(e), taken: map[string]bool{}, has: map[string]int{}}
	r.query(ps, nil, true)
	return r, ps, r.err
}

// attachedAs is the database that stands before the schema of each table; "" if none does.
func attachedAs(e catalog.Engine) string {
	if e == catalog.DuckDB {
		return "grille"
	}
	return ""
}

// afresh is what the guard g must say: the policy relation of the rules, with the
// conditions that policy copied into g, if they only narrow it.
func (w Want) afresh(g *ir.Guarded) (string, error) {
	name := g.Table.Table.Name
	fresh, err := w.Guard(g)
	if err != nil {
		return "", fault("the rules do not give table %s: %v", name, err)
	}
	if err := narrowed(fresh, g); err != nil {
		return "", err
	}
	text, params, err := w.Print(fresh, g)
	if err != nil {
		return "", fault("the rules of table %s cannot be printed: %v", name, err)
	}
	r, _, err := readText(text, w.Full.Engine, tablesOf(fresh))
	if err != nil {
		return "", err
	}
	if len(r.guards) != 1 {
		return "", fault("table %s has no guard by itself", name)
	}
	return saying(r.guards[0], params), nil
}

// gives reports whether g gives columns of these names as they are stored. A guard of
// MariaDB may have them once more, for conditions that an index serves.
func gives(g *ir.Guarded, names []string) bool {
	return !slices.ContainsFunc(names, func(name string) bool {
		return !slices.ContainsFunc(g.Cols, func(d ir.Def) bool {
			r, ok := d.Expr.(*ir.Ref)
			return ok && sameType(r.T, d.Type) && slices.ContainsFunc(g.Table.Cols, func(c ir.TableCol) bool {
				of := g.Table.Table.Column(c.Of)
				return c.ID == r.Col && of.Name == name && !of.Virtual
			})
		})
	})
}

// narrowed gives fresh the conditions of g beside those of the rules.
func narrowed(fresh, g *ir.Guarded) error {
	if g.Pushed == nil {
		return nil
	}
	of, last := map[ir.ColID]ir.ColID{}, ir.MaxID(&ir.Query{Body: &ir.Select{From: fresh}})
	for _, c := range g.Table.Cols {
		i := slices.IndexFunc(fresh.Table.Cols, func(x ir.TableCol) bool { return x.Of == c.Of })
		if i < 0 {
			last++
			i = len(fresh.Table.Cols)
			fresh.Table.Cols = append(fresh.Table.Cols, ir.TableCol{Column: ir.Column{ID: last, Name: c.Name, Type: c.Type}, Of: c.Of})
		}
		of[c.ID] = fresh.Table.Cols[i].ID
	}
	s := &same{cols: of}
	if !onlyNarrows(fresh)(s, ir.Conjuncts(g.Pushed)) {
		return fault("table %s was allowed otherwise than the rules say", g.Table.Table.Name)
	}
	fresh.Pushed = ir.Renumber(g.Pushed, func(id ir.ColID) ir.ColID { return of[id] })
	return nil
}

// hasAll requires that each clause of q stands in the text: with a HAVING less, groups
// of few would be shown.
func (r *reader) hasAll(q *ir.Query, e catalog.Engine) error {
	for clause, n := range clauses(q, e) {
		if r.has[clause] < n {
			return fault("it has a %s less than was allowed", clause)
		}
	}
	return nil
}

// clauses counts those of q outside of guards.
func clauses(q *ir.Query, e catalog.Engine) map[string]int {
	n := map[string]int{}
	count := func(clause string, has bool) {
		if has {
			n[clause]++
		}
	}
	ir.Walk(q, func(x ir.Node) bool {
		switch x := x.(type) {
		case *ir.Guarded:
			return false
		case *ir.Query:
			c, ok := x.Limit.(*ir.Const)
			count("LIMIT", ok && !c.Value.IsNull())
		case *ir.Select:
			count("WHERE", x.Where != nil)
			count("GROUP", len(x.Keys) > 0)
			count("HAVING", x.Having != nil)
			count("DISTINCT", x.Distinct)
		case *ir.Join:
			count("LEFT", x.Kind == ir.Left)
			count("RIGHT", x.Kind == ir.Right)
			count("FULL", x.Kind == ir.Full)
		case *ir.SetOp:
			count("UNION", x.Kind == ir.Union)
			count("INTERSECT", x.Kind == ir.Intersect)
			count("EXCEPT", x.Kind == ir.Except)
		case *ir.Values: // a row is a block there
			if mysqlFamily(e) || e == catalog.DuckDB {
				n["UNION"] += len(x.Rows) - 1
			}
		}
		return true
	})
	return n
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

// tablesOf are the stored tables at or below n.
func tablesOf(n ir.Node) map[stored]*catalog.Table {
	all := map[stored]*catalog.Table{}
	add := func(t *ir.Table) { all[stored{t.Table.Schema, t.Table.Name}] = t.Table }
	ir.Walk(n, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Table:
			add(n)
		case *ir.Guarded:
			add(n.Table)
		}
		return true
	})
	return all
}

// allGiven requires that each value is used, and each parameter has one.
func allGiven(ps []piece, params int) error {
	used := make([]bool, params)
	var look func([]piece) bool
	look = func(ps []piece) bool {
		for _, p := range ps {
			if p.kind == paramToken {
				if p.n < 1 || p.n > params {
					return false
				}
				used[p.n-1] = true
			}
			if !look(p.in) {
				return false
			}
		}
		return true
	}
	if !look(ps) || slices.Contains(used, false) {
		return fault("parameters that are not those of the values")
	}
	return nil
}

// fenced begins what a guard with a fence says.
const fenced = "fenced "

// saying is what a guard says, whatever its relations are called and its parameters
// numbered.
func saying(g guardText, params []Param) string {
	var b strings.Builder
	if g.fence {
		b.WriteString(fenced)
	}
	write(&b, g.text, params, map[string]int{})
	return b.String()
}

func write(b *strings.Builder, ps []piece, params []Param, names map[string]int) {
	for _, p := range ps {
		switch p.kind {
		case groupToken:
			b.WriteString(p.text)
			write(b, p.in, params, names)
			b.WriteString(") ")
		case paramToken:
			v := params[p.n-1]
			b.WriteString("?" + strconv.Quote(v.Value.Key(v.Type)) + " ")
		case nameToken, textToken:
			b.WriteString(strconv.Itoa(int(p.kind)) + strconv.Quote(p.text) + " ")
		case wordToken, numberToken, signToken:
			if !numbered(p.text, "t") {
				b.WriteString(p.text + " ")
				continue
			}
			if names[p.text] == 0 {
				names[p.text] = len(names) + 1
			}
			b.WriteString("t#" + strconv.Itoa(names[p.text]) + " ")
		default:
			panic("check: unknown token")
		}
	}
}
