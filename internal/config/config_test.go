package config

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/internal/strict/stricttest"
	"github.com/grille-dev/grille/viewer"
)

func fiscal(c *Config) string {
	if c.Fiscal == 0 {
		return ""
	}
	return " with weeks from " + c.Week.String() + ", years from " + c.Fiscal.String() + " and numbers in " + c.Locale.String()
}

func TestPages(t *testing.T) {
	spec.Run(t, "testdata/config", func(*testing.T) spec.Commands {
		return spec.Commands{"config": func(_ *spec.Args, input string) string {
			c, err := Parse("etc/grille.yaml", []byte(input+"\n"))
			if err != nil {
				return err.Error()
			}
			var b strings.Builder
			for _, k := range c.Connections {
				fmt.Fprintf(&b, "connection %s: %v password=%q schemas=%q rules=%q pairs=%q taught=%q meaning=%q dirs=%q writable=%v\n",
					k.Name, k.Target, k.Password, k.Schemas, k.Rules, k.Pairs, k.Taught, k.Meaning, k.Dirs, k.InsecureAllowWritableRole)
			}
			for _, m := range c.Models {
				b.WriteString("model" + set(m) + "\n")
			}
			for _, v := range c.Viewers {
				fmt.Fprintf(&b, "viewer %s: teams=%q attributes=%q", v.Name, v.Teams, v.Attributes)
				if v.Off != (viewer.Switches{}) {
					fmt.Fprintf(&b, " off=%+v", v.Off)
				}
				b.WriteByte('\n')
			}
			for _, o := range c.Ledger.Checkpoints {
				fmt.Fprintf(&b, "checkpoints to %+v\n", o)
			}
			if c.Ledger.Dir != "etc/grille-state/ledger" {
				fmt.Fprintf(&b, "ledger in %s, its keys in %s\n", c.Ledger.Dir, c.Ledger.Keys)
			}
			fmt.Fprintf(&b, "drafts by %s, zone %s%s, %d rows, %d bytes, %v, %d at once", strings.Join(c.Order, ", "), c.Zone, fiscal(c),
				c.Limits.Rows, c.Limits.Bytes, c.Limits.Time, c.Limits.Concurrent)
			if c.Budget.Set() {
				fmt.Fprintf(&b, "\nbudget %+v in %s", c.Budget, c.StateDir())
			}
			return b.String()
		}}
	})
}

// set are the fields of a struct that are not zero.
func set(of any) (s string) {
	v := reflect.ValueOf(of)
	for i := range v.NumField() {
		if !v.Field(i).IsZero() {
			s += fmt.Sprintf(" %s=%v", v.Type().Field(i).Name, v.Field(i))
		}
	}
	return s
}

const everything = `
connections:
  clinic: {dsn: "postgres://ro@127.0.0.1:5432/clinic", password: env:PW, schemas: [public], rules: r.yaml, pairs: p.yaml, taught: w.yaml, meaning: m.yaml, insecure_allow_writable_role: true}
  file: {dsn: "sqlite:a.db", dirs: [data]}
model: house
models:
  house: {kind: openai, url: "https://llm.internal/v1", model: qwen, key: file:key, candidates: 2}
viewers:
  ana: {teams: [analysts], attributes: {wards: [3, 4], region: north}}
calendar: {timezone: Europe/Berlin}
limits: {rows: 10, bytes: 1MiB, seconds: 5, concurrent: 2}
secret: file:site.secret
ledger:
  dir: state/ledger
  keys: keys
  checkpoints:
    - {file: checkpoints.txt}
    - {syslog: "unix:/dev/log"}
    - {https: "https://log.internal/c", token: env:LOG, ca: ca.pem, required: true}
`

func TestClosed(t *testing.T) {
	stricttest.Closed(t, everything, func(n strict.Node) error {
		return Defaults().read(n)
	})
}

func TestSecrets(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"key": "k-123\n", "empty": "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("GRILLE_TEST_SET", "s")
	t.Setenv("GRILLE_TEST_EMPTY", "")
	c := &Config{File: filepath.Join(dir, "grille.yaml")}
	for ref, want := range map[string]string{"file:key": "k-123", "env:GRILLE_TEST_SET": "s", "": "",
		"file:empty": "error", "file:none": "error", "env:GRILLE_TEST_EMPTY": "error", "env:GRILLE_TEST_UNSET": "error"} {
		s, err := c.Secret(ref)
		if (err != nil) != (want == "error") || err == nil && s.Reveal() != want {
			t.Errorf("%q: got %v and an error %v, want %q", ref, s.Reveal(), err, want)
		}
	}
}

func TestNoDefaultViewer(t *testing.T) {
	c, err := Parse("grille.yaml", []byte(everything))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"": "who asks? add --as ana", "bob": `has no viewer "bob": try --as ana`, "ana": ""} {
		_, err := c.Viewer(name)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("viewer %q: got %v, want %q", name, err, want)
		}
	}
	for name, want := range map[string]string{"": "which connection? add --connection clinic, --connection file", "x": `has no connection "x"`, "file": ""} {
		_, err := c.Connection(name)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("connection %q: got %v, want %q", name, err, want)
		}
	}
}
