package taught

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/grille-dev/grille/internal/strict"
)

// Lessons are those of one file. The zero Lessons are none. They never change;
// share them freely.
type Lessons struct {
	version  string
	words    []lesson
	defaults []standard
	answers  []Answer
}

// lesson is a phrase with what it may mean.
type lesson struct {
	phrase   string // small letters, single blanks
	meanings []meaning
	at       strict.Pos
}

// standard are the columns of a table that are meant where none is named.
type standard struct {
	table                  []string
	date, measure, display string
	at                     strict.Pos
}

const (
	maxWords    = 5000
	maxPhrase   = 60 // bytes
	maxMeanings = 10
	maxAnswers  = 1000
)

// Parse reads a file; path is where it stands. One of comments alone has no lessons.
func Parse(path string, text []byte) (*Lessons, error) {
	if empty(text) {
		return &Lessons{}, nil
	}
	root, err := strict.Parse(path, text)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	l := &Lessons{version: string(sum[:])}
	return l, l.read(root)
}

func empty(text []byte) bool {
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			return false
		}
	}
	return true
}

// Version tells lessons apart; "" is that of none.
func (l *Lessons) Version() string {
	if l == nil {
		return ""
	}
	return l.version
}

func (l *Lessons) read(root strict.Node) error {
	return root.Fields(
		strict.Optional("words", l.readWords),
		strict.Optional("defaults", l.readDefaults),
		strict.Optional("answers", l.readAnswers),
	)
}

func (l *Lessons) readWords(n strict.Node) error {
	entries, err := n.Entries()
	if err != nil {
		return err
	}
	if len(entries) > maxWords {
		return n.Errorf("%d words: write at most %d", len(entries), maxWords)
	}
	for _, e := range entries {
		if err := l.readWord(e); err != nil {
			return err
		}
	}
	return nil
}

func (l *Lessons) readWord(e strict.Entry) error {
	phrase, err := Phrase(e.Name)
	if err != nil {
		return e.Key.Errorf("%v", err)
	}
	if i := slices.IndexFunc(l.words, func(w lesson) bool { return w.phrase == phrase }); i >= 0 {
		return e.Key.Errorf("%q stands already on line %d: keep one of them, or write its meanings as a list", phrase, l.words[i].at.Line)
	}
	texts := []strict.Node{e.Value}
	if e.Value.Kind() == strict.KindList {
		if texts, err = e.Value.List(); err != nil {
			return err
		}
	}
	if len(texts) > maxMeanings {
		return e.Value.Errorf("%d meanings: write at most %d", len(texts), maxMeanings)
	}
	w := lesson{phrase: phrase, at: e.Key.Pos()}
	for _, n := range texts {
		text, err := n.Text()
		if err != nil {
			return err
		}
		m, err := readMeaning(text)
		if err != nil {
			return n.Errorf("%v", err)
		}
		w.meanings = append(w.meanings, m)
	}
	l.words = append(l.words, w)
	return nil
}

// Phrase is a phrase as it is kept: words in small letters with single blanks. The
// error says what a phrase is.
func Phrase(text string) (string, error) {
	phrase := strings.ToLower(strings.Join(strings.Fields(text), " "))
	letters := strings.ContainsFunc(phrase, unicode.IsLetter)
	alien := strings.ContainsFunc(phrase, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) && !strings.ContainsRune(" -'_&/", r)
	})
	if !letters || alien || len(phrase) > maxPhrase || strings.Count(phrase, " ") >= 6 {
		return "", fmt.Errorf("%q is no phrase to teach: write one to six words of letters, digits, - and '", phrase[:min(len(phrase), 80)])
	}
	return phrase, nil
}

func (l *Lessons) readDefaults(n strict.Node) error {
	entries, err := n.Entries()
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !pathForm.MatchString(e.Name) {
			return e.Key.Errorf("%q is no table: write its name, and schema.table where the name is not enough", e.Name)
		}
		s := standard{table: pathOf(e.Name), at: e.Key.Pos()}
		if err := e.Value.Fields(
			strict.Optional("date", strict.Text(&s.date)),
			strict.Optional("measure", strict.Text(&s.measure)),
			strict.Optional("display", strict.Text(&s.display)),
		); err != nil {
			return err
		}
		l.defaults = append(l.defaults, s)
	}
	return nil
}

// Defaults are the tables with columns that are meant where none is named, a line
// each.
func (l *Lessons) Defaults() []string {
	var out []string
	for _, s := range l.defaults {
		line := strings.Join(s.table, ".") + ":"
		for _, p := range [][2]string{{"date", s.date}, {"measure", s.measure}, {"display", s.display}} {
			if p[1] != "" {
				line += " " + p[0] + " " + p[1]
			}
		}
		out = append(out, line)
	}
	return out
}

// Word is a lesson for who keeps the file.
type Word struct {
	Phrase   string
	Meanings []string
}

// Words are the phrases in the file's order.
func (l *Lessons) Words() []Word {
	var out []Word
	for _, w := range l.words {
		out = append(out, Word{w.phrase, w.texts()})
	}
	return out
}

func (w lesson) texts() []string {
	var out []string
	for _, m := range w.meanings {
		out = append(out, m.text)
	}
	return out
}

// Means are the meanings of a phrase; none if it was not taught.
func (l *Lessons) Means(phrase string) []string {
	for _, w := range l.words {
		if w.phrase == phrase {
			return w.texts()
		}
	}
	return nil
}
