package postgres

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/types"
)

// streamed is what TestStreamCost and the benchmarks read: one column of each
// kind that matters, a million rows.
const streamed = `SELECT i::int8, 'row number ' || i, (i * 1.37)::numeric(12,2), timestamptz '2020-01-01' + i * interval '1 minute', i / 7.0::float8
FROM generate_series(1, 1000000) AS i`

func streamedQuery() query {
	return query{text: `SELECT a, b, c, d, e FROM public.streamed`, time: time.Minute,
		columns: cols(types.Int8, types.Text, types.Numeric, types.TimestampTZ, types.Float8)}
}

// BenchmarkStream reads a million rows with pgx alone and through Grille.
func BenchmarkStream(b *testing.B) {
	db := pgtest.New(b, `CREATE TABLE streamed (a, b, c, d, e) AS `+streamed, `VACUUM ANALYZE streamed`)
	e := engine(b, db.ReadOnlyDSN)
	conn, err := pgx.Connect(b.Context(), db.ReadOnlyDSN)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(context.Background())
	alone := func(b *testing.B, read func(pgx.Rows) error) {
		b.ReportAllocs()
		for b.Loop() {
			rows, err := conn.Query(b.Context(), streamedQuery().text)
			if err != nil {
				b.Fatal(err)
			}
			for rows.Next() {
				if err := read(rows); err != nil {
					b.Fatal(err)
				}
			}
			if rows.Err() != nil {
				b.Fatal(rows.Err())
			}
		}
	}
	var took [3]time.Duration
	timed := func(name string, into *time.Duration, f func(*testing.B)) {
		b.Run(name, func(b *testing.B) {
			f(b)
			*into = b.Elapsed() / time.Duration(max(b.N, 1))
		})
	}
	timed("pgx-raw", &took[0], func(b *testing.B) {
		alone(b, func(r pgx.Rows) error { _ = r.RawValues(); return nil })
	})
	timed("pgx-values", &took[1], func(b *testing.B) {
		alone(b, func(r pgx.Rows) error { _, err := r.Values(); return err })
	})
	timed("grille", &took[2], func(b *testing.B) {
		b.ReportAllocs()
		defer func() {
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(took[1]), "of-pgx-values")
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(took[0]), "of-pgx-raw")
		}()
		for b.Loop() {
			src, err := e.query(b.Context(), streamedQuery())
			if err != nil {
				b.Fatal(err)
			}
			row, n, bytes := make([]types.Value, 5), 0, int64(0)
			for src.Next(row) {
				n++
				bytes += run.Size(row)
			}
			if src.Err() != nil || n != 1_000_000 {
				b.Fatal(src.Err(), n)
			}
			src.Close()
		}
	})
}

// BenchmarkStatement is what a statement costs beside its own work: with pgx
// alone, prepared each time as ours are, and with session, drift check and
// transaction.
func BenchmarkStatement(b *testing.B) {
	db := pgtest.New(b, `CREATE TABLE a (id int PRIMARY KEY, b text); CREATE TABLE c (id int PRIMARY KEY, d text); INSERT INTO a VALUES (1, 'x'); INSERT INTO c VALUES (1, 'y')`)
	const text = `SELECT a.id, c.d FROM public.a JOIN public.c ON a.id = c.id`
	b.Run("pgx", func(b *testing.B) {
		conn, err := pgx.Connect(b.Context(), db.ReadOnlyDSN)
		if err != nil {
			b.Fatal(err)
		}
		defer conn.Close(context.Background())
		for b.Loop() {
			if r := conn.PgConn().ExecParams(b.Context(), text, nil, nil, nil, nil).Read(); r.Err != nil {
				b.Fatal(r.Err)
			}
		}
	})
	b.Run("grille", func(b *testing.B) {
		e := engine(b, db.ReadOnlyDSN)
		c, err := e.Catalog(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		q := query{text: text, columns: cols(types.Int4, types.Text), reads: reads(b, c, "a", "c"), time: time.Minute}
		row := make([]types.Value, 2)
		for b.Loop() {
			src, err := e.query(b.Context(), q)
			if err != nil {
				b.Fatal(err)
			}
			for src.Next(row) {
			}
			if src.Err() != nil {
				b.Fatal(src.Err())
			}
			_ = src.Close()
		}
	})
}
