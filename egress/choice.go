package egress

import (
	"slices"
	"strings"

	lang "github.com/grille-dev/grille/internal/words"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
)

// Choice is what the viewer says about single words of their question.
type Choice struct {
	// Hide are words or phrases of the question that are replaced, too.
	Hide []string
	// Keep are words that leave though they may be names. What was found as an
	// e-mail address, a number, an address and the like is replaced all the same.
	Keep []string
}

// kept are the single words of Keep, in lower case.
func (c Choice) kept() map[string]bool {
	set := map[string]bool{}
	for _, phrase := range c.Keep {
		set[strings.ToLower(strings.TrimSpace(phrase))] = true // a code with more than letters
		for _, t := range tokens(phrase) {
			set[t.lower] = true
		}
	}
	return set
}

// check refuses a choice about what is not in the text, or cannot be kept.
func (c Choice) check(text string) error {
	for _, phrase := range c.Keep {
		places := occurrences(text, phrase)
		if len(places) == 0 {
			return notThere("keep", phrase)
		}
		found := typed(text)
		if slices.ContainsFunc(places, func(m Mark) bool { return found.touch(m.Start, m.End) }) {
			return refusal.New(refusal.WordChoice, "leave it replaced, or ask without a model",
				"%q is more than a word that may be a name, and does not leave", phrase)
		}
	}
	for _, phrase := range c.Hide {
		if len(occurrences(text, phrase)) == 0 {
			return notThere("replace", phrase)
		}
	}
	return nil
}

func notThere(what, phrase string) error {
	return refusal.New(refusal.WordChoice, "name words as they stand in the question", "there is no %q in the question to %s", phrase, what)
}

// hidden marks every occurrence of what Hide names.
func (c Choice) hidden(text string) []Mark {
	var all []Mark
	for _, phrase := range c.Hide {
		all = append(all, occurrences(text, phrase)...)
	}
	return all
}

// occurrences are the places of a phrase in text, word by word and in any case.
func occurrences(text, phrase string) []Mark {
	want := lang.Fields(phrase)
	if len(want) == 0 {
		return nil
	}
	have := fields(text)
	var found []Mark
	for i := 0; i+len(want) <= len(have); i++ {
		if slices.EqualFunc(have[i:i+len(want)], want, func(f field, w string) bool { return f.lower == w }) {
			found = append(found, Mark{Kind: Word, Start: have[i].start, End: have[i+len(want)-1].end})
		}
	}
	return found
}

// field is a run of letters and digits; an apostrophe ends one.
type field struct {
	start, end int
	lower      string
}

func fields(text string) []field {
	var all []field
	start := -1
	for i, r := range text + " " {
		switch in := i < len(text) && wordy(r, 0); {
		case in && start < 0:
			start = i
		case !in && start >= 0:
			all = append(all, field{start, i, strings.ToLower(text[start:i])})
			start = -1
		}
	}
	return all
}

// unsureWords are the words among marks of which the viewer may be asked, each once.
func unsureWords(text string, marks []Mark) []string {
	var words []string
	for _, m := range marks {
		if w := text[m.Start:m.End]; m.Unsure && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return words
}

func unsure(words []string) error {
	return refusal.New(refusal.UnsureWord, "say of each word whether to hide or to keep it",
		"may be personal data: %s", strings.Join(words, ", "))
}

// Review is what would leave of a question, for whoever asks it. It says nothing
// of why something is replaced but that it may be personal data.
type Review struct {
	Leaves   string   // with placeholders
	Replaced []string // what they stand for
	Unsure   []string // words that may be names, and leave unless hidden; privacy: strict asks
}

// Review is what Compose would make of the question alone. Kept is to be counted
// like that of Compose: see [Kept.Looked].
func (c Composer) Review(view policy.View, q Question) (Review, Kept, error) {
	if !view.Made() || !q.Made() || view.Service() {
		panic("egress: zero View or Question, or the dictionary's View")
	}
	if !c.Memory.Fits(view) {
		c.Memory = Memory{}
	}
	r := c.redaction(c.Outlines.of(view))
	leaves, kept, err := r.redact(q.text)
	if err != nil {
		return Review{}, Kept{}, err
	}
	return Review{leaves, kept.within(leaves).Replaced(), r.unsure(q.text)}, kept, nil
}
