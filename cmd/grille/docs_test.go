package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v4"

	"github.com/grille-dev/grille/internal/config"
	"github.com/grille-dev/grille/internal/pairs"
	meanings "github.com/grille-dev/grille/meaning"
	"github.com/grille-dev/grille/planner/taught"
	"github.com/grille-dev/grille/policy/rules"
)

// notRun are the blocks of commands that no test runs, by page and reason.
var notRun = map[string][]string{
	"duckdb.md":       {"a build of its own, which make duckdb makes"},
	"howto-ollama.md": {"Ollama is a program of its own"},
	"install.md": {
		"wants a release, in which tools/release runs it", "installs for the whole machine", "installs for the whole machine", "installs for the whole machine",
		"wants a published release", "wants Docker", "wants Docker", "wants a running systemd",
	},
	"models.md":    {"Ollama is a program of its own", "llama.cpp is a program of its own", "vLLM is a program of its own"},
	"output.md":    {"wants Python and pyarrow"},
	"redaction.md": {"the file of questions is yours"},
}

// elsewhere are commands of one line that something else runs.
var elsewhere = map[string]string{
	"go test ./...": "this is run by it",
}

func docPages(t *testing.T) []docPage {
	t.Helper()
	paths, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(paths) < 15 {
		t.Fatalf("%d pages: %v", len(paths), err)
	}
	var all []docPage
	for _, path := range append(paths, "../../README.md") {
		all = append(all, readPage(t, path))
	}
	return all
}

// TestDocs runs every command of README.md and docs, a folder and a shell a
// page, and holds what they print to what the page shows.
func TestDocs(t *testing.T) {
	skipped := map[string][]string{}
	for _, p := range docPages(t) {
		name := filepath.Base(p.path)
		for _, b := range p.blocks {
			if b.what == "not run" {
				skipped[name] = append(skipped[name], b.value)
			}
		}
		if len(p.commands(t)) == 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p.run(t)
		})
	}
	for name := range mergeKeys(skipped, notRun) {
		if !slices.Equal(skipped[name], notRun[name]) {
			t.Errorf("%s: not run are %q, and notRun says %q", name, skipped[name], notRun[name])
		}
	}
}

func mergeKeys(maps ...map[string][]string) map[string]bool {
	keys := map[string]bool{}
	for _, m := range maps {
		for k := range m {
			keys[k] = true
		}
	}
	return keys
}

// commands are the steps of a page, where files are written by steps too.
func (p docPage) commands(t *testing.T) []docStep {
	t.Helper()
	var all []docStep
	for _, b := range p.blocks {
		switch kind := b.kind(); {
		case b.what == "not run":
		case b.what == "file":
			all = append(all, docStep{line: b.line, command: writes(b, ">")})
		case b.what == "add to":
			all = append(all, docStep{line: b.line, command: writes(b, ">>")})
		case kind == "sh" || kind == "console":
			steps, err := b.steps()
			if err != nil {
				t.Fatalf("%s: %v", p.path, err)
			}
			all = append(all, steps...)
		case kind == "bash" || kind == "shell" || strings.HasPrefix(b.text, "$ "):
			t.Errorf("%s:%d: write sh or console", p.path, b.line)
		}
	}
	return all
}

func writes(b docBlock, how string) string {
	return fmt.Sprintf("cat %s %s <<'END_OF_BLOCK'\n%sEND_OF_BLOCK", how, b.value, b.text)
}

func (p docPage) run(t *testing.T) {
	w := newWorld(t, p.given)
	steps := p.commands(t)
	var script strings.Builder
	script.WriteString("exec 2>&1 </dev/null\n")
	for i, s := range steps {
		if elsewhere[s.command] != "" {
			s.command = "true"
		}
		fmt.Fprintf(&script, "%s\nprintf '\\n@@%d:%%d\\n' $?\n", w.real(s.command), i)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", script.String())
	cmd.Dir, cmd.Env = w.dir, w.env
	raw, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	rest := w.shown(string(raw))
	for i, s := range steps {
		at := fmt.Sprintf("%s:%d: %s", p.path, s.line, s.command)
		mark := regexp.MustCompile(fmt.Sprintf(`\n@@%d:(\d+)\n`, i)).FindStringSubmatchIndex(rest)
		if mark == nil {
			t.Fatalf("%s\ndid not end:\n%s", at, rest)
		}
		got := rest[:mark[0]]
		if code, _ := strconv.Atoi(rest[mark[2]:mark[3]]); code != s.exit {
			t.Fatalf("%s\nhas exit code %d, want %d:\n%s", at, code, s.exit, got)
		}
		if s.shown != "" && !matches(s.shown, got) {
			t.Errorf("%s\nprints\n%s\nand the page shows\n%s", at, got, s.shown)
		}
		rest = rest[mark[1]:]
	}
}

// TestDocsYAML has what the pages show as YAML read by what reads such files:
// grille.yaml, unless the word behind yaml says otherwise. docs/rules.md is
// compiled by the tests of policy/rules.
func TestDocsYAML(t *testing.T) {
	read := 0
	for _, p := range docPages(t) {
		for _, b := range p.blocks {
			if b.kind() != "yaml" || strings.HasSuffix(p.path, "/rules.md") {
				continue
			}
			read++
			if err := readYAML(t, b); err != nil {
				t.Errorf("%s:%d: %v", p.path, b.line, err)
			}
		}
	}
	if read < 10 {
		t.Errorf("only %d blocks were read", read)
	}
}

func readYAML(t *testing.T, b docBlock) error {
	_, kind, _ := strings.Cut(b.info, " ")
	switch kind {
	case "":
		_, err := config.Parse("grille.yaml", []byte(b.text))
		return err
	case "rules":
		return valid(t, rules.Schema(), b.text)
	case "meaning":
		_, err := meanings.Parse("meaning.yaml", []byte(b.text))
		return err
	case "pairs":
		_, err := pairs.Parse("pairs.yaml", []byte(b.text))
		return err
	case "words":
		_, err := taught.Parse("words.yaml", []byte(b.text))
		return err
	case "other": // of another program
		return nil
	default:
		return fmt.Errorf("nothing reads yaml %s", kind)
	}
}

// valid reads a file as editors do, with YAML's types.
func valid(t *testing.T, schema []byte, text string) error {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		return err
	}
	return s.Validate(v)
}

// TestDocsCommands: what a page says within its text is a command with flags that
// there are.
func TestDocsCommands(t *testing.T) {
	inline := regexp.MustCompile("(?m)(?:`|^    (?:\\$ )?)grille ([^`\n]+)")
	format := regexp.MustCompile(`^ledger v1`) // of the ledger's format
	found := 0
	for _, p := range docPages(t) {
		text, err := os.ReadFile(p.path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range inline.FindAllStringSubmatch(string(text), -1) {
			found++
			if err := understood(m[1]); err != nil && !format.MatchString(m[1]) {
				t.Errorf("%s: grille %s: %v", p.path, m[1], err)
			}
		}
	}
	if found < 35 {
		t.Errorf("only %d commands were found", found)
	}
	for _, wrong := range []string{"frobnicate", "ask --nothing", "rules chekc", "ledger show --first 3"} {
		if understood(wrong) == nil {
			t.Errorf("%s was taken for a command", wrong)
		}
	}
}

// understood reads a command line and does nothing.
func understood(line string) error {
	line, _, _ = strings.Cut(line, " | ")
	line, _, _ = strings.Cut(line, " > ")
	words := regexp.MustCompile(`"[^"]*"|\S+`).FindAllString(line, -1)
	root := (&program{}).root()
	root.InitDefaultVersionFlag()
	root.InitDefaultCompletionCmd()
	c, rest, err := root.Find(words)
	if err != nil {
		return err
	}
	group := c.HasSubCommands() && !strings.Contains(c.Use, " ")
	if group && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
		return fmt.Errorf("there is no %s", rest[0])
	}
	if err := c.ParseFlags(rest); err != nil && !errors.Is(err, pflag.ErrHelp) {
		return err
	}
	return nil
}

// TestDocsLinks: what the pages link to in the repository is there, and so are
// the headings.
func TestDocsLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for _, p := range docPages(t) {
		text, err := os.ReadFile(p.path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			file, heading, _ := strings.Cut(m[1], "#")
			if strings.Contains(file, "://") {
				continue
			}
			to := p.path
			if file != "" {
				to = filepath.Join(filepath.Dir(p.path), file)
			}
			body, err := os.ReadFile(to)
			if info, statErr := os.Stat(to); err != nil && (statErr != nil || !info.IsDir()) {
				t.Errorf("%s links to %s, which is not there", p.path, m[1])
			} else if heading != "" && !slices.Contains(headings(string(body)), heading) {
				t.Errorf("%s links to %s, and there is no such heading", p.path, m[1])
			}
		}
	}
}

// TestDocsIndex: docs/README.md leads to every page.
func TestDocsIndex(t *testing.T) {
	index, err := os.ReadFile("../../docs/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range docPages(t) {
		name := filepath.Base(p.path)
		if !strings.Contains(string(index), "("+name+")") && name != "README.md" {
			t.Errorf("docs/README.md does not name %s", name)
		}
	}
}

// headings are the names by which GitHub links to those of a page.
func headings(text string) []string {
	var all []string
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		name := strings.ReplaceAll(strings.ToLower(m[1]), " ", "-")
		all = append(all, regexp.MustCompile(`[^\p{L}\p{N}_-]`).ReplaceAllString(name, ""))
	}
	return all
}
