package postgres

import (
	"context"
	"strings"

	"github.com/grille-dev/grille/run"
)

var _ run.Saying = (*Engine)(nil)

// readersText lists who may read a relation of the schemas $1, or some columns.
const readersText = `SELECT w.schema, w.rel, r.rolname, w.guarded, string_agg(w.col, E'\n' ORDER BY w.num) FROM (
  SELECT n.nspname, c.relname, c.relrowsecurity, c.relowner, NULL, 0, x.grantee FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) x
    WHERE n.nspname = ANY ($1::pg_catalog.text[]) AND c.relkind IN ('r', 'p') AND x.privilege_type = 'SELECT'
  UNION ALL SELECT n.nspname, c.relname, c.relrowsecurity, c.relowner, a.attname, a.attnum, x.grantee FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, aclexplode(a.attacl) x
    WHERE n.nspname = ANY ($1::pg_catalog.text[]) AND c.relkind IN ('r', 'p') AND x.privilege_type = 'SELECT' AND NOT a.attisdropped
) w(schema, rel, guarded, owner, col, num, grantee) JOIN pg_catalog.pg_roles r ON r.oid = w.grantee
WHERE r.oid <> w.owner AND NOT r.rolsuper AND r.rolname <> session_user GROUP BY 1, 2, 3, 4, w.grantee ORDER BY 1, 2, 3`

// policiesText lists the policies about reading.
const policiesText = `SELECT p.schemaname, p.tablename, p.policyname, p.permissive = 'PERMISSIVE', array_to_string(p.roles, E'\n'), coalesce(p.qual, 'true')
FROM pg_catalog.pg_policies p WHERE p.schemaname = ANY ($1::pg_catalog.text[]) AND p.cmd IN ('SELECT', 'ALL') ORDER BY 1, 2, 3`

// Said implements [run.Saying].
func (e *Engine) Said(ctx context.Context) ([]run.Said, error) {
	var out []run.Said
	table := func(schema, name []byte) *run.Said {
		for i := range out {
			if out[i].Schema == string(schema) && out[i].Table == string(name) {
				return &out[i]
			}
		}
		return nil
	}
	schemas := []string{arrayOf(e.c.Schemas)}
	err := e.consult(ctx, func(c *conn) error {
		out = nil
		return e.ask(ctx, c,
			question{readersText, schemas, func(v [][]byte) error {
				t := table(v[0], v[1])
				if t == nil {
					out = append(out, run.Said{Schema: string(v[0]), Table: string(v[1]), Guarded: isTrue(v[3])})
					t = &out[len(out)-1]
				}
				r := run.Reader{Role: string(v[2])}
				if v[4] != nil {
					r.Columns = strings.Split(string(v[4]), "\n")
				}
				t.Readers = append(t.Readers, r)
				return nil
			}},
			question{policiesText, schemas, func(v [][]byte) error {
				t := table(v[0], v[1])
				if t == nil || !t.Guarded {
					return nil
				}
				p := run.RowPolicy{Name: string(v[2]), Permissive: isTrue(v[3]), Roles: strings.Split(string(v[4]), "\n"), Condition: string(v[5])}
				if len(p.Roles) == 1 && p.Roles[0] == "public" {
					p.Roles = nil
				}
				t.Policies = append(t.Policies, p)
				return nil
			}})
	})
	return out, err
}
