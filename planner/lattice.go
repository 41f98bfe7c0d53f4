package planner

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/grille-dev/grille/internal/words"
)

// piece is a stretch of the question with one meaning.
type piece struct {
	keyword
	from, to int     // tokens
	nouns    []noun  // of nounRole, the likeliest first
	period   period  // of periodRole
	n        int     // of figureRole: how many of the unit in hint
	factor   string  // of aggRole: how many times it
	text     string  // of valueRole, numberRole and unknownRole
	exact    bool    // of valueRole: written with quotes or capitals
	held     []noun  // columns that hold the words as a value
	weight   float64 // how well this explains its words
}

// noun is a table or column that a piece may mean.
type noun struct {
	ref
	score float64 // 0 to 1
	flip  bool    // small values are what an adjective calls large
	full  bool    // the name of a row of the table, not the row
}

// cut is one way to cut the question into pieces.
type cut struct {
	pieces []piece
	weight float64
}

// lattice finds the pieces and the best ways to put them in a row.
type lattice struct {
	lex      *lexicon
	text     string // the question
	kw       keywords
	calendar periods
	tokens   []token
	alike    []map[string]float64 // by token: words of names and how alike they are
	held     *held                // stored values, as far as they are known
	opt      Options
}

const (
	maxCuts   = 5
	maxPhrase = 6 // tokens of a name
)

func newLattice(lex *lexicon, text string, tokens []token, opt Options) *lattice {
	l := &lattice{lex: lex, text: text, kw: askingWords(), calendar: newCalendar(opt), tokens: tokens}
	for i := range l.tokens {
		l.alike = append(l.alike, lex.alike(l.tokens[i], l.kw))
	}
	l.held, l.opt = l.look(opt.Values), opt
	return l
}

// alike are the words of names that a token may mean. Slips of the pen are
// looked for only where nothing else is known of the word.
func (l *lexicon) alike(t token, kw keywords) map[string]float64 {
	out := map[string]float64{}
	if t.kind != wordToken && t.kind != codeToken {
		return out
	}
	set := func(w string, score float64) {
		if len(l.byWord[w]) > 0 && out[w] < score {
			out[w] = score
		}
	}
	for long := range strings.FieldsSeq(words.Abbreviation(t.lower)) {
		set(long, 0.9)
	}
	for _, s := range words.Synonyms(t.stem) {
		set(s, 0.75)
	}
	if slices.Contains(moneyWords[:4], t.stem) {
		for _, w := range moneyWords {
			set(w, 0.6)
		}
	}
	for _, suffix := range []string{"ed", "d", "ing"} {
		if verb, ok := strings.CutSuffix(t.lower, suffix); ok && len(verb) >= 3 { // ended: too short for Root
			set(verb, 0.9)
		}
	}
	if len(t.stem) >= 4 {
		for _, w := range l.byRoot[words.Root(t.stem)] {
			set(w, 0.9)
		}
	}
	set(t.stem, 1)
	for _, prefix := range []string{"un", "in", "non"} {
		if rest, ok := strings.CutPrefix(t.lower, prefix); ok && len(out) == 0 && len(rest) >= 4 { // unpaid, inactive
			for _, w := range l.byRoot[words.Root(words.Stem(rest))] {
				set(w, 0.85)
			}
		}
	}
	if rest, ok := strings.CutPrefix(t.lower, "off"); ok && len(out) == 0 { // offline
		set("on"+rest, 0.85)
	}
	if strings.Contains(t.lower, "_") && len(out) == 0 { // load_ms
		for _, w := range words.OfName(t.lower) {
			set(w, 0.95)
		}
	}
	if len(out) == 0 && len(t.stem) >= 5 && len(kw.phrases[t.lower]) == 0 && !kw.verbs[t.lower] {
		for w := range l.byWord {
			if len(w) >= 5 && w[0] == t.stem[0] && words.OneSlip(t.stem, w) {
				set(w, 0.7)
			}
		}
	}
	return out
}

// moneyWords may stand for each other where nothing fits better: the revenue is
// in a column called total or amount.
var moneyWords = []string{"revenue", "sale", "turnover", "spending", "total", "amount"}

// cuts are the best ways to cut the question, the best first.
func (l *lattice) cuts() []cut {
	paths := make([][]cut, len(l.tokens)+1)
	paths[0] = []cut{{}}
	for i := range l.tokens {
		slices.SortStableFunc(paths[i], func(a, b cut) int { return cmp.Compare(b.weight, a.weight) })
		paths[i] = paths[i][:min(len(paths[i]), maxCuts)]
		for _, p := range l.withHeld(i, l.compound(i, l.piecesAt(i))) {
			for _, c := range paths[i] {
				paths[p.to] = append(paths[p.to], cut{append(slices.Clip(c.pieces), p), c.weight + p.weight})
			}
		}
	}
	last := paths[len(l.tokens)]
	slices.SortStableFunc(last, func(a, b cut) int { return cmp.Compare(b.weight, a.weight) })
	return last[:min(len(last), maxCuts)]
}

// piecesAt are the pieces that begin at token i; at least one.
func (l *lattice) piecesAt(i int) []piece {
	t := l.tokens[i]
	one := func(r role, text string, exact bool, weight float64) piece {
		return piece{keyword: keyword{role: r}, from: i, to: i + 1, text: text, exact: exact, weight: weight}
	}
	if n := l.metricAt(i); n > 0 {
		if nouns := l.match(i, i+n); len(nouns) > 0 {
			return []piece{{keyword: keyword{role: nounRole}, from: i, to: i + n, nouns: nouns, text: t.text, weight: 2 * float64(n)}}
		}
	}
	var out []piece
	if p, n := l.calendar.at(l.tokens, i); n > 0 && !(n == 1 && l.quantity(i)) && !(n == 2 && oneOf(t, "over") && l.quantity(i+1)) {
		out = append(out, piece{keyword: keyword{role: periodRole}, from: i, to: i + n, period: p, weight: 0.3 + 1.06*float64(n)})
	}
	if p, ok := l.movingAt(i); ok {
		out = append(out, p)
	}
	if p, ok := l.factorAt(i); ok {
		return []piece{p}
	}
	if p, ok := l.durationAt(i); ok {
		out = append(out, p)
	}
	if p, ok := l.lastingAt(i); ok {
		out = append(out, p)
	}
	if p, ok := l.unitTailAt(i); ok {
		out = append(out, p)
	}
	if p, ok := l.rateAt(i); ok {
		out = append(out, p)
	}
	if p, ok := l.windowAt(i); ok {
		out = append(out, p)
	}
	out = append(out, l.phrasesAt(i)...)
	out = append(out, l.nounsAt(i)...)
	out = append(out, l.ellipsis(i)...)
	if c, ok := cannot(out); ok {
		return []piece{c}
	}
	out = figuresOnly(l.sparing(out))
	if k := slices.Index(ordinals, t.lower); k > 0 && t.kind == wordToken && i+1 < len(l.tokens) && len(l.alike[i+1]) > 0 {
		out = append(out, one(numberRole, strconv.Itoa(k+1), true, 0.7))
	}
	switch t.kind {
	case quotedToken:
		return append(out, one(valueRole, t.text, true, 1))
	case numberToken:
		out = append(out, one(numberRole, t.number, true, 0.8))
	case dateToken: // no day of the calendar
		if len(out) == 0 {
			out = append(out, one(unknownRole, t.text, true, -0.5))
		}
		return out
	case codeToken:
		out = append(out, one(valueRole, t.text, true, 0.8))
	case endToken:
		return append(out, one(endRole, "", false, 0.5))
	case signToken, alienToken:
		if len(out) == 0 {
			out = append(out, one(signRole(t), t.text, false, 0))
		}
		return out
	}
	if v, ok := l.capitals(i); ok {
		out = append(out, v)
	}
	if l.connecting(i) && !slices.ContainsFunc(out, func(p piece) bool {
		return p.role == nounRole && p.nouns[0].score >= 0.7 || p.role == figureRole && p.arg != "grows"
	}) {
		out = append(out, one(verbRole, t.text, false, 0.35))
	}
	if len(out) == 0 {
		out = append(out, one(unknownRole, t.text, false, -0.5))
	} else if !slices.ContainsFunc(out, func(p piece) bool { return p.to == i+1 }) {
		out = append(out, one(unknownRole, t.text, false, -0.7))
	}
	return out
}

// connecting reports a verb that may connect two things. Behind "of" and before no
// name it connects nothing: "visits of rose" are of somebody.
func (l *lattice) connecting(i int) bool {
	if i > 0 && oneOf(l.tokens[i-1], "of") && (i+1 >= len(l.tokens) || len(l.alike[i+1]) == 0) {
		return false
	}
	return l.kw.verbs[l.tokens[i].lower]
}

// quantity: 2000 is a year, but not behind "more than", nor before "euros".
func (l *lattice) quantity(i int) bool {
	if l.tokens[i].year() == 0 {
		return false
	}
	if i+1 < len(l.tokens) && unitWord(l.tokens[i+1]) >= 0 {
		return true
	}
	if i == 0 {
		return false
	}
	if i > 1 && oneOf(l.tokens[i-2], "later", "earlier", "older", "newer", "recent") {
		return false
	}
	return oneOf(l.tokens[i-1], "than", "over", "above", "below", "under", "least", "most", "exceeding", "exceeds", "exactly")
}

// cannot is the longest piece that asks for what is not computed here, unless a
// name explains more: no other meaning of its words is tried, so that "running
// total" is not taken for a total.
func cannot(all []piece) (piece, bool) {
	best, other := piece{}, 0
	for _, p := range all {
		switch {
		case p.role == cannotRole && p.to > best.to:
			best = p
		case p.role == nounRole && p.nouns[0].score >= 0.7:
			other = max(other, p.to)
		}
	}
	return best, best.to > 0 && other < best.to
}

// figuresOnly leaves out what else the words of a figure could mean, unless a name
// explains more: "running total" is no total.
func figuresOnly(all []piece) []piece {
	end := 0
	for _, p := range all {
		if p.role == figureRole && p.arg != "grows" && p.arg != "how" {
			end = max(end, p.to)
		}
	}
	for _, p := range all {
		if p.role == nounRole && p.nouns[0].score >= 0.7 && p.to >= end {
			return all
		}
	}
	return slices.DeleteFunc(all, func(p piece) bool {
		return p.role != figureRole && p.role != bucketRole && p.role != periodRole && p.to <= end
	})
}

// signRole: brackets and a lone percent sign mean nothing; other signs and
// pictures must not be ignored.
func signRole(t token) role {
	if oneOf(t, "(", ")", ":", "%") {
		return stopRole
	}
	return unknownRole
}

func (l *lattice) phrasesAt(i int) []piece {
	var out []piece
	for n, all := range l.kw.at(l.tokens, i) {
		seen := map[role]bool{}
		for _, k := range all {
			if n == 1 && l.shouted(i) && (k.role == stopRole || k.role == inRole || k.role == isRole) {
				continue // US, IT
			}
			if k.role == topRole && n == 1 && i+1 < len(l.tokens) && oneOf(l.tokens[i], "first", "last") && l.tokens[i+1].kind != endToken && len(l.alike[i+1]) == 0 && l.tokens[i+1].kind != numberToken {
				continue // "that last more than"
			}
			if k.role == inRole && n == 1 && i+1 < len(l.tokens) && oneOf(l.tokens[i], "under", "over") && l.tokens[i+1].kind == numberToken {
				continue // it compares
			}
			if k.role == leadRole && n == 1 && i+1 < len(l.tokens) && oneOf(l.tokens[i], "name", "state", "report") && oneOf(l.tokens[i+1], ",", "and") {
				continue // "name and price of all products"
			}
			if n == 1 && k.role == stopRole && oneOf(l.tokens[i], "who") && l.begins(i) {
				continue // it asks for people
			}
			asks := k.role == leadRole || k.role == whoRole || k.role == whenRole || k.role == whereRole
			if asks && !l.begins(i) || k.role == relRole && l.begins(i) || k.role == articleRole {
				continue
			}
			if seen[k.role] && k.hint == "" && k.role != mostRole {
				continue
			}
			seen[k.role] = true
			w := 0.9*float64(n) + 0.15*float64(n-1)
			switch k.role {
			case stopRole:
				w = 0.3 * float64(n)
			case mostRole, cmpRole: // an adjective that names its column is the better guess only where the column exists
				if k.hint != "" {
					w -= 0.05
				}
			}
			out = append(out, piece{keyword: k, from: i, to: i + n, text: l.tokens[i].text, weight: w})
		}
	}
	slices.SortStableFunc(out, func(a, b piece) int {
		return cmp.Or(cmp.Compare(a.to, b.to), cmp.Compare(a.role, b.role), cmp.Compare(a.hint, b.hint), cmp.Compare(a.arg, b.arg))
	})
	return out
}

// shouted: all capitals in a question that is not.
func (l *lattice) shouted(i int) bool {
	w := l.tokens[i].text
	return len(w) > 1 && w == strings.ToUpper(w) && l.text != strings.ToUpper(l.text)
}

// begins reports whether a clause may begin at token i, so that "which" asks and
// does not refer.
func (l *lattice) begins(i int) bool {
	if i == 0 || l.tokens[i-1].kind == endToken {
		return true
	}
	prev := l.tokens[i-1].lower
	if slices.Contains([]string{",", "and", "also", "please", "then", "or", "but", "you", "to"}, prev) {
		return true
	}
	// "in which city", "for which"
	return i == 1 && slices.Contains([]string{"in", "for", "on", "at", "from", "of", "to", "hello", "hi", "hey", "so", "now"}, prev)
}

// opens reports whether token i is a verb of asking that begins another sentence.
func (l *lattice) opens(i int) bool {
	return i > 0 && l.tokens[i-1].kind == endToken && slices.ContainsFunc(l.kw.phrases[l.tokens[i].lower], func(p phrase) bool { return p.role == leadRole && len(p.words) == 1 })
}

// capitals is the value that a run of words written with capitals may be:
// Palo Alto, University of Porto, ICU.
func (l *lattice) capitals(i int) (piece, bool) {
	t := l.tokens[i]
	if t.kind != wordToken && t.kind != codeToken || !t.startsUpper() && t.kind != codeToken {
		return piece{}, false
	}
	end, unknown := i, 0
	for j := i; j < len(l.tokens) && j < i+8; j++ {
		w := l.tokens[j]
		capital := (w.kind == wordToken || w.kind == codeToken) && w.startsUpper() || w.kind == codeToken
		if capital || j > i && w.kind == numberToken && w.year() == 0 && j == end {
			end = j + 1
			if len(l.alike[j]) == 0 && len(l.kw.phrases[w.lower]) == 0 {
				unknown++
			}
			continue
		}
		if j > i && oneOf(w, "of", "the", "de", "la", "&", "for", "del", "van", "von") && j == end {
			continue
		}
		break
	}
	if end == i {
		return piece{}, false
	}
	n := float64(end - i)
	weight := 0.85 * n
	first := i == 0 || l.tokens[i-1].kind == endToken
	switch {
	case end == i+1 && l.opens(i): // "? Show also"
		return piece{}, false
	case unknown == 0 && (first || end == i+1):
		weight = 0.2
	case unknown == 0:
		weight = 0.5 * n
	case first:
		weight = 0.6 * n
		if len(l.alike[i]) > 0 || len(l.kw.phrases[t.lower]) > 0 {
			weight = 0.1
		}
	}
	text := make([]string, 0, end-i)
	for _, w := range l.tokens[i:end] {
		text = append(text, w.text)
	}
	return piece{keyword: keyword{role: valueRole}, from: i, to: end, text: strings.Join(text, " "), exact: true, weight: weight}, true
}

// nounsAt are the names that may begin at token i, one piece for each length.
func (l *lattice) nounsAt(i int) []piece {
	var out []piece
	best := 0.0
	for n := 1; n <= maxPhrase && i+n <= len(l.tokens); n++ {
		last := l.tokens[i+n-1]
		if n > 1 && !l.inRow(i, i+n) || last.kind == endToken || last.kind == quotedToken || oneOf(last, ",", "and") && n == 1 {
			break
		}
		if n > 1 && oneOf(last, "at", "on", "in", "by", "to", "for", "of", "from", "is", "the", "a") {
			continue
		}
		if n > 1 && len(l.alike[i+n-1]) == 0 && !isIdle(last) && !oneOf(last, "of", "the", "a", "'s") {
			if nouns := l.joint(i, i+n); len(nouns) == 0 {
				break
			}
		}
		nouns := l.match(i, i+n)
		if len(nouns) == 0 || n > 1 && len(l.alike[i+n-1]) == 0 && !isIdle(last) && len(l.joint(i, i+n)) == 0 {
			continue
		}
		score := nouns[0].score
		if n > 1 && score < best-0.2 { // a longer phrase has to explain its words better
			continue
		}
		best = max(best, score)
		content := 0.0
		for j := i; j < i+n; j++ {
			if len(l.alike[j]) > 0 {
				content++
			} else {
				content += 0.6
			}
		}
		out = append(out, piece{keyword: keyword{role: nounRole}, from: i, to: i + n, nouns: nouns,
			text: l.tokens[i].text, weight: score*content + 0.02*content*content})
	}
	return out
}

// ellipsis is the first half of "first and last name": token i means what it
// would mean with the head of the second half behind it.
func (l *lattice) ellipsis(i int) []piece {
	if i+3 >= len(l.tokens) || !oneOf(l.tokens[i+1], "and", "or", ",", "/") || len(l.alike[i]) == 0 || len(l.alike[i+3]) == 0 {
		return nil
	}
	second := l.match(i+2, i+4)
	var nouns []noun
	for w := range l.alike[i] {
		for _, x := range l.lex.byWord[w] {
			if x.col == nil || len(x.words) < 2 || !slices.ContainsFunc(x.words, func(h string) bool { return h != w && l.alike[i+3][h] >= 0.9 }) {
				continue
			}
			if slices.ContainsFunc(second, func(y noun) bool { return y.col != nil && y.table == x.table && y.col != x.col }) {
				nouns = append(nouns, noun{ref: x.ref, score: 0.95 * l.alike[i][w]})
			}
		}
	}
	if len(nouns) == 0 {
		return nil
	}
	slices.SortStableFunc(nouns, func(a, b noun) int { return cmp.Or(cmp.Compare(b.score, a.score), l.lex.compare(a.ref, b.ref)) })
	return []piece{{keyword: keyword{role: nounRole}, from: i, to: i + 1, nouns: nouns, text: l.tokens[i].text, weight: 1.3}}
}

// joint are names written as one word where the question has two: "birth date"
// of birthdate.
func (l *lattice) joint(i, j int) []noun {
	if j-i < 2 || j-i > 4 {
		return nil
	}
	var b strings.Builder
	for _, t := range l.tokens[i:j] {
		b.WriteString(t.stem)
	}
	var out []noun
	for _, x := range l.lex.byJoint[b.String()] {
		out = append(out, noun{ref: x.ref, score: 0.95})
	}
	return out
}

// match are the names that tokens [i, j) may mean as a whole.
func (l *lattice) match(i, j int) []noun {
	found := map[*lexeme]float64{}
	for w := range l.alike[i] {
		for _, x := range l.lex.byWord[w] {
			if score := l.fit(x, i, j); score > found[x] {
				found[x] = score
			}
		}
	}
	counts := j-i > 2 && oneOf(l.tokens[i], "number") && oneOf(l.tokens[i+1], "of")
	out := l.joint(i, j)
	for _, x := range slices.SortedFunc(maps.Keys(found), func(a, b *lexeme) int { return a.order - b.order }) {
		if counts && (x.col == nil || !isMeasure(x.ref)) {
			continue // "number of cards" is a count, and not card_number
		}
		if found[x] >= 0.3 {
			out = append(out, noun{ref: x.ref, score: found[x], full: x.full})
		}
	}
	out = asAgreed(out)
	slices.SortStableFunc(out, func(a, b noun) int { return cmp.Compare(b.score, a.score) })
	for n := range out {
		if out[n].score < out[0].score-0.4 || n >= 24 {
			return out[:n]
		}
	}
	return out
}

// again reports whether token k says, as a synonym, what another word says too.
func (l *lattice) again(x *lexeme, k int) bool {
	return slices.ContainsFunc(x.words, func(w string) bool { return l.alike[k][w] > 0 })
}

// genericHeads may be left unsaid: "department" for department_name.
var genericHeads = []string{"name", "id", "code", "number", "title", "type", "description", "date"}

// idleHeads may be said although a name has none: "job title" for job.
var idleHeads = []string{"name", "title", "type", "amount", "value", "percentage", "percent", "info", "information", "rate", "detail", "status", "count", "cost", "consumption", "usage", "volume"}

func isIdle(t token) bool { return slices.Contains(idleHeads, t.stem) || oneOf(t, "date", "time") }

// fit is how well tokens [i, j) say the name x: every token has to be a word of
// it, and the more of its needed words are said the better.
func (l *lattice) fit(x *lexeme, i, j int) float64 {
	said := make([]bool, len(x.words))
	sum, n := 0.0, 0
	for k := i; k < j; k++ {
		if len(l.alike[k]) == 0 && !isIdle(l.tokens[k]) {
			continue // "of", "the" within a name
		}
		best, at := 0.0, -1
		for w, name := range x.words {
			if score := l.alike[k][name]; !said[w] && score > best {
				best, at = score, w
			}
		}
		if at < 0 {
			switch {
			case l.again(x, k):
				best = 0.7 // "length of stay" of stay_days: both words mean one
			case x.col != nil && k == j-1 && k > i && oneOf(l.tokens[k], "amount", "value", "volume", "usage") && x.class() != numericClass && x.class() != textClass:
				return 0 // "unpaid amount" is an amount, and no date
			case x.col != nil && k == j-1 && k > i && x.class() == dateClass && oneOf(l.tokens[k], "date", "time"):
				best = 0.9
			case x.col != nil && k == j-1 && k > i && slices.Contains(idleHeads, l.tokens[k].stem):
				best = 0.75 // "job title" of job
			default:
				return 0
			}
		} else {
			said[at] = true
		}
		sum += best
		n++
	}
	needed, have, head := 0, 0, -1
	for w, need := range x.needed {
		if need {
			needed++
			head = w
			if said[w] {
				have++
			}
		}
	}
	score := sum / float64(n) * x.weight
	switch missing := needed - have; {
	case have == 0: // only optional words: "date" of visit_date
		if x.col == nil || !isTemporal(x.col.Type.Kind) {
			return 0
		}
		return score * 0.35
	case missing == 0:
		return score - 0.01*float64(len(x.words)-n)
	case said[head]:
		return score * (0.5 + 0.4*float64(have)/float64(needed))
	case missing == 1 && slices.Contains(genericHeads, x.words[head]):
		if x.words[head] == "name" || x.words[head] == "title" {
			return score * 0.7
		}
		return score * 0.6
	case x.col == nil:
		return score * (0.25 + 0.4*float64(have)/float64(needed))
	default:
		return score * 0.4
	}
}
