package planner

import (
	"slices"
	"strings"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/words"
)

// asked is what a question asks for so far.
type asked struct {
	last   piece
	column bool           // a column is spoken of, and no table
	about  *catalog.Table // what is spoken of first; nil: nothing
	number bool           // a number is asked for
	top    bool
	group  bool
	time   bool
	filter bool
	open   bool // the last word wants another
	lost   bool // a word is not known
}

// asks says what the words of head ask for.
func (s *suggester) asks(head string) asked {
	tokens := tokenize(head)
	if len(tokens) == 0 || len(tokens) > maxWords {
		return asked{open: true, lost: len(tokens) > 0}
	}
	cuts := newLattice(s.lex, head, s.lex.expand(tokens, askingWords()), s.opt).cuts()
	if len(cuts) == 0 {
		return asked{lost: true}
	}
	var a asked
	for _, p := range cuts[0].pieces {
		a.open = false
		switch p.role {
		case countRole, aggRole:
			a.number, a.open = true, true
		case topRole, commonRole, mostRole:
			a.top, a.open = true, true
		case eachRole:
			a.group, a.open = true, true
		case periodRole:
			a.time = true
		case bucketRole:
			a.group, a.time = true, true
		case haveRole, relRole, notRole, cmpRole, betweenRole, isRole:
			a.filter, a.open = true, true
		case stopRole, articleRole, leadRole, whoRole, whereRole, whenRole, ofRole, inRole, andRole, orRole, distinctRole, orderRole, figureRole:
			a.open = true
		case nounRole:
			if a.about == nil || a.column {
				a.about, a.column = p.nouns[0].table, p.nouns[0].col != nil
			}
		case unknownRole, cannotRole:
			a.lost = true
		}
		a.last = p
	}
	return a
}

// next are ideas of what may stand behind head and begins with begun, the likeliest
// first of all.
func (s *suggester) next(head, begun string) []idea {
	if head == "" {
		return s.beginnings(begun)
	}
	a := s.asks(head)
	switch {
	case a.lost:
		return nil
	case a.last.role == leadRole:
		return append(s.beginnings(begun), s.things(begun)...)
	case a.last.role == countRole:
		return s.things(begun)
	case a.last.role == aggRole:
		return s.measures(begun)
	case a.last.role == topRole, a.last.role == numberRole && a.top && a.about == nil:
		return s.ranks(begun)
	case a.last.role == eachRole && a.about != nil && a.top:
		return s.measuresOf(a.about)
	case a.last.role == eachRole && a.about != nil:
		return s.groups(a)
	case a.last.role == ofRole && (a.about == nil || a.column):
		return s.things(begun)
	case a.about != nil && !a.open:
		all := s.following(head)
		for i := range all {
			all[i].text = strings.TrimPrefix(all[i].text, " ")
		}
		return all
	}
	return nil
}

// beginnings are questions that begin with begun: of the kinds that there are, then
// of names that do.
func (s *suggester) beginnings(begun string) []idea {
	out := slices.Clone(s.lex.starts())
	if s.lex != s.names.first {
		out = append(out, s.names.first.starts()...)
	}
	if begun == "" {
		return out
	}
	out = slices.DeleteFunc(out, func(c idea) bool { return !strings.HasPrefix(c.text, begun) })
	return append(append(out, s.things(begun)...), s.columns(begun)...)
}

// things are tables whose name begins so.
func (s *suggester) things(begun string) []idea {
	var out []idea
	for _, p := range withPrefix(s.names.tables, begun, 2*s.typed.Most) {
		out = append(out, idea{p.text, Name, p.refs[:1]})
	}
	return out
}

// measures are numbers of things, whose name begins so: "stay days of visits".
func (s *suggester) measures(begun string) []idea {
	return slices.DeleteFunc(s.columns(begun), func(c idea) bool { return !isMeasure(c.of[0]) })
}

func (s *suggester) columns(begun string) []idea {
	var out []idea
	for _, p := range withPrefix(s.names.columns, begun, 4*s.typed.Most) {
		for _, r := range p.refs {
			if isKey(r) {
				continue // hardly anybody asks for one
			}
			out = append(out, idea{p.text + " of " + ofMany(inWords(r.table.Name)), Name, []ref{r}})
		}
	}
	return out
}

// measuresOf are what the rows of a table may be ranked by.
func (s *suggester) measuresOf(t *catalog.Table) []idea {
	var out []idea
	for _, m := range s.lex.measuresOf(t) {
		out = append(out, idea{inWords(m.col.Name), Rank, []ref{m}})
	}
	return out
}

// ranks are "visits by stay days", for the tables whose name begins so.
func (s *suggester) ranks(begun string) []idea {
	name, _, _ := strings.Cut(begun, " by ")
	var out []idea
	for _, p := range withPrefix(s.names.tables, name, s.typed.Most) {
		for _, m := range s.lex.measuresOf(p.refs[0].table) {
			out = append(out, idea{p.text + " by " + inWords(m.col.Name), Rank, []ref{m}})
		}
	}
	return out
}

// following are ideas of what may follow a question that is whole already: each
// begins with a blank. Kinds take turns.
func (s *suggester) following(head string) []idea {
	a := s.asks(head)
	if a.lost || a.open || a.about == nil {
		return nil
	}
	var each [][]idea
	if a.number && !a.group && !a.top {
		each = append(each, preceded(" per ", s.groups(a)))
	}
	if dated := len(s.lex.dates(a.about)) > 0; dated && !a.time {
		each = append(each, []idea{{" last year", Time, nil}, {" this year", Time, nil}, {" last month", Time, nil}})
		if a.number && !a.group && !a.top {
			each = append(each, []idea{{" by month", Group, nil}})
		}
	}
	if a.top && !a.group && a.last.role == nounRole {
		each = append([][]idea{preceded(" by ", s.measuresOf(a.about))}, each...)
	}
	if !a.filter {
		each = append(each, s.filters(a.about))
	}
	return inTurn(each)
}

func preceded(by string, all []idea) []idea {
	for i := range all {
		all[i].text = by + all[i].text
	}
	return all
}

// inTurn takes the first of each list, then the second of each.
func inTurn(each [][]idea) []idea {
	var out []idea
	for i, left := 0, true; left; i++ {
		left = false
		for _, all := range each {
			if i < len(all) {
				out, left = append(out, all[i]), true
			}
		}
	}
	return out
}

// groups are what rows of what is asked about may be put together by.
func (s *suggester) groups(a asked) []idea {
	var out []idea
	for _, r := range s.lex.dimensions(a.about) {
		out = append(out, idea{dimension(r), Group, []ref{r}})
	}
	if len(s.lex.dates(a.about)) > 0 && !a.time {
		out = append(out, idea{"month", Group, nil}, idea{"year", Group, nil})
	}
	return out
}

// filters are conditions on what a table says of itself.
func (s *suggester) filters(t *catalog.Table) []idea {
	var out []idea
	for _, c := range t.Columns {
		r := ref{table: t, col: c}
		switch {
		case classOf(c) == boolClass:
			out = append(out, idea{" where " + inWords(c.Name), Filter, []ref{r}})
		case classOf(c) == dateClass && !c.NotNull:
			out = append(out, idea{" without " + inWords(c.Name), Filter, []ref{r}})
		}
	}
	for _, m := range s.lex.measuresOf(t) {
		out = append(out, idea{" with " + inWords(m.col.Name) + " above average", Filter, []ref{m}})
	}
	return out
}

// dimension is what a group is called.
func dimension(r ref) string {
	if r.col == nil {
		return ofOne(inWords(r.table.Name))
	}
	return inWords(r.col.Name)
}

// usualDimensions are columns whose values are few.
var usualDimensions = append([]string{"city", "country", "region", "state", "gender", "sex", "language", "currency", "level", "grade", "class", "position", "department", "reason", "source", "plan"}, stateWords...)

// dimensions are what the rows of a table may be put together by: tables that it
// refers to, and columns whose values are few, the most useful first.
func (l *lexicon) dimensions(t *catalog.Table) []ref {
	var things, people, own []ref
	for _, e := range l.graph.edges[t] {
		r := ref{table: e.to}
		switch {
		case e.many || !l.named(e.to) || slices.Contains(things, r) || slices.Contains(people, r):
		case l.isPerson(e.to):
			people = append(people, r)
		default:
			things = append(things, r)
		}
	}
	shown := l.display(t)
	for _, c := range t.Columns {
		r := ref{table: t, col: c}
		parts := words.OfName(c.Name)
		if classOf(c) == textClass && len(parts) > 0 && slices.Contains(usualDimensions, parts[len(parts)-1]) && !isKey(r) && !slices.Contains(shown, r) {
			own = append(own, r)
		}
	}
	var out []ref
	for i := range max(len(things), len(own)) { // in turn
		out = append(append(out, things[min(i, len(things)):min(i+1, len(things))]...), own[min(i, len(own)):min(i+1, len(own))]...)
	}
	return append(out, people...)
}

// added are words of names of columns that are rather added up than averaged.
var added = []string{"amount", "total", "revenue", "cost", "fee", "quantity", "sales", "value"}

// total is "total amount", "average age".
func total(m ref) string {
	parts := words.OfName(m.col.Name)
	if slices.Contains(added, parts[len(parts)-1]) {
		return "total " + inWords(m.col.Name)
	}
	return "average " + inWords(m.col.Name)
}

// mostAsked is of how many tables whole questions are made.
const mostAsked = 12

// findStarts are whole questions, the most useful first: those of the tables of which
// there is most to ask, each kind of question of one table after the other.
func (l *lexicon) findStarts() []idea {
	tables := slices.Clone(l.catalog.Tables)
	worth := worths(l.catalog)
	slices.SortStableFunc(tables, func(a, b *catalog.Table) int { return worth[b] - worth[a] })
	var each [][]idea
	most := 0
	for _, t := range tables[:min(len(tables), mostAsked)] {
		each = append(each, l.startsOf(t))
		most = max(most, len(each[len(each)-1]))
	}
	var out []idea
	for sum := range most + len(each) { // the second question of the first table with the first of the second
		for i := 0; i <= sum && i < len(each); i++ {
			if j := sum - i; j < len(each[i]) {
				out = append(out, each[i][j])
			}
		}
	}
	return out
}

// startsOf are questions about one table.
func (l *lexicon) startsOf(t *catalog.Table) []idea {
	name, self := ofMany(inWords(strings.TrimPrefix(t.Name, l.prefix))), ref{table: t}
	groups, measures, dated := l.dimensions(t), l.measuresOf(t), len(l.dates(t)) > 0
	var out []idea
	add := func(text string, of ...ref) { out = append(out, idea{text, Start, of}) }
	if len(groups) > 0 {
		add("how many "+name+" per "+dimension(groups[0]), self, groups[0])
	} else {
		add("how many "+name, self)
	}
	if len(measures) > 0 {
		add(total(measures[0])+" of "+name, measures[0])
	}
	if dated {
		add("how many "+name+" by month", self)
	}
	if len(measures) > 0 {
		add("top 10 "+name+" by "+inWords(measures[0].col.Name), measures[0])
	}
	if len(groups) > 0 && groups[0].col == nil {
		add("which "+dimension(groups[0])+" has the most "+name, groups[0])
	}
	if dated {
		add("how many "+name+" last year", self)
	}
	for _, g := range groups[min(1, len(groups)):] {
		add("how many "+name+" per "+dimension(g), self, g)
	}
	for _, m := range measures[min(1, len(measures)):] {
		add(total(m)+" of "+name, m)
	}
	if len(groups) > 0 {
		add("how many "+name, self)
		add("share of "+name+" by "+dimension(groups[0]), self)
	}
	if dated {
		add("growth of "+name+" by month", self)
		add("number of "+name+" this year", self)
	}
	add("list "+name, self)
	add("show all "+name, self)
	return out
}

// findExample is the first of the starts that is answered, or at least asks of a
// table that there is.
func (l *lexicon) findExample() string {
	opt := Options{Now: time.Unix(0, 0), Zone: time.UTC}
	for _, c := range l.starts() {
		if sql := l.sure(c.text, opt); sql != "" && speaksOf(sql, c.of) {
			return c.text
		}
	}
	return "how many " + ofMany(inWords(l.catalog.Tables[0].Name)) + " are there"
}
