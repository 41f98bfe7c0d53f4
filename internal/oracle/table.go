package oracle

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Table is a stored table with all its rows.
type Table struct {
	Name    string
	Columns []*Column // the first is the key
	Rows    [][]Value
	Parts   Parts // on PostgreSQL
}

// Parts says whether the rows lie in further tables, which nobody may read.
type Parts uint8

const (
	Whole   Parts = iota
	Hashed        // two partitions, by the key
	Inherit       // a child, which has every third row
)

// divide gives a table parts, in some worlds.
func (t *Table) divide(r *rand.Rand, tables []*Table) {
	switch r.IntN(6) {
	case 0:
		t.Parts = Hashed
	case 1:
		for _, other := range tables {
			if slices.ContainsFunc(other.Columns, func(c *Column) bool { return c.Refers == t }) {
				return // a child's rows cannot be referred to
			}
		}
		t.Parts = Inherit
	}
}

// parts is what follows the table's own text in its definition.
func (t *Table) parts(e Engine) string {
	if e != Postgres {
		return ""
	}
	part := func(n int) string {
		return fmt.Sprintf("CREATE TABLE public.%s ", identifier(fmt.Sprintf("%s_%d", t.Name, n)))
	}
	switch t.Parts {
	case Whole:
		return ""
	case Hashed:
		of := "PARTITION OF " + table(e, t) + " FOR VALUES WITH (MODULUS 2, REMAINDER "
		return fmt.Sprintf(" PARTITION BY HASH (%s); %s%s0); %s%s1)", column(e, t.Columns[0]), part(0), of, part(1), of)
	case Inherit:
		return "; " + part(0) + "() INHERITS (" + table(e, t) + ")"
	default:
		panic("oracle: unknown parts")
	}
}

// move moves rows to a child.
func (t *Table) move(e Engine) string {
	if e != Postgres || t.Parts != Inherit {
		return ""
	}
	key, name := column(e, t.Columns[0]), table(e, t)
	return fmt.Sprintf("WITH gone AS (DELETE FROM ONLY %s WHERE %s IN (SELECT %s FROM (SELECT %s, row_number() OVER () AS n FROM ONLY %s) AS o WHERE n %% 3 = 0) RETURNING *) INSERT INTO public.%s SELECT * FROM gone;\n",
		name, key, key, key, name, identifier(t.Name+"_0"))
}

// Column is a stored column.
type Column struct {
	Name    string
	Kind    Kind
	Varchar bool // a Text declared varchar(60)
	NotNull bool
	Key     bool
	Refers  *Table // to the key of
	Trap    Trap

	linked bool   // the rows belong to a scope by it
	class  string // "" if the rules file does not name it
}

// Trap says that the column has values, in hidden rows alone, with which
// expressions fail. No row condition reads it.
type Trap uint8

const (
	NoTrap  Trap = iota
	Naught       // 666: 1/(x - 666) fails
	Letters      // a text that is no number among texts that are
	Brim         // the greatest bigint among small ones
)

const devil = 666

func (t *Table) index(c *Column) int { return slices.Index(t.Columns, c) }

func tableNames() []string {
	return []string{"orders", "customers", "visits", "Order Items", "users", "group", "staff", "Wards", "select", "invoices", "log_2024", "Größen"}
}

func columnNames() []string {
	return []string{"name", "email", "amount", "Total", "user", "born", "created_at", "active", "status", "ward", "code",
		"order", "city", "note", "score", "rating", "Price EUR", "since", "ort", "größe", "kind", "zip", "phone", "level", "desc", "a\"b", "x", "t"}
}

// newTables makes 2 to 5 tables, each with references to earlier ones.
func newTables(r *rand.Rand) []*Table {
	names := tableNames()
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	var tables []*Table
	for range 2 + r.IntN(4) {
		tables = append(tables, newTable(r, names[len(tables)], tables))
	}
	return tables
}

func newTable(r *rand.Rand, name string, earlier []*Table) *Table {
	t := &Table{Name: name}
	add := func(c *Column) { t.Columns = append(t.Columns, c) }
	add(&Column{Name: "id", Kind: []Kind{Int, Int, Big, Text}[r.IntN(4)], Key: true, NotNull: true})
	for range min(len(earlier), r.IntN(3)) {
		to := earlier[r.IntN(len(earlier))]
		c := &Column{Name: singular(to.Name) + "_id", Kind: to.Columns[0].Kind, Refers: to, NotNull: r.IntN(2) == 0}
		if !slices.ContainsFunc(t.Columns, func(x *Column) bool { return x.Name == c.Name }) {
			add(c)
		}
	}
	for _, i := range r.Perm(len(columnNames()))[:3+r.IntN(5)] {
		add(&Column{Name: columnNames()[i], Kind: Kind(r.IntN(int(Token))), NotNull: r.IntN(4) == 0, Varchar: r.IntN(3) == 0})
	}
	for _, trap := range []*Column{{Name: "grade", Kind: Int, Trap: Naught}, {Name: "digits", Kind: Text, Trap: Letters}, {Name: "quota", Kind: Big, Trap: Brim}} {
		if r.IntN(3) > 0 {
			trap.NotNull = r.IntN(2) == 0
			add(trap)
		}
	}
	t.fill(r)
	return t
}

func singular(name string) string {
	if len(name) > 3 && name[len(name)-1] == 's' {
		return fold(name[:len(name)-1])
	}
	return fold(name)
}

// fill makes rows. Few different values, so that equal ones meet.
func (t *Table) fill(r *rand.Rand) {
	n := []int{r.IntN(3), 3 + r.IntN(12), 10 + r.IntN(40), 10 + r.IntN(40), 40 + r.IntN(80), 120 + r.IntN(180)}[r.IntN(6)]
	for i := range n {
		row := make([]Value, len(t.Columns))
		for j, c := range t.Columns {
			row[j] = c.value(r, i)
		}
		t.Rows = append(t.Rows, row)
	}
}

func (c *Column) value(r *rand.Rand, row int) Value {
	switch {
	case c.Key:
		return keyValue(c.Kind, row)
	case !c.NotNull && r.IntN(7) == 0:
		return nil
	case c.Refers != nil:
		if len(c.Refers.Rows) == 0 {
			c.NotNull = false
			return nil
		}
		return c.Refers.Rows[r.IntN(len(c.Refers.Rows))][0]
	case c.Trap != NoTrap:
		return c.Trap.harmless(r)
	}
	return randomValue(r, c.Kind)
}

func keyValue(k Kind, row int) Value {
	switch k {
	case Int:
		return int64(row + 1)
	case Big:
		return int64(row*3 - 5)
	case Text:
		return fmt.Sprintf("K%03d", row)
	default:
		panic("oracle: a key of another kind")
	}
}

func (t Trap) harmless(r *rand.Rand) Value {
	switch t {
	case Naught:
		return int64(1 + r.IntN(9))
	case Letters:
		return fmt.Sprint(r.IntN(40))
	case Brim:
		return int64(r.IntN(1000))
	default:
		panic("oracle: no trap")
	}
}

func (t Trap) spring() Value {
	switch t {
	case Naught:
		return int64(devil)
	case Letters:
		return "hidden-77"
	case Brim:
		return int64(1<<63 - 1)
	default:
		panic("oracle: no trap")
	}
}

// randomValue is a value of kind k: mostly one of a few, sometimes an odd one.
func randomValue(r *rand.Rand, k Kind) Value {
	switch k {
	case Int:
		if r.IntN(20) == 0 {
			return []int64{-1, 1000, 32768, 100000, -7}[r.IntN(5)]
		}
		return int64(r.IntN(15) - 2)
	case Big:
		if r.IntN(12) == 0 {
			return []int64{1<<63 - 1, -1 << 63, 9007199254740993, -9007199254740993, 1 << 31}[r.IntN(5)]
		}
		return int64(r.IntN(40) - 5)
	case Num:
		if r.IntN(15) == 0 {
			return []Dec{9999999999, -9999999999, 1, -1, 50}[r.IntN(5)]
		}
		return Dec(r.IntN(24)*25 - 100)
	case Float:
		if r.IntN(20) == 0 {
			return []float64{1e9, -1e9, 0.0009765625, 123456.75}[r.IntN(4)]
		}
		return float64(r.IntN(60)-12) / 4
	case Text:
		if r.IntN(4) == 0 {
			return odd[r.IntN(len(odd))]
		}
		return common[r.IntN(len(common))]
	case Date:
		return randomDay(r)
	case Stamp:
		m := Micro(randomDay(r))*dayMicros + Micro([]int64{0, 0, 43200, 3661, 86399}[r.IntN(5)])*1e6
		if r.IntN(6) == 0 {
			m += 500000
		}
		return m
	case Bool:
		return r.IntN(2) == 0
	default:
		panic("oracle: no stored values of this kind")
	}
}

func randomDay(r *rand.Rand) Day {
	if r.IntN(15) == 0 {
		return []Day{-719162, 11016, 10956, -25509, 2932896}[r.IntN(5)] // 0001-01-01, 2000-02-29, 1999-12-31, 1900-02-28, 9999-12-31
	}
	return Day(18262 + r.IntN(60)*20) // from 2020-01-01
}

var common = [...]string{"ann", "bob", "Bob", "cara", "Dora", "open", "closed", "OPEN", "north", "south", "Berlin", "Bern", "München",
	"ann@mail.example", "bob@x.org", "4111111111111111", "+49 30 1234567", "10115", "03601", "n7"}

var odd = [...]string{"", " ", "bob ", " bob", "a", "ß", "straße", "STRASSE", "日本語テキスト八字", "😀x", "o'brien", "10%", "a_b", `back\slash`, `\`, "%",
	"12", "007", "-3", "1e3", "2020-01-01", "true", "NULL", "a@b@c", "@x", "x@", "é", "e\u0301", "line\nbreak", "tab\there", "x--y", "/*c*/", `"q"`,
	"ABCDEFGH", "abcdefg", "12345", "1234", "$1", "ÄÖÜ", "äöü", "Zürich", "N"}
