package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

const (
	numPatients = 4000
	numVisits   = 20000
	numStaff    = 260
)

// Table is a table with its rows.
type Table struct {
	name    string
	columns []column
	rows    [][]any // each cell: nil, int, string, bool, day, moment, cents
}

type column struct {
	name, declared string // declared type, as both engines take it
	rest           string // constraints
}

type (
	day    time.Time // a date
	moment time.Time // a date and time of day, without zone
	cents  int       // an amount with two decimals
)

// generate makes the rows; the newest are of the day before today.
func generate(today time.Time) []Table {
	last := time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, time.UTC).AddDate(0, 0, -1)
	g := &generator{
		Rand:  rand.New(rand.NewPCG(20, 26)),
		first: time.Date(last.Year()-2, 1, 1, 0, 0, 0, 0, time.UTC),
		last:  last,
		deps:  departments(),
	}
	tables := []Table{g.hospitals(), g.departments(), g.wards(), g.staff(), g.patients()}
	tables = append(tables, g.visits()...)
	w := g.world(tables)
	return append(tables, slices.Concat(w.laboratory(), w.pharmacy(), w.house(), w.office())...)
}

type generator struct {
	*rand.Rand
	first, last time.Time
	deps        []department
	wardsOf     [][]int // by department
	doctors     [][]int // by department
}

func choose[T any](g *generator, of []T) T { return of[g.IntN(len(of))] }

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

// date is a day between two, later ones a little more likely.
func (g *generator) date(from, to time.Time) time.Time {
	days := int(to.Sub(from).Hours()/24) + 1
	return from.AddDate(0, 0, max(g.IntN(days), g.IntN(days*5)%days))
}

func (g *generator) hospitals() Table {
	t := Table{name: "hospitals", columns: []column{
		{"id", "INTEGER", "PRIMARY KEY"}, {"name", "TEXT", "NOT NULL"}, {"city", "TEXT", "NOT NULL"},
		{"beds", "INTEGER", "NOT NULL"}, {"opened_on", "DATE", "NOT NULL"}}}
	for i, h := range hospitals() {
		opened := time.Date(1958+17*i, time.Month(4+i), 1, 0, 0, 0, 0, time.UTC)
		t.rows = append(t.rows, []any{i + 1, h[0], h[1], 420 - 110*i, day(opened)})
	}
	return t
}

func (g *generator) departments() Table {
	t := Table{name: "departments", columns: []column{
		{"id", "INTEGER", "PRIMARY KEY"}, {"hospital_id", "INTEGER", "NOT NULL REFERENCES hospitals (id)"},
		{"name", "TEXT", "NOT NULL"}, {"code", "TEXT", "NOT NULL UNIQUE"}, {"floor", "INTEGER", ""}}}
	for i, d := range g.deps {
		floor := any(i % 5)
		if d.name == "Geriatrics" {
			floor = nil // a building of its own
		}
		t.rows = append(t.rows, []any{i + 1, d.hospital + 1, d.name, d.code, floor})
	}
	return t
}

func (g *generator) wards() Table {
	t := Table{name: "wards", columns: []column{
		{"id", "INTEGER", "PRIMARY KEY"}, {"department_id", "INTEGER", "NOT NULL REFERENCES departments (id)"},
		{"name", "TEXT", "NOT NULL"}, {"beds", "INTEGER", "NOT NULL"}, {"intensive", "BOOLEAN", "NOT NULL"}}}
	g.wardsOf = make([][]int, len(g.deps))
	for i, d := range g.deps {
		for _, name := range d.wards {
			id := len(t.rows) + 1
			g.wardsOf[i] = append(g.wardsOf[i], id)
			t.rows = append(t.rows, []any{id, i + 1, name, 12 + g.IntN(20), strings.HasSuffix(name, "unit")})
		}
	}
	return t
}

func (g *generator) staff() Table {
	t := Table{name: "staff", columns: []column{
		{"id", "INTEGER", "PRIMARY KEY"}, {"department_id", "INTEGER", "REFERENCES departments (id)"},
		{"name", "TEXT", "NOT NULL"}, {"role", "TEXT", "NOT NULL"}, {"email", "TEXT", "NOT NULL"},
		{"hired_on", "DATE", "NOT NULL"}, {"salary", "NUMERIC(10,2)", "NOT NULL"}}}
	g.doctors = make([][]int, len(g.deps))
	for id := 1; id <= numStaff; id++ {
		dep := any((id-1)%len(g.deps) + 1)
		role, pay := "nurse", 38000
		switch {
		case id <= 6*len(g.deps):
			role, pay = "doctor", 82000
			g.doctors[dep.(int)-1] = append(g.doctors[dep.(int)-1], id)
		case id > numStaff-20:
			role, pay, dep = "administration", 42000, nil
		}
		name := choose(g, firstNames()) + " " + choose(g, lastNames())
		hired := g.date(time.Date(2004, 1, 1, 0, 0, 0, 0, time.UTC), g.last)
		t.rows = append(t.rows, []any{id, dep, name, role, address(name, id, "clinic.example.org"),
			day(hired), cents(100*pay + g.IntN(2000000))})
	}
	return t
}

func (g *generator) patients() Table {
	t := Table{name: "patients", columns: []column{
		{"id", "INTEGER", "PRIMARY KEY"}, {"name", "TEXT", "NOT NULL"}, {"birthday", "DATE", "NOT NULL"},
		{"sex", "TEXT", ""}, {"email", "TEXT", ""}, {"phone", "TEXT", ""}, {"city", "TEXT", ""},
		{"insurance", "TEXT", "NOT NULL"}, {"insurance_number", "TEXT", ""}, {"consent", "BOOLEAN", "NOT NULL"},
		{"registered_on", "DATE", "NOT NULL"}, {"notes", "TEXT", ""}}}
	for id := 1; id <= numPatients; id++ {
		name := choose(g, firstNames()) + " " + choose(g, lastNames())
		if id == 1 {
			name = "Maria Keller"
		}
		born := g.last.AddDate(-g.IntN(70)-g.IntN(26), 0, -g.IntN(366))
		registered := g.date(g.first.AddDate(-2, 0, 0), g.last)
		if registered.Before(born) {
			registered = born
		}
		t.rows = append(t.rows, []any{id, name, day(born),
			choose(g, []any{"F", "F", "F", "F", "M", "M", "M", "M", "X", nil}),
			g.maybe(85, address(name, id, "example.org")),
			g.maybe(70, fmt.Sprintf("+1 %d 555 01%02d", 200+g.IntN(700), g.IntN(100))),
			g.maybe(95, choose(g, cities())),
			choose(g, []string{"PUB", "PUB", "PUB", "PRI", "SELF"}),
			g.maybe(90, fmt.Sprintf("9%02d-%02d-%04d", g.IntN(100), 10+g.IntN(80), g.IntN(10000))),
			g.chance(70), day(registered), g.note(12)})
	}
	return t
}

// visits, diagnoses and invoices belong together.
func (g *generator) visits() []Table {
	visits := Table{name: "visits", columns: []column{
		{"id", "INTEGER", "PRIMARY KEY"}, {"patient_id", "INTEGER", "NOT NULL REFERENCES patients (id)"},
		{"department_id", "INTEGER", "NOT NULL REFERENCES departments (id)"},
		{"ward_id", "INTEGER", "REFERENCES wards (id)"}, {"doctor_id", "INTEGER", "REFERENCES staff (id)"},
		{"admitted_at", "TIMESTAMP", "NOT NULL"}, {"discharged_at", "TIMESTAMP", ""},
		{"kind", "TEXT", "NOT NULL"}, {"urgent", "BOOLEAN", "NOT NULL"}, {"stay_days", "INTEGER", ""}, {"notes", "TEXT", ""}}}
	diagnoses := Table{name: "diagnoses", columns: []column{
		{"id", "INTEGER", "PRIMARY KEY"}, {"visit_id", "INTEGER", "NOT NULL REFERENCES visits (id)"},
		{"code", "TEXT", "NOT NULL"}, {"description", "TEXT", "NOT NULL"}, {"main", "BOOLEAN", "NOT NULL"},
		{"severity", "INTEGER", ""}}}
	invoices := Table{name: "invoices", columns: []column{
		{"id", "INTEGER", "PRIMARY KEY"}, {"visit_id", "INTEGER", "NOT NULL REFERENCES visits (id)"},
		{"number", "TEXT", "NOT NULL"}, {"amount", "NUMERIC(10,2)", "NOT NULL"}, {"status", "TEXT", "NOT NULL"},
		{"issued_on", "DATE", "NOT NULL"}, {"paid_on", "DATE", ""}}}

	total := 0
	for _, d := range g.deps {
		total += d.weight
	}
	end := g.last.Add(24*time.Hour - time.Second)
	for id := 1; id <= numVisits; id++ {
		at := g.date(g.first, g.last).Add(time.Duration(6*60+g.IntN(16*60)) * time.Minute)
		dep, w := 0, g.IntN(total)
		for ; w >= g.deps[dep].weight; dep++ {
			w -= g.deps[dep].weight
		}
		kind, ward, stay := "outpatient", any(nil), 0
		leaves := at.Add(time.Duration(30+g.IntN(100)) * time.Minute)
		if g.chance(g.deps[dep].inpatient) {
			kind, ward, stay = "inpatient", choose(g, g.wardsOf[dep]), 1+min(g.IntN(14), g.IntN(30))
			leaves = at.AddDate(0, 0, stay).Truncate(24 * time.Hour).Add(11 * time.Hour)
		} else if g.deps[dep].code == "EME" {
			kind = "emergency"
		}
		out, days := any(moment(leaves)), any(stay)
		if leaves.After(end) {
			out, days = nil, nil // still there
		}
		visits.rows = append(visits.rows, []any{id, 1 + min(g.IntN(numPatients), g.IntN(numPatients)), dep + 1, ward,
			g.maybe(97, choose(g, g.doctors[dep])), moment(at), out, kind,
			kind == "emergency" || g.chance(15), days, g.note(20)})

		for n := range 1 + g.IntN(2) + g.IntN(2)*g.IntN(2) {
			d := g.deps[dep].codes[min(g.IntN(len(g.deps[dep].codes)), g.IntN(6))]
			severity := any(1 + g.IntN(4))
			if g.chance(10) {
				severity = nil
			}
			diagnoses.rows = append(diagnoses.rows, []any{len(diagnoses.rows) + 1, id, d.code, d.text, n == 0, severity})
		}
		if out != nil && g.chance(92) {
			invoices.rows = append(invoices.rows, g.invoice(len(invoices.rows)+1, id, stay, leaves))
		}
	}
	return []Table{visits, diagnoses, invoices}
}

func (g *generator) invoice(id, visit, stay int, leaves time.Time) []any {
	issued := leaves.Truncate(24*time.Hour).AddDate(0, 0, g.IntN(6))
	if issued.After(g.last) {
		issued = g.last
	}
	status, paid := "open", any(nil)
	when := issued.AddDate(0, 0, 3+g.IntN(50))
	switch {
	case g.chance(3):
		status = "cancelled"
	case g.chance(90) && !when.After(g.last):
		status, paid = "paid", day(when)
	case issued.AddDate(0, 0, 60).Before(g.last):
		status = "overdue"
	}
	amount := cents(8000 + g.IntN(30000) + stay*(35000+g.IntN(25000)))
	return []any{id, visit, fmt.Sprintf("%d-%06d", issued.Year(), id), amount, status, day(issued), paid}
}

func (g *generator) maybe(percent int, v any) any {
	if g.chance(percent) {
		return v
	}
	return nil
}

func (g *generator) note(percent int) any {
	text := choose(g, notes())
	if strings.Contains(text, "%s") {
		text = fmt.Sprintf(text, choose(g, lastNames()))
	}
	return g.maybe(percent, text)
}

func address(name string, id int, host string) string {
	return strings.ToLower(strings.ReplaceAll(name, " ", ".")) + fmt.Sprint(id) + "@" + host
}
