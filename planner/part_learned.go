package planner

import (
	"slices"
	"strconv"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/planner/learned"
	"github.com/grille-dev/grille/refusal"
)

// trained is where a reading of the learned parser came from.
type trained struct {
	l    *lattice
	in   *learned.Input
	plan *learned.Plan
}

// parts implements origin.
func (t *trained) parts() []Part {
	var out []Part
	for _, at := range t.in.Places(t.plan) {
		if at.Clause == learned.Shown && at.Item.Star {
			continue // said of the table
		}
		p := t.part(at)
		for _, o := range learned.Load().Others(t.in, t.plan, at) {
			p.add(swap{means: t.label(o.Column, o.Table), Reading: Reading{Draft: t.l.draftOf(learned.Candidate{SQL: o.SQL, Parts: o.Parts}), from: &trained{t.l, t.in, o.Plan}}})
		}
		out = append(out, p)
	}
	out = append(out, t.taught()...)
	if t.plan.Right != nil {
		out = append(out, Part{Kind: FigurePart, Default: true, Taken: setWords[t.plan.Set]})
	}
	return append(out, t.limit()...)
}

var setWords = map[string]string{"intersect": "only those that a second query has too", "except": "without those of a second query", "union": "together with those of a second query"}

// part is a place without its alternatives.
func (t *trained) part(at learned.Place) Part {
	p := Part{Kind: t.kind(at), what: t.what(at), Default: at.From == at.To}
	if !at.Item.Star || at.Table >= 0 {
		p.Means, p.pick = t.label(at.Item.Col, at.Table), t.ref(at.Item.Col, at.Table)
	}
	var spans []refusal.Span
	if at.From < at.To {
		spans = append(spans, t.span(at.From, at.To))
	}
	if p.Slot = wordsAt(t.l.text, spans); p.Slot == "" && len(at.Values) > 0 {
		p.Slot = wordsAt(t.l.text, []refusal.Span{t.span(at.Values[0].From, at.Values[0].To)})
	}
	for _, v := range at.Values {
		spans = append(spans, t.span(v.From, v.To))
	}
	p.Asked = inOrder(spans)
	p.Words = wordsAt(t.l.text, p.Asked)
	p.Taken = t.taken(at, p.Means)
	p.Place = refusal.Span{Pos: int32(at.Pos), End: int32(at.End)}
	return p
}

func (t *trained) span(from, to int) refusal.Span {
	return t.l.span(t.l.content(from, to))
}

// label is a column, or a table, as a Part calls it.
func (t *trained) label(column, table int) string { return t.l.lex.label(t.ref(column, table)) }

func (t *trained) ref(column, table int) ref {
	if column < 0 {
		return ref{table: t.l.lex.catalog.Tables[table]}
	}
	c := t.in.Schema.Columns[column]
	r := ref{table: t.l.lex.catalog.Tables[c.Table]}
	r.col = r.table.Columns[slices.IndexFunc(r.table.Columns, func(x *catalog.Column) bool { return x.Name == c.Name })]
	return r
}

func (t *trained) kind(at learned.Place) PartKind {
	switch at.Clause {
	case learned.Shown:
		if at.Item.Agg != "" {
			return MeasurePart
		}
		return ColumnPart
	case learned.Kept, learned.Having:
		return ValuePart
	case learned.Grouped:
		return GroupPart
	case learned.Ordered:
		return OrderPart
	case learned.Counted:
		if at.Item.Star {
			return MeasurePart
		}
		return TablePart
	default:
		panic("planner: unknown clause")
	}
}

func (t *trained) what(at learned.Place) string {
	switch {
	case at.Item.Col < 0:
		return "table"
	case t.in.Schema.Columns[at.Item.Col].Kind == learned.Date:
		return "date"
	case at.Item.Agg != "" && at.Item.Agg != "count":
		return "measure"
	}
	return "column"
}

// taken is what a place does, in plain words.
func (t *trained) taken(at learned.Place, name string) string {
	name = measured(aggregate(at.Item.Agg), at.Item.Distinct, name)
	if name == "number of " {
		name += "rows"
	}
	switch at.Clause {
	case learned.Grouped:
		return "grouped by " + name
	case learned.Ordered:
		return "by " + name + map[bool]string{false: ", least first", true: ", greatest first"}[at.Item.Desc]
	case learned.Counted:
		return t.counts(name)
	case learned.Kept, learned.Having:
		return name + " " + compared(at)
	}
	return name
}

// counts: the rows of a table are counted, or shown as they are.
func (t *trained) counts(table string) string {
	star := func(x learned.Item) bool { return x.Star && x.Agg == "" }
	switch {
	case !t.plan.Stars():
		return table
	case slices.ContainsFunc(t.plan.Select, star):
		return "all columns of " + table
	}
	return aggregateWords[countAgg] + table
}

// compared is what a condition says of its column.
func compared(at learned.Place) string {
	var values []string
	for _, v := range at.Values {
		values = append(values, v.Written())
	}
	text := strings.Join(values, " and ")
	if at.Sub {
		text = "what a second query gives"
	}
	switch at.Op {
	case "null":
		return "is missing"
	case "notnull":
		return "is known"
	case "like":
		return "like " + text
	case "notlike":
		return "not like " + text
	case "in":
		return "is in " + text
	case "notin":
		return "is not in " + text
	case "between":
		return "is from " + strings.Join(values, " to ")
	}
	return "is " + operatorWords[handOp(at.Op)] + text
}

func handOp(op string) string {
	if op == "!=" {
		return "<>"
	}
	return op
}

// limit is how many rows there are at most.
func (t *trained) limit() []Part {
	switch t.plan.Limit {
	case learned.All:
		return nil
	case learned.One:
		return []Part{{Kind: LimitPart, Taken: "the first", Default: true}}
	case learned.Some:
		v := t.in.Values[t.plan.Count]
		spans := []refusal.Span{t.span(v.From, v.To)}
		words := wordsAt(t.l.text, spans)
		n, _ := strconv.Atoi(v.Text)
		return []Part{{Kind: LimitPart, Asked: spans, Words: words, Slot: words, Taken: "the first " + strconv.Itoa(n)}}
	default:
		panic("planner: unknown limit")
	}
}
