package dbt

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/meaning"
)

var update = flag.Bool("update", false, "write what a manifest becomes")

func jaffle(t *testing.T) *catalog.Catalog {
	t.Helper()
	c, err := catalogtest.Parse(catalog.Postgres, `
orders (order_id int8, customer_id int8, store_id int8, ordered_at timestamp, order_total numeric, cost numeric, status text)
customers (customer_id int8, customer_name text, email text, region text)
stores (store_id int8, name text)
regions (region text)
`)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// testdata/jaffle.json is what dbt writes of a shop, testdata/jaffle.yaml what is
// made of it, with what was not taken below.
func TestMeaning(t *testing.T) {
	p, err := Read("testdata/jaffle.json")
	if err != nil {
		t.Fatal(err)
	}
	text, left := p.Meaning(jaffle(t))
	got := string(text) + "\n# Not taken:\n"
	for _, l := range left {
		got += "#   " + l + "\n"
	}
	if *update {
		if err := os.WriteFile("testdata/jaffle.yaml", []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/jaffle.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("it became; review, then -update:\n%s", got)
	}
	if strings.Contains(got, "CANARY") {
		t.Error("a value of a test is in it")
	}
	m, err := meaning.Parse("jaffle.yaml", want)
	if err != nil {
		t.Fatal(err)
	}
	if _, found := m.Over(jaffle(t)); len(found) > 0 {
		t.Errorf("it does not fit: %v", found)
	}
}

func TestClasses(t *testing.T) {
	p, err := Read("testdata/jaffle.json")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for c, class := range p.Classes(jaffle(t)) {
		got[c.Name] = class
	}
	want := map[string]string{"customer_id": "key", "customer_name": "pii.name", "email": "pii.contact"}
	if len(got) != len(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for name, class := range want {
		if got[name] != class {
			t.Errorf("%s is %q, want %q", name, got[name], class)
		}
	}
}

// A source of another schema is not the table that a model is, though it has its name.
func TestTwoOfAName(t *testing.T) {
	of := func(id, schema, class string) relation {
		return relation{id: id, schema: schema, name: "orders", about: id, columns: []column{{name: "status", said: said{class: class}}}}
	}
	for _, p := range []Project{
		{tables: []relation{of("model", "public", "secret"), of("source", "raw", "plain")}},
		{tables: []relation{of("source", "raw", "plain"), of("model", "public", "secret")}},
	} {
		for c, class := range p.Classes(jaffle(t)) {
			if c.Name != "status" || class != "secret" {
				t.Errorf("%s is %s", c.Name, class)
			}
		}
		if text, left := p.Meaning(jaffle(t)); !strings.Contains(string(text), "about: model") || len(left) != 1 {
			t.Errorf("%q\n%s", left, text)
		}
	}
}

func TestWhatIsNoManifest(t *testing.T) {
	for text, want := range map[string]string{
		"":                     "this is no JSON: line 1",
		"{\n\"metadata\": {\n": "this is no JSON: line 3",
		"[]":                   "this is no manifest of dbt's",
		"{}":                   "this is no manifest of dbt's: name the file target/manifest.json",
		`{"nodes": 3}`:         "this is no manifest of dbt's: nodes is a number",
		`{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/catalog/v1.json"}}`:   "this is no manifest of dbt's",
		`{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v3.json"}}`:  "version 3, and Grille reads 7 to 12 and 20",
		`{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v13.json"}}`: "version 13, and Grille reads 7 to 12 and 20",
	} {
		path := filepath.Join(t.TempDir(), "manifest.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("of %q it says %v, want %q", text, err, want)
		}
	}
	if _, err := Read(filepath.Join(t.TempDir(), "none.json")); err == nil {
		t.Error("a file that is not there was read")
	}
}

// What does not fit into a file that can be read is left out, and said.
func TestLargeProject(t *testing.T) {
	p := Project{tables: []relation{{id: "m", name: "orders", about: "one of each order"}}}
	for i := range 3000 {
		p.tables[0].columns = append(p.tables[0].columns, column{name: fmt.Sprintf("c%d", i), about: strings.Repeat("a", maxAbout)})
	}
	text, left := p.Meaning(jaffle(t))
	m, err := meaning.Parse("large", text)
	if err != nil || !strings.Contains(string(text), "one of each order") || len(left) != 3000 {
		t.Fatalf("%v, %d left out of\n%.1000s", err, len(left), text)
	}
	if _, found := m.Over(jaffle(t)); len(found) > 0 {
		t.Errorf("%v", found)
	}
	p = Project{tables: p.tables[:1]}
	for i := range 3000 {
		p.metrics = append(p.metrics, measured{name: fmt.Sprintf("number of orders %d", i), of: "m", figures: []measure{{"count", ""}}})
	}
	text, _ = p.Meaning(jaffle(t))
	if _, err := meaning.Parse("many", text); err != nil {
		t.Error(err)
	}
}

// Whatever a manifest holds, what is made of it is a meaning file that fits, or an
// error: nothing panics.
func FuzzManifest(f *testing.F) {
	text, err := os.ReadFile("testdata/jaffle.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	var all map[string]any
	if err := json.Unmarshal(text, &all); err != nil {
		f.Fatal(err)
	}
	for key := range all {
		only, err := json.Marshal(map[string]any{"metadata": all["metadata"], key: all[key]})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(only)
	}
	c, err := catalogtest.Parse(catalog.Postgres, "orders (order_id int8, customer_id int8, order_total numeric, status text)\ncustomers (customer_id int8, email text)")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := parse(text)
		if err != nil {
			return
		}
		made, _ := p.Meaning(c)
		p.Classes(c)
		m, err := meaning.Parse("made", made)
		if err != nil {
			t.Fatalf("%v in\n%s", err, made)
		}
		if _, found := m.Over(c); len(found) > 0 {
			t.Fatalf("%v in\n%s", found, made)
		}
	})
}
