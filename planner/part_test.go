package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/internal/spec"
)

// parts: a question, and on further lines what is chosen. Of the first reading
// each part, with the words that caused it and what else they could mean; all of
// these are tried.
func (p *page) parts(_ *spec.Args, input string) string {
	text, chosen := p.choices(input)
	u, err := p.understand(text, chosen)
	if err != nil {
		return said(err)
	}
	var b strings.Builder
	if u.Decision == Choose {
		fmt.Fprintln(&b, "choose")
	}
	if w, ok := u.Which(); ok {
		fmt.Fprintln(&b, w)
	}
	first := u.Readings[0]
	fmt.Fprintln(&b, first.Draft.SQL)
	for _, x := range first.Parts {
		p.places(text, first, x)
		line := fmt.Sprintf("%-9s  %-22s %s", x.Kind, x.Words, x.Taken)
		if x.Default {
			line += " (default)"
		}
		if len(x.Others) > 0 {
			line += " | " + strings.Join(x.Others, ", ")
		}
		fmt.Fprintln(&b, strings.TrimRight(line, " "))
		for _, other := range x.Choices() {
			more := slices.DeleteFunc(slices.Clone(chosen), func(c Choice) bool { return x.speaks(c.Words) })
			p.try(text, append(more, other), first)
		}
	}
	return b.String()
}

func (p *page) choices(input string) (text string, chosen []Choice) {
	lines := strings.Split(input, "\n")
	for _, line := range lines[1:] {
		c, err := ParseChoice(line)
		if err != nil {
			p.t.Fatal(err)
		}
		chosen = append(chosen, c)
	}
	return lines[0], chosen
}

func (p *page) understand(text string, chosen []Choice) (Understanding, error) {
	q, err := egress.ReadQuestion(text)
	if err != nil {
		return Understanding{}, err
	}
	return Understand(p.views[0], q, Options{Now: noon, Zone: p.zone, Chosen: chosen})
}

// places: a part points into the question and into the draft.
func (p *page) places(text string, r Reading, x Part) {
	p.t.Helper()
	for _, s := range x.Asked {
		if s.Pos >= s.End || int(s.End) > len(text) {
			p.t.Errorf("%s: part %q has words at %v", text, x.Taken, s)
		}
	}
	if x.Place.Pos > x.Place.End || int(x.Place.End) > len(r.Draft.SQL) {
		p.t.Errorf("%s: part %q is at %v", text, x.Taken, x.Place)
	}
}

// try chooses an alternative: the draft is another one, sound, and has it.
func (p *page) try(text string, chosen []Choice, from Reading) {
	p.t.Helper()
	u, err := p.understand(text, chosen)
	if err != nil {
		p.t.Errorf("%s: %v was offered: %v", text, chosen, err)
		return
	}
	first := u.Readings[0]
	sound(p.t, p.views[0], text, first.Draft)
	if first.Draft.SQL == from.Draft.SQL || !first.has(chosen[len(chosen)-1]) {
		p.t.Errorf("%s: choosing %v changes nothing:\n%s", text, chosen, first.Draft.SQL)
	}
	again, err := p.understand(text, chosen)
	if err != nil || again.Readings[0].Draft.SQL != first.Draft.SQL {
		p.t.Errorf("%s: %v is not the same a second time", text, chosen)
	}
}
