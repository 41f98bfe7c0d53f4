package taught

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/grille-dev/grille/internal/strict"
)

// File is the text of a file, to be changed a lesson at a time: all lines but those
// of the lesson stay as a person wrote them, comments too.
type File struct {
	Path string
	Text []byte // empty: a new file
}

const heading = `# What people here call things, for the planner. Edit it as you like, or with
# grille teach; docs/teaching.md says what may stand here.
`

// Lessons are those of the file.
func (f File) Lessons() (*Lessons, error) {
	return Parse(f.Path, f.Text)
}

// Teach is the file in which a phrase has these meanings and no others; of none, in
// which it was never taught.
func (f File) Teach(phrase string, meanings []string) (File, error) {
	phrase, err := Phrase(phrase)
	if err != nil {
		return f, err
	}
	for _, text := range meanings {
		if _, err := readMeaning(text); err != nil {
			return f, err
		}
	}
	line := ""
	switch len(meanings) {
	case 0:
	case 1:
		line = scalar(phrase) + ": " + scalar(meanings[0])
	default:
		line = scalar(phrase) + ": [" + strings.Join(quotedAll(meanings), ", ") + "]"
	}
	g, err := f.put("words", line, func(name string) bool { p, _ := Phrase(name); return p == phrase })
	if err != nil {
		return f, err
	}
	return g, f.changed(g, func(l *Lessons) {
		l.words = slices.DeleteFunc(l.words, func(w lesson) bool { return w.phrase == phrase })
	}, func(l *Lessons) bool { return slices.Equal(l.Means(phrase), meanings) })
}

// Standard is the file in which these columns of a table are meant where none is
// named; "" for nobody said.
func (f File) Standard(table, date, measure, display string) (File, error) {
	var parts []string
	for _, p := range [][2]string{{"date", date}, {"measure", measure}, {"display", display}} {
		if p[1] != "" {
			parts = append(parts, p[0]+": "+scalar(p[1]))
		}
	}
	if !pathForm.MatchString(table) {
		return f, fmt.Errorf("%q is no table: write its name, and schema.table where the name is not enough", table)
	}
	line := ""
	if len(parts) > 0 {
		line = scalar(table) + ": {" + strings.Join(parts, ", ") + "}"
	}
	g, err := f.put("defaults", line, func(name string) bool { return strings.EqualFold(name, table) })
	if err != nil {
		return f, err
	}
	same := func(s standard) bool { return slices.EqualFunc(s.table, pathOf(table), strings.EqualFold) }
	return g, f.changed(g, func(l *Lessons) { l.defaults = slices.DeleteFunc(l.defaults, same) },
		func(l *Lessons) bool {
			i := slices.IndexFunc(l.defaults, same)
			return i < 0 && line == "" || i >= 0 && l.defaults[i].date == date && l.defaults[i].measure == measure && l.defaults[i].display == display
		})
}

var errByHand = errors.New("the file is written in a form that is not changed here: edit it by hand, or write one lesson a line")

// changed checks that a change did what it should and nothing else: both files
// without the lesson are the same.
func (f File) changed(g File, without func(*Lessons), done func(*Lessons) bool) error {
	before, err := f.Lessons()
	if err != nil {
		return err
	}
	after, err := g.Lessons()
	if err != nil {
		return fmt.Errorf("it cannot be kept so: %w", err)
	}
	if !done(after) {
		return errByHand
	}
	for _, l := range []*Lessons{before, after} {
		without(l)
		l.forgetPlaces()
	}
	if !reflect.DeepEqual(before.plain(), after.plain()) {
		return errByHand
	}
	return nil
}

// plain are lessons that compare by what they say.
func (l *Lessons) plain() []any {
	return []any{slices.Concat(l.words), slices.Concat(l.defaults), slices.Concat(l.answers)}
}

func (l *Lessons) forgetPlaces() {
	for i := range l.words {
		l.words[i].at = strict.Pos{}
	}
	for i := range l.defaults {
		l.defaults[i].at = strict.Pos{}
	}
	for i := range l.answers {
		l.answers[i].at = strict.Pos{}
	}
}

// put writes a line into a section, in the place of the entry that it is about; ""
// takes the entry out.
func (f File) put(section, line string, is func(name string) bool) (File, error) {
	lines := f.lines()
	entries, err := f.entries(section)
	if err != nil {
		return f, err
	}
	if entries == nil {
		if line != "" {
			lines = append(lines, section+":", "  "+line)
		}
		return f.with(lines), nil
	}
	for _, e := range entries {
		if !is(e.Name) {
			continue
		}
		from := e.Key.Pos().Line - 1
		to := end(lines, from, e.Key.Pos().Col-1)
		switch {
		case line != "":
			lines = slices.Replace(lines, from, to, indented(e, line))
		case len(entries) == 1: // a section has at least one entry
			lines = slices.Delete(lines, f.head(section, lines), to)
		default:
			lines = slices.Delete(lines, from, to)
		}
		return f.with(lines), nil
	}
	if line != "" {
		last := entries[len(entries)-1]
		lines = slices.Insert(lines, end(lines, last.Key.Pos().Line-1, last.Key.Pos().Col-1), indented(last, line))
	}
	return f.with(lines), nil
}

func indented(like strict.Entry, line string) string {
	return strings.Repeat(" ", like.Key.Pos().Col-1) + line
}

// lines of the file; of a new one, its heading.
func (f File) lines() []string {
	text := strings.TrimRight(string(f.Text), "\n")
	if text == "" {
		text = strings.TrimRight(heading, "\n")
	}
	return strings.Split(text, "\n")
}

func (f File) with(lines []string) File {
	return File{f.Path, []byte(strings.Join(lines, "\n") + "\n")}
}

// entries are those of a section; nil if there is none. One in braces has its
// entries in lines that are not theirs alone.
func (f File) entries(section string) ([]strict.Entry, error) {
	value, err := f.section(section)
	if err != nil || value == nil {
		return nil, err
	}
	entries, err := value.Entries()
	if err == nil && f.lines()[value.Pos().Line-1] != "" && strings.HasPrefix(strings.TrimSpace(f.lines()[value.Pos().Line-1][value.Pos().Col-1:]), "{") {
		err = errByHand
	}
	return entries, err
}

func (f File) section(name string) (*strict.Node, error) {
	if empty(f.Text) {
		return nil, nil
	}
	root, err := strict.Parse(f.Path, f.Text)
	if err != nil {
		return nil, err
	}
	entries, err := root.Entries()
	for _, e := range entries {
		if e.Name == name {
			return &e.Value, nil
		}
	}
	return nil, err
}

// head is the line of a section's key.
func (f File) head(section string, lines []string) int {
	return slices.IndexFunc(lines, func(l string) bool {
		return strings.HasPrefix(l, section+":") || strings.HasPrefix(l, `"`+section+`":`)
	})
}

// end is the line behind an entry that begins at a line with so much indentation.
func end(lines []string, from, indent int) int {
	to := from + 1
	for to < len(lines) {
		rest := strings.TrimLeft(lines[to], " ")
		in := len(lines[to]) - len(rest)
		if rest == "" || strings.HasPrefix(rest, "#") && in <= indent || in < indent || in == indent && !strings.HasPrefix(rest, "- ") {
			break
		}
		to++
	}
	return to
}

// scalar is a text as YAML has it: plain where that is the same text.
func scalar(text string) string {
	if n, err := strict.Parse("", []byte("a: "+text)); err == nil {
		if entries, err := n.Entries(); err == nil {
			if same, err := entries[0].Value.Text(); err == nil && same == text && !strings.ContainsAny(text, ",{}[]") && !strings.Contains(text, ": ") && !strings.HasSuffix(text, ":") {
				return text
			}
		}
	}
	return quoted(text)
}

func quotedAll(all []string) []string {
	out := make([]string, len(all))
	for i, t := range all {
		out[i] = scalar(t)
	}
	return out
}

// quoted is a text as JSON has it, which YAML reads too.
func quoted(text string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(text); err != nil {
		panic("taught: " + err.Error())
	}
	return strings.TrimSpace(b.String())
}
