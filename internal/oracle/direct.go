package oracle

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/types"
)

// Result is what came of a draft: rows or an error.
type Result struct {
	Names []string
	Types []types.Type
	Rows  [][]Cell
	Err   error
}

// Cell is a value as PostgreSQL writes it.
type Cell struct {
	Text string
	Null bool
}

// Direct runs texts as they stand. It is a superuser's connection to a
// database of a test.
type Direct struct{ conn *pgx.Conn }

// OpenDirect connects; path is the schema in which names are looked up.
func OpenDirect(ctx context.Context, dsn, path string) (*Direct, error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	d := &Direct{conn}
	return d, d.Exec(ctx, session+path)
}

// session ends in a name of a schema.
const session = "SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET statement_timeout = '20s'; SET search_path = "

// Close closes the connection.
func (d *Direct) Close() { _ = d.conn.Close(context.Background()) }

// Exec runs statements.
func (d *Direct) Exec(ctx context.Context, text string) error {
	_, err := d.conn.PgConn().Exec(ctx, text).ReadAll()
	return err
}

// Query runs one statement with parameters, each in PostgreSQL's text.
func (d *Direct) Query(ctx context.Context, text string, params ...[]byte) Result {
	r := d.conn.PgConn().ExecParams(ctx, text, params, nil, nil, nil)
	out := Result{}
	for r.NextRow() {
		cells := make([]Cell, len(r.Values()))
		for i, v := range r.Values() {
			cells[i] = Cell{string(v), v == nil}
		}
		out.Rows = append(out.Rows, cells)
	}
	for _, f := range r.FieldDescriptions() {
		out.Names = append(out.Names, f.Name)
		out.Types = append(out.Types, typeOf(f.DataTypeOID))
	}
	_, out.Err = r.Close()
	return out
}

// Code is the SQLSTATE of an error of PostgreSQL, or "".
func Code(err error) string {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return pe.Code
	}
	return ""
}

func typeOf(oid uint32) types.Type {
	kinds := map[uint32]types.Kind{
		16: types.Bool, 17: types.Bytea, 20: types.Int8, 21: types.Int2, 23: types.Int4, 25: types.Text, 114: types.JSON,
		700: types.Float4, 701: types.Float8, 1042: types.Bpchar, 1043: types.Varchar, 1082: types.Date, 1083: types.Time,
		1114: types.Timestamp, 1184: types.TimestampTZ, 1186: types.Interval, 1700: types.Numeric, 2950: types.UUID, 3802: types.JSONB,
	}
	return types.Of(kinds[oid])
}

func (r Result) String() string {
	if r.Err != nil {
		text := "error: " + r.Err.Error()
		var no *refusal.Refusal
		if errors.As(r.Err, &no) && no.Owner != "" {
			text += " (" + no.Owner + ")"
		}
		return text
	}
	text := fmt.Sprintf("%d rows of %q %v", len(r.Rows), r.Names, r.Types)
	for i, row := range r.Rows {
		if i == 20 {
			return text + "\n  ..."
		}
		text += "\n "
		for _, c := range row {
			if c.Null {
				text += " NULL"
			} else {
				text += fmt.Sprintf(" %q", c.Text)
			}
		}
	}
	return text
}
