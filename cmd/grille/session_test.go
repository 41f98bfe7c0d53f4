//go:build unix

package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"

	"github.com/grille-dev/grille/internal/modeltest"
)

// screen is the command at a terminal of 24 lines of 80.
type screen struct {
	*testing.T
	cmd    *exec.Cmd
	pty    *os.File // our end
	tty    *os.File // the command's, kept open to look at its settings
	before *term.State
	mu     sync.Mutex
	shown  strings.Builder
	seen   int // how much of it was waited for
	ended  chan error
}

// at runs the command at a terminal. It is this binary under another name: see TestMain.
func at(t *testing.T, args ...string) *screen {
	ours, theirs, err := pty.Open()
	if err != nil {
		t.Skipf("this machine has no pseudo terminals: %v", err)
	}
	s := &screen{T: t, pty: ours, tty: theirs, ended: make(chan error, 1)}
	t.Cleanup(func() { ours.Close(); theirs.Close() })
	if err := pty.Setsize(ours, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	if s.before, err = term.GetState(int(theirs.Fd())); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s.cmd = &exec.Cmd{Path: self, Args: append([]string{"grille"}, args...), Dir: t.TempDir(), Stdin: theirs, Stdout: theirs, Stderr: theirs,
		Env: append(os.Environ(), "TERM=xterm"), SysProcAttr: &syscall.SysProcAttr{Setsid: true, Setctty: true}}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { s.ended <- s.cmd.Wait() }()
	go s.read()
	return s
}

func (s *screen) read() {
	b := make([]byte, 4096)
	for {
		n, err := s.pty.Read(b)
		s.mu.Lock()
		s.shown.Write(b[:n])
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (s *screen) all() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown.String()
}

// waits until a text is shown after those that were waited for before.
func (s *screen) waits(text string) {
	s.Helper()
	for range 1200 {
		all := s.all()
		if i := strings.Index(all[s.seen:], text); i >= 0 {
			s.seen += i + len(text)
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	_ = s.cmd.Process.Kill()
	s.Fatalf("was not shown: %q in\n%s", text, s.all()[s.seen:])
}

func (s *screen) types(keys string) {
	s.Helper()
	if _, err := s.pty.WriteString(keys); err != nil {
		s.Fatal(err)
	}
}

// ends waits for the command to end, and looks whether the terminal is as it was.
func (s *screen) ends(code int) {
	s.Helper()
	select {
	case <-s.ended:
	case <-time.After(time.Minute):
		_ = s.cmd.Process.Kill()
		s.Fatalf("does not end:\n%s", s.all())
	}
	if got := s.cmd.ProcessState.ExitCode(); got != code {
		s.Errorf("exit code %d, want %d", got, code)
	}
	if after, err := term.GetState(int(s.tty.Fd())); err != nil || !reflect.DeepEqual(after, s.before) {
		s.Errorf("the terminal is not as it was (%v)", err)
	}
	s.Log(s.all())
}

const ctrlC, ctrlD, up = "\x03", "\x04", "\x1b[A"

// A session at a terminal: three questions to begin with, a line that can be edited,
// and follow-ups. Nothing that is refused ends it.
func TestSession(t *testing.T) {
	s := at(t, "demo")
	s.waits("a hospital that does not exist, asked as ines")
	s.waits("ines may ask, for example")
	s.waits("  1  how many visits per department")
	s.waits("ines> ")
	s.types("1\r")
	s.waits("Surgery")
	s.waits("receipt")
	s.waits("ines> ")

	s.types("how many vis\t") // all that the ways to go on have in common
	s.waits("how many visits")
	s.types("\t") // and then a list of them
	s.waits("  how many visits per department\r\n")
	s.types(ctrlC + "how many patients last year\r") // the line was cleared
	s.waits("number_of_patients")
	s.waits("ines> ")
	s.types("per city\r")
	s.waits("read as: how many patients")
	s.waits("Aldenburg")
	s.waits("ines> ")
	s.types(":sql\r")
	s.waits("what ran, as ines may read it")
	s.waits("/* patients of your wards */")

	s.types("gibberish without a meaning\r")
	s.waits("refused not-understood")
	s.waits("ines> ")
	s.types(up + up + up + up + "\r") // how many patients last year, once more
	s.waits("number_of_patients")
	s.waits("ines> ")

	s.types(":as bob\r")
	s.waits(`no viewer "bob": try :as ines`)
	s.types(":as p\t\r")
	s.waits("Nothing here is open to priya")
	s.waits("priya> ")
	s.types("1\r") // nothing was offered to her
	s.waits("refused")
	s.types(":nothing\r")
	s.waits(":help lists them")
	s.types(":help\r")
	s.waits("ask as somebody else")
	s.waits("priya> ")
	s.types(ctrlD)
	s.ends(exitOK)
}

// Ctrl-C stops what is asked and not the session; a signal to end ends it.
func TestSessionSignals(t *testing.T) {
	asked, over := make(chan bool), make(chan bool)
	model := modeltest.Serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- true
		select {
		case <-r.Context().Done():
		case <-over:
		}
	}))
	defer close(over)
	s := at(t, "ask", "--as", "ines", "--config", saved(t, fmt.Sprintf("\nmodel: house\nmodels: {house: {kind: openai, url: %q, model: slow}}\n", model.URL)))
	s.waits("ines> ")
	s.types("how many departments are there?\r")
	<-asked
	s.types(ctrlC)
	s.waits("grille: stopped")
	s.waits("ines> ")
	s.types("half a quest")
	s.waits("half a quest")
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s.ends(exitStopped)
}

// saved is the configuration of the demo in a folder, and more.
func saved(t *testing.T, more string) string {
	dir := t.TempDir() + "/clinic"
	s := at(t, "demo", "--save", dir)
	s.ends(exitOK)
	file, err := os.OpenFile(dir+"/grille.yaml", os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteString(more); err != nil {
		t.Fatal(err)
	}
	return file.Name()
}

// One's own database is asked in the same way; what a refusal names can be typed.
func TestAskSession(t *testing.T) {
	file := saved(t, "")
	s := at(t, "ask", "--as", "ines", "--config", file)
	s.waits("Grille: clinic, asked as ines.")
	s.waits("ines> ")
	s.types("--reading 2\r")
	s.waits("ask one first")
	s.types("visits last year\r")
	s.waits("ines> ")
	s.types("--means \"last year=visits.discharged_at\"\r")
	s.waits("receipt")
	s.waits("ines> ")
	s.types(":sql\r")
	s.waits("discharged_at >=")
	s.types("--means last year=visits.discharged_at\r")
	s.waits("pair of quotes")
	s.types(":quit\r")
	s.ends(exitOK)
	there, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(there) != 4 {
		t.Errorf("beside the database, its rules, its meaning and the configuration something was written: %v (%v)", there, err)
	}
}

// The tour waits for whoever reads it.
func TestTourAtATerminal(t *testing.T) {
	s := at(t, "demo", "tour", "--speed", "100")
	s.waits("\x1b[1m1 of")
	s.waits("█")
	s.waits("Enter: go on, q: end")
	s.types("\r")
	s.waits("One sentence, two rights")
	s.waits("Enter: go on, q: end")
	s.types("q")
	s.ends(exitOK)

	s = at(t, "demo", "tour", "--scene", "1") // at the speed of a person
	s.waits("An analyst asks for numbers")
	s.types(ctrlC)
	s.ends(exitStopped)
	if strings.Contains(s.all(), "0 bytes left") {
		t.Error("the tour went on")
	}
}
