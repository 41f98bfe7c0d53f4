package mytest

import (
	"context"
	"database/sql/driver"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
)

// Conn is a connection for what tests look at themselves. It keeps the session
// of the server as it finds it, and is of one goroutine.
type Conn struct {
	t    testing.TB
	conn driver.Conn
}

// Connect opens a connection that is closed after the test.
func Connect(t testing.TB, dsn string) *Conn {
	t.Helper()
	c, err := open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	c.t = t
	t.Cleanup(func() { c.Close() })
	return c
}

// Close ends the connection.
func (c *Conn) Close() error { return c.conn.Close() }

// Exec runs texts of one or more statements each, without parameters.
func (c *Conn) Exec(sql ...string) error {
	for _, text := range sql {
		if err := c.exec(c.t.Context(), text); err != nil {
			return err
		}
	}
	return nil
}

// Query prepares one statement, runs it with parameters (int64, float64,
// string, []byte, nil) and returns its rows: int64, float64, []byte for
// whatever else the wire has as text, nil for NULL.
func (c *Conn) Query(sql string, args ...any) (all [][]any, err error) {
	err = c.Read(sql, func(row []driver.Value) { all = append(all, copied(row)) }, args...)
	return all, err
}

// Read is Query for rows that are too many to keep. What stands in one is the
// driver's until the next.
func (c *Conn) Read(sql string, row func([]driver.Value), args ...any) error {
	stmt, err := c.conn.Prepare(sql)
	if err != nil {
		return err
	}
	defer stmt.Close()
	named := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: arg}
	}
	rows, err := stmt.(driver.StmtQueryContext).QueryContext(c.t.Context(), named)
	if err != nil {
		return err
	}
	defer rows.Close()
	values := make([]driver.Value, len(rows.Columns()))
	for {
		switch err := rows.Next(values); err {
		case nil:
			row(values)
		case io.EOF:
			return nil
		default:
			return err
		}
	}
}

// Text is Query with every value as a text, and NULL as "NULL".
func (c *Conn) Text(sql string, args ...any) ([][]string, error) {
	rows, err := c.Query(sql, args...)
	if err != nil {
		return nil, err
	}
	texts := make([][]string, len(rows))
	for i, row := range rows {
		for _, value := range row {
			texts[i] = append(texts[i], text(value))
		}
	}
	return texts, nil
}

func text(value any) string {
	switch v := value.(type) {
	case nil:
		return "NULL"
	case []byte:
		return string(v)
	default:
		return fmt.Sprint(v)
	}
}

// copied keeps what the driver overwrites with the next row.
func copied(row []driver.Value) []any {
	out := make([]any, len(row))
	for i, value := range row {
		if b, ok := value.([]byte); ok {
			value = append([]byte{}, b...)
		}
		out[i] = value
	}
	return out
}

// open allows several statements in one text: fit for the fixed texts of tests
// and for nothing else.
func open(ctx context.Context, dsn string) (*Conn, error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return nil, err
	}
	cfg := mysql.NewConfig()
	cfg.Net, cfg.Addr, cfg.DBName = "tcp", u.Host, strings.TrimPrefix(u.Path, "/")
	cfg.User = u.User.Username()
	cfg.Passwd, _ = u.User.Password()
	cfg.MultiStatements = true
	cfg.Logger = &mysql.NopLogger{}
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, err
	}
	conn, err := connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &Conn{conn: conn}, nil
}

func (c *Conn) exec(ctx context.Context, sql string) error {
	_, err := c.conn.(driver.ExecerContext).ExecContext(ctx, sql, nil)
	return err
}
