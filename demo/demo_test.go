package demo

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
)

func date(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 15, 4, 5, 0, time.UTC) }

func TestEqualDaysGiveEqualBytes(t *testing.T) {
	script := func(today time.Time) string {
		var b bytes.Buffer
		if err := Postgres(&b, today); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	a, b, c := script(date(2026, 3, 1)), script(date(2026, 3, 1).Add(3*time.Hour)), script(date(2026, 3, 2))
	if a != b {
		t.Error("two hours of one day give different data")
	}
	if a == c {
		t.Error("two days give the same data")
	}
}

// The data end yesterday, on whatever day they are made.
func TestDataEndYesterday(t *testing.T) {
	for _, today := range []time.Time{date(2026, 1, 1), date(2024, 2, 29), date(2025, 12, 31)} {
		path := filepath.Join(t.TempDir(), "demo.db")
		start := time.Now()
		if err := SQLite(t.Context(), path, today); err != nil {
			t.Fatal(err)
		}
		t.Logf("made in %v", time.Since(start).Round(time.Millisecond))
		yesterday := today.AddDate(0, 0, -1).Format(dayFormat)
		db, err := sqlite3.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		for query, want := range map[string]string{
			"SELECT max(substr(admitted_at, 1, 10)) FROM visits":                                                         yesterday,
			"SELECT count(*) FROM visits":                                                                                "20000",
			"SELECT count(*) FROM visits WHERE discharged_at < admitted_at":                                              "0",
			"SELECT count(*) FROM visits WHERE discharged_at > '" + yesterday + " 23:59:59'":                             "0",
			"SELECT count(*) FROM invoices WHERE issued_on > '" + yesterday + "' OR paid_on > '" + yesterday + "'":       "0",
			"SELECT count(*) > 0 FROM visits WHERE discharged_at IS NULL":                                                "1",
			"SELECT count(*) FROM pragma_foreign_key_check":                                                              "0",
			"SELECT count(DISTINCT department_id) FROM wards WHERE id IN (3, 4)":                                         "2",
			"SELECT count(*) > 200 FROM visits WHERE ward_id IN (3, 4)":                                                  "1",
			"SELECT count(*) FROM visits v JOIN wards w ON w.id = v.ward_id WHERE w.department_id <> v.department_id":    "0",
			"SELECT typeof(amount) FROM invoices WHERE amount > 0 AND amount <> CAST(amount AS INTEGER) LIMIT 1":         "real",
			"SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'":                       "22",
			"SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'":                                  "0",
			"SELECT count(*) > 0 FROM patients p JOIN visits v ON v.patient_id = p.id WHERE NOT consent AND ward_id = 3": "1",
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

func TestViewersDiffer(t *testing.T) {
	names := map[string]bool{}
	for _, v := range Viewers() {
		if names[v.Name] || v.Who == "" || len(v.Teams) == 0 {
			t.Errorf("viewer %q: named twice, without a sentence, or without a team", v.Name)
		}
		names[v.Name] = true
	}
}
