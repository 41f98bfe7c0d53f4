// Package ledgertest has ledgers for tests, in folders that end with the test.
package ledgertest

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/grille-dev/grille/ledger"
)

// New is a ledger like any other; what it must report fails the test.
func New(t testing.TB) *ledger.Log {
	t.Helper()
	dir := folder(t)
	l, err := ledger.Open(t.Context(), ledger.Config{Dir: filepath.Join(dir, "ledger"), Keys: filepath.Join(dir, "keys"),
		Clock: time.Now, Random: rand.Reader, Report: func(line string) { t.Errorf("the ledger reports: %s", line) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// folder is in memory where there is such a place: a test of thousands of requests
// would wait minutes for the disk.
func folder(t testing.TB) string {
	dir, err := os.MkdirTemp("/dev/shm", "grille-ledger-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
