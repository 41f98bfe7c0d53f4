package egress

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/types"
)

// data is the folder of public data sets, which are not part of the project.
func data(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("GRILLE_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("needs the public data sets: set GRILLE_DATA to their folder")
	}
	return dir
}

func decode(t testing.TB, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// merged is one catalog of all of Spider's training databases, each a schema.
func merged(t testing.TB, path string) *catalog.Catalog {
	t.Helper()
	var all []struct {
		DB      string   `json:"db_id"`
		Tables  []string `json:"table_names_original"`
		Columns [][2]any `json:"column_names_original"`
		Types   []string `json:"column_types"`
		Primary []int    `json:"primary_keys"`
		Foreign [][2]int `json:"foreign_keys"`
	}
	decode(t, path, &all)
	c := &catalog.Catalog{Engine: catalog.Postgres, Version: "1"}
	kinds := map[string]types.Kind{"number": types.Numeric, "time": types.Timestamp, "boolean": types.Bool}
	for _, db := range all {
		first := len(c.Tables)
		for _, name := range db.Tables {
			c.Tables = append(c.Tables, &catalog.Table{ID: catalog.TableID(len(c.Tables) + 1), Schema: db.DB, Name: name})
		}
		type ref struct {
			table *catalog.Table
			col   catalog.ColumnID
		}
		at := make([]ref, len(db.Columns))
		for i, col := range db.Columns {
			table := int(col[0].(float64))
			if table < 0 {
				continue
			}
			kind, ok := kinds[db.Types[i]]
			if !ok {
				kind = types.Text
			}
			x := c.Tables[first+table]
			at[i] = ref{x, catalog.ColumnID(len(x.Columns) + 1)}
			x.Columns = append(x.Columns, &catalog.Column{ID: at[i].col, Name: fmt.Sprint(col[1]), Type: types.Of(kind)})
		}
		for _, i := range db.Primary {
			at[i].table.Unique = append(at[i].table.Unique, []catalog.ColumnID{at[i].col})
		}
		for _, f := range db.Foreign {
			from, to := at[f[0]], at[f[1]]
			from.table.Foreign = append(from.table.Foreign, catalog.ForeignKey{Columns: []catalog.ColumnID{from.col}, To: to.table.ID, ToColumns: []catalog.ColumnID{to.col}})
		}
	}
	return c
}

// asking is a question with the tables that its gold SQL reads.
type asking struct {
	text, syn, db string
	gold          map[string]bool // lowered names
}

var reads = regexp.MustCompile("(?i)\\b(?:from|join)\\s+[\"'`]?(\\w+)")

func questions(t testing.TB, dir string) []asking {
	t.Helper()
	var raw []struct {
		DB       string `json:"db_id"`
		Question string `json:"SpiderQuestion"`
		Syn      string `json:"SpiderSynQuestion"`
		Query    string
	}
	decode(t, filepath.Join(dir, "spider_syn", "train_spider.json"), &raw)
	var out []asking
	for _, r := range raw {
		a := asking{text: r.Question, syn: r.Syn, db: r.DB, gold: map[string]bool{}}
		for _, m := range reads.FindAllStringSubmatch(r.Query, -1) {
			a.gold[strings.ToLower(m[1])] = true
		}
		out = append(out, a)
	}
	return out
}

// tuned reports whether a database is of the half on which the weights were chosen.
func tuned(db string) bool {
	h := fnv.New32a()
	h.Write([]byte(db))
	return h.Sum32()%2 == 0
}

// found is what stands among the first so many tables.
type found struct{ questions, all, tables, gold int }

func (f found) String() string {
	pct := func(a, b int) float64 { return 100 * float64(a) / float64(b) }
	return fmt.Sprintf("%d questions: all gold tables found for %.2f %%; %.2f %% of gold tables", f.questions, pct(f.all, f.questions), pct(f.gold, f.tables))
}

// count looks for the gold tables of a question in a list of tables.
func (f *found) count(a asking, c *catalog.Catalog, list []int) {
	got := map[string]bool{}
	for _, i := range list {
		if c.Tables[i].Schema == a.db {
			got[strings.ToLower(c.Tables[i].Name)] = true
		}
	}
	all := true
	for name := range a.gold {
		f.tables++
		if got[name] {
			f.gold++
		} else {
			all = false
		}
	}
	f.questions++
	if all {
		f.all++
	}
}

// TestRecall measures how often the tables that a question needs are among those
// that fit it best, in one catalog of all databases that the questions are about.
// Nobody says which database a question is about, and many have tables of the same
// names, so that some questions could be about any of several.
func TestRecall(t *testing.T) {
	dir := data(t)
	c := merged(t, filepath.Join(dir, "spider", "tables.json"))
	x := newIndex(c)
	one := newIndex(inOneSchema(c))
	halves := map[bool]string{true: "the half on which weights were chosen", false: "the other half"}
	counts := map[string]*found{}
	count := func(what string, a asking, list []int) {
		for _, name := range []string{what + ", all", what + ", " + halves[tuned(a.db)]} {
			if counts[name] == nil {
				counts[name] = &found{}
			}
			counts[name].count(a, c, list)
		}
	}
	for i, a := range questions(t, dir) {
		q := Question{a.text}
		order := x.rank(q).order
		for _, k := range []int{5, 10, 20} {
			count(fmt.Sprintf("first %02d", k), a, order[:k])
		}
		count("first 10, in other words", a, x.rank(Question{a.syn}).order[:10])
		if i%5 == 0 {
			count("first 10, one schema", a, one.rank(q).order[:10])
			count("in the prompt", a, spokenOf(c, a.db, x.outline(q, outlineBudget, &samples{}).text))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%s: %v", name, *counts[name])
	}
	for name, floor := range map[string]int{"first 10, all": 93, "in the prompt, all": 98, "first 10, in other words, all": 80} {
		if f := counts[name]; f.all*100 < f.questions*floor {
			t.Errorf("%s: %v, want %d %%", name, *f, floor)
		}
	}
}

// inOneSchema is c as a database that keeps all tables together.
func inOneSchema(c *catalog.Catalog) *catalog.Catalog {
	out := &catalog.Catalog{Engine: c.Engine, Version: c.Version}
	for _, t := range c.Tables {
		clone := *t
		clone.Schema = "public"
		out.Tables = append(out.Tables, &clone)
	}
	return out
}

// spokenOf are the tables of a schema that an outline speaks of.
func spokenOf(c *catalog.Catalog, schema, outline string) []int {
	var out []int
	for i, t := range c.Tables {
		if t.Schema == schema && strings.Contains(outline, fmt.Sprintf("table %q.%q", t.Schema, t.Name)) {
			out = append(out, i)
		}
	}
	return out
}
