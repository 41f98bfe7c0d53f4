package learned

import (
	"slices"
	"strings"
)

// Plan is a query without FROM: tables follow from the columns. Columns are
// indices into Schema.Columns, values into Input.Values; -1 is none.
type Plan struct {
	Distinct bool
	Select   []Item
	Where    []Cond
	Group    []int
	Having   []Cond
	Order    []Item
	Limit    Limit
	Count    int // the value that is the limit, if Limit is Some
	// Table is what count(*) counts and * shows; without these a table that the
	// question speaks of besides, or -1.
	Table int
	// Fixed holds besides what Where says, which no OR reaches.
	Fixed []Fixed
	Set   string // intersect, except, union; "" for none
	Right *Plan
}

// Item is agg(column), shown or ordered by; Star is count(*) or *.
type Item struct {
	Agg      string // "", count, sum, avg, min, max
	Distinct bool
	Star     bool
	Col      int
	Desc     bool // of an order
}

// Cond is item op value, or item op (sub).
type Cond struct {
	Item
	Op     string // = != > < >= <= like notlike between in notin null notnull
	Or     bool   // with the condition before
	Values [2]int
	Sub    *Plan
}

// Limit says how many rows.
type Limit uint8

const (
	All Limit = iota
	One
	Some
)

// parts are a plan's sketch in four: set operation, what rows are put together,
// ordered and cut by, what is shown, what is kept. Each names its slots and
// leaves them empty.
type parts [4]string

const (
	setPart = iota
	groupPart
	selectPart
	wherePart
)

// sketch writes a plan without its names.
func (p *Plan) sketch() parts {
	var out parts
	if p.Set != "" {
		out[setPart] = p.Set + "{" + p.Right.sketch().String() + "}"
	}
	var g strings.Builder
	for range p.Group {
		g.WriteString("g,")
	}
	for _, h := range p.Having {
		g.WriteString("h" + h.Item.sketch() + ":" + h.Op + ",")
	}
	for _, o := range p.Order {
		if o.Desc {
			g.WriteString("d" + o.sketch() + ",")
		} else {
			g.WriteString("a" + o.sketch() + ",")
		}
	}
	g.WriteString([]string{All: "", One: "1,", Some: "n,"}[p.Limit])
	out[groupPart] = g.String()
	if p.Distinct {
		out[selectPart] = "!"
	}
	for _, s := range p.Select {
		out[selectPart] += s.sketch() + ","
	}
	for _, c := range p.Where {
		out[wherePart] += c.sketch() + ","
	}
	return out
}

func (x Item) sketch() string {
	out := x.Agg
	if x.Distinct {
		out += "!"
	}
	if x.Star {
		out += "*"
	}
	return out
}

func (c Cond) sketch() string {
	out := c.Op
	if c.Or {
		out = "|" + out
	}
	if c.Sub != nil {
		out += "{" + c.Sub.sketch().String() + "}"
	}
	return out
}

func (p parts) String() string { return strings.Join(p[:], ";") }

// skeleton is the plan that a sketch describes, its slots empty.
func (p parts) skeleton() *Plan {
	out := &Plan{Table: -1, Count: -1}
	if op, rest, ok := strings.Cut(p[setPart], "{"); ok {
		out.Set, out.Right = op, parsed(strings.TrimSuffix(rest, "}")).skeleton()
	}
	for _, g := range list(p[groupPart]) {
		switch g[0] {
		case 'g':
			out.Group = append(out.Group, -1)
		case 'h':
			item, op, _ := strings.Cut(g[1:], ":")
			out.Having = append(out.Having, Cond{Item: itemOf(item), Op: op, Values: [2]int{-1, -1}})
		case 'd', 'a':
			o := itemOf(g[1:])
			o.Desc = g[0] == 'd'
			out.Order = append(out.Order, o)
		case '1':
			out.Limit = One
		case 'n':
			out.Limit = Some
		default:
			panic("learned: part " + g)
		}
	}
	shown, distinct := strings.CutPrefix(p[selectPart], "!")
	out.Distinct = distinct
	for _, s := range list(shown) {
		out.Select = append(out.Select, itemOf(s))
	}
	for _, c := range list(p[wherePart]) {
		x := Cond{Item: Item{Col: -1}, Values: [2]int{-1, -1}}
		c, x.Or = strings.CutPrefix(c, "|")
		op, sub, ok := strings.Cut(c, "{")
		x.Op = op
		if ok {
			x.Sub = parsed(strings.TrimSuffix(sub, "}")).skeleton()
		}
		out.Where = append(out.Where, x)
	}
	return out
}

func itemOf(s string) Item {
	x := Item{Col: -1}
	s, x.Star = strings.CutSuffix(s, "*")
	x.Agg, x.Distinct = strings.CutSuffix(s, "!")
	return x
}

// list takes a list apart; each item ends in a comma.
func list(s string) []string { return pieces(s, ',') }

func parsed(s string) parts {
	var out parts
	copy(out[:], pieces(s+";", ';'))
	return out
}

// pieces are what ends in sep, outside of braces.
func pieces(s string, sep byte) []string {
	var out []string
	depth, start := 0, 0
	for i := range len(s) {
		switch s[i] {
		case '{':
			depth++
		case '}':
			depth--
		case sep:
			if depth == 0 {
				out = append(out, s[start:i])
				start = i + 1
			}
		}
	}
	return out
}

// clone copies a plan.
func (p *Plan) clone() *Plan {
	if p == nil {
		return nil
	}
	q := *p
	q.Select, q.Where, q.Group = slices.Clone(p.Select), slices.Clone(p.Where), slices.Clone(p.Group)
	q.Having, q.Order, q.Right = slices.Clone(p.Having), slices.Clone(p.Order), p.Right.clone()
	q.Fixed = slices.Clone(p.Fixed)
	for i := range q.Where {
		q.Where[i].Sub = q.Where[i].Sub.clone()
	}
	return &q
}

// stars reports whether something counts rows, or shows them whole.
func (p *Plan) stars() bool {
	star := func(x Item) bool { return x.Star }
	return slices.ContainsFunc(p.Select, star) || slices.ContainsFunc(p.Order, star) ||
		slices.ContainsFunc(p.Having, func(c Cond) bool { return c.Star })
}

// columns are the columns that a plan itself names, without sub-queries.
func (p *Plan) columns() []int {
	var out []int
	add := func(x Item) {
		if !x.Star && x.Col >= 0 {
			out = append(out, x.Col)
		}
	}
	for _, x := range p.Select {
		add(x)
	}
	for _, c := range p.Where {
		add(c.Item)
	}
	for _, g := range p.Group {
		add(Item{Col: g})
	}
	for _, c := range p.Having {
		add(c.Item)
	}
	for _, x := range p.Order {
		add(x)
	}
	return append(out, p.fixedColumns()...)
}

// tables are those of the columns, and the table besides.
func (p *Plan) tables(s *Schema) set {
	var out set
	for _, c := range p.columns() {
		out.add(s.Columns[c].Table)
	}
	if p.Table >= 0 {
		out.add(p.Table)
	}
	return out
}

// Stars reports whether something counts rows, or shows them whole.
func (p *Plan) Stars() bool { return p.stars() }

// Joined are the tables of a plan's FROM in the schema's order.
func (s *Schema) Joined(p *Plan) []int {
	all, _ := s.closure(p.tables(s))
	return all.all()
}

// Named are the tables of a plan's columns.
func (s *Schema) Named(p *Plan) []int {
	q := *p
	q.Table = -1
	return q.tables(s).all()
}

// halved reports a BETWEEN with one end, which is a query: a text of Spider's has
// that shape, and no SQL does. Weights are made with such plans, and none is drafted.
func (p *Plan) halved() bool {
	if p == nil {
		return false
	}
	half := func(c Cond) bool { return c.Sub != nil && c.Op == "between" || c.Sub.halved() }
	return slices.ContainsFunc(p.Where, half) || slices.ContainsFunc(p.Having, half) || p.Right.halved()
}
