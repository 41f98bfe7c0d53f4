package planner

import (
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/words"
	"github.com/grille-dev/grille/sql/types"
)

// A metric is read as a column of its table, of which the aggregate is given: where a
// reading asks for another one of it, or for its rows, it is none.

// addMetrics adds the names of metrics, but for those that are how one asks. A column that is called as the metric over it
// is meant through that.
func (l *lexicon) addMetrics(all []*catalog.Metric) {
	for _, m := range all {
		t := l.tables[m.Table]
		if t == nil {
			continue // none of those that are looked at
		}
		r := ref{table: t, col: l.columnOf(m, t), metric: m}
		if r.col == nil {
			continue
		}
		for _, name := range append([]string{m.Name}, m.Also...) {
			if Asks(name) {
				continue // "number of" stays what it is
			}
			parts := words.OfName(name)
			if x := l.add(r, parts, neededOfTable(parts)); x != nil {
				x.weight = sayable
				l.metrics = append(l.metrics, x)
			}
		}
	}
}

// sayable is the weight of a metric's name: it goes before other names.
const sayable = 1.1

// columnOf is the column that a metric stands for: of one that counts rows the key, or
// else any.
func (l *lexicon) columnOf(m *catalog.Metric, t *catalog.Table) *catalog.Column {
	if m.Over.Column != 0 {
		return t.Column(m.Over.Column)
	}
	if key := l.keyOf(t); len(key) > 0 {
		return key[0].col
	}
	for _, c := range t.Columns {
		if c.Type.Kind != types.Unsupported {
			return c
		}
	}
	return nil
}

// asAgreed keeps of what words may mean the metrics that are called exactly so, and what
// else is; a metric is meant by its name or not at all.
func asAgreed(nouns []noun) []noun {
	exact := func(n noun) bool { return n.score >= 0.95 && (n.metric == nil || n.score > 0.99*sayable) }
	var named []*catalog.Table
	for _, n := range nouns {
		if n.metric != nil && exact(n) {
			named = append(named, n.table)
		}
	}
	return slices.DeleteFunc(nouns, func(n noun) bool {
		if n.metric != nil {
			return !exact(n)
		}
		return len(named) > 0 && (!exact(n) || n.col != nil && slices.Contains(named, n.table))
	})
}

// speaksOfMetric reports whether the question names one. The learned parser knows
// none of them.
func (l *lattice) speaksOfMetric() bool {
	for i := range l.tokens {
		if l.metricAt(i) > 0 {
			return true
		}
	}
	return false
}

// metricAt is how many tokens from i on are the name of a metric, the longest; 0: they
// are none. Whoever says the name means it, and nothing else that its words may mean.
func (l *lattice) metricAt(i int) int {
	most := 0
	for _, x := range l.lex.metrics {
		n := len(x.words)
		if n <= most || i+n > len(l.tokens) {
			continue
		}
		if slices.EqualFunc(l.tokens[i:i+n], x.words, func(t token, w string) bool { return t.stem == w && (t.kind == wordToken || t.kind == codeToken) }) {
			most = n
		}
	}
	return most
}

// agg is the aggregate of a metric; a quotient is treated as an average.
func (r ref) agg() aggregate {
	if r.metric.Under != nil {
		return avgAgg
	}
	return aggregate(r.metric.Over.Agg)
}

// fits reports whether an aggregate of a metric is its own, or none is asked for.
func (r ref) fits(agg aggregate) bool {
	return agg == noAgg || r.metric.Under == nil && agg == r.agg()
}

// metrics gives each metric its aggregate; false where another is asked for.
func (b *builder) metrics() bool {
	r := b.r
	b.ofMetrics()
	for i := range r.outs {
		if o := &r.outs[i]; o.slot.pick.metric != nil {
			if !o.slot.pick.fits(o.agg) {
				return false
			}
			o.agg, o.distinct = o.slot.pick.agg(), false
		}
	}
	for i := range r.orders {
		if o := &r.orders[i]; o.slot.pick.metric != nil && !o.rows {
			if !o.slot.pick.fits(o.agg) {
				return false
			}
			o.agg = o.slot.pick.agg()
		}
	}
	for _, h := range r.havings {
		if h.slot.pick.metric != nil && (h.average || h.agg != h.slot.pick.agg()) {
			return false
		}
	}
	for _, c := range r.conds {
		if c.slot.pick.metric != nil || c.within.pick.metric != nil {
			return false
		}
	}
	return !slices.ContainsFunc(append(slices.Clip(r.groups), r.figure.per...), func(g group) bool { return g.slot.pick.metric != nil }) && b.figureFits()
}

// ofMetrics makes "wards with revenue over 1000" a comparison of groups.
func (b *builder) ofMetrics() {
	var rest []cond
	for i, c := range b.r.conds {
		next := i+1 < len(b.r.conds) && b.r.conds[i+1].or
		if m := c.slot.pick.metric; m == nil || !c.number || c.not || c.or || next || c.agg != noAgg || c.aside != 0 || len(c.values) == 0 {
			rest = append(rest, c)
			continue
		}
		h := having{agg: c.slot.pick.agg(), slot: c.slot, op: c.op, number: c.values[0], pieces: c.pieces}
		if len(c.values) > 1 {
			h.high = c.values[1]
		}
		b.r.havings = append(b.r.havings, h)
	}
	b.r.conds = rest
}

// figureFits: a share of a quotient, or its sum, is of nothing.
func (b *builder) figureFits() bool {
	f := b.r.figure
	if !slices.ContainsFunc(b.r.outs, func(o out) bool { m := o.slot.pick.metric; return m != nil && m.Under != nil }) {
		return true
	}
	return !f.share && !f.ratio && !f.versus && !f.mean && !f.perEach && f.along != "running"
}

// atRoot: the rows of a metric are those of the query, each once. Of what joins repeat
// a sum can be taken over distinct rows, and a quotient cannot.
func (b *builder) atRoot() bool {
	return !slices.ContainsFunc(b.metricsInUse(), func(r ref) bool { return r.table != b.p.tree.root })
}

func (b *builder) deduped() bool {
	return !b.p.tree.multiplies() || !slices.ContainsFunc(b.metricsInUse(), func(r ref) bool { return r.metric.Under != nil })
}

func (b *builder) metricsInUse() []ref {
	var out []ref
	for _, s := range b.r.slots() {
		if s.pick.metric != nil {
			out = append(out, s.pick)
		}
	}
	return out
}

// metric writes one as an aggregate. Where a figure takes some of its rows, its own
// condition stands inside.
func (w *printer) metric(r ref) string {
	name := w.columnsOf(r.table)
	where := r.metric.Condition(name)
	if len(w.p.aside) == 0 || where == "" {
		return r.metric.SQL(name)
	}
	of, distinct := "1", ""
	if r.metric.Over.Column != 0 {
		of = name(r.metric.Over.Column)
	}
	if r.metric.Over.Distinct {
		distinct = "DISTINCT "
	}
	return r.metric.Over.Agg + "(" + distinct + "CASE WHEN " + where + " THEN " + of + " END)"
}

// metricOfRow is what a metric takes of one row.
func (w *printer) metricOfRow(r ref) string {
	name := w.columnsOf(r.table)
	if where := r.metric.Condition(name); where != "" {
		return "CASE WHEN " + where + " THEN " + name(r.col.ID) + " END"
	}
	return name(r.col.ID)
}

func (w *printer) columnsOf(t *catalog.Table) func(catalog.ColumnID) string {
	return func(id catalog.ColumnID) string { return w.column(ref{table: t, col: t.Column(id)}) }
}

// metricsIn are the tables of metrics whose words all stand in a question.
func metricsIn(c *catalog.Catalog, question string) []catalog.TableID {
	said := map[string]bool{}
	for _, w := range words.Fields(question) {
		said[words.Stem(w)] = true
	}
	var out []catalog.TableID
	for _, m := range c.Metrics {
		for _, name := range append([]string{m.Name}, m.Also...) {
			if !slices.Contains(out, m.Table) && !slices.ContainsFunc(words.OfName(name), func(w string) bool { return !said[w] }) {
				out = append(out, m.Table)
			}
		}
	}
	return out
}

// called is a metric's name as a column has it.
func calledAs(m *catalog.Metric) string { return strings.Join(words.Split(m.Name), "_") }
