package taught

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/internal/words"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/syntax"
)

// Answer is a question with the reading of it that somebody found right. It holds
// names and no value: what the question says of both stands as ⟨1⟩, ⟨2⟩, and what
// only the SQL has, such as the first day of last month, as ⟨text⟩, ⟨number⟩ or
// ⟨date⟩.
type Answer struct {
	Question, SQL string
	at            strict.Pos
}

// parts of SQL: a quoted name, a text with what makes a date of it, a number.
var (
	partShape  = regexp.MustCompile(`"(?:[^"]|"")*"|(?:\b(DATE|TIMESTAMPTZ|TIMESTAMP) )?'((?:[^']|'')*)'|(\b(?:LIMIT|OFFSET) )?\b([0-9]+(?:\.[0-9]+)?)\b|\b[A-Za-z_][A-Za-z0-9_]*`)
	placeShape = regexp.MustCompile(`⟨([0-9]+)⟩`)
	maskShape  = regexp.MustCompile(`⟨(text|number|date|[0-9]{1,2})⟩`)
	quoteShape = regexp.MustCompile("\"[^\"]*\"|“[^”]*”|«[^»]*»|`[^`]*`")
	digitShape = regexp.MustCompile(`[0-9]+(?:[.,][0-9]+)*`)
)

// Record makes an Answer of a question and its SQL.
func Record(question, sql string) Answer {
	r := &recorder{question: strings.Join(strings.Fields(strings.ToLower(question)), " ")}
	text := partShape.ReplaceAllStringFunc(sql, r.part)
	r.question = digitShape.ReplaceAllStringFunc(r.question, func(n string) string { return "⟨number⟩" })
	r.question = quoteShape.ReplaceAllString(r.question, "⟨text⟩")
	for i := range r.places {
		r.question = strings.ReplaceAll(r.question, mark(i), fmt.Sprintf("⟨%d⟩", i+1))
	}
	return Answer{Question: trimmed(r.question), SQL: text}
}

// trimmed is a question without what ends it.
func trimmed(question string) string { return strings.TrimRight(question, " ?.!") }

type recorder struct {
	question string
	places   []string
}

// mark stands for a place while numbers are looked for; no question holds it.
func mark(i int) string { return "⟨" + string(rune('a'+i)) + "⟩" }

func (r *recorder) part(text string) string {
	m := partShape.FindStringSubmatch(text)
	switch {
	case m[1] != "":
		return m[1] + " '⟨date⟩'"
	case strings.HasPrefix(text, "'"):
		value := strings.ReplaceAll(m[2], "''", "'")
		inner := strings.Trim(value, "%")
		if n := r.place(inner); n > 0 {
			return quoteText(strings.Replace(value, inner, fmt.Sprintf("⟨%d⟩", n), 1))
		}
		return "'⟨text⟩'"
	case m[4] != "":
		if text == "LIMIT 1" { // of no number that somebody says
			return text
		}
		if n := r.place(m[4]); n > 0 {
			return m[3] + fmt.Sprintf("⟨%d⟩", n)
		}
		if m[3] != "" { // a limit is no value
			return text
		}
		return "⟨number⟩"
	}
	return text
}

const maxPlaces = 9

// place is the number of the place in the question that says a value, from 1; 0 if
// none does, or several do, so that it is not clear which is meant.
func (r *recorder) place(value string) int {
	value = strings.ToLower(value)
	if i := slices.Index(r.places, value); i >= 0 {
		return i + 1
	}
	if strings.TrimSpace(value) == "" || len(r.places) == maxPlaces {
		return 0
	}
	said := regexp.MustCompile(`(^|[^\p{L}\p{N}⟨.,])["'“‘` + "`" + `]?` + regexp.QuoteMeta(value) + `["'”’` + "`" + `]?($|[^\p{L}\p{N}⟩.,]|[.,](?:$|[^0-9]))`)
	all := said.FindAllStringSubmatchIndex(r.question, 2)
	if len(all) != 1 {
		return 0
	}
	at := all[0]
	r.places = append(r.places, value)
	before, after := r.question[:at[3]], r.question[at[4]:]
	r.question = before + mark(len(r.places)-1) + after
	return len(r.places)
}

// Whole reports whether question and SQL have the same values, so that it can be
// written for others.
func (a Answer) Whole() bool {
	return !strings.Contains(placeShape.ReplaceAllString(a.Question+a.SQL, ""), "⟨")
}

// Fill is the SQL for a question that is the same but for the values; false if it is
// another, if what stands in a place is no value, or if SQL has more of them.
func (a Answer) Fill(question string, isValue func(said string) bool) (string, bool) {
	question = trimmed(strings.Join(strings.Fields(question), " "))
	pattern := placeShape.ReplaceAllString(regexp.QuoteMeta(a.Question), "(?P<p$1>.+?)")
	shape, err := regexp.Compile(`(?i)^` + pattern + `$`)
	if err != nil || !a.Whole() {
		return "", false
	}
	said := shape.FindStringSubmatch(question)
	if said == nil {
		return "", false
	}
	return a.with(func(n int) string {
		if i := shape.SubexpIndex("p" + strconv.Itoa(n)); i > 0 {
			if isValue(said[i]) {
				return strings.Trim(said[i], "\"'“”‘’`")
			}
		}
		return ""
	})
}

// with is the SQL with values in its places; false if one does not fit.
func (a Answer) with(value func(n int) string) (string, bool) {
	ok := true
	text := keptShape.ReplaceAllStringFunc(a.SQL, func(part string) string {
		place := placeShape.FindStringSubmatch(part)
		if place == nil || strings.HasPrefix(part, `"`) {
			return part
		}
		n, err := strconv.Atoi(place[1])
		v := value(n)
		if err != nil || v == "" {
			ok = false
		}
		if !strings.HasPrefix(part, "'") {
			ok = ok && numberShape.MatchString(v)
			return v
		}
		if strings.Contains(a.SQL, "lower(") {
			v = strings.ToLower(v)
		}
		inner := strings.ReplaceAll(part[1:len(part)-1], "''", "'")
		return quoteText(placeShape.ReplaceAllLiteralString(inner, v))
	})
	return text, ok
}

// keptShape are parts of recorded SQL: quoted names, texts, and places of numbers.
var (
	keptShape   = regexp.MustCompile(`"(?:[^"]|"")*"|'(?:[^']|'')*'|⟨[0-9]+⟩`)
	numberShape = regexp.MustCompile(`^[0-9]+(?:\.[0-9]+)?$`)
)

// Sample is the question with made-up values, to learn from.
func (a Answer) Sample() string {
	parts := keptShape.FindAllString(a.SQL, -1)
	q := placeShape.ReplaceAllStringFunc(a.Question, func(p string) string {
		n := placeShape.FindStringSubmatch(p)[1]
		if slices.ContainsFunc(parts, func(t string) bool { return strings.HasPrefix(t, "'") && strings.Contains(t, p) }) {
			return `"sample ` + string(rune('a'+n[0]-'1')) + `"`
		}
		return "1" + n
	})
	return strings.ReplaceAll(q, "⟨number⟩", "20")
}

// Resembles reports whether a question has all words of the recorded one; no other can
// be the same.
func (a Answer) Resembles(question string) bool {
	said := map[string]bool{}
	for _, w := range words.Fields(question) {
		said[w] = true
	}
	return !slices.ContainsFunc(words.Fields(maskShape.ReplaceAllString(a.Question, " ")), func(w string) bool { return !said[w] })
}

// Is reports whether a question is the recorded one with the recorded reading.
func (a Answer) Is(question, sql string) bool {
	b := Record(question, sql)
	return b.Question == a.Question && b.SQL == a.SQL
}

// binds reports what of the SQL a catalog has not.
func (a Answer) binds(c *catalog.Catalog) error {
	tree, err := syntax.Parse(a.plain())
	if err == nil {
		_, err = bind.Query(tree, c.All(), bind.Env{Now: someday, Zone: time.UTC})
	}
	return err
}

// someday is an instant to bind with: which one says nothing of names.
var someday = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// plain is the SQL with values that fit any column.
func (a Answer) plain() string {
	text := strings.ReplaceAll(a.SQL, "'⟨date⟩'", "'2000-01-01 00:00:00'")
	text = keptShape.ReplaceAllStringFunc(text, func(part string) string {
		if strings.HasPrefix(part, "'") && maskShape.MatchString(part) {
			return "NULL"
		}
		return part
	})
	return maskShape.ReplaceAllString(text, "1")
}

func (l *Lessons) readAnswers(n strict.Node) error {
	items, err := n.List()
	if err != nil {
		return err
	}
	if len(items) > maxAnswers {
		return n.Errorf("%d answers: keep at most %d", len(items), maxAnswers)
	}
	for _, item := range items {
		a := Answer{at: item.Pos()}
		if err := item.Fields(strict.Required("question", strict.Text(&a.Question)), strict.Required("sql", strict.Text(&a.SQL))); err != nil {
			return err
		}
		if err := a.sound(); err != nil {
			return item.Errorf("%v", err)
		}
		l.answers = append(l.answers, a)
	}
	return nil
}

// sound says what is wrong with an answer that was read.
func (a Answer) sound() error {
	if len(a.Question) > 1000 || len(a.SQL) > 10_000 {
		return fmt.Errorf("it is too long: record it anew with grille teach accept")
	}
	if valueIn(a.SQL) {
		return fmt.Errorf("a value stands in it: write ⟨1⟩ for one that the question says, or ⟨text⟩")
	}
	if strings.ContainsAny(a.SQL, `$\`) || odd(a.SQL) {
		return fmt.Errorf("write texts in plain quotes, numbers in plain digits and no comment, so that no value of them is kept")
	}
	if _, err := syntax.Parse(a.plain()); err != nil {
		return fmt.Errorf("this is no query: record it anew with grille teach accept")
	}
	return nil
}

// valueIn reports a text or number that is no mask, and no limit.
func valueIn(sql string) bool {
	for _, m := range partShape.FindAllStringSubmatch(maskShape.ReplaceAllString(sql, ""), -1) {
		if strings.Trim(m[2], "%") != "" || m[4] != "" && m[3] == "" {
			return true
		}
	}
	return false
}

// oddShape is what may hold a value that partShape does not see: a comment, a text
// with letters before its quotes, a number that goes on behind its digits.
var oddShape = regexp.MustCompile(`--|/\*|[\pL\pN_&]'|(?:^|[^\pL\pN_])[0-9]+[\pL_]`)

func odd(sql string) bool {
	return oddShape.MatchString(quotedShape.ReplaceAllString(sql, `""`))
}

var quotedShape = regexp.MustCompile(`"(?:[^"]|"")*"`)

// Answers are those of the file, in its order.
func (l *Lessons) Answers() []Answer { return slices.Clone(l.answers) }

// Answered is the file with one more answer; another to the same question goes.
func (f File) Answered(a Answer) (File, error) {
	l, err := f.Lessons()
	if err != nil {
		return f, err
	}
	for i, old := range slices.Backward(l.answers) {
		if old.Question == a.Question {
			if f, err = f.Unanswered(i); err != nil {
				return f, err
			}
		}
	}
	lines := f.lines()
	item := []string{"  - question: " + scalar(a.Question), "    sql: " + scalar(a.SQL)}
	node, err := f.section("answers")
	if err != nil {
		return f, err
	}
	if node == nil {
		lines = append(append(lines, "answers:"), item...)
	} else {
		items, err := node.List()
		if err != nil {
			return f, err
		}
		last := items[len(items)-1].Pos()
		indent := strings.Repeat(" ", max(0, last.Col-3))
		item = []string{indent + strings.TrimLeft(item[0], " "), indent + "  " + strings.TrimLeft(item[1], " ")}
		lines = slices.Insert(lines, end(lines, last.Line-1, max(0, last.Col-3)), item...)
	}
	g := f.with(lines)
	return g, f.changed(g, func(l *Lessons) {
		l.answers = slices.DeleteFunc(l.answers, func(b Answer) bool { return b.Question == a.Question })
	}, func(l *Lessons) bool {
		return len(l.answers) > 0 && l.answers[len(l.answers)-1].Question == a.Question && l.answers[len(l.answers)-1].SQL == a.SQL
	})
}

// Unanswered is the file without the answer at a place.
func (f File) Unanswered(i int) (File, error) {
	l, err := f.Lessons()
	if err != nil {
		return f, err
	}
	if i < 0 || i >= len(l.answers) {
		return f, fmt.Errorf("there are %d answers", len(l.answers))
	}
	lines := f.lines()
	from := l.answers[i].at.Line - 1
	to := end(lines, from, max(0, l.answers[i].at.Col-3))
	if i+1 < len(l.answers) {
		to = l.answers[i+1].at.Line - 1
	}
	if len(l.answers) == 1 {
		from = f.head("answers", lines)
	}
	if from < 0 || from >= to {
		return f, errByHand
	}
	g := f.with(slices.Delete(lines, from, to))
	return g, f.changed(g, func(m *Lessons) {
		if len(m.answers) == len(l.answers) {
			m.answers = slices.Delete(m.answers, i, i+1)
		}
	}, func(m *Lessons) bool { return len(m.answers) == len(l.answers)-1 })
}
