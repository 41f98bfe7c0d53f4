package groups

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"

	"github.com/grille-dev/grille/internal/oracle"
	"github.com/grille-dev/grille/viewer"
)

// record is a row of a table by column; values are nil, int64, string (dates are
// texts, too) and *big.Rat.
type record map[string]any

// table is a stored table.
type table struct {
	name    string
	columns []string
	types   []string // as both engines declare them
	rows    []record
	seen    func(record) bool // the row rule, in Go
	rule    string            // and as the file has it
}

// world is a database, its rules and the sizes of its groups.
type world struct {
	r                      *rand.Rand
	size                   int
	dept, emp, sale, cases *table
}

func cents(n int64) *big.Rat { return big.NewRat(n, 100) }

func newWorld(seed uint64, n int) *world {
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	w := &world{r: r, size: 3 + r.IntN(3)}
	all := func(record) bool { return true }
	w.dept = &table{name: "dept", columns: []string{"id", "name", "floor"}, types: []string{"bigint PRIMARY KEY NOT NULL", "text NOT NULL", "bigint"}, seen: all, rule: "all"}
	for i := range 4 {
		w.dept.rows = append(w.dept.rows, record{"id": int64(i + 1), "name": []string{"north", "south", "east", "north"}[i], "floor": w.maybe(int64(i / 2))})
	}
	w.emp = &table{name: "emp", columns: []string{"id", "dept", "tenant", "boss", "name", "badge", "hired", "salary", "bonus", "rate"},
		types: []string{"bigint PRIMARY KEY NOT NULL", "bigint REFERENCES dept (id)", "bigint NOT NULL", "bigint REFERENCES emp (id)", "text NOT NULL", "text NOT NULL UNIQUE", "date NOT NULL", "bigint NOT NULL", "bigint", "numeric(10,2)"},
		seen:  func(x record) bool { return x["tenant"] != int64(9) }, rule: "tenant <> 9"}
	people := 2*w.size + r.IntN(8*w.size)
	for i := range people {
		w.emp.rows = append(w.emp.rows, record{
			"id": int64(i + 1), "dept": w.maybe(w.lean(4)), "tenant": []int64{1, 1, 1, 2, 2, 3, 9}[r.IntN(7)], "boss": w.boss(i),
			"name": []string{"ann", "bob", "cem", "dora", "eva", "7"}[r.IntN(6)], "badge": fmt.Sprintf("B-%d", i+1), "hired": w.day(),
			"salary": int64(1000 + r.IntN(9000)), "bonus": w.maybe(int64(r.IntN(500))), "rate": w.maybe(cents(int64(r.IntN(10000)))),
		})
	}
	w.sale = &table{name: "sale", columns: []string{"id", "emp_id", "kind", "day", "amount"},
		types: []string{"bigint PRIMARY KEY NOT NULL", "bigint REFERENCES emp (id)", "text NOT NULL", "date NOT NULL", "numeric(10,2)"},
		seen:  func(x record) bool { return x["kind"] != "void" }, rule: "kind <> 'void'"}
	for i := range people * 2 {
		w.sale.rows = append(w.sale.rows, record{"id": int64(i + 1), "emp_id": w.maybe(int64(1 + r.IntN(people))), "kind": w.kind(), "day": w.day(), "amount": w.maybe(cents(int64(r.IntN(100000))))})
	}
	// Several rows an entity, and some of nobody.
	w.cases = &table{name: "cases", columns: []string{"id", "person", "dept", "kind", "cost"},
		types: []string{"bigint PRIMARY KEY NOT NULL", "bigint", "bigint NOT NULL REFERENCES dept (id)", "text NOT NULL", "bigint"}, seen: all, rule: "all"}
	for i := range people * 2 {
		w.cases.rows = append(w.cases.rows, record{"id": int64(i + 1), "person": w.maybe(int64(1 + r.IntN(people))), "dept": w.lean(4), "kind": w.kind(), "cost": w.maybe(int64(r.IntN(9000)))})
	}
	return w
}

// maybe is v, or NULL.
func (w *world) maybe(v any) any {
	if w.r.IntN(8) == 0 {
		return nil
	}
	return v
}

// lean is 1 to n, the first far more often than the last: groups of all sizes.
func (w *world) lean(n int) int64 { return int64(1 + w.r.IntN(1+w.r.IntN(n))) }

func (w *world) boss(i int) any {
	if i < 4 {
		return nil
	}
	return int64(1 + w.r.IntN(i))
}

func (w *world) kind() string { return []string{"a", "a", "a", "b", "b", "c", "void"}[w.r.IntN(7)] }

func (w *world) day() string {
	return fmt.Sprintf("%d-%02d-%02d", 2020+w.r.IntN(2), 1+w.r.IntN(3), 1+w.r.IntN(28))
}

func (w *world) tables() []*table { return []*table{w.dept, w.emp, w.sale, w.cases} }

// sql makes the database.
func (w *world) sql() string {
	var b strings.Builder
	for _, t := range w.tables() {
		var cols []string
		for i, c := range t.columns {
			cols = append(cols, c+" "+t.types[i])
		}
		fmt.Fprintf(&b, "CREATE TABLE %s (%s);\n", t.name, strings.Join(cols, ", "))
		for _, x := range t.rows {
			var vs []string
			for _, c := range t.columns {
				vs = append(vs, literal(x[c]))
			}
			fmt.Fprintf(&b, "INSERT INTO %s VALUES (%s);\n", t.name, strings.Join(vs, ", "))
		}
	}
	return b.String()
}

func literal(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case int64:
		return fmt.Sprint(v)
	case string:
		return "'" + v + "'"
	case *big.Rat:
		return v.FloatString(2)
	default:
		panic("groups: unknown value")
	}
}

// rules is the rules file.
func (w *world) rules(schema string) string {
	var b strings.Builder
	b.WriteString("version: 1\nclasses:\n  plain: {show: value}\n  pay: {show: aggregate}\ntables:\n")
	for _, t := range w.tables() {
		fmt.Fprintf(&b, "  %s.%s:\n    columns:\n", schema, t.name)
		for _, c := range t.columns {
			class := "plain"
			if strings.Contains("salary bonus rate cost", c) {
				class = "pay"
			}
			fmt.Fprintf(&b, "      %s: %s\n", c, class)
		}
		group := ""
		if entity := map[string]string{"emp": "id", "cases": "person"}[t.name]; entity != "" {
			group = fmt.Sprintf(", min_group: {entity: %s, size: %d}", entity, w.size)
		}
		fmt.Fprintf(&b, "    grants: {analysts: {rows: \"%s\"%s}}\n", t.rule, group)
	}
	return b.String()
}

func (w *world) setup(e oracle.Engine) oracle.Setup {
	return oracle.Setup{Rules: w.rules(e.Schema()), Teams: []string{"analysts"}, Viewer: viewer.Viewer{Name: "tom", Teams: []string{"analysts"}}}
}
