package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/grille-dev/grille/demo"
	"github.com/grille-dev/grille/internal/modeltest"
	"github.com/grille-dev/grille/internal/pgtest"
)

// The day of all scripts.
var today = time.Date(2026, 3, 15, 9, 0, 0, 0, time.UTC)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"grille": func() {
			p := &program{in: os.Stdin, out: os.Stdout, err: os.Stderr, clock: func() time.Time { return today }, random: rand.Reader}
			os.Exit(p.main(os.Args[1:]))
		},
	})
}

// TestScripts runs the command as a person does; each script is a page.
func TestScripts(t *testing.T) {
	image, err := demo.Image(t.Context(), today)
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			return os.WriteFile(filepath.Join(e.WorkDir, "demo.db"), image, 0o600)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "model": models(t)},
	})
}

// TestPostgresScripts are those that need a server.
func TestPostgresScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/postgres",
		Setup: func(e *testscript.Env) error { return clinic(t, e) },
		Cmds:  map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "asks": asks},
	})
}

// clinic makes a database and says where it is:
//
//	FULL           a role that may only read, with its password
//	BADPW, NODB    the same with a wrong password, and with no such database
//	DSN, PW        the same in two parts
//	CUT            the same as DSN, through a wire that breaks after 64 KB
//	WRITER         a role that may write, with its password
//	OWNER          whoever may do everything there
func clinic(t *testing.T, e *testscript.Env) error {
	db := pgtest.New(t, `CREATE TABLE big AS SELECT i AS id, repeat('x', 100) AS text FROM generate_series(1, 50000) i`,
		`CREATE TABLE wards (id int PRIMARY KEY, name text, email text)`, `INSERT INTO wards VALUES (1, 'north', 'north@example.org'), (2, 'south', NULL)`,
		`ALTER TABLE big ADD PRIMARY KEY (id)`,
		`CREATE TABLE beds (id int PRIMARY KEY, ward_id int NOT NULL REFERENCES wards)`, `INSERT INTO beds VALUES (1, 1), (2, 1), (3, 2)`,
		`CREATE TABLE uses (id bigint PRIMARY KEY, bed_id int NOT NULL REFERENCES beds)`, `INSERT INTO uses VALUES (10, 1), (20, 3), (30, 2)`,
		`CREATE VIEW ward_mail AS SELECT id, upper(email) AS m FROM wards`)
	u, err := url.Parse(db.ReadOnlyDSN)
	if err != nil {
		return err
	}
	password, _ := u.User.Password()
	u.User = url.User(u.User.Username())
	e.Setenv("FULL", db.ReadOnlyDSN)
	owner, err := url.Parse(db.DSN)
	if err != nil {
		return err
	}
	secret, _ := owner.User.Password()
	e.Setenv("OWNER", db.DSN)
	e.Setenv("OWNER_PASSWORD", secret)
	e.Setenv("BADPW", strings.ReplaceAll(db.ReadOnlyDSN, password, "wrong"))
	e.Setenv("NODB", strings.Replace(db.ReadOnlyDSN, u.Host+u.Path, u.Host+"/nowhere", 1))
	e.Setenv("PW", password)
	e.Setenv("GRILLE_CLINIC_PASSWORD", password) // as connect asks for
	e.Setenv("DSN", u.String())
	_, dsn := db.Role("")
	w, err := url.Parse(dsn)
	if err != nil {
		return err
	}
	db.Exec("GRANT INSERT ON wards TO " + w.User.Username())
	e.Setenv("WRITER", dsn)
	u.Host = breaking(t, u.Host)
	e.Setenv("CUT", u.String())
	return nil
}

// breaking is the address of a wire to host that breaks.
func breaking(t *testing.T, host string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				s, err := net.Dial("tcp", host)
				if err != nil {
					return
				}
				defer s.Close()
				go func() { _, _ = io.Copy(s, c) }()
				_, _ = io.CopyN(c, s, 64<<10)
			}()
		}
	}()
	return l.Addr().String()
}

// asks replaces the database of a configuration: asks grille.yaml $FULL
func asks(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 || neg {
		ts.Fatalf("usage: asks FILE DSN")
	}
	path := ts.MkAbs(args[0])
	text, err := os.ReadFile(path)
	ts.Check(err)
	text = regexp.MustCompile(`dsn: "[^"]*"`).ReplaceAllLiteral(text, []byte(strconv.AppendQuote([]byte("dsn: "), args[1])))
	ts.Check(os.WriteFile(path, text, 0o600))
}

// exits runs a command and checks its exit code: exits 3 grille ask ...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 || neg {
		ts.Fatalf("usage: exits CODE COMMAND ...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var e *exec.ExitError
	if errors.As(err, &e) {
		got = e.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d\n%s", got, want, ts.ReadFile("stderr"))
	}
}

// models starts a model's server of a kind and sets MODEL to its address:
// model html, model empty, model nonsense, model busy, model hangs, model counts,
// model once, model rude.
func models(t *testing.T) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		kind := args[0]
		done := make(chan struct{})
		count := modeltest.SQL("SELECT count(*) FROM departments")
		rude := modeltest.Chat(modeltest.SQL("SELECT count(*) /* call \x1b[2J PARROT */ FROM nowhere"))
		counts, once := modeltest.Chat(count), modeltest.Chat(count, `{"kind": "cannot_answer", "sql": null, "what": null}`)
		s := modeltest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch kind {
			case "html":
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprint(w, "<html>a secret page</html>")
			case "empty":
			case "nonsense":
				fmt.Fprint(w, `{"choices":[{"message":{"role":"assistant","content":"I cannot help, secret"}}]}`)
			case "invalid":
				fmt.Fprint(w, `{"choices":[{"mess`)
			case "busy":
				w.WriteHeader(http.StatusTooManyRequests)
				fmt.Fprint(w, `{"error":{"message":"secret quota"}}`)
			case "counts":
				counts.ServeHTTP(w, r)
			case "rude":
				rude.ServeHTTP(w, r)
			case "once":
				once.ServeHTTP(w, r)
			case "hangs":
				select {
				case <-done:
				case <-r.Context().Done():
				}
			default:
				panic("a kind of model that the test does not know")
			}
		}))
		ts.Defer(func() { close(done) })
		ts.Setenv("MODEL", s.URL)
	}
}
