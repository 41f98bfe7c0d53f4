package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/grille-dev/grille/run"
)

var _ run.Least = (*Engine)(nil)

// roleText is what the role $1 is: one row, or none.
const roleText = `SELECT r.oid = 10, r.rolcanlogin AND NOT (r.rolsuper OR r.rolcreatedb OR r.rolcreaterole OR r.rolreplication OR r.rolbypassrls),
  coalesce('default_transaction_read_only=on' = ANY (r.rolconfig), false), coalesce(array_to_string(r.rolconfig, ' ') ~ 'temp_file_limit=', false)
FROM pg_catalog.pg_roles r WHERE r.rolname = $1`

// memberText lists the roles that $1 was given.
const memberText = `SELECT quote_ident(d.rolname) FROM pg_catalog.pg_auth_members x JOIN pg_catalog.pg_roles d ON d.oid = x.roleid JOIN pg_catalog.pg_roles s ON s.oid = x.member
WHERE s.rolname = $1 ORDER BY 1`

// ownText lists what $1 owns, without sequences that go with their table.
const ownText = `SELECT o.mend || ' OWNER TO CURRENT_USER;' FROM (
  SELECT 1 AS i, 'ALTER DATABASE ' || quote_ident(d.datname) AS mend, d.datdba AS owner FROM pg_catalog.pg_database d WHERE d.datname = current_database()
  UNION ALL SELECT 2, 'ALTER SCHEMA ' || quote_ident(n.nspname), n.nspowner FROM pg_catalog.pg_namespace n WHERE ` + userSchemas + `
  UNION ALL SELECT 3, 'ALTER TABLE ' || c.oid::pg_catalog.regclass::pg_catalog.text, c.relowner FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND ` + userSchemas + `
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE c.relkind = 'S' AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i'))
  UNION ALL SELECT 4, 'ALTER ROUTINE ' || p.oid::pg_catalog.regprocedure::pg_catalog.text, p.proowner FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE ` + userSchemas + `
) o JOIN pg_catalog.pg_roles r ON r.oid = o.owner WHERE r.rolname = $1 ORDER BY o.i, 1`

// rightsText lists what was given to $1 or to everybody: the object as GRANT
// names it, the column, the right. What an owner has by owning is not listed.
const rightsText = `SELECT DISTINCT o.what, o.col, x.privilege_type, x.grantee = 0 FROM (
  SELECT 'DATABASE ' || quote_ident(d.datname), '', coalesce(d.datacl, acldefault('d', d.datdba)), d.datdba FROM pg_catalog.pg_database d WHERE d.datname = current_database()
  UNION ALL SELECT 'SCHEMA ' || quote_ident(n.nspname), '', n.nspacl, n.nspowner FROM pg_catalog.pg_namespace n WHERE ` + userSchemas + `
  UNION ALL SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || c.oid::pg_catalog.regclass::pg_catalog.text, '', c.relacl, c.relowner
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE ` + userSchemas + `
  UNION ALL SELECT 'TABLE ' || c.oid::pg_catalog.regclass::pg_catalog.text, quote_ident(a.attname), a.attacl, c.relowner
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE NOT a.attisdropped AND ` + userSchemas + `
  UNION ALL SELECT 'ROUTINE ' || p.oid::pg_catalog.regprocedure::pg_catalog.text, '', coalesce(p.proacl, acldefault('f', p.proowner)), p.proowner FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE p.prosecdef AND ` + userSchemas + `
) o(what, col, acl, owner), aclexplode(o.acl) x WHERE x.grantee <> o.owner AND (x.grantee = 0 OR x.grantee = (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = $1)) ORDER BY 1, 2, 3`

// futureText lists what $1 is given of objects that do not exist yet.
const futureText = `SELECT 'ALTER DEFAULT PRIVILEGES FOR ROLE ' || quote_ident(o.rolname) || coalesce(' IN SCHEMA ' || quote_ident(n.nspname), '') || ' REVOKE ALL ON ' ||
  CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES' WHEN 'T' THEN 'TYPES' ELSE 'SCHEMAS' END || ' FROM ' || quote_ident(r.rolname) || ';'
FROM pg_catalog.pg_default_acl d JOIN pg_catalog.pg_roles o ON o.oid = d.defaclrole LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace, aclexplode(d.defaclacl) x
JOIN pg_catalog.pg_roles r ON r.oid = x.grantee WHERE r.rolname = $1 AND d.defaclobjtype IN ('r', 'S', 'f', 'T', 'n') GROUP BY 1 ORDER BY 1`

// futureWritesText lists what everybody is given of objects that do not exist yet,
// and that writes.
const futureWritesText = `SELECT 'ALTER DEFAULT PRIVILEGES FOR ROLE ' || quote_ident(o.rolname) || coalesce(' IN SCHEMA ' || quote_ident(n.nspname), '') || ' REVOKE ' || string_agg(x.privilege_type, ', ' ORDER BY x.privilege_type) || ' ON ' ||
  CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' ELSE 'SCHEMAS' END || ' FROM PUBLIC;'
FROM pg_catalog.pg_default_acl d JOIN pg_catalog.pg_roles o ON o.oid = d.defaclrole LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace, aclexplode(d.defaclacl) x
WHERE x.grantee = 0 AND (d.defaclobjtype = 'r' AND x.privilege_type NOT IN ('SELECT', 'REFERENCES') OR d.defaclobjtype = 'S' AND x.privilege_type <> 'SELECT' OR d.defaclobjtype = 'n' AND x.privilege_type = 'CREATE')
GROUP BY o.rolname, n.nspname, d.defaclobjtype ORDER BY 1`

// namesText quotes what the script names.
const namesText = `SELECT x, quote_ident(x) FROM unnest($1::pg_catalog.text[]) AS u(x)`

// right is one line of what a role has.
type right struct {
	on, column, what string
	everybody        bool
}

// least is what the script is written from.
type least struct {
	role                               string // quoted
	exists, first, plain, calm, bound  bool
	members, owns, future, futureWrite []string
	rights                             []right
	quoted                             map[string]string
	database                           string
}

// Least implements [run.Least].
func (e *Engine) Least(ctx context.Context, role string, needs []run.Need) (string, error) {
	if role == "" {
		role = e.c.Target.User
	}
	if reserved(role) {
		return "", fmt.Errorf("%s is no name that a role of yours can have: name another with --role", role)
	}
	l := &least{}
	names := []string{role, e.c.Target.Database}
	for _, n := range needs {
		names = append(append(names, n.Schema, n.Table), n.Columns...)
	}
	of := []string{role}
	line := func(to *[]string) func([][]byte) error {
		return func(v [][]byte) error { *to = append(*to, string(v[0])); return nil }
	}
	err := e.consult(ctx, func(c *conn) error {
		*l = least{quoted: map[string]string{}}
		return e.ask(ctx, c,
			question{namesText, []string{arrayOf(names)}, func(v [][]byte) error { l.quoted[string(v[0])] = string(v[1]); return nil }},
			question{roleText, of, func(v [][]byte) error {
				l.exists, l.first, l.plain, l.calm, l.bound = true, isTrue(v[0]), isTrue(v[1]), isTrue(v[2]), isTrue(v[3])
				return nil
			}},
			question{memberText, of, line(&l.members)}, question{ownText, of, line(&l.owns)}, question{futureText, of, line(&l.future)}, question{futureWritesText, nil, line(&l.futureWrite)},
			question{rightsText, of, func(v [][]byte) error {
				l.rights = append(l.rights, right{string(v[0]), string(v[1]), string(v[2]), isTrue(v[3])})
				return nil
			}})
	})
	if err != nil {
		return "", err
	}
	if l.first {
		return "", fmt.Errorf("%s is the first of all roles, and must stay what it is: make Grille a role of its own, with --role NAME", role)
	}
	l.role, l.database = l.quoted[role], l.quoted[e.c.Target.Database]
	return l.script(needs), nil
}

// reserved are names with which the server means something else, in quotes too: a
// right of PUBLIC is everybody's.
func reserved(role string) bool {
	return role == "public" || role == "none" || strings.HasPrefix(role, "pg_")
}

// script is everything, or says that there is nothing to do.
func (l *least) script(needs []run.Need) string {
	var s run.Script
	s.Say("What " + l.role + " needs for the rules, and nothing else. An administrator runs it in the database " + l.database + ".")
	needed := l.needed(needs)
	var members []string
	for _, m := range l.members {
		members = append(members, "REVOKE "+m+" FROM "+l.role+";")
	}
	taken := l.taken(needed)
	parts := []struct {
		about string
		lines []string
	}{
		{"The role itself.", l.itself()},
		{"It belongs to no other role, and owns nothing: what it owned is yours.", slices.Concat(members, l.owns)},
		{"What it has and does not need, now and of tables to come.", slices.Concat(taken, l.future)},
		{"What everybody may write, and with that this role. Others lose it too.", slices.Concat(l.everybodys(false), l.futureWrite)},
		{"What it needs and does not have.", l.given(needed)},
	}
	before := s.String()
	for _, p := range parts {
		s.Part(p.about, p.lines)
	}
	if s.String() == before {
		s.Say("It has just that already: there is nothing to run.")
	}
	s.Part("Everybody may do this, and with that this role too. Take the dashes away where nobody else needs it.", l.everybodys(true))
	return s.String()
}

// itself makes the role, or makes it plain.
func (l *least) itself() []string {
	const plain = " LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;"
	var out []string
	switch {
	case !l.exists:
		out = append(out, "CREATE ROLE "+l.role+plain, run.Comment("Its password, in psql:  \\password "+l.role))
	case !l.plain:
		out = append(out, "ALTER ROLE "+l.role+plain)
	}
	if !l.calm {
		out = append(out, "ALTER ROLE "+l.role+" SET default_transaction_read_only = on;")
	}
	if !l.bound {
		out = append(out, "ALTER ROLE "+l.role+" SET temp_file_limit = '2GB';")
	}
	return out
}

// needed are the rights that the role is to have.
func (l *least) needed(needs []run.Need) []right {
	out := []right{{on: "DATABASE " + l.database, what: "CONNECT"}}
	for _, s := range run.Schemas(needs) {
		out = append(out, right{on: "SCHEMA " + l.quoted[s], what: "USAGE"})
	}
	for _, n := range needs {
		for _, c := range n.Columns {
			out = append(out, right{on: "TABLE " + l.quoted[n.Schema] + "." + l.quoted[n.Table], column: l.quoted[c], what: "SELECT"})
		}
	}
	return out
}

// taken takes away what is not needed, and forgets what goes with it: a right on
// a table takes those on its columns along.
func (l *least) taken(needed []right) []string {
	var extra []right
	for _, r := range l.rights {
		if !r.everybody && !slices.Contains(needed, r) {
			extra = append(extra, r)
		}
	}
	l.rights = slices.DeleteFunc(l.rights, func(r right) bool {
		return !r.everybody && slices.ContainsFunc(extra, func(x right) bool { return x.on == r.on && x.what == r.what && x.column == "" })
	})
	return l.lines("REVOKE %s ON %s FROM "+l.role+";", extra)
}

func (l *least) given(needed []right) []string {
	lacking := slices.DeleteFunc(needed, func(r right) bool { return slices.Contains(l.rights, r) })
	return l.lines("GRANT %s ON %s TO "+l.role+";", lacking)
}

// everybodys are lines about PUBLIC: those that write, or, as comments, the others.
func (l *least) everybodys(reads bool) []string {
	var of []right
	for _, r := range l.rights {
		reading := slices.Contains([]string{"SELECT", "TEMPORARY", "EXECUTE"}, r.what)
		harmless := r.what == "CONNECT" || r.what == "USAGE" && strings.HasPrefix(r.on, "SCHEMA ") || r.what == "REFERENCES"
		if r.everybody && !harmless && reading == reads {
			of = append(of, r)
		}
	}
	lines := l.lines("REVOKE %s ON %s FROM PUBLIC;", of)
	if reads {
		for i := range lines {
			lines[i] = run.Comment(lines[i])
		}
	}
	return lines
}

// lines are statements about rights, one for an object.
func (l *least) lines(format string, rights []right) []string {
	var objects []string
	whats := map[string][]string{}
	columns := map[string][]string{}
	for _, r := range rights {
		if whats[r.on] == nil {
			objects = append(objects, r.on)
		}
		if !slices.Contains(whats[r.on], r.what) {
			whats[r.on] = append(whats[r.on], r.what)
		}
		if r.column != "" {
			columns[r.on+" "+r.what] = append(columns[r.on+" "+r.what], r.column)
		}
	}
	var out []string
	for _, on := range objects {
		for i, what := range whats[on] {
			if cs := columns[on+" "+what]; cs != nil && !slices.Contains(rights, right{on: on, what: what, everybody: strings.HasSuffix(format, "PUBLIC;")}) {
				whats[on][i] += " (" + strings.Join(cs, ", ") + ")"
			}
		}
		out = append(out, fmt.Sprintf(format, strings.Join(whats[on], ", "), on))
	}
	return out
}
