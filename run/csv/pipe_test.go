//go:build unix

package csv

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A pipe would have the reader wait for whoever writes to it.
func TestPipe(t *testing.T) {
	dir := t.TempDir()
	must(t, syscall.Mkfifo(filepath.Join(dir, "pipe.csv"), 0o600))
	_, err := New(Config{Path: dir, Dirs: []string{dir}, TimeZone: "UTC", Concurrent: 1})
	if err == nil || !strings.Contains(err.Error(), "is not a file") {
		t.Errorf("%v", err)
	}
}
