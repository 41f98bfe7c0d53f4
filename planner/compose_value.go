package planner

import (
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/words"
)

// value reads a quoted or capitalised text: it is compared with the column that
// waits for it, with the noun beside it, or with a place.
func (c *composer) value(n state, at int) []state {
	p := c.pieces[at]
	var all []state
	if s := c.shaped(p.text, at); len(s.nouns) > 0 && n.subject == nil { // "/pricing", "x@example.org"
		if t, ok := c.anotherOne(n, at, p.text, true); ok {
			all = append(all, t)
		}
		t := c.equals(n, s, at, p.text, true)
		t.cost += 0.1
		return append(all, t)
	}
	if whose, ok := c.whose(n, at); ok {
		return c.orLost(whose, n, at)
	}
	switch {
	case n.subject != nil:
		all = append(all, c.equals(n, *n.subject, at, p.text, p.exact))
	case n.last != nil:
		all = append(all, c.beside(n, at, p.text, p.exact))
	}
	if s, ok := c.before(n, at, p.text, p.exact); ok {
		all = append(all, s)
	}
	if s, ok := c.whoHad(n, at); ok {
		all = append(all, s)
	}
	if s, ok := c.valuesBefore(n, at); ok {
		all = append(all, s)
	}
	if s, ok := c.placeBefore(n, at); ok {
		all = append(all, s)
	}
	if (n.in || n.of && len(n.r.outs) > 0) && n.subject == nil {
		all = append(all, c.placed(n, at, p.text, p.exact))
	}
	if s, ok := c.anotherOne(n, at, p.text, p.exact); ok {
		all = append(all, s)
	}
	if s, ok := c.person(n, at); ok {
		all = append(all, s)
	}
	if s, ok := c.object(n, at); ok {
		all = append(all, s)
	}
	return c.orLost(all, n, at)
}

// orLost: a value that nothing can be made of is lost.
func (c *composer) orLost(all []state, n state, at int) []state {
	if len(all) == 0 {
		t := n.next()
		t.at--
		t.lost = append(t.lost, at)
		t.cost += 1.5
		all = append(all, t)
	}
	return all
}

// equals compares a slot with a text.
func (c *composer) equals(n state, s slot, at int, text string, exact bool) state {
	t := n.next()
	t.at--
	if t.cmp != nil && t.cmp.number != "" { // "orders over 500 came in via the app"
		c.applyCmp(&t)
	}
	k := cond{slot: s, op: "=", values: []string{text}, exact: exact, not: t.not, or: t.or, pieces: []int{at}}
	if t.cmp != nil {
		if k.op = t.cmp.op; !slices.Contains([]string{"=", "<>"}, k.op) { // texts are not more than others
			k.op = "="
			t.lost = append(t.lost, t.cmp.pieces...)
			t.cost++
		}
		k.pieces = append(k.pieces, t.cmp.pieces...)
		t.cmp = nil
	}
	if s.want != wantTable {
		k.slot.want = wantText
	}
	if t.subject != nil && t.subject.piece != s.piece { // it still waits, and is not passed over
		if t.spoken {
			t.r.outs = append(t.r.outs, out{slot: *t.subject})
			t.cost += 0.2
		} else {
			t.lost = append(t.lost, t.subject.piece)
			t.cost++
		}
	}
	t.not, t.or, t.subject, t.is = false, false, nil, false
	t.r.conds = append(t.r.conds, k)
	t.mode = condMode
	t.forget()
	return t
}

// beside is a value right behind a noun: course "QM-261". If that noun had been
// taken as something to show, it no longer is.
func (c *composer) beside(n state, at int, text string, exact bool) state {
	s := *n.last
	out := n.lastOut
	t := c.equals(n, s, at, text, exact)
	if out > 0 && out == len(t.r.outs) && t.r.outs[out-1].agg == noAgg && s.want != wantTable {
		t.r.outs = t.r.outs[:out-1]
	}
	if c.pieces[at].from > c.pieces[s.piece].to {
		t.cost += 0.2
		for _, between := range c.l.tokens[c.pieces[s.piece].to:c.pieces[at].from] {
			if oneOf(between, "in", "at", "from", "on", "for", "of", "with", "does", "do", "did", "having", "have") {
				t.cost += 0.9
				if oneOf(between, "does", "do", "did") { // it is Engineering that has employees
					t.lost = append(t.lost, at)
				}
				break
			}
		}
	}
	return t
}

// before is a value right in front of its noun: "the Zinfandel grape".
func (c *composer) before(n state, at int, text string, exact bool) (state, bool) {
	next := c.piece(at + 1)
	if next.role != nounRole {
		return state{}, false
	}
	s := slot{nouns: next.nouns, piece: at + 1, want: wantAny}
	columns := slices.DeleteFunc(slices.Clone(next.nouns), func(x noun) bool { return x.col == nil })
	tables := slices.DeleteFunc(slices.Clone(next.nouns), func(x noun) bool { return x.col != nil })
	switch {
	case len(tables) > 0 && tables[0].score >= next.nouns[0].score-0.1:
		s.nouns, s.want = tables, wantTable
	case len(columns) > 0:
		s.nouns, s.want = columns, wantColumn
	}
	if s.want == wantTable {
		if s = c.namesOf(s); s.want == wantTable && exact {
			s = c.kindBefore(s, at+1)
		}
	}
	t := c.equals(n, s, at, text, exact)
	t.at = at + 1
	t.cost += 0.25
	if s.want == wantColumn {
		t.at++ // the noun has done its work
		t.cost -= 0.15
	}
	return t, true
}

// person is a name that stands alone: "the courses that Ana Gomez takes". It is
// looked for where people have first and last names, or names.
func (c *composer) person(n state, at int) (state, bool) {
	p := c.pieces[at]
	if p.to != p.from+2 || !p.exact || n.subject != nil || strings.ContainsAny(p.text, "0123456789") {
		return state{}, false
	}
	s := slot{piece: at, want: wantTable}
	for _, t := range c.l.lex.catalog.Tables {
		if c.l.lex.isPerson(t) && c.l.lex.named(t) {
			s.nouns = append(s.nouns, noun{ref: ref{table: t}, score: 0.6})
		}
	}
	if len(s.nouns) == 0 {
		return state{}, false
	}
	t := c.equals(n, s, at, p.text, true)
	t.cost += 0.35
	return t, true
}

// placeWords name columns in which "in X" looks.
var placeWords = []string{"city", "country", "state", "region", "location", "place", "venue", "town", "address", "county", "continent", "area", "hometown", "campus", "building", "district", "province", "nation", "headquarter", "neighborhood", "street"}

// directions are names of regions.
var directions = map[string]bool{"north": true, "south": true, "east": true, "west": true, "northeast": true, "northwest": true, "southeast": true, "southwest": true, "central": true, "emea": true, "apac": true, "americas": true}

// kindWords name columns for what kind of thing a row is, that are written with a
// capital: "accounts in Retail", "Crime books".
var (
	kindWords       = []string{"industry", "sector", "category", "genre", "segment", "class", "group", "brand", "line", "specialty", "division", "topic"}
	kindWordsBefore = []string{"kind", "type", "channel", "nationality", "model", "role"} // of things, but nothing is in them
)

// kindsOf are the columns for kinds of the tables that are spoken of.
func (c *composer) kindsOf(needs []need) []noun {
	var out []noun
	for _, k := range needs {
		for _, x := range k.slot.nouns {
			if x.score >= 0.7 && x.col == nil {
				out = append(out, slices.DeleteFunc(c.kinds(x.table), func(y noun) bool {
					return slices.Contains(kindWordsBefore, last(words.OfName(y.col.Name)))
				})...)
			}
		}
	}
	return out
}

func (c *composer) kinds(t *catalog.Table) []noun {
	var out []noun
	for rank, w := range append(slices.Clone(kindWords), kindWordsBefore...) {
		for _, col := range t.Columns {
			if parts := words.OfName(col.Name); classOf(col) == textClass && len(parts) > 0 && parts[len(parts)-1] == w && !isKey(ref{table: t, col: col}) {
				out = append(out, noun{ref: ref{table: t, col: col}, score: 0.75 - 0.01*float64(rank)})
			}
		}
	}
	return out
}

// kindBefore is where a value in front of a table is looked for: "Crime books" are
// of a kind, "Kitchen products" of what they belong to, and "the Kettle product"
// is called so.
func (c *composer) kindBefore(s slot, at int) slot {
	out := slot{piece: s.piece, want: wantText}
	owner, name := 0.88, 0.8
	if !c.plural(at) {
		owner, name = 0.7, 0.88
	}
	for _, x := range s.nouns {
		if x.score < 0.7 || x.col != nil {
			continue
		}
		for _, k := range c.kinds(x.table) {
			out.nouns = append(out.nouns, noun{ref: k.ref, score: k.score + 0.2})
		}
		for _, e := range c.l.lex.graph.edges[x.table] {
			if d := c.l.lex.display(e.to); !e.many && !e.guessed && !c.l.lex.isPerson(e.to) && c.l.lex.named(e.to) && len(d) == 1 {
				out.nouns = append(out.nouns, noun{ref: d[0], score: owner})
			}
		}
		if d := c.l.lex.display(x.table); len(out.nouns) > 0 && len(d) == 1 && c.l.lex.named(x.table) {
			out.nouns = append(out.nouns, noun{ref: d[0], score: name})
		}
	}
	if len(out.nouns) == 0 {
		return s
	}
	return out
}

// placed is "in X": a place if there is a column for it, else a name.
func (c *composer) placed(n state, at int, text string, exact bool) state {
	s := slot{piece: at, want: wantText}
	if isCurrency(text) {
		for _, x := range c.l.lex.columnsLike([]string{"currency"}) {
			s.nouns = append(s.nouns, noun{ref: x, score: 0.95})
		}
	}
	for rank, w := range placeWords {
		for _, x := range c.l.lex.columnsLike([]string{w}) {
			if x.class() == textClass {
				score := 0.72 - 0.01*float64(rank)
				if isCountry(text) && (w == "country" || w == "nation") {
					score = 0.85
				} else if (w == "country" || w == "nation") && len(c.kindsOf(n.r.needs)) > 0 {
					score -= 0.1
				}
				if directions[strings.ToLower(text)] && (w == "region" || w == "area" || w == "district") {
					score = 1
				}
				if !slices.ContainsFunc(n.r.needs, func(k need) bool { return k.slot.nouns[0].table == x.table }) && c.l.lex.isPerson(x.table) {
					score -= 0.2 // visits in X are not those of people from X
				} else if !isCountry(text) && !slices.ContainsFunc(n.r.needs, func(k need) bool { return k.slot.nouns[0].table == x.table }) {
					score -= 0.14 // nor employees in X those of a department in X
				}
				s.nouns = append(s.nouns, noun{ref: x, score: score})
			}
		}
	}
	for _, t := range c.l.lex.catalog.Tables { // departments have names too
		if d := c.l.lex.display(t); len(d) == 1 && classOf(d[0].col) == textClass {
			score := 0.6
			if slices.ContainsFunc(n.r.needs, func(k need) bool { return k.slot.nouns[0].table == t }) && len(c.l.lex.catalog.Tables) > 1 {
				continue // products in X are not called X
			}
			if c.l.lex.isPerson(t) {
				score = 0.3
			}
			s.nouns = append(s.nouns, noun{ref: d[0], score: score})
		}
	}
	if !isCountry(text) && exact {
		s.nouns = append(s.nouns, c.kindsOf(n.r.needs)...)
	}
	if k := c.lastTable(&n); k != nil && !exact && c.piece(at).role == unknownRole { // "on a tablet"
		for _, x := range c.states(k.nouns, at).nouns {
			x.score = min(x.score, 0.74)
			s.nouns = append(s.nouns, x)
		}
	}
	t := c.equals(n, s, at, text, exact)
	t.cost += 0.35
	t.r.conds[len(t.r.conds)-1].place = true
	if s := c.means(&n, at); len(s.nouns) > 0 { // "via the app"
		t.r.conds[len(t.r.conds)-1].slot = s
		t.r.conds[len(t.r.conds)-1].place = false
	}
	return t
}

// anotherOne adds to the list of the condition before: "Paris, Rome or Oslo".
func (c *composer) anotherOne(n state, at int, text string, exact bool) (state, bool) {
	k := len(n.r.conds) - 1
	if k < 0 || n.r.conds[k].op != "=" && n.r.conds[k].op != "<>" || n.r.conds[k].number || len(n.r.conds[k].values) == 0 || n.subject != nil {
		return state{}, false
	}
	prev := c.piece(c.back(at - 1)).role
	nor := prev == notRole && n.r.conds[k].not && c.says(c.piece(c.back(at-1)), "nor")
	if prev != orRole && prev != andRole && !nor {
		return state{}, false
	}
	if prev == andRole && n.r.conds[k].op == "=" && c.bothBefore(n.r.conds[k].pieces[0]) {
		return state{}, false // each is meant
	}
	t := n.next()
	t.at--
	t.or = false
	if nor {
		t.not = false
	}
	list := &t.r.conds[k]
	list.values = append(slices.Clone(list.values), text)
	list.exact = list.exact && exact
	list.pieces = append(slices.Clone(list.pieces), at)
	if prev == andRole {
		t.cost += 0.3
		if c.says(c.piece(c.back(at-1)), "well") || slices.ContainsFunc(c.pieces[:at], func(p piece) bool { return p.role == bothRole && c.says(p, "both") }) {
			t.cost += 1.2 // both, and not either
		}
	}
	return t, true
}

// bothBefore: "both" or "both a" stands before piece i.
func (c *composer) bothBefore(i int) bool {
	from := c.piece(i).from
	return from > 0 && oneOf(c.l.tokens[from-1], "both") || from > 1 && oneOf(c.l.tokens[from-2], "both") && oneOf(c.l.tokens[from-1], "a", "an", "the", "in")
}

// like reads "contains", "starts with", with the text that follows.
func (c *composer) like(n state, at int) []state {
	i := c.meaning(at + 1)
	next := c.piece(i)
	if next.role != valueRole && next.role != unknownRole && next.role != numberRole {
		if next.role == nounRole && c.piece(i).from == c.piece(i).to-1 && c.pieces[at].arg != "%x%" {
			next.text = c.l.tokens[next.from].text
		} else { // "contains" as a verb that connects
			n.have = true
			n.mode = condMode
			n.cost += 0.1
			return []state{n}
		}
	}
	s := n.subject
	if s == nil {
		s = n.last
	}
	if s == nil {
		s = c.lastTable(&n)
	}
	if s == nil || next.text == "" {
		n.lost = append(n.lost, at)
		n.cost++
		return []state{n}
	}
	if c.says(c.pieces[at], "like") && next.role != valueRole && s != n.subject { // who likes chocolate is in no name
		n.lost = append(n.lost, at, i)
		n.cost++
		return []state{n}
	}
	k := cond{slot: *s, op: "like", values: []string{next.text}, pattern: c.pieces[at].arg, not: n.not, or: n.or, pieces: []int{at, i}}
	if k.slot.want != wantTable {
		k.slot.want = wantText
	}
	if n.subject == nil && n.lastOut > 0 && n.lastOut == len(n.r.outs) && len(n.r.outs) > 1 && n.have {
		n.r.outs = n.r.outs[:n.lastOut-1]
	}
	n.r.conds = append(n.r.conds, k)
	n.not, n.or, n.subject, n.is = false, false, nil, false
	n.mode = condMode
	n.at = i + 1
	return []state{n}
}

// named reads "named X": the name of what was last spoken of.
func (c *composer) named(n state, at int) []state {
	i := c.meaning(at + 1)
	next := c.piece(i)
	s := c.lastTable(&n)
	text := next.text
	switch next.role {
	case valueRole, unknownRole:
	case nounRole:
		text = c.l.tokens[next.from].text
	default:
		s = nil
	}
	if s == nil && n.last != nil {
		s = n.last
	}
	if s == nil || text == "" {
		n.lost = append(n.lost, at)
		n.cost++
		return []state{n}
	}
	t := c.equals(n, *s, i, text, next.role == valueRole)
	t.at = i + 1
	t.r.conds[len(t.r.conds)-1].pieces = []int{at, i}
	return []state{t}
}

// lastTable is the table that was last spoken of.
func (c *composer) lastTable(n *state) *slot {
	if n.last != nil && n.last.want == wantTable {
		return n.last
	}
	best := slot{piece: -1}
	for _, k := range n.r.needs {
		if k.slot.piece > best.piece {
			best = k.slot
		}
	}
	for _, o := range n.r.outs {
		if o.slot.want == wantTable && o.slot.piece > best.piece {
			best = o.slot
		}
	}
	if best.piece < 0 {
		return nil
	}
	return &best
}

// null reads "is missing".
func (c *composer) null(n *state, at int) {
	s := n.subject
	if s == nil {
		s = n.last
	}
	if s == nil || s.want == wantTable {
		n.lost = append(n.lost, at)
		n.cost++
		return
	}
	if n.lastOut > 0 && n.lastOut == len(n.r.outs) && len(n.r.outs) > 1 {
		n.r.outs = n.r.outs[:n.lastOut-1]
	}
	not := c.pieces[at].role == notnullRole
	n.r.conds = append(n.r.conds, cond{slot: *s, op: "null", not: not != n.not, or: n.or, pieces: []int{at}})
	n.subject, n.not, n.or, n.is = nil, false, false, false
	n.mode = condMode
	n.forget()
}

// whoHad is who it is asked of: "how many visits did Cardiology and Surgery have".
func (c *composer) whoHad(n state, at int) (state, bool) {
	p := c.pieces[at]
	if p.from == 0 || !oneOf(c.l.tokens[p.from-1], "did", "do", "does", "has", "have", "had") || n.subject != nil || len(n.r.needs)+len(n.r.outs) == 0 {
		return n, false
	}
	end := at + 1
	for c.piece(end).role == andRole || c.piece(end).role == orRole || c.piece(end).role == valueRole {
		end++
	}
	if r := c.piece(end).role; r != haveRole && r != verbRole && r != stopRole {
		return n, false
	}
	if strings.HasPrefix(p.text, "/") {
		return n, false
	}
	s := slot{piece: at, want: wantText}
	for _, t := range c.l.lex.catalog.Tables {
		d := c.l.lex.display(t)
		counted := slices.ContainsFunc(n.r.outs, func(o out) bool { return o.slot.want == wantTable && o.slot.nouns[0].table == t })
		if counted || !c.l.lex.named(t) || len(d) != 1 {
			continue
		}
		score := 0.8
		if c.l.lex.isPerson(t) {
			score = 0.5
		}
		s.nouns = append(s.nouns, noun{ref: d[0], score: score})
	}
	if len(s.nouns) == 0 {
		return n, false
	}
	if n.cmp != nil && n.cmp.number != "" { // "bills above 5k did"
		n = n.next()
		n.at--
		c.applyCmp(&n)
	}
	t := c.equals(n, s, at, p.text, p.exact)
	t.cost += 0.2
	return t, true
}

// shaped are the columns of addresses, for a value that looks like one.
func (c *composer) shaped(text string, at int) slot {
	s := slot{piece: at, want: wantText}
	var names []string
	switch {
	case strings.HasPrefix(text, "/"):
		names = []string{"path", "url", "page", "route", "endpoint", "link"}
	case strings.HasPrefix(text, "http"):
		names = []string{"url", "link", "website", "address"}
	case strings.Contains(text, "@"):
		names = []string{"email", "mail", "login", "user"}
	}
	for rank, w := range names {
		for _, x := range c.l.lex.columnsLike([]string{w}) {
			if x.class() == textClass {
				s.nouns = append(s.nouns, noun{ref: x, score: 0.95 - 0.05*float64(rank)})
			}
		}
	}
	return s
}
