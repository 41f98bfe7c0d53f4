package planner

import (
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/words"
	"github.com/grille-dev/grille/planner/taught"
	"github.com/grille-dev/grille/refusal"
)

// teach adds the phrases with a meaning, which expand puts in the question's terms.
func (l *lexicon) teach() {
	if l.known == nil {
		return
	}
	for _, s := range l.known.Senses {
		if l.tables[s.Table] == nil {
			continue // none of those that are looked at
		}
		var stems []string
		for _, t := range tokenize(s.Words) {
			stems = append(stems, t.stem)
		}
		l.senses = append(l.senses, sense{s, stems})
	}
	slices.SortStableFunc(l.senses, func(a, b sense) int { return len(b.stems) - len(a.stems) })
}

// sense is a taught phrase with a meaning.
type sense struct {
	taught.Sense
	stems []string
}

// kept is a comparison that was taught and that the question asks for: no reading is
// one that leaves it out.
type kept struct {
	ref
	test string // SQL, behind the column
}

// expand puts what was taught in the place of the phrases that mean it: a figure
// gets its words, and rows become their table, with what they have to be.
func (l *lexicon) expand(tokens []token, kw keywords) []token {
	e := &expander{lex: l, kw: kw, tokens: tokens}
	for i := 0; i < len(e.tokens); {
		s, n := e.senseAt(i)
		if n == 0 {
			i++
			continue
		}
		next, ok := 0, false
		if s.Table != 0 {
			next, ok = e.put(s, i, i+n)
		}
		if !ok {
			next = e.unclear(i, i+n)
		}
		i = next
	}
	return e.tokens
}

// expander rewrites the tokens of one question.
type expander struct {
	lex    *lexicon
	kw     keywords
	tokens []token
}

// unclear has tokens not be understood: what they were taught to mean does not fit,
// and to read them otherwise would be another meaning.
func (e *expander) unclear(i, j int) int {
	for ; i < j; i++ {
		e.tokens[i].kind = alienToken
	}
	return j
}

// senseAt is how many tokens from i on are a phrase, the longest, and its meaning,
// which has no table if none fits the question or several do.
func (e *expander) senseAt(i int) (sense, int) {
	var all []sense
	for _, s := range e.lex.senses { // the longest first
		if e.stands(s.stems, i) && (len(all) == 0 || slices.Equal(all[0].stems, s.stems)) {
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		return sense{}, 0
	}
	n := len(all[0].stems)
	if len(all) > 1 { // for several tables: that of which is spoken
		all = slices.DeleteFunc(all, func(s sense) bool { return !e.speaksOf(s.Table) })
	}
	if len(all) != 1 {
		return sense{}, n
	}
	return all[0], n
}

func (e *expander) stands(stems []string, i int) bool {
	if i+len(stems) > len(e.tokens) {
		return false
	}
	for k, s := range stems {
		if t := e.tokens[i+k]; t.stem != s || t.kind == quotedToken || t.kind == alienToken || len(t.kept) > 0 {
			return false
		}
	}
	return true
}

// speaksOf reports whether a table is named anywhere.
func (e *expander) speaksOf(id catalog.TableID) bool {
	for i := range e.tokens {
		if e.names(id, i) > 0 {
			return true
		}
	}
	return false
}

// names is how many tokens from i on are a name of the table; 0 if they are none.
func (e *expander) names(id catalog.TableID, i int) int {
	most := 0
	for _, x := range e.lex.lexemes {
		if x.col == nil && !x.full && x.table.ID == id && len(x.words) > most && e.stands(x.words, i) {
			most = len(x.words)
		}
	}
	return most
}

// put replaces tokens [i, j) by a meaning, and says which token comes next; false if
// it does not fit in their place.
func (e *expander) put(s sense, i, j int) (next int, ok bool) {
	if s.Agg != "" {
		return e.figure(s, i) + j - i, true
	}
	if next, n := e.senseAt(j + 1); n > 0 && next.Table == s.Table && next.Agg == "" && e.says(j, "and") { // "big and urgent orders"
		e.tokens = slices.Delete(e.tokens, j, j+1)
	}
	if e.says(i-1, "or", "nor", "either", "neither", "both") || e.says(j, "or", "nor") || e.says(j, "and") && e.left(s.Table, i) < 0 {
		return 0, false // one of several, and not each of them holds
	}
	from, not := i, false
	if e.says(i-1, "not", "non", "isn't", "aren't", "wasn't", "weren't") {
		if from, not = i-1, true; len(s.Conds) > 1 {
			return 0, false
		}
	}
	all := e.conds(s, not)
	if at := e.right(s.Table, j); at > 0 { // "urgent visits"
		e.give(at, all, e.tokens[from].span.Pos, at == j)
		e.tokens = slices.Delete(e.tokens, from, j)
		return from, true
	}
	if at := e.left(s.Table, from); at >= 0 { // "visits that are urgent"
		e.give(at, all, -1, false)
		begin := e.copula(from)
		e.tokens = slices.Delete(e.tokens, begin, j)
		return begin, true
	}
	table := e.lex.tables[s.Table]
	own := tokenize(strings.Join(words.Split(table.Name), " "))
	for k := range own {
		own[k].span = refusal.Span{Pos: e.tokens[from].span.Pos, End: e.tokens[j-1].span.End}
	}
	own[0].kept = all
	e.tokens = slices.Replace(e.tokens, from, j, own...)
	return from + len(own), true
}

// conds are the comparisons of a phrase, or the negation of its only one.
func (e *expander) conds(s sense, not bool) []kept {
	var all []kept
	table := e.lex.tables[s.Table]
	for _, c := range s.Conds {
		k := kept{ref{table: table, col: table.Column(c.Column)}, c.Test}
		if not {
			k.test = c.Not
		}
		all = append(all, k)
	}
	return all
}

// give has a token ask for comparisons, and the words before it are among those that
// caused them.
func (e *expander) give(at int, all []kept, from int32, beside bool) {
	t := &e.tokens[at]
	t.kept = append(slices.Clip(t.kept), all...)
	if beside {
		t.span.Pos = from
	}
}

// right is where the table is named behind a phrase that ends at j: at once, or after
// words that say more of it; 0 if it is not.
func (e *expander) right(id catalog.TableID, j int) int {
	for k := j; k < min(j+3, len(e.tokens)); k++ {
		if e.namesMore(id, k) {
			return k
		}
		if t := e.tokens[k]; t.kind != wordToken || len(e.kw.phrases[t.lower]) > 0 {
			return 0
		}
	}
	return 0
}

// namesMore: the table is named at k, or a phrase was already given to its name.
func (e *expander) namesMore(id catalog.TableID, k int) bool {
	return e.names(id, k) > 0 || slices.ContainsFunc(e.tokens[k].kept, func(x kept) bool { return x.table.ID == id })
}

// left is where the name of the table begins that a phrase at i is said of: "visits
// that are urgent"; -1 if it is said of none.
func (e *expander) left(id catalog.TableID, i int) int {
	end := e.copula(i)
	for k := max(0, end-maxPhrase); k < end; k++ {
		if n := e.names(id, k); n > 0 && k+n == end {
			return k
		}
		if k == end-1 && e.namesMore(id, k) {
			return k
		}
	}
	if end == i { // not said of anything
		return -1
	}
	for k := end - 1; k >= 0; k-- { // "visits of 2024 that are urgent"
		if e.namesMore(id, k) {
			return k
		}
	}
	return -1
}

// copula is where "that are" before token i begins.
func (e *expander) copula(i int) int {
	for i > 0 && e.says(i-1, "that", "which", "who", "are", "is", "was", "were", "being") {
		i--
	}
	return i
}

func (e *expander) says(i int, words ...string) bool {
	return i >= 0 && i < len(e.tokens) && oneOf(e.tokens[i], words...)
}

// figureWords ask for a figure.
var figureWords = map[string]string{"sum": "sum of", "avg": "average", "min": "lowest", "max": "highest", "count": "number of"}

// figure puts the words of a figure before the name of its column, unless the
// question says which one it means, and says where the name is then.
func (e *expander) figure(s sense, i int) int {
	for n := 1; n <= 3 && i-n >= 0; n++ {
		for _, k := range e.kw.at(e.tokens, i-n)[n] {
			if k.role == aggRole || k.role == countRole {
				return i
			}
		}
	}
	own := tokenize(figureWords[s.Agg])
	for k := range own {
		own[k].span = e.tokens[i].span
	}
	e.tokens = slices.Insert(e.tokens, i, own...)
	return i + len(own)
}

// taught are the parts of a learned reading that were taught.
func (t *trained) taught() []Part {
	var out []Part
	for _, f := range t.plan.Fixed {
		asked := []refusal.Span{t.l.tokens[f.From].span}
		words := wordsAt(t.l.text, asked)
		out = append(out, Part{Kind: ValuePart, Asked: asked, Words: words, Slot: words, what: "column", Taken: t.label(f.Col, -1) + " " + testInWords(f.Test)})
	}
	return out
}

// testInWords is a taught comparison behind its column.
func testInWords(test string) string {
	if test == "" {
		return "is true"
	}
	return strings.TrimSpace(test)
}
