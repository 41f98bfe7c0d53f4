package syntax

import (
	"strings"

	"github.com/sqlc-dev/oliphant/ast"

	"github.com/grille-dev/grille/refusal"
)

// statement is the whole text.
func (c *converter) statement(n *ast.Node) *Query {
	s, ok := n.GetNode().(*ast.Node_SelectStmt)
	if !ok {
		what := c.dml(n)
		panic(halt{notSelect(what).At(c.outer(strings.ToLower(what)))})
	}
	return c.query(s.SelectStmt)
}

// outer is the first token outside of brackets that is the word, or the
// first token of the statement.
func (c *converter) outer(word string) Span {
	for i := int32(0); c.has(i); i++ {
		if c.is(i, word) {
			return c.span(i)
		}
		if c.toks[i].match > i {
			i = c.toks[i].match
		}
	}
	return c.span(c.first())
}

// condition is the expression behind exprPrefix.
func (c *converter) condition(n *ast.Node) Expr {
	s := n.GetSelectStmt()
	if s == nil || !onlyWhere(s) {
		panic(halt{refusal.New(refusal.Syntax, "write one condition, like status = 'active' AND amount > 0",
			"there is more than one expression here").At(Span{Pos: 0, End: int32(len(c.text))})})
	}
	return c.expr(s.WhereClause)
}

// onlyWhere says whether the statement is SELECT 1 WHERE x and nothing else.
func onlyWhere(s *ast.SelectStmt) bool {
	return s.WhereClause != nil && len(s.TargetList) == 1 &&
		len(s.DistinctClause) == 0 && s.IntoClause == nil && len(s.FromClause) == 0 &&
		len(s.GroupClause) == 0 && !s.GroupDistinct && s.HavingClause == nil && len(s.WindowClause) == 0 &&
		len(s.ValuesLists) == 0 && len(s.SortClause) == 0 && s.LimitOffset == nil && s.LimitCount == nil &&
		s.LimitOption == ast.LimitOption_LIMIT_OPTION_DEFAULT && len(s.LockingClause) == 0 &&
		s.WithClause == nil && s.Op == ast.SetOperation_SETOP_NONE && !s.All && s.Larg == nil && s.Rarg == nil
}

// dml names a statement other than SELECT that begins with WITH.
func (c *converter) dml(n *ast.Node) string {
	switch n.GetNode().(type) {
	case *ast.Node_InsertStmt:
		return "INSERT"
	case *ast.Node_UpdateStmt:
		return "UPDATE"
	case *ast.Node_DeleteStmt:
		return "DELETE"
	case *ast.Node_MergeStmt:
		return "MERGE"
	default:
		return "this statement"
	}
}

// query is a SELECT with what may stand around it.
func (c *converter) query(s *ast.SelectStmt) *Query {
	if s == nil {
		c.strange(Span{}, "a query")
	}
	q := &Query{}
	if w := s.WithClause; w != nil {
		q.pos = pos(c.at(w.Location))
		q.Recursive = w.Recursive
		if len(w.Ctes) == 0 {
			c.strange(q.At(), "WITH")
		}
		for _, n := range w.Ctes {
			q.With = append(q.With, c.cte(n, q.At()))
		}
	}
	q.Body = c.body(s)
	q.pos = pos(around(around(q.At(), q.With...), q.Body))
	if len(s.LockingClause) > 0 {
		c.no(c.locking(), "leave FOR UPDATE or FOR SHARE away", "Grille only reads and locks no rows")
	}
	q.Order = c.sorts(s.SortClause, q.At())
	q.Limit = c.limit(s)
	if q.Ties = s.LimitOption == ast.LimitOption_LIMIT_OPTION_WITH_TIES; q.Ties && (q.Limit == nil || len(q.Order) == 0) {
		c.no(c.ties(), "add ORDER BY, or leave WITH TIES away", "WITH TIES needs an order and a number of rows")
	}
	if s.LimitOffset != nil {
		q.Offset = c.expr(s.LimitOffset)
	}
	q.pos = pos(around(q.At(), q.Order...))
	for _, x := range []Expr{q.Limit, q.Offset} {
		if x != nil {
			q.pos = pos(cover(q.At(), x.At()))
		}
	}
	return q
}

func (c *converter) limit(s *ast.SelectStmt) Expr {
	switch s.LimitOption {
	case ast.LimitOption_LIMIT_OPTION_DEFAULT:
		if s.LimitCount != nil || s.LimitOffset != nil {
			c.strange(Span{}, "LIMIT")
		}
	case ast.LimitOption_LIMIT_OPTION_COUNT:
		if s.LimitCount == nil && s.LimitOffset == nil {
			c.strange(Span{}, "LIMIT")
		}
	case ast.LimitOption_LIMIT_OPTION_WITH_TIES:
	default:
		c.strange(Span{}, "LIMIT")
	}
	if s.LimitCount == nil {
		return nil
	}
	x := c.expr(s.LimitCount)
	if l, ok := x.(*Literal); ok && l.Kind == Null {
		return nil // LIMIT ALL
	}
	return x
}

// ties is the place of the first WITH TIES.
func (c *converter) ties() Span {
	for i := int32(1); c.has(i); i++ {
		if c.is(i, "ties") && c.is(i-1, "with") {
			return cover(c.span(i-1), c.span(i))
		}
	}
	return Span{}
}

// locking is the place of the first FOR UPDATE and its like.
func (c *converter) locking() Span {
	for i := int32(1); c.has(i); i++ {
		if c.is(i-1, "for") && (c.is(i, "update") || c.is(i, "share") || c.is(i, "no") || c.is(i, "key")) {
			return cover(c.span(i-1), c.span(i))
		}
	}
	return Span{}
}

func (c *converter) cte(n *ast.Node, with Span) *CTE {
	e := n.GetCommonTableExpr()
	if e == nil {
		c.strange(with, "WITH")
	}
	at := c.cteSpan(e.Location)
	switch {
	case e.SearchClause != nil:
		c.no(at, "order by a depth or path column of your own", "SEARCH is not supported")
	case e.CycleClause != nil:
		c.no(at, "carry an array of visited keys and test it", "CYCLE is not supported")
	case e.Cterecursive, e.Cterefcount != 0, len(e.Ctecolnames) > 0, len(e.Ctecoltypes) > 0,
		len(e.Ctecoltypmods) > 0, len(e.Ctecolcollations) > 0, e.Ctename == "":
		c.strange(at, "WITH")
	}
	out := &CTE{pos: pos(at), Name: e.Ctename, Columns: c.names(e.Aliascolnames, at)}
	switch e.Ctematerialized {
	case ast.CTEMaterialize_CTEMaterializeDefault:
	case ast.CTEMaterialize_CTEMaterializeAlways:
		out.Materialized = MaterializeAlways
	case ast.CTEMaterialize_CTEMaterializeNever:
		out.Materialized = MaterializeNever
	default:
		c.strange(at, "WITH")
	}
	s := e.Ctequery.GetSelectStmt()
	if s == nil {
		panic(halt{refusal.New(refusal.NotSelect, "write a SELECT there",
			"WITH %s holds %s, and Grille only reads", e.Ctename, c.dml(e.Ctequery)).At(at)})
	}
	out.Query = c.query(s)
	return out
}

// cteSpan is name [(columns)] AS [NOT MATERIALIZED] (...).
func (c *converter) cteSpan(loc int32) Span {
	i := c.index(loc)
	if i < 0 {
		return Span{}
	}
	end := c.group(i)
	for c.has(end+1) && c.toks[end+1].kind == word {
		end++
	}
	return Span{Pos: c.toks[i].pos, End: c.toks[c.group(end)].end}
}

func (c *converter) body(s *ast.SelectStmt) Body {
	switch s.Op {
	case ast.SetOperation_SETOP_NONE:
		if s.All || s.Larg != nil || s.Rarg != nil {
			c.strange(Span{}, "SELECT")
		}
		if len(s.ValuesLists) > 0 {
			return c.values(s)
		}
		return c.selection(s)
	case ast.SetOperation_SETOP_UNION:
		return c.setOp(Union, s)
	case ast.SetOperation_SETOP_INTERSECT:
		return c.setOp(Intersect, s)
	case ast.SetOperation_SETOP_EXCEPT:
		return c.setOp(Except, s)
	default:
		c.strange(Span{}, "set operation")
		return nil
	}
}

// onlyShell refuses clauses of a SELECT in a statement that is none.
func (c *converter) onlyShell(s *ast.SelectStmt) {
	if len(s.DistinctClause) > 0 || s.IntoClause != nil || len(s.TargetList) > 0 || len(s.FromClause) > 0 ||
		s.WhereClause != nil || len(s.GroupClause) > 0 || s.GroupDistinct || s.HavingClause != nil ||
		len(s.WindowClause) > 0 {
		c.strange(Span{}, "set operation or VALUES")
	}
}

func (c *converter) setOp(kind SetKind, s *ast.SelectStmt) Body {
	c.onlyShell(s)
	if len(s.ValuesLists) > 0 {
		c.strange(Span{}, "set operation")
	}
	out := &SetOp{Op: kind, All: s.All, Left: c.query(s.Larg), Right: c.query(s.Rarg)}
	out.pos = pos(around(out.Left.At(), out.Right))
	return out
}

func (c *converter) values(s *ast.SelectStmt) Body {
	c.onlyShell(s)
	out := &Values{}
	var at Span
	for _, n := range s.ValuesLists {
		l := n.GetList()
		if l == nil || len(l.Items) == 0 {
			c.strange(at, "VALUES")
		}
		row := c.exprs(l.Items)
		out.Rows = append(out.Rows, row)
		at = around(at, row...)
	}
	out.pos = pos(c.valuesSpan(at))
	return out
}

// valuesSpan widens s, from the first value to the last, to the word VALUES
// and the parenthesis that ends the last row.
func (c *converter) valuesSpan(s Span) Span {
	i := c.find(s.Pos) - 1
	for c.has(i) && c.sym(i, '(') {
		i--
	}
	if c.has(i) && c.is(i, "values") {
		s.Pos = c.toks[i].pos
		s.End = c.toks[c.closing(i, c.last(s))].end
	}
	return s
}

// closing is the last of the closing brackets behind token i that open
// behind token first.
func (c *converter) closing(first, i int32) int32 {
	for c.has(i+1) && c.toks[i+1].match >= first && c.toks[i+1].match < i+1 {
		i++
	}
	return i
}

func (c *converter) selection(s *ast.SelectStmt) Body {
	out := &Select{GroupDistinct: s.GroupDistinct, Targets: make([]*Target, 0, len(s.TargetList))}
	for _, n := range s.TargetList {
		out.Targets = append(out.Targets, c.target(n))
	}
	at := c.selectSpan(s, out.Targets)
	if s.IntoClause != nil {
		panic(halt{refusal.New(refusal.NotSelect, "leave INTO away",
			"SELECT INTO makes a table, and Grille only reads").At(at)})
	}
	if len(s.TargetList) == 0 {
		c.no(at, "name columns, or write SELECT *", "a SELECT needs at least one column")
	}
	if plainDistinct(s.DistinctClause) {
		out.Distinct = true
	} else {
		out.DistinctOn = c.exprs(s.DistinctClause)
	}
	for _, n := range s.FromClause {
		out.From = append(out.From, c.from(n))
	}
	if s.WhereClause != nil {
		out.Where = c.expr(s.WhereClause)
		at = cover(at, out.Where.At())
	}
	if s.GroupDistinct && len(s.GroupClause) == 0 {
		c.strange(at, "GROUP BY")
	}
	for _, n := range s.GroupClause {
		out.Group = append(out.Group, c.groups(n)...)
	}
	if s.HavingClause != nil {
		out.Having = c.expr(s.HavingClause)
		at = cover(at, out.Having.At())
	}
	for _, n := range s.WindowClause {
		w := c.window(n.GetWindowDef(), at)
		if w.Name == "" {
			c.strange(w.At(), "WINDOW")
		}
		out.Windows = append(out.Windows, w)
	}
	at = around(around(around(at, out.Targets...), out.From...), out.Windows...)
	for _, g := range out.Group {
		at = cover(at, g.At)
	}
	out.pos = pos(at)
	return out
}

// plainDistinct says whether the clause is DISTINCT without ON, which the
// grammar writes as a list of one empty node.
func plainDistinct(list []*ast.Node) bool {
	return len(list) == 1 && list[0].GetNode() == nil
}

// selectSpan is the word SELECT (or TABLE), found backwards from the first
// thing behind it: the parser keeps no position for it.
func (c *converter) selectSpan(s *ast.SelectStmt, targets []*Target) Span {
	i := int32(-1)
	switch {
	case len(targets) > 0 && targets[0].At().End > 0:
		i = c.find(targets[0].Pos)
	case len(s.FromClause) > 0:
		if r := s.FromClause[0].GetRangeVar(); r != nil {
			i = c.index(r.Location)
		}
	}
	if i < 0 {
		i = c.first()
		return c.span(i)
	}
	for j := i - 1; j >= 0 && j >= i-3; j-- {
		if m := c.toks[j].match; m >= 0 && m < j { // DISTINCT ON (...)
			j = m
			i = m
			continue
		}
		if c.is(j, "select") || c.is(j, "table") {
			return c.span(j)
		}
	}
	return c.span(i)
}

func (c *converter) target(n *ast.Node) *Target {
	t := n.GetResTarget()
	if t == nil || t.Val == nil || len(t.Indirection) > 0 {
		c.strange(Span{}, "SELECT list")
	}
	x := c.expr(t.Val)
	at := cover(c.at(t.Location), x.At())
	if col, ok := x.(*Column); ok && col.Star && t.Name != "" {
		c.no(at, "name the columns one by one", "* cannot be renamed")
	}
	if t.Name != "" {
		at.End = c.labelEnd(at)
	}
	return &Target{pos: pos(at), X: x, Name: t.Name}
}

// labelEnd is the end of [AS] label behind the expression in s, whose own
// closing parentheses s may lack.
func (c *converter) labelEnd(s Span) int32 {
	i := c.closing(c.find(s.Pos), c.last(s))
	i = c.follow(i, "as")
	if c.has(i + 1) {
		i++
	}
	return max(s.End, c.toks[i].end)
}

func (c *converter) sorts(list []*ast.Node, where Span) []*Sort {
	var out []*Sort
	for _, n := range list {
		s := n.GetSortBy()
		if s == nil || s.Node == nil {
			c.strange(where, "ORDER BY")
		}
		if len(s.UseOp) > 0 || s.SortbyDir == ast.SortByDir_SORTBY_USING {
			c.no(c.at(s.Location), "write ASC or DESC", "ORDER BY ... USING is not supported")
		}
		x := c.expr(s.Node)
		item := &Sort{pos: pos(c.direction(x.At())), X: x}
		switch s.SortbyDir {
		case ast.SortByDir_SORTBY_DEFAULT, ast.SortByDir_SORTBY_ASC:
		case ast.SortByDir_SORTBY_DESC:
			item.Desc = true
		default:
			c.strange(x.At(), "ORDER BY")
		}
		switch s.SortbyNulls {
		case ast.SortByNulls_SORTBY_NULLS_DEFAULT:
		case ast.SortByNulls_SORTBY_NULLS_FIRST:
			item.Nulls = NullsFirst
		case ast.SortByNulls_SORTBY_NULLS_LAST:
			item.Nulls = NullsLast
		default:
			c.strange(x.At(), "ORDER BY")
		}
		out = append(out, item)
	}
	return out
}

// direction widens the span of a sort key by ASC, DESC and NULLS FIRST|LAST.
func (c *converter) direction(s Span) Span {
	i := c.last(s)
	if i < 0 {
		return s
	}
	i = c.follow(i, "asc", "desc")
	if j := c.follow(i, "nulls"); j > i {
		i = c.follow(j, "first", "last")
	}
	s.End = c.toks[i].end
	return s
}

// groups is one item of GROUP BY; a list in parentheses is its members.
func (c *converter) groups(n *ast.Node) []Group {
	if g := n.GetGroupingSet(); g != nil {
		return []Group{c.groupingSet(g)}
	}
	if r := n.GetRowExpr(); r != nil && r.RowFormat == ast.CoercionForm_COERCE_IMPLICIT_CAST {
		var out []Group
		for _, item := range r.Args {
			out = append(out, c.groups(item)...)
		}
		return out
	}
	x := c.expr(n)
	return []Group{{Kind: GroupExpr, X: x, At: x.At()}}
}

func (c *converter) groupingSet(g *ast.GroupingSet) Group {
	at := c.reach(g.Location)
	out := Group{At: at}
	switch g.Kind {
	case ast.GroupingSetKind_GROUPING_SET_EMPTY:
		if len(g.Content) > 0 {
			c.strange(at, "GROUP BY")
		}
		out.Kind = GroupEmpty
		return out
	case ast.GroupingSetKind_GROUPING_SET_ROLLUP:
		out.Kind = Rollup
	case ast.GroupingSetKind_GROUPING_SET_CUBE:
		out.Kind = Cube
	case ast.GroupingSetKind_GROUPING_SET_SETS:
		out.Kind = GroupingSets
		out.At.End = max(at.End, c.setsEnd(g.Location))
	default:
		c.strange(at, "GROUP BY")
	}
	for _, n := range g.Content {
		if inner := n.GetGroupingSet(); inner != nil {
			set := c.groupingSet(inner)
			out.Sets = append(out.Sets, &GroupSet{pos: pos(set.At), Group: set})
			continue
		}
		x := c.expr(n)
		if r := n.GetRowExpr(); r != nil && r.RowFormat != ast.CoercionForm_COERCE_IMPLICIT_CAST {
			c.no(x.At(), "write (a, b) without ROW", "ROW(...) cannot be a grouping set")
		}
		out.Sets = append(out.Sets, x)
	}
	return out
}

// setsEnd is the end of GROUPING SETS (...).
func (c *converter) setsEnd(loc int32) int32 {
	i := c.index(loc)
	if i < 0 || !c.has(i+1) {
		return 0
	}
	return c.toks[c.group(i+1)].end
}
