package stricttest

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/grille-dev/grille/internal/strict"
)

const example = `
name: "{ not a mapping"
limits: {rows: 10}
tables:
  a: {columns: {x: plain}}
`

// read decodes the example; open leaves the mapping of a table unread.
func read(open bool) func(strict.Node) error {
	return func(root strict.Node) error {
		var s string
		texts := func(n strict.Node) error {
			entries, err := n.Entries()
			for _, e := range entries {
				if err := strict.Text(&s)(e.Value); err != nil {
					return err
				}
			}
			return err
		}
		tables := func(n strict.Node) error {
			entries, err := n.Entries()
			for _, e := range entries {
				if open {
					continue
				}
				if err := e.Value.Fields(strict.Required("columns", texts)); err != nil {
					return err
				}
			}
			return err
		}
		return root.Fields(
			strict.Required("name", strict.Text(&s)),
			strict.Required("limits", func(n strict.Node) error {
				return n.Fields(strict.Required("rows", strict.Int(new(int), 1, 10)))
			}),
			strict.Required("tables", tables),
		)
	}
}

func TestClosed(t *testing.T) { Closed(t, example, read(false)) }

// TestOpen is run by TestClosedFindsOpen, which wants it to fail.
func TestOpen(t *testing.T) {
	if os.Getenv("GRILLE_STRICTTEST_OPEN") == "" {
		t.Skip("run by TestClosedFindsOpen only")
	}
	Closed(t, example, read(true))
}

func TestClosedFindsOpen(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestOpen$")
	cmd.Env = append(os.Environ(), "GRILLE_STRICTTEST_OPEN=1")
	out, err := cmd.CombinedOutput()
	// Open are: the mapping of tables, that of table a, and that of its columns.
	if n := strings.Count(string(out), "was not refused"); err == nil || n != 3 {
		t.Errorf("want three open mappings, got %d (%v):\n%s", n, err, out)
	}
}
