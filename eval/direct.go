package eval

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/sql/types"
)

// Direct is eval's own connection. It runs a text as it is, in a read-only
// transaction of its own, and leaves the session as it was. It is used by one
// goroutine at a time.
type Direct interface {
	// Query runs the text under one of the planner settings; 0 is the default.
	Query(ctx context.Context, text string, variant int) (Cells, error)
	// Variants is how many other planner settings there are.
	Variants() int
	Close() error
}

// DirectConfig is what opening needs; the fields are those of a connection.
type DirectConfig struct {
	Target  dsn.Target // with its password
	RootPEM []byte
	Schemas []string // where unqualified names resolve
	Zone    string   // IANA name
	Time    time.Duration
	Rows    int // at most; more is an error
}

// OpenDirect connects.
func OpenDirect(ctx context.Context, c DirectConfig) (Direct, error) {
	if c.Zone == "" || c.Time <= 0 || c.Rows <= 0 {
		return nil, errors.New("eval: DirectConfig lacks a zone or a limit")
	}
	switch t := c.Target.(type) {
	case dsn.Postgres:
		return openPostgres(ctx, c, t)
	case dsn.SQLite:
		return openSQLite(ctx, c, t)
	case dsn.MySQL, dsn.Trino, dsn.DuckDB, dsn.CSV: // their texts are of another dialect, or it is no database
		return nil, refusal.New(refusal.Engine, "compare on PostgreSQL or SQLite", "eval runs no text directly on %s", t)
	default:
		panic("eval: unknown kind of database")
	}
}

// Cells is a result as the database writes it; nil is NULL.
type Cells struct {
	Names []string
	Rows  [][]*string
}

// as reads cells as values of the types that Grille's answer has, so that the
// two can be compared. What does not fit stays a text, and differs.
func (c Cells) as(ts []types.Type, zone *time.Location) Table {
	t := Table{Names: c.Names, Rows: make([][]types.Value, len(c.Rows))}
	for i, row := range c.Rows {
		t.Rows[i] = make([]types.Value, len(row))
		for j, cell := range row {
			if cell != nil {
				typ := types.Of(types.Text)
				if j < len(ts) {
					typ = ts[j]
				}
				t.Rows[i][j] = read(*cell, typ, zone)
			}
		}
	}
	return t
}

func read(cell string, t types.Type, zone *time.Location) types.Value {
	if t.IsNumber() && t.Kind != types.Float4 { // a float4 is less exact than its digits
		t = types.Of(types.Numeric) // an engine without types may give 2 for 2.0
	}
	v, err := types.Parse(t, cell, zone)
	if err != nil && t.Kind == types.Date { // midnight
		v, err = types.Parse(types.Of(types.Timestamp), cell, zone)
	}
	if err != nil || v.IsNull() {
		return types.TextOf(cell)
	}
	return v
}

// guess reads cells without knowing types: numbers and times where every cell
// of a column is one.
func (c Cells) guess(zone *time.Location) Table {
	ts := make([]types.Type, len(c.Names))
	for j := range c.Names {
		ts[j] = types.Of(types.Text)
		for _, k := range []types.Kind{types.Numeric, types.Timestamp, types.TimestampTZ, types.Bool} {
			if c.all(j, func(cell string) bool {
				_, err := types.Parse(types.Of(k), cell, zone)
				return err == nil && (k != types.Bool || cell == "t" || cell == "f")
			}) {
				ts[j] = types.Of(k)
				break
			}
		}
	}
	return c.as(ts, zone)
}

func (c Cells) all(col int, is func(string) bool) bool {
	some := false
	for _, row := range c.Rows {
		if row[col] != nil {
			if !is(*row[col]) {
				return false
			}
			some = true
		}
	}
	return some
}

// Lacking is the error of a text that needs what this database does not have.
type Lacking struct{ What string }

func (l *Lacking) Error() string { return l.What }

var errTooMany = errors.New("more rows than the limit")

// directError leaves out the message of the database: it may quote a value.
func directError(state string) error {
	switch {
	case state == "42883":
		return &Lacking{"the database lacks a function or operator (42883)"}
	case state == "42704":
		return &Lacking{"the database lacks a type (42704)"}
	case strings.HasPrefix(state, "57"):
		return fmt.Errorf("stopped (%s)", state)
	default:
		return fmt.Errorf("error %s", state)
	}
}
