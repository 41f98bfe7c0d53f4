package grille

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/ground"
)

const (
	sampleRows   = 10 // in which a value has to stand, at least
	sampleOffers = 20 // values of a column that are looked at
	sampleLength = 40 // characters of one
	samplesAge   = 10 * time.Minute
	samplesKept  = 4096 // columns
)

// sampler finds samples for one prompt, with the viewer's rights: what it runs are
// statements like any other. Whatever goes wrong, there are none, and nobody is
// told.
type sampler struct {
	*ask
	until time.Time
}

// Samples implements egress.Sampler.
func (s *sampler) Samples(ctx context.Context, view policy.View, table catalog.TableID, column catalog.ColumnID) (values []string, err error) {
	if view.Samples(table, column) == 0 {
		return nil, nil
	}
	key := shelf{view.Key(), table, column}
	if values, ok := s.samples.get(key, s.now); ok {
		return values, nil
	}
	if s.until.IsZero() {
		s.until = time.Now().Add(s.lookupTime())
	}
	ctx, cancel := context.WithDeadline(ctx, s.until)
	defer cancel()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	defer s.recover(&err)
	values, err = s.read(ctx, view.ForModel(), ground.Column{Table: view.Visible().Table(table), Of: column})
	if err != nil && !slow(err) {
		return nil, err
	}
	s.samples.put(key, sampled{values, s.now}) // a slow column is not read again soon
	return values, nil
}

// read gives the values that most rows have, of those that enough rows have.
func (s *sampler) read(ctx context.Context, view policy.View, c ground.Column) ([]string, error) {
	name, table := nameOf(c), quotedName(c.Table.Schema)+"."+quotedName(c.Table.Name)
	query, err := s.bind(view, fmt.Sprintf("SELECT %[1]s FROM %[2]s WHERE length(%[1]s) <= %[3]d GROUP BY %[1]s HAVING count(*) >= %[4]d ORDER BY count(*) DESC, %[1]s LIMIT %[5]d",
		name, table, sampleLength, sampleRows, sampleOffers), nil)
	if err != nil {
		return nil, err
	}
	stmt, err := allow(view, query)
	if err != nil {
		return nil, err
	}
	if a := stmt.Allowed(); a.ShowOnly() || len(a.Predicates()) > 0 || !plain(a, c) {
		return nil, errors.New("not as it is stored")
	}
	rows, err := s.rows(ctx, stmt, run.Limits{Rows: sampleOffers + 1, Bytes: 64 << 10, Time: s.lookupTime()})
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		out = append(out, textOf(rows.Row()[0], c.Table.Column(c.Of).Type))
	}
	if rows.Err() == nil && rows.Cut() != "" {
		return nil, errTooMuch
	}
	return out, rows.Err()
}

// keptSamples keeps samples in the memory of the process, for a few minutes and up to a
// number of columns. Nobody with other rights, or after a change of the rules or
// of the database's outline, is given them.
type keptSamples struct {
	mu    sync.Mutex
	known map[shelf]sampled
}

type sampled struct {
	values []string
	at     time.Time
}

func (k *keptSamples) get(key shelf, now time.Time) ([]string, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s, ok := k.known[key]
	if ok && (now.Sub(s.at) >= samplesAge || now.Before(s.at)) {
		delete(k.known, key)
		ok = false
	}
	return s.values, ok
}

// put keeps them; when there are too many, all others go.
func (k *keptSamples) put(key shelf, s sampled) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.known == nil || len(k.known) >= samplesKept {
		k.known = map[shelf]sampled{}
	}
	k.known[key] = s
}

func (k *keptSamples) clear() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.known = nil
}
