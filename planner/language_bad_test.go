package planner_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/planner"
	"github.com/grille-dev/grille/refusal"
)

// What is no question about these data is refused with words that help, or at most
// offered; it is never answered with a query that happens to run. What only looks
// odd is read as the plain question is.
//
// A page of testdata/bad has a line for each input, below a line that says what
// becomes of it: "== refused", "== never answered", or "== as" with the plain
// question, which may be offered, and may be what a refusal says was meant. A line in double quotes is a Go string, with "*" and a number behind it
// as often as that.
func TestBadInput(t *testing.T) {
	pages, err := filepath.Glob("testdata/bad/*.txt")
	if err != nil || len(pages) == 0 {
		t.Fatal("no pages", err)
	}
	for _, path := range pages {
		name := filepath.Base(path)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		p := oddPage{t: t, g: readPage(t, filepath.Join("testdata/language", name)).open(t)}
		for line := range strings.Lines(string(text)) {
			switch line = strings.TrimSpace(line); {
			case line == "" || strings.HasPrefix(line, "#"):
			case strings.HasPrefix(line, "== "):
				p.become(strings.TrimPrefix(line, "== "))
			default:
				p.check(repeated(t, line))
			}
		}
	}
}

// repeated is an input as a line of a page writes it.
func repeated(t *testing.T, line string) string {
	quoted, err := strconv.QuotedPrefix(line)
	if err != nil || line[0] != '"' {
		return line
	}
	times, many := strings.CutPrefix(line[len(quoted):], "*")
	if !many && times != "" {
		return line // a question that begins with a quote
	}
	n := 1
	if many {
		if n, err = strconv.Atoi(times); err != nil {
			t.Fatal(line, err)
		}
	}
	text, err := strconv.Unquote(quoted)
	if err != nil {
		t.Fatal(line, err)
	}
	return strings.Repeat(text, n)
}

type oddPage struct {
	t     *testing.T
	g     *grille.Grille
	rule  string
	plain string // the draft of the plain question
}

func (p *oddPage) become(rule string) {
	p.rule, p.plain = rule, ""
	if q, ok := strings.CutPrefix(rule, "as "); ok {
		var readings []planner.Reading
		if p.rule, readings = p.ask(q); p.rule != "answered" {
			p.t.Errorf("%s\n    is plain, and %s", q, p.rule)
			return
		}
		p.rule, p.plain = "as", readings[0].Draft.SQL
	}
}

func (p *oddPage) check(q string) {
	became, readings := p.ask(q)
	ok, first := false, ""
	if len(readings) > 0 {
		first = readings[0].Draft.SQL
	}
	switch p.rule {
	case "refused":
		ok = became == "refused"
	case "never answered":
		ok = became != "answered"
	case "as":
		ok = slices.ContainsFunc(readings, func(r planner.Reading) bool { return r.Draft.SQL == p.plain })
	default:
		p.t.Fatalf("unknown rule %q", p.rule)
	}
	if !ok {
		p.t.Errorf("%s: %s\n    is %s: %s", p.rule, q[:min(len(q), 120)], became, first)
	}
}

// ask is what becomes of a question, and the readings of it.
func (p *oddPage) ask(q string) (became string, readings []planner.Reading) {
	var trace grille.Trace
	a, err := p.g.Ask(p.t.Context(), grille.Question{Text: q, Viewer: everybody, Trace: &trace})
	if err == nil {
		_ = a.Close()
		return "answered", trace.Understood.Readings
	}
	var r *refusal.Refusal
	if !errors.As(err, &r) || r.Try == "" || r.Msg == "" {
		p.t.Errorf("%s\n    refused with %v, and nothing to try", q[:min(len(q), 120)], err)
		return "refused", nil
	}
	if meant, ok := strings.CutPrefix(r.Try, "ask: "); ok && strings.Contains(r.Msg, "did you mean") {
		_, readings := p.ask(meant)
		return "refused", readings
	}
	if r.Code == refusal.WhichReading {
		return "offered", trace.Understood.Readings
	}
	return "refused", nil
}
