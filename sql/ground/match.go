package ground

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// Values knows the stored values that the viewer sees as they are. Whoever
// implements it reads them under the viewer's rules, by ordinary statements.
// The zero Found: nothing is known, which an error is too.
type Values interface {
	Find(c Column, asked string) Found
}

// Match is what was found for one text that stands beside a column.
type Match struct {
	Asked  string
	Column Column
	Found
}

// Meaning is a query in which texts are what is meant.
type Meaning struct {
	Query *ir.Query
	// Matches are what was found for the texts that are no stored values.
	Matches []Match
	// Stored counts the texts that are stored values, or mean one.
	Stored int
}

// maxTexts is how many texts of one query are looked for.
const maxTexts = 40

// Texts gives a copy of q in which a text that is compared with a stored column
// is the stored value that is meant by it, as a constant of the viewer's, and
// what was found for the texts that are no stored values. Compared is what
// stands beside =, <>, IN and ANY; patterns of LIKE say what they say.
//
// It decides nothing about rights: what it puts in comes from values.
func Texts(q *ir.Query, values Values) Meaning {
	q = ir.Clone(q)
	m := &matcher{values: values, lineage: newLineage(q)}
	ir.Walk(q, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Call:
			if len(n.Args) == 2 && equality(n.Fn) {
				m.compared(n.Args[0], &n.Args[1])
				m.compared(n.Args[1], &n.Args[0])
			}
		case *ir.In:
			if equality(n.Cmp) {
				for i := range n.List {
					m.compared(n.X, &n.List[i])
				}
			}
		case *ir.AnyOf:
			if equality(n.Cmp) {
				m.any(n)
			}
		}
		return true
	})
	return Meaning{q, m.found, m.stored}
}

func equality(s *funcs.Sig) bool {
	return s != nil && s.Func != nil && (s.Func.Name == "=" || s.Func.Name == "<>")
}

type matcher struct {
	values  Values
	lineage lineage
	found   []Match
	looked  int
	stored  int
}

func (m *matcher) any(n *ir.AnyOf) {
	if list, ok := n.Array.(*ir.List); ok {
		for i := range list.Items {
			m.compared(n.X, &list.Items[i])
		}
	}
	list, ok := n.Array.(*ir.Const)
	if !ok || list.Value.Kind() != types.Array || !list.T.Element().IsText() {
		return
	}
	if c, ok := m.lineage.column(n.X); ok {
		m.array(c, list)
	}
}

// array is = ANY ('{nyc,berlin}').
func (m *matcher) array(c Column, list *ir.Const) {
	items := slices.Clone(list.Value.List())
	changed := false
	for i, v := range items {
		if v.IsNull() {
			continue
		}
		if stored, ok := m.find(c, v.Text(), false); ok {
			items[i], changed = types.TextOf(stored), true
		}
	}
	if changed {
		list.Value, list.From = types.ListOf(items), ir.FromViewer
	}
}

// compared puts a stored value in the place of a text that is compared with x.
// Beside lower(column) the value stands in lower() as well, so that the engine
// lowers both in its own way.
func (m *matcher) compared(x ir.Expr, with *ir.Expr) {
	text := bare(*with)
	if text == nil || text.Value.Kind() != types.Text || text.From != ir.FromDraft && text.From != ir.FromViewer {
		return
	}
	lower := lowered(x)
	if lower != nil {
		x = lower.Args[0]
	}
	c, ok := m.lineage.column(x)
	if !ok {
		return
	}
	stored, ok := m.find(c, text.Value.Text(), lower != nil)
	if !ok {
		return
	}
	text.Value, text.From = types.TextOf(stored), ir.FromViewer
	if lower != nil {
		text.T = lower.Fn.Params[0]
		*with = &ir.Call{Span: text.Span, Fn: lower.Fn, Args: []ir.Expr{text}, T: lower.T}
	}
}

// bare is a constant, as it is written: a cast may cut it.
func bare(e ir.Expr) *ir.Const {
	for c, ok := e.(*ir.Cast); ok && c.Implicit; c, ok = e.(*ir.Cast) {
		e = c.X
	}
	c, _ := e.(*ir.Const)
	return c
}

// lowered is lower(...), or nil.
func lowered(e ir.Expr) *ir.Call {
	c, ok := e.(*ir.Call)
	if !ok || c.Fn.Func.Name != "lower" || len(c.Args) != 1 {
		return nil
	}
	return c
}

// find is the stored value that asked means, if that is sure.
func (m *matcher) find(c Column, asked string, lower bool) (string, bool) {
	for _, f := range m.found {
		if f.Asked == asked && f.Column == c {
			return f.Stored, f.Stored != ""
		}
	}
	if m.looked++; m.looked > maxTexts || asked == "" || utf8.RuneCountInString(asked) > MaxLength {
		return "", false
	}
	f := m.values.Find(c, asked)
	exact := f.Exact || lower && lowers(f, asked)
	if exact || f.Stored != "" {
		m.stored++
	}
	if exact || f.Stored == "" && len(f.Like) == 0 && !f.All && !f.Grouped {
		return "", false
	}
	m.found = append(m.found, Match{asked, c, f})
	return f.Stored, f.Stored != ""
}

// lowers reports whether a value in lower case is asked already.
func lowers(f Found, asked string) bool {
	return slices.ContainsFunc(append(f.Like, f.Stored), func(s string) bool { return strings.ToLower(s) == asked })
}
