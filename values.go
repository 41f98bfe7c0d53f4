package grille

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/planner"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/ground"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

const (
	mostValues  = 5000    // of a column that is read whole
	mostBytes   = 4 << 20 // of them
	mostLookups = 12      // statements of one ask
	lookupShare = 10      // they take this part of the time limit, together
	longestLook = 3 * time.Second
)

// meant answers a draft of the planner or of a model, in which a text stands for
// the stored value that is meant by it. What was drafted has passed the rules as
// it was, and no model hears of it any more.
func (k *ask) meant(ctx context.Context, view policy.View, query *ir.Query) (*answer.Answer, error) {
	stmt, err := k.gate(view, query)
	if err != nil {
		return nil, err
	}
	find, done := k.lookup(ctx)
	defer done()
	return k.told(ctx, k.put(view, find.texts(stmt, query)))
}

// hinted answers a draft as it is, and says what its texts may mean.
func (k *ask) hinted(ctx context.Context, view policy.View, query *ir.Query) (*answer.Answer, error) {
	stmt, err := k.gate(view, query)
	if err != nil {
		return nil, err
	}
	find, done := k.lookup(ctx)
	defer done()
	m := find.texts(stmt, query)
	m.Matches = slices.DeleteFunc(m.Matches, func(x ground.Match) bool { return x.Grouped }) // who wrote it knows
	for i, x := range m.Matches {
		m.Matches[i].Found = x.Told()
	}
	return k.told(ctx, m)
}

// byPlanner answers with the reading that the asker chose, or else with the first
// one that shows the same and has no text which is known to be no value of its
// column; if each has one, with the first.
func (k *ask) byPlanner(ctx context.Context, question egress.Question, chosen int) (a *answer.Answer, err error) {
	defer func() { err = k.closedWords(ctx, question.Text(), err) }()
	find, done := k.lookup(ctx)
	defer done()
	u, err := k.understand(question, find)
	if err != nil {
		return nil, err
	}
	k.trace.Understood = u
	readings, err := k.chosen(u, chosen)
	if err != nil {
		return nil, err
	}
	var best drafted
	for i, r := range readings {
		m, err := k.reading(find, r.Draft)
		switch {
		case i == 0 && err != nil:
			return nil, err
		case i == 0:
			best = m
		case err == nil && m.wrong() == 0 && m.Stored >= max(1, best.Stored) && slices.Equal(m.shows(), best.shows()):
			best = m
		}
		if best.wrong() == 0 {
			break
		}
	}
	k.trace.drafted(best.draft)
	k.trace.Reading = 1 + slices.IndexFunc(u.Readings, func(r planner.Reading) bool { return r.Draft.SQL == best.draft.SQL })
	meant := u.Readings[k.trace.Reading-1]
	k.after.answered(k, meant)
	a, err = k.told(ctx, k.put(k.view, best))
	if err != nil {
		return nil, err
	}
	a.Reading = ReadingOf(meant)
	return a, nil
}

// chosen are the readings that may be run, the first of them before others.
func (k *ask) chosen(u planner.Understanding, chosen int) ([]planner.Reading, error) {
	switch {
	case chosen < 0 || chosen > len(u.Readings):
		return nil, refusal.New(refusal.WhichReading, "ask without choosing to see them", "the question has %d readings, and none with the number %d", len(u.Readings), chosen)
	case chosen > 0:
		return u.Readings[chosen-1 : chosen], nil
	}
	switch u.Decision {
	case planner.Answer:
		all := whole(u.Readings)
		return all[:min(len(all), mostReadings)], nil
	case planner.Choose:
		if w, ok := u.Which(); ok {
			return nil, refusal.New(refusal.WhichReading, "say what is meant: "+either(w.Options), "%s", strings.TrimSuffix(w.String(), "?")+instead(u))
		}
		return nil, refusal.New(refusal.WhichReading, "choose the reading that is meant, or ask in other words", "it is not clear enough what is meant%s", instead(u))
	default:
		panic("grille: unknown decision")
	}
}

// instead asks whether another question was meant.
func instead(u planner.Understanding) string {
	if u.Instead == "" {
		return ""
	}
	return "; or did you mean: " + u.Instead + "?"
}

// whole are the readings that pass no word over.
func whole(all []planner.Reading) []planner.Reading {
	return slices.DeleteFunc(slices.Clone(all), func(r planner.Reading) bool { return len(r.Passed) > 0 })
}

// mostReadings is how many readings of a question are looked at.
const mostReadings = 4

func (k *ask) reading(find *lookup, d model.Draft) (drafted, error) {
	k.trace.drafted(d)
	query, err := k.draft(k.view, d.SQL)
	if err != nil {
		return drafted{}, err
	}
	stmt, err := k.gate(k.view, query)
	if err != nil {
		return drafted{}, err
	}
	m := find.texts(stmt, query)
	m.draft = d
	return m, nil
}

// drafted is a draft with what its texts mean.
type drafted struct {
	ground.Meaning
	draft model.Draft
	stmt  emit.Statement // of what was drafted, until put
}

// shows are the names of what is shown. A reading in which a text is of another
// column shows the same.
func (m drafted) shows() (names []string) {
	for _, c := range m.stmt.Allowed().Columns() {
		names = append(names, c.Name)
	}
	return names
}

// wrong counts the texts of which it is known that they are no values.
func (m drafted) wrong() (n int) {
	for _, x := range m.Matches {
		if x.Stored == "" && x.All {
			n++
		}
	}
	return n
}

// put is m as the statement in which texts are what is meant, if any are.
func (k *ask) put(view policy.View, m drafted) drafted {
	if !slices.ContainsFunc(m.Matches, func(x ground.Match) bool { return x.Stored != "" }) {
		return m
	}
	stmt, err := k.gate(view, m.Query)
	if err != nil {
		m.Matches = nil // it stays what it was
		return m
	}
	m.stmt = stmt
	return m
}

func (k *ask) told(ctx context.Context, of drafted) (*answer.Answer, error) {
	a, err := k.start(ctx, of.stmt)
	if err != nil {
		return nil, err
	}
	for _, m := range of.Matches {
		a.Matched = append(a.Matched, answer.Match{Asked: m.Asked, Stored: m.Stored, Like: m.Like, Grouped: m.Grouped,
			Column: m.Column.Table.Name + "." + m.Column.Table.Column(m.Column.Of).Name})
	}
	return a, nil
}

// texts looks the texts of a query up, unless nothing of it may be run. Whatever
// goes wrong, the texts stay what they are, and nobody is told.
func (l *lookup) texts(stmt emit.Statement, query *ir.Query) (m drafted) {
	m = drafted{Meaning: ground.Meaning{Query: query}, stmt: stmt}
	if stmt.Allowed().ShowOnly() {
		return m
	}
	defer func() {
		if p := recover(); p != nil {
			_ = l.fault(p) // it is in the log
			m = drafted{Meaning: ground.Meaning{Query: query}, stmt: stmt}
		}
	}()
	m.Meaning = ground.Texts(query, l)
	return m
}

// lookup is for one ask, and to be ended.
func (k *ask) lookup(ctx context.Context) (l *lookup, done func()) {
	ctx, done = context.WithTimeout(ctx, k.lookupTime())
	return &lookup{ask: k, ctx: ctx, left: mostLookups}, done
}

func (k *ask) lookupTime() time.Duration { return min(k.c.Limits.Time/lookupShare, longestLook) }

// lookup finds stored values for one ask, with the viewer's rights: what it runs
// are statements like any other, and where the rules do not show a column as it
// is, it runs none.
type lookup struct {
	*ask
	ctx  context.Context
	left int // statements
}

// Find implements ground.Values.
func (l *lookup) Find(c ground.Column, asked string) ground.Found {
	if !l.view.Values(c.Table.ID, c.Of) {
		return ground.Found{Grouped: l.view.MinGroup(c.Table.ID) > 0}
	}
	f := l.find(c, asked)
	if l.agreed(c, asked) {
		f = ground.Found{Exact: f.Exact, Like: f.Told().Like} // and no reading is worse for it
	}
	return f
}

// find looks among the values, of which the viewer sees those of c as they are.
func (l *lookup) find(c ground.Column, asked string) ground.Found {
	key := l.shelfOf(c)
	s, ok := l.values.get(key, l.now)
	if !ok {
		// One row is sooner found than all values are read.
		hit, err := l.read(c, nameOf(c)+" = "+quoted(asked), 1)
		if len(hit) > 0 {
			return ground.Found{Exact: true}
		}
		if s, ok = l.all(c, err); !ok {
			return ground.Found{}
		}
		l.values.put(key, s)
	}
	switch {
	case s.index != nil:
		return s.index.Find(asked)
	case s.slow:
		return ground.Found{}
	}
	some, err := l.read(c, "lower("+nameOf(c)+") = lower("+quoted(strings.TrimSpace(asked))+")", 10)
	if slow(err) {
		l.values.put(key, shelved{slow: true, at: l.now})
	}
	f := l.index(c, some).Find(asked)
	f.All = false
	return f
}

// agreed reports whether a metric compares a column with a text: that is meant as it is
// written, whatever the viewer sees that is like it.
func (l *lookup) agreed(c ground.Column, asked string) bool {
	return slices.ContainsFunc(l.view.Visible().Metrics, func(m *catalog.Metric) bool {
		return m.Table == c.Table.ID && slices.ContainsFunc(m.Where, func(w catalog.Comparison) bool {
			return w.Column == c.Of && strings.Contains(w.Test, quoted(asked))
		})
	})
}

// all is what is to be known of the values of a column, of which a look at one has
// ended with before. It is not ok where the next look may see more.
func (l *lookup) all(c ground.Column, before error) (s shelved, ok bool) {
	s.at = l.now
	if slow(before) {
		s.slow = true
		return s, true
	}
	values, err := l.read(c, fmt.Sprintf("length(%s) <= %d", nameOf(c), ground.MaxLength), mostValues+1)
	switch {
	case slow(err):
		s.slow = true
	case errors.Is(err, errTooMuch) || len(values) > mostValues:
	case err != nil:
		return s, false
	default:
		s.index = l.index(c, values)
	}
	return s, true
}

func (l *lookup) index(c ground.Column, values []string) *ground.Index {
	id, of := c.Table.ID, c.Of
	return ground.NewIndex(ground.Set{Values: values, Means: l.view.Means(id, of), Persons: l.view.Persons(id, of)})
}

var (
	errTooMuch   = errors.New("more values than are read")
	errNoTime    = errors.New("no time or statement is left")
	errNotStored = errors.New("not as it is stored")
)

// slow reports whether the database took too long over a statement.
func slow(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || refusal.CodeOf(err) == refusal.Limit
}

// read gives values of a column that the viewer sees and a condition picks.
func (l *lookup) read(c ground.Column, where string, most int) ([]string, error) {
	if l.left--; l.left < 0 || l.ctx.Err() != nil {
		return nil, errNoTime
	}
	table := quotedName(c.Table.Schema) + "." + quotedName(c.Table.Name)
	query, err := l.bind(l.view, fmt.Sprintf("SELECT DISTINCT %s FROM %s WHERE %s LIMIT %d", nameOf(c), table, where, most), nil)
	if err != nil {
		return nil, err
	}
	stmt, err := allow(l.view, query)
	if err != nil {
		return nil, err
	}
	if a := stmt.Allowed(); a.ShowOnly() || len(a.Predicates()) > 0 || !plain(a, c) {
		return nil, errNotStored
	}
	limits := run.Limits{Rows: mostValues + 1, Bytes: mostBytes, Time: l.lookupTime()}
	rows, err := l.rows(l.ctx, stmt, limits)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		if v := rows.Row()[0]; !v.IsNull() {
			out = append(out, textOf(v, c.Table.Column(c.Of).Type))
		}
	}
	if rows.Err() == nil && rows.Cut() != "" {
		return nil, errTooMuch
	}
	return out, rows.Err()
}

// textOf is a value without the spaces that the database has put to it.
func textOf(v types.Value, t types.Type) string {
	if t.Kind == types.Bpchar {
		return strings.TrimRight(v.Text(), " ")
	}
	return v.Text()
}

// plain reports whether a query shows one column, as it is stored.
func plain(a policy.Allowed, c ground.Column) bool {
	cols := a.Columns()
	if len(cols) != 1 || len(cols[0].Origins) != 1 {
		return false
	}
	o := cols[0].Origins[0]
	return o.Table == c.Table.ID && o.Column == c.Of && o.Mask.Show == policy.Plain
}

func nameOf(c ground.Column) string { return quotedName(c.Table.Column(c.Of).Name) }
func quoted(text string) string     { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
func quotedName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
