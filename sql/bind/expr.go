package bind

import (
	"errors"
	"math/big"
	"strings"
	"time"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
)

// exprs binds the expressions of one clause.
type exprs struct {
	b          *binder
	s          *scope
	clause     string // for refusals
	aggregates bool   // may stand here
	over       bool   // window functions may stand here
	inAgg      bool
	rows       *rowTargets // of a SELECT list: functions that return rows may stand here
	*found
}

// found is what the clauses of a SELECT share.
type found struct {
	aggs      map[*ir.Agg]bool
	groupings map[ir.ColID]*syntax.Grouping // what GROUPING(...) stands for until the groups are known
}

func (b *binder) exprs(s *scope, clause string) *exprs {
	x := &struct { // of one piece: each clause has its own
		exprs
		found
	}{}
	x.exprs = exprs{b: b, s: s, clause: clause, found: &x.found}
	return &x.exprs
}

var boolean = types.Of(types.Bool)

// boolean binds a condition.
func (x *exprs) boolean(n syntax.Expr) ir.Expr {
	e := x.expr(n)
	if e.Type().Kind == types.Unknown {
		return x.coerce(e, boolean)
	}
	if e.Type() != boolean {
		fail(n.At(), refusal.Types, "compare it with something, as in x > 0", "%s takes a condition, and this is %s", x.clause, e.Type())
	}
	return e
}

func (x *exprs) list(ns []syntax.Expr) []ir.Expr {
	out := make([]ir.Expr, len(ns))
	for i, n := range ns {
		out[i] = x.expr(n)
	}
	return out
}

// expr binds an expression. A literal in quotes has type Unknown until its
// place gives it one.
func (x *exprs) expr(n syntax.Expr) ir.Expr {
	switch n := n.(type) {
	case *syntax.Column:
		if n.Star {
			fail(n.At(), refusal.Unsupported, "name the columns", "* may stand in the SELECT list and in count(*) only")
		}
		return x.b.resolve(x.s, n)
	case *syntax.Literal:
		return x.literal(n)
	case *syntax.Param:
		fail(n.At(), refusal.Unsupported, "write the value itself", "a draft has no parameters")
	case *syntax.Binary:
		if n.Schema != "" && n.Schema != "pg_catalog" {
			fail(n.OpAt, refusal.UnknownFunction, "write the operator alone", "there is no operator in schema %q", n.Schema)
		}
		return x.binary(n)
	case *syntax.Unary:
		return x.unary(n)
	case *syntax.Logic:
		args := make([]ir.Expr, len(n.Args))
		for i, a := range n.Args {
			sub := *x
			sub.clause = "AND"
			if n.Or {
				sub.clause = "OR"
			}
			args[i] = sub.boolean(a)
		}
		return &ir.Logic{Span: at(n), Or: n.Or, Args: args}
	case *syntax.Not:
		sub := *x
		sub.clause = "NOT"
		return &ir.Not{Span: at(n), X: sub.boolean(n.X)}
	case *syntax.Is:
		return x.is(n)
	case *syntax.IsDistinct:
		if e := x.distinctRows(n); e != nil {
			return e
		}
		e := x.call(n.At(), x.b.builtin("is_distinct"), "IS DISTINCT FROM", []ir.Expr{x.expr(n.L), x.expr(n.R)})
		return negate(n.Not, e, n)
	case *syntax.Between:
		name := "between"
		if n.Symmetric {
			name = "between_symmetric"
		}
		e := x.call(n.At(), x.b.builtin(name), "BETWEEN", []ir.Expr{x.expr(n.X), x.expr(n.Lo), x.expr(n.Hi)})
		return negate(n.Not, e, n)
	case *syntax.Like:
		return x.like(n)
	case *syntax.In:
		return x.in(n)
	case *syntax.InQuery:
		return x.inQuery(n)
	case *syntax.Quantified:
		return x.quantified(n)
	case *syntax.Exists:
		return &ir.Exists{Span: at(n), Query: x.b.query(n.Query, x.s)}
	case *syntax.Scalar:
		q := x.b.query(n.Query, x.s)
		outs := ir.Outputs(q.Body)
		if len(outs) != 1 {
			fail(n.At(), refusal.Types, "select one column in it", "a subquery used as a value has %d columns", len(outs))
		}
		return &ir.Scalar{Span: at(n), Query: q, T: outs[0].Type}
	case *syntax.Case:
		return x.caseExpr(n)
	case *syntax.Cast:
		return x.cast(n)
	case *syntax.Call:
		return x.callExpr(n)
	case *syntax.Now:
		return x.now(n)
	case *syntax.ArrayList:
		return x.array(n)
	case *syntax.Row:
		fail(n.At(), refusal.Unsupported, "compare it with another row, or name its columns", "a row of several values is no value")
	case *syntax.ArrayQuery:
		return x.arrayQuery(n)
	case *syntax.Subscript:
		return x.subscript(n)
	case *syntax.Collate:
		return x.collate(n)
	case *syntax.Grouping:
		return x.grouping(n)
	case *syntax.GroupSet:
		panic("bind: a grouping set outside of GROUP BY")
	default:
		panic("bind: unknown expression")
	}
	return nil
}

func negate(not bool, e ir.Expr, n syntax.Node) ir.Expr {
	if not {
		return &ir.Not{Span: at(n), X: e}
	}
	return e
}

// builtin is an entry that SQL's own syntax needs.
func (b *binder) builtin(name string) *funcs.Func {
	f := funcs.Find(name)
	if f == nil {
		f = funcs.FindOperator(name) // like, between and others in words
	}
	if f == nil {
		panic("bind: the function table has no " + name)
	}
	return f
}

func (x *exprs) literal(n *syntax.Literal) ir.Expr {
	c := &ir.Const{Span: at(n)}
	switch n.Kind {
	case syntax.Null:
		c.T = types.Of(types.Unknown)
	case syntax.Bool:
		c.Value, c.T = types.BoolOf(n.Text == "true"), boolean
	case syntax.Integer, syntax.Decimal:
		return x.number(c, n.Text)
	case syntax.String:
		c.Value, c.T = types.TextOf(n.Text), types.Of(types.Unknown)
	default:
		panic("bind: unknown literal")
	}
	return c
}

// number types a number as PostgreSQL does: integer, bigint, else numeric.
func (x *exprs) number(c *ir.Const, text string) ir.Expr {
	if i, ok := new(big.Int).SetString(text, 10); ok && i.IsInt64() {
		v := i.Int64()
		c.Value, c.T = types.IntOf(v), types.Of(types.Int8)
		if int64(int32(v)) == v {
			c.T = types.Of(types.Int4)
		}
		return c
	}
	v, err := types.Parse(types.Of(types.Numeric), text, nil)
	if err != nil {
		fail(c.At(), refusal.Constant, "write it as 12 or 12.5", "%s is not a number", text)
	}
	c.Value, c.T = v, types.Of(types.Numeric)
	return c
}

// read gives an untyped literal a type; the text must be one of its values.
func (b *binder) read(c *ir.Const, t types.Type) *ir.Const {
	out := &ir.Const{Span: c.Span, T: t, From: c.From}
	if c.Value.IsNull() {
		return out
	}
	if t.IsText() || t.Kind == types.Enum {
		out.Value = c.Value
		return out
	}
	if t.Kind == types.Token {
		fail(c.At(), refusal.MaskedLiteral, "compare it with the same column elsewhere, or group by it", "a pseudonym cannot be compared with a value that you write")
	}
	text := c.Value.Text()
	if b.env.Held != nil {
		if value, known := b.env.Held.Held(text); known {
			if out.From = ir.FromViewer; value == "" {
				return out
			}
			text = value
		}
	}
	v, err := types.Parse(t, text, b.zone())
	if err != nil {
		fail(c.At(), refusal.Constant, err.Error(), "'%s' is not a value of type %s", clip(text), t)
	}
	out.Value = v
	return out
}

func (b *binder) zone() *time.Location {
	if b.env.Zone == nil {
		return time.UTC
	}
	return b.env.Zone
}

// clip shortens what the draft says before it is quoted back.
func clip(s string) string {
	r := []rune(s)
	if len(r) > 40 {
		return string(r[:40]) + "..."
	}
	return s
}

// coerce makes e a value of type t as PostgreSQL would by itself.
func (x *exprs) coerce(e ir.Expr, t types.Type) ir.Expr {
	if e.Type() == t {
		return e
	}
	if c, ok := e.(*ir.Const); ok && c.T.Kind == types.Unknown {
		return x.b.read(c, t)
	}
	if !funcs.ImplicitCast(e.Type(), t) {
		fail(e.At(), refusal.Types, "write CAST(... AS "+t.String()+")", "%s takes %s, and this is %s", x.clause, t, e.Type())
	}
	if c, ok := e.(*ir.Const); ok && c.T.IsNumber() && t.IsNumber() {
		return x.b.widen(c, t)
	}
	return &ir.Cast{Span: ir.Span{Span: e.At()}, X: e, T: t, Implicit: true}
}

// widen is a number as a wider type of number: 5 where numeric is wanted.
func (b *binder) widen(c *ir.Const, t types.Type) *ir.Const {
	out := &ir.Const{Span: c.Span, T: t, From: c.From}
	if c.Value.IsNull() {
		return out
	}
	v, err := types.Parse(t, c.Value.Format(c.T, b.zone()), b.zone())
	if err != nil {
		fail(c.At(), refusal.Constant, err.Error(), "the number does not fit %s", t)
	}
	out.Value = v
	return out
}

// common gives the expressions in place their common type.
func (x *exprs) common(at syntax.Span, es []ir.Expr, what string) types.Type {
	ts := make([]types.Type, len(es))
	for i, e := range es {
		ts[i] = e.Type()
	}
	t, err := funcs.CommonType(ts)
	if err != nil {
		fail(at, refusal.Types, "cast them to one type, as in CAST(x AS text)", "%s have different types: %s", what, names(ts))
	}
	if t.Kind == types.Unknown {
		t = types.Of(types.Text)
	}
	for i, e := range es {
		es[i] = x.coerce(e, t)
	}
	return t
}

func names(ts []types.Type) string {
	var out []string
	seen := map[string]bool{}
	for _, t := range ts {
		if s := t.String(); !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return strings.Join(out, ", ")
}

// operator binds l symbol r.
func (x *exprs) operator(at syntax.Span, symbol string, args ...ir.Expr) ir.Expr {
	f := funcs.FindOperator(symbol)
	if f == nil {
		mend(at, refusal.UnknownFunction, foreignOperators[symbol], "there is no operator %s", symbol)
	}
	return x.call(at, f, symbol, args)
}

// foreignOperators are what other dialects write for what PostgreSQL says in words.
var foreignOperators = map[string]string{
	"&&":  "write AND between conditions",
	"!":   "write NOT before a condition",
	"<=>": "write a IS NOT DISTINCT FROM b",
	"!<":  "write >=",
	"!>":  "write <=",
	"^=":  "write <>",
	"~=":  "write <>",
	"=~":  "write x ~ 'pattern'",
}

func (x *exprs) binary(n *syntax.Binary) ir.Expr {
	if e := x.compareRows(n); e != nil {
		return e
	}
	symbol := n.Op
	if symbol == "!=" {
		symbol = "<>"
	}
	not := false
	switch symbol {
	case "~~":
		return x.call(n.At(), x.b.builtin("like"), "LIKE", []ir.Expr{x.expr(n.L), x.expr(n.R)})
	case "~~*":
		return x.call(n.At(), x.b.builtin("ilike"), "ILIKE", []ir.Expr{x.expr(n.L), x.expr(n.R)})
	case "!~~":
		not, symbol = true, "like"
	case "!~~*":
		not, symbol = true, "ilike"
	}
	if not {
		return &ir.Not{Span: at(n), X: x.call(n.At(), x.b.builtin(symbol), symbol, []ir.Expr{x.expr(n.L), x.expr(n.R)})}
	}
	return x.operator(n.At(), symbol, x.expr(n.L), x.expr(n.R))
}

// unary binds + and -; the sign of a number is part of it.
func (x *exprs) unary(n *syntax.Unary) ir.Expr {
	if l, ok := n.X.(*syntax.Literal); ok && (l.Kind == syntax.Integer || l.Kind == syntax.Decimal) {
		switch n.Op {
		case "-":
			return x.number(&ir.Const{Span: at(n)}, "-"+l.Text)
		case "+":
			return x.literal(l)
		}
	}
	return x.operator(n.At(), n.Op, x.expr(n.X))
}

func (x *exprs) is(n *syntax.Is) ir.Expr {
	if e := x.rowIsNull(n); e != nil {
		return e
	}
	out := &ir.Is{Span: at(n), Not: n.Not}
	switch n.What {
	case syntax.IsNull:
		out.What = ir.IsNull
		out.X = x.expr(n.X)
		if c, ok := out.X.(*ir.Const); ok && c.T.Kind == types.Unknown {
			out.X = x.b.read(c, types.Of(types.Text))
		}
		return out
	case syntax.IsTrue:
		out.What = ir.IsTrue
	case syntax.IsFalse:
		out.What = ir.IsFalse
	case syntax.IsUnknown:
		out.What = ir.IsUnknown
	default:
		panic("bind: unknown IS")
	}
	sub := *x
	sub.clause = "IS"
	out.X = sub.boolean(n.X)
	return out
}

func (x *exprs) like(n *syntax.Like) ir.Expr {
	args := []ir.Expr{x.expr(n.X), x.expr(n.Pattern)}
	if n.Escape != nil {
		args = append(args, x.expr(n.Escape))
	}
	var e ir.Expr
	switch n.Kind {
	case syntax.LikePlain:
		e = x.call(n.At(), x.b.builtin("like"), "LIKE", args)
	case syntax.ILike:
		e = x.call(n.At(), x.b.builtin("ilike"), "ILIKE", args)
	case syntax.SimilarTo:
		fail(n.At(), refusal.Unsupported, "use LIKE, or ~ with a regular expression", "SIMILAR TO is not spoken")
	default:
		panic("bind: unknown LIKE")
	}
	return negate(n.Not, e, n)
}

// in binds X IN (list). A list attribute of a rule stands for its elements.
func (x *exprs) in(n *syntax.In) ir.Expr {
	if e := x.inRows(n); e != nil {
		return e
	}
	left := x.expr(n.X)
	list := x.list(n.List)
	if len(list) == 1 {
		if a, ok := list[0].(*ir.Attr); ok && a.T.Kind == types.Array {
			return negate(n.Not, x.anyOf(n.At(), left, "=", false, a), n)
		}
	}
	all := append([]ir.Expr{left}, list...)
	t := x.common(n.At(), all, "the values of IN")
	cmp := x.match(n.At(), funcs.FindOperator("="), []types.Type{t, t})
	return &ir.In{Span: at(n), X: all[0], Cmp: cmp.Sig, List: all[1:], Not: n.Not}
}

// inQuery binds X op ANY|ALL (SELECT ...); where the types of a column differ
// so that one side must be converted, the subquery's is, in a block around it.
func (x *exprs) inQuery(n *syntax.InQuery) ir.Expr {
	row := []syntax.Expr{n.X}
	if r, ok := n.X.(*syntax.Row); ok {
		row = r.Items
	}
	out := &ir.InQuery{Span: at(n), Op: n.Op, All: n.All, Not: n.Not, Row: x.list(row)}
	if out.Op == "!=" {
		out.Op = "<>"
	}
	if len(row) > 1 && out.Op != "=" {
		fail(n.At(), refusal.Unsupported, "use IN", "rows can be compared with a subquery by IN only")
	}
	f := funcs.FindOperator(out.Op)
	if f == nil || !comparison(out.Op) {
		fail(n.At(), refusal.Unsupported, "use =, <>, <, <=, > or >=", "%s may not stand before ANY or ALL", n.Op)
	}
	out.Query = x.b.arm(n.Query, x.s)
	outs := ir.Outputs(out.Query.Body)
	if len(outs) != len(row) {
		fail(n.At(), refusal.Types, "select as many columns as stand before IN", "the subquery has %d columns, and %d are compared", len(outs), len(row))
	}
	ts := make([]types.Type, len(outs))
	for i, c := range outs {
		m := x.match(n.At(), f, []types.Type{out.Row[i].Type(), c.Type})
		out.Row[i] = x.coerce(out.Row[i], m.Args[0])
		ts[i] = m.Args[1]
		out.Cmp = append(out.Cmp, m.Sig)
	}
	out.Query = x.b.outputsAs(out.Query, ts)
	return out
}

func comparison(op string) bool {
	switch op {
	case "=", "<>", "<", "<=", ">", ">=":
		return true
	}
	return false
}

func (x *exprs) quantified(n *syntax.Quantified) ir.Expr {
	if e := x.likeAny(n); e != nil {
		return e
	}
	left := x.expr(n.X)
	op := n.Op
	if op == "!=" {
		op = "<>"
	}
	arr := x.expr(n.Array)
	if c, ok := arr.(*ir.Const); ok && c.T.Kind == types.Unknown {
		t := left.Type()
		if t.Kind == types.Unknown {
			t = types.Of(types.Text)
		}
		arr = x.b.read(c, types.ArrayOfType(t))
	}
	if arr.Type().Kind != types.Array {
		fail(n.At(), refusal.Types, "write = ANY (ARRAY[...]) or IN (...)", "ANY takes an array or a subquery, and this is %s", arr.Type())
	}
	if !comparison(op) {
		fail(n.At(), refusal.Unsupported, "use =, <>, <, <=, > or >=", "%s may not stand before ANY or ALL", n.Op)
	}
	return x.anyOf(n.At(), left, op, n.All, arr)
}

func (x *exprs) anyOf(span syntax.Span, left ir.Expr, op string, all bool, arr ir.Expr) ir.Expr {
	m := x.match(span, funcs.FindOperator(op), []types.Type{left.Type(), arr.Type().Element()})
	if m.Args[1] != arr.Type().Element() {
		fail(span, refusal.Types, "cast one side", "%s cannot be compared with elements of %s", left.Type(), arr.Type())
	}
	return &ir.AnyOf{Span: ir.Span{Span: span}, X: x.coerce(left, m.Args[0]), Cmp: m.Sig, All: all, Array: arr}
}

func (x *exprs) caseExpr(n *syntax.Case) ir.Expr {
	out := &ir.Case{Span: at(n)}
	results := make([]ir.Expr, 0, len(n.Arms)+1)
	if n.Else != nil { // its type counts first (transformCaseExpr)
		results = append(results, x.expr(n.Else))
	}
	for _, a := range n.Arms {
		var when ir.Expr
		if n.X != nil {
			when = x.operator(a.When.At(), "=", x.expr(n.X), x.expr(a.When))
		} else {
			sub := *x
			sub.clause = "WHEN"
			when = sub.boolean(a.When)
		}
		out.Arms = append(out.Arms, ir.Arm{When: when})
		results = append(results, x.expr(a.Then))
	}
	out.T = x.common(n.At(), results, "the results of CASE")
	if n.Else != nil {
		out.Else, results = results[0], results[1:]
	}
	for i := range out.Arms {
		out.Arms[i].Then = results[i]
	}
	return out
}

func (x *exprs) array(n *syntax.ArrayList) ir.Expr {
	if len(n.Items) == 0 {
		fail(n.At(), refusal.Types, "write an array with values", "an empty array has no type")
	}
	items := x.list(n.Items)
	t := x.common(n.At(), items, "the elements of an array")
	if t.Kind == types.Array {
		fail(n.At(), refusal.Unsupported, "", "arrays of arrays are not spoken")
	}
	return &ir.List{Span: at(n), Items: items, T: types.ArrayOfType(t)}
}

// cast binds CAST(X AS Type). A literal is read as a value of the type.
func (x *exprs) cast(n *syntax.Cast) ir.Expr {
	t, mod := x.typeName(n)
	if p, ok := n.X.(*syntax.Param); ok && x.b.own {
		if p.N < 1 || p.N > len(x.b.params) || x.b.params[p.N-1].Type != t || mod.Set {
			fail(n.At(), refusal.Internal, "", "parameter %d is not what it should be", p.N)
		}
		return &ir.Const{Span: at(n), Value: x.b.params[p.N-1].Value, T: t}
	}
	src := n.X
	if t.Kind == types.Interval && len(n.Type.Mods) > 0 {
		src = intervalLiteral(n)
	}
	if l, ok := src.(*syntax.ArrayList); ok && len(l.Items) == 0 && t.Kind == types.Array {
		return &ir.Const{Span: at(n), Value: types.ListOf(nil), T: t}
	}
	e := x.expr(src)
	if c, ok := e.(*ir.Const); ok && c.T.Kind == types.Unknown {
		e = x.b.read(c, t)
	}
	if e.Type() == t && !mod.Set {
		return e
	}
	if t.Kind == types.Token || !funcs.CastOK(e.Type(), t) {
		fail(n.At(), refusal.Types, "", "%s cannot be cast to %s", e.Type(), t)
	}
	return &ir.Cast{Span: at(n), X: e, T: t, Mod: mod}
}

func (x *exprs) typeName(n *syntax.Cast) (types.Type, types.Mod) {
	t, ok := types.Named(n.Type.Schema, n.Type.Name)
	if !ok && n.Type.Schema != "" && n.Type.Schema != "pg_catalog" && x.b.own {
		t, ok = types.Type{Kind: types.Enum, Name: n.Type.Schema + "." + n.Type.Name}, true
	}
	if !ok {
		if here := syntax.TypeHint(n.Type.Name); here != "" && n.Type.Schema == "" {
			mend(n.Type.At, refusal.Types, "write "+here, "there is no type %q here", n.Type.Name)
		}
		fail(n.Type.At, refusal.Types, "use text, integer, bigint, numeric, double precision, boolean, date, timestamp, timestamptz, time, interval or uuid", "there is no type %q here", n.Type.Name)
	}
	var mod types.Mod
	if len(n.Type.Mods) > 0 {
		mod.Set = true
		switch t.Kind {
		case types.Numeric:
			mod.Prec = n.Type.Mods[0]
			if len(n.Type.Mods) > 1 {
				mod.Scale = n.Type.Mods[1]
			}
			if mod.Prec < 1 || mod.Prec > 1000 || mod.Scale < 0 || mod.Scale > mod.Prec {
				fail(n.Type.At, refusal.Types, "write numeric(10,2)", "numeric(%d,%d) is not a type", mod.Prec, mod.Scale)
			}
		case types.Varchar, types.Bpchar:
			mod.Prec = n.Type.Mods[0]
			if mod.Prec < 1 || mod.Prec > 10485760 {
				fail(n.Type.At, refusal.Types, "write varchar(20)", "a text of %d characters is not a type", mod.Prec)
			}
		case types.Interval:
			mod = types.Mod{} // see intervalLiteral
		default:
			fail(n.Type.At, refusal.Unsupported, "leave the number in parentheses out", "%s with a precision is not spoken", t)
		}
	}
	if n.Type.Array {
		if mod.Set {
			fail(n.Type.At, refusal.Unsupported, "leave the number in parentheses out", "arrays with a precision are not spoken")
		}
		t = types.ArrayOfType(t)
	}
	return t, mod
}

// now binds the clock functions: constants of the ask's one instant.
func (x *exprs) now(n *syntax.Now) ir.Expr {
	if n.Prec >= 0 && n.Prec < 6 {
		whole := *n
		whole.Prec = -1
		return rounded(x.now(&whole).(*ir.Const), n.Prec)
	}
	switch n.What {
	case syntax.CurrentDate:
		return x.clock(n.At(), types.Date)
	case syntax.CurrentTimestamp:
		return x.clock(n.At(), types.TimestampTZ)
	case syntax.LocalTimestamp:
		return x.clock(n.At(), types.Timestamp)
	case syntax.LocalTime:
		return x.clock(n.At(), types.Time)
	case syntax.CurrentTime:
		fail(n.At(), refusal.Unsupported, "use localtime or current_timestamp", "a time of day with a zone is not spoken")
	default:
		panic("bind: unknown clock function")
	}
	return nil
}

func (x *exprs) clock(span syntax.Span, k types.Kind) *ir.Const {
	if x.b.env.Now.IsZero() {
		fail(span, refusal.Unsupported, "write a fixed date", "the clock may not stand here")
	}
	now := x.b.env.Now.In(x.b.zone())
	y, m, d := now.Date()
	local := time.Date(y, m, d, now.Hour(), now.Minute(), now.Second(), now.Nanosecond(), time.UTC)
	c := &ir.Const{Span: ir.Span{Span: span}, T: types.Of(k), From: ir.FromViewer}
	switch k {
	case types.Date:
		c.Value = types.DateOf(types.DaysOf(int64(y), int64(m), int64(d)))
	case types.Timestamp:
		c.Value = types.TimestampOf(local.UnixMicro())
	case types.TimestampTZ:
		c.Value = types.TimestampTZOf(now.UnixMicro())
	case types.Time:
		c.Value = types.TimeOf(local.UnixMicro() - time.Date(y, m, d, 0, 0, 0, 0, time.UTC).UnixMicro())
	default:
		panic("bind: no clock of that type")
	}
	return c
}

// rounded is an instant with so many digits of a second.
func rounded(c *ir.Const, digits int) ir.Expr {
	unit := int64(1)
	for range 6 - digits {
		unit *= 10
	}
	round := func(micros int64) int64 { return (micros + unit/2) / unit * unit }
	switch c.T.Kind {
	case types.Date:
	case types.Time:
		c.Value = types.TimeOf(round(c.Value.Micros()))
	case types.Timestamp:
		c.Value = types.TimestampOf(round(c.Value.Micros()))
	case types.TimestampTZ:
		c.Value = types.TimestampTZOf(round(c.Value.Micros()))
	default:
		panic("bind: no clock of that type")
	}
	return c
}

// noMatch refuses a call that no overload fits.
func (x *exprs) noMatch(span syntax.Span, err error, ts []types.Type) {
	for _, t := range ts {
		if t.Kind == types.Token {
			fail(span, refusal.MaskedLiteral, "compare it with the same column elsewhere, group by it, or count it", "a pseudonym can only be compared with pseudonyms of the same column")
		}
	}
	msg, known, _ := strings.Cut(err.Error(), "; known are ")
	try := "known are " + known
	if len(ts) == 2 && (ts[0].IsText() && ts[1].IsNumber() || ts[0].IsNumber() && ts[1].IsText()) {
		try = "write the number in quotes, as in '5', or CAST one side"
	} else if known == "" || strings.Contains(known, "...") {
		try = "CAST the arguments to types that fit"
	}
	if no := new(funcs.ResolveError); errors.As(err, &no) && no.Func.Name == "+" && len(ts) == 2 && ts[0].IsText() && ts[1].IsText() {
		try = "write a || b to join texts"
	}
	fail(span, refusal.Types, try, "%s", msg)
}
