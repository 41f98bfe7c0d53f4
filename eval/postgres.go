package eval

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/grille-dev/grille/dial"
	"github.com/grille-dev/grille/run/dsn"
)

type direct struct {
	pc     *pgconn.PgConn
	config DirectConfig
	reopen func(context.Context) (*pgconn.PgConn, error)
}

func openPostgres(ctx context.Context, c DirectConfig, t dsn.Postgres) (Direct, error) {
	d, err := dial.New(dial.Config{Host: t.Host, Plain: t.Plain, RootPEM: c.RootPEM, Timeout: 10 * time.Second})
	if err != nil {
		return nil, err
	}
	// Every field that the driver could have taken from the environment is set
	// again, as in package run/postgres.
	cc, err := pgconn.ParseConfig("host=127.0.0.1 port=1 user=x password=x dbname=x sslmode=disable connect_timeout=10 target_session_attrs=any")
	if err != nil {
		return nil, errors.New("the PG... variables of the environment confuse the database driver; unset them")
	}
	cc.Host, cc.Port, cc.Database, cc.User, cc.Password = t.Host, t.Port, t.Database, t.User, t.Password.Reveal()
	cc.TLSConfig = d.TLS()
	cc.DialFunc, cc.LookupFunc = d.Dial, net.DefaultResolver.LookupHost
	cc.Fallbacks, cc.RequireAuth = nil, ""
	cc.RuntimeParams = map[string]string{"application_name": "grille-eval", "client_encoding": "UTF8", "default_transaction_read_only": "on"}
	p := &direct{config: c, reopen: func(ctx context.Context) (*pgconn.PgConn, error) { return pgconn.ConnectConfig(ctx, cc) }}
	if p.pc, err = p.reopen(ctx); err != nil {
		return nil, fmt.Errorf("connecting to %s: the database cannot be reached, or does not let this user in", t)
	}
	return p, nil
}

// settings are the other ways in which PostgreSQL is made to run a text: what
// moves between them was never determined by it.
func settings() [][]string {
	return [][]string{
		nil,
		{"enable_hashjoin", "enable_hashagg"},
		{"enable_mergejoin", "enable_sort", "enable_nestloop"},
		{"enable_nestloop", "enable_hashjoin", "enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan"},
		{"enable_seqscan", "enable_material", "enable_memoize", "enable_incremental_sort"},
	}
}

func (d *direct) Variants() int { return len(settings()) - 1 }

func (d *direct) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return d.pc.Close(ctx)
}

func (d *direct) Query(ctx context.Context, text string, variant int) (Cells, error) {
	ctx, cancel := context.WithTimeout(ctx, d.config.Time+5*time.Second)
	defer cancel()
	if d.pc.IsClosed() {
		pc, err := d.reopen(ctx)
		if err != nil {
			return Cells{}, errors.New("the connection broke and cannot be made anew")
		}
		d.pc = pc
	}
	if err := d.exec(ctx, d.begin(variant)); err != nil {
		return Cells{}, fmt.Errorf("preparing the session: %w", err)
	}
	c, err := d.fetch(ctx, text)
	if d.pc.IsClosed() {
		return c, errors.Join(err, errors.New("the connection broke"))
	}
	// Whatever the text did to the session ends here.
	if e := d.exec(ctx, "ROLLBACK"); e == nil {
		e = d.exec(ctx, "DISCARD ALL")
		if e != nil {
			_ = d.Close() // made anew for the next text
		}
	}
	return c, err
}

func (d *direct) begin(variant int) string {
	quoted := make([]string, len(d.config.Schemas))
	for i, s := range d.config.Schemas {
		quoted[i] = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	sets := []string{
		"search_path = " + strings.Join(append(quoted, "pg_catalog"), ", "),
		"TimeZone = '" + strings.ReplaceAll(d.config.Zone, "'", "''") + "'",
		"DateStyle = 'ISO, YMD'", "IntervalStyle = 'postgres'", "extra_float_digits = 1", "bytea_output = 'hex'",
		fmt.Sprintf("statement_timeout = %d", d.config.Time.Milliseconds()),
	}
	for _, off := range settings()[variant] {
		sets = append(sets, off+" = off")
	}
	if variant > 0 {
		sets = append(sets, "max_parallel_workers_per_gather = 0")
	}
	return "BEGIN READ ONLY; SET LOCAL " + strings.Join(sets, "; SET LOCAL ")
}

func (d *direct) exec(ctx context.Context, text string) error {
	_, err := d.pc.Exec(ctx, text).ReadAll()
	return err
}

func (d *direct) fetch(ctx context.Context, text string) (Cells, error) {
	r := d.pc.ExecParams(ctx, text, nil, nil, nil, nil)
	var c Cells
	for _, f := range r.FieldDescriptions() {
		c.Names = append(c.Names, f.Name)
	}
	tooMany := false
	for r.NextRow() {
		if tooMany = len(c.Rows) >= d.config.Rows; tooMany {
			continue
		}
		row := make([]*string, len(c.Names))
		for i, v := range r.Values() {
			if v != nil {
				s := string(v)
				row[i] = &s
			}
		}
		c.Rows = append(c.Rows, row)
	}
	_, err := r.Close()
	var pe *pgconn.PgError
	switch {
	case errors.As(err, &pe):
		return c, directError(pe.Code)
	case err != nil:
		return c, errors.New("the connection broke, or time ran out")
	case tooMany:
		return c, errTooMany
	}
	return c, nil
}
