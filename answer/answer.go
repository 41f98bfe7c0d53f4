// Package answer is what a viewer gets: columns with what they mean, rows as
// they stream, and a receipt after the last.
//
// [From] takes rows that package release let through, and nothing else. What
// it says about them (words, SQL, rules) is made from the query tree that was
// allowed, never by a model, and depends on the query and the rules alone: no
// sentence here changes with the rows. What is drawn (chart.go) is made of rows
// that were given out, and of nothing else. Of the rules a viewer reads only
// their names; conditions, hidden columns and values are never shown.
package answer

import (
	"fmt"
	"time"

	"golang.org/x/text/language"

	"github.com/grille-dev/grille/calendar"
	"github.com/grille-dev/grille/meaning"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/release"
	"github.com/grille-dev/grille/sql/fanout"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

func fault(what string) error {
	return refusal.New(refusal.Internal, "", "a fault inside Grille: %s", what)
}

// Answer is one answer: read it to the end, then take its receipt, and close
// it. It is a cursor of one goroutine.
type Answer struct {
	Explanation
	// Matched are texts of the query that are no stored values, and what is known
	// of them. They were found among what the viewer may see, and are for the
	// viewer alone.
	Matched []Match
	// Reading is how the planner understood the question; nil if it did not draft.
	Reading *Reading
	rows    *release.Rows
	stamp   Stamp
	marks   numerals
	ended   bool
	err     error
}

// Stamp is what a receipt says beyond what the rows prove.
type Stamp struct {
	ID       string
	Time     time.Time // the instant of the question
	Calendar calendar.Calendar
	// Locale is the language in which people read numbers; language.Und for PostgreSQL's form.
	Locale     language.Tag
	Connection string
	// Key keeps digests from being guessed; it is the site's, or of the process.
	Key []byte
	// Ended, unless nil, hears once how the rows ended: Err at that time.
	Ended func(error)
	// Fault makes a refusal of a panic that rows cause while they stream.
	Fault func(cause any) error
}

// Column is one column of an answer.
type Column struct {
	Label string
	Type  types.Type
	// Mod is that of the cast by which the query makes it; unset without one.
	Mod   types.Mod
	Words string // how it was worked out
	// Measure: it is an amount worked out of several rows, or what rows were picked by.
	Measure bool
	// Unit is what its numbers are counted in, "" where nobody has said.
	Unit string
	// Constant: it holds nothing of the database, only what the query says.
	Constant bool
	// Written: part of its text is of the query and not of the database.
	Written bool
	// Lineage is where its values come from.
	Lineage  Lineage
	decimals int // that people are shown at least
}

// Lineage says of a column which stored columns have an influence on it, under
// which masks, of which groups its numbers are, and what follows of that for
// whoever wants to give it to somebody else. All of it follows from the query
// and the rules.
type Lineage struct {
	Label  string   `json:"label"` // see policy.Label
	From   []Source `json:"from,omitempty"`
	Groups []Group  `json:"groups,omitempty"`
}

// Source is a stored column, schema.table.column, that the viewer may see.
type Source struct {
	Column string `json:"column"`
	Class  string `json:"class"`
	Shown  string `json:"shown"` // value, or the mask
}

// Group says that numbers are of at least Size different values of Entity, a
// column of Table; Entity is "" where the viewer does not see it.
type Group struct {
	Table  string `json:"table"`
	Entity string `json:"entity,omitempty"`
	Size   int    `json:"size"`
}

// From makes the answer of rows. It takes them over: on an error they are closed.
func From(rows *release.Rows, stamp Stamp) (*Answer, error) {
	if !rows.Made() {
		return nil, fault("an answer from rows that nobody released")
	}
	if rows.Statement().Allowed().View().Service() {
		_ = rows.Close() // the fault is what counts
		return nil, fault("an answer from what is read for the dictionary")
	}
	if stamp.ID == "" || stamp.Time.IsZero() || stamp.Calendar.Zone == nil || len(stamp.Key) == 0 || stamp.Fault == nil {
		_ = rows.Close() // the fault is what counts
		return nil, fault("an answer without a stamp")
	}
	e := Explain(rows.Statement().Allowed(), stamp.Calendar)
	return &Answer{Explanation: e, rows: rows, stamp: stamp, marks: numeralsOf(stamp.Locale)}, nil
}

// Next fetches the next row. It returns false at the end, at a limit (see
// Receipt) and on an error (see Err).
func (a *Answer) Next() (more bool) {
	defer func() {
		if p := recover(); p != nil {
			a.err, more = a.stamp.Fault(p), false
		}
	}()
	if a.err == nil && a.rows.Next() {
		return true
	}
	if !a.ended && a.stamp.Ended != nil {
		a.stamp.Ended(a.Err())
	}
	a.ended = true
	return false
}

// Row is the current row. Next overwrites it.
func (a *Answer) Row() []types.Value { return a.rows.Row() }

// Err is what broke the answer off: a *refusal.Refusal, or context.Canceled.
func (a *Answer) Err() error {
	if a.err != nil {
		return a.err
	}
	return a.rows.Err()
}

// said is all that a reader is told beside the rows: first how texts were matched.
func (a *Answer) said() []string {
	var lines []string
	for _, m := range a.Matched {
		lines = append(lines, m.String())
	}
	return append(lines, a.Said()...)
}

// Close stops the statement, if it still runs.
func (a *Answer) Close() error { return a.rows.Close() }

// Zone is the time zone of the question.
func (a *Answer) Zone() *time.Location { return a.stamp.Calendar.Zone }

func (a *Answer) zone() *time.Location { return a.stamp.Calendar.Zone }
func (a *Answer) numerals() numerals   { return a.marks }
func (a *Answer) columns() []Column    { return a.Columns }
func (a *Answer) matched() []Match     { return a.Matched }

// Explanation is what can be said about a query without running it.
type Explanation struct {
	Columns []Column
	// Words say what the query does, a step a line.
	Words []string
	// SQL is the query as its viewer may read it: each relation with the names of
	// the rules that hold for it. It is not the text that runs.
	SQL string
	// Rules say which row rules hold for the tables of the query, whether or not
	// they hide a row, and Notes which of its columns are masked.
	Rules, Notes []string
	// Metrics are the figures with a name that the query computes.
	Metrics []Metric
	// Warnings say which aggregates count rows more than once that a join repeats,
	// and what would count each once (see package sql/fanout); and that weeks are not
	// those of the calendar.
	Warnings []string
	// Calendar is by which one dates and times are meant; "" where the query computes
	// with none.
	Calendar string
}

// Explain says of a query what its answer would say, without rows.
func Explain(a policy.Allowed, site calendar.Calendar) Explanation {
	q, zone := tidy(a.Shown()), site.Zone
	steps, names := explain(q, zone)
	say := func(g *ir.Guarded) string { return a.View().Says(g.Table.Table.ID) }
	e := Explanation{Words: steps, SQL: display(q, zone, say), Rules: a.Banner(), Notes: a.Notes()}
	if overTime(q) {
		e.Calendar = site.String()
	}
	if mondays(q, site.Week) {
		e.Warnings = append(e.Warnings, fmt.Sprintf("weeks of this query begin on %s, and those of the calendar on %s", calendar.Week(0), site.Week))
	}
	for _, alarm := range Alarms(a) {
		e.Warnings = append(e.Warnings, alarm.String())
	}
	by := meaning.Asked{Seen: a.View().Visible(), Zone: zone}
	if len(by.Seen.Metrics) > 0 {
		by.Rows = fanout.Rows(q, by.Seen.Table)
	}
	found := shapes{meaning.NewFinder(q, by)}
	for _, m := range found.Used(q) {
		e.Metrics = append(e.Metrics, metric(m, by.Seen))
	}
	outs, amounts := a.Columns(), measured(q)
	for i, c := range outputs(q) {
		l := label(c.Name)
		if l == "" {
			l = fmt.Sprintf("column %d", i+1)
		}
		shape := found.output(q, c)
		e.Columns = append(e.Columns, Column{Label: l, Type: c.Type, Mod: cast(q, i), Words: names[c.ID], Measure: amounts[i], Unit: shape.Unit,
			Constant: outs[i].Constant, Written: outs[i].Written, Lineage: lineage(outs[i]), decimals: shape.Decimals})
	}
	return e
}

// Said is what a reader is told beside the rows: the rules that hold, what is masked
// or written in the query, and what is counted more than once.
func (e Explanation) Said() []string {
	said := append(append([]string(nil), e.Rules...), e.Notes...)
	for _, m := range e.Metrics {
		said = append(said, m.String())
	}
	for _, w := range e.Warnings {
		said = append(said, "careful: "+w)
	}
	for _, c := range e.Columns {
		switch {
		case c.Constant:
			said = append(said, fmt.Sprintf("column %q was written in the query, not read from the data", c.Label))
		case c.Written:
			said = append(said, fmt.Sprintf("in column %q texts were written in the query, not read from the data", c.Label))
		}
	}
	if e.Calendar != "" {
		said = append(said, "dates: "+e.Calendar)
	}
	return said
}

// Alarms are the aggregates of a query that count rows more than once, by the keys
// that its viewer sees.
func Alarms(a policy.Allowed) []fanout.Alarm {
	return fanout.Find(a.Shown(), a.View().Visible().Table)
}

// cast is the modifier of the cast that makes the visible output i, if one does.
func cast(q *ir.Query, i int) types.Mod {
	s, ok := q.Body.(*ir.Select)
	if !ok {
		return types.Mod{}
	}
	for _, d := range s.Out {
		switch {
		case d.Hidden:
			continue
		case i > 0:
			i--
			continue
		}
		if c, ok := d.Expr.(*ir.Cast); ok {
			return c.Mod
		}
		break
	}
	return types.Mod{}
}

func lineage(o policy.Output) Lineage {
	l := Lineage{Label: o.Label().String()}
	for _, from := range o.Origins {
		shown := from.Mask.Show.String() // a family of pseudonyms is for owners
		if from.Mask.Show == policy.Width {
			shown = from.Mask.String()
		}
		l.From = append(l.From, Source{from.Name, from.Class, shown})
	}
	for _, g := range o.Groups {
		l.Groups = append(l.Groups, Group(g))
	}
	return l
}
