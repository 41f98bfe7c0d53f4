package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grille-dev/grille/refusal"
)

// Choice is what the asker says that some words of the question mean. The same
// question with the same choices gives the same readings.
type Choice struct {
	// Words as a Part has them; some of them are enough, and case does not matter.
	// "" is for a part that no word caused.
	Words string
	// Means as Part.Means and Others say it; the name of a column alone is enough
	// where that is clear.
	Means string
}

// ParseChoice reads WORDS=MEANING, as in "last year=visits.discharged_at".
func ParseChoice(text string) (Choice, error) {
	i := strings.LastIndexByte(text, '=')
	if i < 0 || strings.TrimSpace(text[i+1:]) == "" {
		return Choice{}, refusal.New(refusal.WhichReading, "write words of the question, =, and what they mean: last year=visits.discharged_at",
			"%q does not say which words mean what", text)
	}
	return Choice{strings.TrimSpace(text[:i]), strings.TrimSpace(text[i+1:])}, nil
}

// String is what ParseChoice reads.
func (c Choice) String() string { return c.Words + "=" + c.Means }

// choose keeps the readings in which words mean what the asker says, and changes
// others so that they do, one choice after the other.
func (u Understanding) choose(choices []Choice) (Understanding, error) {
	asked, one := u.Which()
	told := one && slices.ContainsFunc(choices, func(c Choice) bool { return Part{Slot: asked.Words}.speaks(c.Words) })
	for _, c := range choices {
		var next []Reading
		for _, r := range u.Readings {
			r = r.told()
			s, ok := r.with(c)
			s.Asked, s.Changed, s.chosen = r.Asked, r.Changed, append(slices.Clip(r.chosen), c)
			if ok && !slices.ContainsFunc(next, func(o Reading) bool { return o.Draft.SQL == s.Draft.SQL }) {
				next = append(next, s.told())
			}
		}
		if len(next) == 0 {
			return Understanding{}, u.refuse(c)
		}
		u.Readings = next
	}
	for _, c := range choices {
		u.Readings = slices.DeleteFunc(u.Readings, func(r Reading) bool { return !r.has(c) })
		if len(u.Readings) == 0 {
			return Understanding{}, refusal.New(refusal.WhichReading, "choose one of them", "%q cannot be meant together with the other choices", c)
		}
	}
	u.mark(choices)
	// The first reading uses every word, and what it differed in from others is said,
	// or no other is nearly as likely.
	if len(choices) > 0 && len(u.Readings[0].Passed) == 0 && (told || near(u.Readings) == 1) {
		u.Decision = Answer
	}
	return u, nil
}

// mark notes which parts are chosen.
func (u Understanding) mark(choices []Choice) {
	for _, r := range u.Readings {
		for i := range r.Parts {
			p := &r.Parts[i]
			if slices.ContainsFunc(choices, p.holds) {
				p.Chosen, p.Default = true, false
			}
		}
	}
}

// near is how many readings are nearly as likely as the first, itself included.
func near(all []Reading) int {
	n := 0
	for n < len(all) && 2*all[n].Draft.Confidence >= all[0].Draft.Confidence {
		n++
	}
	return n
}

// with is r in which c holds.
func (r Reading) with(c Choice) (Reading, bool) {
	if r.has(c) {
		return r, true
	}
	for _, p := range r.Parts {
		if i := p.other(c); i >= 0 {
			return p.swaps[i].Reading, true
		}
	}
	return r, false
}

// has reports whether c holds in r.
func (r Reading) has(c Choice) bool {
	return slices.ContainsFunc(r.Parts, func(p Part) bool { return p.holds(c) })
}

// holds reports whether a part is what a choice says.
func (p *Part) holds(c Choice) bool { return p.speaks(c.Words) && says(p.Means, c.Means) }

// other is the alternative that a choice names; -1 if none is, or several are.
func (p Part) other(c Choice) int {
	at := -1
	if !p.speaks(c.Words) {
		return at
	}
	for i, s := range p.swaps {
		switch {
		case strings.EqualFold(s.means, c.Means):
			return i
		case says(s.means, c.Means) && at >= 0:
			return -1
		case says(s.means, c.Means):
			at = i
		}
	}
	return at
}

// speaks reports whether a part is of some words.
func (p Part) speaks(words string) bool {
	whole := func(s string) string { return " " + strings.ToLower(strings.Join(strings.Fields(s), " ")) + " " }
	if strings.TrimSpace(words) == "" {
		return p.Slot == ""
	}
	return strings.Contains(whole(p.Slot), whole(words)) || strings.Contains(whole(p.Words), whole(words))
}

// says reports whether a meaning is called so: departments.name, or name alone.
func says(means, called string) bool {
	if means == "" {
		return false
	}
	return strings.EqualFold(means, called) || strings.HasSuffix(strings.ToLower(means), "."+strings.ToLower(called)) ||
		strings.HasSuffix(strings.ToLower(means), " of "+strings.ToLower(called))
}

// refuse says what the words could mean, or which words can be chosen for.
func (u Understanding) refuse(c Choice) error {
	var means, words []string
	for _, r := range u.Readings {
		for _, p := range r.Parts {
			if len(p.Others) == 0 {
				continue
			}
			words = append(words, fmt.Sprintf("%q", p.Slot))
			if p.speaks(c.Words) {
				means = append(append(means, p.Means), p.Others...)
			}
		}
	}
	switch {
	case len(means) > 0:
		return refusal.New(refusal.WhichReading, "choose one of: "+strings.Join(once(means), ", "), "%q cannot mean %s here", c.Words, c.Means)
	case len(words) > 0:
		return refusal.New(refusal.WhichReading, "there is a choice for: "+strings.Join(once(words), ", "), "there is nothing to choose for %q", c.Words)
	}
	return refusal.New(refusal.WhichReading, "ask without choosing", "each word of this question has one meaning here")
}

// once are what is in a list in its order, nothing twice.
func once[T string | Choice](all []T) []T {
	var out []T
	for _, s := range all {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
