package oracle

import (
	"fmt"
	"strings"
)

// probing is an expression of kind k that fails on the values that only hidden
// rows have: through Grille it must not, wherever it stands. "" if the sources
// have no column for it.
func (g *generator) probing(s *scope, k Kind) string {
	f, ok := g.field(s, func(f field) bool { return f.trap != NoTrap })
	if !ok {
		return ""
	}
	x := probeMark + g.failing(s, f)
	switch k {
	case Int:
		return x
	case Big:
		return fmt.Sprintf("CAST(%s AS bigint)", x)
	case Num:
		return fmt.Sprintf("CAST(%s AS numeric)", x)
	case Float:
		return fmt.Sprintf("CAST(%s AS double precision)", x)
	case Text:
		return fmt.Sprintf("CAST(%s AS text)", x)
	case Date:
		return fmt.Sprintf("(DATE '2020-01-01' + CAST(%s AS int))", x)
	case Stamp:
		return fmt.Sprintf("CAST(DATE '2020-01-01' + CAST(%s AS int) AS timestamp)", x)
	case Bool:
		return fmt.Sprintf("(%s > 0)", x)
	case Token:
		return ""
	default:
		panic("oracle: unknown kind")
	}
}

func (g *generator) failing(s *scope, f field) string {
	x := f.text
	if g.chance(15) && f.trap == Naught {
		t := g.stored(&scope{})
		return fmt.Sprintf("(SELECT 1 FROM %s WHERE %s = %d)", t.before, x, devil)
	}
	switch f.trap {
	case Naught:
		return fmt.Sprintf(g.one("(1/(%s - 666))", "(7 %% (%s - 666))", "(100 / nullif(%s - 666, 5))", "CAST(ln(abs(%s - 666)) AS int)", "mod(5, %s - 666)"), x)
	case Letters:
		return fmt.Sprintf(g.one("CAST(%s AS int)", "%s::int", "CAST(CAST(%s AS numeric) AS int)", "length(CAST(CAST(%s AS int) AS text))"), x)
	case Brim:
		return fmt.Sprintf(g.one("CAST((%s + 1) %% 1000 AS int)", "CAST(%s AS int)", "CAST(abs(%s * 3) %% 100 AS int)", "CAST(-(%s + 2) AS int)"), x)
	default:
		panic("oracle: no trap")
	}
}

// aimed is a draft around an expression that fails on hidden rows alone, in one
// of the places where an engine may compute it before it has left them out.
func (g *generator) aimed() *block {
	t := g.w.traps[g.r.IntN(len(g.w.traps))]
	e := g.read(t.s, &scope{})
	es := &scope{sources: []source{e.source}}
	var f field
	for _, x := range e.fields {
		if plainName(x.name) == t.c.Name {
			f = x.field
		}
	}
	other := g.stored(es)
	p := other.before
	on := g.link(es, other.source)
	if on == "" {
		on = "TRUE"
	}
	x := probeMark + g.failing(es, f)
	q := &block{}
	count := []item{{text: "count(*)"}}
	whole := func(items []item, from_ string, where ...string) *block {
		return &block{items: items, from: []from{{before: from_}}, where: where}
	}
	inner := func(b *block, alias string) from { return from{derived: b, after: " AS " + alias} }
	more := []string{}
	if g.chance(40) {
		more = append(more, g.predicate(es, 1))
	}
	switch g.r.IntN(21) {
	case 0:
		q = whole(count, e.before, append(more, x+" > -5")...)
	case 1:
		q = whole(count, p+" JOIN "+e.before+" ON "+on+" AND "+x+" > -5", more...)
	case 2:
		q = whole(count, p+" LEFT JOIN "+e.before+" ON "+on+" AND "+x+" > -5")
	case 3:
		q = whole([]item{{text: f.text}, {text: "count(*)"}}, e.before, more...)
		q.group, q.having = []string{f.text}, []string{x + " > -5"}
	case 4:
		q = &block{items: count, from: []from{inner(whole([]item{{text: x, alias: "y"}}, e.before, more...), "s")}, where: []string{"s.y > -5"}}
	case 5:
		q = &block{with: []with{{name: "s", body: whole([]item{{text: x, alias: "y"}}, e.before, more...)}}, items: count, from: []from{{before: "s"}}, where: []string{"s.y > -5"}}
	case 6:
		q = whole(count, p, "EXISTS (SELECT 1 FROM "+e.before+" WHERE "+strings.Join(append(more, on, x+" > -5"), " AND ")+")")
	case 7:
		q = whole([]item{{text: "1"}}, e.before, more...)
		q.order = []sortKey{{x, -1}}
	case 8:
		q = whole([]item{{text: x, alias: "y"}, {text: "count(*)"}}, e.before, more...)
		q.group = []string{g.one("1", "y")}
	case 9:
		q = whole(count, e.before, append(more, "CASE WHEN "+f.text+" IS NOT NULL THEN "+x+" ELSE 0 END > -5")...)
	case 10:
		q = whole([]item{{text: "sum(" + x + ")"}, {text: "count(*) FILTER (WHERE " + x + " > 0)"}}, p+" JOIN "+e.before+" ON "+on, more...)
	case 11:
		q = whole([]item{{text: "sum(" + x + ") OVER ()"}}, e.before, more...)
	case 12:
		q = whole(count, p, "1 IN (SELECT "+x+" FROM "+e.before+" WHERE "+on+")")
	case 13:
		arm := whole([]item{{text: x, alias: "y"}}, e.before, more...)
		arm.op, arm.right = g.one("UNION ALL", "UNION", "EXCEPT"), whole([]item{{text: "5"}}, e.before)
		q = &block{items: count, from: []from{inner(arm, "s")}, where: []string{"s.y > -5"}}
	case 14:
		arm := whole([]item{{text: f.text, alias: "y"}}, e.before, more...)
		arm.distinct = g.chance(50)
		f.text = "s.y"
		q = &block{items: count, from: []from{inner(arm, "s")}, where: []string{probeMark + g.failing(es, f) + " > -5"}}
	case 15:
		q = whole([]item{{text: "y"}, {text: "count(*)"}}, p+" LEFT JOIN (SELECT "+outer(e.source)+"coalesce("+x+", 0) AS y FROM "+e.before+") AS l ON "+rename(on, e.source), "l.y IS NOT NULL")
		q.group = []string{"y"}
	case 16, 17: // whether the subquery is run tells of hidden rows
		q = whole(count, e.before, append(more, f.text+" = "+literal(f.trap.spring()), g.one("", "NOT ")+"EXISTS (SELECT 1 FROM "+p+" WHERE "+on+" AND "+g.always(other.source)+" > 0)")...)
	case 18, 19: // and so does whether a row of the other table is joined
		q = whole(count, p+" JOIN "+e.before+" ON "+on, append(more, f.text+" = "+literal(f.trap.spring()), g.always(other.source)+" > 0")...)
	default:
		q = whole(count, p+", "+e.before, append(more, on, x+" IS NOT NULL")...)
	}
	return q
}

// always is an expression that fails on each row of a source.
func (g *generator) always(s source) string {
	f, ok := g.field(&scope{sources: []source{s}}, func(f field) bool {
		return (f.kind == Int || f.kind == Text) && !f.wild && !f.red && !f.clash
	})
	switch {
	case !ok:
		return probeMark + "0"
	case f.kind == Text:
		return probeMark + fmt.Sprintf("(1 / (length(coalesce(%s, '')) * 0))", f.text)
	default:
		return probeMark + fmt.Sprintf("(1 / (coalesce(%s, 1) * 0))", f.text)
	}
}

// outer lists the columns of a source as a derived table gives them on.
func outer(s source) string {
	var b strings.Builder
	for i, f := range s.fields {
		if !f.clash {
			fmt.Fprintf(&b, "%s AS o%d, ", f.text, i)
		}
	}
	return b.String()
}

// rename makes a condition over a source one over that derived table, l.
func rename(on string, s source) string {
	left, right, ok := strings.Cut(on, " = ")
	if !ok {
		return on
	}
	for i, f := range s.fields {
		if f.text == left {
			return fmt.Sprintf("l.o%d = %s", i, right)
		}
	}
	return on
}
