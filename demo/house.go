package demo

import (
	"fmt"
	"strings"
	"time"
)

const (
	numBookings   = 9000
	numOrders     = 1200
	numComplaints = 1400
	numSales      = 320
)

// house is what goes on in it beside treatment. Of a transfer there are two
// wards, so that "by ward" has two meanings.
func (w *world) house() []Table {
	return []Table{w.bookings(), w.transfers(), w.shifts()}
}

// bookings have codes: A attended, N did not come, C cancelled.
func (w *world) bookings() Table {
	t := Table{name: "bookings", columns: []column{
		{"id", "INTEGER", "PRIMARY KEY"}, {"patient_id", "INTEGER", "NOT NULL REFERENCES patients (id)"},
		{"service", "TEXT", "NOT NULL"}, {"booked_on", "DATE", "NOT NULL"},
		{"scheduled_at", "TIMESTAMP", "NOT NULL"}, {"minutes", "INTEGER", "NOT NULL"}, {"status", "TEXT", "NOT NULL"},
		{"reason", "TEXT", ""}}}
	g := w.stream(4)
	services := []string{"blood test", "x-ray", "physiotherapy", "diabetes clinic", "heart clinic", "antenatal clinic"}
	reasons := []any{nil, nil, nil, "follow-up", "second opinion", "before an operation"}
	for id := 1; id <= numBookings; id++ {
		on := g.date(g.first, g.last)
		status := "A"
		switch n := g.IntN(100); {
		case n < 11:
			status = "N"
		case n < 20:
			status = "C"
		}
		t.rows = append(t.rows, []any{id, 1 + g.IntN(numPatients), choose(g, services), day(on.AddDate(0, 0, -g.IntN(60))),
			moment(on.Add(time.Duration(8*60+15*g.IntN(36)) * time.Minute)), 15 * (1 + g.IntN(3)), status, choose(g, reasons)})
	}
	return t
}

func (w *world) transfers() Table {
	t := Table{name: "transfers", columns: []column{
		{"id", "INTEGER", "PRIMARY KEY"}, {"visit_id", "INTEGER", "NOT NULL REFERENCES visits (id)"},
		{"from_ward_id", "INTEGER", "NOT NULL REFERENCES wards (id)"}, {"to_ward_id", "INTEGER", "NOT NULL REFERENCES wards (id)"},
		{"moved_at", "TIMESTAMP", "NOT NULL"}, {"reason", "TEXT", ""}}}
	g, wards := w.stream(5), 0
	for _, d := range w.deps {
		wards += len(d.wards)
	}
	for _, s := range w.stays {
		if s.ward == 0 || !g.chance(22) {
			continue
		}
		from := 1 // observation, where many wait for a bed
		if g.chance(60) {
			from = 1 + g.IntN(wards)
		}
		if from == s.ward {
			continue
		}
		t.rows = append(t.rows, []any{len(t.rows) + 1, s.id, from, s.ward, moment(g.during(s)),
			choose(g, []any{nil, "no bed", "care", "care", "isolation", "asked for by the family"})})
	}
	return t
}

// shifts are of the last half-year: E early, L late, N night.
func (w *world) shifts() Table {
	t := Table{name: "shifts", columns: []column{
		{"id", "INTEGER", "PRIMARY KEY"}, {"staff_id", "INTEGER", "NOT NULL REFERENCES staff (id)"},
		{"ward_id", "INTEGER", "NOT NULL REFERENCES wards (id)"}, {"worked_on", "DATE", "NOT NULL"}, {"kind", "TEXT", "NOT NULL"},
		{"hours", "NUMERIC(4,2)", "NOT NULL"}, {"overtime", "BOOLEAN", "NOT NULL"}}}
	g := w.stream(6)
	for on := w.last.AddDate(0, -6, 1); !on.After(w.last); on = on.AddDate(0, 0, 1) {
		ward := 0
		for dep, d := range w.deps {
			for range d.wards {
				ward++
				for _, kind := range []string{"E", "L", "N"} {
					over := g.chance(12)
					hours := cents(800)
					if over {
						hours += cents(25 * (1 + g.IntN(12)))
					}
					t.rows = append(t.rows, []any{len(t.rows) + 1, choose(g, w.staff[dep]), ward, day(on), kind, hours, over})
				}
			}
		}
	}
	return t
}

// office is what is written and paid there. Of a sale there are two hospitals.
func (w *world) office() []Table {
	return []Table{w.insurers(), w.claims(), w.equipmentSales(), w.complaints()}
}

func (w *world) equipmentSales() Table {
	t := Table{name: "equipment_sales", columns: []column{
		{"id", "INTEGER", "PRIMARY KEY"}, {"seller_hospital_id", "INTEGER", "NOT NULL REFERENCES hospitals (id)"},
		{"buyer_hospital_id", "INTEGER", "NOT NULL REFERENCES hospitals (id)"}, {"equipment", "TEXT", "NOT NULL"},
		{"price", "NUMERIC(10,2)", "NOT NULL"}, {"sold_on", "DATE", "NOT NULL"}}}
	g := w.stream(7)
	things := []string{"ventilator", "infusion pump", "monitor", "bed", "wheelchair", "ultrasound scanner", "defibrillator"}
	for id := 1; id <= numSales; id++ {
		seller := min(g.IntN(len(hospitals())), g.IntN(len(hospitals())))
		buyer := (seller + 1 + g.IntN(5)/4) % len(hospitals()) // mostly the next one
		t.rows = append(t.rows, []any{id, seller + 1, buyer + 1, choose(g, things), cents(20000 + g.IntN(900000)), day(g.date(g.first, g.last))})
	}
	return t
}

// complaints have people's names in them, and not only their own.
func (w *world) complaints() Table {
	t := Table{name: "complaints", columns: []column{
		{"id", "INTEGER", "PRIMARY KEY"}, {"visit_id", "INTEGER", "NOT NULL REFERENCES visits (id)"},
		{"received_on", "DATE", "NOT NULL"}, {"channel", "TEXT", "NOT NULL"},
		{"message", "TEXT", "NOT NULL"}, {"answered_on", "DATE", ""}}}
	g := w.stream(8)
	for id := 1; id <= numComplaints; id++ {
		s := choose(g, w.stays)
		on := w.reached(s.until.AddDate(0, 0, g.IntN(60)))
		answered := g.before(on.AddDate(0, 0, 2+g.IntN(40)))
		t.rows = append(t.rows, []any{id, s.id, day(on),
			choose(g, []string{"letter", "letter", "phone", "e-mail", "e-mail", "form"}), g.complaint(), answered})
	}
	return t
}

func (g *generator) complaint() string {
	name := choose(g, firstNames()) + " " + choose(g, lastNames())
	text := choose(g, []string{
		"I waited four hours with my mother, %s, and nobody came.",
		"My name is %s. The bill has a night on it that I did not stay.",
		"The food was cold. Write to " + address(name, 7, "example.org") + ", signed %s.",
		"%s, who lay beside me, was moved in the middle of the night.",
		"Nobody told my husband that I had been moved. %s",
		"A nurse spoke of my illness in the corridor. I ask for a call. %s",
	})
	return strings.TrimSpace(fmt.Sprintf(text, name))
}
