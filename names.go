package grille

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/dictionary"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
)

// Names is how the dictionary of the database's own names is kept. It is made of
// the columns that the rules mark with `dictionary: true`, when a model is first
// to be asked, and anew when rules or outline change, and once it is too old.
type Names struct {
	// Key gives the key of its digests, when it is first needed: 32 bytes or more, of
	// the site, the same for ever. nil: there is none.
	Key func() ([]byte, error)
	// Store keeps it between processes; nil: it is made once in each.
	Store NameStore
	// Age is after how long it is made anew; 0: a day.
	Age time.Duration
	// Limits bound the reading of one table; the zero Limits: 20 million rows, 8 GiB,
	// ten minutes.
	Limits run.Limits
}

// NameStore keeps one text for one connection. Load gives nil where there is
// none. It is called by one goroutine at a time.
type NameStore interface {
	Load() ([]byte, error)
	Save([]byte) error
}

// names is the dictionary as it is at hand.
type names struct {
	mu  sync.Mutex
	key []byte
	now *dictionary.Dictionary
}

// Dictionary makes the dictionary anew, and tells what it is. It is not ok where
// the rules name no column for it.
func (g *Grille) Dictionary(ctx context.Context) (i dictionary.Info, ok bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = (&ask{Grille: g, id: "dictionary"}).fault(p)
		}
	}()
	outline, rules, err := g.read(ctx)
	if err != nil {
		return i, false, err
	}
	d, err := g.dictionary(ctx, known{outline, rules, g.c.Clock()}, true)
	if d == nil {
		return i, false, err
	}
	return d.Info(), true, nil
}

// known is outline and rules as they are now.
type known struct {
	outline *catalog.Catalog
	rules   *policy.Rules
	now     time.Time
}

// dictionary is the one that fits; nil where the rules want none. Where it cannot
// be had, that is an error: a question must not leave because a check of it
// failed.
func (g *Grille) dictionary(ctx context.Context, k known, anew bool) (*dictionary.Dictionary, error) {
	view, ok, err := policy.ForDictionary(k.rules, k.outline)
	if err != nil || !ok {
		return nil, err
	}
	g.names.mu.Lock()
	defer g.names.mu.Unlock()
	if err := g.namesKey(); err != nil {
		return nil, err
	}
	fresh := func(d *dictionary.Dictionary) bool {
		age := k.now.Sub(d.Info().Made)
		return !anew && d.Info().Of == view.Key() && age >= 0 && age < cmp.Or(g.c.Names.Age, 24*time.Hour)
	}
	if g.names.now != nil && fresh(g.names.now) {
		return g.names.now, nil
	}
	if d := g.stored(); d != nil && fresh(d) {
		g.names.now = d
		return d, nil
	}
	d, err := g.readNames(ctx, view, k)
	if err != nil {
		return nil, err
	}
	g.names.now = d
	if g.c.Names.Store != nil {
		if err := g.c.Names.Store.Save(d.Encode()); err != nil {
			g.c.Log.Error("keeping the dictionary", "err", err)
		}
	}
	return d, nil
}

// namesKey has the key at hand.
func (g *Grille) namesKey() (err error) {
	if g.names.key != nil {
		return nil
	}
	if g.c.Names.Key == nil {
		return refusal.New(refusal.Internal, "set Config.Names", "the rules name columns for the dictionary, and it has no key")
	}
	g.names.key, err = g.c.Names.Key()
	return err
}

// stored is the dictionary of an earlier process; nil where there is none that can
// be trusted.
func (g *Grille) stored() *dictionary.Dictionary {
	if g.c.Names.Store == nil {
		return nil
	}
	text, err := g.c.Names.Store.Load()
	if err == nil && text != nil {
		var d *dictionary.Dictionary
		if d, err = dictionary.Decode(g.names.key, text); err == nil {
			return d
		}
	}
	if err != nil {
		g.c.Log.Error("reading the dictionary", "err", err)
	}
	return nil
}

// readNames reads the columns of view, a statement a table. It goes the way of
// every query; what it reads becomes digests and nothing else.
func (g *Grille) readNames(ctx context.Context, view policy.View, k known) (*dictionary.Dictionary, error) {
	plain := egress.Detector{Catalog: egress.Stems(k.outline)}.Plain
	b, err := dictionary.NewBuilder(g.names.key, plain)
	if err != nil {
		return nil, err
	}
	a := &ask{Grille: g, view: view, id: "dictionary", now: k.now, trace: &Trace{}}
	for _, t := range view.Visible().Tables {
		if err := a.readTable(ctx, t, b); err != nil {
			return nil, err
		}
		b.NextTable()
	}
	return b.Build(view.Key(), k.now), nil
}

// readTable runs SELECT "name", "mail" FROM "public"."patients".
func (k *ask) readTable(ctx context.Context, t *catalog.Table, b *dictionary.Builder) error {
	var cols []string
	for _, c := range t.Columns {
		cols = append(cols, quotedName(c.Name))
	}
	query, err := k.bind(k.view, fmt.Sprintf("SELECT %s FROM %s.%s", strings.Join(cols, ", "), quotedName(t.Schema), quotedName(t.Name)), nil)
	if err != nil {
		return err
	}
	stmt, err := allow(k.view, query)
	if err != nil {
		return err
	}
	limits := k.c.Names.Limits
	if limits == (run.Limits{}) {
		limits = run.Limits{Rows: 20_000_000, Bytes: 8 << 30, Time: 10 * time.Minute}
	}
	rows, err := k.rows(ctx, stmt, limits)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	values := make([]string, len(cols))
	for rows.Next() {
		for i, v := range rows.Row() {
			if values[i] = ""; !v.IsNull() {
				values[i] = textOf(v, t.Columns[i].Type)
			}
		}
		b.Row(values)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if cut := rows.Cut(); cut != "" {
		return refusal.New(refusal.Limit, "raise the limits of the dictionary, or take dictionary: true from a column",
			"the dictionary of names has more to read than its limit of %s", cut)
	}
	return nil
}
