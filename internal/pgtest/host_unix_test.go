//go:build unix

package pgtest

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/grille-dev/grille/internal/testserver"
)

// testHost is a server of its own, apart from the shared one.
func testHost(t *testing.T) testserver.Server {
	t.Helper()
	bin, err := binaries("/usr/lib/postgresql")
	if err != nil {
		if testserver.Required("postgres") {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	dir, err := os.MkdirTemp("", "grille-pgtest-own-")
	if err != nil {
		t.Fatal(err)
	}
	h := shared(bin)
	h.Dir, h.Grace = filepath.Join(dir, "h"), time.Second
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return h
}

func use(t *testing.T, h testserver.Server) (dsn string, release func()) {
	t.Helper()
	dsn, release, err := h.Attach(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return dsn, release
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(testserver.Patience); !ok(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after %s, still not: %s", testserver.Patience, what)
		}
	}
}

func TestServerIsSharedAndStopsWhenIdle(t *testing.T) {
	t.Parallel()
	h := testHost(t)
	first, release1 := use(t, h)
	second, release2 := use(t, h)
	if first != second {
		t.Fatalf("two servers: %s and %s", first, second)
	}
	release1()
	time.Sleep(h.Grace + 2*time.Second)
	if err := answers(t.Context(), second); err != nil {
		t.Fatalf("stopped while in use: %v", err)
	}
	release2()
	eventually(t, "the server has stopped", func() bool { return answers(t.Context(), second) != nil })
	eventually(t, "its data are gone", func() bool { return dataIsGone(t, h) })

	third, release3 := use(t, h)
	if err := answers(t.Context(), third); err != nil || third == first {
		t.Errorf("want a new server, got %v", err)
	}
	release3()
	eventually(t, "the server has stopped", func() bool { return answers(t.Context(), third) != nil })
}

func TestServerEndsWithItsSupervisor(t *testing.T) {
	t.Parallel()
	h := testHost(t)
	h.Grace = time.Hour
	dsn, release := use(t, h)
	server, supervisor := serverPid(t, h)
	if err := syscall.Kill(supervisor, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the server has stopped", func() bool { return errors.Is(syscall.Kill(server, 0), syscall.ESRCH) })
	h.Grace = time.Second
	again, release2 := use(t, h)
	if again == dsn {
		t.Error("the URL of the dead server is still given out")
	}
	release()
	release2()
	eventually(t, "the server has stopped", func() bool { return answers(t.Context(), again) != nil })
}

func TestFolderOfAnotherUserIsRefused(t *testing.T) {
	h := testHost(t)
	elsewhere := t.TempDir()
	if err := os.Symlink(elsewhere, h.Dir); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.Attach(t.Context()); err == nil || !strings.Contains(err.Error(), "remove it") {
		t.Errorf("got %v, want a refusal of the link", err)
	}
}

func dataIsGone(t *testing.T, h testserver.Server) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(h.Dir, "data-*", "*"))
	return err == nil && len(files) == 0
}

// serverPid is the process of the server, and its parent.
func serverPid(t *testing.T, h testserver.Server) (server, parent int) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(h.Dir, "data-*", "postmaster.pid"))
	if len(files) != 1 {
		t.Fatalf("want one postmaster.pid, got %v", files)
	}
	pidfile, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	pid, _, _ := strings.Cut(string(pidfile), "\n")
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		t.Skipf("needs /proc: %v", err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // the name before may hold anything
	return number(t, pid), number(t, strings.Fields(rest)[1])
}

func number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
