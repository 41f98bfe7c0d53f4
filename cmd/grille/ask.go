package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/answer"
)

const longest = 2 << 20 // bytes read from standard input

// given is the one argument, or standard input for "-".
func (p *program) given(args []string) (string, error) {
	if args[0] != "-" {
		return args[0], nil
	}
	text, err := io.ReadAll(io.LimitReader(p.in, longest))
	if err != nil {
		return "", fmt.Errorf("reading standard input: %w", err)
	}
	return string(text), nil
}

func (p *program) ask() *cobra.Command {
	how, meant, words := false, meaning{}, choosing{}
	c := &cobra.Command{
		Use:   "ask [QUESTION...]",
		Short: "answer a question, as far as the viewer's rights go",
		Long: `Answers a question in plain English as the viewer that --as names.

A text of the question that is no stored value is read as the one that it is like
but for case, accents, punctuation or a slip of the pen, if you may see it; the
answer says so.

The answer goes to standard output. With -o table it is followed by the rules
that apply and a receipt; with csv and arrow these go to standard error, and json
has the receipt inside, arrow a second time. -o arrow is an Arrow IPC stream, for
a file or a pipe.

Several questions are one conversation, answered in turn up to the first that
is refused: a model hears what was asked before, as it left, and what it
drafted, and nothing of the answers. The planner reads "and last year?" or "only
the urgent ones" as a change of the question before, and says what it read. Without a question, at a terminal, it is a
session of such questions; in a pipe each line is one, and a refusal ends neither.

Where the planner is not sure what is meant, it shows how it could read the
question, and runs nothing: --reading 2 says that the second is meant. --how
shows what each word was taken for and what else it could mean; --means says
that it means that.

What may be personal data in a question is replaced before a model is asked;
grille explain shows it. --hide replaces one more word, --keep lets a word leave
that may be a name. With privacy: strict each such word is asked about.`,
		Example: `  grille ask --as ana "how many visits per department last year?"
  grille ask --as ana -o csv "average stay per ward" > stay.csv
  grille ask --as ana -o html "average stay per ward" > stay.html
  grille ask --as ana -o arrow "average stay per ward" > stay.arrows
  grille ask --as ana "visits per ward last year" "and the year before?"
  grille ask --as ana
  grille ask --as ana --hide rose "orders of rose"
  grille ask --as ana --model planner "average stay per ward"
  grille ask --as ana --reading 2 "stay per ward"
  grille ask --as ana --means "last year=visits.discharged_at" "visits last year"
  echo "top 5 diagnoses" | grille ask --as ana -`,
		Args: p.questions,
		RunE: func(c *cobra.Command, given []string) error {
			if err := words.check(given); err != nil {
				return err
			}
			if err := meant.check(given); err != nil {
				return err
			}
			if len(given) == 0 {
				return p.askSession(c)
			}
			return p.withGrille(c.Context(), given, func(ctx context.Context, s *site, g *grille.Grille, text string) error {
				texts := append([]string{text}, given[1:]...)
				var after grille.Conversation
				for _, text := range texts {
					if len(texts) > 1 {
						fmt.Fprintf(p.err, "asked: %s\n", text)
					}
					if err := p.askOne(ctx, s, asking{g, text, &after, how, meant, words, nil}); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	c.Flags().BoolVar(&how, "how", false, "tell on standard error what was drafted and what it does")
	meant.flags(c)
	words.flags(c)
	p.drafter(c)
	p.drawing(c)
	return c
}

// questions are one or several, each in quotes of its own.
func (p *program) questions(c *cobra.Command, given []string) error {
	if len(given) == 0 {
		return nil // a session, if somebody types
	}
	if len(given) < 2 {
		return args(1, 1, "a question")(c, given)
	}
	for i, text := range given { // a follow-up may be one word
		if text = strings.TrimSpace(text); text == "" || i == 0 && !strings.Contains(text, " ") {
			return usage("%s takes a question in one pair of quotes, as in:\n%s", c.CommandPath(), c.Example)
		}
	}
	switch o := p.flags.output; o {
	case "csv", "arrow", "md", "html":
		return usage("-o %s holds one answer: ask one question at a time, or write -o json", o)
	default:
		return nil
	}
}

// askSession asks what is typed, or what stands in a pipe.
func (p *program) askSession(c *cobra.Command) error {
	if c.Flags().Changed("how") || c.Flags().Changed("reading") || c.Flags().Changed("means") || c.Flags().Changed("hide") || c.Flags().Changed("keep") {
		return args(1, 1, "a question")(c, nil)
	}
	var s *session
	in := p.linesOf(func(typed string) []string { return s.complete(typed) })
	if in == nil {
		return args(1, 1, "a question")(c, nil)
	}
	return p.withGrille(c.Context(), []string{""}, func(ctx context.Context, site *site, g *grille.Grille, _ string) error {
		c, err := site.Connection(p.flags.connection)
		if err != nil {
			return err
		}
		s = site.session(g, c.Name+", asked as "+p.flags.as)
		return s.run(ctx, in)
	})
}

// asking is one question of a conversation.
type asking struct {
	g     *grille.Grille
	text  string
	after *grille.Conversation
	how   bool
	meant meaning
	words choosing
	shown *answer.Explanation // set: is what was answered
}

func (p *program) askOne(ctx context.Context, s *site, q asking) error {
	v, err := s.viewer()
	if err != nil {
		return err
	}
	var trace grille.Trace
	question, err := q.meant.of(grille.Question{Text: q.text, Viewer: v, After: q.after, Hide: q.words.hide, Keep: q.words.keep})
	if err != nil {
		return err
	}
	question.Trace = &trace
	a, err := p.askChoosing(ctx, q.g, question)
	if trace.Forgot {
		fmt.Fprintln(p.err, "rights or tables have changed: nothing is known of the earlier questions")
	}
	p.left(trace)
	if err != nil {
		question.Trace = nil
		return draftFailed(trace, p.whichReading(ctx, q.g, question, withFlags(err)))
	}
	if q.shown != nil {
		*q.shown = a.Explanation
	}
	if r := a.Reading; r != nil && r.Changed != "" {
		fmt.Fprintln(p.err, indent(fmt.Sprintf("read as: %s (%s)", r.Asked, r.Changed), ""))
	}
	if q.how {
		printReading(p.err, a.Reading)
		section(p.err, draftedBy(trace), trace.Draft)
		printExplanation(p.err, a.Explanation)
	}
	return p.printAnswered(a, q.text, trace)
}

// printAnswered prints an answer, and what else may have been meant.
func (p *program) printAnswered(a *answer.Answer, text string, t grille.Trace) error {
	if err := p.printAnswer(a, text); err != nil {
		return err
	}
	if line := nearLine(t); line != "" {
		fmt.Fprintln(p.about(), indent(line, ""))
	}
	return nil
}

// draftFailed shows where in its draft the planner went wrong. What a model wrote is
// not shown for its own sake.
func draftFailed(t grille.Trace, err error) error {
	if t.Model != "" {
		return err
	}
	return &draftError{t.Draft, err}
}

func draftedBy(t grille.Trace) string {
	if t.Model == "" {
		return "draft, by the planner"
	}
	return "draft, by " + t.Model
}

// left says what was sent to a model, and where it is recorded.
func (p *program) left(t grille.Trace) {
	for _, e := range t.Sent {
		fmt.Fprintf(p.err, "left: %d bytes to %s (ledger entry %d)\n", len(e.Body), e.Provider, e.Number)
	}
}

func (p *program) sql() *cobra.Command {
	c := &cobra.Command{
		Use:   "sql QUERY",
		Short: "answer a query in SQL, as far as the viewer's rights go",
		Long: `Answers a SELECT in PostgreSQL's dialect, whatever the database, as the viewer
that --as names. The text is not run: Grille reads it, applies the rules, and
runs a query of its own. Texts in it are what they are; if one is compared with a
column and is none of its values, the answer says which may be meant.`,
		Example: `  grille sql --as ana "SELECT count(*) FROM visits"
  grille sql --as ana -o json - < query.sql
  grille sql --as ana -o arrow "SELECT * FROM visits" > visits.arrows`,
		Args: args(1, 1, "a query"),
		RunE: func(c *cobra.Command, given []string) error {
			return p.withGrille(c.Context(), given, func(ctx context.Context, s *site, g *grille.Grille, text string) error {
				v, err := s.viewer()
				if err != nil {
					return err
				}
				a, err := g.SQL(ctx, grille.Draft{SQL: text, Viewer: v, Texts: grille.Hinted})
				if err != nil {
					return &draftError{text, err}
				}
				return p.printAnswer(a, "A query in SQL")
			})
		},
	}
	p.drawing(c)
	return c
}

func (p *program) explain() *cobra.Command {
	full, meant, words := false, meaning{}, choosing{}
	c := &cobra.Command{
		Use:   "explain QUESTION-OR-QUERY",
		Short: "say what a question or query would do, and run nothing",
		Long: `Says in words and in SQL what a question or a query does for the viewer that
--as names, which rules apply, and what a model would be sent. A text that
begins with SELECT, WITH or VALUES is a query. Nothing is run, and nothing is
sent to a model unless the configuration chooses one to draft. Without a model
the words of a question are looked up among stored values, as to answer it.`,
		Example: `  grille explain --as ana "average stay per ward"
  grille explain --as ana "SELECT name FROM patients"
  grille explain --as ana --full "SELECT name FROM patients"`,
		Args: args(1, 1, "a question or a query"),
		RunE: func(c *cobra.Command, given []string) error {
			return p.withGrille(c.Context(), given, func(ctx context.Context, s *site, g *grille.Grille, text string) error {
				return p.explainText(ctx, s, g, explaining{text, full, meant, words})
			})
		},
	}
	meant.flags(c)
	words.flags(c)
	p.drafter(c)
	c.Flags().BoolVar(&full, "full", false, "for who keeps the rules: the statement as it would run, with the conditions and values of the rules")
	return c
}

// explaining is a question or a query, and whether its statement is shown whole.
type explaining struct {
	text  string
	full  bool
	meant meaning
	words choosing
}

func (p *program) explainText(ctx context.Context, s *site, g *grille.Grille, x explaining) error {
	text := x.text
	v, err := s.viewer()
	if err != nil {
		return err
	}
	draft, byModel := text, false
	if !isQuery(text) {
		q, err := x.meant.of(grille.Question{Text: text, Viewer: v, Hide: x.words.hide, Keep: x.words.keep})
		if err != nil {
			return err
		}
		if err := p.printPrompt(ctx, g, q); err != nil {
			return err
		}
		var trace grille.Trace
		q.Trace = &trace
		u, err := g.Understand(ctx, q)
		p.left(trace)
		if err != nil {
			return p.whichReading(ctx, g, q, withFlags(err))
		}
		r, err := x.meant.reading(u)
		if err != nil {
			return err
		}
		draft, byModel = r.Draft.SQL, trace.Model != ""
		if err := p.printUnderstood(u, r); err != nil {
			return err
		}
		section(p.out, "draft", draft)
	}
	e, err := g.Explain(ctx, grille.Draft{SQL: draft, Viewer: v, ByModel: byModel})
	if err != nil {
		return &draftError{draft, err}
	}
	printExplanation(p.out, e)
	if !x.full {
		return nil
	}
	stmt, err := g.Statement(ctx, grille.Draft{SQL: draft, Viewer: v, ByModel: byModel})
	if err != nil {
		return err
	}
	section(p.out, "what would run, for who keeps the rules", stmt)
	return nil
}

// isQuery tells SQL from a question by its first word.
func isQuery(text string) bool {
	word, _, _ := strings.Cut(strings.TrimLeft(text, " \t\r\n("), " ")
	switch strings.ToUpper(strings.TrimSpace(word)) {
	case "SELECT", "WITH", "VALUES":
		return true
	default:
		return false
	}
}

// withGrille opens the connection of the flags for one text.
func (p *program) withGrille(ctx context.Context, args []string, do func(context.Context, *site, *grille.Grille, string) error) error {
	text, err := p.given(args)
	if err != nil {
		return err
	}
	s, err := p.site()
	if err != nil {
		return err
	}
	if _, err := s.viewer(); err != nil { // before anything is opened
		return err
	}
	g, _, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer s.left.close()
	defer func() { _ = g.Close() }()
	return do(ctx, s, g, text)
}
