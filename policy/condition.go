package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// Condition is a row condition of a rules file that may be used: boolean, not
// able to fail on any stored value, and unable to open rows by a missing or
// empty attribute. Only [NewCondition] makes one.
type Condition struct {
	expr     ir.Expr
	over     *ir.Table // whose columns expr refers to
	attrs    map[string]Attribute
	subquery bool
	text     string
}

// Text is the condition as it is written in the file, for owners only.
func (c *Condition) Text() string { return c.text }

// NewCondition checks a bound condition over one table; text is what it was
// bound from. A refusal has the span in text of what is wrong.
//
// Each rule below has the counter-example that it stops:
//
//   - boolean;
//   - total (see [ir.Total]): 100/beds > 2 would fail on a row that nobody may
//     see, and for everybody;
//   - subqueries only as [NOT] EXISTS and [NOT] IN over plain joins: a scalar
//     subquery fails when it finds two rows;
//   - inside a subquery, a column of the outer table is written with its table's
//     name, and what IN compares with comes from the subquery's own tables:
//     "visit_id IN (SELECT visit_id FROM visits)" where visits has no visit_id is
//     true for all rows, in SQL;
//   - it depends on the row or the viewer, and so does each EXISTS: in "EXISTS
//     (SELECT 1 FROM visits WHERE patient_id = id)" id is that of visits, and one
//     such visit opens every row;
//   - a list attribute only in IN (viewer.x) or = ANY (viewer.x), and not under
//     NOT: NOT (ward = ANY ('{}')) is true for all rows.
func NewCondition(expr ir.Expr, over *ir.Table, attrs map[string]Attribute, text string) (*Condition, error) {
	if expr == nil || over == nil {
		return nil, fmt.Errorf("policy: a condition without an expression or a table")
	}
	c := &Condition{expr: ir.Clone(expr), over: ir.Clone(over), attrs: map[string]Attribute{}, text: text}
	check := conditionCheck{c: c, attrs: attrs, outer: map[ir.ColID]bool{}, inner: map[ir.ColID]bool{}, virtual: map[ir.ColID]bool{}}
	for _, col := range over.Cols {
		check.outer[col.ID] = true
	}
	check.computed(over)
	ir.Walk(c.expr, func(n ir.Node) bool {
		if t, ok := n.(*ir.Table); ok {
			check.computed(t)
		}
		return true
	})
	for _, id := range ir.Makes(c.expr) {
		check.inner[id] = true
	}
	if c.expr.Type() != types.Of(types.Bool) {
		return nil, wrong(c.expr, "compare it with something: status = 'open'", "a row condition is true or false, and this is of type %s", c.expr.Type())
	}
	if err := check.expr(c.expr, true, 0); err != nil {
		return nil, err
	}
	if !check.depends(c.expr) {
		return nil, wrong(c.expr, "write all for every row", "this is the same for all rows")
	}
	return c, nil
}

type conditionCheck struct {
	c            *Condition
	attrs        map[string]Attribute
	outer, inner map[ir.ColID]bool
	virtual      map[ir.ColID]bool // computed whenever they are read
}

func (k *conditionCheck) computed(t *ir.Table) {
	for _, c := range t.Cols {
		k.virtual[c.ID] = t.Table.Column(c.Of).Virtual
	}
}

func wrong(at ir.Node, try, format string, args ...any) error {
	return refusal.New(refusal.Unsupported, try, format, args...).At(at.At())
}

// expr checks e and what stands below it. In a positive place, e becoming true
// can only add rows; depth counts the subqueries around it.
func (k *conditionCheck) expr(e ir.Expr, positive bool, depth int) error {
	if err := k.node(e, positive, depth); err != nil {
		return err
	}
	if !total(e) {
		return wrong(e, "compare columns with constants and attributes, use IN, LIKE with a constant, IS NULL, AND, OR, NOT",
			"%s can fail on a stored value", k.quote(e))
	}
	return nil
}

func (k *conditionCheck) node(e ir.Expr, positive bool, depth int) error {
	switch e := e.(type) {
	case *ir.Const:
		return nil
	case *ir.Ref:
		return k.ref(e, depth)
	case *ir.Attr:
		return k.attr(e)
	case *ir.Logic:
		return k.all(e.Args, positive, depth)
	case *ir.Not:
		return k.expr(e.X, false, depth)
	case *ir.Is:
		return k.expr(e.X, false, depth)
	case *ir.Call:
		if e.Fn.Func.Internal {
			return wrong(e, "write it with a function that is listed", "this function is for masks only")
		}
		return k.all(e.Args, false, depth)
	case *ir.Cast:
		return k.expr(e.X, false, depth)
	case *ir.Case:
		for _, a := range e.Arms {
			if err := k.all([]ir.Expr{a.When, a.Then}, false, depth); err != nil {
				return err
			}
		}
		if e.Else == nil {
			return nil
		}
		return k.expr(e.Else, false, depth)
	case *ir.In:
		return k.in(e, positive, depth)
	case *ir.AnyOf:
		if err := k.expr(e.X, false, depth); err != nil {
			return err
		}
		if a, ok := listAttr(e.Array); ok {
			return k.list(a, positive && !e.All && e.Cmp.Func.Name == "=")
		}
		return k.expr(e.Array, false, depth)
	case *ir.List:
		return k.all(e.Items, false, depth)
	case *ir.Exists:
		if !k.depends(e) {
			return wrong(e, "compare one of its columns with one of the table outside, written with its table's name", "this subquery is the same for all rows")
		}
		return k.query(e.Query, positive, depth+1, false)
	case *ir.InQuery:
		if err := k.all(e.Row, false, depth); err != nil {
			return err
		}
		if e.Op != "=" || e.All {
			return wrong(e, "use EXISTS (SELECT ...)", "only IN and NOT IN compare with a subquery in a row condition")
		}
		return k.query(e.Query, positive && !e.Not, depth+1, true)
	case *ir.Scalar:
		return wrong(e, "use EXISTS (SELECT ...) or IN (SELECT ...)", "a subquery may not stand as a value in a row condition")
	case *ir.Agg, *ir.Over:
		return wrong(e, "compare columns of one row", "aggregates and window functions may not stand in a row condition")
	default:
		panic("policy: unknown expression")
	}
}

func (k *conditionCheck) all(es []ir.Expr, positive bool, depth int) error {
	for _, e := range es {
		if err := k.expr(e, positive, depth); err != nil {
			return err
		}
	}
	return nil
}

func (k *conditionCheck) in(e *ir.In, positive bool, depth int) error {
	if err := k.expr(e.X, false, depth); err != nil {
		return err
	}
	for _, x := range e.List {
		if a, ok := listAttr(x); ok {
			if err := k.list(a, positive && !e.Not); err != nil {
				return err
			}
		} else if err := k.expr(x, false, depth); err != nil {
			return err
		}
	}
	return nil
}

func listAttr(e ir.Expr) (*ir.Attr, bool) {
	for c, ok := e.(*ir.Cast); ok; c, ok = e.(*ir.Cast) {
		e = c.X
	}
	a, ok := e.(*ir.Attr)
	return a, ok && a.T.Kind == types.Array
}

func (k *conditionCheck) ref(e *ir.Ref, depth int) error {
	switch {
	case k.virtual[e.Col]:
		return wrong(e, "use the columns that it is computed from", "%s is computed whenever it is read, which can fail on a stored value", k.quote(e))
	case k.inner[e.Col]:
		return nil
	case !k.outer[e.Col]:
		return fmt.Errorf("policy: a condition refers to a column that nothing makes")
	case depth > 0 && !strings.Contains(k.quote(e), "."):
		return wrong(e, fmt.Sprintf("write %s.%s, or a column of the subquery", k.c.over.Alias, k.quote(e)),
			"%s is no column of the subquery, but of the table outside", k.quote(e))
	}
	return nil
}

// attr is a scalar attribute: it may stand anywhere, for a condition with a
// missing one is false as a whole before anything is evaluated.
func (k *conditionCheck) attr(e *ir.Attr) error {
	if e.T.Kind == types.Array {
		return k.list(e, false)
	}
	a, ok := k.attrs[e.Name]
	if !ok || a.List || a.Type != e.T {
		return wrong(e, "declare it under attributes", "viewer.%s is not declared with this type", e.Name)
	}
	k.c.attrs[e.Name] = a
	return nil
}

func (k *conditionCheck) list(e *ir.Attr, positive bool) error {
	a, ok := k.attrs[e.Name]
	if !ok || !a.List || types.ArrayOfType(a.Type) != e.T {
		return wrong(e, "declare it under attributes", "viewer.%s is not declared with this type", e.Name)
	}
	if !positive {
		return wrong(e, fmt.Sprintf("write column IN (viewer.%s), and not under NOT", e.Name), "a list may only widen: with an empty list, viewer.%s would open every row here", e.Name)
	}
	k.c.attrs[e.Name] = a
	return nil
}

// query checks a subquery: a plain SELECT over stored tables and their joins.
func (k *conditionCheck) query(q *ir.Query, positive bool, depth int, compared bool) error {
	k.c.subquery = true
	s, ok := q.Body.(*ir.Select)
	if !ok || len(q.With) > 0 || q.Limit != nil || q.Offset != nil || s.Grouped || len(s.Keys) > 0 || s.Having != nil || s.From == nil {
		return wrong(q, "use SELECT column FROM table [JOIN ...] WHERE ...", "a subquery of a row condition only reads, joins and filters tables")
	}
	if err := k.from(s.From, positive, depth); err != nil {
		return err
	}
	if s.Where != nil {
		if err := k.expr(s.Where, positive, depth); err != nil {
			return err
		}
	}
	for _, d := range s.Out {
		if err := k.expr(d.Expr, false, depth); err != nil {
			return err
		}
		if compared && !d.Hidden && !k.own(d.Expr) {
			return wrong(d.Expr, "select a column of the subquery's own tables", "%s is not read from the subquery's tables, so it is the same for all of their rows", k.quote(d.Expr))
		}
	}
	return nil
}

// depends reports whether e reads a column of the rule's table or an attribute.
func (k *conditionCheck) depends(e ir.Expr) bool {
	depends := false
	ir.Walk(e, func(n ir.Node) bool {
		switch n := n.(type) {
		case *ir.Ref:
			depends = depends || k.outer[n.Col]
		case *ir.Attr:
			depends = true
		}
		return !depends
	})
	return depends
}

// own reports whether e reads a column of a subquery's tables.
func (k *conditionCheck) own(e ir.Expr) bool {
	own := false
	ir.Walk(e, func(n ir.Node) bool {
		if r, ok := n.(*ir.Ref); ok && k.inner[r.Col] {
			own = true
		}
		return true
	})
	return own
}

func (k *conditionCheck) from(r ir.Rel, positive bool, depth int) error {
	switch r := r.(type) {
	case *ir.Table:
		return nil
	case *ir.Join:
		if err := k.from(r.Left, positive, depth); err != nil {
			return err
		}
		if err := k.from(r.Right, positive, depth); err != nil {
			return err
		}
		if r.On == nil {
			return nil
		}
		return k.expr(r.On, positive && r.Kind == ir.Inner, depth)
	case *ir.Subquery:
		// bind puts one around what IN has to convert: id IN (SELECT an_int FROM t).
		if r.Lateral {
			return wrong(r, "join on a condition", "a subquery of a row condition may not be LATERAL")
		}
		return k.query(r.Query, positive, depth+1, true)
	case *ir.Guarded, *ir.CTERef, *ir.Self, *ir.FuncRel:
		return wrong(r, "read stored tables and join them", "a subquery of a row condition may only read stored tables")
	default:
		panic("policy: unknown relation")
	}
}

// quote is what the file says at e.
func (k *conditionCheck) quote(e ir.Node) string {
	if s := e.At(); s.Pos >= 0 && s.Pos < s.End && int(s.End) <= len(k.c.text) {
		return k.c.text[s.Pos:s.End]
	}
	return "this"
}

// fits repeats, for a condition that stands in a rule, what it was made for.
func (c *Condition) fits(t *catalog.Table, attrs map[string]Attribute) error {
	if c == nil {
		return nil
	}
	if c.over == nil || c.over.Table.ID != t.ID {
		return fmt.Errorf("policy: %s: a condition over another table", t.Name)
	}
	for name, a := range c.attrs {
		if attrs[name] != a {
			return fmt.Errorf("policy: %s: a condition with an attribute that is not declared", t.Name)
		}
	}
	return nil
}

// mentioned are the attributes of the condition, sorted.
func (c *Condition) mentioned() []string {
	var names []string
	for name := range c.attrs {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
