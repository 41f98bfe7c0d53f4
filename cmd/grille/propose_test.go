package main

import (
	"os"
	"strings"
	"testing"

	"github.com/grille-dev/grille/internal/pgtest"
)

// Who may read what in the database itself stands in the proposal, as comments:
// roles as teams, policies as row conditions where they are some.
func TestProposeFromGrants(t *testing.T) {
	db := pgtest.New(t, `CREATE TABLE orders (id int PRIMARY KEY, status text, total int); CREATE TABLE "Odd t" (id int PRIMARY KEY, "B b" int, secret text); CREATE TABLE plain (id int)`,
		`ALTER TABLE orders ENABLE ROW LEVEL SECURITY`)
	role, _ := db.Role("")
	analysts, customers, odd := role+"_a", role+"_c", `"`+role+` # o"`
	t.Cleanup(func() {
		for _, r := range []string{analysts, customers, odd} {
			db.Exec(`DROP OWNED BY `+r, `DROP ROLE `+r)
		}
	})
	db.Exec(`CREATE ROLE `+analysts, `CREATE ROLE `+customers, `CREATE ROLE `+odd,
		`GRANT SELECT ON orders TO `+analysts+`, `+customers+`, `+role, `GRANT SELECT (id, "B b") ON "Odd t" TO `+analysts, `GRANT SELECT ON plain TO `+odd, `GRANT INSERT ON plain TO `+customers,
		`CREATE POLICY open_ones ON orders FOR SELECT TO `+analysts+` USING (status = 'it''s open' OR total > 5)`,
		`CREATE POLICY small ON orders AS RESTRICTIVE USING (total < 100)`,
		`CREATE POLICY own ON orders TO `+customers+` USING (status = current_setting('app.status'))`,
		`CREATE POLICY writes ON orders FOR INSERT TO `+role+` WITH CHECK (true)`)
	t.Chdir(t.TempDir())
	ok(t, "connect", "--accept", "--name", "c", db.ReadOnlyDSN)
	text, err := os.ReadFile("c-rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	proposed := "    # the database lets this role read it: grants: {" + analysts + ": {rows: '((total < 100)) AND (((status = ''it''''s open''::text) OR (total > 5)))'}}\n"
	for _, want := range []string{
		proposed,
		"# the role " + customers + " may read it by a policy that is no row condition here (",
		"current_setting('app.status'::text)",
		"# the role " + role + " may read it, and its policies show it no row\n",
		"# the database lets this role read it: grants: {" + analysts + `: {rows: all, columns: [id, '"B b"']}}`,
		`# the role "` + role + ` # o" may read it, whose name is none for a team`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the proposal has not: %s\n%s", want, text)
		}
	}
	t.Setenv("GRILLE_C_PASSWORD", passwordOf(t, db.ReadOnlyDSN))
	if out := ok(t, "rules", "check"); !strings.Contains(out, "the rules hold") {
		t.Error(out)
	}
	// It holds as it stands, for whoever takes it out of the comment.
	_, rows, _ := strings.Cut(proposed, "{rows: ")
	changed := strings.Replace(string(text), "total: plain\n    grants: {owners: {rows: all}}\n", "total: plain\n    grants: {owners: {rows: "+rows, 1)
	if err := os.WriteFile("c-rules.yaml", []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := ok(t, "rules", "matrix"); !strings.Contains(out, "total < 100") {
		t.Errorf("%s\n%s", out, changed)
	}
}
