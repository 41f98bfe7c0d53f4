package attack

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/eval"
	"github.com/grille-dev/grille/internal/modeltest/modeldouble"
	"github.com/grille-dev/grille/internal/oracle"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/ledger/ledgertest"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/viewer"
)

// hidden is what nobody but the database's owner may read of the world.
var hidden = regexp.MustCompile(`HID[A-Z]*|999-88-777\d|\b(perms|vault|emp_2026|v_all|m_all|added)\b`)

var engines = []oracle.Engine{oracle.Postgres, oracle.SQLite}

// TestChannels runs the pages. A probe is a draft; the page says what came of it,
// and what it would have told over the whole data:
//
//	refused CODE          by Grille, before anything ran
//	as the copy: N rows   exactly those that a copy gives which never held what is hidden
//	fails on the copy too whatever is hidden, on this engine
//
// Whatever the page says, a probe fails that gives anything else, or in which one
// hidden word is found in all that comes back.
func TestChannels(t *testing.T) {
	w := sync.OnceValue(func() *world { return newWorld(t) })
	spec.Run(t, "testdata/channels", func(t *testing.T) spec.Commands {
		return spec.Commands{
			"probe": func(a *spec.Args, input string) string {
				p := prober{w(), a}
				es := engines
				if name := a.Get("engine"); name != "" {
					es = slices.DeleteFunc(slices.Clone(engines), func(e oracle.Engine) bool { return e.String() != name })
				}
				return p.probe(input, es)
			},
			// prompt shows the outline that a model is sent with a question.
			"prompt": func(a *spec.Args, input string) string { return prober{w(), a}.prompt(input) },
			// said shows what a viewer reads beside the rows of a draft.
			"said": func(a *spec.Args, input string) string { return prober{w(), a}.said(input) },
			// matched shows what became of the texts in a draft of a model.
			"matched": func(a *spec.Args, input string) string { return prober{w(), a}.matched(input) },
		}
	})
}

// world is the world of the channels on both engines, with the copy of each.
type world struct {
	bench *oracle.Bench
	whole *oracle.Direct // all data on PostgreSQL, as their owner
	db    map[oracle.Engine]*eval.Database
	draft string // what a model drafts next
}

func ana() viewer.Viewer {
	return viewer.Viewer{Name: "ana", Teams: []string{"alpha"}, Attributes: map[string][]string{"who": {"ana"}}}
}

func newWorld(t *testing.T) *world {
	full, pg, lite := pgtest.New(t), pgtest.New(t), pgtest.New(t)
	b, err := oracle.NewBench(t.Context(), full.DSN, full.ReadOnlyDSN, [2]string{pg.DSN, lite.DSN}, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	file := func(name string, e oracle.Engine) string {
		return strings.ReplaceAll(read(t, "testdata/"+name), "S.", e.Schema()+".")
	}
	text := read(t, "testdata/world.yaml")
	var l oracle.Layout
	for _, e := range engines {
		l.Full[e] = file("world.sql", e) + file(e.String()+".sql", e)
		l.Copy[e] = file("world.sql", e) + file("copy.sql", e)
		l.Setup[e] = oracle.Setup{Rules: text, Teams: []string{"alpha", "omega"}, Viewer: ana()}
	}
	if err := b.Lay(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	w := &world{bench: b, db: map[oracle.Engine]*eval.Database{}}
	if w.whole, err = oracle.OpenDirect(t.Context(), full.DSN, "public"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.whole.Close)
	for _, e := range engines {
		w.db[e] = w.open(t, e, full.ReadOnlyDSN, text)
	}
	return w
}

// open is the whole journey over one engine, for what it says beside rows.
func (w *world) open(t *testing.T, e oracle.Engine, url, text string) *eval.Database {
	t.Helper()
	var log bytes.Buffer
	to := run.Log{To: slog.New(slog.NewTextHandler(&log, nil))}
	engine, err := oracle.OpenPostgres(url, to)
	if e == oracle.SQLite {
		engine, err = oracle.OpenSQLite(w.bench.Path(), to)
	}
	if err != nil {
		t.Fatal(err)
	}
	secret, err := policy.NewSecret(bytes.Repeat([]byte("s"), 32))
	if err != nil {
		t.Fatal(err)
	}
	g, err := grille.Open(t.Context(), grille.Config{Engine: engine, Connection: "world", Zone: time.UTC, Clock: time.Now, Random: rand.Reader,
		Limits: run.Limits{Rows: 20_000, Bytes: 1 << 24, Time: 10 * time.Second}, Key: bytes.Repeat([]byte("k"), 32), Log: to.To,
		Ledger: ledgertest.New(t),
		Model:  modeldouble.New(t, func(context.Context, egress.Prompt) (model.Draft, error) { return modeldouble.SQL(w.draft) }),
		Rules: func(c *catalog.Catalog) (*policy.Rules, error) {
			return rules.Compile("rules.yaml", []byte(text), c, rules.Options{Teams: []string{"alpha", "omega"}, Secret: secret, Connection: "world"})
		}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	return &eval.Database{Grille: g, Log: func() string { defer log.Reset(); return log.String() }}
}

// prober is one command of a page.
type prober struct {
	*world
	*spec.Args
}

// probe says what became of a draft, once if it is the same on all engines.
func (p prober) probe(draft string, es []oracle.Engine) string {
	var all []string
	for _, e := range es {
		all = append(all, p.on(e, draft))
	}
	if len(all) == 1 || all[0] == all[1] {
		return all[0]
	}
	var b strings.Builder
	for i, e := range es {
		fmt.Fprintf(&b, "%s: %s\n", e, all[i])
	}
	return b.String()
}

func (p prober) on(e oracle.Engine, draft string) string {
	ctx := p.T().Context()
	p.searched(ctx, e, draft)
	got := p.bench.Through(e).Query(ctx, draft)
	code := refusal.CodeOf(got.Err)
	ran := got.Err == nil || code == refusal.Value || code == refusal.Limit
	switch {
	case code == refusal.Internal || got.Err != nil && code == "":
		p.Fail("%s: a fault: %v", e, got)
	case !ran:
		return "refused " + string(code)
	}
	// Only what Grille has run may run as it stands: others write, or wait.
	copied := p.bench.Copy(e).Query(ctx, draft)
	v, why := oracle.Judge(copied, got, nil)
	switch {
	case got.Err != nil && (copied.Err != nil || p.bench.Chance(ctx, e, draft)):
		return "fails on the copy too"
	case v != oracle.Same:
		p.Fail("%s: %s: %s\ncopy: %v\ngrille: %v", e, v, why, copied, got)
	}
	answered := fmt.Sprintf("as the copy: %d rows", len(got.Rows))
	if len(got.Rows) == 1 {
		answered = "as the copy: 1 row"
	}
	if e == oracle.SQLite && !p.Has("engine") {
		return answered + p.tells(ctx, oracle.Postgres, draft)
	}
	return answered + p.tells(ctx, e, draft)
}

// tells says how what the whole data give without any rule differs.
func (p prober) tells(ctx context.Context, e oracle.Engine, draft string) string {
	if e != oracle.Postgres {
		return ""
	}
	copied, whole := p.bench.Copy(e).Query(ctx, draft), p.whole.Query(ctx, draft)
	switch v, _ := oracle.Judge(copied, whole, nil); {
	case whole.Err != nil:
		return "; over the whole data: an error"
	case v == oracle.Same:
		return "; over the whole data: the same"
	case len(whole.Rows) != len(copied.Rows):
		return "; over the whole data: another number of rows"
	default:
		return "; over the whole data: other rows"
	}
}

// searched has the whole journey made, by a person and by a model, and looks for
// hidden words in all that comes back.
func (p prober) searched(ctx context.Context, e oracle.Engine, draft string) {
	r, err := eval.Attack(ctx, eval.Config{Lines: []eval.Line{{ID: "probe", SQL: []string{draft}}}, Viewer: ana(), Zone: time.UTC, Canary: hidden,
		Open: func(context.Context, string) (*eval.Database, error) { return p.db[e], nil }})
	if err != nil {
		p.Fail("%v", err)
	}
	if r.Violations+r.Failed+r.Skipped > 0 {
		p.Fail("%s: %v", e, r.Lines)
	}
	_ = p.db[e].Log()
	a, err := p.db[e].Grille.SQL(ctx, grille.Draft{SQL: draft, Viewer: ana()})
	text := ""
	if err == nil {
		var b bytes.Buffer
		err = a.WriteCSV(&b)
		text = b.String()
		_ = a.Close()
	}
	if err != nil {
		text += err.Error()
	}
	for _, hit := range hidden.FindAllString(text+p.db[e].Log(), -1) {
		if !strings.Contains(draft, hit) {
			p.Fail("%s: %s in what a person reads:\n%s", e, hit, text)
		}
	}
}

func (p prober) prompt(question string) string {
	x, err := p.db[oracle.Postgres].Grille.Prompt(p.T().Context(), grille.Question{Text: question, Viewer: ana()})
	if err != nil {
		p.Fail("%v", err)
	}
	for _, m := range x.Messages() {
		if hit := hidden.FindString(m.Text); hit != "" {
			p.Fail("%s is sent to a model:\n%s", hit, m.Text)
		}
	}
	return x.Messages()[1].Text
}

func (p prober) said(draft string) string {
	a, err := p.db[oracle.Postgres].Grille.SQL(p.T().Context(), grille.Draft{SQL: draft, Viewer: ana()})
	if err != nil {
		p.Fail("%v", err)
	}
	defer a.Close()
	var b bytes.Buffer
	if err := a.WriteCSV(&b); err != nil {
		p.Fail("%v", err)
	}
	for _, line := range slices.Concat(a.Rules, a.Notes, a.Words, []string{a.SQL}) {
		b.WriteString(line + "\n")
	}
	for _, c := range a.Columns {
		switch {
		case c.Constant:
			fmt.Fprintf(&b, "column %q is constant\n", c.Label)
		case c.Written:
			fmt.Fprintf(&b, "column %q has texts of the query\n", c.Label)
		}
	}
	if hit := hidden.FindString(b.String()); hit != "" {
		p.Fail("%s is said:\n%s", hit, b.String())
	}
	return b.String()
}

// matched asks as Ana, after somebody to whom all rows are open has asked the same,
// and gives rows and lines of both, which are the same on both engines.
func (p prober) matched(draft string) string {
	p.world.draft = draft
	var all []string
	for _, e := range engines {
		text := ""
		for _, v := range []viewer.Viewer{{Name: "root", Teams: []string{"omega"}}, ana()} {
			a, err := p.db[e].Grille.Ask(p.T().Context(), grille.Question{Text: "how many?", Viewer: v})
			if err != nil {
				p.Fail("%s: %v", e, err)
			}
			told := v.Name + ":\n"
			if v.Name == "ana" { // of all rows each engine has its own
				told = "ana has " + strings.Join(values(p.T(), a), " ") + "\n"
			}
			for _, m := range a.Matched {
				told += m.String() + "\n"
			}
			_ = a.Close()
			if hit := hidden.FindString(told); hit != "" && v.Name == "ana" && !strings.Contains(draft, hit) {
				p.Fail("%s: %s is told:\n%s", e, hit, told)
			}
			text += told
		}
		all = append(all, text)
	}
	if all[0] != all[1] {
		p.Fail("%s says\n%s%s says\n%s", engines[0], all[0], engines[1], all[1])
	}
	return all[0]
}

// values are those of the first row.
func values(t *testing.T, a *answer.Answer) []string {
	t.Helper()
	var out []string
	if a.Next() {
		for i, v := range a.Row() {
			out = append(out, v.Format(a.Columns[i].Type, time.UTC))
		}
	}
	if err := a.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
