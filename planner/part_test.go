package planner

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/policy"
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
		if x.Chosen {
			line += " (chosen)"
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

// What a viewer may not see is no alternative, and cannot be chosen: parts and
// refusals are those of a database that has it not.
func TestHiddenParts(t *testing.T) {
	const (
		without = "wards (id int4 key, name text, city text)\nvisits (id int4 key, ward_id int4 -> wards.id, admitted_at timestamp, cost numeric)"
		with    = "wards (id int4 key, name text, city text, beds int4)\nvisits (id int4 key, ward_id int4 -> wards.id, admitted_at timestamp, cost numeric, left_at timestamp, cost_paid numeric, city text)"
	)
	bare, hides := open(t, parsed(t, without)), open(t, parsed(t, with), "left_at", "cost_paid", "visits.city", "beds")
	sees := open(t, parsed(t, with))
	for _, text := range []string{"visits last year", "average cost per city", "cost by month", "visits in Oslo last month"} {
		for _, c := range [][]Choice{nil, {{"last", "visits.left_at"}}, {{"cost", "cost_paid"}}, {{"city", "visits.city"}}, {{"last", "no_such"}}} {
			a, b, other := inParts(t, bare, text, c), inParts(t, hides, text, c), inParts(t, sees, text, c)
			if a != b {
				t.Errorf("%s %v: a hidden column shows:\n%s\n%s", text, c, a, b)
			}
			if c == nil && a == other {
				t.Errorf("%s: nothing is offered of what may be seen", text)
			}
		}
	}
}

func parsed(t *testing.T, tables string) *catalog.Catalog {
	t.Helper()
	c, err := catalogtest.Parse(catalog.Postgres, tables)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// inParts is all that a viewer is told of a question.
func inParts(t *testing.T, view policy.View, text string, chosen []Choice) string {
	t.Helper()
	q, err := egress.ReadQuestion(text)
	if err != nil {
		t.Fatal(err)
	}
	u, err := Understand(view, q, Options{Now: noon, Zone: time.UTC, Chosen: chosen})
	if err != nil {
		return said(err)
	}
	var b strings.Builder
	for _, r := range u.Readings {
		for _, p := range r.Parts {
			fmt.Fprintln(&b, p.Kind, p.Words, p.Taken, p.Means, p.Default, p.Others)
		}
	}
	return b.String()
}
