package egress

import (
	"strings"
	"testing"
)

// What a small model is helped with, and how it is sent.
func TestCandidatesInThePrompt(t *testing.T) {
	p, kept, err := Composer{Random: counting(), Candidates: []string{
		"SELECT count(*) AS number_of_visits\nFROM visits AS v\nWHERE v.person = 'ann.lee@example.org'",
		"SELECT v.id FROM visits AS v WHERE v.person LIKE '%ann.lee@example.org%'",
	}}.compose(t.Context(), clinic(), ask(t, "how many visits of ann.lee@example.org?"))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "candidates", p)
	if kept.Len() != 1 || strings.Contains(render(p), "ann.lee") {
		t.Error("the address left")
	}
}

// In none is anything that was kept back, in whatever form.
func TestCandidates(t *testing.T) {
	kept := Kept{values: map[string]string{"⟨EMAIL_aaaa⟩": "ann.lee@example.org", "⟨TEXT_bbbb⟩": "O'Neil Keller", "⟨TEXT_cccc⟩": "⟨"}}
	for draft, want := range map[string]string{
		"SELECT 1":                               "SELECT 1",
		"SELECT 1\n  FROM visits -- all":         "SELECT 1 FROM visits",
		"WHERE e = 'ann.lee@example.org'":        "WHERE e = '⟨EMAIL_aaaa⟩'",
		"WHERE n = 'O''Neil Keller' AND k = 'x'": "WHERE n = '⟨TEXT_bbbb⟩' AND k = 'x'",
		"WHERE n LIKE '%O''Neil Keller%'":        "WHERE n LIKE '%⟨TEXT_bbbb⟩%'",
		"WHERE e = 'ANN.LEE@EXAMPLE.ORG'":        "", // another form of it
		"WHERE n = 'keller'":                     "", // a part of it
		"WHERE n = 'Keller,'":                    "",
		`SELECT 1 AS "of keller"`:                "",
		`SELECT 1 AS "visits per ward"`:          `SELECT 1 AS "visits per ward"`,
		"SELECT keller.id FROM keller":           "SELECT keller.id FROM keller", // a name of the outline
		"SELECT ann.lee@example.org":             "",
		"WHERE e = 'bob@example.com'":            "", // nobody asked of him
		"WHERE c = '4111111111111111'":           "",
		"WHERE n = 'two\nlines'":                 "",
		"WHERE n = 'no end":                      "",
		"SELECT " + strings.Repeat("1 + ", 600):  "",
		"SELECT '⟨'":                             "SELECT '⟨TEXT_cccc⟩'",
	} {
		if got, ok := kept.candidate(draft); ok != (want != "") || ok && got != want {
			t.Errorf("%s\n became %s (%v)\n   want %s", draft, got, ok, want)
		}
	}
	if got := candidates([]string{"SELECT 1", "SELECT '", "SELECT 2", "SELECT 3", "SELECT 4"}, kept); got != "SELECT 1\nSELECT 2\nSELECT 3" {
		t.Errorf("got %q", got)
	}
}
