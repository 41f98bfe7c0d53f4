package emit

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
)

// TestTamperedElsewhere changes statements for engines whose texts are not parsed, as a
// printer gone wrong might: any token of a guard, and anywhere else what no printer of
// ours says. Each change must be refused.
func TestTamperedElsewhere(t *testing.T) {
	for _, engine := range []catalog.Engine{catalog.SQLite, catalog.MariaDB, catalog.MySQL, catalog.Trino, catalog.DuckDB} {
		t.Run(engine.String(), func(t *testing.T) {
			m := &tampering{t: t, engine: engine, random: rand.New(rand.NewPCG(5, 6))}
			for _, page := range []string{"guards", "constructs", "queries", "select"} {
				datadriven.RunTest(t, "testdata/spec/"+page+".txt", m.page)
			}
			if t.Logf("%d statements, %d changes", m.statements, m.tried); m.statements < 30 || m.tried < 1000 {
				t.Error("too few were tried")
			}
		})
	}
}

type tampering struct {
	t                 *testing.T
	engine            catalog.Engine
	random            *rand.Rand
	full              *catalog.Catalog
	view              *policy.View
	statements, tried int
}

func (m *tampering) page(t *testing.T, d *datadriven.TestData) string {
	switch d.Cmd {
	case "catalog":
		m.full, m.view = nil, nil
		if full, err := catalogtest.Parse(m.engine, d.Input); err == nil {
			view := nurse(full, opened(full))
			m.full, m.view = full, &view
		}
	case "rules":
		if m.full != nil {
			view := nurse(m.full, strings.ReplaceAll(d.Input, "public.", m.full.Tables[0].Schema+"."))
			m.view = &view
		}
	case "sql":
		if m.view != nil {
			m.draft(d)
		}
	}
	return d.Expected
}

func (m *tampering) draft(d *datadriven.TestData) {
	q, p, err := printedFor(m.engine, *m.view, d.Input)
	if err != nil {
		return // what the engine cannot say
	}
	if err := recheck(*m.view, q, p); err != nil {
		m.t.Fatalf("%s: it was refused before it was changed: %v\n%s", d.Pos, err, p.text)
	}
	m.statements++
	toks := everyToken.FindAllString(p.text, -1)
	guard := insideGuards(toks)
	for range 60 {
		i := m.random.IntN(len(toks))
		changed, with := append([]string{}, toks...), never[m.random.IntN(len(never))]
		if m.engine == catalog.DuckDB && with == "$1" {
			with = "?1" // it is a parameter there
		}
		changed[i] = toks[i] + " " + with + " "
		switch lost, clause := without[toks[i]]; {
		case clause && !guard[i] && ofTree(toks, i):
			changed[i] = lost
		case guard[i]:
			changed[i] = [...]string{"", with, toks[m.random.IntN(len(toks))]}[m.random.IntN(3)]
			if changed[i] == toks[i] || harmless(changed, i, toks[i]) || blank(toks, changed, i) {
				continue
			}
		}
		m.tried++
		text := strings.Join(changed, "")
		if err := recheck(*m.view, q, printed{text: text, params: p.params}); refusal.CodeOf(err) != refusal.Internal {
			m.t.Errorf("%s: %q for %q passed (%v):\n%s", d.Pos, changed[i], toks[i], err, text)
		}
	}
}

// never are tokens that no statement has.
var never = []string{"--", "/*", "*/", ";", "#", "@x", ":x", `\`, "INTO", "INSERT", "PRAGMA", "load_extension(", "sleep(", "version()", "'x", `"ssn"`, "`ssn`", "$1", "\x00", "é", "t99.c1", "?99", "x"}

// without is what a clause may become where it is lost.
var without = map[string]string{"HAVING": "WHERE", "WHERE": "HAVING", "GROUP": "ORDER", "DISTINCT": "", "LEFT": "", "RIGHT": "", "FULL": "",
	"UNION": "EXCEPT", "INTERSECT": "UNION", "EXCEPT": "UNION"}

// ofTree reports whether the clause at i stands for one of the tree, and not in a template.
func ofTree(toks []string, i int) bool {
	all := strings.Join(toks, "")
	switch toks[i] {
	case "DISTINCT":
		return toks[max(0, i-2)] == "SELECT"
	case "GROUP":
		return !strings.Contains(all, "GROUP BY ()")
	}
	return !strings.Contains(all, "WITH RECURSIVE s AS")
}

// blank reports whether a change is one of white space alone.
func blank(toks, changed []string, i int) bool {
	return strings.ReplaceAll(strings.Join(toks, ""), " ", "") == strings.ReplaceAll(strings.Join(changed, ""), " ", "") && strings.TrimSpace(toks[i]) == ""
}

var everyToken = regexp.MustCompile("\"(?:[^\"]|\"\")*\"|`(?:[^`]|``)*`|'[^']*'|\\?\\d*|\\w+|\\s+|.")

// insideGuards marks the tokens that stand in blocks over stored tables.
func insideGuards(toks []string) []bool {
	marks := make([]bool, len(toks))
	var open []int
	reads := map[int]bool{}
	for i, tok := range toks {
		switch {
		case tok == "(":
			open = append(open, i)
		case tok == ")":
			start := open[len(open)-1]
			open = open[:len(open)-1]
			for j := start + 1; reads[start] && j < i; j++ {
				marks[j] = true
			}
		case tok == "FROM" && strings.ContainsAny(toks[i+2][:1], "\"`") && len(open) > 0:
			reads[open[len(open)-1]] = true
		}
	}
	return marks
}

// TestBareElsewhere puts what no single token makes: a stored table without its guard,
// one beside it, a condition of a guard that is gone, values that change their places.
func TestBareElsewhere(t *testing.T) {
	view := nurse(must(catalogtest.Parse(catalog.SQLite, benchTables)), strings.ReplaceAll(benchRules, "public.", "main."))
	q, p, err := printedFor(catalog.SQLite, view, `SELECT w.name FROM patients p JOIN wards w ON w.id = p.ward WHERE p.weight > 1 AND p.id < 7`)
	if err != nil {
		t.Fatal(err)
	}
	if err := recheck(view, q, p); err != nil {
		t.Fatal(err)
	}
	last := strings.LastIndex(p.text, " WHERE ")
	wards := guardOf(p.text, `"wards"`)
	for name, text := range map[string]string{
		"bare":          strings.Replace(p.text, wards, `"main"."wards"`, 1),
		"beside":        strings.Replace(p.text, wards, wards+` AS t9 JOIN "main"."wards"`, 1),
		"joined":        p.text[:last] + ` JOIN "main"."wards" AS t9` + p.text[last:],
		"no condition":  regexp.MustCompile(`( FROM "main"."patients" AS t\d+) WHERE .*? LIMIT -1\)`).ReplaceAllString(p.text, "$1 LIMIT -1)"),
		"another table": strings.Replace(p.text, `"patients"`, `"visits"`, 1),
		"all":           strings.Replace(p.text, "SELECT t2.c2", "SELECT t2.*", 1),
		"no column":     strings.Replace(p.text, "SELECT t2.c2", "SELECT t2.c9", 1),
		"no relation":   strings.Replace(p.text, "SELECT t2.c2", "SELECT t4.c2", 1),
		"second":        p.text + "; " + p.text,
		"a value":       strings.NewReplacer("?1", "?2", "?2", "?1").Replace(p.text),
	} {
		if text == p.text {
			t.Fatalf("%s: not changed: %s", name, p.text)
		}
		if err := recheck(view, q, printed{text: text, params: p.params}); refusal.CodeOf(err) != refusal.Internal {
			t.Errorf("%s passed (%v):\n%s", name, err, text)
		}
	}
}

// guardOf is the block in brackets that reads a table.
func guardOf(text, table string) string {
	end := strings.Index(text, table)
	start := strings.LastIndex(text[:end], "(SELECT ")
	for depth, i := 0, start; ; i++ {
		switch text[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return text[start : i+1]
			}
		}
	}
}

// TestCountedElsewhere: the variables of a session that MariaDB counts the rows of
// recursions with are named after WITH items, and no other engine has them.
func TestCountedElsewhere(t *testing.T) {
	const draft = `WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 9) SELECT n FROM r WHERE n > 3`
	for _, engine := range []catalog.Engine{catalog.MariaDB, catalog.MySQL, catalog.SQLite} {
		full := must(catalogtest.Parse(engine, "main.people (id int4 key)"))
		view := nurse(full, opened(full))
		q, p, err := printedFor(engine, view, draft)
		if err != nil {
			t.Fatal(err)
		}
		if err := recheck(view, q, p); err != nil {
			t.Fatal(err)
		}
		name := regexp.MustCompile(`@grille_w\d+`).FindString(p.text)
		if (name != "") != (engine != catalog.SQLite) {
			t.Fatalf("%s counts with %q: %s", engine, name, p.text)
		}
		last := strings.LastIndex(p.text, " WHERE ")
		changed := map[string]string{"read elsewhere": p.text[:last] + " WHERE @grille_w1 > 0 AND " + p.text[last+len(" WHERE "):],
			"set elsewhere": p.text[:last] + " WHERE (@grille_w1 := 1) > 0 AND " + p.text[last+len(" WHERE "):]}
		for _, other := range []string{"@grille_w", "@grille_wx", "@grille_w1x", "@grille_zone", "@grille", "@w1", "@@sql_mode", "@@grille_w1", "@GRILLE_W1"} {
			if name != "" {
				changed["every "+other] = strings.ReplaceAll(p.text, name, other)
				changed["one "+other] = strings.Replace(p.text, name+" :=", other+" :=", 1)
			}
		}
		for what, text := range changed {
			if text == p.text {
				t.Fatalf("%s: not changed: %s", what, p.text)
			}
			if err := recheck(view, q, printed{text: text, params: p.params}); refusal.CodeOf(err) != refusal.Internal {
				t.Errorf("%s: %s passed (%v):\n%s", engine, what, err, text)
			}
		}
	}
}

// TestKeptElsewhere: what a guard of MariaDB gives once more for an index is a column
// that this viewer sees as it is.
func TestKeptElsewhere(t *testing.T) {
	view := nurse(must(catalogtest.Parse(catalog.MariaDB, "main.people (id int4 key, name text, ssn text, ward text, closed text)")),
		"version: 1\nclasses: {plain: {show: value}, secret: {show: redact}}\ntables: {main.people: {columns: {id: plain, name: plain, ssn: secret, ward: plain}, grants: {nurses: {rows: all}}}}")
	q, p, err := printedFor(catalog.MariaDB, view, `SELECT p.id, p.ssn FROM main.people p WHERE p.name = 'x' AND p.ward = 'a'`)
	if err != nil {
		t.Fatal(err)
	}
	if err := recheck(view, q, p); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"masked":  strings.Replace(p.text, "`name` AS b1", "`ssn` AS b1", 1),
		"closed":  strings.Replace(p.text, "`name` AS b1", "`closed` AS b1", 1),
		"unread":  strings.Replace(p.text, "`ward` AS b2", "`wards` AS b2", 1),
		"between": strings.Replace(p.text, " AS c1, ", " AS c1, t2.`name` AS b3, ", 1),
	} {
		if text == p.text {
			t.Fatalf("%s: not changed: %s", name, p.text)
		}
		if err := recheck(view, q, printed{text: text, params: p.params}); refusal.CodeOf(err) != refusal.Internal {
			t.Errorf("%s passed (%v):\n%s", name, err, text)
		}
	}
}
