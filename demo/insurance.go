package demo

func insurers() []struct{ name, kind string } {
	return []struct{ name, kind string }{{"Aldenburg Health Fund", "PUB"}, {"Seehaven Mutual", "PUB"}, {"Regional Sickness Fund", "PUB"},
		{"Lakeview Private", "PRI"}, {"Crown & Heath", "PRI"}}
}

func (w *world) insurers() Table {
	t := Table{name: "insurers", columns: []column{
		{"id", "INTEGER", "PRIMARY KEY"}, {"name", "TEXT", "NOT NULL"}, {"kind", "TEXT", "NOT NULL"}, {"phone", "TEXT", ""}}}
	g := w.stream(9)
	for i, s := range insurers() {
		t.rows = append(t.rows, []any{i + 1, s.name, s.kind, g.maybe(60, "+1 200 555 0100")})
	}
	return t
}

// claims are what insurers were asked for, one an invoice: P paid, R reduced,
// D denied, O open.
func (w *world) claims() Table {
	t := Table{name: "claims", columns: []column{
		{"id", "INTEGER", "PRIMARY KEY"}, {"invoice_id", "INTEGER", "NOT NULL REFERENCES invoices (id)"},
		{"insurer_id", "INTEGER", "NOT NULL REFERENCES insurers (id)"}, {"submitted_on", "DATE", "NOT NULL"},
		{"decided_on", "DATE", ""}, {"outcome", "TEXT", "NOT NULL"}, {"approved", "NUMERIC(10,2)", ""}}}
	g := w.stream(10)
	for _, b := range w.bills {
		insurer := insurerOf(b.patient, w.insured[b.patient-1])
		if insurer == 0 || b.cancelled || g.chance(8) {
			continue
		}
		outcome, approved := "P", any(b.amount)
		decided := g.before(b.issued.AddDate(0, 0, 4+g.IntN(45)))
		switch n := g.IntN(100); {
		case decided == nil:
			outcome, approved = "O", nil
		case n < 5:
			outcome, approved = "D", cents(0)
		case n < 20:
			outcome, approved = "R", b.amount*cents(50+g.IntN(45))/100
		}
		t.rows = append(t.rows, []any{len(t.rows) + 1, b.id, insurer, day(b.issued), decided, outcome, approved})
	}
	return t
}

// insurerOf is the insurer of a patient; who pays alone has none.
func insurerOf(patient int, kind string) int {
	switch kind {
	case "PUB":
		return 1 + patient%3
	case "PRI":
		return 4 + patient%2
	case "SELF":
		return 0
	default:
		panic("demo: a kind of insurance that no insurer has")
	}
}
