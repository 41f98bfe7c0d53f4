package leak_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/grille-dev/grille/internal/leak"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/run/postgres"
	"github.com/grille-dev/grille/sql/emit"
)

func TestPostgres(t *testing.T) {
	db := pgtest.New(t, leak.Tables(), "ANALYZE")
	target, err := dsn.Parse(db.ReadOnlyDSN)
	if err != nil {
		t.Fatal(err)
	}
	e, err := postgres.New(postgres.Config{Target: target.(dsn.Postgres), TimeZone: "UTC", Concurrent: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	outline, err := e.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	direct, err := pgconn.Connect(t.Context(), db.DSN)
	if err != nil {
		t.Fatal(err)
	}
	defer direct.Close(context.Background())
	cells, leaks := 0, 0
	for filter := range leak.Filters() {
		view, err := leak.View(outline, filter)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range leak.Cells(filter) {
			cells++
			stmt, err := leak.Statement(view, c.Draft)
			if err != nil {
				t.Errorf("%s: refused: %v\n%s", c, err, c.Draft)
				continue
			}
			if err := drain(e, stmt); err != nil {
				t.Errorf("%s leaks: %v\n%s\n%s", c, err, c.Draft, stmt.Text())
			}
			if fails(direct, leak.Unfenced(stmt.Text()), stmt.Params()) {
				leaks++
			}
		}
	}
	t.Logf("%d cells hold; with the fences taken out %d of them leak", cells, leaks)
	if leaks < 20 {
		t.Errorf("with the fences taken out only %d cells leak: the matrix proves too little", leaks)
	}
}

func drain(e run.Engine, stmt emit.Statement) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	rows, err := e.Run(ctx, stmt, run.Limits{Rows: 1e6, Bytes: 1 << 30, Time: time.Minute})
	if err != nil {
		return err
	}
	for rows.Next() {
	}
	defer rows.Close()
	return rows.Err()
}

func fails(c *pgconn.PgConn, text string, params []emit.Param) bool {
	values := make([][]byte, len(params))
	for i, p := range params {
		if !p.Value.IsNull() {
			values[i] = []byte(p.Value.Format(p.Type, time.UTC))
		}
	}
	_, err := c.ExecParams(context.Background(), text, values, nil, nil, nil).Close()
	return err != nil
}
