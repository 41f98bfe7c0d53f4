package tour

import (
	"context"
	"fmt"
	"strings"

	"github.com/grille-dev/grille/demo/attack"
)

// hostile is a model that has turned against those who ask it. Its drafts go to a
// gateway as many are built, and to Grille.
type hostile struct{ report attack.Report }

func (*hostile) about() about {
	return about{"The model turns hostile", "ines and tom",
		"What if whoever runs the model, or a text that it has read, turns it against you? These drafts are of our own writing. They go to a naive gateway, which looks at the words of a draft and writes the filters into its text, and to Grille, over the same database. Leaked is a draft whose outcome changes with rows that its viewer may not see. This takes some seconds."}
}

func (h *hostile) play(ctx context.Context, s *stage) (err error) {
	if h.report, err = attack.Run(ctx, attack.Config{Today: s.Clock(), Random: s.Random}); err != nil {
		return err
	}
	s.heading("How many drafts got through, by what they try")
	s.table(h.byChannel())
	s.heading("All of them")
	s.table(h.report.Counter())
	s.say("grille demo attack shows each draft, and what became of it.")
	return nil
}

// byChannel counts what leaked or wrote, a channel a line.
func (h *hostile) byChannel() string {
	type count struct{ drafts, naive, ours int }
	counts, order, wide := map[string]*count{}, []string{}, 0
	for _, x := range h.report.Results {
		c := counts[x.Channel]
		if c == nil {
			c, order, wide = &count{}, append(order, x.Channel), max(wide, len(x.Channel))
			counts[x.Channel] = c
		}
		c.drafts++
		if x.Naive.Leaked || x.Naive.Wrote {
			c.naive++
		}
		if x.Ours.Leaked || x.Ours.Wrote {
			c.ours++
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-*s  drafts  naive gateway  Grille\n", wide, "")
	for _, name := range order {
		c := counts[name]
		fmt.Fprintf(&b, "%-*s  %6d  %13d  %6d\n", wide, name, c.drafts, c.naive, c.ours)
	}
	return b.String()
}

func (h *hostile) claims() []claim {
	r := h.report
	return []claim{
		{fmt.Sprintf("of %d attacks %d leaked through the naive gateway, and %d wrote", r.Attacks, r.Naive.Leaked, r.Naive.Wrote), r.Attacks > 0 && r.Naive.Leaked > 0 && r.Naive.Wrote > 0},
		{"none leaked through Grille, and none wrote", r.Ours.Leaked == 0 && r.Ours.Wrote == 0 && r.Failure() == ""},
		{fmt.Sprintf("Grille answered the %d good questions among them", r.Good), r.Good > 0 && r.Ours.Good == r.Good},
	}
}
