package emit

import (
	"strconv"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// printer writes one statement. It knows shapes; what differs between engines
// stands in its dialect. A construct that the engine cannot say sets refused,
// and the rest is printed for nobody.
type printer struct {
	d       *dialect
	b       []byte
	names   map[ir.ColID]name
	aliases map[ir.Rel]string
	ctes    map[*ir.CTE]string
	tables  int
	params  params
	reads   reads
	again   bool
	outs    map[*ir.Select]func(d ir.Def, first bool) // prints outputs; nil: as they are
	top     *ir.Query
	whole   bareOutputs       // see there
	used    map[ir.ColID]bool // see inUse
	last    ir.ColID
	derived map[*ir.Table]*ir.Guarded // see reading
	origins *origins                  // see approximate
	kept    []*kept
	keeping map[*ir.Guarded]*kept
	probed  int // how many joins, subqueries of expressions and WITH items we are inside of
	missing int // how many outer joins there are above, on the side of rows that may be missing
	deep    int // how many derived tables we are inside of
	guards  int // how many guards we are inside of: bare tables are legal there
	refused *refusal.Refusal
}

// printed is the text of a query, not yet checked.
type printed struct {
	text   string
	params []Param
	reads  []Read
	bare   bareOutputs
	stored []bool // of the outputs
	again  bool   // it has a recursive WITH item
}

// printQuery prints a lowered query.
func printQuery(d *dialect, q *ir.Query) (printed, error) {
	if d.givesStored {
		return printBare(d, q, bareOutputsOf(q))
	}
	return printBare(d, q, bareOutputs{})
}

// printBare prints it with these columns bare.
func printBare(d *dialect, q *ir.Query, bare bareOutputs) (printed, error) {
	p := &printer{
		d:       d,
		top:     q,
		whole:   bare,
		derived: map[*ir.Table]*ir.Guarded{},
		keeping: map[*ir.Guarded]*kept{},
		b:       make([]byte, 0, 1024),
		names:   map[ir.ColID]name{},
		aliases: map[ir.Rel]string{},
		ctes:    map[*ir.CTE]string{},
		outs:    map[*ir.Select]func(ir.Def, bool){},
	}
	outs := ir.Outputs(q.Body)
	names := make([]string, len(outs))
	for i, c := range outs {
		names[i] = c.Name
	}
	p.query(q, names)
	if p.refused != nil {
		return printed{}, p.refused
	}
	if d.positional {
		p.order()
	}
	return printed{text: string(p.b), params: p.params.list, reads: p.reads.list, bare: bare, stored: bare.among(outs), again: p.again}, nil
}

// refuse says that the engine cannot say what stands at n. What stands in a
// rule is for owners.
func (p *printer) refuse(n ir.Node, try, format string, args ...any) {
	switch {
	case p.refused != nil:
	case p.guards > 0:
		p.refused = refusal.New(refusal.Engine, "ask whoever administers the rules to write it in another way",
			"%s cannot keep a rule of a table that this asks for", p.d.engine).ForOwner(format, args...)
	default:
		p.refused = refusal.New(refusal.Engine, try, format, args...).At(n.At())
	}
}

func (p *printer) str(parts ...string) {
	for _, s := range parts {
		p.b = append(p.b, s...)
	}
}

// sep prints first before item 0 of a list and rest before the others.
func (p *printer) sep(i int, first, rest string) {
	if i == 0 {
		p.str(first)
	} else {
		p.str(rest)
	}
}

func (p *printer) paren(f func()) {
	p.str("(")
	f()
	p.str(")")
}

// text is what f prints, taken out again.
func (p *printer) text(f func()) string {
	start := len(p.b)
	f()
	s := string(p.b[start:])
	p.b = p.b[:start]
	return s
}

// constant prints v as a parameter, and NULL as the NULL of its type.
func (p *printer) constant(v types.Value, t types.Type) {
	if v.IsNull() {
		p.d.null(p, t)
		return
	}
	if t.Kind == types.Array && p.d.writtenArrays {
		items, _ := elements(&ir.Const{Value: v, T: t})
		p.d.list(p, &ir.List{Items: items, T: t})
		return
	}
	p.d.param(p, p.params.number(v, t), t)
}

func (p *printer) int(n int) { p.b = strconv.AppendInt(p.b, int64(n), 10) }
