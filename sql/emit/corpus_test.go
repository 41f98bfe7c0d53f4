package emit_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/sql/types"
	"github.com/grille-dev/grille/viewer"
)

// TestCorpus sends the SELECTs of PostgreSQL's regression suite through every
// stage, over catalogs made up to fit them: each word of a statement is a table
// and a column of some type. None may end in a panic or in the refusal
// "internal", which a text that fails its check gives.
func TestCorpus(t *testing.T) {
	root := os.Getenv("GRILLE_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "data")
	}
	f, err := os.Open(filepath.Join(root, "postgres_regress", "select_statements.jsonl"))
	if err != nil {
		t.Skipf("the corpus is not here (set GRILLE_DATA): %v", err)
	}
	defer f.Close()
	for _, engine := range []catalog.Engine{catalog.Postgres, catalog.SQLite} {
		t.Run(engine.String(), func(t *testing.T) {
			if _, err := f.Seek(0, 0); err != nil {
				t.Fatal(err)
			}
			counts := map[string]int{}
			lines := bufio.NewScanner(f)
			lines.Buffer(nil, 1<<20)
			for lines.Scan() {
				var line struct{ SQL string }
				if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
					t.Fatal(err)
				}
				err := journey(engine, line.SQL)
				code := "printed"
				if err != nil {
					code = string(refusal.CodeOf(err))
				}
				counts[code]++
				if code == "" || code == string(refusal.Internal) {
					owner := ""
					var r *refusal.Refusal
					if errors.As(err, &r) {
						owner = r.Owner
					}
					t.Errorf("%v\n%s\n%s", err, owner, line.SQL)
				}
			}
			t.Logf("%s: %s", engine, counted(counts))
		})
	}
}

// What is printed of a draft is longer and deeper than the draft: the largest
// drafts must still pass the check, or be refused as too long.
func TestLargestDrafts(t *testing.T) {
	for name, text := range map[string]string{
		"deep":       "SELECT " + strings.Repeat("(1 + ", 60) + "1" + strings.Repeat(")", 60),
		"deep calls": "SELECT " + strings.Repeat("coalesce(lower(", 30) + "'x'" + strings.Repeat("), '')", 30),
		"cases":      "SELECT " + strings.Repeat("CASE WHEN m > 1 THEN ", 60) + "1" + strings.Repeat(" END", 60) + " FROM t",
		"subqueries": strings.Repeat("SELECT m FROM (", 60) + "SELECT m FROM t" + strings.Repeat(") x", 60),
		"scalars":    strings.Repeat("SELECT 1 + (", 12) + "SELECT 1" + strings.Repeat(")", 12),
		"long list":  "SELECT m FROM t WHERE m IN (" + strings.TrimSuffix(strings.Repeat("1,", 2400), ",") + ")",
		"wide":       "SELECT " + strings.TrimSuffix(strings.Repeat("m+1,", 1200), ",") + " FROM t",
		"long chain": "SELECT 1" + strings.Repeat("+1", 2400),
		"long or":    "SELECT m FROM t WHERE m = 1" + strings.Repeat(" OR m = 1", 1200),
		"unions":     "SELECT m FROM t" + strings.Repeat(" UNION ALL SELECT m FROM t", 300),
	} {
		for _, engine := range []catalog.Engine{catalog.Postgres, catalog.SQLite} {
			switch err := journey(engine, text); refusal.CodeOf(err) {
			case refusal.TooLong:
			case "":
				if err != nil {
					t.Errorf("%s on %s: %v", name, engine, err)
				}
			default:
				t.Errorf("%s on %s: %v", name, engine, err)
			}
		}
	}
}

func counted(m map[string]int) string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { return m[keys[i]] > m[keys[j]] })
	var parts []string
	for _, k := range keys {
		parts = append(parts, fmt.Sprintf("%d %s", m[k], k))
	}
	return strings.Join(parts, ", ")
}

func journey(engine catalog.Engine, text string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	tree, err := syntax.Parse(text)
	if err != nil {
		return err
	}
	view, err := everything(madeUp(engine, text))
	if err != nil {
		return fmt.Errorf("granting all: %v", err)
	}
	q, err := bind.Query(tree, view.Names(), bind.Env{Now: time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)})
	if err != nil {
		return err
	}
	allowed, err := policy.Apply(view, q)
	if err != nil {
		return err
	}
	_, err = emit.SQL(allowed)
	return err
}

var word = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)

// madeUp is a catalog in which every word of the text is a table, and a column
// of each table.
func madeUp(engine catalog.Engine, text string) *catalog.Catalog {
	kinds := []types.Kind{types.Int4, types.Text, types.Numeric, types.Date, types.Timestamp, types.TimestampTZ, types.Float8, types.Bool, types.Int8, types.Interval, types.Varchar}
	c := &catalog.Catalog{Engine: engine, Path: []string{"public"}, Version: "made up"}
	var names []string
	seen := map[string]bool{}
	for _, w := range word.FindAllString(text, -1) {
		w = strings.ToLower(w)
		if !seen[w] && len(names) < 40 {
			seen[w] = true
			names = append(names, w)
		}
	}
	for i, name := range names {
		t := &catalog.Table{ID: catalog.TableID(i + 1), Schema: "public", Name: name, OID: uint32(i + 1)}
		for j, col := range names {
			h := fnv.New32a()
			h.Write([]byte(col))
			t.Columns = append(t.Columns, &catalog.Column{ID: catalog.ColumnID(j + 1), Name: col, Type: types.Of(kinds[h.Sum32()%uint32(len(kinds))])})
		}
		c.Tables = append(c.Tables, t)
	}
	return c
}

// everything is the view of somebody who may see all of c. Every third table
// has a row filter and every fourth a masked column, so that the guards differ.
func everything(c *catalog.Catalog) (policy.View, error) {
	plain := &policy.Class{Name: "plain", Mask: policy.Mask{Show: policy.Plain}, Where: "test"}
	redact := &policy.Class{Name: "redact", Mask: policy.Mask{Show: policy.Redact}, Where: "test"}
	conf := policy.Config{File: "test", Version: "test", Catalog: c}
	for i, t := range c.Tables {
		rule := policy.Table{Table: t.ID, Where: "test", Columns: map[catalog.ColumnID]*policy.Class{}, Fence: i%3 == 0,
			Grants: []policy.Grant{{Team: "all_of_it", Where: "test", All: true}}}
		for j, col := range t.Columns {
			rule.Columns[col.ID] = plain
			if i%4 == 0 && j%7 == 3 {
				rule.Columns[col.ID] = redact
			}
		}
		conf.Tables = append(conf.Tables, rule)
	}
	rules, err := policy.New(conf)
	if err != nil {
		return policy.View{}, err
	}
	return policy.See(viewer.Viewer{Name: "test", Teams: []string{"all_of_it"}}, rules, c)
}
