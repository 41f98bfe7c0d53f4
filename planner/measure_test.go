package planner

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/types"
)

// data is the folder of public data sets, which are not part of the project.
func data(t *testing.T) string {
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

// Every draft for a question of Spider's training set binds, and at least half
// of the questions get one. Whether they are right is for eval to measure.
func TestSpiderBinds(t *testing.T) {
	dir := filepath.Join(data(t), "spider")
	views := spiderViews(t, filepath.Join(dir, "tables.json"))
	var questions []struct{ Question, DB string }
	var raw []struct {
		Question string
		DB       string `json:"db_id"`
	}
	decode(t, filepath.Join(dir, "train_spider.json"), &raw)
	for i, q := range raw {
		if i%20 == 0 && views[q.DB] != nil {
			questions = append(questions, struct{ Question, DB string }{q.Question, q.DB})
		}
	}
	drafted := 0
	for _, q := range questions {
		all, err := views[q.DB].read(q.Question) // fails the test if a draft does not bind
		if err == nil && all.Decision == Answer {
			drafted++
		}
	}
	t.Logf("%d questions, %d drafted", len(questions), drafted)
	if drafted*2 < len(questions) {
		t.Error("more than half are refused")
	}
}

// Nine of ten questions that the data cannot answer are refused.
func TestUnanswerable(t *testing.T) {
	dir := data(t)
	f, err := os.Open(filepath.Join(dir, "sql-eval", "idk.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n, refused, choices := 0, 0, 0
	lexicons := map[string]*lexicon{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var q struct {
			Question string
			DB       string `json:"db_name"`
		}
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			t.Fatal(err)
		}
		if lexicons[q.DB] == nil {
			lexicons[q.DB] = newLexicon(fromDDL(t, filepath.Join(dir, "defog-data", "defog_data", q.DB, q.DB+".sql")))
		}
		n++
		if all, err := read(lexicons[q.DB], q.Question, Options{Now: noon, Zone: noon.Location()}); err != nil || all.Decision == Choose {
			refused++
			if err == nil {
				choices++
				t.Logf("offered: %s\n%s", q.Question, offered(q.Question, all)+fmt.Sprint(" ", all.Readings[0].Draft.Confidence))
			}
		} else {
			t.Logf("answered: %s\n%s", q.Question, all.Readings[0].Draft.SQL)
		}
	}
	t.Logf("%d of %d refused, %d of these with readings to choose from", refused, n, choices)
	if refused*10 < n*9 {
		t.Error("too many of them are answered")
	}
}

func decode(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

func spiderViews(t *testing.T, path string) map[string]*page {
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
	views := map[string]*page{}
	kinds := map[string]types.Kind{"number": types.Numeric, "time": types.Timestamp, "boolean": types.Bool}
	for _, db := range all {
		c := &catalog.Catalog{Engine: catalog.SQLite, Path: []string{"main"}, Version: "1"}
		for i, name := range db.Tables {
			c.Tables = append(c.Tables, &catalog.Table{ID: catalog.TableID(i + 1), Schema: "main", Name: name})
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
			x := c.Tables[table]
			x.Columns = append(x.Columns, &catalog.Column{ID: catalog.ColumnID(len(x.Columns) + 1), Name: fmt.Sprint(col[1]), Type: types.Of(kind)})
			at[i] = ref{table: x, col: x.Columns[len(x.Columns)-1]}
		}
		for _, i := range db.Primary {
			at[i].table.Unique = append(at[i].table.Unique, []catalog.ColumnID{at[i].col.ID})
		}
		for _, f := range db.Foreign {
			from, to := at[f[0]], at[f[1]]
			from.table.Foreign = append(from.table.Foreign, catalog.ForeignKey{Columns: []catalog.ColumnID{from.col.ID}, To: to.table.ID, ToColumns: []catalog.ColumnID{to.col.ID}})
		}
		p := &page{t: t, zone: noon.Location()}
		p.views = append(p.views, open(t, c))
		views[db.DB] = p
	}
	return views
}

var (
	createTable = regexp.MustCompile(`(?s)CREATE TABLE ([\w."]+)\s*\((.*?)\n\s*\);`)
	columnLine  = regexp.MustCompile(`^\s*"?(\w+)"?\s+(\w+)`)
)

// fromDDL reads the tables and columns of a dump; keys are left out.
func fromDDL(t *testing.T, path string) *catalog.Catalog {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]types.Kind{"bigint": types.Int8, "int": types.Int4, "integer": types.Int4, "serial": types.Int4, "numeric": types.Numeric,
		"real": types.Float4, "double": types.Float8, "float": types.Float8, "date": types.Date, "timestamp": types.Timestamp, "boolean": types.Bool}
	c := &catalog.Catalog{Engine: catalog.Postgres, Path: []string{"public"}, Version: "1"}
	for _, m := range createTable.FindAllStringSubmatch(string(text), -1) {
		name := strings.Trim(m[1][strings.LastIndexByte(m[1], '.')+1:], `"`)
		table := &catalog.Table{ID: catalog.TableID(len(c.Tables) + 1), Schema: "public", Name: name}
		for line := range strings.Lines(m[2]) {
			f := columnLine.FindStringSubmatch(line)
			if f == nil || strings.Contains("PRIMARY FOREIGN CONSTRAINT UNIQUE CHECK", strings.ToUpper(f[1])) {
				continue
			}
			kind, ok := kinds[strings.ToLower(f[2])]
			if !ok {
				kind = types.Text
			}
			table.Columns = append(table.Columns, &catalog.Column{ID: catalog.ColumnID(len(table.Columns) + 1), Name: f[1], Type: types.Of(kind)})
		}
		c.Tables = append(c.Tables, table)
	}
	return c
}
