package fanout

import (
	"slices"
	"strings"

	"github.com/grille-dev/grille/sql/ir"
)

// alarm words what happens to an aggregate of rows of, which rows of by repeat.
func (b *block) alarm(s *ir.Select, u use, what effect, of, by []*leaf) Alarm {
	var each []string
	for _, l := range by {
		each = append(each, l.name())
	}
	var rows []string
	for _, l := range of {
		rows = append(rows, l.name())
	}
	does := map[effect]string{counts: "counts", adds: "takes", weights: "weighs"}[what]
	if u.fn.Name == "sum" {
		does = "adds"
	}
	return Alarm{
		Span: u.at,
		Says: b.written(u) + " " + does + " a row of " + list(rows) + " once for each row of " + list(each) + " that is joined to it",
		Try:  b.instead(s, u, what, of, by),
	}
}

// written is the aggregate as a person would write it.
func (b *block) written(u use) string {
	if len(u.args) == 1 {
		if r, ok := u.args[0].(*ir.Ref); ok {
			return u.fn.Name + "(" + b.column(r.Col) + ")"
		}
	}
	return u.fn.Name + "(...)"
}

func (b *block) column(id ir.ColID) string {
	n := b.names[id]
	if n[0] == "" {
		return quote(n[1])
	}
	return quote(n[0]) + "." + quote(n[1])
}

// instead is a way to count each row once.
func (b *block) instead(s *ir.Select, u use, what effect, of, by []*leaf) string {
	if what == counts && len(of) == 1 {
		if key := b.keyOf(of[0]); key != 0 {
			counted := "write count(DISTINCT " + b.column(key) + ")"
			if r, ok := u.args[0].(*ir.Ref); ok && !b.present(of[0], r.Col) {
				counted += " FILTER (WHERE " + b.column(r.Col) + " IS NOT NULL)"
			}
			return counted
		}
	}
	names := make([]string, len(by))
	for i, l := range by {
		names[i] = l.name()
	}
	if b.grouped(u, of) {
		return "take a column of " + list(names) + " instead, or group by columns of " + of[0].name() + " alone"
	}
	if len(by) > 1 {
		return "aggregate each of " + list(names) + " in a subquery of its own before it is joined"
	}
	l := by[0]
	mine, theirs := b.joined(l)
	if l.table == nil || len(mine) == 0 {
		return "aggregate " + l.name() + " in a subquery before it is joined"
	}
	table, alias, as := quote(l.table.Name), quote(l.alias), " AS "+quote(l.alias)
	if l.alias == l.table.Name {
		as = ""
	}
	var conds, cols []string
	for i := range mine {
		conds = append(conds, alias+"."+quote(b.names[mine[i]][1])+" = "+b.seenFrom(l.scope, theirs[i]))
		cols = append(cols, quote(b.names[mine[i]][1]))
	}
	on := strings.Join(conds, " AND ")
	if !b.shown(s, l) {
		if slices.ContainsFunc(b.asked, func(c ir.ColID) bool { return b.of[c] == l }) {
			on += " AND ..."
		}
		return "leave " + l.table.Name + " out of FROM and write WHERE EXISTS (SELECT 1 FROM " + table + as + " WHERE " + on + ")"
	}
	return "aggregate " + l.table.Name + " before it is joined: JOIN (SELECT " + strings.Join(cols, ", ") + ", ... FROM " + table +
		" GROUP BY " + strings.Join(cols, ", ") + ") AS " + alias + " ON " + on
}

// seenFrom is a column as it is called where l stands: inside of a merged subquery
// by its table's name, outside by the subquery's.
func (b *block) seenFrom(scope int, id ir.ColID) string {
	if b.of[id].scope == scope {
		return b.column(id)
	}
	best := ir.ColID(0)
	for out, e := range b.made {
		if c, ok := b.plain(e); ok && c == id && (best == 0 || out < best) {
			best = out
		}
	}
	if best == 0 {
		return b.column(id)
	}
	return b.column(best)
}

// quote writes a name as SQL does where it needs quotes.
func quote(name string) string {
	for i, c := range []byte(name) {
		if !(c == '_' || c >= 'a' && c <= 'z' || i > 0 && c >= '0' && c <= '9') {
			return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
		}
	}
	return name
}

// keyOf is the column that tells the rows of a stored table apart, or 0.
func (b *block) keyOf(l *leaf) ir.ColID {
	if l.table == nil {
		return 0
	}
	for _, key := range l.table.Believed() {
		for _, c := range l.cols {
			if len(key) == 1 && l.stored[c.ID] == key[0] {
				return c.ID
			}
		}
	}
	return 0
}

// present reports whether a column is never NULL in a row of l.
func (b *block) present(l *leaf, id ir.ColID) bool {
	if c := l.table.Column(l.stored[id]); c != nil {
		return c.NotNull || id == b.keyOf(l)
	}
	return false
}

// grouped reports whether something that is grouped by is of none of the rows that
// are repeated.
func (b *block) grouped(u use, of []*leaf) bool {
	keys := slices.Clone(u.part)
	for _, k := range u.keys {
		keys = append(keys, k.Expr)
	}
	return slices.ContainsFunc(keys, func(e ir.Expr) bool {
		return slices.ContainsFunc(b.columns(e), func(c ir.ColID) bool { return b.of[c] != nil && !b.decided(nil, of).has(b.of[c]) })
	})
}

// joined are the columns by which l is joined to others, and those others.
func (b *block) joined(l *leaf) (mine, theirs []ir.ColID) {
	for _, e := range b.equal {
		for i := range e {
			if b.of[e[i]] == l && b.of[e[1-i]] != nil && b.of[e[1-i]] != l {
				mine, theirs = append(mine, e[i]), append(theirs, e[1-i])
			}
		}
	}
	return mine, theirs
}

// shown reports whether something but conditions needs l.
func (b *block) shown(s *ir.Select, l *leaf) bool {
	needs := func(e ir.Expr) bool {
		return slices.ContainsFunc(b.columns(e), func(c ir.ColID) bool { return b.of[c] == l })
	}
	for _, k := range s.Keys {
		if needs(k.Expr) {
			return true
		}
	}
	for _, d := range s.Out {
		if needs(d.Expr) {
			return true
		}
	}
	return s.Having != nil && needs(s.Having)
}
