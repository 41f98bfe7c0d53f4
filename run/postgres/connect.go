package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/grille-dev/grille/dial"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
)

// maxMessage bounds one message of the server, which is one row. PostgreSQL
// itself allows 1 GB.
const maxMessage = 64 << 20

// driverConfig builds the driver's configuration from our fields. The driver
// insists on parsing a string first, and that reads the environment (PGHOST,
// PGPASSWORD, PGOPTIONS, PGSSLMODE: tried), so every field it can set is set
// again here. PGSERVICE alone makes it read a file that cannot be turned off.
func driverConfig(c Config, d *dial.Dialer) (*pgconn.Config, error) {
	if os.Getenv("PGSERVICE") != "" {
		return nil, errors.New("the environment variable PGSERVICE is set, and the database driver would read its file; unset it for Grille")
	}
	cc, err := pgconn.ParseConfig("host=/unused port=1 user=x password=x dbname=x sslmode=disable" +
		" sslnegotiation=postgres sslcertmode=disable connect_timeout=1 target_session_attrs=any" +
		" min_protocol_version=3.0 max_protocol_version=3.0 channel_binding=prefer require_auth=scram-sha-256")
	if err != nil {
		return nil, errors.New("the PG... variables of the environment confuse the database driver; unset them for Grille")
	}
	cc.Host, cc.Port = c.Target.Host, c.Target.Port
	cc.Database, cc.User = c.Target.Database, c.Target.User
	cc.Password = c.Target.Password.Reveal()
	cc.TLSConfig = d.TLS()
	cc.ConnectTimeout = c.Connect
	cc.DialFunc = d.Dial
	cc.LookupFunc = net.DefaultResolver.LookupHost
	cc.BuildFrontend = pgproto3.NewFrontend
	cc.BuildContextWatcherHandler = func(pc *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.DeadlineContextWatcherHandler{Conn: pc.Conn()}
	}
	cc.MaxProtocolMessageBodyLen = maxMessage
	cc.RuntimeParams = map[string]string{"application_name": "grille", "client_encoding": "UTF8"}
	cc.KerberosSrvName, cc.KerberosSpn = "", ""
	cc.Fallbacks = nil
	cc.SSLNegotiation = ""
	cc.ValidateConnect, cc.AfterConnect, cc.AfterNetConnect = nil, nil, nil
	cc.OnNotice, cc.OnNotification = nil, nil
	cc.OAuthTokenProvider = nil
	cc.RequireAuth = requireAuth(c)
	return cc, nil
}

// requireAuth is which proofs of identity the server may ask for. Over TLS the
// server has proved its own, and may ask for the password. On the machine
// itself anybody may listen on a free port, and the password is not said in
// clear text.
func requireAuth(c Config) string {
	if c.Target.Plain {
		return "scram-sha-256,md5,none"
	}
	return ""
}

// conn is one connection whose session and role have been looked at.
type conn struct {
	*pgconn.PgConn
	posture run.Posture
	since   time.Time // when it became idle
	born    time.Time
	used    bool // it has served a statement before
}

// connect opens and vets a connection.
func (e *Engine) connect(ctx context.Context, cc *pgconn.Config) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, e.c.Connect)
	defer cancel()
	pc, err := pgconn.ConnectConfig(ctx, cc)
	if err != nil {
		return nil, e.c.Log.Refuse(run.Gone, connectCause(err))
	}
	c := &conn{PgConn: pc, born: time.Now()}
	if err := e.vet(ctx, c); err != nil {
		c.kill()
		return nil, err
	}
	return c, nil
}

// vet reads the session back in full and looks at the role.
func (e *Engine) vet(ctx context.Context, c *conn) error {
	if err := e.readBack(ctx, c); err != nil {
		return err
	}
	p, err := e.probe(ctx, c)
	if err != nil {
		return err
	}
	c.posture = p
	return nil
}

// allowed refuses connections whose role may do more than read.
func (e *Engine) allowed(c *conn) error {
	if !c.posture.Refused() || e.c.InsecureAllowWritableRole {
		return nil
	}
	f := c.posture.Worst()
	// The finding may name tables: it is for the owner.
	return refusal.New(refusal.Posture, "whoever runs this Grille sees what to revoke with `grille connect`",
		"the database role may do more than read").ForOwner("%s: %s", f.What, strings.ReplaceAll(f.Mend, "\n", " "))
}

// kill closes the connection at once, without waiting for the server.
func (c *conn) kill() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = c.PgConn.Close(ctx)
}

// connectCause is what the log may hold of a failed connection: no data have
// passed yet, and the driver leaves the password out.
func connectCause(err error) error {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return fmt.Errorf("connecting: SQLSTATE %s: %s", pe.Code, oneLine(pe.Message))
	}
	return fmt.Errorf("connecting: %s", oneLine(err.Error()))
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
