package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"regexp"
	"sync"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/eval"
	"github.com/grille-dev/grille/internal/config"
	"github.com/grille-dev/grille/ledger"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/viewer"
)

// evaluating are the flags of eval.
type evaluating struct {
	*program
	require  []string
	canary   string
	filtered string
	seed     uint64
	all      bool
	grantAll bool
	subset   bool
}

func (p *program) eval() *cobra.Command {
	k := &evaluating{program: p}
	c := group(&cobra.Command{
		Use:   "eval",
		Short: "measure Grille on your own questions and drafts",
		Long: `Reads JSON lines and prints figures. {"db": NAME} in a line picks a connection of
the configuration. -o json prints one object; --require ends with exit code 1
when a figure misses its bound. A line's error never stops the run.`,
		Example: `  grille eval sql --connection clinic --insecure-grant-all --require 'same>=0.995' queries.jsonl
  grille eval attack --connection clinic --as ana --canary 'CANARY-[A-Z]+' --require 'violations<=0' drafts.jsonl`,
	})
	f := c.PersistentFlags()
	f.StringArrayVar(&k.require, "require", nil, "a bound such as 'same>=0.995' or 'differ<=0'; may be repeated")
	f.Uint64Var(&k.seed, "seed", 1, "makes a run repeatable")
	f.BoolVar(&k.all, "all", false, "list every line, not only those that are not as wanted")
	f.BoolVar(&k.grantAll, "insecure-grant-all", false, "let the viewer see everything; refused for a connection that has rules")
	c.AddCommand(
		k.command("sql", "compare the rows of queries with those of the database itself", `{"id","sql":["...", alternatives]}`, runSQL),
		k.command("attack", "feed drafts of a hostile model and look for what must not be seen", `{"id","sql" or "prompt","dialect"}`, runAttack,
			func(c *cobra.Command) {
				c.Flags().StringVar(&k.canary, "canary", "", "a regular `expression`: whatever the viewer must never see matches it")
				c.Flags().StringVar(&k.filtered, "filtered", "", "the `DSN` of a copy that holds only what the viewer may see: rows are compared with it")
			}),
		k.command("allow", "count what is refused and must not be", `{"id","sql":["..."]}`, runAllow),
		k.command("ask", "compare answers to questions with those of gold queries", `{"id","question","sql":["..."]}, or "unanswerable": true`, runAsk,
			func(c *cobra.Command) {
				c.Flags().BoolVar(&k.subset, "subset", false, "an answer may have further columns")
				k.drafter(c)
			}),
		k.redact(),
	)
	return c
}

type measure func(context.Context, eval.Config) (eval.Report, error)

func runSQL(ctx context.Context, c eval.Config) (eval.Report, error)    { return eval.SQL(ctx, c) }
func runAttack(ctx context.Context, c eval.Config) (eval.Report, error) { return eval.Attack(ctx, c) }
func runAllow(ctx context.Context, c eval.Config) (eval.Report, error)  { return eval.Allow(ctx, c) }
func runAsk(ctx context.Context, c eval.Config) (eval.Report, error)    { return eval.Ask(ctx, c) }

func (k *evaluating) command(name, short, line string, m measure, flags ...func(*cobra.Command)) *cobra.Command {
	c := &cobra.Command{
		Use:     name + " FILE",
		Short:   short,
		Long:    short + ".\n\nEach line of the file: " + line,
		Example: "  grille eval " + name + " --connection clinic --as ana lines.jsonl",
		Args:    args(1, 1, "a file of JSON lines"),
		RunE:    func(c *cobra.Command, given []string) error { return k.run(c.Context(), name, given[0], m) },
	}
	for _, f := range flags {
		f(c)
	}
	return c
}

func (k *evaluating) run(ctx context.Context, name, path string, m measure) error {
	bounds, err := k.bounds()
	if err != nil {
		return err
	}
	c, bench, err := k.prepare(ctx, name, path)
	if err != nil {
		return err
	}
	defer bench.close()
	report, err := m(ctx, c)
	if err != nil {
		return err
	}
	return k.report(report, bounds)
}

// report prints, and says which bounds are missed.
func (k *evaluating) report(report eval.Report, bounds []eval.Bound) error {
	if !k.all {
		report.Keep(eval.Remarkable)
	}
	if err := k.print(report); err != nil {
		return err
	}
	missed, err := eval.Missed(bounds, report.Figures())
	if err != nil {
		return usage("%v", err)
	}
	for _, m := range missed {
		fmt.Fprintln(k.err, "grille: "+m)
	}
	if len(missed) > 0 {
		return &found{}
	}
	return nil
}

func (k *evaluating) bounds() ([]eval.Bound, error) {
	var bounds []eval.Bound
	for _, text := range k.require {
		b, err := eval.ParseBound(text)
		if err != nil {
			return nil, usage("%v", err)
		}
		bounds = append(bounds, b)
	}
	return bounds, nil
}

func (k *evaluating) print(r eval.Report) error {
	switch k.flags.output {
	case "json":
		return eval.WriteJSON(k.out, r)
	case "csv":
		return eval.WriteCSV(k.out, r)
	default:
		return eval.WriteTable(k.out, r)
	}
}

func (k *evaluating) prepare(ctx context.Context, name, path string) (eval.Config, *bench, error) {
	c := eval.Config{Seed: k.seed, Subset: k.subset}
	if name == "attack" {
		if k.canary == "" {
			return c, nil, usage("eval attack looks for what must not be seen: add --canary REGEXP")
		}
		re, err := regexp.Compile(k.canary)
		if err != nil {
			return c, nil, usage("--canary: %v", err)
		}
		c.Canary = re
	}
	if name == "sql" && !k.grantAll {
		return c, nil, usage("eval sql compares with what the database itself says, so its viewer sees everything: add --insecure-grant-all")
	}
	text, err := k.read(path)
	if err != nil {
		return c, nil, err
	}
	if c.Lines, err = eval.ReadLines(bytes.NewReader(text)); err != nil {
		return c, nil, usage("%s: %v", path, err)
	}
	s, err := k.program.site()
	if err != nil {
		return c, nil, err
	}
	s.purpose = ledger.Eval
	if c.Viewer, err = k.viewer(s); err != nil {
		return c, nil, err
	}
	c.Zone = s.Zone
	b := newBench(s, k.grantAll, name == "attack", k.filtered)
	c.Open = b.open
	if k.flags.connection != "" || len(s.Connections) == 1 { // what every line would fail at
		if _, err := b.open(ctx, ""); err != nil {
			b.close()
			return c, nil, err
		}
	}
	c.Progress = func(done, all int) {
		if done%100 == 0 && done > 0 {
			fmt.Fprintf(k.err, "%d of %d lines\n", done, all)
		}
	}
	return c, b, nil
}

func (k *evaluating) read(path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(k.in)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the lines: %w", err)
	}
	return text, nil
}

func (k *evaluating) viewer(s *site) (viewer.Viewer, error) {
	if k.grantAll {
		h, err := k.hardFilters()
		return viewer.Viewer{Name: "eval", Teams: []string{everybody}, HardFilters: h}, err
	}
	return s.viewer()
}

const everybody = "eval"

// bench keeps the databases that lines name open.
type bench struct {
	*site
	grantAll bool
	attack   bool
	filtered string
	logged   logBuffer
	opened   map[string]*eval.Database
	failed   map[string]error
}

func newBench(s *site, grantAll, attack bool, filtered string) *bench {
	b := &bench{site: s, grantAll: grantAll, attack: attack, filtered: filtered, opened: map[string]*eval.Database{}, failed: map[string]error{}}
	s.words = math.MaxInt // thousands of questions, and whoever measures has the file of them
	if attack {
		s.log = slog.New(slog.NewTextHandler(&b.logged, nil))
	}
	return b
}

func (b *bench) open(ctx context.Context, name string) (*eval.Database, error) {
	if name == "" {
		name = b.flags.connection
	}
	if db, ok := b.opened[name]; ok {
		return db, nil
	}
	if err, ok := b.failed[name]; ok {
		return nil, err
	}
	db, err := b.make(ctx, name)
	if err != nil {
		b.failed[name] = err
		return nil, err
	}
	b.opened[name] = db
	return db, nil
}

func (b *bench) make(ctx context.Context, name string) (*eval.Database, error) {
	c, err := b.Connection(name)
	if err != nil {
		return nil, err
	}
	compile, err := b.rulesFor(c)
	if err != nil {
		return nil, err
	}
	g, err := b.openWith(ctx, c, compile)
	if err != nil {
		return nil, err
	}
	db := &eval.Database{Grille: g, Model: len(b.Drafters()) > 0, Log: b.logged.take}
	if b.attack && b.filtered == "" {
		return db, nil
	}
	if db.Direct, err = b.direct(ctx, c); err != nil {
		_ = g.Close() // the first error counts
		return nil, err
	}
	return db, nil
}

// direct is eval's own connection: to the database, or to its filtered copy.
func (b *bench) direct(ctx context.Context, c config.Connection) (eval.Direct, error) {
	target, pem, err := b.target(c)
	if b.attack {
		target, err = dsn.Parse(b.filtered)
	}
	if err != nil {
		return nil, usage("%v", err)
	}
	schemas := c.Schemas
	if len(schemas) == 0 {
		schemas = []string{"public"}
	}
	return eval.OpenDirect(ctx, eval.DirectConfig{Target: target, RootPEM: pem, Schemas: schemas,
		Zone: b.Zone.String(), Time: b.Limits.Time, Rows: int(b.Limits.Rows)})
}

// rulesFor is the one place where everything may be granted: in eval, on demand,
// and never in the place of rules.
func (b *bench) rulesFor(c config.Connection) (compiler, error) {
	if !b.grantAll {
		return b.compile(c)
	}
	if c.Rules != "" {
		return nil, usage("connection %s has rules, and --insecure-grant-all would set them aside: name a connection without rules", c.Name)
	}
	return func(cat *catalog.Catalog) (*policy.Rules, error) { return rules.GrantAll(cat, everybody) }, nil
}

func (b *bench) close() {
	for _, db := range b.opened {
		if db.Direct != nil {
			_ = db.Direct.Close()
		}
		_ = db.Grille.Close()
	}
	b.left.close()
}

// logBuffer is an operator's log that is read back.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.b.String()
	l.b.Reset()
	return s
}
