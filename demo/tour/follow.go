package tour

import (
	"context"
	"fmt"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/answer"
)

// follow is a conversation, with a word that people here say for a stored value.
type follow struct{ turns []asked }

func (*follow) about() about {
	return about{"Words for values, and follow-ups", "tom",
		"Nobody at the hospital says North Campus; they say north. The rules file says so, and the word is matched on this machine, within what Tom may see. What he asks next changes what he asked before."}
}

func (f *follow) play(ctx context.Context, s *stage) error {
	g, err := s.byPlanner()
	if err != nil {
		return err
	}
	var after grille.Conversation
	f.turns = nil
	for _, text := range []string{"how many visits per month last year?", "only the north", "per department instead", "against the year before"} {
		k, err := s.ask(g, grille.Question{Text: text, Viewer: person("tom"), After: &after})
		if err != nil {
			return err
		}
		f.turns = append(f.turns, k)
	}
	for i, k := range f.turns {
		if i > 0 {
			s.rest()
		}
		s.asks(k)
		if k.reading.Changed != "" {
			s.text(fmt.Sprintf("read as: %s (%s)", k.reading.Asked, k.reading.Changed), "  ", "    ")
		}
		s.line("")
		if i > 0 { // the rules are the same
			k.about = said(k.matched)
		}
		s.result(k)
	}
	return nil
}

func said(all []answer.Match) (lines []string) {
	for _, m := range all {
		lines = append(lines, m.String())
	}
	return lines
}

func (f *follow) claims() []claim {
	changed, answered, sent := true, len(f.turns) > 0, 0
	for i, k := range f.turns {
		changed = changed && (i == 0 || k.reading.Changed != "" && k.reading.Asked != k.text)
		answered = answered && k.refused == "" && k.rows > 0
		sent += len(k.sent)
	}
	return []claim{
		{"all of it was answered", answered},
		{"each follow-up was read as a change of the question before, and he was told which", changed},
		{`"north" was read as the stored "North Campus"`, f.matched("North Campus")},
		{"the numbers of the north are not those of all", len(f.turns) > 1 && f.turns[1].table != f.turns[0].table},
		{"0 bytes left", sent == 0},
	}
}

// matched reports whether the follow-ups read a word as value.
func (f *follow) matched(value string) bool {
	for _, k := range f.turns[min(1, len(f.turns)):] {
		there := false
		for _, m := range k.matched {
			there = there || m.Stored == value
		}
		if !there {
			return false
		}
	}
	return len(f.turns) > 1
}
