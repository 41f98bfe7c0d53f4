package planner

import (
	"strconv"
	"strings"
	"time"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/policy"
)

// Typed is a question as far as it has been typed: nothing yet, or up to half a
// word.
type Typed struct {
	Text string
	Most int // how many suggestions; 0: eight
	// Passes reports whether the gates let a draft pass for this viewer. It is asked
	// once for each draft and view; nil: every one does.
	Passes func(sql string) bool
}

// Suggestion is a whole question that begins with what was typed.
type Suggestion struct {
	Text  string
	Typed int // how many bytes of Text were typed
	Kind  SuggestionKind
}

// SuggestionKind is what a suggestion adds to what was typed.
type SuggestionKind uint8

const (
	Start  SuggestionKind = iota + 1 // all of a question, or most of it
	Name                             // a name, or the rest of one
	Group                            // what rows are put together by
	Time                             // when
	Filter                           // a condition
	Rank                             // the first so many
)

func (k SuggestionKind) String() string {
	switch k {
	case Start:
		return "start"
	case Name:
		return "name"
	case Group:
		return "group"
	case Time:
		return "time"
	case Filter:
		return "filter"
	case Rank:
		return "rank"
	default:
		panic("planner: unknown kind of suggestion")
	}
}

const (
	usualSuggestions = 8
	// triesEach is how many candidates are tried for each suggestion that is wanted;
	// where there are many tables, each takes longer.
	triesEach     = 3
	triesEachMany = 2
	// mostWordsBack is how many of the last words may be a name that is not complete.
	mostWordsBack = 4
)

// Suggest are questions that begin with what was typed, the most useful first.
// Understand answers each of them, with a draft that passes the gates; what is
// likely and not sure is left out. It names what the viewer sees, and knows no
// stored value.
func Suggest(view policy.View, typed Typed, opt Options) []Suggestion {
	switch {
	case !view.Made() || view.Service():
		panic("planner: zero View, or the dictionary's")
	case opt.Now.IsZero() || opt.Zone == nil:
		panic("planner: Options need Now and Zone")
	case len(view.Visible().Tables) == 0 || !suggestible(typed.Text):
		return nil
	}
	if opt.Lexicons == nil {
		opt.Lexicons = &Lexicons{}
	}
	if typed.Most <= 0 {
		typed.Most = usualSuggestions
	}
	opt.Values, opt.Chosen = nil, nil // what is suggested tells of no value
	s := &suggester{view: view, typed: typed, opt: opt, names: opt.Lexicons.names(view, opt.Taught),
		tries: triesEach * typed.Most, seen: map[string]bool{}}
	if len(view.Visible().Tables) > mostTables {
		s.tries = triesEachMany * typed.Most
	}
	s.lex = s.names.first
	if q, err := egress.ReadQuestion(s.told()); err == nil {
		s.lex = opt.Lexicons.of(view, q, opt.Taught)
	}
	s.suggest()
	return s.out
}

// suggestible: there may be more of it, and all of it can be seen.
func suggestible(text string) bool {
	if strings.TrimSpace(text) == "" {
		return true
	}
	q, err := egress.ReadQuestion(text)
	return err == nil && q.Text() == strings.TrimSpace(text) && len(tokenize(text)) < maxWords
}

// told is what was typed without half a word at its end.
func (s *suggester) told() string {
	text := s.typed.Text
	tokens := tokenize(text)
	if len(tokens) > 0 && s.names.strange(tokens[len(tokens)-1]) {
		return text[:tokens[len(tokens)-1].span.Pos]
	}
	return text
}

// suggester is one call of Suggest.
type suggester struct {
	view  policy.View
	typed Typed
	opt   Options
	names *names
	lex   *lexicon // that the typed part is read against
	tries int      // that are left
	seen  map[string]bool
	out   []Suggestion
}

// idea is a question that might be suggested.
type idea struct {
	text string // all of it, or what comes behind the head
	kind SuggestionKind
	of   []ref // what its draft has to speak of
}

// suggest looks for names and words that the last words may be the beginning of;
// then takes what was typed as it stands; and then continues it.
func (s *suggester) suggest() {
	text := s.typed.Text
	for _, at := range wordStarts(text) {
		s.complete(text[:at], text[at:])
	}
	if strings.TrimSpace(text) == "" {
		return
	}
	if s.whole(text) {
		s.offer(idea{text: text, kind: Name})
		s.follow(text)
	}
	for _, found := range s.out {
		s.follow(found.Text)
	}
}

// whole reports whether a text may be a question as it stands: its last word wants no
// other one, and is no half of one.
func (s *suggester) whole(text string) bool {
	tokens := tokenize(text)
	return len(tokens) > 0 && !s.names.strange(tokens[len(tokens)-1]) && !s.asks(text).open
}

// follow offers what may follow a question that is whole.
func (s *suggester) follow(text string) {
	head := strings.TrimRight(text, " ")
	for _, c := range s.following(head) {
		if head != text {
			c.text = strings.TrimPrefix(c.text, " ")
		}
		c.text = text + c.text
		s.offer(c)
	}
}

// wordStarts are where the last words of a text begin, the last one first. One
// that is followed by a blank may go on too: "birth " of birth date.
func wordStarts(text string) []int {
	var out []int
	for i := len(text) - 1; i >= 0 && len(out) < mostWordsBack; i-- {
		if text[i] != ' ' && (i == 0 || text[i-1] == ' ') {
			out = append(out, i)
		}
	}
	if strings.TrimSpace(text) == "" {
		out = append(out, len(text))
	}
	return out
}

// complete offers what may follow head and begins with begun.
func (s *suggester) complete(head, begun string) {
	lower := strings.ToLower(begun)
	for _, c := range s.next(strings.TrimRight(head, " "), lower) {
		if rest, ok := strings.CutPrefix(c.text, lower); ok && len(lower) == len(begun) {
			c.text = head + begun + rest
			s.offer(c)
		}
	}
}

// offer keeps an idea if it is answered, and by a draft that no other one has.
func (s *suggester) offer(c idea) {
	if len(s.out) == s.typed.Most || s.tries == 0 || s.seen[c.text] {
		return
	}
	s.tries--
	s.seen[c.text] = true
	sql := s.names.draft(s.day()+c.text, func() string { return s.draft(c.text) })
	if sql == "" || s.seen[sql] || !speaksOf(sql, c.of) {
		return
	}
	s.seen[sql] = true
	s.out = append(s.out, Suggestion{c.text, len(s.typed.Text), c.kind})
}

// day is what may change what a question means beside the view.
func (s *suggester) day() string {
	return s.opt.Now.In(s.opt.Zone).Format(time.DateOnly) + s.opt.Fiscal.String() + s.opt.Week.String() + strconv.FormatBool(s.typed.Passes == nil) + " "
}

// draft is what a question is answered with; "" if nobody can be sure of that.
func (s *suggester) draft(text string) string {
	q, err := egress.ReadQuestion(text)
	if err != nil {
		return ""
	}
	sql := s.opt.Lexicons.of(s.view, q, s.opt.Taught).sure(q.Text(), s.opt)
	if sql == "" || s.typed.Passes != nil && !s.typed.Passes(sql) {
		return ""
	}
	return sql
}

// sure is the draft of the rules for a question, where they are so sure that it
// stays first whatever the learned parser says; else "".
func (l *lexicon) sure(text string, opt Options) string {
	tokens := tokenize(text)
	if len(tokens) > maxWords {
		return ""
	}
	x := newLattice(l, text, l.expand(tokens, askingWords()), opt)
	if x.plausible() != nil {
		return ""
	}
	// What costs so much more than the best takes less than a hundredth from the
	// confidence in it.
	const little, hundredth = 2, 0.01
	least := certain
	if !x.learnable() {
		least = enough
	}
	all, _ := x.byHandWithin(little)
	if len(all) == 0 || all[0].Draft.Confidence < least+hundredth || len(all[0].Passed) > 0 {
		return ""
	}
	return all[0].Draft.SQL
}

// speaksOf reports whether a draft has all these names.
func speaksOf(sql string, of []ref) bool {
	for _, r := range of {
		name := r.table.Name
		if r.col != nil {
			name = r.col.Name
		}
		if !strings.Contains(sql, quoteName(name)) {
			return false
		}
	}
	return true
}
