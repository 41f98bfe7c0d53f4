package mysql

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"

	"github.com/grille-dev/grille/run"
)

var _ run.Least = (*Engine)(nil)

// least is what the script is written from.
type least struct {
	who     string // `user`@`host`
	unknown bool   // there is no such user
	unseen  bool   // this connection may not see what the user has
	given   []grant
	all     []grant // what everybody has
}

// Least implements [run.Least]. A role is a user here: NAME, or NAME@HOST.
func (e *Engine) Least(ctx context.Context, role string, needs []run.Need) (string, error) {
	if strings.HasPrefix(role, "@") || strings.HasSuffix(role, "@") {
		return "", errors.New("a user is NAME or NAME@HOST: name one with --role")
	}
	l := &least{}
	err := e.consult(ctx, func(c *conn) error {
		return e.ask(ctx, c, func(c *conn) error { return l.look(c, role) })
	})
	if err != nil {
		return "", err
	}
	return l.script(needs), nil
}

// The server's numbers for: no such grant, and not allowed to.
const noSuchUser, denied, deniedTable = 1141, 1044, 1142

func (l *least) look(c *conn, role string) error {
	if role == "" {
		row, err := c.one("SELECT CURRENT_USER()")
		if err != nil {
			return err
		}
		role = row[0]
	}
	if !strings.Contains(role, "@") {
		role += "@%"
	}
	l.who = account(role)
	i := strings.LastIndexByte(role, '@')
	lines, err := column(c.all("SHOW GRANTS FOR " + literalText(role[:i]) + "@" + literalText(role[i+1:])))
	var me *mysql.MySQLError
	switch {
	case errors.As(err, &me) && me.Number == noSuchUser:
		l.unknown = true
	case errors.As(err, &me) && (me.Number == denied || me.Number == deniedTable):
		l.unseen = true
	case err != nil:
		return err
	}
	l.given = readGrants(lines)
	lines, err = column(c.all("SHOW GRANTS FOR " + everybody))
	if errors.As(err, &me) {
		return nil // MySQL, or MariaDB before 10.11, has none; or this user may not see it
	}
	l.all = readGrants(lines)
	return err
}

// literalText is a text in single quotes, whatever the server's mode makes of \.
func literalText(s string) string {
	return "'" + strings.NewReplacer("'", "''", `\`, `\\`).Replace(s) + "'"
}

func (l *least) script(needs []run.Need) string {
	var s run.Script
	s.Say("What " + l.who + " needs for the rules, and nothing else. An administrator runs it.")
	if l.unseen {
		s.Say("What this user has already was not seen: look through an administrator's connection to be told what it has beyond this.")
	}
	before := s.String()
	if l.unknown {
		s.Part("The user itself. It is locked until it has a password.", []string{"CREATE USER " + l.who + " ACCOUNT LOCK;",
			run.Comment("ALTER USER " + l.who + " IDENTIFIED BY '...' ACCOUNT UNLOCK;")})
	}
	s.Part("What it has and does not need.", l.taken(needs))
	s.Part("What everybody may do beyond reading, and with that this user. Others lose it too.", mending{l.who, nil}.revoke(l.writes()))
	s.Part("What it needs and does not have.", l.lacking(needs))
	if s.String() == before {
		s.Say("It has just that already: there is nothing to run.")
	}
	return s.String()
}

// object is a table as the server's own lines name it.
func object(n run.Need) string { return quoted(n.Schema) + "." + quoted(n.Table) }

// taken are the statements that take away what is not needed.
func (l *least) taken(needs []run.Need) []string {
	var extra []grant
	for _, g := range l.given {
		i := slices.IndexFunc(needs, func(n run.Need) bool { return object(n) == g.on })
		switch {
		case g.right == "USAGE" || g.right == "SHOW VIEW" && i >= 0 && needs[i].View:
		case g.right == "SELECT" && g.columns != "" && i >= 0:
			if more := without(columnsOf(g), needs[i].Columns); len(more) > 0 {
				g.columns = listed(more)
				extra = append(extra, g)
			}
		default:
			extra = append(extra, g)
		}
	}
	return mending{l.who, l.given}.revoke(extra)
}

// writes are the rights of everybody's with which a user is refused.
func (l *least) writes() []grant {
	var out []grant
	for _, g := range l.all {
		if k := g.kind(); k != harmlessKind {
			if level, _ := k.words(); level == run.Red {
				out = append(out, g)
			}
		}
	}
	return out
}

// lacking are the statements that give what is needed and not there.
func (l *least) lacking(needs []run.Need) []string {
	var out []string
	for _, n := range needs {
		columns, view := n.Columns, n.View
		for _, g := range l.given {
			if g.on == object(n) && g.right == "SELECT" && g.columns != "" {
				columns = without(columns, columnsOf(g))
			}
			view = view && !(g.on == object(n) && g.right == "SHOW VIEW")
		}
		var rights []string
		if len(columns) > 0 {
			rights = append(rights, "SELECT "+listed(columns))
		}
		if view {
			rights = append(rights, "SHOW VIEW")
		}
		if len(rights) > 0 {
			out = append(out, "GRANT "+strings.Join(rights, ", ")+" ON "+object(n)+" TO "+l.who+";")
		}
	}
	return out
}

func listed(columns []string) string {
	q := make([]string, len(columns))
	for i, c := range columns {
		q[i] = quoted(c)
	}
	return "(" + strings.Join(q, ", ") + ")"
}

// columnsOf reads (`a`, `b`).
func columnsOf(g grant) []string {
	var out []string
	for _, w := range wordsOf(strings.TrimSuffix(strings.TrimPrefix(g.columns, "("), ")")) {
		if w != "," {
			out = append(out, unquoted(w))
		}
	}
	return out
}

// without leaves out what stands in others too; the case of names of columns does
// not count.
func without(columns, others []string) []string {
	var out []string
	for _, c := range columns {
		if !slices.ContainsFunc(others, func(o string) bool { return lower(o) == lower(c) }) {
			out = append(out, c)
		}
	}
	return out
}
