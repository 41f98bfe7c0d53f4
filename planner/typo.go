package planner

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/internal/words"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
)

const (
	// mostMended is how many words of a question are taken for slips of the pen,
	// mostMeant what each may have been meant to be.
	mostMended = 3
	mostMeant  = 3
)

// mended is a question with words that are known in the place of such that are not.
type mended struct {
	text  string
	words []string // that were put in
	wrong []string // that stood there, in quotes
	sql   string   // that answers it
}

// mend finds the question that somebody meant who wrote some words wrongly: words of
// asking, or of names that the viewer sees. It is answered, and nothing else is known
// of it; false if there is none. With strict only words that ask for a number are put
// in.
func mend(view policy.View, q egress.Question, opt Options, strict bool) (m mended, ok bool) {
	if opt.Lexicons == nil {
		opt.Lexicons = &Lexicons{}
	}
	s := &suggester{view: view, opt: opt, names: opt.Lexicons.names(view, opt.Taught)}
	tokens := tokenize(q.Text())
	if len(tokens) > maxWords {
		return m, false
	}
	var wrong []slip
	for i, t := range tokens {
		if i > 0 && t.startsUpper() || !s.names.strange(t) || s.holds(q, t) {
			continue // a name of something, or known
		}
		if near := s.names.near(t.lower, strict); len(near) > 0 {
			wrong = append(wrong, slip{t, near})
		}
	}
	if len(wrong) == 0 || len(wrong) > mostMended {
		return m, false
	}
	all := mendings(q.Text(), wrong)
	for _, m := range all {
		if m.sql = s.draft(m.text); m.sql != "" {
			return m, true
		}
	}
	m = all[0] // of which the rules are not sure, and perhaps the learned parser is
	m.sql = s.answer(m.text)
	return m, m.sql != ""
}

// answer is what a question is answered with; "" if it is not.
func (s *suggester) answer(text string) string {
	q, err := egress.ReadQuestion(text)
	if err != nil {
		return ""
	}
	u, err := read(s.opt.Lexicons.of(s.view, q, s.opt.Taught), q.Text(), s.opt)
	if err != nil || u.Decision != Answer {
		return ""
	}
	return u.Readings[0].Draft.SQL
}

// holds reports whether some column is known to hold a word of a question as a value.
func (s *suggester) holds(q egress.Question, t token) bool {
	if s.opt.Values == nil {
		return false
	}
	lex := s.opt.Lexicons.of(s.view, q, s.opt.Taught)
	held := newLattice(lex, q.Text(), []token{t}, s.opt).held
	return held != nil && len(held.in(t.text)) > 0
}

// slip is a word that is not known, with words that are near it, the nearest first.
type slip struct {
	token
	near []string
}

// mendings are the ways to put words in the place of slips, the nearest first.
func mendings(text string, wrong []slip) []mended {
	type way struct {
		mended
		far int
	}
	all := []way{{mended: mended{text: text}}}
	for _, w := range slices.Backward(wrong) { // from behind: what is before keeps its place
		var longer []way
		for _, m := range all {
			for far, near := range w.near {
				put := near
				if w.startsUpper() {
					put = strings.ToUpper(near[:1]) + near[1:]
				}
				longer = append(longer, way{mended{m.text[:w.span.Pos] + put + m.text[w.span.End:],
					append([]string{near}, m.words...), append([]string{fmt.Sprintf("%q", w.text)}, m.wrong...), ""}, m.far + far})
			}
		}
		all = longer
	}
	slices.SortStableFunc(all, func(a, b way) int { return cmp.Compare(a.far, b.far) })
	var out []mended
	for _, w := range all[:min(len(all), mostMended*mostMeant)] {
		out = append(out, w.mended)
	}
	return out
}

// refusedMended adds to a refusal what was probably meant.
func refusedMended(err error, view policy.View, q egress.Question, opt Options) error {
	var no *refusal.Refusal
	if !errors.As(err, &no) || no.Code != refusal.NotUnderstood {
		return err
	}
	if m, ok := mend(view, q, opt, false); ok {
		return didYouMean(no, m)
	}
	return err
}

// mended notes the question that was probably meant where none of the readings may be
// run. Where one may be, words that ask for a number alone are looked for: "avrage" was taken for
// a value, and was meant to be none.
func (u Understanding) mended(view policy.View, q egress.Question, opt Options) (Understanding, error) {
	m, ok := mend(view, q, opt, u.Decision == Answer)
	switch {
	case !ok || m.sql == u.Readings[0].Draft.SQL:
	case u.Decision == Answer:
		wrong := strings.Join(m.wrong, ", ")
		no := didYouMean(refusal.New(refusal.NotUnderstood, "", "not understood: %s", wrong), m)
		no.Try += "; or put " + wrong + " into quotes, if it is meant"
		return u, no
	default:
		u.Instead = m.text
	}
	return u, nil
}

// didYouMean says in a refusal what was probably meant.
func didYouMean(no *refusal.Refusal, m mended) *refusal.Refusal {
	told := *no
	told.Msg += fmt.Sprintf("; did you mean: %s?", strings.Join(m.words, ", "))
	told.Try = "ask: " + m.text
	return &told
}

// vocabulary is the words of asking and of names, by how they are written.
type vocabulary struct {
	stems map[string]bool // of names
	words []wordShape
}

// wordShape is a word, and what of it says at once that another is not near.
type wordShape struct {
	text    string
	letters uint32
	asks    bool // for a number
}

func shapeOf(word string, asks bool) wordShape {
	s := wordShape{text: word, asks: asks}
	for _, r := range word {
		if r >= 'a' && r <= 'z' {
			s.letters |= 1 << (r - 'a')
		}
	}
	return s
}

// timeWords are those of dates.
var timeWords = strings.Fields(`january february march april may june july august september october november december
	monday tuesday wednesday thursday friday saturday sunday today yesterday last this next past previous current since
	before after until between year years month months week weeks day days quarter quarters hour hours`)

// ofAsking are the words that belong to asking; those that mean nothing, and those
// that ask for what cannot be done, are known, and not what somebody meant.
var ofAsking = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	kw := askingWords()
	for _, phrases := range kw.phrases {
		for _, p := range phrases {
			for _, w := range p.words {
				idle := p.role == cannotRole || len(p.words) == 1 && (p.role == stopRole || p.role == articleRole)
				all[w] = all[w] || !idle && !meansNothing(kw, w)
			}
		}
	}
	for _, w := range timeWords {
		all[w] = true
	}
	return all
})

// forNumbers are the words that ask for a number.
var forNumbers = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for _, phrases := range askingWords().phrases {
		for _, p := range phrases {
			for _, w := range p.words {
				all[w] = all[w] || p.role == countRole || p.role == aggRole
			}
		}
	}
	return all
})

// meansNothing reports whether a word has no meaning but to be passed over.
func meansNothing(kw keywords, word string) bool {
	alone := slices.DeleteFunc(slices.Clone(kw.phrases[word]), func(p phrase) bool { return len(p.words) > 1 })
	return len(alone) > 0 && !slices.ContainsFunc(alone, func(p phrase) bool { return p.role != stopRole && p.role != articleRole })
}

func (n *names) newVocabulary() *vocabulary {
	v := &vocabulary{stems: map[string]bool{}}
	asks, numbers, named := ofAsking(), forNumbers(), map[string]bool{}
	for _, p := range slices.Concat(n.tables, n.columns) {
		for w := range strings.FieldsSeq(p.text) {
			named[w], named[words.Stem(w)] = true, true
			v.stems[words.Stem(w)] = true
		}
		for _, w := range words.OfName(p.text) {
			v.stems[w] = true
		}
	}
	for _, w := range slices.Sorted(maps.Keys(named)) {
		v.words = append(v.words, shapeOf(w, numbers[w]))
	}
	for _, w := range slices.Sorted(maps.Keys(asks)) {
		if asks[w] && !named[w] {
			v.words = append(v.words, shapeOf(w, numbers[w]))
		}
	}
	return v
}

// strange reports whether nothing is known of a word: it belongs neither to asking
// nor to names, nor to what may stand for such.
func (n *names) strange(t token) bool {
	if t.kind != wordToken || len(t.text) < 3 || strings.ContainsFunc(t.lower, func(r rune) bool { return !unicode.IsLetter(r) }) {
		return false
	}
	_, asks := ofAsking()[t.lower]
	v := n.words()
	if asks || askingWords().verbs[t.lower] || words.Asks(t.lower) || v.stems[t.stem] || v.stems[t.lower] || words.Abbreviation(t.lower) != "" || countries()[t.lower] {
		return false
	}
	return !slices.ContainsFunc(words.Synonyms(t.stem), func(w string) bool { return v.stems[w] })
}

// near are the words that a slip of the pen may have been meant to be.
func (n *names) near(word string, onlyNumbers bool) []string {
	type found struct {
		text string
		far  int
	}
	var all []found
	most := 1
	if len(word) >= 7 && !onlyNumbers {
		most = 2
	}
	like := shapeOf(word, false)
	for _, w := range n.words().words {
		if len(w.text) < 3 || onlyNumbers && (!w.asks || len(w.text) < 5) || abs(len(w.text)-len(word)) > most || bits.OnesCount32(w.letters^like.letters) > 2*most {
			continue
		}
		far := distance(word, w.text, most)
		switch {
		case far > most:
			continue
		case len(word) <= 4 && len(w.text) == len(word) && !swapped(word, w.text):
			continue // "life" is not "like"
		case w.text[0] != word[0] && (w.text[0] != word[1] || w.text[1] != word[0]):
			continue // the first letter is seldom wrong
		}
		all = append(all, found{w.text, far})
	}
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Or(cmp.Compare(a.far, b.far), cmp.Compare(len(b.text), len(a.text))) })
	var out []string
	for _, f := range all[:min(len(all), mostMeant)] {
		out = append(out, f.text)
	}
	return out
}

func abs(n int) int { return max(n, -n) }

// swapped reports whether two words differ in the order of their letters.
func swapped(a, b string) bool {
	x, y := []byte(a), []byte(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

// distance is how many letters are wrong, missing, too many, or swapped with their
// neighbour; more than most if it is more than that.
func distance(a, b string, most int) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > most {
			return least
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
