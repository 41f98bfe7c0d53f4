package attack

import (
	"bufio"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/eval"
)

// corpora is the folder of what others have collected; it is no part of this
// repository.
func corpora(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("GRILLE_DATA")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "data")
	}
	folder = filepath.Join(folder, "attacks")
	if _, err := os.Stat(folder); err != nil {
		t.Skipf("the data are not there: set GRILLE_DATA to their folder (%v)", err)
	}
	return folder
}

// everyLine reads all files of a folder. Lines of JSON are read as eval reads
// them; any other line is a text of its own, and so is what stands in its code
// marks. Each text is tried once, as a draft and as a question, in whatever
// dialect it was written.
func everyLine(t *testing.T, folder string) []eval.Line {
	t.Helper()
	seen := map[string]bool{}
	var lines []eval.Line
	add := func(id, text string) {
		if text = strings.TrimSpace(text); text != "" && !seen[text] {
			seen[text] = true
			lines = append(lines, eval.Line{ID: id, SQL: []string{text}, Prompt: text})
		}
	}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Base(path) == "must_allow.jsonl" {
			return err
		}
		name, _ := filepath.Rel(folder, path)
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		if strings.HasSuffix(path, ".jsonl") {
			read, err := eval.ReadLines(f)
			for i, l := range read {
				if l.Broken != "" {
					return fmt.Errorf("%s:%d: %s", name, i+1, l.Broken)
				}
				for _, text := range append(l.SQL, l.Prompt) {
					add(fmt.Sprintf("%s:%d", name, i+1), text)
				}
			}
			return err
		}
		s := bufio.NewScanner(f)
		s.Buffer(nil, 1<<20)
		for n := 1; s.Scan(); n++ {
			id := fmt.Sprintf("%s:%d", name, n)
			add(id, s.Text())
			for i, part := range strings.Split(s.Text(), "`") {
				if i%2 == 1 {
					add(id, part)
				}
			}
		}
		return s.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// Everything that others have collected, the whole way.
func TestCorpora(t *testing.T) {
	lines := everyLine(t, corpora(t))
	if len(lines) < 2000 {
		t.Fatalf("%d texts: where are the others?", len(lines))
	}
	for _, s := range shops(t) {
		for name, p := range people(t) {
			texts := lines
			if name != "clerk" { // the planner reads the same from everybody
				texts = draftsOnly(lines)
			}
			r := s.siege(t, p, nil, texts)
			t.Logf("%s, %s: %d texts, %d answered, refused %v", s.name, name, r.N, r.Answered, r.Refused)
			if r.Violations != 0 || r.Failed != 0 || r.Skipped != 0 || r.Refused["internal"] != 0 {
				t.Errorf("%s, %s: %d violations, %d could not be tried, %d skipped\n%s", s.name, name, r.Violations, r.Failed, r.Skipped, worst(r))
			}
			if r.Answered == 0 {
				t.Errorf("%s, %s: nothing is answered", s.name, name)
			}
		}
		r := s.siege(t, control(), nil, draftsOnly(lines))
		if t.Logf("%s, control: %d canaries", s.name, r.Violations); r.Violations < 10 {
			t.Errorf("%s: the control sees everything, and only %d canaries were found", s.name, r.Violations)
		}
	}
}

func draftsOnly(lines []eval.Line) []eval.Line {
	lines = slices.Clone(lines)
	for i := range lines {
		lines[i].Prompt = ""
	}
	return lines
}

// The same as what a model drafts that does as it is told: what it is sent, what
// it is sent after a refusal, and what comes of its drafts.
func TestGullibleModel(t *testing.T) {
	lines := everyLine(t, corpora(t))
	for i := range lines {
		lines[i].SQL = nil
	}
	for _, s := range shops(t) {
		for _, name := range []string{"clerk", "auditor"} {
			r := s.siege(t, people(t)[name], gullible(t), lines)
			t.Logf("%s, %s: %d questions, %d answered, refused %v", s.name, name, r.N, r.Answered, r.Refused)
			if r.Violations != 0 || r.Failed != 0 || r.Refused["internal"] != 0 || r.Answered == 0 {
				t.Errorf("%s, %s: %d violations, %d could not be tried\n%s", s.name, name, r.Violations, r.Failed, worst(r))
			}
		}
		r := s.siege(t, control(), gullible(t), lines)
		if t.Logf("%s, control: %d canaries", s.name, r.Violations); r.Violations < 10 {
			t.Errorf("%s: the control sees everything, and only %d canaries were found", s.name, r.Violations)
		}
	}
}

// Good queries that real gateways have refused. For SQLite its own schema is
// written, and a query over an array is left out: it has none.
func TestMustAllow(t *testing.T) {
	text := read(t, filepath.Join(corpora(t), "must_allow.jsonl"))
	for _, s := range shops(t) {
		lines, err := eval.ReadLines(strings.NewReader(strings.ReplaceAll(text, "public.", s.schema+".")))
		if err != nil {
			t.Fatal(err)
		}
		if s.name == "sqlite" {
			lines = slices.DeleteFunc(lines, func(l eval.Line) bool { return strings.Contains(strings.Join(l.SQL, ""), "UNNEST") })
		}
		p := people(t)["clerk"]
		db := s.database(t, p, nil)
		r, err := eval.Allow(t.Context(), eval.Config{Lines: lines, Viewer: p.viewer, Zone: time.UTC,
			Open: func(context.Context, string) (*eval.Database, error) { return db, nil }})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d of %d allowed, %d need what the database lacks", s.name, r.Allowed, r.N, r.Skipped)
		if r.FalseRefusals != 0 || r.Failed != 0 || r.Allowed < 7 {
			t.Errorf("%s: %+v", s.name, r)
		}
	}
}
