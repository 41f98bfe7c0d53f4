package egress

import (
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
