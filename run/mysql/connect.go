package mysql

import (
	"context"
	"crypto/rsa"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
)

// driverConfig builds the driver's configuration from our fields: no string of
// anybody's is parsed. What could let the server ask for more than an answer, a
// file of ours or the password in clear text, is off.
func (e *Engine) driverConfig() *mysql.Config {
	t := e.c.Target
	cfg := mysql.NewConfig()
	cfg.Net, cfg.Addr = "tcp", net.JoinHostPort(t.Host, strconv.Itoa(int(t.Port)))
	cfg.User, cfg.Passwd = t.User, t.Password.Reveal()
	cfg.DBName = "" // the server would keep this user's rights in it as they were when it was chosen
	cfg.TLS = e.dialer.TLS()
	cfg.Timeout = e.c.Connect
	cfg.Logger = &mysql.NopLogger{}
	cfg.ConnectionAttributes = "program_name:grille"
	cfg.AllowAllFiles = false
	cfg.AllowCleartextPasswords = false
	cfg.AllowFallbackToPlaintext = false
	cfg.AllowOldPasswords = false
	cfg.CheckConnLiveness = false // we find out by using it
	cfg.InterpolateParams = false
	cfg.MultiStatements = false
	cfg.ParseTime = false
	if t.Plain {
		mysql.RegisterServerPubKey(noKey, &rsa.PublicKey{N: big.NewInt(1), E: 65537})
		cfg.ServerPubKey = noKey
	}
	return cfg
}

// noKey is the name of a key with which nothing can be encrypted. Without TLS the
// driver would take a key from whoever answers at the port, and send that one the
// password under it (caching_sha2_password, sha256_password): it gives up instead.
const noKey = "grille: none"

// conn is one connection whose session and role have been looked at.
type conn struct {
	driver.Conn
	wire    *wire
	id      string // CONNECTION_ID()
	where   string // which server it is, for the one that is sent to kill it
	version version
	pins    []pin
	limit   time.Duration // as the session has it; 0: not set
	posture run.Posture
	since   time.Time // when it became idle
	born    time.Time
	used    bool // it has served a statement before
	lost    bool // something went wrong that it may not serve after
}

// connect opens and vets a connection.
func (e *Engine) connect(ctx context.Context) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, e.c.Connect)
	defer cancel()
	c, err := e.open(ctx)
	if err != nil {
		return nil, e.c.Log.Refuse(run.Gone, e.connectCause(err))
	}
	// The driver watches no context from here on: what it does on a cancelled
	// one is close the connection under the reader.
	stop := context.AfterFunc(ctx, c.cut)
	err = e.vet(ctx, c)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		c.kill()
		return nil, e.refuse(ctx, err)
	}
	return c, nil
}

// open makes a connection and asks it who it is.
func (e *Engine) open(ctx context.Context) (*conn, error) {
	c := &conn{born: time.Now()}
	cfg := e.driverConfig()
	cfg.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		nc, err := e.dialer.Dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		c.wire = newWire(nc)
		return c.wire, nil
	}
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, err
	}
	if c.Conn, err = connector.Connect(ctx); err != nil {
		return nil, err
	}
	if err := c.introduce(); err != nil {
		c.kill()
		return nil, err
	}
	return c, nil
}

const whoText = `SELECT @@version, CONNECTION_ID(), concat_ws('|', @@hostname, @@port, @@server_id, @@datadir)`

func (c *conn) introduce() error {
	row, err := c.one(whoText)
	if err != nil {
		return err
	}
	c.version = versionOf(row[0])
	c.id, c.where = row[1], row[2]
	return nil
}

// vet sees that the server is the kind that was named, pins the session, and
// looks at the role.
func (e *Engine) vet(ctx context.Context, c *conn) error {
	if c.version.maria != e.c.Target.MariaDB {
		return c.version.misnamed()
	}
	if oldest := oldestOf(c.version.maria); c.version.number < oldest.number {
		return e.c.Log.Refuse(run.Gone, fmt.Errorf("the server is %s; Grille knows %s and newer", c.version, oldest))
	}
	if err := e.pin(c); err != nil {
		return err
	}
	there, err := c.one("SELECT count(*) FROM information_schema.schemata WHERE schema_name = " + literal(e.c.Target.Database))
	if err == nil && there[0] == "0" {
		return e.c.Log.Refuse(run.Gone, errors.New("there is no such database, or its user may read nothing in it"))
	}
	if err != nil {
		return &stageError{"looking for the database", err}
	}
	p, err := e.probe(ctx, c)
	c.posture = p
	return err
}

// version is which server it is.
type version struct {
	maria  bool
	number int // 101106 is 10.11.6
}

func oldestOf(maria bool) version {
	if maria {
		return version{true, 101100}
	}
	return version{false, 80031} // the first with INTERSECT and EXCEPT
}

func versionOf(text string) version {
	v := version{maria: strings.Contains(strings.ToLower(text), "mariadb")}
	number, _, _ := strings.Cut(text, "-")
	for i, part := range strings.SplitN(number+".0.0", ".", 4)[:3] {
		n, _ := strconv.Atoi(part)
		v.number += []int{10000, 100, 1}[i] * min(n, 99)
	}
	return v
}

func (v version) String() string {
	name := "MySQL"
	if v.maria {
		name = "MariaDB"
	}
	return fmt.Sprintf("%s %d.%d.%d", name, v.number/10000, v.number/100%100, v.number%100)
}

func (v version) misnamed() error {
	is, other, scheme := "MySQL", "MariaDB", "mysql"
	if v.maria {
		is, other, scheme = "MariaDB", "MySQL", "mariadb"
	}
	return refusal.New(refusal.Engine, "write "+scheme+":// in the connection string",
		"this database is %s and not %s, and the two differ in what SQL means", is, other)
}

// allowed refuses connections whose role may do more than read.
func (e *Engine) allowed(c *conn) error {
	if !c.posture.Refused() || e.c.InsecureAllowWritableRole {
		return nil
	}
	f := c.posture.Worst()
	// The finding may name tables: it is for the owner.
	return refusal.New(refusal.Posture, "whoever runs this Grille sees what to revoke with `grille connect`",
		"the database user may do more than read").ForOwner("%s: %s", f.What, strings.ReplaceAll(f.Mend, "\n", " "))
}

// cut closes the connection under whoever reads from it.
func (c *conn) cut() { _ = c.wire.Close() }

// kill closes the connection at once, without waiting for the server; nobody
// reads from it.
func (c *conn) kill() {
	c.cut()
	if c.Conn != nil {
		_ = c.Conn.Close() // the driver has a goroutine for each
	}
}

// all runs one of our own constant texts and returns its rows as text; NULL is "".
func (c *conn) all(text string) ([][]string, error) {
	rows, err := c.Conn.(driver.QueryerContext).QueryContext(context.Background(), text, nil)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out [][]string
	values := make([]driver.Value, len(rows.Columns()))
	for {
		c.wire.refill()
		if err := rows.Next(values); err == io.EOF {
			return out, nil
		} else if err != nil {
			return nil, err
		}
		row := make([]string, len(values))
		for i, v := range values {
			row[i] = textOf(v)
		}
		out = append(out, row)
	}
}

var errRow = errors.New("a row of another shape")

// one is all for a text that gives one row.
func (c *conn) one(text string) ([]string, error) {
	rows, err := c.all(text)
	if err == nil && len(rows) != 1 {
		err = errRow
	}
	if err != nil {
		return nil, err
	}
	return rows[0], nil
}

// do runs one of our own constant texts that gives no rows.
func (c *conn) do(text string) error {
	_, err := c.Conn.(driver.ExecerContext).ExecContext(context.Background(), text, nil)
	return err
}

func textOf(v driver.Value) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []byte:
		return string(v)
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

// connectCause is what the log may hold of a failed connection: no data have
// passed yet, and neither server nor driver repeats the password.
func (e *Engine) connectCause(err error) error {
	var me *mysql.MySQLError
	if errors.As(err, &me) {
		return fmt.Errorf("connecting: error %d: %s", me.Number, oneLine(me.Message))
	}
	return fmt.Errorf("connecting: %s", oneLine(err.Error()))
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
