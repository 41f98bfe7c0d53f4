package egress

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/grille-dev/grille/internal/lexicon"
)

// Names are found by how a text is written, and not by who is a customer: a word
// that is neither English nor a name of the catalog is marked wherever it
// stands, and one that is a word and a name (Baker, Rose, Will) where a person's
// name would stand. So a mark says nothing about whether somebody is known.

// sighting is what a word looks like.
type sighting uint8

const (
	no    sighting = iota
	maybe          // could be a name: privacy strict asks
	yes
)

// sentence is a text whose words are looked at.
type sentence struct {
	text   string
	tokens []token
	seen   []sighting
	flat   bool // case says nothing: all small, ALL CAPS, Or All Capitals
	latin  bool // most letters are Latin
	alien  bool // a language of Latin letters that is not English
}

// names marks what may be names in text, all of kind Word. Those that only may
// be have Unsure set. Words inside of what is taken already are left alone.
func (d Detector) names(text string, taken marks) (found []Mark, tried []string) {
	s := sentence{text: text, tokens: tokens(text)}
	for i := range s.tokens {
		t := &s.tokens[i]
		if t.taken = taken.touch(t.start, t.end); !t.taken {
			t.understand(d.catalog)
		}
	}
	s.saints()
	s.survey()
	s.seen = make([]sighting, len(s.tokens))
	for i := range s.tokens {
		s.seen[i] = s.alone(i)
	}
	for i := range s.tokens {
		s.seen[i] = max(s.seen[i], s.placed(i))
	}
	s.spread()
	for i, t := range s.tokens {
		if t.taken || d.Keep[t.lower] {
			s.seen[i] = no
		}
	}
	if d.Names != nil {
		tried = s.phrases(d)
	}
	return s.marks(), tried
}

// survey decides what case and language say in this text.
func (s *sentence) survey() {
	words, capitals, shouted, strange, foreign, long := 0, 0, 0, 0, 0, 0
	latin, letters := 0, 0
	for _, t := range s.tokens {
		for _, r := range t.lower {
			if unicode.IsLetter(r) {
				letters++
				if unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic) {
					latin++
				}
			}
		}
		if t.taken || t.form == code || utf8.RuneCountInString(t.lower) < 2 {
			continue
		}
		words++
		switch t.form {
		case capital:
			capitals++
		case caps:
			shouted++
			long = max(long, len(t.lower))
		case small, mixed, code:
		default:
			panic("egress: unknown form")
		}
		if !t.known {
			strange++
		}
		if functionWord(t.lower) {
			foreign++
		}
	}
	s.flat = words > 3 && (10*capitals >= 8*words || 10*shouted >= 7*words && long > 4) || capitals+shouted == 0
	s.latin = 2*latin >= letters
	s.alien = foreign >= 2 && words >= 4 && 5*strange >= 2*words
}

// alone judges a word without its neighbours.
func (s *sentence) alone(i int) sighting {
	t := s.tokens[i]
	n := utf8.RuneCountInString(t.lower)
	switch {
	case t.taken || t.form == code || n < 2 || t.known:
		return no
	case !cased(t.lower) && !s.latin:
		return maybe // a text in a script without case
	case s.alien && !(t.form == capital && t.sense.Is(lexicon.Given)):
		return maybe
	case (t.form == caps || t.form == mixed) && n <= 4 && !s.flat && !t.sense.Is(lexicon.Given|lexicon.Surname):
		return maybe // an acronym
	default:
		return yes
	}
}

// placed judges a word that is known, and a name of people too, by where it stands.
func (s *sentence) placed(i int) sighting {
	t := s.tokens[i]
	name := t.sense.Is(lexicon.Given | lexicon.Surname)
	big := t.form == capital && !s.flat || t.form == caps && !s.flat && len(t.lower) > 4
	before, linked := s.before(i)
	switch {
	case t.form == code || len(t.lower) < 2:
		return no
	case linked && isTitle(before) && (name || big || !t.known):
		return yes
	case linked && s.naming(i) && (name || big && !t.first):
		return yes
	case s.alien && linked && isRole(before) && big:
		return yes
	case !name, t.ofCatalog && t.form == small:
		return no
	case s.fullName(i) || i > 0 && s.fullName(i-1):
		return yes
	case linked && isRole(before) && !t.sense.Is(lexicon.Place) && !hedge(t.lower), linked && isRole(before) && big && t.sense.Is(lexicon.Given):
		return yes
	case t.owns && t.form == capital && !s.flat && !t.sense.Is(lexicon.Place): // Baker's, also at the beginning
		return yes
	case big && !t.first && !t.sense.Is(lexicon.Place):
		if s.inTerm(i) {
			return maybe // Black Friday, Gold Card
		}
		return yes
	case big && !t.first && t.sense.Is(lexicon.Given) && !hedge(t.lower), linked && preposition(before.lower) && !t.sense.Is(lexicon.Place),
		i > 0 && t.gap == ", " && s.seen[i-1] == yes && !t.sense.Is(lexicon.Place):
		return maybe
	default:
		return no
	}
}

// fullName reports a given name at i with a surname after it: Mark Baker. In small
// letters it counts only where a name stands: "of mark baker", not "will young
// patients come".
func (s *sentence) fullName(i int) bool {
	if i+1 >= len(s.tokens) {
		return false
	}
	a, b := s.tokens[i], s.tokens[i+1]
	if b.gap != " " || !a.sense.Is(lexicon.Given) || !b.sense.Is(lexicon.Surname) || b.sense.Is(lexicon.Place) {
		return false
	}
	if a.form == capital && b.form == capital && !s.flat {
		return true
	}
	before, linked := s.before(i)
	return linked && !auxiliary(a.lower) && (preposition(before.lower) || isRole(before))
}

// saints makes places of what follows San, Santa, São: San Diego, Santa Clara.
func (s *sentence) saints() {
	for i := 1; i < len(s.tokens); i++ {
		switch s.tokens[i-1].lower {
		case "san", "santa", "santo", "sao", "são":
			if s.tokens[i].gap == " " {
				s.tokens[i-1].known, s.tokens[i].known = true, true
				s.tokens[i-1].sense, s.tokens[i].sense = lexicon.Place, lexicon.Place
			}
		}
	}
}

// spread takes in the words beside a name that make it whole: Grace Kellner,
// Maria Young, Brad L. Key.
func (s *sentence) spread() {
	for i, t := range s.tokens {
		if s.seen[i] == yes || t.form == code || utf8.RuneCountInString(t.lower) < 2 {
			continue
		}
		big := t.form == capital && !s.flat && !t.first
		given, last := t.sense.Is(lexicon.Given), t.sense.Is(lexicon.Surname)
		before, after := s.seenBeside(i, -1), s.seenBeside(i, 1)
		switch {
		case hedge(t.lower) && !big:
		case given && after >= 0, last && before >= 0, big && given && before >= 0, big && last && after >= 0 && !t.sense.Is(lexicon.Place):
			s.seen[i] = yes
		case big && before >= 0 && !t.sense.Is(lexicon.Place) && (s.tokens[before].sense.Is(lexicon.Given) || before < i-1):
			s.seen[i] = yes
		case big && given && s.listed(i):
			s.seen[i] = yes
		}
	}
}

// seenBeside is the name next to token i in the direction step, across initials;
// -1: there is none.
func (s *sentence) seenBeside(i, step int) int {
	for j := i + step; j >= 0 && j < len(s.tokens); j += step {
		gap := s.tokens[max(j, j-step)].gap
		switch {
		case gap != " " && gap != ". ":
			return -1
		case s.seen[j] == yes:
			return j
		case utf8.RuneCountInString(s.tokens[j].lower) > 1:
			return -1
		}
	}
	return -1
}

// listed reports a neighbour in an enumeration that is somebody's given name:
// Kevin, Brittany and Terri.
func (s *sentence) listed(i int) bool {
	name := func(j int) bool {
		return j >= 0 && j < len(s.tokens) && s.seen[j] == yes && s.tokens[j].sense.Is(lexicon.Given)
	}
	and := func(j int) bool {
		return j >= 0 && j < len(s.tokens) && (s.tokens[j].lower == "and" || s.tokens[j].lower == "or")
	}
	switch {
	case s.tokens[i].gap == ", " && name(i-1), and(i-1) && name(i-2), i+1 < len(s.tokens) && s.tokens[i+1].gap == ", " && name(i+1), and(i+1) && name(i+2):
		return true
	}
	return false
}

// inTerm reports whether a capitalised word that is no name stands beside i.
func (s *sentence) inTerm(i int) bool {
	term := func(j, right int) bool {
		if j < 0 || j >= len(s.tokens) || strings.Trim(s.tokens[right].gap, " -") != "" {
			return false
		}
		t := s.tokens[j]
		return t.known && !t.first && (t.form == capital || t.form == caps) && (!t.sense.Is(lexicon.Given|lexicon.Surname) || t.sense.Is(lexicon.Place))
	}
	return term(i-1, i) || term(i+1, i+1)
}

// before is the word in front of i, if nothing but a blank, a full stop of an
// abbreviation or a quotation mark stands between.
func (s *sentence) before(i int) (token, bool) {
	if i == 0 {
		return token{}, false
	}
	b := s.tokens[i-1]
	gap := strings.Trim(s.tokens[i].gap, ` "'“‘`)
	return b, gap == "" || gap == "." && abbreviates(b)
}

// naming reports whether i stands after "named", "name is", "surname =".
func (s *sentence) naming(i int) bool {
	for j := i - 1; j >= 0 && j >= i-2; j-- {
		switch s.tokens[j].lower {
		case "named", "called", "name", "surname", "lastname", "firstname", "forename":
			return s.tokens[j].lower != "name" || j < i-1 || strings.ContainsAny(s.tokens[i].gap, `:="'“‘`)
		case "is", "like", "equals", "of":
		default:
			return false
		}
	}
	return false
}

// marks are the words that were seen; those of one name are one mark, with its
// initials and particles: J. van der Berg.
func (s *sentence) marks() []Mark {
	var out []Mark
	last := -2 // token with which the last mark ended
	for i, t := range s.tokens {
		if s.seen[i] == no {
			continue
		}
		m := Mark{Kind: Word, Start: t.start, End: t.end, Unsure: s.seen[i] == maybe}
		for j := i; j > 0 && j-1 > last && utf8.RuneCountInString(s.tokens[j-1].lower) == 1 && s.tokens[j-1].lower != "a" && (s.tokens[j].gap == " " || s.tokens[j].gap == ". ") && !m.Unsure; j-- {
			m.Start = s.tokens[j-1].start // J. Keller
		}
		if n := len(out); n > 0 && !m.Unsure && !out[n-1].Unsure && s.joins(last, i) {
			out[n-1].End = t.end
		} else {
			out = append(out, m)
		}
		last = i
	}
	return out
}

// joins reports whether the names at tokens a and b are one.
func (s *sentence) joins(a, b int) bool {
	for i := a + 1; i <= b; i++ {
		t := s.tokens[i]
		if gap := t.gap; t.taken || gap != " " && gap != "-" && gap != ". " || s.tokens[i-1].owns {
			return false
		}
		if i < b && utf8.RuneCountInString(t.lower) > 1 && !particle(t.lower) {
			return false
		}
	}
	return b-a <= 3
}

func cased(w string) bool {
	return strings.IndexFunc(w, func(r rune) bool { return unicode.IsLower(r) || unicode.IsUpper(r) }) >= 0
}
