package mutants

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestKilled runs the test of each mutant: it must pass without the mutant, and
// fail with it. Not to compile is no death.
func TestKilled(t *testing.T) {
	which := os.Getenv("GRILLE_MUTANTS")
	if which == "" {
		t.Skip("takes minutes: set GRILLE_MUTANTS to all, ci, or names of mutants, or run make mutants")
	}
	h := hunt{T: t, sound: map[string]bool{}}
	killed, tried := 0, 0
	for _, m := range list(t) {
		if !chosen(m, which) {
			continue
		}
		tried++
		if why := h.survives(m); why != "" {
			t.Errorf("%s SURVIVED: %s\n  gone: %s\n  in %s", m.name, why, m.why, m.file)
			continue
		}
		killed++
		fmt.Printf("killed  %-32s %s\n", m.name, m.why)
	}
	if tried == 0 {
		t.Fatalf("GRILLE_MUTANTS=%s names no mutant", which)
	}
	fmt.Printf("%d of %d mutants are killed\n", killed, tried)
}

func chosen(m mutant, which string) bool {
	return which == "all" || which == "ci" && m.ci || slices.Contains(strings.Split(which, ","), m.name)
}

type hunt struct {
	*testing.T
	sound map[string]bool // tests that pass as things are
}

// survives says why the mutant lives, or "".
func (h hunt) survives(m mutant) string {
	if what := m.pkg + " " + m.run; !h.sound[what] {
		out, err := h.test(m, "")
		if err != nil || !strings.Contains(out, "--- PASS") {
			return "its test does not pass as things are:\n" + out
		}
		h.sound[what] = true
	}
	text, err := m.text()
	if err != nil {
		return err.Error()
	}
	out, err := h.test(m, h.overlay(m.file, text))
	switch {
	case err == nil:
		return "its test passes"
	case !strings.Contains(out, "--- FAIL") && !strings.Contains(out, "panic:"):
		return "it does not run:\n" + out
	}
	return ""
}

func (h hunt) test(m mutant, overlay string) (string, error) {
	args := []string{"test", "-count=1", "-vet=off", "-v", "-run", m.run}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	cmd := exec.CommandContext(h.Context(), "go", append(args, "./"+m.pkg)...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GRILLE_MUTANTS=", "GRILLE_ORACLE_SEED=2")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// overlay has the go command read text in the place of a file.
func (h hunt) overlay(file, text string) string {
	dir := h.TempDir()
	mutated, list := filepath.Join(dir, "mutant.go"), filepath.Join(dir, "overlay.json")
	whole, err := filepath.Abs(filepath.Join(root, file))
	if err != nil {
		h.Fatal(err)
	}
	replaced, err := json.Marshal(map[string]map[string]string{"Replace": {whole: mutated}})
	if err != nil {
		h.Fatal(err)
	}
	for path, content := range map[string][]byte{mutated: []byte(text), list: replaced} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			h.Fatal(err)
		}
	}
	return list
}
