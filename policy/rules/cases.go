package rules

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/viewer"
)

// Case is one expectation of a test file: what a query or a question gives to a
// viewer. See [ReadCases].
type Case struct {
	Pos      strict.Pos // of the command
	Viewer   viewer.Viewer
	Question bool // Text is a question, and no SQL
	Text     string
	Expect   []string // lines as [Outcome.Lines] has them
	// from and to are the bytes of the expectation in the file.
	from, to int
}

// Rows reports whether the expectation speaks of rows, so that the query has to
// run.
func (c Case) Rows() bool {
	return slices.ContainsFunc(c.Expect, func(l string) bool { return l == rowsHead || strings.HasPrefix(l, countHead) })
}

const (
	allowedLine = "allowed"
	refusedHead = "refused "
	columnsHead = "columns: "
	countHead   = "count: "
	rowsHead    = "rows:"
)

// CaseOptions are what a test file may name.
type CaseOptions struct {
	Viewers []viewer.Viewer // of the configuration
	Teams   []string
	Rules   *policy.Rules // for the names of attributes
}

// ReadCases reads a test file. It holds viewers, and what a query (sql) or a
// question (ask) gives to the last of them:
//
//	# Analysts see pseudonyms.
//	viewer teams=(analysts)
//	wards: 3, 4
//
//	sql
//	SELECT name FROM patients
//	----
//	allowed
//	columns: name hash
//
// A viewer is one of the configuration, by name, or is made of teams=(...),
// team=... to act as one of them, and lines with attributes, of which filter: is
// a hard filter. The expectation is "allowed" or "refused CODE", then any of
// "columns: NAME MASK, ...", "count: ROWS", and "rows:" with lines of CSV.
//
// The file is read strictly: unknown words, teams, attributes and codes are
// errors with their line. With blank the expectations may be missing, to be
// written by [WriteCases].
func ReadCases(file string, text []byte, opts CaseOptions, blank bool) ([]Case, error) {
	r := caseReader{file: file, lines: strings.SplitAfter(string(text), "\n"), opts: opts, blank: blank}
	for r.next() {
		if err := r.block(); err != nil {
			return nil, err
		}
	}
	if len(r.cases) == 0 {
		return nil, r.errorf("the file holds no case: write sql or ask, the text, ---- and what is expected")
	}
	return r.cases, nil
}

type caseReader struct {
	file  string
	lines []string
	at    int // the line that is read next
	byte  int // where it begins
	opts  CaseOptions
	blank bool
	who   *viewer.Viewer
	cases []Case
}

func (r *caseReader) errorf(format string, args ...any) error {
	return &strict.Error{Pos: r.pos(), Message: fmt.Sprintf(format, args...)}
}

func (r *caseReader) pos() strict.Pos {
	return strict.Pos{File: r.file, Line: max(1, min(r.at+1, len(r.lines))), Col: 1}
}

// peek is the next line without its end; ok is false at the end of the file.
func (r *caseReader) peek() (line string, ok bool) {
	if r.at >= len(r.lines) || r.at == len(r.lines)-1 && r.lines[r.at] == "" {
		return "", false
	}
	return strings.TrimRight(r.lines[r.at], "\r\n"), true
}

func (r *caseReader) skip() { r.byte += len(r.lines[r.at]); r.at++ }

// next goes to the next line that is neither empty nor a comment.
func (r *caseReader) next() bool {
	for {
		line, ok := r.peek()
		if !ok {
			return false
		}
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			return true
		}
		r.skip()
	}
}

func (r *caseReader) block() error {
	line, _ := r.peek()
	word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	switch word {
	case "viewer":
		return r.viewer(strings.TrimSpace(rest))
	case "sql", "ask":
		if rest != "" {
			return r.errorf("%q stands behind %s: write the text on the next line", rest, word)
		}
		return r.test(word == "ask")
	}
	return r.errorf("unknown command %q: write viewer, sql or ask", word)
}

// viewer reads viewer NAME, or viewer teams=(a, b) team=a, and attributes.
func (r *caseReader) viewer(args string) error {
	v := viewer.Viewer{Name: "test", Attributes: map[string][]string{}}
	named := false
	switch name, _, _ := strings.Cut(args, " "); {
	case args == "":
		return r.errorf("which viewer? write the name of one of the configuration, or teams=(...)")
	case !strings.Contains(name, "="):
		i := slices.IndexFunc(r.opts.Viewers, func(v viewer.Viewer) bool { return v.Name == name })
		if i < 0 {
			var names []string
			for _, v := range r.opts.Viewers {
				names = append(names, v.Name)
			}
			return r.errorf("the configuration has no viewer %q: %s", name, meant(name, names))
		}
		v, named, args = r.opts.Viewers[i].Clone(), true, strings.TrimSpace(strings.TrimPrefix(args, name))
	}
	if err := r.teams(&v, args, named); err != nil {
		return err
	}
	r.skip()
	for {
		line, ok := r.peek()
		if line = strings.TrimSpace(line); !ok || line == "" || line == "sql" || line == "ask" {
			break
		}
		if line[0] != '#' {
			if err := r.attribute(&v, line, named); err != nil {
				return err
			}
		}
		r.skip()
	}
	r.who = &v
	return nil
}

func (r *caseReader) teams(v *viewer.Viewer, args string, named bool) error {
	for args != "" {
		key, rest, ok := strings.Cut(args, "=")
		var values []string
		if list, behind, found := strings.Cut(strings.TrimPrefix(rest, "("), ")"); ok && found && strings.HasPrefix(rest, "(") {
			values, args = strings.Split(list, ","), strings.TrimSpace(behind)
		} else {
			value, behind, _ := strings.Cut(rest, " ")
			values, args = []string{value}, strings.TrimSpace(behind)
		}
		for i, team := range values {
			values[i] = strings.TrimSpace(team)
			if (key == "teams" || key == "team") && !slices.Contains(r.opts.Teams, values[i]) {
				return r.errorf("unknown team %q: %s", values[i], meant(values[i], sorted(r.opts.Teams)))
			}
		}
		switch {
		case key == "teams" && !named && v.Teams == nil:
			v.Teams = values
		case key == "team" && len(values) == 1 && v.Team == "":
			v.Team = values[0]
		default:
			return r.errorf("%q is not understood here: write teams=(a, b) of a viewer without a name, and team=a once", key)
		}
	}
	if len(v.Teams) == 0 {
		return r.errorf("the viewer is in no team: write teams=(...)")
	}
	return nil
}

func (r *caseReader) attribute(v *viewer.Viewer, line string, named bool) error {
	name, text, ok := strings.Cut(line, ":")
	declared := r.opts.Rules.Granted().Attributes
	text = strings.TrimSpace(text)
	switch _, known := declared[name]; {
	case !ok:
		return r.errorf("%q is no attribute: write name: value, and an empty line behind the viewer", line)
	case name == "filter":
		h, err := viewer.ParseHardFilters(text)
		if err == nil {
			h, err = v.HardFilters.Merge(h)
		}
		if err != nil {
			return r.errorf("%s", err)
		}
		v.HardFilters = h
		return nil
	case named:
		return r.errorf("the attributes of a viewer with a name are those of the configuration: remove them, or write teams=(...)")
	case !known:
		return r.errorf("the rules declare no attribute %q: %s", name, meant(name, slices.Sorted(maps.Keys(declared))))
	}
	if _, twice := v.Attributes[name]; twice {
		return r.errorf("attribute %s stands here already: keep one of them", name)
	}
	values, err := commaList(text)
	if err != nil {
		return r.errorf("%s", err)
	}
	v.Attributes[name] = values
	return nil
}

// commaList splits a, 'b, c', 'it”s' at its commas; nothing is no value.
func commaList(text string) ([]string, error) {
	var out []string
	for text != "" {
		value := ""
		if text[0] == '\'' {
			rest := text[1:]
			for {
				part, behind, ok := strings.Cut(rest, "'")
				if !ok {
					return nil, fmt.Errorf("a quote is not closed: write 'value'")
				}
				value, rest = value+part, behind
				if !strings.HasPrefix(rest, "'") {
					break
				}
				value, rest = value+"'", rest[1:]
			}
			text = strings.TrimSpace(rest)
			if text != "" && text[0] != ',' {
				return nil, fmt.Errorf("a comma is missing behind %q", value)
			}
		} else {
			value, _, _ = strings.Cut(text, ",")
			text = text[len(value):]
			value = strings.TrimSpace(value)
		}
		out = append(out, value)
		text = strings.TrimSpace(strings.TrimPrefix(text, ","))
	}
	return out, nil
}

// test reads the text up to ----, and what is expected up to an empty line.
func (r *caseReader) test(question bool) error {
	if r.who == nil {
		return r.errorf("who asks? write a viewer first")
	}
	c := Case{Pos: r.pos(), Viewer: r.who.Clone(), Question: question}
	r.skip()
	var text []string
	for {
		line, ok := r.peek()
		if !ok {
			return r.errorf("---- is missing: write it between the text and what is expected")
		}
		r.skip()
		if strings.TrimSpace(line) == "----" {
			break
		}
		text = append(text, line)
	}
	c.Text, c.from = strings.TrimSpace(strings.Join(text, "\n")), r.byte
	if c.Text == "" {
		return &strict.Error{Pos: c.Pos, Message: "there is no text: write it on the next line"}
	}
	for {
		line, ok := r.peek()
		if line = strings.TrimSpace(line); !ok || line == "" {
			break
		}
		if err := r.expect(&c, line); err != nil {
			return err
		}
		r.skip()
	}
	if c.to = r.byte; len(c.Expect) == 0 && !r.blank {
		return &strict.Error{Pos: c.Pos, Message: "nothing is expected: write allowed or refused CODE below ----, or have it written with --write"}
	}
	r.cases = append(r.cases, c)
	return nil
}

// expect reads one line of an expectation.
func (r *caseReader) expect(c *Case, line string) error {
	code, refused := strings.CutPrefix(line, refusedHead)
	inRows := slices.Contains(c.Expect, rowsHead)
	count, counted := strings.CutPrefix(line, countHead)
	switch n, err := strconv.Atoi(count); {
	case inRows:
	case len(c.Expect) == 0 && line == allowedLine:
	case len(c.Expect) == 0 && refused && slices.Contains(refusal.Codes(), refusal.Code(code)):
	case len(c.Expect) == 0 && refused:
		return r.errorf("there is no refusal %q: %s", code, meant(code, codeNames()))
	case len(c.Expect) == 0:
		return r.errorf("%q is no outcome: write allowed, or refused CODE", line)
	case c.Expect[0] != allowedLine:
		return r.errorf("nothing follows a refusal: leave an empty line")
	case strings.HasPrefix(line, columnsHead), line == rowsHead:
	case counted && err == nil && n >= 0:
	default:
		return r.errorf("%q is not understood: write columns: NAME MASK, ..., count: ROWS, or rows: and lines of CSV", line)
	}
	c.Expect = append(c.Expect, line)
	return nil
}

func codeNames() []string {
	var names []string
	for _, c := range refusal.Codes() {
		names = append(names, string(c))
	}
	return names
}

// WriteCases puts outcomes, one a case, in the place of what text expects. Where
// rows were not asked for, they are not written.
func WriteCases(text []byte, cases []Case, outcomes []Outcome) []byte {
	var edits []edit
	for i, c := range cases {
		lines := outcomes[i].Lines(c)
		edits = append(edits, edit{c.from, c.to, strings.Join(lines, "\n") + "\n"})
	}
	return []byte(apply(string(text), edits))
}
