package egress

import (
	"fmt"
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/meaning"
)

// What a file of meaning says is told to a model: descriptions, declared keys, and
// metrics with the expression that they stand for. Units, and who answers for a metric,
// are for people.
func TestMeaningPrompt(t *testing.T) {
	c, err := catalogtest.Parse(catalog.Postgres, "customers (id int8, name text)\ninvoices (id int8, customer_id int8, amount numeric, status text)")
	if err != nil {
		t.Fatal(err)
	}
	m, err := meaning.Parse("meaning.yaml", []byte(`version: 1
tables:
  invoices: {about: what was billed, key: [id], refers: {customer_id: customers.id}, columns: {amount: {unit: EUR}}}
metrics:
  revenue: {is: sum(invoices.amount), where: "status not in ('void', 'it''s \"open\"')", also: [turnover], about: "without \"void\" ones", owner: cfo@example.org}
  average invoice: {is: sum(invoices.amount) / count(invoices)}
  no such rows: {is: count(invoices), where: "status = '⟨EMAIL_aaaa⟩'"}
`))
	if err != nil {
		t.Fatal(err)
	}
	over, found := m.Over(c)
	if len(found) > 0 {
		t.Fatal(found)
	}
	p, _, err := Composer{Random: counting()}.compose(t.Context(), over, ask(t, "revenue per customer"))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "meaning", p)
	if text := render(p); strings.Contains(text, "cfo@") || strings.Contains(text, "EUR") || strings.Contains(text, "no such rows") {
		t.Error("a model is told what is for people")
	}
}

// Where not everything fits, the metric that is asked for stays, and others take no
// column's place.
func TestManyMetrics(t *testing.T) {
	var tables, text strings.Builder
	tables.WriteString("invoices (id int8 key, status text, issued date, amount numeric)\n")
	for i := range 300 {
		fmt.Fprintf(&tables, "other_%d (id int8 key, some_long_name_of_a_column_%d text, and_another_long_name_of_one_%d text)\n", i, i, i)
	}
	text.WriteString("version: 1\nmetrics:\n")
	for _, a := range []string{"red", "green", "blue", "white", "black"} {
		for _, b := range []string{"north", "south", "east", "west", "upper", "lower", "inner", "outer"} {
			fmt.Fprintf(&text, "  %s %s sales: {is: sum(invoices.amount) / count(invoices), where: \"status = '%s' and issued > '2024-01-01'\"}\n", a, b, a+b)
		}
	}
	c, err := catalogtest.Parse(catalog.Postgres, tables.String())
	if err != nil {
		t.Fatal(err)
	}
	m, err := meaning.Parse("meaning.yaml", []byte(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	over, found := m.Over(c)
	if len(found) > 0 {
		t.Fatal(found)
	}
	p, _, err := Composer{Random: counting()}.compose(t.Context(), over, ask(t, "white upper sales of invoices by status"))
	if err != nil {
		t.Fatal(err)
	}
	said := render(p)
	for _, want := range []string{`"status" text`, `"issued" date`, `"amount" numeric`, `metric "white upper sales"`, "more columns and metrics"} {
		if !strings.Contains(said, want) {
			t.Errorf("the prompt has no %s", want)
		}
	}
}
