package tour

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/grille-dev/grille"
)

const perDepartment = "how many visits per department last year?"

// numbers is an analyst's first question. Nothing leaves for it.
type numbers struct{ tom asked }

func (*numbers) about() about {
	return about{"An analyst asks for numbers", "tom",
		"Tom is an analyst. He may see the patients who consented, in groups of ten or more, and no names. He asks in plain English; the planner, which is part of Grille and uses no network, drafts."}
}

func (n *numbers) play(ctx context.Context, s *stage) (err error) {
	if n.tom, err = s.planned(perDepartment, "tom"); err != nil {
		return err
	}
	s.asks(n.tom)
	s.heading("How his words were read")
	for _, p := range n.tom.reading.Parts {
		s.text(fmt.Sprintf("%s: %s", orElse(p.Words, "(no word says so)"), p.Taken), "  ", "    ")
	}
	s.heading("What ran, as Tom may read it")
	s.code(n.tom.SQL, nil)
	s.heading("The answer")
	s.result(n.tom)
	s.heading("What left for a model")
	s.line(fmt.Sprintf("  %d bytes", n.tom.bytes()))
	return nil
}

func (n *numbers) claims() []claim {
	return []claim{
		{fmt.Sprintf("Tom has %d departments, all that the answer has", n.tom.rows), n.tom.rows > 1 && n.tom.complete},
		{"each word of his has a reading, and none was passed over", len(n.tom.reading.Parts) > 0 && len(n.tom.reading.Passed) == 0},
		{"the rule for Tom stands in the SQL that ran, and not in the draft", strings.Contains(n.tom.SQL, "patients who consented") && !strings.Contains(n.tom.draft, "consent")},
		{"0 bytes left", n.tom.bytes() == 0 && len(n.tom.sent) == 0},
	}
}

// twoRights is one question of two people.
type twoRights struct{ tom, ines asked }

func (*twoRights) about() about {
	return about{"One sentence, two rights", "ines",
		"Ines is a clinician. She may see the patients of wards 3 and 4, with their names, and no others. She asks what Tom asked, in the same words."}
}

func (r *twoRights) play(ctx context.Context, s *stage) (err error) {
	if r.ines, err = s.planned(perDepartment, "ines"); err != nil {
		return err
	}
	if r.tom, err = s.planned(perDepartment, "tom"); err != nil {
		return err
	}
	s.asks(r.ines)
	s.heading("The answer")
	s.result(r.ines)
	s.heading("What ran for Tom, where it differs marked with >")
	s.code(r.tom.SQL, absent(r.ines.SQL))
	s.heading("What ran for Ines")
	s.code(r.ines.SQL, absent(r.tom.SQL))
	return nil
}

// absent tells the lines that a text does not have.
func absent(from string) func(string) bool {
	there := strings.Split(from, "\n")
	return func(line string) bool { return !slices.Contains(there, line) }
}

func (r *twoRights) claims() []claim {
	return []claim{
		{"both asked the same, and the same was drafted for both", r.tom.text == r.ines.text && r.tom.draft == r.ines.draft},
		{"what ran for them differs", r.tom.SQL != r.ines.SQL},
		{"their numbers differ", r.tom.table != r.ines.table && r.ines.rows > 0},
		{fmt.Sprintf("Ines has %d departments, those of her wards, and Tom %d", r.ines.rows, r.tom.rows), r.ines.rows < r.tom.rows},
	}
}

// planned asks the planner.
func (s *stage) planned(text, who string) (asked, error) {
	g, err := s.byPlanner()
	if err != nil {
		return asked{}, err
	}
	return s.ask(g, grille.Question{Text: text, Viewer: person(who)})
}

// asks shows a question.
func (s *stage) asks(k asked) {
	s.line("")
	s.text(strings.ToUpper(k.who[:1])+k.who[1:]+" asks: "+k.text, "", "  ")
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
