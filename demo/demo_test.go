package demo

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
)

func date(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 15, 4, 5, 0, time.UTC) }

func digest(t *testing.T, tables []Table) string {
	t.Helper()
	h := sha256.New()
	for _, table := range tables {
		fmt.Fprintln(h, table.Create())
		if err := table.Copy(h); err != nil {
			t.Fatal(err)
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}

func TestEqualDaysGiveEqualBytes(t *testing.T) {
	of := func(today time.Time) string { return digest(t, Tables(today)) }
	a, b, c := of(date(2026, 3, 1)), of(date(2026, 3, 1).Add(3*time.Hour)), of(date(2026, 3, 2))
	if a != b {
		t.Error("two hours of one day give different data")
	}
	if a == c {
		t.Error("two days give the same data")
	}
}

// Pages of other packages show numbers of the eight tables that were there first:
// what is added later leaves them as they are.
func TestFirstTablesStay(t *testing.T) {
	if got := digest(t, Tables(date(2026, 3, 15))[:8]); got != "af2c6070e8c41514" {
		t.Errorf("the first eight tables have changed: %s", got)
	}
}

// The data end yesterday, on whatever day they are made.
func TestDataEndYesterday(t *testing.T) {
	for _, today := range []time.Time{date(2026, 1, 1), date(2024, 2, 29)} {
		path := filepath.Join(t.TempDir(), "demo.db")
		start := time.Now()
		told := 0
		if err := (Making{today, func(rows int) { told = rows }}).SQLite(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		if told < 200_000 {
			t.Errorf("told of %d rows", told)
		}
		t.Logf("made in %v", time.Since(start).Round(time.Millisecond))
		yesterday := today.AddDate(0, 0, -1).Format(dayFormat)
		db, err := sqlite3.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		for query, want := range map[string]string{
			"SELECT max(substr(admitted_at, 1, 10)) FROM visits":                                                                                                             yesterday,
			"SELECT count(*) FROM visits":                                                                                                                                    "20000",
			"SELECT count(*) FROM visits WHERE discharged_at < admitted_at":                                                                                                  "0",
			"SELECT count(*) FROM visits WHERE discharged_at > '" + yesterday + " 23:59:59'":                                                                                 "0",
			"SELECT count(*) FROM invoices WHERE issued_on > '" + yesterday + "' OR paid_on > '" + yesterday + "'":                                                           "0",
			"SELECT count(*) > 0 FROM visits WHERE discharged_at IS NULL":                                                                                                    "1",
			"SELECT count(*) > 50000 FROM lab_results":                                                                                                                       "1",
			"SELECT max(substr(taken_at, 1, 10)) <= '" + yesterday + "' FROM lab_results":                                                                                    "1",
			"SELECT max(moved_at) <= '" + yesterday + " 23:59:59' FROM transfers":                                                                                            "1",
			"SELECT max(worked_on) FROM shifts":                                                                                                                              yesterday,
			"SELECT max(scheduled_at) <= '" + yesterday + " 23:59:59' FROM bookings":                                                                                         "1",
			"SELECT max(max(prescribed_on), max(ends_on)) <= '" + yesterday + "' FROM prescriptions":                                                                         "1",
			"SELECT max(max(ordered_on), max(delivered_on)) <= '" + yesterday + "' FROM orders":                                                                              "1",
			"SELECT max(max(submitted_on), max(decided_on)) <= '" + yesterday + "' FROM claims":                                                                              "1",
			"SELECT max(max(received_on), max(answered_on)) <= '" + yesterday + "' FROM complaints":                                                                          "1",
			"SELECT max(sold_on) <= '" + yesterday + "' FROM equipment_sales":                                                                                                "1",
			"SELECT group_concat(flag, '') FROM (SELECT DISTINCT flag FROM lab_results ORDER BY 1)":                                                                          "HLN",
			"SELECT count(*) > 0 FROM lab_results WHERE value IS NULL AND flag IS NULL":                                                                                      "1",
			"SELECT count(*) FROM lab_results r JOIN lab_tests t ON t.id = lab_test_id WHERE flag <> CASE WHEN value > high THEN 'H' WHEN value < low THEN 'L' ELSE 'N' END": "0",
			"SELECT count(*) FROM transfers WHERE from_ward_id = to_ward_id":                                                                                                 "0",
			"SELECT count(*) FROM equipment_sales WHERE seller_hospital_id = buyer_hospital_id":                                                                              "0",
			"SELECT count(*) FROM claims c JOIN invoices i ON i.id = invoice_id WHERE approved > amount":                                                                     "0",
			"SELECT count(*) > 0 FROM complaints WHERE message LIKE '%@example.org%'":                                                                                        "1",
			"SELECT count(*) FROM pragma_foreign_key_check":                                                                                                                  "0",
			"SELECT count(DISTINCT department_id) FROM wards WHERE id IN (3, 4)":                                                                                             "2",
			"SELECT count(*) > 200 FROM visits WHERE ward_id IN (3, 4)":                                                                                                      "1",
			"SELECT count(*) FROM visits v JOIN wards w ON w.id = v.ward_id WHERE w.department_id <> v.department_id":                                                        "0",
			"SELECT typeof(amount) FROM invoices WHERE amount > 0 AND amount <> CAST(amount AS INTEGER) LIMIT 1":                                                             "real",
			"SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'":                                                                           "22",
			"SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'":                                                                                      "0",
			"SELECT count(*) > 0 FROM patients p JOIN visits v ON v.patient_id = p.id WHERE NOT consent AND ward_id = 3":                                                     "1",
		} {
			stmt, _, err := db.Prepare(query)
			if err != nil {
				t.Fatalf("%s: %v", query, err)
			}
			if !stmt.Step() || stmt.ColumnText(0) != want {
				t.Errorf("on %s: %s: got %q, want %q (%v)", today.Format(dayFormat), query, stmt.ColumnText(0), want, stmt.Err())
			}
			stmt.Close()
		}
		db.Close()
		if err := SQLite(t.Context(), path, today); err == nil {
			t.Error("wrote over a database that exists")
		}
	}
}

// The traps are traps: the query that comes to mind first gives another number
// than the right one, and by enough to be seen.
func TestTraps(t *testing.T) {
	path := filepath.Join(t.TempDir(), "demo.db")
	if err := SQLite(t.Context(), path, date(2026, 3, 15)); err != nil {
		t.Fatal(err)
	}
	db, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	number := func(query string) float64 {
		stmt, _, err := db.Prepare(query)
		if err != nil || !stmt.Step() {
			t.Fatalf("%s: %v", query, err)
		}
		defer stmt.Close()
		return stmt.ColumnFloat(0)
	}
	const measured = "EXISTS (SELECT 1 FROM lab_results r WHERE r.visit_id = v.id)"
	for what, c := range map[string]struct {
		right, wrong string
		times        float64 // the wrong one is so much larger, at least
	}{
		"fan-out of invoices": {"SELECT sum(amount) FROM invoices i JOIN visits v ON v.id = i.visit_id WHERE " + measured,
			"SELECT sum(amount) FROM invoices i JOIN lab_results r ON r.visit_id = i.visit_id", 3},
		"fan-out of stays": {"SELECT avg(stay_days) FROM visits v WHERE ward_id IS NOT NULL AND " + measured,
			"SELECT avg(stay_days) FROM visits v JOIN lab_results r ON r.visit_id = v.id WHERE ward_id IS NOT NULL", 1.2},
		"which ward":     {"SELECT count(*) FROM transfers WHERE to_ward_id = 1", "SELECT count(*) FROM transfers WHERE from_ward_id = 1", 2},
		"which hospital": {"SELECT sum(price) FROM equipment_sales WHERE buyer_hospital_id = 1", "SELECT sum(price) FROM equipment_sales WHERE seller_hospital_id = 1", 1.5},
	} {
		if right, wrong := number(c.right), number(c.wrong); right == 0 || wrong < c.times*right {
			t.Errorf("%s: right %v, wrong %v, want %v times as much", what, right, wrong, c.times)
		}
	}
}

func TestViewersDiffer(t *testing.T) {
	names := map[string]bool{}
	for _, v := range Viewers() {
		if names[v.Name] || v.Who == "" || len(v.Teams) == 0 {
			t.Errorf("viewer %q: named twice, without a sentence, or without a team", v.Name)
		}
		names[v.Name] = true
	}
}
