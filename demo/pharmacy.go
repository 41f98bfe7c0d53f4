package demo

import (
	"fmt"
	"time"
)

// drug is a line of the formulary.
type drug struct {
	atc, name, form string
	dose            int // mg
	price           cents
}

func drugs() []drug {
	return []drug{
		{"N02BE01", "Paracetamol", "tablet", 500, 110}, {"M01AE01", "Ibuprofen", "tablet", 400, 160}, {"N02AA01", "Morphine", "injection", 10, 920},
		{"J01CA04", "Amoxicillin", "capsule", 500, 540}, {"J01DD04", "Ceftriaxone", "injection", 1000, 1310}, {"J01FA10", "Azithromycin", "tablet", 250, 780},
		{"C07AB02", "Metoprolol", "tablet", 50, 230}, {"C09AA05", "Ramipril", "tablet", 5, 190}, {"C10AA05", "Atorvastatin", "tablet", 20, 260},
		{"C03CA01", "Furosemide", "tablet", 40, 170}, {"B01AB05", "Enoxaparin", "injection", 40, 1460}, {"B01AC06", "Acetylsalicylic acid", "tablet", 100, 90},
		{"A10BA02", "Metformin", "tablet", 850, 210}, {"A02BC02", "Pantoprazole", "tablet", 40, 240}, {"A04AA01", "Ondansetron", "tablet", 4, 660},
		{"N05BA06", "Lorazepam", "tablet", 1, 310}, {"N06AB06", "Sertraline", "tablet", 50, 370}, {"N03AX14", "Levetiracetam", "tablet", 500, 720},
		{"R03AC02", "Salbutamol", "inhaler", 0, 840}, {"H02AB06", "Prednisolone", "tablet", 20, 280},
	}
}

func suppliers() [][2]string {
	return [][2]string{{"Aldenburg Pharma Supply", "Aldenburg"}, {"Lindenhof Medical", "Upper Linden"}, {"Westmere Wholesale", "Westmere"},
		{"Karl & Vogel", "Karlsbruck"}, {"Bluewater Generics", "Seehaven"}, {"Heath Sterile Goods", "Marlow Heath"}, {"Onward Logistics", ""}}
}

// pharmacy is what is prescribed, and what is bought for it.
func (w *world) pharmacy() []Table {
	t := Table{name: "drugs", columns: []column{
		{"id", "INTEGER", "PRIMARY KEY"}, {"atc_code", "TEXT", "NOT NULL UNIQUE"}, {"name", "TEXT", "NOT NULL"},
		{"form", "TEXT", "NOT NULL"}, {"unit_mg", "INTEGER", ""}, {"price", "NUMERIC(10,2)", "NOT NULL"}}}
	for i, d := range drugs() {
		dose := any(d.dose)
		if d.dose == 0 {
			dose = nil // counted in puffs
		}
		t.rows = append(t.rows, []any{i + 1, d.atc, d.name, d.form, dose, d.price})
	}
	return append([]Table{t, w.prescriptions()}, w.orders()...)
}

func (w *world) prescriptions() Table {
	t := Table{name: "prescriptions", columns: []column{
		{"id", "INTEGER", "PRIMARY KEY"}, {"visit_id", "INTEGER", "NOT NULL REFERENCES visits (id)"},
		{"drug_id", "INTEGER", "NOT NULL REFERENCES drugs (id)"}, {"doctor_id", "INTEGER", "REFERENCES staff (id)"},
		{"prescribed_on", "DATE", "NOT NULL"}, {"dose_mg", "INTEGER", ""}, {"times_daily", "INTEGER", "NOT NULL"},
		{"ends_on", "DATE", ""}, {"instructions", "TEXT", ""}}}
	g, formulary := w.stream(2), drugs()
	for _, s := range w.stays {
		for range g.IntN(2) + g.IntN(2) {
			n := min(g.IntN(len(formulary)), g.IntN(len(formulary)))
			dose := any(formulary[n].dose * (1 + g.IntN(2)))
			if formulary[n].dose == 0 {
				dose = nil
			}
			on := g.during(s).Truncate(24 * time.Hour)
			t.rows = append(t.rows, []any{len(t.rows) + 1, s.id, n + 1, s.doctor, day(on), dose, 1 + g.IntN(3),
				g.before(on.AddDate(0, 0, 3+g.IntN(25))), g.instruction()})
		}
	}
	return t
}

// before is a day, unless it has not come yet.
func (g *generator) before(t time.Time) any {
	if t.After(g.last) {
		return nil
	}
	return day(t)
}

func (g *generator) instruction() any {
	switch g.IntN(12) {
	case 0:
		return "With food."
	case 1:
		return fmt.Sprintf("Handed to %s, who looks after the patient.", choose(g, lastNames()))
	case 2:
		return "Not together with other sedatives."
	default:
		return nil
	}
}

func (w *world) orders() []Table {
	sellers := Table{name: "suppliers", columns: []column{
		{"id", "INTEGER", "PRIMARY KEY"}, {"name", "TEXT", "NOT NULL"}, {"city", "TEXT", ""}, {"email", "TEXT", "NOT NULL"}}}
	for i, s := range suppliers() {
		city := any(s[1])
		if s[1] == "" {
			city = nil
		}
		sellers.rows = append(sellers.rows, []any{i + 1, s[0], city, fmt.Sprintf("orders%d@supply.example.org", i+1)})
	}
	orders := Table{name: "orders", columns: []column{
		{"id", "INTEGER", "PRIMARY KEY"}, {"supplier_id", "INTEGER", "NOT NULL REFERENCES suppliers (id)"},
		{"hospital_id", "INTEGER", "NOT NULL REFERENCES hospitals (id)"}, {"ordered_on", "DATE", "NOT NULL"},
		{"delivered_on", "DATE", ""}, {"status", "TEXT", "NOT NULL"}}}
	lines := Table{name: "order_lines", columns: []column{
		{"id", "INTEGER", "PRIMARY KEY"}, {"order_id", "INTEGER", "NOT NULL REFERENCES orders (id)"},
		{"drug_id", "INTEGER", "NOT NULL REFERENCES drugs (id)"}, {"quantity", "INTEGER", "NOT NULL"},
		{"unit_price", "NUMERIC(10,2)", "NOT NULL"}}}
	g, formulary := w.stream(3), drugs()
	for id := 1; id <= numOrders; id++ {
		on := g.date(g.first, g.last)
		delivered, status := g.before(on.AddDate(0, 0, 1+g.IntN(14))), "D"
		switch {
		case g.chance(4):
			delivered, status = nil, "X"
		case delivered == nil:
			status = "O"
		}
		orders.rows = append(orders.rows, []any{id, 1 + g.IntN(len(sellers.rows)), 1 + g.IntN(len(hospitals())), day(on), delivered, status})
		for range 1 + g.IntN(5) {
			n := g.IntN(len(formulary))
			price := formulary[n].price * cents(90+g.IntN(30)) / 100
			lines.rows = append(lines.rows, []any{len(lines.rows) + 1, id, n + 1, 10 * (1 + g.IntN(50)), price})
		}
	}
	return []Table{sellers, orders, lines}
}
