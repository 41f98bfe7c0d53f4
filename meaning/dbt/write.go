package dbt

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/meaning"
)

// Meaning is what the project says of a database, as a meaning file for a person to
// read, and what was not taken of it. Everything in the file fits the catalog.
func (p Project) Meaning(cat *catalog.Catalog) (text []byte, left []string) {
	f := &file{cat: cat, left: slices.Clone(p.Left), dropped: map[string]bool{}}
	f.match(p)
	for {
		text := f.write(p)
		if !f.drop(text) {
			return text, f.left
		}
	}
}

// Classes are the classes that meta names for columns of a database.
func (p Project) Classes(cat *catalog.Catalog) map[*catalog.Column]string {
	f := &file{cat: cat}
	f.match(p)
	classes := map[*catalog.Column]string{}
	for _, r := range p.tables {
		t := f.of[r.id]
		if t == nil {
			continue
		}
		for _, c := range r.columns {
			if col := columnOf(t, c.name); col != nil && firstOf(c.said.class, r.said.class) != "" {
				classes[col] = firstOf(c.said.class, r.said.class)
			}
		}
	}
	return classes
}

// file is a meaning file in the making.
type file struct {
	cat     *catalog.Catalog
	of      map[string]*catalog.Table // by id of the relation
	left    []string
	dropped map[string]bool // pieces that do not fit
	lines   []string
	piece   []string // of each line; "": it belongs to none
}

// match finds the tables of the database that the relations are. A project is often
// run in other schemas than its database has: a name alone will do where it is one
// table's, and no other relation is that table.
func (f *file) match(p Project) {
	f.of = map[string]*catalog.Table{}
	taken := map[*catalog.Table]bool{}
	take := func(r relation, t *catalog.Table) {
		if t != nil && f.of[r.id] == nil && !taken[t] {
			f.of[r.id], taken[t] = t, true
		}
	}
	for _, r := range p.tables {
		take(r, f.table(func(t *catalog.Table) bool {
			return strings.EqualFold(t.Name, r.name) && strings.EqualFold(t.Schema, r.schema)
		}))
	}
	for _, r := range p.tables {
		take(r, f.table(func(t *catalog.Table) bool { return strings.EqualFold(t.Name, r.name) }))
	}
	if missing := len(p.tables) - len(f.of); missing > 0 {
		f.left = append(f.left, fmt.Sprintf("%d of %d tables of the project: the database has none of that name, or several, or another of the project is that table", missing, len(p.tables)))
	}
}

// table is the only one that fits.
func (f *file) table(fits func(*catalog.Table) bool) (found *catalog.Table) {
	for _, t := range f.cat.Tables {
		switch {
		case !fits(t):
		case found != nil:
			return nil
		default:
			found = t
		}
	}
	return found
}

func columnOf(t *catalog.Table, name string) *catalog.Column {
	if c := t.ColumnNamed(name); c != nil {
		return c
	}
	for _, c := range t.Columns {
		if strings.EqualFold(c.Name, name) {
			return c
		}
	}
	return nil
}

const head = `# What dbt's project says of this database. Models hear what stands behind about:
# and also:, and metrics; a key is what somebody tests, not what the database promises.
# Read each line before you name the file.
version: 1
`

func (f *file) write(p Project) []byte {
	f.lines, f.piece = strings.Split(strings.TrimSuffix(head, "\n"), "\n"), nil
	f.piece = make([]string, len(f.lines))
	f.under("", "tables:", func() {
		for _, r := range p.tables {
			if t := f.of[r.id]; t != nil {
				f.writeTable(p, r, t)
			}
		}
	})
	f.under("", "metrics:", func() {
		for _, x := range p.metrics {
			if t := f.of[x.of]; t != nil {
				f.writeMetric(x, t)
			}
		}
	})
	return []byte(strings.Join(f.lines, "\n") + "\n")
}

// add writes a line that is a piece of its own.
func (f *file) add(piece, line string) {
	if !f.dropped[piece] {
		f.lines, f.piece = append(f.lines, line), append(f.piece, piece)
	}
}

// under writes a line and what is below it, or nothing where nothing is.
func (f *file) under(piece, line string, below func()) {
	at := len(f.lines)
	f.add("", line)
	below()
	if len(f.lines) == at+1 {
		f.lines, f.piece = f.lines[:at], f.piece[:at]
		return
	}
	for i := at; i < len(f.piece); i++ {
		if f.piece[i] == "" {
			f.piece[i] = piece
		}
	}
}

func (f *file) writeTable(p Project, r relation, t *catalog.Table) {
	of := "table " + r.name
	if f.dropped[of] {
		return
	}
	f.under(of, "  "+scalar(f.name(t))+":", func() {
		if r.about != "" {
			f.add(of+": its description", "    about: "+scalar(r.about))
		}
		if len(r.said.also) > 0 {
			f.add(of+": its other names", "    also: "+list(r.said.also))
		}
		if date := p.dateOf(r.id); date != "" {
			f.add(of+": its date", "    date: "+scalar(date))
		}
		if len(r.keys) > 0 {
			f.add(of+": its key", "    key: "+list(r.keys[0]))
		}
		f.under("", "    refers:", func() { f.writeRefers(p, r, of) })
		f.under("", "    columns:", func() {
			for _, c := range r.columns {
				if line := columnLine(c); line != "" {
					f.add(of+": column "+c.name, "      "+scalar(c.name)+": {"+line+"}")
				}
			}
		})
	})
}

func columnLine(c column) string {
	var parts []string
	if c.about != "" {
		parts = append(parts, "about: "+scalar(c.about))
	}
	if len(c.said.also) > 0 {
		parts = append(parts, "also: "+list(c.said.also))
	}
	if c.said.unit != "" {
		parts = append(parts, "unit: "+scalar(clean(c.said.unit)))
	}
	return strings.Join(parts, ", ")
}

// dateOf is the column of the date that is meant where none is named.
func (p Project) dateOf(relation string) string {
	if s := p.semanticOf(relation); s != nil && s.date != "" {
		return s.dimensions[s.date]
	}
	return ""
}

// writeRefers writes what tests and entities say, each column once.
func (f *file) writeRefers(p Project, r relation, of string) {
	all := slices.Clone(r.refers)
	if s := p.semanticOf(r.id); s != nil {
		for _, e := range s.foreign {
			to := p.semanticBy(func(o *semantic) bool { return o.primary == e && o.of != s.of && o.entities[e] != "" })
			if to != nil && s.entities[e] != "" {
				all = append(all, reference{s.entities[e], to.of, to.entities[e]})
			}
		}
	}
	said := map[string]bool{}
	for _, k := range all {
		t := f.of[k.to]
		if t == nil || said[k.from] {
			continue
		}
		said[k.from] = true
		f.add(of+": what "+k.from+" refers to", "      "+scalar(k.from)+": "+scalar(f.name(t)+"."+quote(k.column)))
	}
}

func (f *file) writeMetric(x measured, t *catalog.Table) {
	of := "metric " + x.name
	if f.dropped[of] {
		return
	}
	f.under(of, "  "+scalar(x.name)+":", func() {
		var figures []string
		for _, m := range x.figures {
			figures = append(figures, f.figure(m, t))
		}
		f.add("", "    is: "+scalar(strings.Join(figures, " / ")))
		if x.where != "" {
			f.add("", "    where: "+scalar(x.where))
		}
		if x.about != "" {
			f.add("", "    about: "+scalar(x.about))
		}
		if len(x.also) > 0 {
			f.add(of+": its other names", "    also: "+list(x.also))
		}
		if x.unit != "" {
			f.add(of+": its unit", "    unit: "+scalar(clean(x.unit)))
		}
		if x.owner != "" {
			f.add(of+": its owner", "    owner: "+scalar(clean(x.owner)))
		}
	})
}

func (f *file) figure(m measure, t *catalog.Table) string {
	if m.expr == "" {
		return "count(" + f.name(t) + ")"
	}
	agg, distinct, _ := strings.Cut(m.agg, " ")
	if distinct != "" {
		distinct += " "
	}
	return agg + "(" + distinct + f.name(t) + "." + quote(m.expr) + ")"
}

// drop takes out what package meaning does not take, and reports whether there was
// something. An error is of the first such place, findings are of all.
func (f *file) drop(text []byte) bool {
	if len(text) > strict.MaxBytes {
		f.shorten(len(text))
		return true
	}
	m, err := meaning.Parse("dbt", text)
	var bad *strict.Error
	switch {
	case errors.As(err, &bad):
		f.leave(bad.Pos.Line, bad.Message)
		return true
	case err != nil:
		panic("dbt: " + err.Error())
	}
	_, found := m.Over(f.cat)
	for _, x := range found {
		f.leave(x.At.Line, x.What)
	}
	return len(found) > 0
}

// shorten leaves out the end of a file that is too large to be read.
func (f *file) shorten(size int) {
	for i := len(f.lines) - 1; size > strict.MaxBytes; i-- {
		size -= len(f.lines[i]) + 1
		if f.piece[i] != "" {
			f.leave(i+1, fmt.Sprintf("the file would have more than %d bytes", strict.MaxBytes))
		}
	}
}

func (f *file) leave(line int, why string) {
	piece := ""
	if line > 0 && line <= len(f.piece) {
		piece = f.piece[line-1]
	}
	if piece == "" {
		panic("dbt: a meaning file that is not taken: " + why)
	}
	if !f.dropped[piece] {
		f.left = append(f.left, piece+": "+why)
	}
	f.dropped[piece] = true
}

// name is a table as the file writes it: by itself where that is enough.
func (f *file) name(t *catalog.Table) string {
	if f.cat.All().Lookup("", t.Name) == t {
		return quote(t.Name)
	}
	return quote(t.Schema) + "." + quote(t.Name)
}

// quote writes a name as SQL does where it is no plain one.
func quote(name string) string {
	if plainName.MatchString(name) && name == strings.ToLower(name) {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// scalar is a text of YAML, in quotes.
func scalar(s string) string {
	if plainName.MatchString(s) && len(s) > 3 && s != "null" && s != "true" && s != "false" {
		return s
	}
	return "'" + strings.ReplaceAll(clean(s), "'", "''") + "'"
}

func list(items []string) string {
	quoted := make([]string, len(items))
	for i, s := range items {
		quoted[i] = scalar(oneLine(loose(s)))
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// clean is a text without what cannot be seen.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return -1
		}
		return r
	}, s)
}
