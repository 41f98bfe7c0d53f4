package grille

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/planner"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/ground"
)

// mostHeld is how many bytes of values are read for one question.
const mostHeld = 8 << 20

// understand is what the planner makes of a question for this viewer, which may be a
// follow-up. The columns that hold its words are part of that, here as in Ask, so
// that both give the same readings.
func (k *ask) understand(question egress.Question, find *lookup) (planner.Understanding, error) {
	opt := k.options()
	opt.Values, opt.Chosen, opt.After = find, k.means, k.after.last(k)
	return planner.Understand(k.view, question, opt)
}

// Look implements planner.Values. What is known of the columns is all that the
// viewer sees of them, or nothing is known of any: where one cannot be read, or not
// in time, the question is understood as if no value were known, and not by the
// values that chance to be there.
func (l *lookup) Look(asked []planner.Column) (known []int, holds func(string) []int) {
	defer func() {
		if p := recover(); p != nil {
			_ = l.fault(p) // it is in the log
			known, holds = nil, nil
		}
	}()
	columns := l.holdable(asked)
	shelves, ok := l.shelves(columns)
	if !ok {
		return nil, nil
	}
	indexes := map[int]*ground.Index{}
	for i, s := range shelves {
		if s.index != nil && !s.index.Prose() {
			at := slices.Index(asked, columnOf(columns[i]))
			known = append(known, at)
			indexes[at] = s.index
		}
	}
	return known, func(text string) (held []int) {
		t := ground.NewText(text)
		for _, at := range known {
			if indexes[at].Holds(t) {
				held = append(held, at)
			}
		}
		return held
	}
}

func columnOf(c ground.Column) planner.Column { return planner.Column{Table: c.Table.ID, Column: c.Of} }

// holdable are the columns of which the planner may know values: those in which a
// text is looked up, and that are not of persons.
func (l *lookup) holdable(asked []planner.Column) []ground.Column {
	var out []ground.Column
	for _, c := range asked {
		if l.view.Values(c.Table, c.Column) && !l.view.Persons(c.Table, c.Column) {
			out = append(out, ground.Column{Table: l.view.Visible().Table(c.Table), Of: c.Column})
		}
	}
	return out
}

// shelves are what is known of all of some columns; not ok: that cannot be had.
// It is the same whichever of them stand in memory already.
func (l *lookup) shelves(columns []ground.Column) (all []shelved, ok bool) {
	together := shelf{view: l.view.Key() + " " + fmt.Sprint(idsOf(columns))}
	if _, failed := l.values.get(together, l.now); failed || len(columns) == 0 {
		return nil, false
	}
	var missing []ground.Column
	for _, c := range columns {
		s, ok := l.values.get(l.shelfOf(c), l.now)
		if s.slow {
			return nil, false
		}
		if !ok {
			missing = append(missing, c)
		}
		all = append(all, s)
	}
	if len(missing) == 0 {
		return all, fewBytes(all)
	}
	read, err := l.readAll(missing)
	if err != nil {
		l.values.put(together, shelved{slow: true, at: l.now}) // not again soon
		return nil, false
	}
	for i, c := range columns {
		if k := slices.Index(missing, c); k >= 0 {
			all[i] = read[k]
			l.values.put(l.shelfOf(c), read[k])
		}
	}
	return all, fewBytes(all)
}

func (l *lookup) shelfOf(c ground.Column) shelf { return shelf{l.view.Key(), c.Table.ID, c.Of} }

func idsOf(columns []ground.Column) (all []planner.Column) {
	for _, c := range columns {
		all = append(all, columnOf(c))
	}
	return all
}

func fewBytes(all []shelved) bool {
	n := 0
	for _, s := range all {
		if s.index != nil {
			n += s.index.Bytes()
		}
	}
	return n <= mostHeld
}

// readAll reads columns in one statement, in half of the time that an ask has for
// looking up.
func (l *lookup) readAll(columns []ground.Column) ([]shelved, error) {
	if l.left--; l.left < 0 || l.ctx.Err() != nil {
		return nil, errNoTime
	}
	stmt, err := l.together(columns)
	if err != nil {
		return nil, err
	}
	limits := run.Limits{Rows: int64(len(columns))*(mostValues+1) + 1, Bytes: 4 * mostHeld, Time: l.lookupTime() / 2}
	ctx, done := context.WithTimeout(l.ctx, limits.Time)
	defer done()
	rows, err := l.rows(ctx, stmt, limits)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	values, bytes := make([][]string, len(columns)), make([]int, len(columns))
	for rows.Next() {
		row := rows.Row()
		k := int(row[0].Int())
		if v := row[1]; !v.IsNull() {
			text := textOf(v, columns[k].Table.Column(columns[k].Of).Type)
			values[k], bytes[k] = append(values[k], text), bytes[k]+len(text)
		}
	}
	if rows.Err() == nil && rows.Cut() != "" {
		return nil, errTooMuch
	}
	out := make([]shelved, len(columns))
	for k, c := range columns {
		out[k].at = l.now
		if len(values[k]) <= mostValues && bytes[k] <= mostBytes {
			out[k].index = l.index(c, values[k])
		}
	}
	return out, rows.Err()
}

// together is the statement that reads columns. One that the rules let nobody read
// as it is stored spoils it for all.
func (l *lookup) together(columns []ground.Column) (none emit.Statement, err error) {
	var parts []string
	for k, c := range columns {
		parts = append(parts, fmt.Sprintf("SELECT %d AS place, v FROM (SELECT DISTINCT %s::text AS v FROM %s.%s WHERE length(%s) <= %d LIMIT %d) AS q",
			k, nameOf(c), quotedName(c.Table.Schema), quotedName(c.Table.Name), nameOf(c), ground.MaxLength, mostValues+1))
	}
	query, err := l.bind(l.view, strings.Join(parts, " UNION ALL "), nil)
	if err != nil {
		return none, err
	}
	stmt, err := allow(l.view, query)
	if err != nil {
		return none, err
	}
	a := stmt.Allowed()
	if a.ShowOnly() || len(a.Predicates()) > 0 || !allPlain(a.Columns(), columns) {
		return none, errNotStored
	}
	return stmt, nil
}

// allPlain reports whether a query shows places and the values of columns, as they
// are stored.
func allPlain(shown []policy.Output, columns []ground.Column) bool {
	if len(shown) != 2 || len(shown[0].Origins) > 0 || len(shown[1].Origins) != len(columns) {
		return false
	}
	return !slices.ContainsFunc(shown[1].Origins, func(o policy.Origin) bool {
		return o.Mask.Show != policy.Plain || !slices.ContainsFunc(columns, func(c ground.Column) bool { return c.Table.ID == o.Table && c.Of == o.Column })
	})
}
