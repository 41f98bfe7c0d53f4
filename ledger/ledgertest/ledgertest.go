// Package ledgertest has ledgers for tests, in folders that end with the test.
package ledgertest

import (
	"crypto/rand"
	"path/filepath"
	"testing"
	"time"

	"github.com/grille-dev/grille/ledger"
)

// New is a ledger like any other; what it must report fails the test.
func New(t testing.TB) *ledger.Log {
	t.Helper()
	dir := t.TempDir()
	l, err := ledger.Open(t.Context(), ledger.Config{Dir: filepath.Join(dir, "ledger"), Keys: filepath.Join(dir, "keys"),
		Clock: time.Now, Random: rand.Reader, Report: func(line string) { t.Errorf("the ledger reports: %s", line) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}
