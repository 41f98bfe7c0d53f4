package emit

import (
	"slices"
	"strconv"
	"strings"

	"github.com/grille-dev/grille/sql/funcs"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// spell is a template of the function table and what goes into it: {1} {2} are
// arguments, {*} all of them, {op} the operator, {tail} is where FILTER and OVER
// stand if not at the end, {kind} the kind of the result. {1:text} is an argument as a text, {*:out} all
// arguments as texts for people. Everything else of a template is copied:
// templates are ours.
type spell struct {
	at   ir.Node
	op   string
	kind types.Kind // of the result
	args []ir.Expr
	arg  func(ir.Expr) // prints an argument
	all  func()        // {*}; nil: the arguments, separated by commas
	tail func()        // nil: none

	tailed bool // a mark has said where the tail goes
}

func (p *printer) spell(template string, s spell) {
	if len(p.b) > maxText { // of templates that repeat their arguments
		p.refuse(s.at, "ask in several steps", "%s cannot be asked this in one statement: it would be too long", p.d.engine)
		return
	}
	for {
		i := strings.IndexByte(template, '{')
		if i < 0 {
			p.str(template)
			break
		}
		j := i + strings.IndexByte(template[i:], '}')
		p.str(template[:i])
		mark, form, _ := strings.Cut(template[i+1:j], ":")
		p.mark(mark, form, &s)
		template = template[j+1:]
	}
	if s.tail != nil && !s.tailed {
		s.tail()
	}
}

// maxText is how long a text may become before it is refused.
const maxText = 1 << 20

func (p *printer) mark(mark, form string, s *spell) {
	switch {
	case mark == "op":
		p.str(s.op)
	case mark == "kind":
		switch {
		case types.Of(s.kind).IsText():
			s.kind = types.Text
		case s.kind == types.JSONB: // ordered in PostgreSQL only
			p.refuse(s.at, "compare one of its fields", "%s cannot order values of type jsonb", p.d.engine)
		}
		p.str(s.kind.String())
	case mark == "tail":
		s.tailed = true
		if s.tail != nil {
			s.tail()
		}
	case mark == "*" && s.all != nil:
		s.all()
	case mark == "*":
		for i, a := range s.args {
			p.sep(i, "", ", ")
			p.form(form, a, s)
		}
	case len(mark) == 1 && mark[0] >= '1' && int(mark[0]-'1') < len(s.args):
		p.form(form, s.args[mark[0]-'1'], s)
	default:
		panic("emit: the function table has a mark {" + mark + "}")
	}
}

// form prints an argument, as it is or as a text.
func (p *printer) form(form string, e ir.Expr, s *spell) {
	var template string
	switch form {
	case "":
		s.arg(e)
		return
	case "text":
		template = p.d.text(e.Type())
	case "out":
		template = p.d.out(e.Type())
	default:
		panic("emit: the function table has a form :" + form)
	}
	if p.approximate(e) {
		template = funcs.TextDuckDB(e.Type(), true)
	}
	if template == "" {
		p.refuse(s.at, "leave it out", "%s cannot make a text of %s", p.d.engine, e.Type())
	}
	p.spell(template, spell{at: s.at, args: []ir.Expr{e}, arg: s.arg})
}

// call prints a function or operator.
func (p *printer) call(at ir.Node, fn *funcs.Sig, args []ir.Expr, result types.Type) {
	if p.d.special != nil && p.d.special(p, call{at, fn, unlabelled(fn, args), result}) {
		return
	}
	template := p.template(at, fn, args)
	if p.d.approximating {
		template = once(template, args)
	}
	p.spell(template, p.parts(at, fn, args, result))
}

func (p *printer) parts(at ir.Node, fn *funcs.Sig, args []ir.Expr, result types.Type) spell {
	return spell{at: at, op: fn.Func.Name, kind: result.Kind, args: unlabelled(fn, args), arg: p.inlined(fn, args, p.printArg(fn))}
}

// inlined prints what cannot be a parameter in its own way, and the rest by print.
func (p *printer) inlined(fn *funcs.Sig, args []ir.Expr, print func(ir.Expr)) func(ir.Expr) {
	if p.d.inline == nil {
		return print
	}
	return func(e ir.Expr) {
		if i := slices.Index(args, e); i < 0 || !p.d.inline(p, fn, i, e) {
			print(e)
		}
	}
}

// unlabelled leaves out the casts of a varchar to the text that fn takes, which
// no engine needs and which would stand around every second column.
func unlabelled(fn *funcs.Sig, args []ir.Expr) []ir.Expr {
	for i, a := range args {
		c, ok := a.(*ir.Cast)
		if !ok || !c.Implicit || i >= len(fn.Params) || fn.Params[i].Kind != types.Text || c.X.Type().Kind != types.Varchar {
			continue
		}
		args = slices.Clone(args)
		args[i] = c.X
	}
	return args
}

// spelling is the engine's template, or a refusal.
func (p *printer) spelling(at ir.Node, fn *funcs.Sig) string {
	t := p.d.spelling(fn)
	if t == "" {
		p.refuse(at, "ask for it without "+fn.Func.Name, "%s cannot compute %s", p.d.engine, described(fn))
	}
	return t
}

func described(fn *funcs.Sig) string {
	if fn.Func.Class == funcs.Operator {
		return "the operator " + fn.Func.Name
	}
	return fn.Func.Name + "()"
}

// printArg prints an argument of fn.
func (p *printer) printArg(fn *funcs.Sig) func(ir.Expr) {
	if compares(fn) {
		return p.operand
	}
	return p.expr
}

// compares reports whether fn compares its arguments, with each other or from
// row to row.
func compares(fn *funcs.Sig) bool {
	switch fn.Func.Class {
	case funcs.Operator:
		return fn.Result.Kind == types.Bool
	case funcs.Aggregate, funcs.OrderedSet:
		return true
	case funcs.Scalar:
		switch fn.Func.Name {
		case "nullif", "greatest", "least":
			return true
		}
		return false
	case funcs.Window, funcs.Set:
		return false
	default:
		panic("emit: unknown class of function")
	}
}

// agg prints Fn([DISTINCT] Args [ORDER BY Order]) [WITHIN GROUP (...)] [FILTER (...)].
func (p *printer) agg(e *ir.Agg) {
	s := p.parts(e, e.Fn, e.Args, e.T)
	if e.Filter != nil {
		s.tail = func() { p.filter(e.Filter) }
	}
	if e.Fn.Func.Class == funcs.OrderedSet {
		p.d.orderedSet(p, e, s)
		return
	}
	if p.d.aggregate != nil && p.d.aggregate(p, e) {
		return
	}
	if e.Distinct && len(e.Args) > 1 && !p.d.distinctPairs {
		p.refuse(e, "leave DISTINCT out", "%s cannot compute %s(DISTINCT ...) with a second argument", p.d.engine, e.Fn.Func.Name)
	}
	s.all = func() {
		if e.Star {
			p.str("*")
		}
		if e.Distinct {
			p.str("DISTINCT ")
		}
		for i, a := range s.args {
			p.sep(i, "", ", ")
			s.arg(a)
		}
		order := e.Order
		if e.Distinct && len(order) == 0 && len(e.Args) > 0 && p.d.sortsDistinct {
			order = []ir.SortExpr{{X: e.Args[0]}}
		}
		p.orderBy(order, " ORDER BY ")
	}
	p.spell(p.template(e, e.Fn, e.Args), s)
}

func (p *printer) filter(e ir.Expr) {
	p.str(" FILTER (WHERE ")
	p.expr(e)
	p.str(")")
}

func (p *printer) orderBy(order []ir.SortExpr, word string) {
	for i, s := range order {
		p.sep(i, word, ", ")
		p.str(p.compared(s.X, p.sortable))
		p.direction(s.Desc, s.NullsFirst)
	}
}

// over prints Fn(Args) [FILTER (...)] OVER (...).
func (p *printer) over(e *ir.Over) {
	p.d.frame(p, e)
	if p.d.over != nil && p.d.over(p, e) {
		return
	}
	s := p.parts(e, e.Fn, e.Args, e.T)
	if e.Star {
		s.all = func() { p.str("*") }
	}
	s.tail = func() {
		if e.Filter != nil {
			p.filter(e.Filter)
		}
		p.str(" OVER (")
		p.window(&e.Window)
		p.str(")")
	}
	p.spell(p.template(e, e.Fn, e.Args), s)
}

func (p *printer) window(w *ir.Window) {
	space := ""
	for i, x := range w.Partition {
		p.sep(i, "PARTITION BY ", ", ")
		text, collation := p.compared(x, p.sortable)
		p.str(text, collation, p.apart(text, x.Type()))
		space = " "
	}
	if len(w.Order) > 0 {
		p.orderBy(w.Order, space+"ORDER BY ")
		space = " "
	}
	if w.Frame == nil {
		return
	}
	f := w.Frame
	switch f.Mode {
	case ir.FrameRange:
		p.str(space, "RANGE BETWEEN ")
	case ir.FrameRows:
		p.str(space, "ROWS BETWEEN ")
	case ir.FrameGroups:
		p.str(space, "GROUPS BETWEEN ")
	default:
		panic("emit: unknown frame mode")
	}
	p.bound(f.Start, f.From)
	p.str(" AND ")
	p.bound(f.End, f.To)
	switch f.Exclude {
	case ir.ExcludeNothing:
	case ir.ExcludeCurrentRow:
		p.str(" EXCLUDE CURRENT ROW")
	case ir.ExcludeGroup:
		p.str(" EXCLUDE GROUP")
	case ir.ExcludeTies:
		p.str(" EXCLUDE TIES")
	default:
		panic("emit: unknown frame exclusion")
	}
}

func (p *printer) bound(k ir.BoundKind, offset ir.Expr) {
	switch k {
	case ir.UnboundedPreceding:
		p.str("UNBOUNDED PRECEDING")
	case ir.Preceding:
		p.offset(offset)
		p.str(" PRECEDING")
	case ir.CurrentRow:
		p.str("CURRENT ROW")
	case ir.Following:
		p.offset(offset)
		p.str(" FOLLOWING")
	case ir.UnboundedFollowing:
		p.str("UNBOUNDED FOLLOWING")
	default:
		panic("emit: unknown frame bound")
	}
}

// offset prints the offset of a frame: MariaDB takes digits there, and nothing else.
func (p *printer) offset(e ir.Expr) {
	c, ok := e.(*ir.Const)
	if !p.d.plainCounts || !ok {
		p.expr(e)
		return
	}
	if c.Value.Kind() != types.Int8 || c.Value.Int() < 0 {
		p.refuse(e, "use a whole number", "%s cannot measure such a frame", p.d.engine)
		return
	}
	p.str(strconv.FormatInt(c.Value.Int(), 10))
}
