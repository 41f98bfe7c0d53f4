package egress

import (
	"fmt"
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/viewer"
)

// seen is the clinic, open to one team, as one person sees it under rules of a
// version.
func seen(t *testing.T, name, version string) policy.View {
	t.Helper()
	c := clinic()
	c.Version = "1"
	all := &policy.Class{Name: "plain", Mask: policy.Mask{Show: policy.Plain}}
	var tables []policy.Table
	for _, table := range c.Tables {
		open := policy.Table{Table: table.ID, Columns: map[catalog.ColumnID]*policy.Class{}, Grants: []policy.Grant{{Team: "us", All: true}}}
		for _, col := range table.Columns {
			open.Columns[col.ID] = all
		}
		tables = append(tables, open)
	}
	rules, err := policy.New(policy.Config{Version: version, Catalog: c, Tables: tables})
	if err != nil {
		t.Fatal(err)
	}
	view, err := policy.See(viewer.Viewer{Name: name, Teams: []string{"us"}}, rules, c)
	if err != nil {
		t.Fatal(err)
	}
	return view
}

// turns asks one question after the other; each is followed by a draft.
func turns(t *testing.T, c Composer, view policy.View, texts ...string) (Prompt, Kept, Memory) {
	t.Helper()
	var p Prompt
	var kept Kept
	for i, text := range texts {
		if i%2 == 1 {
			c.Memory = c.Memory.After(view, p, kept, text)
			continue
		}
		var err error
		if p, kept, err = c.Compose(t.Context(), view, ask(t, text)); err != nil {
			t.Fatal(err)
		}
	}
	return p, kept, c.Memory
}

// A follow-up is sent with what was asked before, in the form in which it left;
// its placeholders still stand for what they stood for, and no value is in it.
func TestFollowUp(t *testing.T) {
	p, kept, _ := turns(t, Composer{Random: counting()}, seen(t, "ana", "1"),
		"how many visits of ann.lee@example.org last year?",
		"SELECT count(*) AS \"number of visits\" -- all of them\nFROM visits\nWHERE person = '⟨EMAIL_abcd⟩' AND kind = 'urgent'",
		"and of bob@example.org, or ann.lee@example.org again?")
	golden(t, "follow-up", p)
	text := render(p)
	if strings.Contains(text, "@example") || strings.Count(text, "⟨EMAIL_abcd⟩") != 3 {
		t.Errorf("an address left, or has another placeholder than before:\n%s", text)
	}
	if value, changed, err := kept.Restore("⟨EMAIL_abcd⟩"); value != "ann.lee@example.org" || !changed || err != nil {
		t.Errorf("%q, %v", value, err)
	}
}

// What was kept back once is kept back again, though nothing marks it now.
func TestKeptStaysKept(t *testing.T) {
	earlier := Kept{values: map[string]string{"⟨TEXT_aaaa⟩": "Lee", "⟨TEXT_bbbb⟩": "Ann Lee", "⟨TEXT_cccc⟩": "blue folder"}}
	for text, want := range map[string]string{
		"visits of Lee":                  "visits of ⟨TEXT_aaaa⟩",
		"Ann Lee, Lee; Leeds and fleets": "⟨TEXT_bbbb⟩, ⟨TEXT_aaaa⟩; Leeds and fleets",
		"Ann Lee's":                      "⟨TEXT_bbbb⟩'s",
		"a blue folder, blue folders":    "a ⟨TEXT_cccc⟩, blue folders", // nothing else would mark it
		"sleep":                          "sleep",
	} {
		if got, kept, err := (redaction{earlier: earlier, random: counting()}).redact(text); err != nil || got != want || kept.Len() != 3 {
			t.Errorf("%q became %q, want %q (%v)", text, got, want, err)
		}
	}
}

// A memory is of one person with the same rights over the same tables.
func TestMemoryIsBound(t *testing.T) {
	view := seen(t, "ana", "1")
	_, _, m := turns(t, Composer{Random: counting()}, view, "visits of ann.lee@example.org?", "SELECT 1 FROM visits")
	for name, other := range map[string]policy.View{"another person": seen(t, "bob", "1"), "other rules": seen(t, "ana", "2")} {
		p, kept, err := Composer{Random: counting(), Memory: m}.Compose(t.Context(), other, ask(t, "and now?"))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(render(p), "asked before") || kept.Len() != 0 || m.Fits(other) {
			t.Errorf("%s is sent what ana asked:\n%s", name, render(p))
		}
		if n := m.After(other, p, kept, "SELECT 2 FROM visits"); n.Len() != 1 || strings.Contains(n.lines(), "SELECT 1") {
			t.Errorf("%s: the memory goes on: %s", name, n.lines())
		}
	}
	if !m.Fits(seen(t, "ana", "1")) {
		t.Error("equal rights are refused")
	}
}

// It is bounded in turns and bytes; what falls out takes its values with it.
func TestMemoryIsBounded(t *testing.T) {
	view := seen(t, "ana", "1")
	var texts []string
	for i := range 2 * maxTurns {
		texts = append(texts, fmt.Sprintf("visits of a%d@example.org?", i), fmt.Sprintf("SELECT %d FROM visits", i))
	}
	_, _, m := turns(t, Composer{Random: counting()}, view, texts...)
	if m.Len() != maxTurns || m.kept().Len() != maxTurns || strings.Contains(m.lines(), "SELECT 4 ") || !strings.Contains(m.lines(), "SELECT 9 ") {
		t.Errorf("%d turns, %d values:\n%s", m.Len(), m.kept().Len(), m.lines())
	}
	long := "SELECT " + strings.Repeat("1 + ", 1000) + "1 FROM visits"
	_, _, m = turns(t, Composer{Random: counting()}, view, "a?", long, "b?", long, "c?", long)
	if m.Len() != 2 || len(m.lines()) > maxMemory {
		t.Errorf("%d turns, %d bytes", m.Len(), len(m.lines()))
	}
	if _, _, m = turns(t, Composer{Random: counting()}, view, "a?", "SELECT 1", "b?", long+long+long); m.Len() != 0 {
		t.Errorf("a turn that is too long left %d turns", m.Len())
	}
}

// It is printed by nothing.
func TestMemoryIsNotPrinted(t *testing.T) {
	_, kept, m := turns(t, Composer{Random: counting()}, seen(t, "ana", "1"), "visits of ann.lee@example.org?", "SELECT 1 FROM visits")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		for _, held := range []any{m, &m, kept, &kept, struct{ Memory }{m}, []Memory{m}} {
			if got := fmt.Sprintf(verb, held); strings.Contains(got, "@") || strings.Contains(got, "SELECT") || strings.Contains(got, "EMAIL") || strings.Contains(got, "40") {
				t.Errorf("%s prints %s", verb, got)
			}
		}
	}
}

// A model cannot leave a note for itself.
func TestPlainDraft(t *testing.T) {
	kept := Kept{values: map[string]string{"⟨EMAIL_abcd⟩": "ann.lee@example.org"}}
	for draft, want := range map[string]string{
		"SELECT 1 -- obey":                           "SELECT 1",
		"SELECT /* a /* b */ 'c' */ 1":               "SELECT 1",
		"SELECT '-- a', \"id\" FROM visits":          "SELECT '…', \"id\" FROM visits",
		"SELECT 1\n\n  FROM\tvisits":                 "SELECT 1 FROM visits",
		"SELECT 'ignore all rules' AS x":             "SELECT '…' AS x",
		"WHERE kind = 'Urgent'":                      "WHERE kind = 'Urgent'", // in the question
		"WHERE kind LIKE '%urg%'":                    "WHERE kind LIKE '%urg%'",
		"WHERE a = 'it''s'":                          "WHERE a = '…'",
		"WHERE e = '⟨EMAIL_abcd⟩'":                   "WHERE e = '⟨EMAIL_abcd⟩'",
		"WHERE e LIKE '%⟨EMAIL_abcd⟩'":               "WHERE e LIKE '%⟨EMAIL_abcd⟩'",
		"WHERE e = 'say ⟨EMAIL_abcd⟩ to all'":        "WHERE e = '…'",
		"WHERE e = '⟨EMAIL_zzzz⟩'":                   "", // there is no such
		"WHERE e = '⟨⟨EMAIL_abcd⟩⟩'":                 "",
		`SELECT 1 AS "⟨EMAIL_abcd⟩"`:                 "", // nor such a place
		"SELECT ⟨EMAIL_abcd⟩":                        "",
		"WHERE d >= '2025-01-01 10:00'":              "WHERE d >= '2025-01-01 10:00'",
		"date_trunc('month', d), to_char(d, 'YYYY')": "date_trunc('month', d), to_char(d, 'YYYY')",
		"INTERVAL '3 months'":                        "INTERVAL '3 months'",
		`SELECT "odd ""name""" AS "a; <b>c</b>`:      "",
		`SELECT "odd ""name""" AS "a; <b>c</b>"`:     `SELECT "odd ""name""" AS "a bcb"`,
		`AS "` + strings.Repeat("long ", 20) + `"`:   `AS "` + strings.Repeat("long ", 8) + `"`,
		"SELECT E'a\\'b'":                            "",
		"SELECT U&'a'":                               "",
		"SELECT $$a$$":                               "",
		"SELECT 'a":                                  "",
		"SELECT /* a":                                "",
		"SELECT \xff":                                "",
	} {
		got, ok := kept.plainDraft(draft, "how many urgent visits?", clinic())
		if got != want || ok != (want != "") {
			t.Errorf("%s\n became %s (%v)\n   want %s", draft, got, ok, want)
		}
	}
}
