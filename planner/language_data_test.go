package planner_test

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// noon is when every question of the set is asked: a Thursday.
var noon = time.Date(2025, 5, 15, 12, 0, 0, 0, time.UTC)

// world makes a small database of the tables that a page describes, a line each
// column: a name, a type and what its values are. Equal pages give equal bytes.
type world struct {
	*rand.Rand
	t    *testing.T
	sql  strings.Builder
	keys map[string][]string // of each table, as SQL writes them
	used map[string]bool     // names of people
}

func newWorld(t *testing.T, seed string) *world {
	h := fnv.New64a()
	_, _ = h.Write([]byte(seed)) // never fails
	return &world{Rand: rand.New(rand.NewPCG(h.Sum64(), 1)), t: t, keys: map[string][]string{}, used: map[string]bool{}}
}

// column is one line: name type args [key] [null percent].
type column struct {
	name, kind string
	args       []string
	key        bool
	null       int // percent
}

// table reads "table NAME ROWS" and its columns, and adds CREATE and INSERT.
func (w *world) table(block string) {
	lines := strings.Split(block, "\n")
	head := strings.Fields(lines[0])
	name, rows := head[1], w.int(head[2])
	var columns []column
	for _, line := range lines[1:] {
		columns = append(columns, w.column(line))
	}
	w.create(name, columns)
	for i := range rows {
		made := map[string]string{}
		var cells []string
		for _, c := range columns {
			v := w.cell(c, i, rows, made)
			made[c.name] = v
			cells = append(cells, v)
			if c.key {
				w.keys[name] = append(w.keys[name], v)
			}
		}
		fmt.Fprintf(&w.sql, "INSERT INTO %s VALUES (%s);\n", name, strings.Join(cells, ", "))
	}
}

func (w *world) column(line string) column {
	f := strings.Fields(line)
	c := column{name: f[0], kind: f[1], args: f[2:]}
	if i := slices.Index(c.args, "null"); i >= 0 {
		c.null = w.int(c.args[i+1])
		c.args = c.args[:i]
	}
	if i := slices.Index(c.args, "key"); i >= 0 {
		c.key = true
		c.args = c.args[:i]
	}
	return c
}

func (w *world) create(name string, columns []column) {
	var lines []string
	for _, c := range columns {
		kind := map[string]string{"int": "INTEGER", "numeric": "NUMERIC", "money": "NUMERIC", "bool": "BOOLEAN", "text": "TEXT", "date": "DATE",
			"timestamp": "TIMESTAMP", "timestamptz": "TIMESTAMP WITH TIME ZONE"}[c.kind]
		if kind == "" {
			w.t.Fatalf("%s.%s: unknown type %s", name, c.name, c.kind)
		}
		line := c.name + " " + kind
		if c.key {
			line += " PRIMARY KEY"
		}
		if c.null == 0 {
			line += " NOT NULL"
		}
		if len(c.args) > 0 && c.args[0] == "ref" {
			line += " REFERENCES " + c.args[1]
		}
		lines = append(lines, line)
	}
	fmt.Fprintf(&w.sql, "CREATE TABLE %s (%s);\n", name, strings.Join(lines, ", "))
}

// cell is row i's value of a column, as SQL writes it.
func (w *world) cell(c column, i, rows int, made map[string]string) string {
	if c.null > 0 && w.IntN(100) < c.null {
		return "NULL"
	}
	if c.key && c.kind == "int" {
		return strconv.Itoa(i + 1)
	}
	what := ""
	if len(c.args) > 0 {
		what = c.args[0]
	}
	switch {
	case what == "ref":
		return w.reference(c, rows)
	case what == "after":
		return w.later(c, made[c.args[1]])
	case c.kind == "text":
		return w.text(c, what, i)
	case c.kind == "int" && what == "few": // small ones are common, large ones rare
		return strconv.Itoa(w.whole(c.args[1:], 3))
	case c.kind == "int":
		return strconv.Itoa(w.whole(c.args, 1))
	case c.kind == "numeric":
		return fmt.Sprintf("%.2f", w.between(c.args, 1))
	case c.kind == "money":
		return fmt.Sprintf("%.2f", w.between(c.args, 3))
	case c.kind == "bool":
		return strings.ToUpper(strconv.FormatBool(w.IntN(100) < w.int(what)))
	}
	from, to := w.day(c.args[0]), w.day(c.args[1])
	if c.kind != "date" && to.Add(12*time.Hour).Equal(noon) {
		to = noon
	}
	r := w.Float64()
	return w.moment(c.kind, to.Add(-time.Duration(r*math.Sqrt(r)*float64(to.Sub(from))))) // more of late
}

// whole is a whole number from low to high.
func (w *world) whole(args []string, power int) int {
	return int(w.between([]string{args[0], strconv.Itoa(w.int(args[1]) + 1)}, power))
}

// between is a number from low to high, the higher the power the smaller.
func (w *world) between(args []string, power int) float64 {
	r := math.Pow(w.Float64(), float64(power))
	low, high := w.int(args[0]), w.int(args[1])
	return float64(low) + r*float64(high-low)
}

// reference is a key of another table, or of the rows before in this one; those
// that come first are referred to more often, those beyond the percentage never.
func (w *world) reference(c column, rows int) string {
	percent := 100
	if len(c.args) > 2 {
		percent = w.int(c.args[2])
	}
	keys := w.keys[c.args[1]]
	if len(keys) == 0 { // the table itself
		return strconv.Itoa(1 + w.IntN(max(1, rows*percent/100)))
	}
	r := w.Float64()
	return keys[int((0.5*r+0.5*r*r)*float64(len(keys)*percent/100))]
}

// later is so many days after another column of the row.
func (w *world) later(c column, than string) string {
	if than == "NULL" {
		return than
	}
	t, err := time.Parse("2006-01-02 15:04:05", (strings.Trim(than, "'") + " 00:00:00")[:19])
	if err != nil {
		w.t.Fatal(err)
	}
	low, high := w.int(c.args[2]), w.int(c.args[3])
	days := time.Duration(low)*24*time.Hour + time.Duration(w.Int64N(int64(high-low+1)*int64(24*time.Hour)))
	if t = t.Add(days); c.null > 0 && c.kind != "date" && t.After(noon) {
		return "NULL" // has not happened yet
	}
	return w.moment(c.kind, t)
}

func (w *world) moment(kind string, t time.Time) string {
	switch kind {
	case "date":
		return t.Format("'2006-01-02'")
	case "timestamptz":
		return t.Format("'2006-01-02 15:04:05+00'")
	default:
		return t.Format("'2006-01-02 15:04:05'")
	}
}

// text is one of a list, the first ones more often; each of it in turn; or an
// invented name.
func (w *world) text(c column, what string, i int) string {
	list := strings.Split(strings.Join(c.args[min(1, len(c.args)):], " "), "|")
	switch what {
	case "each":
		return quoted(list[i%len(list)])
	case "of":
		r := w.Float64()
		return quoted(list[int((0.4*r+0.6*r*r)*float64(len(list)))])
	case "email":
		return quoted(fmt.Sprintf("p%d@example.org", i+1))
	case "code":
		return quoted(fmt.Sprintf("%s-%03d", strings.ToUpper(c.name[:2]), 100+i))
	}
	for {
		var name string
		switch what {
		case "person":
			name = w.one(firstNames) + " " + w.one(lastNames)
		case "first":
			return quoted(w.one(firstNames))
		case "last":
			return quoted(w.one(lastNames))
		case "company":
			name = w.one(lastNames) + " " + w.one(companies)
		case "title":
			name = "The " + w.one(titles) + " of " + w.one(lastNames)
		default:
			w.t.Fatalf("column %s: unknown text %q", c.name, what)
		}
		if !w.used[name] {
			w.used[name] = true
			return quoted(name)
		}
	}
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func (w *world) one(list string) string {
	all := strings.Fields(list)
	return all[w.IntN(len(all))]
}

const (
	firstNames = "Maria Ana Luca Noah Emma Elif Yusuf Amara Chidi Mei Wei Sofia Jonas Hanna Ivan Olga Priti Arjun Fatima Omar Lena Paul Greta Karl Rosa"
	lastNames  = "Keller Okafor Yilmaz Chen Rossi Novak Haddad Larsen Silva Kowalski Tanaka Nguyen Weber Moreau Garcia Patel Kim Berg Horvat Costa Mensah"
	companies  = "Ltd GmbH Group Systems Works Foods Motors Media Labs"
	titles     = "House Garden Silence Return Winter Island Memory Shadow Letters Daughter"
)

func (w *world) int(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) day(s string) time.Time {
	d, err := time.Parse("2006-01-02", s)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}
