package demo

import (
	"fmt"
	"time"
)

// labTest is a line of the laboratory's catalogue.
type labTest struct {
	code, name, unit string
	low, high        cents // the interval of reference; a low of 0 has no lower bound
	price            cents
}

func labTests() []labTest {
	return []labTest{
		{"NA", "Sodium", "mmol/L", 13500, 14500, 320}, {"K", "Potassium", "mmol/L", 350, 510, 320},
		{"CREA", "Creatinine", "umol/L", 4500, 10400, 410}, {"UREA", "Urea", "mmol/L", 250, 780, 390},
		{"GLU", "Glucose", "mmol/L", 390, 610, 300}, {"HBA1C", "Haemoglobin A1c", "%", 400, 600, 1450},
		{"HB", "Haemoglobin", "g/dL", 1200, 1700, 280}, {"WBC", "Leucocytes", "10^9/L", 400, 1050, 280},
		{"PLT", "Platelets", "10^9/L", 15000, 40000, 280}, {"CRP", "C-reactive protein", "mg/L", 0, 500, 650},
		{"ALT", "Alanine aminotransferase", "U/L", 0, 4500, 360}, {"BILI", "Bilirubin", "umol/L", 0, 2100, 360},
		{"INR", "Prothrombin time (INR)", "", 85, 120, 540}, {"TROP", "Troponin T", "ng/L", 0, 1400, 1890},
		{"TSH", "Thyrotropin", "mU/L", 40, 400, 980}, {"CHOL", "Cholesterol", "mmol/L", 0, 520, 420},
		{"CA", "Calcium", "mmol/L", 215, 255, 340}, {"LAC", "Lactate", "mmol/L", 50, 220, 870},
	}
}

// laboratory has many results for one visit: what is joined with it counts the
// visit, and its invoice, once for each.
func (w *world) laboratory() []Table {
	tests := Table{name: "lab_tests", columns: []column{
		{"id", "INTEGER", "PRIMARY KEY"}, {"code", "TEXT", "NOT NULL UNIQUE"}, {"name", "TEXT", "NOT NULL"}, {"unit", "TEXT", ""},
		{"low", "NUMERIC(10,2)", ""}, {"high", "NUMERIC(10,2)", "NOT NULL"}, {"price", "NUMERIC(10,2)", "NOT NULL"}}}
	for i, t := range labTests() {
		low, unit := any(t.low), any(t.unit)
		if t.low == 0 {
			low = nil
		}
		if t.unit == "" {
			unit = nil
		}
		tests.rows = append(tests.rows, []any{i + 1, t.code, t.name, unit, low, t.high, t.price})
	}
	return []Table{tests, w.labResults()}
}

func (w *world) labResults() Table {
	t := Table{name: "lab_results", columns: []column{
		{"id", "INTEGER", "PRIMARY KEY"}, {"visit_id", "INTEGER", "NOT NULL REFERENCES visits (id)"},
		{"lab_test_id", "INTEGER", "NOT NULL REFERENCES lab_tests (id)"}, {"taken_at", "TIMESTAMP", "NOT NULL"},
		{"value", "NUMERIC(10,2)", ""}, {"flag", "TEXT", ""}, {"remark", "TEXT", ""}}}
	g, tests := w.stream(1), labTests()
	for _, s := range w.stays {
		for range g.samples(s) {
			at := g.during(s)
			for range 1 + g.IntN(4) {
				test := min(g.IntN(len(tests)), g.IntN(len(tests)))
				value, flag := g.measured(tests[test])
				if s.there && w.end.Sub(at) < 12*time.Hour {
					value, flag = nil, nil // not measured yet
				}
				t.rows = append(t.rows, []any{len(t.rows) + 1, s.id, test + 1, moment(at), value, flag, g.remark()})
			}
		}
	}
	return t
}

// samples are how often blood is taken during a stay: more in a longer one.
func (g *generator) samples(s stay) int {
	if s.ward == 0 {
		return g.IntN(5) / 3 // two in five
	}
	days := int(s.until.Sub(s.from).Hours() / 24)
	return 1 + days/3 + g.IntN(2)
}

// measured is a value, and what the laboratory says of it.
func (g *generator) measured(t labTest) (value, flag any) {
	width := int(t.high - t.low)
	switch n := g.IntN(100); {
	case n < 12:
		return t.high + 1 + cents(g.IntN(width)), "H"
	case n < 18 && t.low > 0:
		return t.low - 1 - cents(g.IntN(int(t.low)/3)), "L"
	default:
		return t.low + cents(g.IntN(width)), "N"
	}
}

func (g *generator) remark() any {
	switch g.IntN(60) {
	case 0:
		return "Haemolysed sample."
	case 1:
		return fmt.Sprintf("Told to Dr. %s by phone.", choose(g, lastNames()))
	default:
		return nil
	}
}
