package syntax

import (
	"strings"

	"github.com/sqlc-dev/oliphant/ast"

	"github.com/grille-dev/grille/refusal"
)

// sqlForms are the functions that the grammar itself names, with the number
// of arguments they have: see Call.
var sqlForms = map[string][2]int{
	"extract":       {2, 2},
	"position":      {2, 2},
	"substring":     {2, 3},
	"overlay":       {3, 4},
	"btrim":         {1, 2},
	"ltrim":         {1, 2},
	"rtrim":         {1, 2},
	"timezone":      {2, 2},
	"overlaps":      {4, 4},
	"normalize":     {1, 2},
	"is_normalized": {1, 2},
}

func (c *converter) call(f *ast.FuncCall) Expr {
	at := c.reach(f.Location)
	out := &Call{}
	names := c.names(f.Funcname, at)
	switch f.Funcformat {
	case ast.CoercionForm_COERCE_SQL_SYNTAX:
		c.sqlForm(f, names, at)
		out.SQLForm = true
		out.Name = names[1]
	case ast.CoercionForm_COERCE_EXPLICIT_CALL:
		if len(names) > 2 {
			c.no(at, "write function(...) or schema.function(...)", "a function name has too many parts")
		}
		out.Schema, out.Name, out.SQLForm = c.callee(f, names, at)
	default:
		c.strange(at, "a function call")
	}
	if f.FuncVariadic && len(f.Args) == 0 || f.AggWithinGroup && len(f.AggOrder) == 0 {
		c.strange(at, "a function call")
	}
	out.Args = c.args(out, f.Args, at)
	out.Star, out.Distinct, out.Variadic = f.AggStar, f.AggDistinct, f.FuncVariadic
	if sorts := c.sorts(f.AggOrder, at); f.AggWithinGroup {
		out.Within = sorts
	} else {
		out.Order = sorts
	}
	at = around(around(around(at, out.Args...), out.Order...), out.Within...)
	if f.AggFilter != nil {
		out.Filter = c.expr(f.AggFilter)
		at = c.closed(cover(at, out.Filter.At()))
	} else if len(out.Within) > 0 {
		at = c.closed(at)
	}
	if f.Over != nil {
		out.Over = c.over(f.Over, at)
		at = cover(at, out.Over.At())
	}
	out.pos = pos(at)
	if out.Schema == "" && !out.SQLForm {
		out.Try = c.hint(out, c.index(f.Location))
		c.unitOfAnother(out)
	}
	return out
}

// unitOfAnother refuses DATE_TRUNC(x, MONTH) and DATE_PART(MONTH, x): PostgreSQL
// has both functions, and would take the unit for a column.
func (c *converter) unitOfAnother(call *Call) {
	if (call.Name == "date_trunc" || call.Name == "date_part") && call.Try != "" {
		panic(halt{refusal.New(refusal.Syntax, call.Try, "%s takes its unit in quotes, and first", call.Name).At(call.At())})
	}
}

// callee is the function of an ordinary call. The grammar makes two of them
// itself: JSON_OBJECT(x), and TREAT(x AS type) as a call of the type.
func (c *converter) callee(f *ast.FuncCall, names []string, at Span) (schema, name string, grammar bool) {
	switch {
	case len(names) == 1 && c.keyword(f.Location, noFunctions):
		try := "write a function"
		if TypeHint(names[0]) != "" {
			try = "write CAST(x AS " + names[0] + ")"
		}
		panic(halt{refusal.New(refusal.Syntax, try, "%s is a word of SQL's and no function", strings.ToUpper(names[0])).At(at)})
	case len(names) == 1 && c.wrote(f.Location, names[0]):
		return "", names[0], false
	case len(names) == 2 && c.wrote(f.Location, names[0]):
		return names[0], names[1], false
	case len(names) == 2 && names[1] == "json_object" && c.wrote(f.Location, names[1]):
		return "", names[1], true
	}
	if c.wrote(f.Location, "treat") {
		c.no(at, "write CAST(x AS type)", "TREAT is not supported")
	}
	c.strange(at, "a function call")
	return "", "", false
}

// Words of SQL that PostgreSQL's grammar does not take for a function, or for a type
// of one word in front of a literal, and our parser does: INT(1) 'x'. Quoted they
// are names like others.
var (
	noFunctions = lowered(`BETWEEN BIGINT BOOLEAN EXISTS GROUPING INOUT INT INTEGER NATIONAL NONE OUT PRECISION REAL ROW SETOF SMALLINT
		VALUES XMLATTRIBUTES XMLNAMESPACES`)
	noTypes = lowered(`BETWEEN BIGINT BOOLEAN COALESCE EXISTS EXTRACT GREATEST GROUPING INOUT INT INTEGER JSON_ARRAY JSON_ARRAYAGG JSON_EXISTS JSON_OBJECT
		JSON_OBJECTAGG JSON_QUERY JSON_SCALAR JSON_SERIALIZE JSON_TABLE JSON_VALUE LEAST MERGE_ACTION NATIONAL NONE NORMALIZE NULLIF OUT
		OVERLAY POSITION PRECISION REAL ROW SETOF SMALLINT SUBSTRING TREAT TRIM VALUES XMLATTRIBUTES XMLCONCAT XMLELEMENT XMLEXISTS XMLFOREST
		XMLNAMESPACES XMLPARSE XMLPI XMLROOT XMLSERIALIZE XMLTABLE`)
)

func lowered(words string) map[string]bool { return set(strings.ToLower(words)) }

// keyword reports whether the token at loc is one of words, bare.
func (c *converter) keyword(loc int32, words map[string]bool) bool {
	i := c.index(loc)
	return i >= 0 && c.toks[i].kind == word && words[strings.ToLower(c.written(i))]
}

// closed widens s by a closing parenthesis right behind it.
func (c *converter) closed(s Span) Span {
	if i := c.last(s); c.has(i) && c.has(i+1) && c.sym(i+1, ')') {
		s.End = c.toks[i+1].end
	}
	return s
}

// sqlForm checks a call that the grammar made.
func (c *converter) sqlForm(f *ast.FuncCall, names []string, at Span) {
	if len(names) != 2 || names[0] != "pg_catalog" {
		c.strange(at, "a function call")
	}
	c.bare(f, at)
	switch names[1] {
	case "system_user":
		c.account(at)
	case "pg_collation_for":
		c.no(at, "leave it away", "COLLATION FOR is not supported")
	case "xmlexists":
		c.no(at, xmlTry, "XML is not supported")
	case "timezone":
		if len(f.Args) == 1 {
			c.no(c.expr(f.Args[0]).At(), "name the zone: AT TIME ZONE 'Europe/Berlin'", "AT LOCAL is not supported")
		}
	case "extract":
		if len(f.Args) != 2 || f.Args[0].GetAConst().GetSval() == nil {
			c.no(at, "name the field: extract(year from x)", "extract needs a field by name")
		}
	}
	n, ok := sqlForms[names[1]]
	if !ok || len(f.Args) < n[0] || len(f.Args) > n[1] {
		c.strange(at, "a function call")
	}
}

// plainCall refuses everything but a name and arguments.
func (c *converter) plainCall(f *ast.FuncCall, at Span) {
	if f.Funcformat != ast.CoercionForm_COERCE_EXPLICIT_CALL {
		c.strange(at, "a function call")
	}
	c.bare(f, at)
}

func (c *converter) bare(f *ast.FuncCall, at Span) {
	if len(f.AggOrder) > 0 || f.AggFilter != nil || f.Over != nil || f.AggWithinGroup || f.AggStar ||
		f.AggDistinct || f.FuncVariadic {
		c.strange(at, "a function call")
	}
}

func (c *converter) coalesce(e *ast.CoalesceExpr) Expr {
	at := c.reach(e.Location)
	if e.Xpr != nil || e.Coalescetype != 0 || e.Coalescecollid != 0 {
		c.strange(at, "COALESCE")
	}
	return &Call{pos: pos(at), Name: "coalesce", Args: c.exprs(e.Args), SQLForm: true}
}

func (c *converter) minMax(e *ast.MinMaxExpr) Expr {
	at := c.reach(e.Location)
	if e.Xpr != nil || e.Minmaxtype != 0 || e.Minmaxcollid != 0 || e.Inputcollid != 0 {
		c.strange(at, "GREATEST or LEAST")
	}
	out := &Call{pos: pos(at), Args: c.exprs(e.Args), SQLForm: true}
	switch e.Op {
	case ast.MinMaxOp_IS_GREATEST:
		out.Name = "greatest"
	case ast.MinMaxOp_IS_LEAST:
		out.Name = "least"
	default:
		c.strange(at, "GREATEST or LEAST")
	}
	return out
}

func (c *converter) now(f *ast.SQLValueFunction) Expr {
	at := c.reach(f.Location)
	if f.Xpr != nil || f.Type != 0 {
		c.strange(at, "CURRENT_DATE")
	}
	out := &Now{pos: pos(at), Prec: int(f.Typmod)}
	switch f.Op {
	case ast.SQLValueFunctionOp_SVFOP_CURRENT_DATE:
		out.What = CurrentDate
	case ast.SQLValueFunctionOp_SVFOP_CURRENT_TIME, ast.SQLValueFunctionOp_SVFOP_CURRENT_TIME_N:
		out.What = CurrentTime
	case ast.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP, ast.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP_N:
		out.What = CurrentTimestamp
	case ast.SQLValueFunctionOp_SVFOP_LOCALTIME, ast.SQLValueFunctionOp_SVFOP_LOCALTIME_N:
		out.What = LocalTime
	case ast.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP, ast.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP_N:
		out.What = LocalTimestamp
	case ast.SQLValueFunctionOp_SVFOP_CURRENT_CATALOG, ast.SQLValueFunctionOp_SVFOP_CURRENT_SCHEMA:
		c.no(at, "name the schema or database itself", "CURRENT_SCHEMA and CURRENT_CATALOG are not supported")
	case ast.SQLValueFunctionOp_SVFOP_CURRENT_ROLE, ast.SQLValueFunctionOp_SVFOP_CURRENT_USER,
		ast.SQLValueFunctionOp_SVFOP_USER, ast.SQLValueFunctionOp_SVFOP_SESSION_USER:
		c.account(at)
	default:
		c.strange(at, "CURRENT_DATE")
	}
	if out.Prec != -1 && (out.Prec < 0 || out.Prec > 6) {
		panic(halt{refusal.New(refusal.Syntax, "write 0 to 6", "a precision of seconds is 0 to 6").At(at)})
	}
	return out
}

// account refuses what names the database account, which all viewers share.
func (c *converter) account(at Span) {
	c.no(at, `a table or column named user is written "user"; who asks is not known to SQL`,
		"%s names the shared database account and is not supported", strings.ToUpper(c.text[at.Pos:at.End]))
}

// over is the window behind OVER.
func (c *converter) over(w *ast.WindowDef, call Span) *Window {
	if w.Name == "" {
		return c.window(w, call)
	}
	at := c.at(w.Location)
	if w.Refname != "" || len(w.PartitionClause) > 0 || len(w.OrderClause) > 0 ||
		w.FrameOptions != frameDefault || w.StartOffset != nil || w.EndOffset != nil {
		c.strange(at, "OVER")
	}
	return &Window{pos: pos(at), Base: w.Name, Bare: true}
}

func (c *converter) window(w *ast.WindowDef, where Span) *Window {
	if w == nil {
		c.strange(where, "WINDOW")
	}
	at := c.reach(w.Location)
	out := &Window{pos: pos(at), Name: w.Name, Base: w.Refname,
		Partition: c.exprs(w.PartitionClause), Order: c.sorts(w.OrderClause, at)}
	out.Frame = c.frame(w, at)
	return out
}

// Frame options are bits, with PostgreSQL's numbers (parsenodes.h).
const (
	frameNondefault         = 0x00001
	frameRange              = 0x00002
	frameRows               = 0x00004
	frameGroups             = 0x00008
	frameBetween            = 0x00010
	frameUnboundedPreceding = 0x00020 // of the start; the same of the end is the next bit
	frameUnboundedFollowing = 0x00080
	frameCurrentRow         = 0x00200
	framePreceding          = 0x00800
	frameFollowing          = 0x02000
	frameExcludeCurrentRow  = 0x08000
	frameExcludeGroup       = 0x10000
	frameExcludeTies        = 0x20000

	frameStarts  = frameUnboundedPreceding | frameUnboundedFollowing | frameCurrentRow | framePreceding | frameFollowing
	frameModes   = frameRange | frameRows | frameGroups
	frameExclude = frameExcludeCurrentRow | frameExcludeGroup | frameExcludeTies
	frameDefault = frameRange | frameUnboundedPreceding | frameCurrentRow<<1
)

func (c *converter) frame(w *ast.WindowDef, at Span) *Frame {
	bits := w.FrameOptions
	if bits&frameNondefault == 0 {
		if bits != frameDefault || w.StartOffset != nil || w.EndOffset != nil {
			c.strange(at, "a window frame")
		}
		return nil
	}
	known := int32(frameNondefault | frameBetween | frameModes | frameStarts | frameStarts<<1 | frameExclude)
	if bits&^known != 0 {
		c.strange(at, "a window frame")
	}
	out := &Frame{}
	switch bits & frameModes {
	case frameRange:
	case frameRows:
		out.Mode = Rows
	case frameGroups:
		out.Mode = Groups
	default:
		c.strange(at, "a window frame")
	}
	switch bits & frameExclude {
	case 0:
	case frameExcludeCurrentRow:
		out.Exclude = ExcludeCurrentRow
	case frameExcludeGroup:
		out.Exclude = ExcludeGroup
	case frameExcludeTies:
		out.Exclude = ExcludeTies
	default:
		c.strange(at, "a window frame")
	}
	out.Start = c.bound(bits&frameStarts, w.StartOffset, at)
	out.End = c.bound(bits>>1&frameStarts, w.EndOffset, at)
	return out
}

func (c *converter) bound(bit int32, offset *ast.Node, at Span) Bound {
	var b Bound
	switch bit {
	case frameUnboundedPreceding:
		b.Kind = UnboundedPreceding
	case frameUnboundedFollowing:
		b.Kind = UnboundedFollowing
	case frameCurrentRow:
		b.Kind = CurrentRow
	case framePreceding:
		b.Kind = Preceding
	case frameFollowing:
		b.Kind = Following
	default:
		c.strange(at, "a window frame")
	}
	if (offset != nil) != (b.Kind == Preceding || b.Kind == Following) {
		c.strange(at, "a window frame")
	}
	if offset != nil {
		b.Offset = c.expr(offset)
	}
	return b
}
