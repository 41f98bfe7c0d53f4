package syntax

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/sqlc-dev/oliphant/ast"

	"github.com/grille-dev/grille/refusal"
)

func (c *converter) exprs(list []*ast.Node) []Expr {
	if len(list) == 0 {
		return nil
	}
	out := make([]Expr, len(list))
	for i, n := range list {
		out[i] = c.expr(n)
	}
	return out
}

func (c *converter) expr(n *ast.Node) Expr {
	switch w := n.GetNode().(type) {
	case *ast.Node_ColumnRef:
		return c.column(w.ColumnRef)
	case *ast.Node_AConst:
		return c.constant(w.AConst)
	case *ast.Node_ParamRef:
		return c.param(w.ParamRef)
	case *ast.Node_AExpr:
		return c.operation(w.AExpr)
	case *ast.Node_BoolExpr:
		return c.logic(w.BoolExpr)
	case *ast.Node_NullTest:
		return c.nullTest(w.NullTest)
	case *ast.Node_BooleanTest:
		return c.booleanTest(w.BooleanTest)
	case *ast.Node_SubLink:
		return c.subquery(w.SubLink)
	case *ast.Node_CaseExpr:
		return c.caseExpr(w.CaseExpr)
	case *ast.Node_TypeCast:
		return c.cast(w.TypeCast)
	case *ast.Node_FuncCall:
		return c.call(w.FuncCall)
	case *ast.Node_CoalesceExpr:
		return c.coalesce(w.CoalesceExpr)
	case *ast.Node_MinMaxExpr:
		return c.minMax(w.MinMaxExpr)
	case *ast.Node_SqlvalueFunction:
		return c.now(w.SqlvalueFunction)
	case *ast.Node_RowExpr:
		return c.row(w.RowExpr)
	case *ast.Node_AArrayExpr:
		return c.array(w.AArrayExpr)
	case *ast.Node_AIndirection:
		return c.indirection(w.AIndirection)
	case *ast.Node_CollateClause:
		return c.collate(w.CollateClause)
	case *ast.Node_GroupingFunc:
		return c.grouping(w.GroupingFunc)
	}
	c.foreign(n)
	return nil
}

// foreign refuses an expression that the tree has no node for.
func (c *converter) foreign(n *ast.Node) {
	switch w := n.GetNode().(type) {
	case *ast.Node_NamedArgExpr:
		c.no(c.at(w.NamedArgExpr.Location), "give the arguments by place", "named arguments are not supported")
	case *ast.Node_SetToDefault:
		c.no(c.at(w.SetToDefault.Location), "write a value", "DEFAULT is no value in a SELECT")
	case *ast.Node_XmlExpr:
		c.no(c.at(w.XmlExpr.Location), xmlTry, "XML is not supported")
	case *ast.Node_XmlSerialize:
		c.no(c.at(w.XmlSerialize.Location), xmlTry, "XML is not supported")
	case *ast.Node_JsonIsPredicate:
		c.no(c.at(w.JsonIsPredicate.Location), jsonTry, "IS JSON is not supported")
	case *ast.Node_JsonParseExpr:
		c.json(w.JsonParseExpr.Location)
	case *ast.Node_JsonScalarExpr:
		c.json(w.JsonScalarExpr.Location)
	case *ast.Node_JsonSerializeExpr:
		c.json(w.JsonSerializeExpr.Location)
	case *ast.Node_JsonFuncExpr:
		c.json(w.JsonFuncExpr.Location)
	case *ast.Node_JsonObjectConstructor:
		c.json(w.JsonObjectConstructor.Location)
	case *ast.Node_JsonArrayConstructor:
		c.json(w.JsonArrayConstructor.Location)
	case *ast.Node_JsonArrayQueryConstructor:
		c.json(w.JsonArrayQueryConstructor.Location)
	case *ast.Node_JsonObjectAgg:
		c.json(w.JsonObjectAgg.GetConstructor().GetLocation())
	case *ast.Node_JsonArrayAgg:
		c.json(w.JsonArrayAgg.GetConstructor().GetLocation())
	case *ast.Node_MergeSupportFunc:
		c.no(c.at(w.MergeSupportFunc.Location), "leave it away", "merge_action() is not supported")
	}
	c.no(Span{}, "write it another way", "this kind of expression is not supported")
}

const (
	xmlTry  = "read the column as text"
	jsonTry = "use ->, ->>, jsonb_build_object or jsonb_agg"
)

func (c *converter) json(loc int32) {
	c.no(c.at(loc), jsonTry, "SQL/JSON syntax is not supported")
}

func (c *converter) column(r *ast.ColumnRef) Expr {
	at := c.at(r.Location)
	made := &struct { // of one piece: most nodes of a text are columns
		Column
		parts [2]string
	}{}
	out := &made.Column
	out.Parts = made.parts[:0]
	for i, n := range r.Fields {
		if _, ok := n.GetNode().(*ast.Node_AStar); ok {
			if i != len(r.Fields)-1 {
				c.strange(at, "*")
			}
			out.Star = true
			continue
		}
		out.Parts = append(out.Parts, c.name(n, at))
	}
	if len(r.Fields) == 0 || len(out.Parts) > 4 {
		c.no(at, "write table.column or schema.table.column", "a column has too many parts")
	}
	if i := c.index(r.Location); i >= 0 && len(r.Fields) > 1 {
		at.End = c.toks[c.dots(i)].end
	} else if i >= 0 {
		out.Quoted = c.toks[i].kind == quoted
	}
	out.pos = pos(at)
	return out
}

func (c *converter) param(p *ast.ParamRef) Expr {
	at := c.at(p.Location)
	if p.Number < 1 {
		panic(halt{refusal.New(refusal.Syntax, "number parameters from $1", "there is no parameter $0").At(at)})
	}
	return &Param{pos: pos(at), N: int(p.Number)}
}

func (c *converter) constant(k *ast.A_Const) Expr {
	at := c.at(k.Location)
	if k.Isnull {
		if k.Val != nil {
			c.strange(at, "NULL")
		}
		return &Literal{pos: pos(at), Kind: Null}
	}
	switch v := k.Val.(type) {
	case *ast.A_Const_Boolval:
		return &Literal{pos: pos(at), Kind: Bool, Text: strconv.FormatBool(v.Boolval.GetBoolval())}
	case *ast.A_Const_Sval:
		return &Literal{pos: pos(at), Kind: String, Text: v.Sval.GetSval()}
	case *ast.A_Const_Ival:
		return c.number(k.Location, strconv.FormatInt(int64(v.Ival.GetIval()), 10))
	case *ast.A_Const_Fval:
		return c.number(k.Location, v.Fval.GetFval())
	case *ast.A_Const_Bsval:
		c.no(at, "write a number, or a string", "bit strings are not supported")
	}
	c.strange(at, "a constant")
	return nil
}

// number is a numeric constant. The grammar has folded minus signs into it;
// they come out again.
func (c *converter) number(loc int32, text string) Expr {
	digits, negative := strings.CutPrefix(text, "-")
	sign := c.at(loc)
	at := c.digitsAt(loc)
	digits = plainDigits(digits)
	lit := &Literal{pos: pos(at), Kind: Decimal, Text: digits}
	if _, err := strconv.ParseInt(digits, 10, 64); err == nil {
		lit.Kind = Integer
	}
	if !negative {
		lit.pos = pos(cover(sign, at))
		return lit
	}
	return &Unary{pos: pos(cover(sign, at)), Op: "-", X: lit}
}

// digitsAt is the number behind the signs and parentheses at loc: -(-5).
func (c *converter) digitsAt(loc int32) Span {
	for i := c.index(loc); c.has(i); i++ {
		if c.toks[i].kind == number {
			return c.span(i)
		}
		if !c.sym(i, '(') && c.written(i) != "-" {
			break
		}
	}
	return c.at(loc)
}

// plainDigits writes 1_000 and 0xFF in base ten.
func plainDigits(s string) string {
	s = strings.ReplaceAll(s, "_", "")
	if len(s) > 2 && s[0] == '0' && strings.ContainsRune("xXoObB", rune(s[1])) {
		if n, ok := new(big.Int).SetString(s, 0); ok {
			return n.String()
		}
	}
	return s
}

// operation is what the grammar makes of an operator and its relatives.
func (c *converter) operation(e *ast.A_Expr) Expr {
	switch e.Kind {
	case ast.A_Expr_Kind_AEXPR_OP:
		return c.operator(e)
	case ast.A_Expr_Kind_AEXPR_OP_ANY, ast.A_Expr_Kind_AEXPR_OP_ALL:
		x, array := c.expr(e.Lexpr), c.expr(e.Rexpr)
		return &Quantified{pos: c.posOf(e, x, array), X: x, Op: c.plainOp(e.Name, c.at(e.Location)),
			All: e.Kind == ast.A_Expr_Kind_AEXPR_OP_ALL, Array: array}
	case ast.A_Expr_Kind_AEXPR_DISTINCT, ast.A_Expr_Kind_AEXPR_NOT_DISTINCT:
		l, r := c.expr(e.Lexpr), c.expr(e.Rexpr)
		c.mustOp(e, "=")
		return &IsDistinct{pos: c.posOf(e, l, r), L: l, R: r, Not: e.Kind == ast.A_Expr_Kind_AEXPR_NOT_DISTINCT}
	case ast.A_Expr_Kind_AEXPR_NULLIF:
		l, r := c.expr(e.Lexpr), c.expr(e.Rexpr)
		c.mustOp(e, "=")
		return &Call{pos: pos(around(c.reach(e.Location), l, r)), Name: "nullif", Args: []Expr{l, r}, SQLForm: true}
	case ast.A_Expr_Kind_AEXPR_IN:
		return c.in(e)
	case ast.A_Expr_Kind_AEXPR_LIKE, ast.A_Expr_Kind_AEXPR_ILIKE, ast.A_Expr_Kind_AEXPR_SIMILAR:
		return c.like(e)
	case ast.A_Expr_Kind_AEXPR_BETWEEN, ast.A_Expr_Kind_AEXPR_NOT_BETWEEN,
		ast.A_Expr_Kind_AEXPR_BETWEEN_SYM, ast.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM:
		return c.between(e)
	default:
		c.strange(c.at(e.Location), "an operator")
		return nil
	}
}

// posOf is the span of an operation: its operator and its operands.
func (c *converter) posOf(e *ast.A_Expr, operands ...Expr) pos {
	if e.Kind != ast.A_Expr_Kind_AEXPR_IN && (e.RexprListStart != 0 || e.RexprListEnd != 0) {
		c.strange(c.at(e.Location), "an operator")
	}
	return pos(around(c.at(e.Location), operands...))
}

// mustOp checks the operator that the grammar puts into fixed forms.
func (c *converter) mustOp(e *ast.A_Expr, want string) {
	if c.plainOp(e.Name, c.at(e.Location)) != want {
		c.strange(c.at(e.Location), "an operator")
	}
}

// plainOp is an operator without a schema.
func (c *converter) plainOp(list []*ast.Node, at Span) string {
	names := c.names(list, at)
	if len(names) != 1 {
		c.no(at, "write the operator alone", "OPERATOR(schema.op) is not supported here")
	}
	return names[0]
}

func (c *converter) operator(e *ast.A_Expr) Expr {
	at := c.reachOp(e.Location)
	names := c.names(e.Name, at)
	var schema string
	if len(names) == 2 {
		schema, names = names[0], names[1:]
	}
	if len(names) != 1 || e.Rexpr == nil {
		c.strange(at, "an operator")
	}
	if names[0] == "==" {
		panic(halt{refusal.New(refusal.Syntax, "write = instead of ==", "== is no operator of SQL").At(at)})
	}
	r := c.expr(e.Rexpr)
	if e.Lexpr == nil {
		return &Unary{pos: pos(cover(at, r.At(), Span(c.posOf(e)))), Op: names[0], Schema: schema, X: r}
	}
	l := c.expr(e.Lexpr)
	return &Binary{pos: pos(cover(at, Span(c.posOf(e, l, r)))), Op: names[0], Schema: schema, L: l, R: r, OpAt: at}
}

// reachOp is an operator, or OPERATOR(schema.op) as a whole.
func (c *converter) reachOp(loc int32) Span {
	if i := c.index(loc); i >= 0 && c.is(i, "operator") {
		return c.reach(loc)
	}
	return c.at(loc)
}

func (c *converter) in(e *ast.A_Expr) Expr {
	out := &In{X: c.expr(e.Lexpr), List: c.exprs(e.Rexpr.GetList().GetItems())}
	switch op := c.plainOp(e.Name, c.at(e.Location)); op {
	case "=":
	case "<>":
		out.Not = true
	default:
		c.strange(c.at(e.Location), "IN")
	}
	if len(out.List) == 0 {
		c.strange(c.at(e.Location), "IN")
	}
	at := around(c.at(e.Location), out.X)
	out.pos = pos(cover(around(at, out.List...), c.at(e.RexprListEnd)))
	return out
}

func (c *converter) like(e *ast.A_Expr) Expr {
	at := c.at(e.Location)
	out := &Like{X: c.expr(e.Lexpr)}
	op, escape := "~~", "like_escape"
	switch e.Kind {
	case ast.A_Expr_Kind_AEXPR_LIKE:
	case ast.A_Expr_Kind_AEXPR_ILIKE:
		out.Kind, op = ILike, "~~*"
	default:
		out.Kind, op, escape = SimilarTo, "~", "similar_to_escape"
	}
	switch c.plainOp(e.Name, at) {
	case op:
	case "!" + op:
		out.Not = true
	default:
		c.strange(at, "LIKE")
	}
	// The grammar wraps the pattern in a call of its own, at the place of
	// LIKE; a call that the writer wrote stands behind it.
	if f := e.Rexpr.GetFuncCall(); f != nil && f.Location == e.Location {
		names := c.names(f.Funcname, at)
		if len(names) != 2 || names[0] != "pg_catalog" || names[1] != escape || len(f.Args) < 1 || len(f.Args) > 2 {
			c.strange(at, "LIKE")
		}
		c.plainCall(f, at)
		out.Pattern = c.expr(f.Args[0])
		if len(f.Args) == 2 {
			out.Escape = c.expr(f.Args[1])
			at = cover(at, out.Escape.At())
		}
	} else {
		if out.Kind == SimilarTo {
			c.strange(at, "SIMILAR TO")
		}
		out.Pattern = c.expr(e.Rexpr)
	}
	out.pos = pos(cover(at, Span(c.posOf(e, out.X, out.Pattern))))
	return out
}

func (c *converter) between(e *ast.A_Expr) Expr {
	at := c.at(e.Location)
	ends := e.Rexpr.GetList().GetItems()
	if len(ends) != 2 {
		c.strange(at, "BETWEEN")
	}
	out := &Between{X: c.expr(e.Lexpr), Lo: c.expr(ends[0]), Hi: c.expr(ends[1])}
	want := "BETWEEN"
	switch e.Kind {
	case ast.A_Expr_Kind_AEXPR_NOT_BETWEEN:
		out.Not, want = true, "NOT BETWEEN"
	case ast.A_Expr_Kind_AEXPR_BETWEEN_SYM:
		out.Symmetric, want = true, "BETWEEN SYMMETRIC"
	case ast.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM:
		out.Not, out.Symmetric, want = true, true, "NOT BETWEEN SYMMETRIC"
	}
	c.mustOp(e, want)
	out.pos = c.posOf(e, out.X, out.Lo, out.Hi)
	return out
}

func (c *converter) logic(b *ast.BoolExpr) Expr {
	at := c.at(b.Location)
	if b.Xpr != nil || len(b.Args) == 0 {
		c.strange(at, "AND, OR or NOT")
	}
	switch b.Boolop {
	case ast.BoolExprType_AND_EXPR, ast.BoolExprType_OR_EXPR:
		args := c.exprs(b.Args)
		return &Logic{pos: pos(around(at, args...)), Or: b.Boolop == ast.BoolExprType_OR_EXPR, Args: args}
	case ast.BoolExprType_NOT_EXPR:
	default:
		c.strange(at, "AND, OR or NOT")
	}
	if len(b.Args) != 1 {
		c.strange(at, "NOT")
	}
	x := c.expr(b.Args[0])
	// x NOT IN (SELECT ...) is NOT (x IN (SELECT ...)) with both at the same place.
	if s := b.Args[0].GetSubLink(); s != nil && s.Location == b.Location {
		if in, ok := x.(*InQuery); ok && !in.Not {
			in.Not = true
			return in
		}
	}
	return &Not{pos: pos(cover(at, x.At())), X: x}
}

func (c *converter) nullTest(t *ast.NullTest) Expr {
	at := c.at(t.Location)
	if t.Xpr != nil || t.Argisrow {
		c.strange(at, "IS NULL")
	}
	x := c.expr(t.Arg)
	out := &Is{pos: pos(cover(c.isEnd(at), x.At())), X: x, What: IsNull}
	switch t.Nulltesttype {
	case ast.NullTestType_IS_NULL:
	case ast.NullTestType_IS_NOT_NULL:
		out.Not = true
	default:
		c.strange(at, "IS NULL")
	}
	return out
}

func (c *converter) booleanTest(t *ast.BooleanTest) Expr {
	at := c.at(t.Location)
	if t.Xpr != nil {
		c.strange(at, "IS TRUE")
	}
	x := c.expr(t.Arg)
	out := &Is{pos: pos(cover(c.isEnd(at), x.At())), X: x}
	switch t.Booltesttype {
	case ast.BoolTestType_IS_TRUE, ast.BoolTestType_IS_NOT_TRUE:
		out.What = IsTrue
	case ast.BoolTestType_IS_FALSE, ast.BoolTestType_IS_NOT_FALSE:
		out.What = IsFalse
	case ast.BoolTestType_IS_UNKNOWN, ast.BoolTestType_IS_NOT_UNKNOWN:
		out.What = IsUnknown
	default:
		c.strange(at, "IS TRUE")
	}
	switch t.Booltesttype {
	case ast.BoolTestType_IS_NOT_TRUE, ast.BoolTestType_IS_NOT_FALSE, ast.BoolTestType_IS_NOT_UNKNOWN:
		out.Not = true
	}
	return out
}

// isEnd is IS [NOT] NULL from the place of IS; ISNULL is one word.
func (c *converter) isEnd(s Span) Span {
	i := c.last(s)
	if i < 0 || !c.is(i, "is") {
		return s
	}
	if c.has(i+1) && c.is(i+1, "not") {
		i++
	}
	if c.has(i + 1) {
		s.End = c.toks[i+1].end
	}
	return s
}

func (c *converter) subquery(s *ast.SubLink) Expr {
	at := c.reach(s.Location)
	sel := s.Subselect.GetSelectStmt()
	if sel == nil || s.Xpr != nil || s.SubLinkId != 0 {
		c.strange(at, "a subquery")
	}
	switch s.SubLinkType {
	case ast.SubLinkType_ANY_SUBLINK, ast.SubLinkType_ALL_SUBLINK:
		return c.inQuery(s, sel)
	}
	if s.Testexpr != nil || len(s.OperName) > 0 {
		c.strange(at, "a subquery")
	}
	q := c.query(sel)
	p := pos(cover(at, q.At()))
	switch s.SubLinkType {
	case ast.SubLinkType_EXISTS_SUBLINK:
		return &Exists{pos: p, Query: q}
	case ast.SubLinkType_EXPR_SUBLINK:
		return &Scalar{pos: p, Query: q}
	case ast.SubLinkType_ARRAY_SUBLINK:
		return &ArrayQuery{pos: p, Query: q}
	default:
		c.strange(at, "a subquery")
		return nil
	}
}

func (c *converter) inQuery(s *ast.SubLink, sel *ast.SelectStmt) Expr {
	at := c.at(s.Location)
	out := &InQuery{Op: "=", All: s.SubLinkType == ast.SubLinkType_ALL_SUBLINK}
	if len(s.OperName) > 0 {
		out.Op = c.plainOp(s.OperName, at)
	} else if out.All {
		c.strange(at, "ALL")
	}
	out.X = c.expr(s.Testexpr)
	out.Query = c.query(sel)
	out.pos = pos(cover(at, out.X.At(), c.parens(out.Query.At())))
	return out
}

func (c *converter) caseExpr(e *ast.CaseExpr) Expr {
	at := c.reach(e.Location)
	if e.Xpr != nil || e.Casetype != 0 || e.Casecollid != 0 || len(e.Args) == 0 {
		c.strange(at, "CASE")
	}
	out := &Case{pos: pos(at)}
	if e.Arg != nil {
		out.X = c.expr(e.Arg)
	}
	for _, n := range e.Args {
		w := n.GetCaseWhen()
		if w == nil || w.Xpr != nil {
			c.strange(at, "CASE")
		}
		out.Arms = append(out.Arms, Arm{When: c.expr(w.Expr), Then: c.expr(w.Result)})
	}
	if e.Defresult != nil {
		out.Else = c.expr(e.Defresult)
	}
	return out
}

func (c *converter) row(r *ast.RowExpr) Expr {
	at := c.reach(r.Location)
	if r.Xpr != nil || r.RowTypeid != 0 || len(r.Colnames) > 0 ||
		r.RowFormat != ast.CoercionForm_COERCE_EXPLICIT_CALL && r.RowFormat != ast.CoercionForm_COERCE_IMPLICIT_CAST {
		c.strange(at, "ROW")
	}
	if len(r.Args) == 0 {
		c.no(at, "name its columns", "an empty ROW() is not supported")
	}
	return &Row{pos: pos(at), Items: c.exprs(r.Args)}
}

func (c *converter) array(a *ast.A_ArrayExpr) Expr {
	items := c.exprs(a.Elements)
	return &ArrayList{pos: pos(cover(around(c.reach(a.Location), items...), c.at(a.ListEnd))), Items: items}
}

func (c *converter) indirection(a *ast.A_Indirection) Expr {
	x := c.expr(a.Arg)
	at := x.At()
	for _, n := range a.Indirection {
		switch w := n.GetNode().(type) {
		case *ast.Node_AIndices:
			sub := c.subscript(w.AIndices, x)
			x, at = sub, sub.At()
		case *ast.Node_AStar:
			c.no(at, "select from the function or subquery in FROM", "(value).* is not supported")
		case *ast.Node_String_:
			t, ok := x.(*Column) // (t).c is t.c: no column is a composite value
			if !ok || t.Star || len(t.Parts) != 1 {
				c.no(at, "name the column itself, as table.column", "reading a field of a composite value is not supported")
			}
			x = &Column{pos: pos(at), Parts: []string{t.Parts[0], c.name(n, at)}}
		default:
			c.strange(at, "a subscript")
		}
	}
	return x
}

// subscript is x[i] or x[lo:hi].
func (c *converter) subscript(a *ast.A_Indices, x Expr) *Subscript {
	out := &Subscript{X: x, Slice: a.IsSlice}
	at := x.At()
	if a.Lidx != nil {
		out.Lo = c.expr(a.Lidx)
		at = cover(at, out.Lo.At())
	}
	if a.Uidx != nil {
		out.Index = c.expr(a.Uidx)
		at = cover(at, out.Index.At())
	}
	if !out.Slice && (out.Lo != nil || out.Index == nil) {
		c.strange(at, "a subscript")
	}
	i := c.last(at)
	for j := i + 1; c.has(j) && j <= i+3; j++ { // : and ] may follow
		if c.sym(j, ']') {
			at.End = c.toks[j].end
			break
		}
	}
	out.pos = pos(at)
	return out
}

func (c *converter) collate(e *ast.CollateClause) Expr {
	x := c.expr(e.Arg)
	at := cover(x.At(), c.at(e.Location))
	out := &Collate{X: x, Name: c.names(e.Collname, at)}
	if len(out.Name) == 0 || len(out.Name) > 2 {
		c.strange(at, "COLLATE")
	}
	if i := c.index(e.Location); i >= 0 && c.has(i+1) {
		at.End = max(at.End, c.toks[c.dots(i+1)].end)
	}
	out.pos = pos(at)
	return out
}

func (c *converter) grouping(g *ast.GroupingFunc) Expr {
	at := c.reach(g.Location)
	if g.Xpr != nil || len(g.Refs) > 0 || g.Agglevelsup != 0 {
		c.strange(at, "GROUPING")
	}
	return &Grouping{pos: pos(at), Args: c.exprs(g.Args)}
}
