package emit_test

import (
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/internal/mytest"
)

// TestNothingIsClamped runs what MariaDB would make the greatest decimal that fits, in
// groups: it fails, and what fits is right. Money times a quantity is printed as it is.
func TestNothingIsClamped(t *testing.T) {
	db := mytest.New(t, `CREATE TABLE wide (id int PRIMARY KEY, k int, v decimal(65,0), a decimal(30,10), price decimal(10,2));
		INSERT INTO wide VALUES (1, 1, 9e64, 1e10, 2.5), (2, 1, 9e64, 2, 2.5), (3, 1, -9e64, 2, 2.5), (4, 2, 5, 3, 2.5), (5, 3, NULL, NULL, NULL)`)
	conn := mytest.Connect(t, db.ReadOnlyDSN)
	c := must(catalogtest.Parse(catalog.MariaDB, "wide (id int4 key, k int4, v numeric, a numeric, price numeric)"))
	table := c.Tables[0]
	table.Schema = db.Name()
	c.Path = []string{db.Name()}
	for i, declared := range []string{"int(11)", "int(11)", "decimal(65,0)", "decimal(30,10)", "decimal(10,2)"} {
		table.Columns[i].Declared = declared
	}
	view := open(t, c)
	for _, x := range []struct {
		draft   string
		guarded bool // fails in the group 1
	}{
		{"max(a * a * a * a)", true},
		{"max(a * a + v)", true},
		{"sum(v)", true},
		{"sum(DISTINCT v)", true},
		{"avg(v)", true},
		{"sum(price * id)", false},
		{"avg(price)", false},
		{"max(price * price + a * 2)", false},
	} {
		for _, where := range []string{"", " WHERE k > 1"} {
			s := made(t, view, "SELECT k, "+x.draft+" FROM wide"+where+" GROUP BY k")
			if got := strings.Contains(s.Text(), "ABS("); got != x.guarded {
				t.Errorf("%s: guarded: %v\n%s", x.draft, got, s.Text())
			}
			var params []any
			for _, p := range s.Params() {
				params = append(params, p.Value.String())
			}
			_, err := conn.Text(s.Text(), params...)
			if failed := err != nil; failed != (x.guarded && where == "") {
				t.Errorf("%s%s: %v\n%s", x.draft, where, err, s.Text())
			}
		}
	}
}
