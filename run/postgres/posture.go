package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/grille-dev/grille/run"
)

// probe asks one question about the role. Each row is an object it finds and the
// statement that mends it; the finding names the first object and counts the rest.
type probe struct {
	name  string
	level run.Level
	what  string // %s: the objects
	text  string
}

// mine are all roles whose rights the session has or can take with SET ROLE:
// also those it does not inherit. 0 is PUBLIC. What comes through another role is
// undone by leaving it: its other members may need what it may.
const mine = `(SELECT 0::pg_catalog.oid AS oid, 'PUBLIC' AS name, NULL AS leave
  UNION ALL SELECT r.oid, quote_ident(r.rolname), NULL FROM pg_catalog.pg_roles r WHERE r.rolname = session_user
  UNION ALL SELECT r.oid, quote_ident(r.rolname), 'REVOKE ' || quote_ident(d.rolname) || ' FROM ' || ` + self + ` || ';'
    FROM pg_catalog.pg_roles r, pg_catalog.pg_auth_members x JOIN pg_catalog.pg_roles d ON d.oid = x.roleid JOIN pg_catalog.pg_roles s ON s.oid = x.member
    WHERE s.rolname = session_user AND r.rolname <> session_user AND pg_has_role(d.oid, r.oid, 'MEMBER')) AS m`

// userSchemas leaves the server's own schemas out: PUBLIC may write to
// pg_settings in every database (red team S4).
const userSchemas = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`

const self = `quote_ident(session_user)`

// probes are asked in this order for each new connection. A superuser passes
// every check of the server's, so the others say nothing about one.
func probes() []probe {
	return []probe{
		{"superuser", run.Red, "the role is a superuser, or may become one: %s", `
SELECT DISTINCT m.name, coalesce(m.leave, CASE WHEN r.oid = 10 THEN '-- It is the first of all roles, and must stay one: make Grille a role of its own.' ELSE 'ALTER ROLE ' || m.name || ' NOSUPERUSER;' END), m.leave IS NOT NULL
FROM pg_catalog.pg_roles r JOIN ` + mine + ` ON m.oid = r.oid WHERE r.rolsuper AND (m.leave IS NULL OR ` + notSuper + `) ORDER BY 3, 1, 2`},

		{"attributes", run.Red, "the role may do what no reader needs: %s", `
SELECT a.attribute, coalesce(m.leave, 'ALTER ROLE ' || m.name || ' NO' || a.attribute || ';')
FROM pg_catalog.pg_roles r JOIN ` + mine + ` ON m.oid = r.oid, LATERAL (VALUES ('BYPASSRLS', r.rolbypassrls), ('CREATEROLE', r.rolcreaterole), ('CREATEDB', r.rolcreatedb), ('REPLICATION', r.rolreplication)) AS a(attribute, held)
WHERE a.held AND NOT r.rolsuper AND ` + notSuper + ` ORDER BY 1`},

		{"predefined roles", run.Red, "the role belongs to %s", `
SELECT m.name, m.leave FROM ` + mine + ` WHERE m.leave IS NOT NULL AND ` + notSuper + ` AND m.name IN ('pg_write_all_data', 'pg_read_server_files',
  'pg_write_server_files', 'pg_execute_server_program', 'pg_maintain', 'pg_create_subscription', 'pg_use_reserved_connections', 'pg_checkpoint', 'pg_signal_backend') ORDER BY 1`},

		{"predefined readers", run.Yellow, "the role belongs to %s and reads more than the tables granted to it", `
SELECT m.name, m.leave FROM ` + mine + ` WHERE m.leave IS NOT NULL AND ` + notSuper + ` AND m.name IN ('pg_read_all_data', 'pg_monitor', 'pg_read_all_stats', 'pg_read_all_settings', 'pg_stat_scan_tables') ORDER BY 1`},

		{"owner", run.Red, "the role owns %s, and an owner may do anything with it", `
SELECT o.what, coalesce(m.leave, o.mend || ' OWNER TO CURRENT_USER;') FROM (
  SELECT 1 AS i, 'the database' AS what, 'ALTER DATABASE ' || quote_ident(d.datname) AS mend, d.datdba AS owner FROM pg_catalog.pg_database d WHERE d.datname = current_database()
  UNION ALL SELECT 2, 'schema ' || quote_ident(n.nspname), 'ALTER SCHEMA ' || quote_ident(n.nspname), n.nspowner FROM pg_catalog.pg_namespace n WHERE ` + userSchemas + `
  UNION ALL SELECT 3, c.oid::pg_catalog.regclass::pg_catalog.text, 'ALTER TABLE ' || c.oid::pg_catalog.regclass::pg_catalog.text, c.relowner
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND ` + userSchemas + `
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE c.relkind = 'S' AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i'))
  UNION ALL SELECT 4, 'function ' || p.oid::pg_catalog.regprocedure::pg_catalog.text, 'ALTER ROUTINE ' || p.oid::pg_catalog.regprocedure::pg_catalog.text, p.proowner
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE ` + userSchemas + `
) o JOIN ` + mine + ` ON m.oid = o.owner WHERE ` + notSuper + ` ORDER BY o.i, 1`},

		{"writes", run.Red, "the role may write: %s", `
SELECT w.rights || ' on ' || w.rel, coalesce(m.leave, 'REVOKE ' || w.rights || ' ON ' || w.rel || ' FROM ' || m.name || ';') FROM (
  SELECT w.rel::pg_catalog.regclass::pg_catalog.text, w.grantee, string_agg(DISTINCT w."right", ', ')
  FROM (SELECT c.oid, x.grantee, x.privilege_type, c.relnamespace FROM pg_catalog.pg_class c, aclexplode(c.relacl) x WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
    UNION ALL SELECT c.oid, x.grantee, x.privilege_type, c.relnamespace FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid, aclexplode(a.attacl) x WHERE a.attacl IS NOT NULL
  ) w(rel, grantee, "right", schema) JOIN pg_catalog.pg_namespace n ON n.oid = w.schema
  WHERE w."right" IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'MAINTAIN') AND ` + userSchemas + ` GROUP BY 1, 2
) w(rel, grantee, rights) JOIN ` + mine + ` ON m.oid = w.grantee WHERE ` + notSuper + ` ORDER BY 1`},

		{"sequences", run.Red, "the role may advance or set sequences: %s", `
SELECT DISTINCT c.oid::pg_catalog.regclass::pg_catalog.text, coalesce(m.leave, 'REVOKE USAGE, UPDATE ON SEQUENCE ' || c.oid::pg_catalog.regclass::pg_catalog.text || ' FROM ' || m.name || ';')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) x, ` + mine + `
WHERE c.relkind = 'S' AND x.privilege_type IN ('USAGE', 'UPDATE') AND m.oid = x.grantee AND ` + userSchemas + ` AND ` + notSuper + ` ORDER BY 1`},

		{"create", run.Red, "the role may create objects in %s", `
SELECT DISTINCT o.what, coalesce(m.leave, 'REVOKE CREATE ON ' || o.what || ' FROM ' || m.name || ';') FROM (
  SELECT 'SCHEMA ' || quote_ident(n.nspname), x.grantee, x.privilege_type FROM pg_catalog.pg_namespace n, aclexplode(n.nspacl) x WHERE ` + userSchemas + `
  UNION ALL SELECT 'DATABASE ' || quote_ident(d.datname), x.grantee, x.privilege_type FROM pg_catalog.pg_database d, aclexplode(d.datacl) x WHERE d.datname = current_database()
) o(what, grantee, "right") JOIN ` + mine + ` ON m.oid = o.grantee WHERE o.right = 'CREATE' AND ` + notSuper + ` ORDER BY 1`},

		{"encoding", run.Red, "the database's encoding is %s, and Grille needs UTF8", `
SELECT current_setting('server_encoding'), 'CREATE DATABASE ... ENCODING ''UTF8'' TEMPLATE template0, and load the data there' WHERE current_setting('server_encoding') <> 'UTF8'`},

		{"temporary tables", run.Yellow, "the role may create temporary tables in %s; no statement of Grille's can", `
SELECT DISTINCT quote_ident(d.datname), coalesce(m.leave, 'REVOKE TEMPORARY ON DATABASE ' || quote_ident(d.datname) || ' FROM ' || m.name || ';')
FROM pg_catalog.pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) x, ` + mine + `
WHERE d.datname = current_database() AND x.privilege_type = 'TEMPORARY' AND m.oid = x.grantee AND ` + notSuper + ` ORDER BY 1`},

		{"definer functions", run.Yellow, "functions that run with another role's rights: %s; no statement of Grille's can call them", `
SELECT DISTINCT p.oid::pg_catalog.regprocedure::pg_catalog.text, coalesce(m.leave, 'REVOKE EXECUTE ON ROUTINE ' || p.oid::pg_catalog.regprocedure::pg_catalog.text || ' FROM ' || m.name || ';')
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x, ` + mine + `
WHERE p.prosecdef AND x.privilege_type = 'EXECUTE' AND m.oid = x.grantee AND ` + userSchemas + ` AND ` + notSuper + ` ORDER BY 1`},

		{"temporary files", run.Yellow, "nothing bounds the temporary files of a statement (temp_file_limit is %s)", `
SELECT '-1', 'ALTER ROLE ' || ` + self + ` || ' SET temp_file_limit = ''2GB'';' WHERE current_setting('temp_file_limit') = '-1'`},
	}
}

const notSuper = `NOT (SELECT s.rolsuper FROM pg_catalog.pg_roles s WHERE s.rolname = session_user)`

// found is what one probe brought, in its order.
type found struct{ objects, mends []string }

// probe looks at the role of a connection.
func (e *Engine) probe(ctx context.Context, c *conn) (run.Posture, error) {
	ps := probes()
	got := make([]found, len(ps))
	qs := make([]question, len(ps))
	for i := range ps {
		qs[i] = question{text: ps[i].text, row: func(v [][]byte) error { got[i].add(string(v[0]), string(v[1])); return nil }}
	}
	if err := e.ask(ctx, c, qs...); err != nil {
		return run.Posture{}, err
	}
	var out run.Posture
	for i, p := range ps {
		if len(got[i].objects) > 0 {
			out.Findings = append(out.Findings, run.Finding{Level: p.level, What: fmt.Sprintf(p.what, got[i].words()), Mend: run.Statements(got[i].mends)})
		}
	}
	out.Findings = append(out.Findings, e.line())
	if !out.Refused() {
		out.Findings = append(out.Findings, run.Finding{Level: run.OK, What: "the role can read, and cannot write"})
	}
	return out, nil
}

func (f *found) add(object, mend string) {
	if !slices.Contains(f.objects, object) {
		f.objects = append(f.objects, object)
	}
	if !slices.Contains(f.mends, mend) {
		f.mends = append(f.mends, mend)
	}
}

func (f *found) words() string {
	if len(f.objects) == 1 {
		return f.objects[0]
	}
	return fmt.Sprintf("%s and %d more", f.objects[0], len(f.objects)-1)
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
