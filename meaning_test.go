package grille_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/oracle"
	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/meaning"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/run/sqlite"
	"github.com/grille-dev/grille/viewer"
)

// stays is a database without keys, in which two wards have one number and people
// stay more than once.
const stays = `
CREATE TABLE wards (id INTEGER, name TEXT);
INSERT INTO wards VALUES (1, 'North'), (2, 'South'), (2, 'South annex'), (3, 'East');
CREATE TABLE stays (person INTEGER, ward_id INTEGER, nights INTEGER, fee INTEGER, status TEXT);
INSERT INTO stays VALUES (1, 1, 2, 10, 'paid'), (1, 2, 3, 20, 'paid'), (2, 1, 4, 30, 'open'), (3, 1, 1, 40, 'paid'), (4, 2, 9, 50, 'open'),
  (5, 3, 7, 60, 'paid'), (5, 3, 7, 60, 'paid'), (6, 1, 5, 70, 'void'), (7, 2, 6, 80, 'paid');
`

const staysRules = `version: 1
classes:
  plain: {show: value}
  secret: {show: never}
  pseudonym: {show: hash}
tables:
  wards:
    columns: {id: plain, name: plain}
    grants: {clerks: {rows: all}, nurses: {rows: all}, counters: {rows: all}, veiled: {rows: all}}
  stays:
    columns: {person: plain, ward_id: plain, nights: plain, fee: plain, status: pseudonym}
    grants:
      clerks: {rows: all, reveal: [pseudonym]}
      nurses: {rows: ward_id = 1, columns: [person, ward_id, nights]}
      counters: {rows: all, reveal: [pseudonym], min_group: {entity: person, size: 3}}
      veiled: {rows: all}
`

// openStays opens it under a file of meaning; "" for none.
func openStays(t *testing.T, text string, change func(*grille.Config)) *grille.Grille {
	t.Helper()
	path := filepath.Join(t.TempDir(), "stays.db")
	if err := oracle.FillSQLite(path, stays); err != nil {
		t.Fatal(err)
	}
	e, err := sqlite.New(sqlite.Config{Path: path, Dirs: []string{filepath.Dir(path)}, TimeZone: "UTC", Concurrent: 2})
	if err != nil {
		t.Fatal(err)
	}
	secret, err := policy.NewSecret(bytes.Repeat([]byte("s"), 32))
	if err != nil {
		t.Fatal(err)
	}
	c := config(t, e)
	c.Rules = func(c *catalog.Catalog) (*policy.Rules, error) {
		return rules.Compile("rules.yaml", []byte(staysRules), c, rules.Options{Teams: []string{"clerks", "nurses", "counters", "veiled"}, Secret: secret, Connection: "stays"})
	}
	if text != "" {
		if c.Meaning, err = meaning.Parse("meaning.yaml", []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(&c)
	}
	return open(t, c)
}

func oneOf(team string) viewer.Viewer { return viewer.Viewer{Name: team, Teams: []string{team}} }

// outcome is what somebody gets for a draft: the rows, or the refusal.
func outcome(ctx context.Context, g *grille.Grille, team, sql string) string {
	a, err := g.SQL(ctx, grille.Draft{SQL: sql, Viewer: oneOf(team)})
	if err != nil {
		return err.Error()
	}
	defer a.Close()
	var b strings.Builder
	if err := a.WriteCSV(&b); err != nil {
		return err.Error()
	}
	return b.String() + strings.Join(append(a.Rules, a.Notes...), "\n")
}

// falseKeys says of columns that they tell rows apart which do not.
const falseKeys = `version: 1
tables:
  wards: {key: [id]}
  stays: {key: [person], refers: {ward_id: wards.id, nights: wards.id}}
`

// Whatever is declared, a draft gives the same rows or the same refusal: declared keys
// are for advice, and where something restricts or counts nobody reads them.
func TestFalseKeysChangeNoAnswer(t *testing.T) {
	plain, lied := openStays(t, "", nil), openStays(t, falseKeys, nil)
	drafts := []string{
		"SELECT * FROM stays ORDER BY 1, 2, 3",
		"SELECT person, nights FROM stays GROUP BY person",         // nights depend on a key
		"SELECT w.id, w.name, count(*) FROM wards w GROUP BY w.id", // likewise
		"SELECT w.name, count(*) FROM stays s JOIN wards w ON w.id = s.ward_id GROUP BY w.name ORDER BY 1",
		"SELECT w.name, sum(s.fee) FROM stays s JOIN wards w ON w.id = s.ward_id GROUP BY w.name ORDER BY 1",
		"SELECT w.name, count(DISTINCT s.person) FROM stays s JOIN wards w ON w.id = s.ward_id GROUP BY w.name ORDER BY 1",
		"SELECT person, count(*) FROM stays GROUP BY person ORDER BY 1",
		"SELECT nights, count(*) FROM stays GROUP BY nights ORDER BY 1",
		"SELECT ward_id, count(*), avg(nights) FROM stays GROUP BY ward_id ORDER BY 1",
		"SELECT count(*) FROM stays WHERE person = 5",
		"SELECT count(*) FROM stays a JOIN stays b ON a.person = b.person",
		"SELECT DISTINCT person FROM stays ORDER BY 1",
		"SELECT sum(w.id) FROM wards w JOIN stays s ON s.ward_id = w.id",
		"SELECT s.status, count(*) FROM stays s GROUP BY s.status ORDER BY 1",
	}
	for _, team := range []string{"clerks", "nurses", "counters", "veiled"} {
		for _, sql := range drafts {
			if got, want := outcome(t.Context(), lied, team, sql), outcome(t.Context(), plain, team, sql); got != want {
				t.Errorf("%s: %s\nwith false keys\n%s\nwithout\n%s", team, sql, got, want)
			}
		}
	}
	var kinds []string // some of them are answers, for every team
	for _, team := range []string{"clerks", "nurses", "counters", "veiled"} {
		kinds = append(kinds, fmt.Sprint(strings.Contains(outcome(t.Context(), plain, team, drafts[8]), ",")))
	}
	if strings.Contains(strings.Join(kinds, " "), "false") {
		t.Errorf("which teams have an answer: %s", kinds)
	}
}

// Who restricts, or relies on a row being the only one, reads no key that a person has
// declared; policy passes them on, in one file.
func TestNothingThatRestrictsReadsDeclaredKeys(t *testing.T) {
	reads := regexp.MustCompile(`\bSaid\.(?:Keys|Refers)\b|\b(?:stored|t)\.Said\b|\.Believed\(|\.Refers\(`)
	passed := false
	for _, dir := range []string{"policy", "policy/rules", "sql/bind", "sql/check", "sql/emit", "sql/ground", "sql/ir", "release", "run", "run/sqlite", "run/postgres", "run/mysql", "run/trino", "run/duckdb", "run/csv", "."} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %d files", dir, err, len(files))
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			text = bytes.ReplaceAll(text, []byte("run.Said"), nil) // what a server says of its rights
			switch {
			case strings.HasSuffix(f, "_test.go"), !reads.Match(text):
			case f == filepath.Join("policy", "told.go"), f == filepath.Join("policy", "see.go") && len(reads.FindAll(text, -1)) == 1:
				passed = true
			default:
				t.Errorf("%s reads keys that nobody promises", f)
			}
		}
	}
	if !passed {
		t.Error("policy passes none on: is the pattern right?")
	}
}

// TestMeaning runs the pages in testdata/meaning: what people are shown of units and
// metrics, and what of the file exists for whom.
func TestMeaning(t *testing.T) {
	spec.Run(t, "testdata/meaning", func(t *testing.T) spec.Commands {
		var g *grille.Grille
		show := func(a *answer.Answer, err error, form string) string {
			if err != nil {
				return err.Error()
			}
			defer a.Close()
			var b strings.Builder
			write := map[string]func(io.Writer) error{"": a.WriteDrawn, "csv": a.WriteCSV, "json": a.WriteJSON, "md": a.WriteMarkdown}[form]
			if err := write(&b); err != nil {
				return err.Error()
			}
			text := b.String()
			if form == "json" {
				text, _, _ = strings.Cut(text, ",\n\"reading\"")
				text, _, _ = strings.Cut(text, ",\n\"receipt\"")
			}
			if form != "md" {
				text += strings.Join(a.Said(), "\n")
			} else {
				text, _, _ = strings.Cut(text, "\nreceipt ")
			}
			return text
		}
		return spec.Commands{
			"meaning": func(_ *spec.Args, input string) string { g = openStays(t, input, nil); return "ok" },
			"ask": func(args *spec.Args, input string) string {
				var b strings.Builder
				for line := range strings.SplitSeq(input, "\n") {
					a, err := g.Ask(t.Context(), grille.Question{Text: line, Viewer: oneOf(args.Get("as"))})
					b.WriteString(line + "\n" + show(a, err, args.Get("o")) + "\n")
				}
				return b.String()
			},
			"sql": func(args *spec.Args, input string) string {
				a, err := g.SQL(t.Context(), grille.Draft{SQL: input, Viewer: oneOf(args.Get("as"))})
				return show(a, err, args.Get("o"))
			},
			"heard": func(args *spec.Args, _ string) string {
				c, err := g.Outline(t.Context(), oneOf(args.Get("as")))
				if err != nil {
					return err.Error()
				}
				var b strings.Builder
				for _, t := range c.Tables {
					fmt.Fprintf(&b, "%s %q %q keys %v refers %d date %d\n", t.Name, t.About, t.Also, t.Said.Keys, len(t.Said.Refers), t.Said.Date)
					for _, x := range t.Columns {
						fmt.Fprintf(&b, "  %s %q %q %s\n", x.Name, x.About, x.Also, x.Shape.Unit)
					}
				}
				for _, m := range c.Metrics {
					fmt.Fprintf(&b, "metric %s\n", m.Name)
				}
				return b.String()
			},
		}
	})
}
