package spec

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func commands(*testing.T) Commands {
	n := 0
	return Commands{
		"show": func(args *Args, input string) string {
			head := fmt.Sprintf("list=%q flag=%v one=%q", args.List("list"), args.Has("flag"), args.Get("one"))
			return strings.TrimSpace(head + "\n" + input)
		},
		"count": func(*Args, string) string {
			n++
			return fmt.Sprint(n)
		},
		"silent": func(*Args, string) string { return "" },
		"need":   func(args *Args, _ string) string { return args.Need("one") },
	}
}

func TestPages(t *testing.T) { Run(t, "testdata/pages", commands) }

// TestChild is what the tests below run in a process of its own, as the
// failures they want to see would otherwise be their own.
func TestChild(t *testing.T) {
	path := os.Getenv("GRILLE_SPEC_CHILD")
	if path == "" {
		t.Skip("run by TestWhatFails and TestRewrite only")
	}
	Run(t, path, commands)
}

func child(t *testing.T, path string, flags ...string) (output string, passed bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"-test.run=^TestChild$"}, flags...)...)
	cmd.Env = append(os.Environ(), "GRILLE_SPEC_CHILD="+path)
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

func TestWhatFails(t *testing.T) {
	for name, c := range map[string]struct{ page, want string }{
		"wrong result":     {"count\n----\n2\n", "expected:"},
		"unknown command":  {"shwo\n----\nx\n", `unknown command "shwo": write one of count, need, show, silent`},
		"unknown argument": {"show oen=1\n----\nlist=[] flag=false one=\"\"\n", `unknown argument "oen" of show`},
		"argument twice":   {"show one=1 one=2\n----\nlist=[] flag=false one=\"1\"\n", `argument "one" of show is given twice`},
		"too many values":  {"show one=(1, 2)\n----\nx\n", "argument one has 2 values"},
		"missing argument": {"need\n----\nx\n", "argument one is missing"},
		"prints nothing":   {"silent\n----\n", "printed nothing"},
		"no command":       {"# only words\n", "holds no command"},
		"a line too long":  {"count\n----\n1\n\n# " + strings.Repeat("x", 1<<16) + "\ncount\n----\n7\n", ":5: the line has more than"},
	} {
		t.Run(name, func(t *testing.T) {
			page := filepath.Join(t.TempDir(), "page.txt")
			if err := os.WriteFile(page, []byte(c.page), 0o600); err != nil {
				t.Fatal(err)
			}
			out, passed := child(t, page)
			if passed || !strings.Contains(out, c.want) {
				t.Errorf("passed=%v, want a failure that says %q, got:\n%s", passed, c.want, out)
			}
		})
	}
	t.Run("no page", func(t *testing.T) {
		if out, passed := child(t, t.TempDir()); passed || !strings.Contains(out, "holds no page") {
			t.Errorf("an empty folder passed, or failed otherwise:\n%s", out)
		}
	})
}

func TestRewrite(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.txt")
	if err := os.WriteFile(page, []byte("# kept\ncount\n----\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, passed := child(t, page, "-rewrite"); !passed {
		t.Fatalf("rewrite failed:\n%s", out)
	}
	got, err := os.ReadFile(page)
	if want := "# kept\ncount\n----\n1\n"; err != nil || string(got) != want {
		t.Errorf("rewrote to %q (%v), want %q", got, err, want)
	}
	if out, passed := child(t, page); !passed {
		t.Errorf("the rewritten page fails:\n%s", out)
	}
}
