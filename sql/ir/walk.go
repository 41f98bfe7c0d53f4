package ir

import "slices"

// visitor is handed the address of each child slot of a node, and of each
// column identity that the node holds. A nil function skips that kind.
type visitor struct {
	// walk is called for nodes instead of the functions of slots that are handed
	// nodes, and says whether to go on below. Queries are walked a hundred times on
	// their way, so a visitor that only walks has nothing else: it is the smaller by
	// as much.
	walk func(Node) bool
	*slots
}

type slots struct {
	query func(**Query)
	body  func(*Body)
	rel   func(*Rel)
	expr  func(*Expr)
	cte   func(**CTE) // references, not declarations
	id    func(*ColID)
}

func (v *visitor) q(s **Query) {
	switch {
	case *s == nil:
	case v.walk != nil:
		v.visit(*s)
	case v.query != nil:
		v.query(s)
	}
}

func (v *visitor) b(s *Body) {
	switch {
	case *s == nil:
	case v.walk != nil:
		v.visit(*s)
	case v.body != nil:
		v.body(s)
	}
}

func (v *visitor) r(s *Rel) {
	switch {
	case *s == nil:
	case v.walk != nil:
		v.visit(*s)
	case v.rel != nil:
		v.rel(s)
	}
}

func (v *visitor) e(s *Expr) {
	switch {
	case *s == nil:
	case v.walk != nil:
		v.visit(*s)
	case v.expr != nil:
		v.expr(s)
	}
}

func (v *visitor) visit(n Node) {
	if v.walk(n) {
		n.slots(v)
	}
}

func (v *visitor) es(s []Expr) {
	for i := range s {
		v.e(&s[i])
	}
}

func (v *visitor) c(s *ColID) {
	if v.slots != nil && v.id != nil {
		v.id(s)
	}
}

func (v *visitor) cols(s []Column) {
	for i := range s {
		v.c(&s[i].ID)
	}
}

func (v *visitor) defs(s []Def) {
	for i := range s {
		v.e(&s[i].Expr)
		v.c(&s[i].ID)
	}
}

func (v *visitor) sorts(s []SortExpr) {
	for i := range s {
		v.e(&s[i].X)
	}
}

func (n *Query) slots(v *visitor) {
	for i := range n.With {
		v.q(&n.With[i].Query)
	}
	v.b(&n.Body)
	for i := range n.Order {
		v.c(&n.Order[i].Col)
	}
	v.e(&n.Limit)
	v.e(&n.Offset)
}

func (n *Select) slots(v *visitor) {
	v.r(&n.From)
	v.e(&n.Where)
	v.defs(n.Keys)
	v.e(&n.Having)
	v.defs(n.Out)
}
func (n *SetOp) slots(v *visitor) { v.q(&n.Left); v.q(&n.Right); v.cols(n.Cols) }
func (n *Values) slots(v *visitor) {
	for i := range n.Rows {
		v.es(n.Rows[i])
	}
	v.cols(n.Cols)
}

func (n *Table) slots(v *visitor) {
	for i := range n.Cols {
		v.c(&n.Cols[i].ID)
	}
}

// The inner table of a Guarded is no slot: nothing may replace it.
func (n *Guarded) slots(v *visitor) {
	n.Table.slots(v)
	v.e(&n.Filter)
	v.e(&n.Pushed)
	v.defs(n.Cols)
}
func (n *Subquery) slots(v *visitor) { v.q(&n.Query); v.cols(n.Cols) }
func (n *CTERef) slots(v *visitor) {
	if v.slots != nil && v.cte != nil {
		v.cte(&n.CTE)
	}
	v.cols(n.Cols)
}
func (n *Self) slots(v *visitor) {
	if v.slots != nil && v.cte != nil {
		v.cte(&n.CTE)
	}
	v.cols(n.Cols)
}
func (n *Join) slots(v *visitor)    { v.r(&n.Left); v.r(&n.Right); v.e(&n.On) }
func (n *FuncRel) slots(v *visitor) { v.es(n.Args); v.cols(n.Cols) }

func (n *Ref) slots(v *visitor)   { v.c(&n.Col) }
func (n *Const) slots(*visitor)   {}
func (n *Attr) slots(*visitor)    {}
func (n *Call) slots(v *visitor)  { v.es(n.Args) }
func (n *Cast) slots(v *visitor)  { v.e(&n.X) }
func (n *Logic) slots(v *visitor) { v.es(n.Args) }
func (n *Not) slots(v *visitor)   { v.e(&n.X) }
func (n *Is) slots(v *visitor)    { v.e(&n.X) }
func (n *Case) slots(v *visitor) {
	for i := range n.Arms {
		v.e(&n.Arms[i].When)
		v.e(&n.Arms[i].Then)
	}
	v.e(&n.Else)
}
func (n *In) slots(v *visitor)      { v.e(&n.X); v.es(n.List) }
func (n *AnyOf) slots(v *visitor)   { v.e(&n.X); v.e(&n.Array) }
func (n *InQuery) slots(v *visitor) { v.es(n.Row); v.q(&n.Query) }
func (n *Exists) slots(v *visitor)  { v.q(&n.Query) }
func (n *Scalar) slots(v *visitor)  { v.q(&n.Query) }
func (n *List) slots(v *visitor)    { v.es(n.Items) }
func (n *Agg) slots(v *visitor) {
	v.es(n.Args)
	v.sorts(n.Order)
	v.sorts(n.Within)
	v.e(&n.Filter)
}
func (n *Over) slots(v *visitor) {
	v.es(n.Args)
	v.e(&n.Filter)
	v.es(n.Window.Partition)
	v.sorts(n.Window.Order)
	if f := n.Window.Frame; f != nil {
		v.e(&f.From)
		v.e(&f.To)
	}
}

func (n *Query) clone() Node {
	c := *n
	c.With = slices.Clone(n.With)
	for i, w := range c.With {
		d := *w
		c.With[i] = &d
	}
	c.Order = slices.Clone(n.Order)
	return &c
}

func (n *Select) clone() Node {
	c := *n
	c.Keys, c.Out = slices.Clone(n.Keys), slices.Clone(n.Out)
	return &c
}
func (n *SetOp) clone() Node { c := *n; c.Cols = slices.Clone(n.Cols); return &c }
func (n *Values) clone() Node {
	c := *n
	c.Rows, c.Cols = slices.Clone(n.Rows), slices.Clone(n.Cols)
	for i := range c.Rows {
		c.Rows[i] = slices.Clone(c.Rows[i])
	}
	return &c
}
func (n *Table) clone() Node { c := *n; c.Cols = slices.Clone(n.Cols); return &c }
func (n *Guarded) clone() Node {
	c := *n
	c.Table = n.Table.clone().(*Table)
	c.Cols, c.Rules = slices.Clone(n.Cols), slices.Clone(n.Rules)
	return &c
}
func (n *Subquery) clone() Node { c := *n; c.Cols = slices.Clone(n.Cols); return &c }
func (n *CTERef) clone() Node   { c := *n; c.Cols = slices.Clone(n.Cols); return &c }
func (n *Self) clone() Node     { c := *n; c.Cols = slices.Clone(n.Cols); return &c }
func (n *Join) clone() Node     { c := *n; return &c }
func (n *FuncRel) clone() Node {
	c := *n
	c.Args, c.Cols = slices.Clone(n.Args), slices.Clone(n.Cols)
	return &c
}
func (n *Ref) clone() Node     { c := *n; return &c }
func (n *Const) clone() Node   { c := *n; return &c }
func (n *Attr) clone() Node    { c := *n; return &c }
func (n *Call) clone() Node    { c := *n; c.Args = slices.Clone(n.Args); return &c }
func (n *Cast) clone() Node    { c := *n; return &c }
func (n *Logic) clone() Node   { c := *n; c.Args = slices.Clone(n.Args); return &c }
func (n *Not) clone() Node     { c := *n; return &c }
func (n *Is) clone() Node      { c := *n; return &c }
func (n *Case) clone() Node    { c := *n; c.Arms = slices.Clone(n.Arms); return &c }
func (n *In) clone() Node      { c := *n; c.List = slices.Clone(n.List); return &c }
func (n *AnyOf) clone() Node   { c := *n; return &c }
func (n *InQuery) clone() Node { c := *n; c.Row = slices.Clone(n.Row); return &c }
func (n *Exists) clone() Node  { c := *n; return &c }
func (n *Scalar) clone() Node  { c := *n; return &c }
func (n *List) clone() Node    { c := *n; c.Items = slices.Clone(n.Items); return &c }
func (n *Agg) clone() Node {
	c := *n
	c.Args, c.Order, c.Within = slices.Clone(n.Args), slices.Clone(n.Order), slices.Clone(n.Within)
	return &c
}
func (n *Over) clone() Node {
	c := *n
	c.Args = slices.Clone(n.Args)
	c.Window.Partition, c.Window.Order = slices.Clone(n.Window.Partition), slices.Clone(n.Window.Order)
	if n.Window.Frame != nil {
		f := *n.Window.Frame
		c.Window.Frame = &f
	}
	return &c
}

// Walk calls f for n and for every node below it, parents first. Where f
// returns false, the children of that node are left out.
func Walk(n Node, f func(Node) bool) {
	switch n.(type) {
	case *Ref, *Const, *Attr: // many are walked, and have nothing below
		f(n)
	default:
		(&visitor{walk: f}).visit(n)
	}
}

// Rewrite replaces relations and expressions below n in place, children
// first. A nil function changes nothing of that kind. The inner tables of
// Guarded relations are not offered.
func Rewrite(n Node, rel func(Rel) Rel, expr func(Expr) Expr) {
	var v *visitor
	v = &visitor{slots: &slots{
		query: func(s **Query) { (*s).slots(v) },
		body:  func(s *Body) { (*s).slots(v) },
		rel: func(s *Rel) {
			(*s).slots(v)
			if rel != nil {
				*s = rel(*s)
			}
		},
		expr: func(s *Expr) {
			(*s).slots(v)
			if expr != nil {
				*s = expr(*s)
			}
		},
	}}
	n.slots(v)
}

// Clone is a deep copy that shares no node with n.
func Clone[N Node](n N) N { return copyOf(n, func(c *ColID) {}) }

// Fresh is a deep copy of n in which every column identity that n itself
// makes is replaced by next(); identities of outer relations stay.
func Fresh[N Node](n N, next func() ColID) N {
	made := map[ColID]ColID{}
	for _, c := range Makes(n) {
		made[c] = next()
	}
	return copyOf(n, func(c *ColID) {
		if to, ok := made[*c]; ok {
			*c = to
		}
	})
}

// Renumber is a deep copy of n with each column identity replaced by to of it.
func Renumber[N Node](n N, to func(ColID) ColID) N {
	return copyOf(n, func(c *ColID) { *c = to(*c) })
}

func copyOf[N Node](n N, id func(*ColID)) N {
	ctes := map[*CTE]*CTE{}
	var v *visitor
	query := func(s **Query) {
		old := *s
		q := old.clone().(*Query)
		for i := range q.With {
			ctes[old.With[i]] = q.With[i]
		}
		*s = q
		q.slots(v)
	}
	v = &visitor{slots: &slots{
		query: query,
		body:  func(s *Body) { *s = (*s).clone().(Body); (*s).slots(v) },
		rel:   func(s *Rel) { *s = (*s).clone().(Rel); (*s).slots(v) },
		expr:  func(s *Expr) { *s = (*s).clone().(Expr); (*s).slots(v) },
		cte: func(s **CTE) {
			if c, ok := ctes[*s]; ok {
				*s = c
			}
		},
		id: id,
	}}
	if q, ok := any(n).(*Query); ok {
		query(&q)
		return any(q).(N)
	}
	c := n.clone()
	c.slots(v)
	return c.(N)
}

// Makes lists the column identities that n and the nodes below it make:
// columns of relations, keys and outputs.
func Makes(n Node) []ColID {
	var ids []ColID
	add := func(cols []Column) {
		for _, c := range cols {
			ids = append(ids, c.ID)
		}
	}
	defs := func(ds []Def) {
		for _, d := range ds {
			ids = append(ids, d.ID)
		}
	}
	table := func(t *Table) {
		for _, c := range t.Cols {
			ids = append(ids, c.ID)
		}
	}
	Walk(n, func(n Node) bool {
		switch n := n.(type) {
		case *Select:
			defs(n.Keys)
			defs(n.Out)
		case *SetOp:
			add(n.Cols)
		case *Values:
			add(n.Cols)
		case *Table:
			table(n)
		case *Guarded:
			table(n.Table)
			defs(n.Cols)
		case *Subquery:
			add(n.Cols)
		case *CTERef:
			add(n.Cols)
		case *Self:
			add(n.Cols)
		case *FuncRel:
			add(n.Cols)
		}
		return true
	})
	return ids
}

// MaxID is the greatest column identity in n.
func MaxID(n Node) ColID {
	var m ColID
	n.slots(&visitor{
		walk:  func(Node) bool { return true },
		slots: &slots{id: func(c *ColID) { m = max(m, *c) }},
	})
	return m
}

// Outputs are the visible outputs of a body.
func Outputs(b Body) []Column {
	switch b := b.(type) {
	case *Select:
		cols := make([]Column, 0, len(b.Out))
		for _, d := range b.Out {
			if !d.Hidden {
				cols = append(cols, d.Column)
			}
		}
		return cols
	case *SetOp:
		return b.Cols
	case *Values:
		return b.Cols
	default:
		panic("ir: unknown body")
	}
}

// Columns are the columns that a relation offers to what stands above it.
func Columns(r Rel) []Column {
	switch r := r.(type) {
	case *Table:
		cols := make([]Column, len(r.Cols))
		for i, c := range r.Cols {
			cols[i] = c.Column
		}
		return cols
	case *Guarded:
		cols := make([]Column, len(r.Cols))
		for i, c := range r.Cols {
			cols[i] = c.Column
		}
		return cols
	case *Subquery:
		return r.Cols
	case *CTERef:
		return r.Cols
	case *Self:
		return r.Cols
	case *Join:
		return slices.Concat(Columns(r.Left), Columns(r.Right))
	case *FuncRel:
		return r.Cols
	default:
		panic("ir: unknown relation")
	}
}

// Children replaces each expression that stands directly in e by f of it,
// those inside subqueries included: there f is called for the outermost
// expressions of each clause.
func Children(e Expr, f func(Expr) Expr) {
	var v *visitor
	v = &visitor{slots: &slots{
		query: func(s **Query) { (*s).slots(v) },
		body:  func(s *Body) { (*s).slots(v) },
		rel:   func(s *Rel) { (*s).slots(v) },
		expr:  func(s *Expr) { *s = f(*s) },
	}}
	e.slots(v)
}
