package planner

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/grille-dev/grille/model"
)

// stretchKind is what a part of a question does in its query.
type stretchKind uint8

const (
	periodStretch stretchKind = iota + 1 // last year
	groupStretch                         // per department
	condStretch                          // urgent, in Cardiology, over 1000
	aggStretch                           // how many, average
	nounStretch                          // what is counted, measured, listed
	topStretch                           // top 5
	orderStretch                         // sorted by name
)

// part is a stretch of tokens of a question.
type stretch struct {
	kind     stretchKind
	from, to int    // with the words that join it
	at, end  int    // without
	sql      string // of condStretch: what it became, columns with their tables
	period   period // of periodStretch
	unit     bool   // of groupStretch: a stretch of time
	adverb   bool   // of groupStretch: monthly
}

// dissected is a question that was read, taken apart by what its words became.
type dissected struct {
	*lattice
	reading Reading
	whole   []clausal // the draft's reasons with their clauses
	parts   []stretch
	by      []int // token: its stretch, from 1; 0: none
}

// clausal is a reason with the clause that its part is in.
type clausal struct {
	model.Reason
	clause string // SELECT, WHERE, ...
	sql    string // the stretch, columns with their tables
}

func (f *follower) dissect(r Reading) *dissected {
	tokens := tokenize(r.Asked)
	for len(tokens) > 0 && tokens[len(tokens)-1].kind == endToken {
		tokens = tokens[:len(tokens)-1]
	}
	d := &dissected{lattice: newLattice(f.lexicon(r.Asked), r.Asked, tokens, f.opt), reading: r, whole: clauses(r.Draft), by: make([]int, len(tokens))}
	d.periods()
	d.groups()
	d.measures()
	d.ranking()
	d.conditions()
	return d
}

// clauses are a draft's reasons with the clause that each is in.
func clauses(d model.Draft) []clausal {
	owner := owners(d.SQL)
	var out []clausal
	for _, r := range d.Reasons {
		out = append(out, clausal{r, clauseAt(d.SQL, int(r.Part.Pos)), owner(d.SQL[r.Part.Pos:r.Part.End])})
	}
	return out
}

var (
	aliasShape  = regexp.MustCompile(`(?:FROM|JOIN) ((?:"[^"]*"|[\w.])+) AS (\w+)`)
	columnShape = regexp.MustCompile(`\b([a-z]\d*)\.("[^"]*"|\w+)`)
	onlyTable   = regexp.MustCompile(`^(?:[^']|'[^']*')*? FROM ((?:"[^"]*"|[\w.])+)`)
)

// owners writes columns with their table instead of its alias.
func owners(sql string) func(string) string {
	table := map[string]string{}
	for _, m := range aliasShape.FindAllStringSubmatch(sql, -1) {
		table[m[2]] = m[1]
	}
	return func(part string) string {
		return columnShape.ReplaceAllStringFunc(part, func(c string) string {
			alias, name, _ := strings.Cut(c, ".")
			if t := table[alias]; t != "" {
				return t + "." + name
			}
			return c
		})
	}
}

// rootOf is the table that a draft begins with.
func rootOf(sql string) string {
	if m := onlyTable.FindStringSubmatch(sql); m != nil {
		return strings.Trim(m[1], `"`)
	}
	return ""
}

var clauseWords = regexp.MustCompile(`^(SELECT|FROM|WHERE|GROUP BY|HAVING|ORDER BY|LIMIT|PARTITION BY)\b`)

// clauseAt is the innermost clause of a draft that position at is in.
func clauseAt(sql string, at int) string {
	stack := []string{""}
	for i := 0; i < at && i < len(sql); i++ {
		switch c := sql[i]; {
		case c == '\'' || c == '"':
			if n := strings.IndexByte(sql[i+1:], c); n >= 0 {
				i += n + 1
			}
		case c == '(':
			stack = append(stack, stack[len(stack)-1])
		case c == ')' && len(stack) > 1:
			stack = stack[:len(stack)-1]
		case i == 0 || sql[i-1] == ' ' || sql[i-1] == '(':
			if m := clauseWords.FindString(sql[i:]); m != "" {
				stack[len(stack)-1] = m
			}
		}
	}
	if m := clauseWords.FindString(sql[min(at, len(sql)):]); m != "" { // the part is the clause itself
		return m
	}
	return stack[len(stack)-1]
}

// tokensOf are the tokens that a reason's words are.
func (d *dissected) tokensOf(r model.Reason) (from, to int) {
	from = slices.IndexFunc(d.tokens, func(t token) bool { return t.span.Pos >= r.Asked.Pos })
	if from < 0 {
		return 0, 0
	}
	for to = from; to < len(d.tokens) && d.tokens[to].span.End <= r.Asked.End; to++ {
	}
	return from, to
}

// reasonAt are the reasons whose words begin at token i.
func (d *dissected) reasonsAt(i int) (out []clausal, to int) {
	for _, r := range d.whole {
		if a, b := d.tokensOf(r.Reason); a == i && b > a {
			out = append(out, r)
			to = max(to, b)
		}
	}
	return out, to
}

func (d *dissected) free(from, to int) bool {
	for i := from; i < to; i++ {
		if d.by[i] > 0 {
			return false
		}
	}
	return to > from
}

func (d *dissected) add(p stretch) {
	d.parts = append(d.parts, p)
	for i := p.from; i < p.to; i++ {
		d.by[i] = len(d.parts)
	}
}

func (d *dissected) of(kind stretchKind) (out []stretch) {
	for _, p := range d.parts {
		if p.kind == kind {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b stretch) int { return cmp.Compare(a.from, b.from) })
	return out
}

func (d *dissected) periods() {
	for i := range d.tokens {
		p, n := d.calendar.at(d.tokens, i)
		if n == 0 || !d.free(i, i+n) {
			continue
		}
		became, to := d.reasonsAt(i)
		if to == i+n && len(became) > 0 {
			d.add(stretch{kind: periodStretch, from: i, to: i + n, at: i, end: i + n, period: p, sql: became[0].sql})
		}
	}
}

// eachAt is the length of "per", "for each" at token i.
func (l *lattice) eachAt(i int) (n int) {
	for k, all := range l.kw.at(l.tokens, i) {
		if slices.ContainsFunc(all, func(w keyword) bool { return w.role == eachRole }) {
			n = max(n, k)
		}
	}
	return n
}

// roleAt is the length of the longest phrase with one of some roles at token i.
func (l *lattice) roleAt(i int, roles ...role) (n int, found keyword) {
	if i >= len(l.tokens) {
		return 0, keyword{}
	}
	for k, all := range l.kw.at(l.tokens, i) {
		for _, w := range all {
			if k > n && slices.Contains(roles, w.role) {
				n, found = k, w
			}
		}
	}
	return n, found
}

func (d *dissected) groups() {
	for i := 0; i < len(d.tokens); i++ {
		n := d.eachAt(i)
		if b, _ := d.roleAt(i, bucketRole); n == 0 && b > 0 && d.free(i, i+b) {
			if became, _ := d.reasonsAt(i); grouped(became) {
				d.add(stretch{kind: groupStretch, from: i, to: i + b, at: i, end: i + b, sql: groupSQL(became), unit: true, adverb: true})
				continue
			}
		}
		if n == 0 || !d.free(i, i+n) {
			continue
		}
		for from, at := i, d.past(i+n); at < len(d.tokens); {
			became, to := d.reasonsAt(at)
			if !grouped(became) || !d.free(at, to) {
				break
			}
			b, _ := d.roleAt(at, bucketRole)
			d.add(stretch{kind: groupStretch, from: from, to: to, at: at, end: to, sql: groupSQL(became), unit: b > 0})
			i = to - 1
			if to >= len(d.tokens) || !oneOf(d.tokens[to], "and", ",") {
				break
			}
			from, at = to, d.past(to+1+d.eachAt(min(to+1, len(d.tokens)-1)))
		}
	}
}

// past is the first token from i on that is no article.
func (l *lattice) past(i int) int {
	for i < len(l.tokens) && oneOf(l.tokens[i], "the", "a", "an", "our", "its", "their") {
		i++
	}
	return i
}

// grouped reports whether words became what rows are put together by.
func grouped(became []clausal) bool { return groupSQL(became) != "" }

// groupSQL is what rows are put together by.
func groupSQL(became []clausal) string {
	for _, r := range became {
		if (r.clause == "SELECT" || r.clause == "GROUP BY" || r.clause == "PARTITION BY") && !isAggregate(r.sql) {
			return r.sql
		}
	}
	return ""
}

var aggregateShape = regexp.MustCompile(`\b(?:count|sum|avg|min|max|lag|row_number)\(`)

func isAggregate(sql string) bool { return aggregateShape.MatchString(sql) }

// measures finds what is counted, added up or listed, and the words for how.
func (d *dissected) measures() {
	for i := 0; i < len(d.tokens); i++ {
		became, to := d.reasonsAt(i)
		became = slices.DeleteFunc(became, func(r clausal) bool { return r.clause != "SELECT" })
		if len(became) == 0 || !d.free(i, to) {
			continue
		}
		kind := nounStretch
		if n, _ := d.roleAt(i, countRole, aggRole, figureRole); n > 0 && (isAggregate(became[0].sql)) && len(d.alike[i]) == 0 || n >= to-i && n > 0 {
			kind = aggStretch
		}
		d.add(stretch{kind: kind, from: i, to: to, at: i, end: to})
	}
}

// ranking finds "top 5", and "sorted by name" with all that follows it.
func (d *dissected) ranking() {
	for i := range d.tokens {
		if n, _ := d.roleAt(i, topRole); n > 0 && i+n < len(d.tokens) && d.tokens[i+n].small() > 0 && d.free(i, i+n+1) {
			d.add(stretch{kind: topStretch, from: i, to: i + n + 1, at: i, end: i + n + 1})
			continue
		}
		n, _ := d.roleAt(i, orderRole, dirRole)
		if n == 0 || !d.free(i, i+n) || d.alikely(i) {
			continue
		}
		to := i + n
		for to < len(d.tokens) && (d.by[to] == 0 || d.parts[d.by[to]-1].kind != periodStretch) && !oneOf(d.tokens[to], ",") {
			to++
		}
		if d.free(i, to) || i > 0 {
			d.drop(i, to)
			d.add(stretch{kind: orderStretch, from: i, to: to, at: i, end: to})
			return
		}
	}
}

// alikely: the word names something here, such as an order.
func (l *lattice) alikely(i int) bool { return len(l.alike[i]) > 0 }

// drop takes the parts out that lie within tokens [from, to).
func (d *dissected) drop(from, to int) {
	for i := from; i < to; i++ {
		d.by[i] = 0
	}
	for k := range d.parts {
		if d.parts[k].from >= from && d.parts[k].to <= to {
			d.parts[k].kind = 0
		}
	}
}

// conditions finds what picks rows.
func (d *dissected) conditions() {
	type found struct {
		at, end int
		sql     string
	}
	var all []found
	for _, r := range d.whole {
		from, to := d.tokensOf(r.Reason)
		if r.clause != "WHERE" && r.clause != "HAVING" || !d.free(from, to) || slices.ContainsFunc(d.of(periodStretch), func(p stretch) bool { return p.sql == r.sql }) {
			continue
		}
		if k := slices.IndexFunc(all, func(f found) bool { return f.sql == r.sql }); k >= 0 {
			all[k].at, all[k].end = min(all[k].at, from), max(all[k].end, to)
		} else {
			all = append(all, found{from, to, r.sql})
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Compare(a.at, b.at) })
	for _, f := range all {
		if !d.free(f.at, f.end) {
			continue
		}
		from := f.at
		for from > 0 && d.by[from-1] == 0 && d.joins(from-1) {
			from--
		}
		d.add(stretch{kind: condStretch, from: from, to: f.end, at: f.at, end: f.end, sql: f.sql})
	}
}

// joins reports whether token i only joins a condition to what is before it.
func (d *dissected) joins(i int) bool {
	if r, _ := d.reasonsAt(i); len(r) > 0 || d.tokens[i].kind != wordToken && !oneOf(d.tokens[i], ",") {
		return false
	}
	if n, _ := d.roleAt(i, leadRole, countRole, whoRole, eachRole); n > 0 && !oneOf(d.tokens[i], "that") {
		return false
	}
	n, _ := d.roleAt(i, inRole, haveRole, relRole, isRole, ofRole, notRole, cmpRole, stopRole, articleRole, andRole, namedRole)
	return n > 0 || d.kw.verbs[d.tokens[i].lower] || len(d.alike[i]) > 0
}
