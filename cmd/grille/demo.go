package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/demo"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/internal/config"
	meanings "github.com/grille-dev/grille/meaning"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/sqlite"
)

func (p *program) demo() *cobra.Command {
	var who []string
	for _, v := range demo.Viewers() {
		who = append(who, fmt.Sprintf("  --as %-6s %s", v.Name, v.Who))
	}
	var examples []string
	for _, q := range demo.Questions() {
		examples = append(examples, fmt.Sprintf("  grille demo %q", q))
	}
	save, meant := saving{program: p}, meaning{}
	c := &cobra.Command{
		Use:   "demo [QUESTION]",
		Short: "ask a small hospital that does not exist; no key, no network, no database",
		Long: `Makes a small hospital group in memory and asks it, as one of three people:

` + strings.Join(who, "\n") + `

Shows what a model would have been sent, what was drafted, what ran, which rules
applied, and the answer. Without --as, ines asks. Without a question, at a
terminal, it is a session: one question after the other, of which each may change
the one before; in a pipe each line is a question. Not for clinical decisions:
nobody in these data exists.

--save writes it into a new folder instead: a SQLite database, its rules and a
grille.yaml, in which every other command works, and in which a model of yours
can be named. With --dsn the data go into a PostgreSQL database, as the schema
grille_demo, which must not be there yet; the folder has the rest. This is the
one command that writes to a database: as a role that may create a schema there.
Its password may stand in the DSN; it is not written down.`,
		Example: strings.Join(examples, "\n") + fmt.Sprintf("\n  grille demo\n  grille demo tour\n  grille demo --as tom %q\n  grille demo --save clinic\n  grille demo --save clinic --dsn postgres://postgres@127.0.0.1/postgres\n  grille demo attack", demo.Questions()[0]),
		Args:    args(0, 1, "a question"),
		RunE: func(c *cobra.Command, given []string) error {
			switch {
			case save.wanted() && len(given) > 0:
				return usage("--save writes the demo and asks nothing: ask in the new folder")
			case save.wanted():
				return save.run(c.Context())
			case len(given) == 0:
				return p.demoSession(c.Context())
			}
			text, err := p.given(given)
			if err != nil {
				return err
			}
			return p.demoAsk(c.Context(), text, meant)
		},
	}
	meant.flags(c)
	p.drawing(c)
	save.flags(c)
	c.Flags().BoolVar(&p.flags.prompt, "prompt", false, "show all of what a model would have been sent")
	c.AddCommand(p.tour(), p.demoAttack())
	return c
}

// demoSession asks what is typed, or what stands in a pipe; else it says what could be
// asked.
func (p *program) demoSession(ctx context.Context) error {
	var s *session
	in := p.linesOf(func(typed string) []string { return s.complete(typed) })
	if in == nil {
		return p.demoHelp()
	}
	who, err := p.demoViewer()
	if err != nil {
		return err
	}
	p.flags.as = who.Name
	site, err := p.demoSite()
	if err != nil {
		return err
	}
	g, err := p.openDemo(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = g.Close() }()
	s = site.session(g, fmt.Sprintf("a hospital that does not exist, asked as %s,\n%s", who.Name, who.Who))
	return s.run(ctx, in)
}

func (p *program) demoHelp() error {
	fmt.Fprintln(p.out, "Ask the demo something, for example:")
	for _, q := range demo.Questions() {
		fmt.Fprintf(p.out, "  grille demo %q\n", q)
	}
	fmt.Fprintln(p.out, "\nThe same question gives each of three people what they may see:")
	for _, v := range demo.Viewers() {
		fmt.Fprintf(p.out, "  --as %-6s %s\n", v.Name, v.Who)
	}
	return nil
}

func (p *program) demoViewer() (demo.Viewer, error) {
	filters, err := p.hardFilters()
	if err != nil {
		return demo.Viewer{}, err
	}
	all := demo.Viewers()
	as := cmp.Or(p.flags.as, all[0].Name)
	var names []string
	for _, v := range all {
		if v.Name == as {
			v.Team, v.HardFilters = p.flags.team, filters
			return v, nil
		}
		names = append(names, "--as "+v.Name)
	}
	return demo.Viewer{}, usage("the demo has no viewer %q: try %s", as, strings.Join(names, ", "))
}

func (p *program) demoAsk(ctx context.Context, text string, meant meaning) error {
	who, err := p.demoViewer()
	if err != nil {
		return err
	}
	g, err := p.openDemo(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = g.Close() }()

	q, err := meant.of(grille.Question{Text: text, Viewer: who.Viewer})
	if err != nil {
		return err
	}
	talk := p.about()
	fmt.Fprintf(talk, "%s asks: %s\n(%s)\n\n", who.Name, strings.TrimSpace(text), who.Who)
	prompt, unsent := g.Prompt(ctx, q)
	var trace grille.Trace
	q.Trace = &trace
	a, err := g.Ask(ctx, q)
	if refusal.CodeOf(err) == refusal.WhichReading { // and nothing that is not about that
		q.Trace = nil
		return p.whichReading(ctx, g, q, err)
	}
	if unsent == nil {
		section(talk, "what a model would have been sent (none was: the planner drafted, 0 bytes left)", promptText(prompt, p.flags.prompt))
	}
	if a != nil {
		printReading(talk, a.Reading)
	}
	if trace.Draft != "" {
		section(talk, "draft (not trusted, and not run)", trace.Draft)
	}
	if refusal.CodeOf(err) == refusal.NoAccess {
		return refusal.New(refusal.NoAccess, "--as ines or --as tom; the rules are in demo/rules.yaml", "no table is open to %s", who.Name)
	}
	if err != nil {
		return &draftError{trace.Draft, err}
	}
	section(talk, "what ran, as "+who.Name+" may read it", a.SQL)
	section(talk, "in words", strings.Join(a.Words, "\n"))
	fmt.Fprintln(talk, "answer:")
	return p.printAnswered(a, text, trace)
}

// openDemo makes the demo in memory.
func (p *program) openDemo(ctx context.Context) (*grille.Grille, error) {
	told, done := p.counting()
	image, err := demo.Making{Today: p.clock(), Told: told}.Image(ctx)
	done()
	if err != nil {
		return nil, err
	}
	return p.openImage(ctx, image, draftsman{})
}

// draftsman is who drafts, and where it is recorded; the zero draftsman is the planner.
type draftsman struct {
	model  model.Client
	ledger grille.Ledger
}

// openImage opens the demo's database.
func (p *program) openImage(ctx context.Context, image []byte, by draftsman) (*grille.Grille, error) {
	s, err := p.demoSite()
	if err != nil {
		return nil, err
	}
	c := s.Config
	secret, err := policy.NewSecret(s.key("pseudonyms"))
	if err != nil {
		return nil, err
	}
	opts := rules.Options{Secret: secret, Connection: "demo"}
	opts.Teams = s.teams()
	agreed, err := meanings.Parse("demo/meaning.yaml", demo.Meaning)
	if err != nil {
		return nil, err
	}
	e, err := sqlite.New(sqlite.Config{Image: image, TimeZone: c.Zone.String(), Concurrent: c.Limits.Concurrent, Log: run.Log{To: s.log}})
	if err != nil {
		return nil, err
	}
	return grille.Open(ctx, grille.Config{
		Engine: e, Meaning: agreed,
		Rules: func(cat *catalog.Catalog) (*policy.Rules, error) {
			return rules.Compile("demo/rules.yaml", demo.Rules, cat, opts)
		},
		Model: by.model, Ledger: by.ledger, Connection: "demo", Limits: c.Limits.Limits, Zone: c.Zone, Clock: p.clock, Random: p.random,
		Key: s.key("receipts"), Log: s.log,
	})
}

// demoSite is a site without a file, of the people of the demo.
func (p *program) demoSite() (*site, error) {
	c := config.Defaults()
	c.File = "the demo"
	for _, v := range demo.Viewers() {
		c.Viewers = append(c.Viewers, v.Viewer)
	}
	return p.siteOf(c)
}

// mostOutline is how many lines of an outline stand before an answer.
const mostOutline = 12

// promptText is a prompt without its fixed instructions, which are the same for
// every question, and, unless it is wanted whole, with the first of the tables.
func promptText(p egress.Prompt, whole bool) string {
	var b strings.Builder
	for _, m := range p.Messages() {
		text := strings.TrimSpace(m.Text)
		if m.Role == egress.System {
			first, _, _ := strings.Cut(text, "\n")
			text = fmt.Sprintf("%s\n(and so on: %d bytes of fixed instructions)", first, len(m.Text))
		} else if !whole {
			text = shortened(text)
		}
		fmt.Fprintf(&b, "[%s]\n%s\n", m.Role, text)
	}
	return b.String()
}

// shortened leaves out the lines between the first tables and the last paragraph,
// which is the question.
func shortened(text string) string {
	lines := strings.Split(text, "\n")
	last := strings.LastIndex(text, "\n\n")
	if len(lines) <= 2*mostOutline || last < 0 {
		return text
	}
	end := text[last+2:]
	left := len(lines) - mostOutline - strings.Count(end, "\n") - 1
	return fmt.Sprintf("%s\n(and so on: %d lines of names and types; --prompt shows all)\n\n%s", strings.Join(lines[:mostOutline], "\n"), left, end)
}
