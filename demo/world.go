package demo

import (
	"math/rand/v2"
	"time"
)

// world is what the later tables are made from: what happened, without the
// stream of chance that made it. Each of them has a stream of its own, so that
// a change to one leaves the others as they are.
type world struct {
	first, last time.Time
	end         time.Time // the last second of the last day
	deps        []department
	stays       []stay
	bills       []bill
	insured     []string // by patient: the kind of insurance
	staff       [][]int  // by department
}

// stay is a visit.
type stay struct {
	id, patient, department, ward int // no ward: 0
	doctor                        any
	from, until                   time.Time // until: the end of the data, for who is still there
	there                         bool      // still
}

// bill is an invoice.
type bill struct {
	id, patient int
	amount      cents
	issued      time.Time
	cancelled   bool
}

// world reads tables as they were made, in the order in which they were.
func (g *generator) world(tables []Table) *world {
	w := &world{first: g.first, last: g.last, end: g.last.Add(24*time.Hour - time.Second), deps: g.deps, staff: make([][]int, len(g.deps))}
	people, patients, visits, invoices := tables[3].rows, tables[4].rows, tables[5].rows, tables[7].rows
	for _, r := range people {
		if dep, ok := r[1].(int); ok {
			w.staff[dep-1] = append(w.staff[dep-1], r[0].(int))
		}
	}
	for _, r := range patients {
		w.insured = append(w.insured, r[7].(string))
	}
	for _, r := range visits {
		s := stay{id: r[0].(int), patient: r[1].(int), department: r[2].(int), doctor: r[4], from: time.Time(r[5].(moment)), until: w.end, there: true}
		s.ward, _ = r[3].(int)
		if out, ok := r[6].(moment); ok {
			s.until, s.there = time.Time(out), false
		}
		w.stays = append(w.stays, s)
	}
	for _, r := range invoices {
		w.bills = append(w.bills, bill{r[0].(int), w.stays[r[1].(int)-1].patient, r[3].(cents), time.Time(r[5].(day)), r[4] == "cancelled"})
	}
	return w
}

// stream is chance for one table.
func (w *world) stream(table uint64) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(20, 26+table)), first: w.first, last: w.last, deps: w.deps}
}

// during is a moment of a stay.
func (g *generator) during(s stay) time.Time {
	return s.from.Add(time.Duration(g.Int64N(int64(s.until.Sub(s.from)/time.Minute)+1)) * time.Minute)
}

// reached is the day of t, or the last day.
func (w *world) reached(t time.Time) time.Time {
	if t.After(w.end) {
		return w.last
	}
	return t.Truncate(24 * time.Hour)
}
