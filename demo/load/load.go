// Package load puts the demo into a PostgreSQL database.
//
// It is the one place of the program with a connection that may write, and writes
// nothing but what package demo makes: no text of a user, a model or a file comes
// here. [Postgres] makes a schema that must not be there, its tables and their
// rows, in one transaction: either all of it is there afterwards, or nothing.
// Which role may read it is left to whoever owns the database.
package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/grille-dev/grille/demo"
	"github.com/grille-dev/grille/dial"
	"github.com/grille-dev/grille/run/dsn"
)

// Schema is where the tables are made.
const Schema = "grille_demo"

// Config says where to, and of which day.
type Config struct {
	Target  dsn.Postgres // of a role that may create a schema
	RootPEM []byte       // of the authority that vouches for the server; nil: the system's
	Today   time.Time
	Told    func(rows int) // how many are there so far; nil: nobody is told
}

// Postgres makes the schema, the tables and the rows, and gives their number.
func Postgres(ctx context.Context, c Config) (rows int, err error) {
	pc, err := connect(ctx, c)
	if err != nil {
		return 0, err
	}
	defer func() { _ = pc.Close(context.WithoutCancel(ctx)) }() // before COMMIT, everything goes with it
	l := loading{pc, c}
	if rows, err = l.all(ctx); err != nil {
		return 0, l.explain(ctx, err)
	}
	return rows, nil
}

type loading struct {
	*pgconn.PgConn
	c Config
}

func (l loading) all(ctx context.Context) (rows int, err error) {
	if err := l.exec(ctx, "BEGIN", "CREATE SCHEMA "+Schema, "SET LOCAL search_path = "+Schema); err != nil {
		return 0, err
	}
	var names []string
	for _, t := range demo.Tables(l.c.Today) {
		if err := l.table(ctx, t, rows); err != nil {
			return 0, err
		}
		names = append(names, t.Name())
		rows += t.Len()
	}
	if err := l.exec(ctx, append(demo.Indexes(), "ANALYZE "+strings.Join(names, ", "))...); err != nil {
		return 0, err
	}
	if err := l.exec(ctx, "COMMIT"); err != nil {
		return 0, &commitError{err}
	}
	return rows, nil
}

func (l loading) table(ctx context.Context, t demo.Table, before int) error {
	if err := l.exec(ctx, t.Create()); err != nil {
		return err
	}
	r, w := io.Pipe()
	defer func() { _ = r.Close() }()
	go func() { w.CloseWithError(t.Copy(&lines{w, l.c.Told, before})) }()
	_, err := l.CopyFrom(ctx, r, "COPY "+t.Name()+" FROM STDIN")
	return err
}

// lines tells how many rows have passed.
type lines struct {
	io.Writer
	told func(rows int)
	rows int
}

func (l *lines) Write(b []byte) (int, error) {
	n, err := l.Writer.Write(b)
	for _, c := range b[:n] {
		if c == '\n' {
			l.rows++
		}
	}
	if l.told != nil && err == nil {
		l.told(l.rows)
	}
	return n, err
}

func (l loading) exec(ctx context.Context, texts ...string) error {
	for _, text := range texts {
		if _, err := l.Exec(ctx, text).ReadAll(); err != nil {
			return err
		}
	}
	return nil
}

// connect sets every field that the driver could have taken from the
// environment, as package run/postgres does.
func connect(ctx context.Context, c Config) (*pgconn.PgConn, error) {
	d, err := dial.New(dial.Config{Host: c.Target.Host, Plain: c.Target.Plain, RootPEM: c.RootPEM, Timeout: 10 * time.Second})
	if err != nil {
		return nil, err
	}
	cc, err := pgconn.ParseConfig("host=/unused port=1 user=x password=x dbname=x sslmode=disable connect_timeout=10 target_session_attrs=any")
	if err != nil {
		return nil, errors.New("the PG... variables of the environment confuse the database driver; unset them")
	}
	cc.Host, cc.Port, cc.Database, cc.User = c.Target.Host, c.Target.Port, c.Target.Database, c.Target.User
	cc.Password = c.Target.Password.Reveal()
	cc.TLSConfig = d.TLS()
	cc.DialFunc, cc.LookupFunc = d.Dial, net.DefaultResolver.LookupHost
	cc.Fallbacks, cc.RequireAuth = nil, ""
	if c.Target.Plain {
		cc.RequireAuth = "scram-sha-256,md5,none" // whoever listens there does not get the password
	}
	cc.RuntimeParams = map[string]string{"application_name": "grille demo", "client_encoding": "UTF8"}
	pc, err := pgconn.ConnectConfig(ctx, cc)
	if err != nil {
		return nil, unreached(ctx, c.Target, err)
	}
	return pc, nil
}

// commitError is of the one moment after which the server alone knows.
type commitError struct{ error }

// explain says what to do; nothing has been left behind, unless it says so.
func (l loading) explain(ctx context.Context, err error) error {
	var pe *pgconn.PgError
	var last *commitError
	switch {
	case errors.As(err, &last):
		return fmt.Errorf("the connection to %s broke at the very end: the schema %s is there in full, or not at all; look", l.c.Target, Schema)
	case ctx.Err() != nil:
		return ctx.Err()
	case !errors.As(err, &pe):
		return fmt.Errorf("the connection to %s broke, and nothing was left there: try again", l.c.Target)
	case pe.Code == "42P06":
		return fmt.Errorf("%s has a schema %s already, and nothing in it was changed: drop it (DROP SCHEMA %[2]s CASCADE), or name another database", l.c.Target, Schema)
	case pe.Code == "42501":
		return fmt.Errorf("%s may not make a schema in %s: let its owner run GRANT CREATE ON DATABASE %s TO %s", l.c.Target.User, l.c.Target, name(l.c.Target.Database), name(l.c.Target.User))
	case pe.Code == "25006":
		return fmt.Errorf("%s is read only, perhaps a copy of another server: name that one", l.c.Target)
	default:
		return fmt.Errorf("loading the demo into %s, which has nothing of it now: %s (SQLSTATE %s)", l.c.Target, pe.Message, pe.Code)
	}
}

func unreached(ctx context.Context, t dsn.Postgres, err error) error {
	var pe *pgconn.PgError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case !errors.As(err, &pe):
		return fmt.Errorf("%s cannot be reached: is a server there, and does it listen?", t)
	case pe.Code == "3D000":
		return fmt.Errorf("there is no database %s on that server: make it (createdb %[1]s), or name another", name(t.Database))
	case pe.Code == "28P01", pe.Code == "28000":
		return fmt.Errorf("%s does not let %s in: look at the password, which may stand in the DSN as %[2]s:PASSWORD@, and at pg_hba.conf", t, name(t.User))
	default:
		return fmt.Errorf("%s does not let %s in: %s (SQLSTATE %s)", t, name(t.User), pe.Message, pe.Code)
	}
}

// name is as SQL and a shell read it.
func name(s string) string {
	for _, r := range s {
		if r != '_' && (r < 'a' || 'z' < r) && (r < '0' || '9' < r) {
			return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
		}
	}
	return s
}
