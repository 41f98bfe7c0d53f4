package policy_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
	"github.com/grille-dev/grille/viewer"
)

const clinic = `
patients (id int8 key, name text null, email text, birthday date, ward int4, ssn text)
visits (id int8 key, patient_id int8 -> patients.id, ward int4, cost numeric)
forbidden (id int8 key, secret text)
`

const clinicRules = "version: 1\nattributes: {wards: \"int[]\"}\n" + standard + `
tables:
  patients:
    columns: {id: key, name: name, email: contact, birthday: birth, ward: plain, ssn: secret}
    grants:
      analysts: {rows: "ward IN (viewer.wards)"}
      clinicians: {rows: "ward < 3", reveal: [name]}
  visits:
    columns: {id: key, patient_id: key, ward: plain, cost: plain}
    grants: {analysts: {rows: "patient_id IN (SELECT p.id FROM patients p WHERE p.ssn IS NULL)"}}
`

// corpus has every kind of node that bind makes.
var corpus = []string{
	"SELECT id, name FROM patients",
	"SELECT count(*) FROM patients WHERE ward = 1 AND id IN (1, 2) OR NOT (ward IS NULL)",
	"SELECT p.id, CASE WHEN p.ward > 1 THEN v.cost ELSE 0 END FROM patients p LEFT JOIN visits v ON v.patient_id = p.id ORDER BY v.cost DESC LIMIT 3 OFFSET 1",
	"SELECT ward, sum(cost) FILTER (WHERE id > 3), string_agg(CAST(id AS text), ',' ORDER BY id) FROM visits GROUP BY ward HAVING count(*) > 1",
	"SELECT id, row_number() OVER (PARTITION BY ward ORDER BY cost ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM visits",
	"SELECT id, lag(cost, 2) OVER (ORDER BY id), sum(cost) FILTER (WHERE ward > 1) OVER (PARTITION BY ward) FROM visits",
	"SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY id) FROM visits",
	"WITH RECURSIVE w AS (SELECT id, ward FROM patients UNION ALL SELECT p.id, w.ward FROM w JOIN patients p ON p.id = w.ward) SELECT ward FROM w",
	"WITH w AS (SELECT id, ward FROM patients UNION ALL SELECT id, ward FROM visits), v(x) AS (VALUES (1), (2)) SELECT w.ward FROM w JOIN v ON v.x = w.id",
	"SELECT id FROM patients p WHERE EXISTS (SELECT 1 FROM visits v WHERE v.patient_id = p.id) AND ward = ANY (ARRAY[1, ward]) AND id = (SELECT max(patient_id) FROM visits) AND ward IN (SELECT ward FROM visits)",
	"SELECT (SELECT cost FROM visits v WHERE v.id = s.id) FROM (SELECT DISTINCT id FROM patients) s, LATERAL (SELECT ward FROM visits WHERE patient_id = s.id) l, generate_series(1, 3) g(n)",
	"SELECT ward FROM patients EXCEPT SELECT ward FROM visits",
	"SELECT count(DISTINCT email) FROM patients p JOIN visits v ON p.id = v.patient_id AND v.ward = p.ward WHERE v.cost / 2 > 3",
}

func clinicWorld(t testing.TB, text string) *world {
	cat, err := catalogtest.Parse(catalog.Postgres, clinic)
	if err != nil {
		t.Fatal(err)
	}
	cat.Version = catalog.Digest(cat)
	r, err := rules.Compile("rules.yaml", []byte(text), cat, rules.Options{Teams: teams, Secret: secret(t), Connection: "spec"})
	if err != nil {
		t.Fatal(err)
	}
	who := viewer.Viewer{Teams: []string{"analysts"}, Attributes: map[string][]string{"wards": {"1", "2"}}}
	return &world{cat: cat, rules: r, who: who}
}

func (w *world) bind(t testing.TB, sql string) (policy.View, *ir.Query) {
	v, err := policy.See(w.who, w.rules, w.cat)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := syntax.Parse(sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	q, err := bind.Query(tree, v.Names(), bind.Env{})
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v, q
}

func TestZeroProofsAreRefused(t *testing.T) {
	w := clinicWorld(t, clinicRules)
	v, q := w.bind(t, corpus[0])
	for name, err := range map[string]error{
		"no view":    second(policy.Apply(policy.View{}, q)),
		"no query":   second(policy.Apply(v, nil)),
		"no rules":   second(policy.See(w.who, nil, w.cat)),
		"zero rules": second(policy.See(w.who, &policy.Rules{}, w.cat)),
		"no catalog": second(policy.See(w.who, w.rules, nil)),
	} {
		if refusal.CodeOf(err) != refusal.Internal {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if (policy.View{}).Made() || (policy.Allowed{}).Made() || !v.Made() {
		t.Error("Made does not tell zero proofs")
	}
}

func second[T any](_ T, err error) error { return err }

func TestDriftIsRefused(t *testing.T) {
	w := clinicWorld(t, clinicRules)
	changed := *w.cat
	changed.Version = "another"
	for _, cat := range []*catalog.Catalog{&changed, {Engine: w.cat.Engine}} {
		if _, err := policy.See(w.who, w.rules, cat); refusal.CodeOf(err) != refusal.Drift {
			t.Errorf("got %v", err)
		}
	}
}

// The query that went in is not changed, and what came out cannot be.
func TestApplyCopies(t *testing.T) {
	w := clinicWorld(t, clinicRules)
	for _, sql := range corpus {
		v, q := w.bind(t, sql)
		before := ir.Print(q)
		a, err := policy.Apply(v, q)
		if err != nil {
			t.Errorf("%s: %v", sql, err)
			continue
		}
		if after := ir.Print(q); after != before {
			t.Errorf("%s: Apply changed its argument", sql)
		}
		want := ir.Print(a.Query())
		ir.Walk(a.Query(), func(n ir.Node) bool {
			if g, ok := n.(*ir.Guarded); ok {
				g.Filter, g.Fence, g.Cols = nil, false, nil
			}
			return true
		})
		if ir.Print(a.Query()) != want {
			t.Errorf("%s: what was allowed can be edited", sql)
		}
	}
}

// What package check renders afresh is what Apply made.
func TestGuardIsTheSame(t *testing.T) {
	w := clinicWorld(t, clinicRules)
	for _, sql := range corpus {
		v, q := w.bind(t, sql)
		a, err := policy.Apply(v, q)
		if err != nil {
			t.Fatal(err)
		}
		ir.Walk(a.Query(), func(n ir.Node) bool {
			g, ok := n.(*ir.Guarded)
			if !ok {
				return true
			}
			again, err := v.Guard(g)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := ir.Fingerprint(again), ir.Fingerprint(g); got != want {
				t.Errorf("%s: Guard gives\n%s\nand Apply\n%s", sql, got, want)
			}
			return false
		})
	}
}

func TestGuardRefuses(t *testing.T) {
	w := clinicWorld(t, clinicRules)
	v := w.see(t)
	patients, forbidden := w.cat.All().Lookup("", "patients"), w.cat.All().Lookup("", "forbidden")
	if _, err := v.Guard(&ir.Guarded{Table: &ir.Table{Table: forbidden}}); err == nil {
		t.Error("a table without a grant is guarded")
	}
	ssn := []ir.Def{{Column: ir.Column{Name: "ssn"}}}
	if _, err := v.Guard(&ir.Guarded{Table: &ir.Table{Table: patients}, Cols: ssn}); err == nil {
		t.Error("a closed column is guarded")
	}
	always := clinicWorld(t, strings.Replace(clinicRules, "  patients:\n", "  patients:\n    fence: always\n", 1)).see(t)
	yes := &ir.Const{Value: types.BoolOf(true), T: types.Of(types.Bool)}
	for _, g := range []*ir.Guarded{{Fence: true, Pushed: yes}, {}} {
		g.Table = &ir.Table{Table: patients}
		if _, err := always.Guard(g); err == nil {
			t.Error("what is always fenced is guarded otherwise")
		}
	}
	if _, err := always.Guard(&ir.Guarded{Table: &ir.Table{Table: patients}, Fence: true}); err != nil {
		t.Error(err)
	}
}

// A tree that was bound for another viewer is refused, even if both see the same.
func TestAnotherViewersTree(t *testing.T) {
	w := clinicWorld(t, clinicRules)
	_, bobs := w.bind(t, corpus[0])
	anas, _ := w.bind(t, corpus[0])
	if _, err := policy.Apply(anas, bobs); refusal.CodeOf(err) != refusal.Internal {
		t.Errorf("got %v", err)
	}
}

// A model's draft is bound against less, and applied for the viewer.
func TestModelsTree(t *testing.T) {
	w := clinicWorld(t, clinicRules)
	v, err := policy.See(w.who, w.rules, w.cat)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := syntax.Parse("SELECT id FROM patients")
	if err != nil {
		t.Fatal(err)
	}
	q, err := bind.Query(tree, v.ForModel().Names(), bind.Env{})
	if err != nil {
		t.Fatal(err)
	}
	for _, view := range []policy.View{v, v.ForModel()} {
		a, err := policy.Apply(view, q)
		if err != nil {
			t.Fatal(err)
		}
		if a.View().Key() != v.Key() {
			t.Error("the allowed query is not the viewer's")
		}
	}
	if q, err = bind.Query(tree, v.Names(), bind.Env{}); err != nil {
		t.Fatal(err)
	}
	if _, err := policy.Apply(v.ForModel(), q); refusal.CodeOf(err) != refusal.Internal {
		t.Errorf("a person's tree is applied as a model's: %v", err)
	}
	if v.Key() == v.ForModel().Key() {
		t.Error("what a model sees has the viewer's key")
	}
}

// foreign are things that a tree points to and does not hold.
func foreign(t reflect.Type) bool {
	return t.Kind() == reflect.Pointer && !strings.HasSuffix(t.Elem().PkgPath(), "sql/ir")
}

// bare fails for each stored table outside of a Guarded.
func bare(t *testing.T, what string, v reflect.Value, within bool) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() || foreign(v.Type()) || v.Kind() == reflect.Interface && foreign(v.Elem().Type()) {
			return
		}
		bare(t, what, v.Elem(), within)
	case reflect.Slice:
		for i := range v.Len() {
			bare(t, what, v.Index(i), within)
		}
	case reflect.Struct:
		switch v.Type() {
		case reflect.TypeFor[ir.Self]():
			return // the item that it stands in is looked at where that is declared
		case reflect.TypeFor[ir.Guarded]():
			within = true
		case reflect.TypeFor[ir.Table]():
			if !within {
				t.Errorf("%s: a bare table", what)
			}
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				bare(t, what, v.Field(i), within)
			}
		}
	}
}

// A wrapper around a node, which satisfies the interfaces of the closed set by
// embedding one, is dissolved by the first copy.
func TestWrappers(t *testing.T) {
	w := clinicWorld(t, clinicRules)
	v, q := w.bind(t, "SELECT id FROM patients")
	s := q.Body.(*ir.Select)
	s.From, s.Out[0].Expr = struct{ ir.Rel }{s.From}, struct{ ir.Expr }{s.Out[0].Expr}
	a, err := policy.Apply(v, q)
	if err != nil {
		t.Fatal(err)
	}
	bare(t, "a wrapper", reflect.ValueOf(a.Query()), false)
	if _, ok := a.Query().Body.(*ir.Select).From.(*ir.Guarded); !ok {
		t.Error("a wrapped table is not guarded")
	}
}

// What only Grille may make is not taken from a draft.
func TestForeignNodes(t *testing.T) {
	w := clinicWorld(t, clinicRules)
	for name, change := range map[string]func(*ir.Select){
		"attribute": func(s *ir.Select) { s.Where = &ir.Attr{Name: "wards", T: types.Of(types.Bool)} },
		"guarded":   func(s *ir.Select) { s.From = &ir.Guarded{Table: s.From.(*ir.Table)} },
		"pseudonym": func(s *ir.Select) {
			s.Where = &ir.Is{X: &ir.Const{Value: types.TextOf("x"), T: types.Type{Kind: types.Token, Name: "f"}}, Not: true}
		},
		"own with": func(s *ir.Select) {
			c := &ir.CTE{Name: "w", Query: &ir.Query{Body: &ir.Select{From: s.From, Out: s.Out}}}
			s.From, s.Out = &ir.CTERef{CTE: c}, nil
		},
	} {
		v, q := w.bind(t, "SELECT id FROM patients")
		change(q.Body.(*ir.Select))
		if !refused(v, q) {
			t.Errorf("a planted %s is allowed", name)
		}
	}
}

// refused reports an error or a panic, which the library's door recovers.
func refused(v policy.View, q *ir.Query) (no bool) {
	defer func() {
		if recover() != nil {
			no = true
		}
	}()
	_, err := policy.Apply(v, q)
	return err != nil
}

// A WITH item that refers to itself does not run for ever.
func TestCycle(t *testing.T) {
	w := clinicWorld(t, clinicRules)
	v, q := w.bind(t, "WITH w AS (SELECT id FROM patients) SELECT id FROM w")
	c := q.With[0]
	c.Query.Body.(*ir.Select).From = &ir.CTERef{CTE: c, Cols: []ir.Column{{ID: 1000, Type: types.Of(types.Int8)}}}
	c.Query.Body.(*ir.Select).Out[0].Expr = &ir.Ref{Col: 1000, T: types.Of(types.Int8)}
	if !refused(v, q) {
		t.Error("allowed")
	}
}

// Two ids for one column, or one for two, is no tree of bind's.
func TestIdentities(t *testing.T) {
	w := clinicWorld(t, clinicRules)
	v, q := w.bind(t, "SELECT a.id FROM patients a, patients b")
	j := q.Body.(*ir.Select).From.(*ir.Join)
	j.Right.(*ir.Table).Cols = j.Left.(*ir.Table).Cols
	if _, err := policy.Apply(v, q); refusal.CodeOf(err) != refusal.Internal {
		t.Errorf("got %v", err)
	}
}

// Equal rights give equal keys, and anything that changes rights another one.
func TestKey(t *testing.T) {
	base := func() (*world, viewer.Viewer) {
		w := clinicWorld(t, clinicRules)
		return w, w.who
	}
	key := func(w *world, who viewer.Viewer) string {
		v, err := policy.See(who, w.rules, w.cat)
		if err != nil {
			t.Fatal(err)
		}
		return v.Key()
	}
	w, who := base()
	want := key(w, who)
	same, _ := base()
	who.Name, who.Attributes["undeclared"] = "somebody else", []string{"x"}
	if key(same, who) != want {
		t.Error("equal rights have different keys")
	}
	for name, change := range map[string]func(*world, *viewer.Viewer){
		"team":       func(_ *world, v *viewer.Viewer) { v.Teams = []string{"clinicians"} },
		"more teams": func(_ *world, v *viewer.Viewer) { v.Teams = append(v.Teams, "clinicians") },
		"attribute":  func(_ *world, v *viewer.Viewer) { v.Attributes["wards"] = []string{"1", "3"} },
		"joined":     func(_ *world, v *viewer.Viewer) { v.Attributes["wards"] = []string{"1,2"} },
		"none":       func(_ *world, v *viewer.Viewer) { v.Attributes = nil },
		"rules":      func(w *world, _ *viewer.Viewer) { w.rules = clinicWorld(t, clinicRules+"# a comment\n").rules },
	} {
		w, who := base()
		change(w, &who)
		if key(w, who) == want {
			t.Errorf("another %s has the same key", name)
		}
	}
}

// A secret that could be tried is none.
func TestShortSecret(t *testing.T) {
	for _, n := range []int{0, 1, policy.MinSecret - 1} {
		if _, err := policy.NewSecret(make([]byte, n)); err == nil {
			t.Errorf("%d bytes are taken for a secret", n)
		}
	}
}

// No way of printing shows the key of a workspace or of a mask.
func TestSecretsAreNotPrinted(t *testing.T) {
	w := clinicWorld(t, clinicRules)
	v, q := w.bind(t, "SELECT email FROM patients")
	a, err := policy.Apply(v, q)
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		for _, x := range []any{secret(t), rules.Options{Secret: secret(t)}, *w.rules, w.rules, v, a} {
			s := fmt.Sprintf(verb, x)
			for _, form := range []string{"spec" + "spec", fmt.Sprintf("%x", "specspec"), "115 112 101 99", "0x73, 0x70"} {
				if strings.Contains(s, form) {
					t.Errorf("%s of %T shows the secret", verb, x)
				}
			}
		}
	}
	if s := ir.Print(a.Query()); !strings.Contains(s, "(key)") || strings.Contains(s, `\x`) {
		t.Errorf("a key is printed:\n%s", s)
	}
}
