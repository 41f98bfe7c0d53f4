package oracle

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// World is a database, its rules, and one viewer of it.
type World struct {
	Seed   uint64
	Number int
	Viewer *Viewer
	Tables []*Table
	Place  string // the database of MariaDB in which it is laid out; a hash is of its name too

	rules    []*rule
	sees     []*sight // the tables that the viewer sees
	traps    []trap   // that hidden rows spring
	unmasked bool
	scopes   []*realm
	shared   map[*Table]bool // in every scope
	withheld []withheld
	r        *rand.Rand
}

// trap is a column that the viewer sees as it is, on whose values in hidden
// rows expressions fail.
type trap struct {
	s *sight
	c *seen
}

// sight is a table as the viewer sees it.
type sight struct {
	rule    *rule
	columns []*seen
}

// seen is a column as the viewer sees it.
type seen struct {
	*Column
	show  *show
	clash bool // teams treat it differently: using it is refused
	in    *World
}

// NewWorld makes world number n of a seed.
func NewWorld(seed uint64, n int) *World {
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	w := &World{Seed: seed, Number: n, r: r, Tables: newTables(r), Viewer: newViewer(r)}
	w.newScopes()
	w.rule(func(columns []int) bool { return total(columns) > 2 }) // who sees nothing asks nothing
	return w
}

// NewUnmasked makes a world in which a column is shown as it is or not at all,
// every table that is seen has a column that is, and some tables have parts. No
// draft says *, for a table of which not all is seen.
func NewUnmasked(seed uint64, n int) *World {
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	w := &World{Seed: seed, Number: n, r: r, Tables: newTables(r), Viewer: newViewer(r), unmasked: true}
	for _, t := range w.Tables {
		t.divide(r, w.Tables)
	}
	w.rule(func(columns []int) bool { return total(columns) > 2 && !slices.Contains(columns, 0) })
	return w
}

func total(ns []int) int {
	sum := 0
	for _, n := range ns {
		sum += n
	}
	return sum
}

// rule makes rules until the numbers of columns that the viewer sees will do.
func (w *World) rule(enough func([]int) bool) {
	for {
		w.rules, w.sees = w.newRules(), nil
		var columns []int
		for _, l := range w.rules {
			if s := w.look(l); s != nil {
				w.sees = append(w.sees, s)
				columns = append(columns, len(s.columns))
			}
		}
		if enough(columns) {
			break
		}
	}
	w.springTraps()
}

// look is what the viewer sees of a table, nil if nothing.
func (w *World) look(l *rule) *sight {
	grants := l.acting(w.Viewer)
	if len(grants) == 0 || w.outside(l.t) {
		return nil
	}
	s, shows := &sight{rule: l}, shows()
	for _, c := range l.t.Columns {
		class, clash := grants[0].class(c), false
		for _, g := range grants[1:] {
			other := g.class(c)
			if shows[other].yaml == shows[class].yaml {
				continue
			}
			clash = true
			if class == "shut" || shows[other].yaml == "value" {
				class = other
			}
		}
		if class != "shut" && !slices.Contains(w.withheld, withheld{l.t, c}) {
			s.columns = append(s.columns, &seen{Column: c, show: shows[class], clash: clash, in: w})
		}
	}
	return s
}

// springTraps puts into hidden rows the values on which expressions fail, and
// in one world of eight into a few that are seen.
func (w *World) springTraps() {
	everywhere := w.r.IntN(8) == 0
	sprung := map[*Column]bool{}
	for _, l := range w.rules {
		for _, row := range l.t.Rows {
			seen := w.visible(l, row)
			for i, c := range l.t.Columns {
				if c.Trap != NoTrap && (!seen && w.r.IntN(2) == 0 || everywhere && w.r.IntN(20) == 0) {
					row[i] = c.Trap.spring()
					sprung[c] = sprung[c] || !seen
				}
			}
		}
	}
	for _, s := range w.sees {
		for _, c := range s.columns {
			if sprung[c.Column] && c.show.yaml == "value" && !c.clash {
				w.traps = append(w.traps, trap{s, c})
			}
		}
	}
}

// visible reports whether the viewer sees a row.
func (w *World) visible(l *rule, row []Value) bool {
	return l.sees(w.Viewer, row) && w.within(l.t, row)
}

// Rules is the text of the rules file.
func (w *World) Rules(e Engine) string { return w.file(e) }

// Teams are those that exist.
func (w *World) Teams() []string { return []string{"alpha", "beta", "gamma"} }

// kind is the kind of what is seen.
func (c *seen) kind() Kind {
	if c.show.kind == nil {
		return c.Kind
	}
	return c.show.kind(c.Kind)
}

// redacted columns are empty in every row, and may pick none.
func (c *seen) redacted() bool { return c.show.yaml == "redact" }

// family is the key family of a hash on an engine.
func (c *seen) family(e Engine, t *Table) string {
	if c.show.yaml == "hash" {
		return fmt.Sprintf("column %q.%q.%q", at(c.in.Place, e.Schema()), e.name(t.Name), e.name(c.Name))
	}
	return "family people"
}

// value is what the viewer sees of v.
func (c *seen) value(e Engine, t *Table, v Value) Value {
	switch {
	case v == nil || c.clash:
		return nil
	case c.show.hash:
		return token(c.family(e, t), v)
	default:
		return c.show.value(v)
	}
}

// Full is the whole database.
func (w *World) Full(e Engine) string {
	var b strings.Builder
	for _, t := range w.Tables {
		var parts []string
		for _, c := range t.Columns {
			parts = append(parts, column(e, c)+" "+declared(e, c)+constraints(e, c))
		}
		fmt.Fprintf(&b, "CREATE TABLE %s (%s)%s;\n", table(e, t), strings.Join(parts, ", "), t.parts(e))
		var rows []string
		for i, row := range t.Rows {
			rows = append(rows, "("+strings.Join(storedRow(e, t, row, i), ", ")+")")
		}
		insert(&b, e, t, rows)
		b.WriteString(t.move(e))
		for _, c := range t.Columns {
			if c.Trap != NoTrap || c.Refers != nil {
				fmt.Fprintf(&b, "CREATE INDEX ON %s (%s);\n", table(e, t), column(e, c)+prefix(e, c))
			}
		}
	}
	switch e {
	case Postgres:
		return b.String() + "ANALYZE;\n"
	case SQLite:
		return nameIndexes(b.String(), "CREATE INDEX \"main\".i%d ON ") + "ANALYZE;\n"
	case MariaDB:
		for _, t := range w.Tables {
			b.WriteString("ANALYZE TABLE " + table(e, t) + ";\n")
		}
		return nameIndexes(b.String(), "CREATE INDEX i%d ON "+identifier(e.Schema())+".")
	default:
		panic("oracle: unknown engine")
	}
}

// prefix is how much of a text MariaDB indexes.
func prefix(e Engine, c *Column) string {
	if e == MariaDB && c.Kind == Text && !c.varchar(e) {
		return "(20)"
	}
	return ""
}

// Gone takes the rows that the viewer does not see out of the whole data, and
// leaves the statistics by which engines plan as they were.
func (w *World) Gone(e Engine) string {
	var b strings.Builder
	switch e {
	case Postgres:
		b.WriteString(dropForeign)
	case MariaDB:
		b.WriteString("SET foreign_key_checks = 0;\n")
	}
	for _, l := range w.rules {
		var keys []string
		for i, row := range l.t.Rows {
			if !w.visible(l, row) {
				keys = append(keys, storedRow(e, l.t, row, i)[0])
			}
		}
		if len(keys) > 0 {
			fmt.Fprintf(&b, "DELETE FROM %s WHERE %s IN (%s);\n", table(e, l.t), column(e, l.t.Columns[0]), strings.Join(keys, ", "))
		}
	}
	if e == MariaDB {
		b.WriteString("SET foreign_key_checks = 1;\n")
	}
	return b.String()
}

// dropForeign lets parents go whose children stay.
const dropForeign = `DO $$ DECLARE c record; BEGIN
	FOR c IN SELECT conrelid::regclass AS t, conname FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 LOOP
		EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.t, c.conname);
	END LOOP;
END $$;
`

// nameIndexes gives indexes names, without which SQLite and MariaDB have none.
func nameIndexes(sql, create string) string {
	const nameless = "CREATE INDEX ON "
	n := 0
	for before, after, ok := strings.Cut(sql, nameless); ok; before, after, ok = strings.Cut(sql, nameless) {
		n++
		_, after, _ = strings.Cut(after, ".") // the schema
		sql = before + fmt.Sprintf(create, n) + after
	}
	return sql
}

func table(e Engine, t *Table) string {
	return identifier(e.Schema()) + "." + identifier(e.name(t.Name))
}

func insert(b *strings.Builder, e Engine, t *Table, rows []string) {
	for part := range slices.Chunk(rows, 100) {
		fmt.Fprintf(b, "INSERT INTO %s VALUES\n%s;\n", table(e, t), strings.Join(part, ",\n"))
	}
}

func storedRow(e Engine, t *Table, row []Value, n int) []string {
	texts := make([]string, len(row))
	for i, v := range row {
		switch {
		case e == Postgres, e == MariaDB && v != nil:
			texts[i] = literal(v)
		case e == MariaDB:
			texts[i] = noDate(t.Columns[i].Kind, n+i)
		case v == nil && (n+i)%3 == 0:
			texts[i] = junk(t.Columns[i].Kind)
		default:
			texts[i] = stored(v)
		}
	}
	return texts
}

// noDate is what stands in MariaDB where there is no value: NULL, or of a date one
// that is none, which Grille reads as NULL.
func noDate(k Kind, n int) string {
	switch {
	case n%3 > 0:
		return "NULL"
	case k == Date:
		return []string{"'0000-00-00'", "'2020-00-07'"}[n/3%2]
	case k == Stamp:
		return []string{"'0000-00-00 00:00:00'", "'2020-02-00 10:00:00'"}[n/3%2]
	default:
		return "NULL"
	}
}

// junk is what SQLite takes into a column of any type, and Grille reads as NULL.
func junk(k Kind) string {
	switch k {
	case Int, Big:
		return "'7 wards'"
	case Num:
		return "'much'"
	case Float:
		return "'high'"
	case Text:
		return "x'00ff'"
	case Date:
		return "'2020-02-30'"
	case Stamp:
		return "1577836800"
	case Bool:
		return "2"
	default:
		panic("oracle: no stored values of this kind")
	}
}

// declared is the type of a stored column.
func declared(e Engine, c *Column) string {
	switch {
	case c.varchar(e):
		return "varchar(60)"
	case e == SQLite && c.Kind == Int && c.Key:
		return "INTEGER"
	case e != SQLite && c.Kind == Num:
		return "numeric(10,2)"
	case e == MariaDB && c.Kind == Stamp:
		return "datetime(6)"
	default:
		return typeName(Postgres, c.Kind)
	}
}

// varchar reports whether a column is declared as one: in MariaDB what is in a key
// is, and what belongs to it.
func (c *Column) varchar(e Engine) bool {
	return c.Kind == Text && (c.Varchar || e == MariaDB && (c.Key || c.Refers != nil || c.linked))
}

// typeName is the type that a kind has on the copy for an engine.
func typeName(e Engine, k Kind) string {
	switch k {
	case Int:
		if e == SQLite {
			return "bigint"
		}
		return "integer"
	case Big:
		return "bigint"
	case Num:
		return "numeric"
	case Float:
		return "double precision"
	case Text, Token:
		return "text"
	case Date:
		return "date"
	case Stamp:
		return "timestamp"
	case Bool:
		return "boolean"
	default:
		panic("oracle: unknown kind")
	}
}

func constraints(e Engine, c *Column) string {
	switch {
	case c.Key && e == SQLite && c.Kind == Int:
		return " PRIMARY KEY"
	case c.Key:
		return " PRIMARY KEY NOT NULL"
	}
	text := ""
	if c.NotNull {
		text = " NOT NULL"
	}
	if c.Refers != nil {
		text += fmt.Sprintf(" REFERENCES %s (%s)", identifier(e.name(c.Refers.Name)), column(e, c.Refers.Columns[0]))
	}
	return text
}

// Copy is, in PostgreSQL's SQL, the database that holds what the viewer sees
// and nothing else.
func (w *World) Copy(e Engine) string {
	var b strings.Builder
	for _, s := range w.sees {
		t := s.rule.t
		var parts []string
		for _, c := range s.columns {
			parts = append(parts, column(e, c.Column)+" "+c.declared(e))
		}
		fmt.Fprintf(&b, "CREATE TABLE %s (%s);\n", table(e, t), strings.Join(parts, ", "))
		if len(s.columns) == 0 {
			for _, row := range t.Rows {
				if w.visible(s.rule, row) {
					fmt.Fprintf(&b, "INSERT INTO %s DEFAULT VALUES;\n", table(e, t))
				}
			}
			continue
		}
		insert(&b, e, t, w.copyRows(e, s))
	}
	return b.String() + "ANALYZE;\n"
}

func (w *World) copyRows(e Engine, s *sight) []string {
	var rows []string
	for _, row := range s.rule.t.Rows {
		if !w.visible(s.rule, row) {
			continue
		}
		texts := make([]string, len(s.columns))
		for i, c := range s.columns {
			v := c.value(e, s.rule.t, row[s.rule.t.index(c.Column)])
			if d, ok := v.(Dec); ok && e == SQLite {
				texts[i] = d.short()
			} else {
				texts[i] = literal(v)
			}
		}
		rows = append(rows, "("+strings.Join(texts, ", ")+")")
	}
	return rows
}

func (c *seen) declared(e Engine) string {
	masked := c.show.yaml != "value" && !c.redacted()
	text := typeName(e, c.kind())
	switch {
	case masked:
	case c.varchar(e) && e != SQLite:
		text = "varchar(60)"
	case c.Kind == Num && e != SQLite:
		text = "numeric(10,2)"
	}
	if c.Key && !c.clash && c.show.keeps {
		text += " PRIMARY KEY"
	}
	return text
}
