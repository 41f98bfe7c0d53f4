package planner

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/refusal"
)

// maxWords, signs included: what has more is no question.
const maxWords = 120

// candidate is a draft with what speaks against it.
type candidate struct {
	draft model.Draft
	cost  float64
	plan  *plan
	by    *handmade
}

// read finds the readings of a question.
func read(lex *lexicon, text string, opt Options) (none Understanding, err error) {
	if len(lex.catalog.Tables) == 0 {
		return none, refusal.New(refusal.NoAccess, "ask an administrator for access to a table", "there is no table that you may see")
	}
	tokens := tokenize(text)
	if len(tokens) > maxWords {
		return none, refusal.New(refusal.NotUnderstood, "ask one thing in one sentence, such as: "+lex.example(), "the question has more than %d words", maxWords)
	}
	l := newLattice(lex, text, reworded(lex.expand(tokens, askingWords())), opt)
	if err := l.plausible(); err != nil {
		return none, err
	}
	byHand, blame := l.byHand()
	partly := byHand
	if len(byHand) == 0 {
		partly = l.partly(blame)
	}
	if u := l.together(partly); len(u.Readings) > 0 {
		return u, nil
	}
	if len(byHand) > 0 {
		return none, refusal.New(refusal.NotUnderstood, "ask such as: "+lex.example(), "the words are known, but no reading of them is likely")
	}
	return none, l.notUnderstood(blame)
}

// byHand are the best readings by the rules of this package, and of those that
// leave words over the one that came furthest.
func (l *lattice) byHand() ([]reckoned, *failure) { return l.byHandWithin(math.Inf(1)) }

// byHandWithin leaves out readings that cost so much more than the best one.
func (l *lattice) byHandWithin(most float64) ([]reckoned, *failure) {
	var blame *failure
	var tries []attempt
	cuts := l.cuts()
	for _, cut := range cuts {
		c := &composer{l: l, pieces: cut.pieces}
		for _, s := range c.compose() {
			if len(s.lost) > 0 {
				blame = blame.lesser(l, cut, s)
				continue
			}
			tries = append(tries, attempt{cut, s, s.cost + 0.35*(cuts[0].weight-cut.weight)})
		}
	}
	slices.SortStableFunc(tries, func(a, b attempt) int { return cmp.Compare(a.cost, b.cost) })
	found := candidates{most: most, best: map[string]float64{}}
	for _, t := range tries[:min(len(tries), maxTries)] {
		l.drafts(t, &found)
	}
	return ranked(found.all), blame
}

// candidates are those that were found, and what the best of each draft costs.
type candidates struct {
	all  []candidate
	best map[string]float64
	most float64 // that one may cost more than the best
}

// needless reports whether no candidate that costs so much would be among the
// readings.
func (c *candidates) needless(cost float64) bool {
	if len(c.best) == 0 {
		return false
	}
	costs := slices.Sorted(maps.Values(c.best))
	return cost > costs[0]+c.most || len(costs) >= maxReadings && cost > costs[maxReadings-1]
}

func (c *candidates) add(x candidate) {
	if cost, ok := c.best[x.draft.SQL]; !ok || x.cost < cost {
		c.best[x.draft.SQL] = x.cost
	}
	c.all = append(c.all, x)
}

// reckoned is a reading with the plan that it was printed from.
type reckoned struct {
	Reading
	plan *plan
}

// attempt is a state that covers every word, before its names are resolved.
type attempt struct {
	cut
	state
	cost float64
}

// maxTries is how many attempts are resolved: of more, none was ever the best.
const maxTries = 32

// drafts finds the drafts of one attempt, one for each choice of columns that works;
// what is left to find costs the more, the later it comes.
func (l *lattice) drafts(t attempt, found *candidates) {
	if found.needless(t.cost) {
		return
	}
	v := &resolver{lex: l.lex, pieces: t.pieces, r: &t.r, held: l.held}
	for _, p := range v.resolve() {
		if found.needless(t.cost + 0.6*p.cost) {
			return
		}
		c, ok := l.draft(t, p.refs)
		if !ok {
			continue
		}
		c.cost = t.cost + 0.6*p.cost + 0.04*float64(c.plan.joins)
		found.add(c)
	}
}

// draft is the draft of an attempt with a meaning for each of its slots.
func (l *lattice) draft(t attempt, refs []noun) (candidate, bool) {
	r := t.r.clone()
	for i, slot := range r.slots() {
		slot.pick, slot.flip = refs[i].ref, refs[i].flip
	}
	l.held.settle(l.lex, &r)
	r.said, r.named = l.saidKeys(&r, t.pieces), l.namedKeys(&r, t.pieces)
	plan, ok := l.lex.build(&r)
	if !ok {
		return candidate{}, false
	}
	draft := l.print(&plan, t.pieces)
	return candidate{draft: draft, plan: &plan, by: &handmade{l: l, t: t, refs: refs, r: r, plan: &plan, draft: draft}}, true
}

// ranked are the best drafts, each once, with the confidence in them: what
// speaks against a reading, and how close the next one comes.
func ranked(all []candidate) []reckoned {
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(a.cost, b.cost) })
	var out []reckoned
	var costs []float64
	seen := map[string]bool{}
	for _, c := range all {
		if !seen[c.draft.SQL] && len(out) < maxReadings {
			seen[c.draft.SQL] = true
			out = append(out, reckoned{Reading{Draft: c.draft, from: c.by}, c.plan})
			costs = append(costs, c.cost)
		}
	}
	total := 0.0
	for _, c := range costs {
		total += math.Exp(-4 * (c - costs[0]))
	}
	for i := range out {
		share := math.Exp(-4*(costs[i]-costs[0])) / total
		out[i].Draft.Confidence = calibrated(math.Exp(-0.7*max(costs[i], 0)*out[i].plan.shortness()) * (0.5 + 0.5*share))
	}
	return out
}

// calibrated turns a score from 0 to 1 into how often such a reading was right:
// a logistic curve through 45 training databases of Spider, rounded.
func calibrated(score float64) float64 {
	return math.Round(100/(1+math.Exp(2.5-6.2*score))) / 100
}

// plausible refuses what is no English question at all before any reading.
func (l *lattice) plausible() error {
	words, known, letters := 0, 0, 0
	distinct := map[string]bool{}
	for i, t := range l.tokens {
		if t.kind != wordToken {
			continue
		}
		words++
		distinct[t.lower] = true
		if len(l.kw.phrases[t.lower]) > 0 {
			known++
		}
		if len(l.alike[i]) > 0 {
			letters++
		}
	}
	switch {
	case looksLikeSQL(l.tokens):
		return refusal.New(refusal.NotUnderstood, "run it as SQL, or ask in English, such as: "+l.lex.example(), "this is SQL and not a question")
	case words > 2 && len(distinct) == 1:
		return refusal.New(refusal.NotUnderstood, "ask in English, such as: "+l.lex.example(), "this is one word, again and again")
	case words == 0 || known == 0 && letters == 0:
		return refusal.New(refusal.NotUnderstood, "ask in English, such as: "+l.lex.example(), "no word of this is known here")
	}
	return nil
}

// looksLikeSQL: a verb of SQL first, and a sign that no English sentence has.
func looksLikeSQL(t []token) bool {
	if len(t) == 0 {
		return false
	}
	switch t[0].lower {
	case "insert", "update", "delete", "drop", "alter", "truncate", "grant", "create", "copy", "explain", "with", "select":
		return slices.ContainsFunc(t[1:], func(w token) bool { return oneOf(w, "*", "=", "(", "table", "into", "values") || w.text == ";" })
	}
	return false
}

// failure is the reading that came furthest, for saying what was in the way.
type failure struct {
	lost []refusal.Span
	got  []string
	cost float64
	// strange is the word lost, if it is one alone and means nothing here.
	strange string
	// core: what is asked for is lost itself, or what may not be passed over.
	core bool
}

// lesser is the better of two failures: fewer words not understood.
func (f *failure) lesser(l *lattice, cut cut, s state) *failure {
	if f != nil && (len(f.lost) < len(s.lost) || len(f.lost) == len(s.lost) && f.cost <= s.cost) {
		return f
	}
	g := &failure{cost: s.cost}
	blamed := toBlame(cut, s.lost)
	for _, i := range blamed {
		p := cut.pieces[i]
		g.core = g.core || l.isCore(cut.pieces, i)
		g.lost = append(g.lost, l.span(p.from, p.to))
		if len(blamed) == 1 && p.role == unknownRole && l.tokens[p.from].kind == wordToken {
			g.strange = l.tokens[p.from].lower
		}
	}
	for i, p := range cut.pieces {
		if p.role == nounRole && !slices.Contains(s.lost, i) {
			s := l.span(p.from, p.to)
			g.got = append(g.got, l.text[s.Pos:s.End])
		}
	}
	return g
}

// toBlame are the words that are not known, if there are such: others were only
// waiting for them.
func toBlame(cut cut, lost []int) []int {
	unknown := slices.DeleteFunc(slices.Clone(lost), func(i int) bool {
		r := cut.pieces[i].role
		return r != unknownRole && r != cannotRole && r != valueRole
	})
	if len(unknown) > 0 {
		return unknown
	}
	return lost
}

// notUnderstood says which of the asker's own words are in the way.
func (l *lattice) notUnderstood(f *failure) error {
	try := "ask such as: " + l.lex.example()
	if f == nil {
		return refusal.New(refusal.NotUnderstood, try, "the words are known, but not how they belong together")
	}
	slices.SortFunc(f.lost, func(a, b refusal.Span) int { return cmp.Compare(a.Pos, b.Pos) })
	var lost []string
	for _, s := range slices.Compact(f.lost) {
		lost = append(lost, fmt.Sprintf("%q", l.text[s.Pos:s.End]))
	}
	msg := "not understood: " + strings.Join(lost[:min(len(lost), 6)], ", ")
	if got := slices.Compact(f.got); len(got) > 0 {
		msg += "; understood: " + strings.Join(got[:min(len(got), 6)], ", ")
	}
	return refusal.New(refusal.NotUnderstood, try+f.teach(), "%s", msg)
}

// teach says how the one word that is not known can be taught; nothing where there
// are several, as in another language.
func (f *failure) teach() string {
	if f.strange == "" || strings.ContainsFunc(f.strange, func(r rune) bool { return !unicode.IsLetter(r) }) {
		return ""
	}
	return fmt.Sprintf("; or teach the word: grille teach %s means NAME", f.strange)
}

// example is a question that works on this catalog.
func (l *lexicon) example() string { return l.exemplary() + "?" }
