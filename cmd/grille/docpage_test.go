package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A page of the documentation, as the tests read it. What a comment before a
// block says of it is one of
//
//	<!-- file: NAME -->      the block becomes this file
//	<!-- add to: NAME -->    it is put behind what the file has
//	<!-- exits: N -->        the last command of the block has this exit code
//	<!-- not run: WHY -->    nothing of the block is run
//
// and at the top of a page <!-- given: WORLD ... --> names what its commands
// find: see [docWorld].
type docPage struct {
	path   string
	given  []string
	blocks []docBlock
}

// docBlock is what stands between two lines of backquotes.
type docBlock struct {
	line  int
	info  string // behind the backquotes: "sh", "yaml rules"
	text  string
	what  string // of the comment before it: "file", "add to", "exits", "not run", or ""
	value string
}

var said = regexp.MustCompile(`^<!-- (given|file|add to|exits|not run): (.*) -->$`)

func readPage(t *testing.T, path string) docPage {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p := docPage{path: path}
	var open *docBlock
	next := docBlock{}
	for i, line := range strings.Split(string(text), "\n") {
		info, fence := strings.CutPrefix(line, "```")
		m := said.FindStringSubmatch(line)
		switch {
		case fence && open == nil:
			next.line, next.info = i+1, info
			open = &next
		case fence:
			p.blocks = append(p.blocks, next)
			open, next = nil, docBlock{}
		case open != nil:
			open.text += line + "\n"
		case m != nil && m[1] == "given":
			p.given = strings.Fields(m[2])
		case m != nil:
			next.what, next.value = m[1], m[2]
		case strings.TrimSpace(line) != "" && next.what != "":
			t.Errorf("%s:%d: %q is said of no block", path, i+1, next.what)
		}
	}
	if open != nil {
		t.Errorf("%s:%d: a block does not end", path, open.line)
	}
	return p
}

func (b docBlock) kind() string {
	kind, _, _ := strings.Cut(b.info, " ")
	return kind
}

// docStep is a command of a page with what it prints there.
type docStep struct {
	line    int
	command string
	shown   string // "": the page does not say
	exit    int
}

// steps are the commands of a block: of sh each line, of console what stands
// behind $, with what follows as its output.
func (b docBlock) steps() ([]docStep, error) {
	var all []docStep
	add := func(i int, line string) { all = append(all, docStep{line: b.line + 1 + i, command: line}) }
	going := false // the line before is not the end of a command
	for i, line := range strings.Split(strings.TrimSuffix(b.text, "\n"), "\n") {
		command, prompt := strings.CutPrefix(line, "$ ")
		switch {
		case going:
			all[len(all)-1].command += "\n" + strings.TrimPrefix(line, "> ")
		case b.kind() == "console" && prompt:
			add(i, command)
		case b.kind() == "console" && len(all) == 0:
			return nil, fmt.Errorf("line %d: output before the first command", b.line+1)
		case b.kind() == "console":
			all[len(all)-1].shown += line + "\n"
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#"):
		default:
			add(i, line)
		}
		going = len(all) > 0 && all[len(all)-1].shown == "" && unfinished(all[len(all)-1].command)
	}
	if b.what == "exits" && len(all) > 0 {
		if _, err := fmt.Sscanf(b.value, "%d", &all[len(all)-1].exit); err != nil {
			return nil, fmt.Errorf("line %d: exits: %s is no exit code", b.line, b.value)
		}
	}
	return all, nil
}

var heredoc = regexp.MustCompile(`<<'?([A-Z]+)'?`)

// unfinished reports whether a shell would read another line.
func unfinished(command string) bool {
	if m := heredoc.FindStringSubmatch(command); m != nil {
		return !strings.HasSuffix(command, "\n"+m[1])
	}
	quote := rune(0)
	before := rune(' ')
	for _, c := range command {
		switch {
		case quote == 0 && c == '#' && before == ' ':
			return false
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case c == quote:
			quote = 0
		}
		before = c
	}
	return quote != 0 || strings.HasSuffix(command, `\`)
}

// matches holds output to what a page shows: "..." is any text within a line,
// and as a line any lines. Blanks at the end of lines do not count.
func matches(shown, got string) bool {
	var pattern strings.Builder
	pattern.WriteString(`\A`)
	for line := range strings.Lines(strings.Trim(shown, "\n")) {
		line = strings.TrimRight(line, " \n")
		if strings.TrimSpace(line) == "..." {
			pattern.WriteString(`(?:.*\n)*?`)
			continue
		}
		pattern.WriteString(strings.ReplaceAll(regexp.QuoteMeta(line), `\.\.\.`, `.*`) + `[ \t]*\n`)
	}
	pattern.WriteString(`\z`)
	return regexp.MustCompile(pattern.String()).MatchString(strings.Trim(got, "\n") + "\n")
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		shown, got string
		want       bool
	}{
		{"a\nb\n", "a\nb\n", true},
		{"a\nb\n", "a\nb\nc\n", false},
		{"a\n...\n", "a\nb\nc\n", true},
		{"...\nc\n", "a\nb\nc  \n", true},
		{"a\n...\nb\n", "a\nb\n", true},
		{"receipt ...: 2 rows\n", "receipt ab12: 2 rows\n", true},
		{"receipt ...: 2 rows\n", "receipt ab12: 3 rows\n", false},
		{"a ... b\n", "a\nb\n", false},
		{"1.5\n", "125\n", false},
	} {
		if matches(c.shown, c.got) != c.want {
			t.Errorf("matches(%q, %q) is not %v", c.shown, c.got, c.want)
		}
	}
}

func TestSteps(t *testing.T) {
	b := docBlock{line: 1, info: "console", what: "exits", value: "3", text: "$ one \"a\nb\"\nout\n$ two \\\n>   more\n$ three <<EOF\n> x\n> EOF\n"}
	steps, err := b.steps()
	if err != nil {
		t.Fatal(err)
	}
	want := []docStep{{2, "one \"a\nb\"", "out\n", 0}, {5, "two \\\n  more", "", 0}, {7, "three <<EOF\nx\nEOF", "", 3}}
	if !slices.Equal(steps, want) {
		t.Errorf("got\n%+v\nwant\n%+v", steps, want)
	}
	if _, err := (docBlock{info: "console", text: "out\n"}).steps(); err == nil {
		t.Error("output of no command was accepted")
	}
}
