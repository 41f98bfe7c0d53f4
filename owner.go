package grille

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/grille-dev/grille/internal/words"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
)

// mostClosed is how many closed names an owner is told of.
const mostClosed = 3

// closedName adds to the refusal of a draft's name why it is closed, for whoever may
// read the rules: beside "staff has no column salary" stands which line closes it.
func closedName(view policy.View, draft string, err error) error {
	var no *refusal.Refusal
	if !errors.As(err, &no) || no.Owner != "" || no.Code != refusal.UnknownColumn && no.Code != refusal.UnknownTable {
		return err
	}
	if from, to := int(no.Span.Pos), int(no.Span.End); 0 <= from && from < to && to <= len(draft) {
		told := *no
		told.Owner = closed(view.WhyClosed(draft[from:to]))
		return &told
	}
	return err
}

// closedWords does the same for a question that was not understood: a word of it may
// be a name that is closed to the viewer.
func (k *ask) closedWords(ctx context.Context, question string, err error) error {
	var no *refusal.Refusal
	if !errors.As(err, &no) || no.Owner != "" || no.Code != refusal.NotUnderstood && no.Code != refusal.WhichReading {
		return err
	}
	outline, _, failed := k.read(ctx)
	if failed != nil {
		return err // what was refused counts
	}
	said, visible := phrases(question), k.view.Visible()
	var why []string
	for _, t := range outline.Tables {
		seen := visible.Table(t.ID)
		if seen == nil && said[bare(t.Name)] {
			why = append(why, k.view.WhyClosed(t.Name)...)
		}
		for _, c := range t.Columns {
			if seen != nil && seen.Column(c.ID) == nil && said[bare(c.Name)] {
				why = append(why, k.view.WhyClosed(t.Name+"."+c.Name)...)
			}
		}
	}
	told := *no
	told.Owner = closed(why)
	return &told
}

func closed(why []string) string {
	slices.Sort(why)
	if why = slices.Compact(why); len(why) > mostClosed {
		why = append(why[:mostClosed], "and so are others")
	}
	return strings.Join(why, "; ")
}

// phrases are up to three words of a text on end, as [bare] writes names, and in the
// singular.
func phrases(text string) map[string]bool {
	all := map[string]bool{}
	split := words.Split(text)
	for from := range split {
		for to := from + 1; to <= min(from+3, len(split)); to++ {
			front := strings.Join(split[from:to-1], "")
			all[front+split[to-1]], all[front+words.Stem(split[to-1])] = true, true
		}
	}
	return all
}

// bare is a name without what parts its words.
func bare(name string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if strings.ContainsRune("_- ", r) {
			return -1
		}
		return r
	}, name))
}
