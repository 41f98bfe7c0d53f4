package rules

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/types"
)

// TestSorter measures the proposal of classes on schemas that it was not written
// for, against labels of our own. The databases' outlines are no part of the
// project; without them it is skipped.
func TestSorter(t *testing.T) {
	for _, set := range []struct {
		labels                 string
		read                   func(t *testing.T, dir string) []*catalog.Catalog
		mostOpened, mostClosed int // of columns that should be closed, and of those that could be open
	}{
		{"defog", defog, 0, 65},
		{"spider", spider, 6, 45},
	} {
		t.Run(set.labels, func(t *testing.T) {
			dir := filepath.Join("..", "..", "..", "shared", "data")
			if _, err := os.Stat(dir); err != nil {
				t.Skip("the outlines are not here: ../shared/data")
			}
			m := measured{labels: readLabels(t, filepath.Join("testdata", "sorter", set.labels+".txt")), count: map[[2]string]int{}}
			for _, cat := range set.read(t, dir) {
				m.look(cat)
			}
			if len(m.labels) > 0 {
				t.Errorf("%d labels are of no column, such as %v", len(m.labels), slices.Collect(keys(m.labels))[0])
			}
			slices.Sort(m.opened)
			slices.Sort(m.closed)
			t.Logf("opened: %q\nclosed: %q", m.opened, m.closed)
			page, err := os.ReadFile("../../docs/classes.md")
			if err != nil || !strings.Contains(string(page), m.table()) {
				t.Errorf("docs/classes.md has not what was measured: %v\n%s", err, m.table())
			}
			if len(m.opened) > set.mostOpened || len(m.closed) > set.mostClosed {
				t.Errorf("%d opened that should be closed, at most %d; %d closed that could be open, at most %d", len(m.opened), set.mostOpened, len(m.closed), set.mostClosed)
			}
		})
	}
}

// Names that look like something else than they are.
func TestSortedNames(t *testing.T) {
	for _, x := range []struct{ table, column, declared, class string }{
		{"staff", "tax_id", "int", "secret"},
		{"orders", "tax", "numeric", "plain"},
		{"people", "national_id", "int", "secret"},
		{"orders", "account_id", "int", "key"},
		{"cards", "pin_code", "text", "secret"},
		{"cars", "license_plate", "text", "secret"},
		{"musicians", "name", "text", "person.name"},
		{"painters", "title", "text", "person.name"},
		{"orders", "name", "text", "plain"},
		{"computers", "name", "text", "plain"},
		{"invoices", "contact_name", "text", "person.name"},
		{"customers", "marital_status", "text", "unsure"},
		{"customers", "customer_status", "text", "plain"},
		{"customers", "city", "text", "unsure"},
		{"customers", "user_id", "text", "unsure"},
		{"businesses", "business_id", "text", "key"},
		{"logs", "user_id", "text", "unsure"},
		{"users", "last_login_at", "timestamp", "plain"},
		{"users", "phone", "int", "contact"},
		{"users", "is_active", "text", "unsure"},
		{"x", "custBDay", "date", "birth"},
		{"x", "emp_sal", "numeric", "sensitive"},
		{"x", "pwd", "text", "secret"},
		{"x", "wide_area", "text", "unsure"},
	} {
		table := &catalog.Table{ID: 1, Name: x.table}
		add(table, x.column, x.declared, "")
		if got := sortingOf(table, table.Columns[0]).class(); got != x.class {
			t.Errorf("%s.%s %s is %s, want %s", x.table, x.column, x.declared, got, x.class)
		}
	}
	if shown := Shown(); len(shown) != len(order()) {
		t.Error("not every class that is proposed is told in words")
	}
	for _, class := range order() {
		if Shown()[class] == "" || !strings.Contains(classesHead, "  "+class+":") {
			t.Errorf("%s is not told in words, or not declared", class)
		}
	}
}

func keys(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// measured compares classes that are proposed with labels.
type measured struct {
	labels         map[string]string // by database.table.column
	count          map[[2]string]int // by label and class
	opened, closed []string
}

// labelOf is the label that a class is the answer to.
func labelOf(class string) string {
	switch class {
	case "plain", "key":
		return "open"
	case "person.name":
		return "name"
	case "text.free":
		return "free"
	case "unsure", "contact", "birth", "zip", "sensitive", "secret":
		return class
	default:
		panic("rules: a class that is not proposed")
	}
}

// look compares one database, which is named by its path.
func (m *measured) look(cat *catalog.Catalog) {
	p := Propose(cat)
	for _, t := range cat.Tables {
		for _, c := range t.Columns {
			name := strings.ReplaceAll(cat.Path[0]+"."+strings.TrimPrefix(t.Schema+"."+t.Name, ".")+"."+c.Name, " ", "_")
			label, ok := m.labels[name]
			if !ok {
				continue
			}
			delete(m.labels, name)
			if label == "plain" || label == "key" {
				label = "open"
			}
			class := labelOf(p.Class(c))
			m.count[[2]string{label, class}]++
			switch {
			case label == "either":
			case label == "open" && class != "open":
				m.closed = append(m.closed, name+" as "+class)
			case label != "open" && class == "open":
				m.opened = append(m.opened, name+", which is "+label)
			}
		}
	}
}

// table is precision and recall of each class, without the columns that could be
// either.
func (m *measured) table() string {
	var b strings.Builder
	b.WriteString("| class | labelled | proposed | precision | recall |\n|---|---|---|---|---|\n")
	for _, of := range []string{"open", "name", "contact", "birth", "zip", "sensitive", "secret", "free"} {
		labelled, proposed, both := 0, 0, m.count[[2]string{of, of}]
		for k, n := range m.count {
			if k[0] == of {
				labelled += n
			}
			if k[1] == of && k[0] != "either" {
				proposed += n
			}
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %s | %s |\n", of, labelled, proposed, share(both, proposed), share(both, labelled))
	}
	open, private := 0, 0
	for k, n := range m.count {
		switch k[0] {
		case "either":
		case "open":
			open += n
		default:
			private += n
		}
	}
	fmt.Fprintf(&b, "\n**%d of %d that should be closed were opened; %d of %d that could be open were closed.**\n", len(m.opened), private, len(m.closed), open)
	return b.String()
}

func share(n, of int) string {
	if of == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f %%", 100*float64(n)/float64(of))
}

// readLabels reads lines of DATABASE.TABLE COLUMN:LABEL ...; a column's blanks are _.
func readLabels(t *testing.T, file string) map[string]string {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	labels := map[string]string{}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		for _, f := range fields[1:] {
			column, label, _ := strings.Cut(f, ":")
			if !slices.Contains([]string{"plain", "key", "name", "contact", "birth", "zip", "sensitive", "free", "secret", "either"}, label) {
				t.Fatalf("%s: %s is no label", fields[0], f)
			}
			labels[fields[0]+"."+column] = label
		}
	}
	return labels
}

func decode(t *testing.T, file string, into any) {
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// add adds a column to a table.
func add(t *catalog.Table, name, declared, comment string) {
	t.Columns = append(t.Columns, &catalog.Column{ID: catalog.ColumnID(len(t.Columns) + 1), Name: name, Type: outlined(strings.ToLower(declared)), Declared: declared, Comment: comment})
}

// outlined is the type of a column in an outline.
func outlined(declared string) types.Type {
	for _, k := range []struct {
		part string
		kind types.Kind
	}{{"bool", types.Bool}, {"int", types.Int8}, {"serial", types.Int8}, {"num", types.Numeric}, {"dec", types.Numeric}, {"double", types.Float8}, {"real", types.Float8},
		{"float", types.Float8}, {"timestamp", types.Timestamp}, {"date", types.Date}, {"time", types.Timestamp}} {
		if strings.Contains(declared, k.part) {
			return types.Of(k.kind)
		}
	}
	return types.Of(types.Text)
}

func defog(t *testing.T, dir string) []*catalog.Catalog {
	files, err := filepath.Glob(filepath.Join(dir, "defog-data", "defog_data", "*", "*.json"))
	if err != nil || len(files) == 0 {
		t.Skip("the outlines are not here: ../shared/data/defog-data")
	}
	var out []*catalog.Catalog
	for _, f := range files {
		var of struct {
			Tables map[string][]struct {
				Type    string `json:"data_type"`
				Name    string `json:"column_name"`
				Comment string `json:"column_description"`
			} `json:"table_metadata"`
		}
		decode(t, f, &of)
		cat := &catalog.Catalog{Engine: catalog.Postgres, Path: []string{strings.TrimSuffix(filepath.Base(f), ".json")}}
		for name, columns := range of.Tables {
			table := &catalog.Table{ID: catalog.TableID(len(cat.Tables) + 1), Name: name}
			if schema, of, ok := strings.Cut(name, "."); ok {
				table.Schema, table.Name = schema, of
			}
			for _, c := range columns {
				add(table, c.Name, c.Type, c.Comment)
			}
			cat.Tables = append(cat.Tables, table)
		}
		out = append(out, cat)
	}
	return out
}

func spider(t *testing.T, dir string) []*catalog.Catalog {
	file := filepath.Join(dir, "spider", "tables.json")
	if _, err := os.Stat(file); err != nil {
		t.Skip("the outlines are not here: ../shared/data/spider")
	}
	var dbs []struct {
		ID      string    `json:"db_id"`
		Tables  []string  `json:"table_names_original"`
		Types   []string  `json:"column_types"`
		Columns []ofTable `json:"column_names_original"`
	}
	decode(t, file, &dbs)
	var out []*catalog.Catalog
	for _, db := range dbs {
		cat := &catalog.Catalog{Engine: catalog.SQLite, Path: []string{db.ID}}
		for i, name := range db.Tables {
			cat.Tables = append(cat.Tables, &catalog.Table{ID: catalog.TableID(i + 1), Name: name})
		}
		for i, c := range db.Columns {
			if c.table >= 0 {
				add(cat.Tables[c.table], c.name, db.Types[i], "")
			}
		}
		out = append(out, cat)
	}
	return out
}

// ofTable is [1, "name"].
type ofTable struct {
	table int
	name  string
}

func (c *ofTable) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[]any{&c.table, &c.name})
}
