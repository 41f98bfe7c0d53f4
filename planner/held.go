package planner

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/words"
	"github.com/grille-dev/grille/planner/learned"
)

// Values knows which stored columns hold a text, as far as this viewer may know.
// The planner asks it which column a word of the question is a value of, and puts
// nothing of it into a draft but that column's name.
type Values interface {
	// Look says of which of some columns the values are known, by their places, and
	// gives what says which of those hold a text: as it is written, or but for case,
	// accents and being one or many. Nothing known: no places.
	Look(columns []Column) (known []int, holds func(text string) []int)
}

// Column is a stored column of texts.
type Column struct {
	Table  catalog.TableID
	Column catalog.ColumnID
}

const (
	// mostHeld is how many columns are looked at for one question.
	mostHeld = 32
	// longestHeld is how many words a value is looked for in.
	longestHeld = 6
)

// held is what is known of stored values for one question; nil: nothing is.
type held struct {
	columns []ref
	known   map[*catalog.Column]bool
	holds   func(text string) []int
	found   map[string][]ref
}

// look asks which columns hold what the question may have for values.
func (l *lattice) look(v Values) *held {
	if v == nil || !slices.ContainsFunc(l.tokens, l.mayBeHeld) {
		return nil
	}
	h := &held{columns: l.textColumns(), known: map[*catalog.Column]bool{}, found: map[string][]ref{}}
	var asked []Column
	for _, r := range h.columns {
		asked = append(asked, Column{r.table.ID, r.col.ID})
	}
	known, holds := v.Look(asked)
	if len(known) == 0 {
		return nil
	}
	h.holds = holds
	for _, k := range known {
		h.known[h.columns[k].col] = true
	}
	return h
}

// mayBeHeld reports whether a word may be a value by itself: any that means
// something.
func (l *lattice) mayBeHeld(t token) bool {
	switch t.kind {
	case wordToken:
		return !isSmall(l.kw, t.lower, false) || t.startsUpper()
	case codeToken, quotedToken:
		return true
	default:
		return false
	}
}

// in are the columns that hold a text.
func (h *held) in(text string) []ref {
	if h == nil {
		return nil
	}
	out, ok := h.found[text]
	if !ok {
		for _, k := range h.holds(text) {
			out = append(out, h.columns[k])
		}
		h.found[text] = out
	}
	return out
}

// prose are words of names of columns in which nobody finds a value by name.
var prose = []string{"note", "comment", "remark", "message", "body", "content", "memo", "url", "website", "email", "mail", "phone", "fax",
	"number", "password", "hash", "token", "uuid", "guid", "path", "image", "photo", "picture", "signature"}

// textColumns are the columns that are looked at: of the tables that are spoken
// of, then of those nearest to them, in the catalog's order.
func (l *lattice) textColumns() []ref {
	var all []ref
	for _, t := range l.lex.catalog.Tables {
		for _, c := range t.Columns {
			if c.Type.IsText() && !slices.ContainsFunc(words.OfName(c.Name), func(w string) bool { return slices.Contains(prose, w) }) {
				all = append(all, ref{table: t, col: c})
			}
		}
	}
	if len(all) <= mostHeld {
		return all
	}
	away := l.lex.graph.away(l.spokenOf())
	slices.SortStableFunc(all, func(a, b ref) int { return cmp.Compare(away(a.table), away(b.table)) })
	return all[:mostHeld]
}

// spokenOf are the tables that words of the question name, or else those of the
// columns that they name.
func (l *lattice) spokenOf() []*catalog.Table {
	var tables, owners []*catalog.Table
	for i := range l.tokens {
		for n := 1; n <= 3 && i+n <= len(l.tokens) && len(l.alike[i]) > 0; n++ {
			for _, x := range l.match(i, i+n) {
				switch {
				case x.score < 0.7:
				case x.col == nil:
					tables = append(tables, x.table)
				default:
					owners = append(owners, x.table)
				}
			}
		}
	}
	if len(tables) > 0 {
		return tables
	}
	return owners
}

// away says how many keys a table is away from some others.
func (g *graph) away(from []*catalog.Table) func(*catalog.Table) int {
	steps := map[*catalog.Table]int{}
	for _, t := range from {
		steps[t] = 0
	}
	for queue := slices.Clone(from); len(queue) > 0; queue = queue[1:] {
		for _, e := range g.edges[queue[0]] {
			if _, ok := steps[e.to]; !ok {
				steps[e.to] = steps[queue[0]] + 1
				queue = append(queue, e.to)
			}
		}
	}
	return func(t *catalog.Table) int {
		if n, ok := steps[t]; ok {
			return n
		}
		return math.MaxInt
	}
}

// written is what tokens [i, j) say, without the "'s" at their end.
func (l *lattice) written(i, j int) string {
	if j == i+1 && l.tokens[i].kind == quotedToken {
		return l.tokens[i].text
	}
	s := l.span(i, j)
	text := l.text[s.Pos:s.End]
	for _, s := range []string{"'s", "’s"} {
		text = strings.TrimSuffix(text, s)
	}
	return text
}

// withHeld adds to the pieces at token i that a column holds their words, and the
// pieces that nothing but a column makes one: "heart failure".
func (l *lattice) withHeld(i int, out []piece) []piece {
	if l.held == nil {
		return out
	}
	some := false
	for j := i + 1; j <= len(l.tokens) && j <= i+longestHeld; j++ {
		t := l.tokens[j-1]
		if j > i+1 && !l.inRow(i, j) || t.kind == endToken || t.kind == alienToken || t.kind == dateToken || t.kind == quotedToken && j > i+1 {
			break
		}
		some = some || l.mayBeHeld(t)
		if !some || j == i+1 && !l.alone(i) {
			continue
		}
		if held := l.held.in(l.written(i, j)); len(held) > 0 {
			out = l.hold(i, j, held, out)
		}
	}
	return out
}

// sparing leaves out figures that would cut a value in two: "in day surgery" is not
// so many a day.
func (l *lattice) sparing(out []piece) []piece {
	if l.held == nil {
		return out
	}
	return slices.DeleteFunc(out, func(p piece) bool {
		if p.role != figureRole {
			return false
		}
		for i := p.from; i < p.to; i++ {
			for j := p.to + 1; j <= len(l.tokens) && j <= i+longestHeld; j++ {
				if len(l.held.in(l.written(i, j))) > 0 {
					return true
				}
			}
		}
		return false
	})
}

// alone reports whether token i may be a value by itself. A single letter that
// begins a question is none.
func (l *lattice) alone(i int) bool {
	t := l.tokens[i]
	return l.mayBeHeld(t) && (len(t.text) > 1 || t.startsUpper() && !l.begins(i))
}

// hold marks the pieces of tokens [i, j) as held. If none of them is a value or a
// name, they are a value.
func (l *lattice) hold(i, j int, by []ref, out []piece) []piece {
	nouns := nounsOf(by)
	other := false
	for k, p := range out {
		if p.from != i || p.to != j {
			continue
		}
		switch p.role {
		case unknownRole:
			out[k].role, out[k].weight = valueRole, max(p.weight, 0.8)
			out[k].text = l.written(i, j)
		case valueRole:
			out[k].weight = max(p.weight, 0.85*float64(j-i))
		}
		out[k].held = nouns
		other = true
	}
	if !other {
		out = append(out, piece{keyword: keyword{role: valueRole}, from: i, to: j, text: l.written(i, j), held: nouns, weight: 1.05 * float64(j-i)})
	}
	return out
}

func nounsOf(refs []ref) []noun {
	var out []noun
	for _, r := range refs {
		out = append(out, noun{ref: r, score: 0.95})
	}
	return out
}

// ofHeld reads a piece as a value of the columns that hold it.
func (c *composer) ofHeld(s state) []state {
	at := s.at
	p := c.pieces[at]
	if len(p.held) == 0 {
		return nil
	}
	n := s.next()
	text, extra := c.l.written(p.from, p.to), 0.1
	if p.role != valueRole {
		extra = 0.45
	}
	var all []state
	if t, ok := c.anotherOne(n, at, text, p.exact); ok && p.role != valueRole {
		t.cost += extra
		all = append(all, t)
	}
	slot := slot{nouns: p.held, piece: at, want: wantText}
	if beside := c.besideHeld(&n, at); beside != nil {
		if slot.nouns = within(p.held, beside); len(slot.nouns) == 0 || c.names(n, at, slot.nouns) {
			return all
		}
	}
	if n.subject != nil {
		slot.piece = n.subject.piece
	}
	mode, not := n.mode, n.not
	attributive := c.attributive(at)
	if attributive && !c.says(c.piece(c.back(at-1)), "not") { // "never had an urgent visit"
		n.not = false
	}
	t := c.equals(n, slot, at, text, p.exact)
	t.not = not && !n.not
	t.cost += extra
	if attributive {
		t.mode = mode
		return append(all, t)
	}
	rows := c.heldRows(t, mode, slot)
	if len(rows) > 0 {
		t.cost += 0.2
	}
	return append(append(all, t), rows...)
}

// heldRows reads a value as the rows that have it, where no table is spoken of yet:
// "how many nurses", of staff whose role is nurse.
func (c *composer) heldRows(n state, mode mode, of slot) []state {
	if len(n.r.needs)+len(n.r.outs)+len(n.r.groups) > 0 || n.of || n.in || n.is || n.subject != nil || c.pieces[of.piece].role != valueRole {
		return nil
	}
	t := n.next()
	t.at--
	t.mode = mode
	rows := c.tablesOf(of)
	rows.piece = of.piece
	return c.table(t, rows)
}

// besideHeld are the nouns beside a value that say what it is of: "the status is
// open", "ward ICU", "the ICU ward"; nil: none do.
func (c *composer) besideHeld(n *state, at int) []noun {
	names := func(x noun) bool {
		return x.col != nil && x.class() == textClass || x.col == nil && c.l.lex.named(x.table)
	}
	next := c.piece(at + 1)
	switch {
	case n.subject != nil:
		return n.subject.nouns
	case n.last != nil && c.pieces[n.last.piece].to == c.pieces[at].from && names(n.last.nouns[0]):
		return n.last.nouns
	case next.role == nounRole && !c.plural(at+1) && names(next.nouns[0]):
		return next.nouns
	}
	return nil
}

// names reports whether a value stands before the column that it is of, "high
// priority", which then shows nothing itself: that is read elsewhere.
func (c *composer) names(n state, at int, columns []noun) bool {
	next := c.piece(at + 1)
	return n.subject == nil && next.role == nounRole && slices.ContainsFunc(columns, func(x noun) bool {
		return slices.ContainsFunc(next.nouns, func(y noun) bool { return x.is(y.ref) })
	})
}

// within are the columns that some nouns, or columns of their tables, are.
func within(columns, nouns []noun) []noun {
	return slices.DeleteFunc(slices.Clone(columns), func(x noun) bool {
		return !slices.ContainsFunc(nouns, func(y noun) bool { return y.table == x.table && (y.col == nil || y.col == x.col) })
	})
}

// attributive reports whether a value stands before the noun that it says more of:
// "urgent tickets", "gold or silver customers".
func (c *composer) attributive(at int) bool {
	if c.piece(c.back(at-1)).role == inRole {
		return false
	}
	for i := at + 1; i <= at+5; i++ {
		switch c.piece(i).role {
		case nounRole:
			return true
		case valueRole, unknownRole, orRole, andRole:
		default:
			return false
		}
	}
	return false
}

// fit is how much what is known of values speaks for comparing a column with
// those of a condition, or against it.
func (h *held) fit(r ref, k cond) float64 {
	if h == nil || k.number || len(k.values) == 0 || k.op != "=" && k.op != "<>" {
		return 0
	}
	here, elsewhere := 0, 0
	for _, v := range k.values {
		columns := h.in(v)
		switch {
		case slices.ContainsFunc(columns, func(x ref) bool { return x.table == r.table && (r.col == nil || x.col == r.col) }):
			here++
		case len(columns) > 0:
			elsewhere++
		}
	}
	switch {
	case here > 0:
		return 0.15 * float64(here) / float64(len(k.values))
	case elsewhere > 0 && h.complete(r):
		return -0.5
	}
	return 0
}

// complete reports whether all texts of a column, or of a table, are known.
func (h *held) complete(r ref) bool {
	if r.col != nil {
		return h.known[r.col]
	}
	return slices.ContainsFunc(r.table.Columns, func(c *catalog.Column) bool { return h.known[c] })
}

// settle has conditions on a table that are of one of its columns, as that column
// holds their value.
func (h *held) settle(lex *lexicon, r *reading) {
	if h == nil {
		return
	}
	for i := range r.conds {
		k := &r.conds[i]
		if k.slot.pick.table == nil || k.slot.pick.col != nil || k.number || len(k.values) != 1 {
			continue
		}
		of := slices.DeleteFunc(slices.Clone(h.in(k.values[0])), func(x ref) bool { return x.table != k.slot.pick.table })
		if usual, ok := lex.namedBy(k.slot.pick.table, k.values[0]); len(of) > 0 && !(ok && slices.ContainsFunc(of, usual.is)) {
			k.slot.pick = of[0]
		}
	}
}

// numbers are the learned parser's numbers of columns.
func numbers(c *catalog.Catalog, s *learned.Schema) map[*catalog.Column]int {
	out := map[*catalog.Column]int{}
	for i, x := range s.Columns {
		out[c.Tables[x.Table].ColumnNamed(x.Name)] = i
	}
	return out
}

// learned is the same for the learned parser.
func (h *held) learned(c *catalog.Catalog, s *learned.Schema) learned.Holds {
	if h == nil {
		return nil
	}
	number := numbers(c, s)
	return func(text string) []int {
		var out []int
		for _, r := range h.in(text) {
			out = append(out, number[r.col])
		}
		return out
	}
}
