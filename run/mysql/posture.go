package mysql

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/grille-dev/grille/run"
)

// probe looks at what the user of a connection may do: at what was granted to
// it, and to the roles that it could take.
func (e *Engine) probe(ctx context.Context, c *conn) (run.Posture, error) {
	var lines []string
	var who, clock string
	var effective []string
	err := e.ask(ctx, c, func(c *conn) (err error) {
		if who, lines, err = grantsOf(c); err != nil {
			return err
		}
		row, err := c.one("SELECT coalesce(CONVERT_TZ('2024-01-01', '+00:00', @grille_zone), '')")
		if err != nil {
			return err
		}
		clock = row[0]
		effective, err = column(c.all(effectiveText(e.c.Target.Database)))
		return err
	})
	if err != nil {
		return run.Posture{}, err
	}
	var out run.Posture
	given := readGrants(lines)
	found := map[kind][]grant{}
	for _, g := range given {
		found[g.kind()] = append(found[g.kind()], g)
	}
	for _, k := range kinds {
		if gs := found[k]; len(gs) > 0 {
			out.Findings = append(out.Findings, e.finding(k, gs, mending{who, given}))
		}
	}
	if len(effective) > 0 && len(found[writeKind]) == 0 && len(found[everythingKind]) == 0 {
		out.Findings = append(out.Findings, run.Finding{Level: run.Red, What: "the user may write to " + effective[0] + ", by a right that is everybody's",
			Mend: "DELETE FROM mysql.db WHERE User = '';\nFLUSH PRIVILEGES;"})
	}
	if clock == "" {
		out.Findings = append(out.Findings, run.Finding{Level: run.Yellow, Mend: "mysql_tzinfo_to_sql /usr/share/zoneinfo | mysql mysql",
			What: "the server does not know the time zone " + e.c.TimeZone + ", and what needs it fails"})
	}
	out.Findings = append(out.Findings, e.line())
	if !out.Refused() {
		out.Findings = append(out.Findings, run.Finding{Level: run.OK, What: "the user can read, and cannot write"})
	}
	return out, nil
}

// effectiveText finds a table to which the user may write whatever SHOW GRANTS says:
// the rights of the account without a name, in mysql.db, are everybody's. Those of a
// database show in each of its tables, so one is asked. DELETE and DROP alone do not
// show.
func effectiveText(database string) string {
	in := "table_schema = " + literal(database)
	return "SELECT DISTINCT table_name FROM information_schema.columns WHERE " + in +
		" AND table_name = (SELECT min(table_name) FROM information_schema.tables WHERE " + in + " AND table_type = 'BASE TABLE')" +
		" AND privileges REGEXP 'insert|update|references'"
}

// grantsOf are the lines of SHOW GRANTS for the user and for its roles.
func grantsOf(c *conn) (who string, lines []string, err error) {
	row, err := c.one("SELECT CURRENT_USER()")
	if err != nil {
		return "", nil, err
	}
	who = account(row[0])
	if !c.version.maria {
		lines, err = mysqlGrants(c)
		return who, lines, err
	}
	lines, err = mariaGrants(c)
	return who, lines, err
}

// mariaGrants takes one role after the other, as the server shows the rights of
// the one that is in use, and in the end the one that was.
func mariaGrants(c *conn) ([]string, error) {
	lines, err := column(c.all("SHOW GRANTS"))
	if err != nil {
		return nil, err
	}
	roles, err := column(c.all("SELECT DISTINCT role_name FROM information_schema.applicable_roles WHERE grantee <> role_name"))
	if err != nil || len(roles) == 0 {
		return lines, err
	}
	was, err := c.one("SELECT coalesce(CURRENT_ROLE(), '')")
	if err != nil {
		return nil, err
	}
	for _, role := range roles {
		if err := c.do("SET ROLE " + name(role)); answered(err) {
			continue // it is a role's, and with that it was seen
		}
		more, err := column(c.all("SHOW GRANTS"))
		if err != nil {
			return nil, err
		}
		lines = append(lines, more...)
	}
	back := "NONE"
	if was[0] != "" {
		back = name(was[0])
	}
	return lines, c.do("SET ROLE " + back)
}

// mysqlGrants asks with all roles of the user in use.
func mysqlGrants(c *conn) ([]string, error) {
	lines, err := column(c.all("SHOW GRANTS"))
	if err != nil {
		return nil, err
	}
	var roles []string
	for _, line := range lines {
		for _, g := range readGrant(line) {
			if g.role != "" {
				roles = append(roles, g.role)
			}
		}
	}
	if len(roles) == 0 {
		return lines, nil
	}
	return column(c.all("SHOW GRANTS FOR CURRENT_USER() USING " + strings.Join(roles, ", ")))
}

func column(rows [][]string, err error) ([]string, error) {
	var out []string
	for _, row := range rows {
		if len(row) != 1 {
			return nil, errRow
		}
		out = append(out, row[0])
	}
	return out, err
}

// account quotes user@host as an owner pastes it.
func account(s string) string {
	i := strings.LastIndexByte(s, '@')
	if i < 0 {
		return quoted(s)
	}
	return quoted(s[:i]) + "@" + quoted(s[i+1:])
}

func quoted(s string) string { return "`" + strings.ReplaceAll(s, "`", "``") + "`" }

// kind is what a right is good for.
type kind uint8

const (
	harmlessKind kind = iota
	everythingKind
	serverKind
	writeKind
	passOnKind
	unknownKind
	watchKind
	wideKind
	temporaryKind
	routineKind
)

// kinds are those that are told, in this order.
var kinds = []kind{everythingKind, serverKind, writeKind, passOnKind, unknownKind, watchKind, wideKind, temporaryKind, routineKind}

// kind sorts a right. What is not listed may do more than read.
func (g grant) kind() kind {
	switch {
	case g.role != "":
		if g.withOption {
			return passOnKind
		}
		return harmlessKind // what the role may do stands in lines of its own
	case g.right == "GRANT OPTION":
		return passOnKind
	case slices.Contains([]string{"ALL", "ALL PRIVILEGES"}, g.right):
		return everythingKind
	case slices.Contains([]string{"USAGE", "SHOW VIEW", "SHOW DATABASES"}, g.right):
		return harmlessKind
	case g.right == "SELECT":
		if g.on == "*.*" || slices.Contains(system, strings.ToLower(databaseOf(g.on))) {
			return wideKind
		}
		return harmlessKind
	case slices.Contains([]string{"PROCESS", "BINLOG MONITOR", "REPLICATION CLIENT", "REPLICA MONITOR", "SLAVE MONITOR", "REPLICATION SLAVE ADMIN MONITOR"}, g.right):
		return watchKind
	case g.right == "CREATE TEMPORARY TABLES":
		return temporaryKind
	case g.right == "EXECUTE":
		return routineKind
	case slices.Contains([]string{"INSERT", "UPDATE", "DELETE", "DELETE HISTORY", "CREATE", "DROP", "ALTER", "INDEX", "TRIGGER", "EVENT",
		"CREATE VIEW", "CREATE ROUTINE", "ALTER ROUTINE", "REFERENCES", "LOCK TABLES", "DROP ROLE", "CREATE ROLE"}, g.right):
		return writeKind
	case slices.Contains([]string{"FILE", "SUPER", "SHUTDOWN", "RELOAD", "CREATE USER", "PROXY", "REPLICATION SLAVE", "CREATE TABLESPACE"}, g.right),
		strings.HasSuffix(g.right, " ADMIN"), strings.Contains(g.right, "_"):
		return serverKind
	default:
		return unknownKind
	}
}

func (e *Engine) finding(k kind, gs []grant, m mending) run.Finding {
	level, what := k.words()
	first := gs[0].right
	if gs[0].on != "*.*" && gs[0].on != "" {
		first += " on " + gs[0].on
	}
	if gs[0].role != "" {
		first = "role " + gs[0].role
	}
	if n := len(gs) - 1; n > 0 {
		first += fmt.Sprintf(" and %d more", n)
	}
	mends := m.revoke(gs)
	if k == everythingKind {
		mends = append(mends, "GRANT SELECT, SHOW VIEW ON "+quoted(e.c.Target.Database)+".* TO "+m.who+";")
	}
	return run.Finding{Level: level, What: fmt.Sprintf(what, first), Mend: run.Statements(mends)}
}

func (k kind) words() (level run.Level, what string) {
	switch k {
	case everythingKind:
		return run.Red, "the user may do everything: %s"
	case serverKind:
		return run.Red, "the user may do what no reader needs: %s"
	case writeKind:
		return run.Red, "the user may write, or change what others read: %s"
	case passOnKind:
		return run.Red, "the user may give its rights to others: %s"
	case unknownKind:
		return run.Red, "the user has a right that Grille does not know: %s"
	case watchKind:
		return run.Yellow, "the user sees what others run: %s; no statement of Grille's can"
	case wideKind:
		return run.Yellow, "the user reads more than the tables of this database: %s"
	case temporaryKind:
		return run.Yellow, "the user may create temporary tables: %s; no statement of Grille's can"
	case routineKind:
		return run.Yellow, "the user may call routines, which may run with another's rights: %s; no statement of Grille's can call them"
	default:
		panic("mysql: a kind of right that is not told")
	}
}

// line is the finding about the connection itself.
func (e *Engine) line() run.Finding {
	if e.c.Target.Plain {
		return run.Finding{Level: run.OK, What: "the connection does not leave this machine"}
	}
	return run.Finding{Level: run.OK, What: "the connection is encrypted, and the server's name was verified"}
}

// Posture implements [run.Engine]. It looks through a new connection, and also
// where the answer is that the connection is refused.
func (e *Engine) Posture(ctx context.Context) (run.Posture, error) {
	c, err := e.pool.get(ctx, true)
	if err != nil {
		return run.Posture{}, e.refuse(ctx, err)
	}
	p := c.posture
	e.pool.put(c)
	return p, nil
}
