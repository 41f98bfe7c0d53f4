package emit

import (
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/types"
)

// What nobody allowed is no statement.
func TestZero(t *testing.T) {
	s, err := SQL(policy.Allowed{})
	if refusal.CodeOf(err) != refusal.Internal || s.Made() {
		t.Errorf("made %v, %v", s.Made(), err)
	}
	if (Statement{}).Made() {
		t.Error("the zero Statement says it was made")
	}
}

// A printer that forgets the fence makes no statement: each is checked before it is
// one.
func TestEachStatementIsChecked(t *testing.T) {
	view := nurse(must(catalogtest.Parse(catalog.Postgres, benchTables)), benchRules)
	allowed := allow(t, view, `SELECT name FROM patients WHERE 100 / weight > 1`)
	if _, err := SQL(allowed); err != nil {
		t.Fatal(err)
	}
	fence := postgres.fence
	defer func() { postgres.fence = fence }()
	postgres.fence = ""
	if s, err := SQL(allowed); refusal.CodeOf(err) != refusal.Internal || s.Made() {
		t.Errorf("made %v, %v", s.Made(), err)
	}
}

// Reads lists every stored table and column that the text names, those of
// rules too, and not those that only bind saw.
func TestReads(t *testing.T) {
	for _, c := range []struct{ draft, want string }{
		{`SELECT name FROM wards`, "wards(name)"},
		{`SELECT count(*) FROM wards`, "wards()"},
		{`SELECT name FROM patients`, "patients(name ward)"},
		{`SELECT born FROM patients WHERE id = 1`, "patients(id born ward)"},
		{`SELECT cost FROM visits`, "visits(patient_id cost) patients(id ward)"},
		{`SELECT a.name FROM wards a JOIN wards b ON a.id = b.id WHERE b.beds > 1`, "wards(id name beds)"},
		{`WITH w AS (SELECT * FROM wards) SELECT id FROM w`, "wards(id name beds)"},
	} {
		for _, engine := range []catalog.Engine{catalog.Postgres, catalog.SQLite} {
			file := benchRules
			if engine == catalog.SQLite {
				file = strings.ReplaceAll(file, "public.", "main.")
			}
			view := nurse(must(catalogtest.Parse(engine, benchTables)), file)
			s := must(SQL(allow(t, view, c.draft)))
			var got []string
			for _, r := range s.Reads() {
				var cols []string
				for _, id := range r.Columns {
					cols = append(cols, r.Table.Column(id).Name)
				}
				got = append(got, r.Table.Name+"("+strings.Join(cols, " ")+")")
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s on %s reads %s, want %s", c.draft, engine, strings.Join(got, " "), c.want)
			}
		}
	}
}

// foreign is a node of another package: it embeds one of ours and so has its
// methods, as nothing in Go can forbid.
type foreign struct{ *ir.Ref }

// Trees that policy does not make are no text: what is bare, unknown or out of
// scope is a fault, and faults panic.
func TestFaults(t *testing.T) {
	table := must(catalogtest.Parse(catalog.Postgres, "t (id int8 key)")).Tables[0]
	one := &ir.Const{Value: types.IntOf(1), T: types.Of(types.Int8)}
	out := func(e ir.Expr) []ir.Def { return []ir.Def{{Column: ir.Column{ID: 9, Type: e.Type()}, Expr: e}} }
	for name, q := range map[string]*ir.Query{
		"bare table":   {Body: &ir.Select{From: &ir.Table{Table: table}, Out: out(one)}},
		"no body":      {},
		"out of scope": {Body: &ir.Select{Out: out(&ir.Ref{Col: 3, T: types.Of(types.Int8)})}},
		"attribute":    {Body: &ir.Select{Out: out(&ir.Attr{Name: "ward", T: types.Of(types.Int8)})}},
		"foreign node": {Body: &ir.Select{Out: out(foreign{&ir.Ref{Col: 9, T: types.Of(types.Int8)}})}},
		"hidden order": {Body: &ir.Select{Distinct: true, Out: []ir.Def{{Column: ir.Column{ID: 9}, Expr: one, Hidden: true}}}, Order: []ir.Sort{{Col: 9}}},
		"outer join": {Body: &ir.Select{Out: out(one), From: &ir.Join{Kind: ir.Left,
			Left:  &ir.Guarded{Table: &ir.Table{Table: table}},
			Right: &ir.Guarded{Table: &ir.Table{Table: table}}}}},
	} {
		for _, d := range []*dialect{&postgres, &sqlite} {
			if !panics(func() { _, _ = printQuery(d, q) }) {
				t.Errorf("%s on %s was printed", name, d.engine)
			}
		}
	}
}

func panics(f func()) (yes bool) {
	defer func() { yes = recover() != nil }()
	f()
	return false
}

// A rewrite that changes a guard is stopped.
func TestLoweringLeavesGuards(t *testing.T) {
	view := nurse(must(catalogtest.Parse(catalog.Postgres, benchTables)), benchRules)
	q := allow(t, view, `SELECT name FROM patients`).Query()
	opens := rewrite{
		name:  "opens",
		wants: func(ir.Node) bool { return true },
		apply: func(_ *lowering, q *ir.Query) {
			ir.Walk(q, func(n ir.Node) bool {
				if g, ok := n.(*ir.Guarded); ok {
					g.Filter = nil
				}
				return true
			})
		},
	}
	if !panics(func() { lower(&dialect{lower: []rewrite{opens}}, q) }) {
		t.Error("a rewrite opened a guard")
	}
	in := allow(t, view, `SELECT name FROM patients WHERE id IN (1, 2)`).Query()
	was := fingerprints(guardsOf(in))
	lower(&postgres, in)
	if got := fingerprints(guardsOf(in)); got[0] != was[0] {
		t.Error("a guard changed")
	}
}

// Every rewrite has a name of its own.
func TestRewriteNames(t *testing.T) {
	for _, d := range []*dialect{&postgres, &sqlite} {
		seen := map[string]bool{}
		for _, r := range d.lower {
			if r.name == "" || seen[r.name] {
				t.Errorf("%s: rewrite %q", d.engine, r.name)
			}
			seen[r.name] = true
		}
	}
}

// Names that would not survive PostgreSQL's 63 bytes, or are none, stay out of
// the text; the statement still has them.
func TestNames(t *testing.T) {
	for name, want := range map[string]bool{
		"Umsatz (€)": true, `a"b`: true, strings.Repeat("x", 63): true,
		"": false, strings.Repeat("x", 64): false, strings.Repeat("é", 32): false, "a\x00b": false, "\xff": false,
	} {
		if printable(name) != want {
			t.Errorf("printable(%q) is %v", name, !want)
		}
	}
	long := strings.Repeat("é", 32)
	one := &ir.Const{Value: types.IntOf(1), T: types.Of(types.Int8)}
	q := &ir.Query{Body: &ir.Select{Out: []ir.Def{{Column: ir.Column{ID: 1, Name: long, Type: one.T}, Expr: one}}}}
	if p := must(printQuery(&postgres, q)); strings.Contains(p.text, "é") {
		t.Errorf("printed %s", p.text)
	}
}
