package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/planner"
	"github.com/grille-dev/grille/planner/taught"
	"github.com/grille-dev/grille/viewer"
)

func (p *program) teachAccept() *cobra.Command {
	how := meaning{}
	c := &cobra.Command{
		Use:   "accept QUESTION [--reading N]",
		Short: "say that a question was read rightly",
		Long: `Keeps that the planner reads the question rightly, or which of its readings is
the right one, as grille ask lists them. The same question has that reading from
then on, whatever values it says, and questions like it profit.

What is kept is names alone: a value that the question says is a place in both,
and any other is its kind. It is shown, and stands in the file of what was taught.`,
		Example: `  grille teach accept --as ana "average stay per ward"
  grille teach accept --as ana --reading 2 "stay per ward"`,
		Args: args(1, 1, "a question"),
		RunE: func(c *cobra.Command, given []string) error {
			return p.record(c.Context(), func(ctx context.Context, r *recordingAnswer) error { return r.accept(ctx, given[0], how) })
		},
	}
	how.flags(c)
	return c
}

func (p *program) teachCorrect() *cobra.Command {
	sql := ""
	c := &cobra.Command{
		Use:   "correct QUESTION --sql QUERY",
		Short: "say what a question means that was read wrongly",
		Long: `Keeps the query as the reading of the question, if the viewer of --as may ask it.
Values of it have to stand in the question too: none is kept, and the same
question with others is answered with those.`,
		Example: `  grille teach correct --as ana "load of north" --sql "SELECT count(*) FROM visits AS v JOIN wards AS w ON w.id = v.ward_id WHERE w.name = 'north'"`,
		Args:    args(1, 1, "a question"),
		RunE: func(c *cobra.Command, given []string) error {
			if strings.TrimSpace(sql) == "" {
				return usage("write the query, as in:\n%s", c.Example)
			}
			return p.record(c.Context(), func(ctx context.Context, r *recordingAnswer) error { return r.correct(ctx, given[0], sql) })
		},
	}
	c.Flags().StringVar(&sql, "sql", "", "the `query` that answers it")
	return c
}

// recordingAnswer keeps one answer.
type recordingAnswer struct {
	*program
	g    *grille.Grille
	who  viewer.Viewer
	file taught.File
}

func (p *program) record(ctx context.Context, do func(context.Context, *recordingAnswer) error) error {
	s, _, f, err := p.words()
	if err != nil {
		return err
	}
	s.flags.model = "planner" // it is the planner that is taught
	if err := s.choose(s.Config); err != nil {
		return err
	}
	v, err := s.viewer()
	if err != nil {
		return err
	}
	g, _, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = g.Close() }()
	return do(ctx, &recordingAnswer{p, g, v, f})
}

func (r *recordingAnswer) accept(ctx context.Context, question string, how meaning) error {
	q, err := how.of(grille.Question{Text: question, Viewer: r.who})
	if err != nil {
		return err
	}
	u, err := r.g.Understand(ctx, q)
	if err != nil {
		return withFlags(err)
	}
	if u.Decision == planner.Choose && how.number == 0 {
		return usage("the planner is not sure how to read it: see grille ask, and say which reading is right with --reading")
	}
	reading, err := how.reading(u)
	if err != nil {
		return err
	}
	return r.keep(question, reading.Draft.SQL)
}

func (r *recordingAnswer) correct(ctx context.Context, question, sql string) error {
	sql = strings.TrimSpace(strings.NewReplacer("\n", " ", "\r", " ", "\t", " ").Replace(sql))
	want, err := r.g.Explain(ctx, grille.Draft{SQL: sql, Viewer: r.who})
	if err != nil {
		return &draftError{sql, err}
	}
	// A reading of the planner's that asks the same is better: it knows what caused it.
	if u, err := r.g.Understand(ctx, grille.Question{Text: question, Viewer: r.who}); err == nil {
		for _, x := range u.Readings {
			if e, err := r.g.Explain(ctx, grille.Draft{SQL: x.Draft.SQL, Viewer: r.who}); err == nil && e.SQL == want.SQL {
				return r.keep(question, x.Draft.SQL)
			}
		}
	}
	if !taught.Record(question, sql).Whole() {
		return usage("question and query do not have the same values, and none is kept: say them in both, or teach a phrase that means them (grille teach --help)")
	}
	return r.keep(question, sql)
}

func (r *recordingAnswer) keep(question, sql string) error {
	a := taught.Record(question, sql)
	if w := mayBeValue(question, a.Question); w != "" {
		return usage("the query makes no use of %q, which may be a value, and none is kept: leave it out, or write it in small letters if it is none", w)
	}
	g, err := r.file.Answered(a)
	if err != nil {
		return usage("%v", err)
	}
	if err := replaceFile(r.file, g); err != nil {
		return err
	}
	section(r.out, "kept in "+g.Path+", without values", a.Question+"\n"+a.SQL)
	return nil
}

// mayBeValue is a word with a capital or a digit, behind the first, that was kept.
func mayBeValue(question, kept string) string {
	words := strings.FieldsFunc(question, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	left := strings.FieldsFunc(kept, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, w := range words[min(1, len(words)):] {
		if strings.ToLower(w) != w && slices.Contains(left, strings.ToLower(w)) {
			return w
		}
	}
	return ""
}

func (p *program) forgetAnswer(f taught.File, all []taught.Answer, n int) error {
	if n < 1 || n > len(all) {
		return usage("there is no answer %d: see grille teach list", n)
	}
	g, err := f.Unanswered(n - 1)
	if err != nil {
		return usage("%v", err)
	}
	if err := replaceFile(f, g); err != nil {
		return err
	}
	left := slices.Delete(slices.Clone(all), n-1, n)
	fmt.Fprintf(p.out, "answer %d is forgotten, and what was learned from it; there are %d.\n", n, len(left))
	return nil
}
