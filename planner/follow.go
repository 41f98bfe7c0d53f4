package planner

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
)

// Turn is a question that was answered, as far as a follow-up needs it: the words
// that were typed and what was chosen for them, and nothing of stored values or
// rows. The zero Turn is none.
//
// It is bound to the view that it was made for: with other rights, or after a
// change of tables, it is none.
type Turn struct {
	key    string
	asked  string
	chosen []Choice
	draft  [sha256.Size]byte // which reading of it was meant
}

// Remember is the turn that ends with r, a reading of [Understand] that view was
// given, being answered.
func Remember(view policy.View, r Reading) Turn {
	asked := []byte(r.Asked)
	for _, s := range slices.Backward(r.Passed) { // what was passed over is not asked again
		asked = slices.Delete(asked, int(s.Pos), int(s.End))
	}
	return Turn{turnKey(view), string(asked), r.chosen, sha256.Sum256([]byte(r.Draft.SQL))}
}

// turnKey is of the person, too: others may have equal rights.
func turnKey(view policy.View) string { return view.Key() + view.Viewer().Name }

// Fits reports whether t may be edited for view.
func (t Turn) Fits(view policy.View) bool { return t.asked != "" && t.key == turnKey(view) }

// Format says whether there is one, and nothing of it.
func (t Turn) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "a turn: %t", t.asked != "") }

// follower reads questions one after the other for one view.
type follower struct {
	view policy.View
	opt  Options
	lex  *lexicon // of a follow-up and the question before; nil: of each question
}

// follow reads a question that may be a follow-up. What it changes is a stretch of
// the question before, in words; the new question is read like any other. So
// nothing is taken over that cannot be shown.
//
// A text that is a question by itself stands alone, unless it says that it
// follows: a condition that is taken over without being asked for is worse than
// one that has to be repeated.
func (f *follower) follow(q egress.Question) (Understanding, error) {
	if f.opt.Lexicons == nil {
		f.opt.Lexicons = &Lexicons{}
	}
	alone, err := f.reread(q.Text(), nil)
	last := f.opt.After
	if !last.Fits(f.view) {
		return f.mended(q, alone, err)
	}
	if f.lex = f.lexicon(last.asked + " " + q.Text()); f.lex == nil {
		return f.mended(q, alone, err)
	}
	u := f.newFollowUp(q.Text())
	if !u.follows(alone) {
		return f.mended(q, alone, err)
	}
	base, ok := f.base(last)
	if !ok {
		return f.mended(q, alone, err)
	}
	switch edited, ok := u.edit(base); {
	case ok:
		return edited, nil
	case err == nil: // it seems to speak of what was before, and makes sense alone
		return Understanding{Decision: Choose, Readings: alone.Readings}, nil
	}
	return Understanding{}, refusal.New(refusal.NotUnderstood, "ask it as a whole question, such as: "+f.lexicon(q.Text()).example(),
		"not understood after %q: %q", shortened(last.asked), shortened(q.Text()))
}

// mended is what is made of a question that stands alone, with what was meant by
// words that are not known.
func (f *follower) mended(q egress.Question, u Understanding, err error) (Understanding, error) {
	if err != nil {
		return Understanding{}, refusedMended(err, f.view, q, f.opt)
	}
	return u.mended(f.view, q, f.opt)
}

// reread reads a question with those choices that are about words of it.
func (f *follower) reread(text string, chosen []Choice) (Understanding, error) {
	lex := f.lexicon(text)
	if lex == nil {
		return Understanding{}, refusal.New(refusal.TooLong, "ask it as a whole question", "together with the question before it is too long")
	}
	u, err := read(lex, text, f.opt)
	if err != nil {
		return u, err
	}
	u = u.asked(text, "")
	chosen = slices.DeleteFunc(slices.Clone(chosen), func(c Choice) bool { return !strings.Contains(strings.ToLower(text), strings.ToLower(c.Words)) })
	if len(chosen) == 0 {
		return u, nil
	}
	return u.told().choose(chosen)
}

// lexicon is what a question is read against; nil: it is none.
func (f *follower) lexicon(text string) *lexicon {
	q, err := egress.ReadQuestion(text)
	if err != nil {
		return nil
	}
	if f.lex != nil {
		return f.lex
	}
	return f.opt.Lexicons.of(f.view, q, f.opt.Taught)
}

func shortened(text string) string {
	if r := []rune(text); len(r) > 80 {
		return string(r[:77]) + "..."
	}
	return text
}

// asked says of all readings what they are readings of.
func (u Understanding) asked(text, changed string) Understanding {
	u.Readings = slices.Clone(u.Readings)
	for i := range u.Readings {
		u.Readings[i].Asked, u.Readings[i].Changed = text, changed
	}
	return u
}

// base is the reading of a turn that was answered.
func (f *follower) base(t Turn) (*dissected, bool) {
	u, err := f.reread(t.asked, t.chosen)
	if err != nil {
		return nil, false
	}
	k := max(0, slices.IndexFunc(u.Readings, func(r Reading) bool { return sha256.Sum256([]byte(r.Draft.SQL)) == t.draft }))
	return f.dissect(u.Readings[k]), true
}

// following says by which words a text speaks of the question before.
type following uint8

const (
	nobody  following = iota // none: it may be a part of a question by its form
	weakly                   // and: it may as well begin another question
	clearly                  // what about, instead, only
)

// followUp is a text taken apart: what says that it follows, and what it says.
type followUp struct {
	*lattice
	*follower
	chosen   []Choice // for the question before
	says     following
	from, to int // tokens of what it says
	also     bool
	only     bool
	instead  bool
	same     bool
	them     bool   // speaks of "them"
	old      [2]int // tokens of what it says is to be replaced
	tried    map[string]Understanding
}

// openers begin a follow-up and are no part of what it says, with what they mean.
var openers = []struct {
	words string
	set   func(*followUp)
}{
	{"and what about", (*followUp).clear}, {"and how about", (*followUp).clear}, {"what about", (*followUp).clear}, {"how about", (*followUp).clear},
	{"and the same for", (*followUp).sameFor}, {"the same for", (*followUp).sameFor}, {"same for", (*followUp).sameFor}, {"the same thing for", (*followUp).sameFor},
	{"the same but", (*followUp).clear}, {"same but", (*followUp).clear}, {"the same", (*followUp).clear}, {"same", (*followUp).clear}, {"same thing but", (*followUp).clear},
	{"make it", (*followUp).clear}, {"make that", (*followUp).clear}, {"show it", (*followUp).clear}, {"show them", (*followUp).clear}, {"show this", (*followUp).clear}, {"show that", (*followUp).clear},
	{"i meant", (*followUp).clear}, {"i mean", (*followUp).clear}, {"change to", (*followUp).clear}, {"change it to", (*followUp).clear}, {"switch to", (*followUp).clear}, {"go back to", (*followUp).clear}, {"back to", (*followUp).clear},
	{"restrict to", (*followUp).narrow}, {"limit to", (*followUp).narrow}, {"limit it to", (*followUp).narrow}, {"restrict it to", (*followUp).narrow}, {"filter by", (*followUp).narrow}, {"filter on", (*followUp).narrow}, {"filter to", (*followUp).narrow}, {"filter for", (*followUp).narrow},
	{"and also", (*followUp).add}, {"also", (*followUp).add}, {"add", (*followUp).add}, {"plus", (*followUp).add},
	{"only", (*followUp).narrow}, {"just", (*followUp).narrow}, {"now", (*followUp).clear},
	{"and", (*followUp).weak}, {"but", (*followUp).weak}, {"or", (*followUp).add}, {"then", (*followUp).weak},
	{"ok", (*followUp).nothing}, {"okay", (*followUp).nothing}, {"so", (*followUp).nothing}, {"please", (*followUp).nothing}, {",", (*followUp).nothing}, {"well", (*followUp).nothing}, {"no", (*followUp).nothing}, {"sorry", (*followUp).nothing}, {"actually", (*followUp).clear},
}

// closers end a follow-up.
var closers = []struct {
	words string
	set   func(*followUp)
}{
	{"instead", (*followUp).inPlace}, {"rather", (*followUp).inPlace}, {"as well", (*followUp).add}, {"too", (*followUp).add}, {"also", (*followUp).add}, {"only", (*followUp).narrow}, {"alone", (*followUp).narrow},
	{"now", (*followUp).clear}, {"please", (*followUp).nothing}, {"then", (*followUp).nothing}, {"again", (*followUp).clear}, {",", (*followUp).nothing},
}

func (f *followUp) nothing() {}
func (f *followUp) weak()    { f.says = max(f.says, weakly) }
func (f *followUp) clear()   { f.says = clearly }
func (f *followUp) add()     { f.says, f.also = clearly, true }
func (f *followUp) narrow()  { f.says, f.only = clearly, true }
func (f *followUp) inPlace() { f.says, f.instead = clearly, true }
func (f *followUp) sameFor() { f.says, f.same = clearly, true }

func (r *follower) newFollowUp(text string) *followUp {
	tokens := tokenize(text)
	f := &followUp{lattice: newLattice(r.lexicon(text), text, tokens, r.opt), follower: r, chosen: r.opt.After.chosen,
		to: len(tokens), tried: map[string]Understanding{}}
	for f.to > 0 && tokens[f.to-1].kind == endToken {
		f.to--
	}
	f.peel()
	f.swap()
	f.them = slices.ContainsFunc(f.tokens[f.from:f.to], func(t token) bool { return oneOf(t, "them", "those", "these", "ones") })
	return f
}

// swap takes "X instead of Y" and "not Y but X" apart.
func (f *followUp) swap() {
	for i := f.from + 1; i+2 < f.to; i++ {
		if leading(f.tokens[i:f.to], []string{"instead", "of"})+leading(f.tokens[i:f.to], []string{"rather", "than"}) > 0 {
			f.old, f.to = [2]int{i + 2, f.to}, i
			f.inPlace()
			return
		}
	}
	if f.from >= f.to || !oneOf(f.tokens[f.from], "not") {
		return
	}
	for i := f.from + 2; i+1 < f.to; i++ {
		if oneOf(f.tokens[i], "but", ",") {
			f.old, f.from = [2]int{f.from + 1, i}, i+1
			f.inPlace()
			f.peel()
			return
		}
	}
}

// peel takes openers and closers off.
func (f *followUp) peel() {
	for again := true; again && f.from < f.to; {
		again = false
		for _, o := range openers {
			if n := leading(f.tokens[f.from:f.to], strings.Fields(o.words)); n > 0 && !(o.words == "no" && n < f.to-f.from && f.tokens[f.from+n].text != ",") {
				o.set(f)
				f.from += n
				again = true
				break
			}
		}
	}
	for again := true; again && f.from < f.to; {
		again = false
		for _, o := range closers {
			w := strings.Fields(o.words)
			if k := f.to - len(w); k >= f.from && leading(f.tokens[k:f.to], w) > 0 {
				o.set(f)
				f.to = k
				again = true
				break
			}
		}
	}
}

// text is what tokens [i, j) say.
func (l *lattice) said(i, j int) string {
	if i >= j {
		return ""
	}
	return l.text[l.tokens[i].span.Pos:l.tokens[j-1].span.End]
}

// follows reports whether the text is to be read as a change of the question
// before.
func (f *followUp) follows(alone Understanding) bool {
	whole := alone.Decision == Answer && f.asks()
	switch {
	case f.instead:
		return true
	case f.them:
		return !whole || f.says == clearly || !f.speaksOf()
	case f.says == clearly && !f.begs():
		return true
	case whole:
		return false
	}
	return f.says != nobody || f.partly() || alone.Decision != Answer && f.counts()
}

// speaksOf reports whether it names a table.
func (f *followUp) speaksOf() bool {
	for i := f.from; i < f.to; i++ {
		if f.table(i) {
			return true
		}
	}
	return false
}

// table reports whether a name of a table begins at token i.
func (f *followUp) table(i int) bool {
	return slices.ContainsFunc(f.nounsAt(i), func(p piece) bool { return p.nouns[0].col == nil && p.nouns[0].score >= 0.7 })
}

// counts: it begins with "how many" of what it does not name.
func (f *followUp) counts() bool {
	s, ok := f.measureAt(f.from)
	return ok && s.bare && oneOf(f.tokens[f.from], "how", "number")
}

// begs: it begins as a question does, whatever says that it follows: "now show me
// all hospitals".
func (f *followUp) begs() bool {
	n, _ := f.roleAt(f.from, leadRole, whoRole, whenRole, whereRole, countRole)
	return n > 0 && !f.them && f.from+n < f.to && !f.also && !f.only
}

// asks: it has a word of asking, or names what it is about.
func (f *followUp) asks() bool {
	if f.says == nobody {
		return !f.partly()
	}
	return f.begs()
}

// partly reports whether the text can only be parts of a question: a stretch of
// time, "per" something, a condition.
func (f *followUp) partly() bool {
	all := f.segments()
	if n, _ := f.roleAt(f.from, leadRole, whoRole, whenRole, whereRole, oldRole, countRole); n > 0 || f.from < f.to && oneOf(f.tokens[f.from], "who", "which", "what", "when", "where", "how") {
		return len(all) == 1 && f.counts()
	}
	return len(all) > 0 && !slices.ContainsFunc(all, func(s segment) bool {
		return s.kind == measureSegment && !s.bare || s.kind == condSegment && !f.joined(s)
	})
}

// joined reports whether a condition begins with a word that joins it to what was
// said before, or is a single name or value.
func (f *followUp) joined(s segment) bool {
	if n, _ := f.roleAt(s.from, inRole, ofRole, haveRole, cmpRole, betweenRole, notRole); n > 0 || s.dated {
		return true
	}
	if n := leading(f.tokens[s.from:s.to], []string{"that"}); n > 0 {
		return true
	}
	v, ok := f.capitals(s.from)
	return ok && v.to == s.to && f.nameAt(s.from) < s.to-s.from || f.tokens[s.from].kind == quotedToken && s.to == s.from+1
}
