package emit

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/viewer"
)

// TestTampered changes one token of each statement that the page of guards
// prints, in every way that the statement's own tokens offer, and wants each
// change refused. A change that says the same in SQL may pass: see harmless.
func TestTampered(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	tried := 0
	datadriven.Walk(t, "testdata/spec/guards.txt", func(t *testing.T, page string) {
		var full *catalog.Catalog
		var view policy.View
		datadriven.RunTest(t, page, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "catalog":
				full = must(catalogtest.Parse(catalog.Postgres, d.Input))
			case "rules":
				view = nurse(full, d.Input)
			case "sql":
				for range 300 {
					tried++
					if why := tamper(view, d.Input, random); why != "" {
						t.Errorf("%s: %s", d.Pos, why)
					}
				}
			}
			return d.Expected
		})
	})
	t.Logf("%d changes", tried)
}

// TestTamperedPages does so to what other pages print, where every row may be read:
// what is changed there are subqueries, WITH items, joins, groups and windows.
func TestTamperedPages(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	tried := 0
	for _, page := range []string{"constructs", "queries", "select"} {
		var view policy.View
		datadriven.RunTest(t, "testdata/spec/"+page+".txt", func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "catalog":
				full := must(catalogtest.Parse(catalog.Postgres, d.Input))
				view = nurse(full, opened(full))
			case "sql":
				for range 30 {
					if _, err := printedDraft(view, d.Input); err != nil {
						break // a page of refusals
					}
					tried++
					if why := tamper(view, d.Input, random); why != "" {
						t.Errorf("%s: %s", d.Pos, why)
					}
				}
			}
			return d.Expected
		})
	}
	if t.Logf("%d changes", tried); tried < 1000 {
		t.Error("too few were tried")
	}
}

// opened are rules that open all columns and rows.
func opened(c *catalog.Catalog) string {
	var b strings.Builder
	b.WriteString("version: 1\nclasses: {plain: {show: value}}\ntables:\n")
	for _, t := range c.Tables {
		var cols []string
		for _, x := range t.Columns {
			cols = append(cols, fmt.Sprintf("%q: plain", x.Name))
		}
		fmt.Fprintf(&b, "  %q:\n    columns: {%s}\n    grants: {nurses: {rows: all}}\n", t.Schema+"."+t.Name, strings.Join(cols, ", "))
	}
	return b.String()
}

// printedDraft prints a draft for PostgreSQL, or says why not.
func printedDraft(view policy.View, draft string) (printed, error) {
	_, p, err := printedFor(catalog.Postgres, view, draft)
	return p, err
}

// printedFor prints a draft for an engine, and gives what was printed, or says why not.
func printedFor(engine catalog.Engine, view policy.View, draft string) (*ir.Query, printed, error) {
	tree, err := syntax.Parse(draft)
	if err != nil {
		return nil, printed{}, err
	}
	q, err := bind.Query(tree, view.Names(), bind.Env{})
	if err != nil {
		return nil, printed{}, err
	}
	allowed, err := policy.Apply(view, q)
	if err != nil {
		return nil, printed{}, err
	}
	lowered := allowed.Query()
	lower(dialectOf(engine), lowered)
	p, err := printQuery(dialectOf(engine), lowered)
	return lowered, p, err
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

func nurse(c *catalog.Catalog, file string) policy.View {
	secret := must(policy.NewSecret(make([]byte, policy.MinSecret)))
	r := must(rules.Compile("rules.yaml", []byte(file), c, rules.Options{Teams: []string{"nurses"}, Secret: secret, Connection: "clinic"}))
	who := viewer.Viewer{Name: "ana", Teams: []string{"nurses"}, Attributes: map[string][]string{"ward": {"3"}, "wards": {"3", "4"}}}
	return must(policy.See(who, r, c))
}

var tokens = regexp.MustCompile(`"(?:[^"]|"")*"|\$?\w+|\s+|.`)

// tamper prints a draft, changes one token and says what is wrong, or "".
func tamper(view policy.View, draft string, random *rand.Rand) string {
	q := must(policy.Apply(view, must(bind.Query(must(syntax.Parse(draft)), view.Names(), bind.Env{})))).Query()
	lower(&postgres, q)
	p := must(printQuery(&postgres, q))
	if err := recheck(view, q, p); err != nil {
		return "it was refused before it was changed: " + err.Error()
	}
	toks := tokens.FindAllString(p.text, -1)
	i := random.IntN(len(toks))
	was := toks[i]
	switch random.IntN(3) {
	case 0:
		toks[i] = ""
	case 1:
		toks[i] = toks[random.IntN(len(toks))]
	case 2:
		toks[i] = strangers[random.IntN(len(strangers))]
	}
	if toks[i] == was || harmless(toks, i, was) {
		return ""
	}
	changed := strings.Join(toks, "")
	err := recheck(view, q, printed{text: changed, params: p.params})
	if refusal.CodeOf(err) == refusal.Internal {
		return ""
	}
	return fmt.Sprintf("%q for %q passed (%v):\n%s", toks[i], was, err, changed)
}

// strangers are tokens that a statement need not have.
var strangers = []string{
	"<>", "OR", "NOT ", "NULL", "TRUE", "FALSE", "0", "1", "$1", "$2", "$3", "LEFT JOIN", "DISTINCT ", "'x'", "c1", "c2", "t1", "t2", "t3",
	`"ssn"`, `"name"`, `"id"`, `"patients"`, `"wards"`, "pg_catalog.version()", "pg_catalog.int8", "lower", "w1", "w2", "OVER ()", "FILTER (WHERE TRUE)", "LATERAL ", "LIMIT", " ", "UNION ALL", "--", "/*",
}

// harmless reports whether the change of token i, which was was, leaves the
// meaning: white space, AS and ASC may be left out, tables are read with their
// children with or without *, a relation that nothing refers to may have any
// number, and the names of the outermost list are for people.
func harmless(toks []string, i int, was string) bool {
	blank := strings.TrimSpace(toks[i]) == ""
	word := func(s string) string { return strings.Trim(s, `" `) }
	switch {
	case word(was) == word(toks[i]):
		return true
	case blank && (strings.TrimSpace(was) == "" || was == "AS" || was == "ASC"):
		return true
	case strings.TrimSpace(was) == "" && toks[i] == "*":
		return true
	case relation.MatchString(was) && relation.MatchString(toks[i]) && !slices.Contains(toks, was):
		return true
	}
	quoted := func(i int) bool { return strings.HasPrefix(toks[i], `"`) }
	before := slices.Index(toks[:i], "FROM") >= 0
	return !before && (strings.HasPrefix(was, `"`) || i > 0 && quoted(i) && (quoted(i-1) || quoted(i+1)))
}

var relation = regexp.MustCompile(`^t\d+$`)
