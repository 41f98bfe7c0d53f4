package ledger

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/refusal"
)

// site is a ledger in folders of its own.
type site struct {
	t       *testing.T
	c       Config
	reports *bytes.Buffer
	kept    map[string]string // what was put aside
	keys    bool              // verify looks at the keys too
	open    bool              // and opens what is sealed
}

func newSite(t *testing.T) *site {
	dir := t.TempDir()
	s := &site{t: t, reports: &bytes.Buffer{}, kept: map[string]string{}, keys: true}
	now := time.Date(2026, 3, 15, 9, 0, 0, 0, time.UTC)
	s.c = Config{Dir: filepath.Join(dir, "ledger"), Keys: filepath.Join(dir, "keys"), Random: rand.Reader,
		Clock:  func() time.Time { now = now.Add(time.Second); return now },
		Report: func(line string) { fmt.Fprintln(s.reports, line) }}
	return s
}

// append opens the ledger, as each run of the command does, and adds one entry.
func (s *site) append(a Asker, body string) (int64, error) {
	l, err := Open(s.t.Context(), s.c)
	if err != nil {
		return 0, refuse(err)
	}
	defer l.Close()
	return l.Append(s.t.Context(), a, model.Entry{Provider: "house", URL: "https://llm.internal/v1/chat", Body: []byte(body)})
}

func (s *site) must(a Asker, body string) {
	s.t.Helper()
	if _, err := s.append(a, body); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) verify(against ...Against) *Report {
	s.t.Helper()
	v := Verification{Dir: s.c.Dir, Keys: s.c.Keys, Against: against}
	if v.Open = s.open; !s.keys {
		v.Keys = ""
	}
	r, err := Verify(s.t.Context(), v)
	if err != nil {
		return &Report{Findings: []Finding{{0, err.Error()}}}
	}
	return r
}

func (s *site) path(name string) string { return filepath.Join(s.c.Dir, name) }

func (s *site) read(path string) string {
	s.t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

func (s *site) write(path, text string) {
	s.t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// pairs are the log's entries, each with its checkpoint.
func (s *site) pairs() []string {
	lines := strings.SplitAfter(s.read(s.path(logFile)), "\n")
	var pairs []string
	for i := 0; i+1 < len(lines); i += 2 {
		pairs = append(pairs, lines[i]+lines[i+1])
	}
	return pairs
}

func (s *site) setPairs(pairs ...string) { s.write(s.path(logFile), strings.Join(pairs, "")) }

// said puts away what differs from run to run.
func (s *site) said(text string) string {
	dir := filepath.Dir(s.c.Dir)
	text = strings.ReplaceAll(text, dir, "DIR")
	for _, r := range []struct{ from, to string }{
		{`grille-ledger/[0-9a-f]{16}`, "grille-ledger/ID"},
		{`\+[0-9a-f]{8}\b`, "+HASH"},
		{`[A-Za-z0-9+/]{43}=`, "BASE64"},
		{`p[0-9a-f]{16}`, "PERSON"},
	} {
		text = regexp.MustCompile(r.from).ReplaceAllString(text, r.to)
	}
	return text
}

// TestPages is the manual: what is recorded, what is found, what a crash leaves.
func TestPages(t *testing.T) {
	spec.Run(t, "testdata/pages", func(t *testing.T) spec.Commands {
		s := newSite(t)
		number := func(a *spec.Args, name string) int {
			n, err := strconv.Atoi(a.Need(name))
			if err != nil {
				a.Fail("%s is no number", name)
			}
			return n
		}
		return spec.Commands{
			"append": func(a *spec.Args, body string) string {
				asker := Asker{Viewer: a.Need("viewer"), Team: "analysts", Ask: "a1", Connection: "clinic", Purpose: Ask}
				if a.Has("purpose") {
					asker.Purpose = Purpose(a.Get("purpose"))
				}
				if a.Has("round") {
					asker.Round = number(a, "round")
				}
				s.reports.Reset()
				n, err := s.append(asker, body)
				return s.said(s.reports.String() + outcome(n, err))
			},
			"erase": func(a *spec.Args, _ string) string {
				l, err := Open(t.Context(), s.c)
				if err != nil {
					t.Fatal(err)
				}
				defer l.Close()
				return s.said(outcome(l.Erase(t.Context(), a.Need("viewer"))))
			},
			"verify": func(a *spec.Args, input string) string {
				s.keys, s.open = !a.Has("without-keys"), a.Has("open")
				var against []Against
				for _, name := range a.List("against") {
					against = append(against, Against{name, s.kept[name]})
				}
				return s.said(strings.Join(s.verify(against...).Lines(), "\n"))
			},
			"list": func(a *spec.Args, _ string) string { return s.said(s.list(a.Has("without-keys"))) },
			"log": func(a *spec.Args, _ string) string { // one entry as it stands there
				line, _, _ := strings.Cut(s.pairs()[number(a, "entry")-1], "\n")
				return s.said(regexp.MustCompile(`"sealed":".*"`).ReplaceAllString(line, `"sealed":"..."`))
			},
			"checkpoint": func(a *spec.Args, _ string) string {
				_, line, _ := strings.Cut(s.pairs()[number(a, "entry")-1], "\n")
				c, err := parseCheckpointLine([]byte(strings.TrimSuffix(line, "\n")))
				if err != nil {
					return err.Error()
				}
				return s.said(regexp.MustCompile(`[A-Za-z0-9+/]{90,}=*`).ReplaceAllString(strings.Replace(c.Text(), "\n\n", "\n(an empty line)\n", 1), "SIGNATURE"))
			},
			"keep": func(a *spec.Args, _ string) string { // put the log, or a checkpoint, aside
				s.kept[a.Need("as")] = s.read(s.path(logFile))
				if a.Has("checkpoint") {
					s.kept[a.Need("as")] = s.read(filepath.Join(s.c.Keys, headFile))
				}
				return "ok"
			},
			"restore": func(a *spec.Args, _ string) string {
				s.write(s.path(logFile), s.kept[a.Need("from")])
				return "ok"
			},
			"new": func(a *spec.Args, _ string) string { // history, by who holds the key
				for _, path := range []string{s.path(logFile), s.path(edgeFile), filepath.Join(s.c.Keys, headFile)} {
					if err := os.Remove(path); err != nil {
						t.Fatal(err)
					}
				}
				if a.Has("key") {
					for _, path := range []string{s.path(publicFile), filepath.Join(s.c.Keys, signingFile), filepath.Join(s.c.Keys, peopleFolder)} {
						if err := os.RemoveAll(path); err != nil {
							t.Fatal(err)
						}
					}
				}
				return "ok"
			},
			"remove": func(a *spec.Args, _ string) string {
				p, n := s.pairs(), number(a, "entry")
				s.setPairs(append(p[:n-1:n-1], p[n:]...)...)
				return "ok"
			},
			"swap": func(a *spec.Args, _ string) string {
				p, n := s.pairs(), number(a, "entry")
				p[n-1], p[n] = p[n], p[n-1]
				s.setPairs(p...)
				return "ok"
			},
			"double": func(a *spec.Args, _ string) string {
				p, n := s.pairs(), number(a, "entry")
				s.setPairs(append(p[:n:n], p[n-1:]...)...)
				return "ok"
			},
			"change": func(a *spec.Args, _ string) string { // a text in an entry
				p, n := s.pairs(), number(a, "entry")
				changed := strings.Replace(p[n-1], a.Need("from"), a.Need("to"), 1)
				if changed == p[n-1] {
					a.Fail("nothing to change")
				}
				p[n-1] = changed
				s.setPairs(p...)
				return "ok"
			},
			"tear": func(a *spec.Args, _ string) string { // what a crash leaves
				text := s.read(s.path(logFile))
				s.write(s.path(logFile), text+`{"v":1,"entry":99,"time":"20`+strings.Repeat("\x00", number(a, "zeros")))
				return "ok"
			},
			"cut": func(a *spec.Args, _ string) string {
				text := s.read(s.path(logFile))
				s.write(s.path(logFile), text[:len(text)-number(a, "bytes")])
				return "ok"
			},
			"chmod": func(a *spec.Args, _ string) string {
				mode, err := strconv.ParseUint(a.Need("mode"), 8, 32)
				if err != nil {
					a.Fail("no mode")
				}
				if err := os.Chmod(filepath.Join(filepath.Dir(s.c.Dir), a.Need("file")), os.FileMode(mode)); err != nil {
					t.Fatal(err)
				}
				return "ok"
			},
			"lose": func(a *spec.Args, _ string) string { // a file
				if err := os.RemoveAll(filepath.Join(filepath.Dir(s.c.Dir), a.Need("file"))); err != nil {
					t.Fatal(err)
				}
				return "ok"
			},
		}
	})
}

func outcome(n int64, err error) string {
	var no *refusal.Refusal
	if errors.As(err, &no) {
		return fmt.Sprintf("%v\n  for who runs it: %s", no, no.Owner)
	}
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("entry %d", n)
}

func (s *site) list(withoutKeys bool) string {
	keys := s.c.Keys
	if withoutKeys {
		keys = ""
	}
	var b strings.Builder
	err := Read(s.t.Context(), s.c.Dir, keys, 1, func(e Entry) error {
		fmt.Fprintf(&b, "%d %s %s", e.Number, e.Time.Format("15:04:05"), e.Kind)
		switch e.Kind {
		case string(sent):
			fmt.Fprintf(&b, " viewer=%q sealed=%q purpose=%s/%d %s %s %s %d bytes %q", e.Viewer, e.Sealed, e.Purpose, e.Round, e.Connection, e.Provider, e.Host, e.Bytes, e.Body)
		case string(recovered):
			fmt.Fprintf(&b, " %d bytes", e.Bytes)
		}
		b.WriteByte('\n')
		return nil
	})
	if err != nil {
		return b.String() + err.Error()
	}
	return b.String()
}
