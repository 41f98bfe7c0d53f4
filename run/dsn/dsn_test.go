package dsn

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]Target{
		"postgres://ro@127.0.0.1:5432/clinic":               Postgres{Host: "127.0.0.1", Port: 5432, Database: "clinic", User: "ro", Plain: true},
		"postgresql://ro@localhost/clinic":                  Postgres{Host: "localhost", Port: 5432, Database: "clinic", User: "ro", Plain: true},
		"postgres://ro@[::1]:6000/c":                        Postgres{Host: "::1", Port: 6000, Database: "c", User: "ro", Plain: true},
		"postgres://ro@db.example.com/c":                    Postgres{Host: "db.example.com", Port: 5432, Database: "c", User: "ro"},
		"postgres://ro@10.0.0.1/c?sslmode=verify-full":      Postgres{Host: "10.0.0.1", Port: 5432, Database: "c", User: "ro"},
		"postgres://ro@localhost/c?sslmode=verify-full":     Postgres{Host: "localhost", Port: 5432, Database: "c", User: "ro"},
		"postgres://ro@localhost/c?sslmode=disable":         Postgres{Host: "localhost", Port: 5432, Database: "c", User: "ro", Plain: true},
		"postgres://ro@h/c?sslrootcert=/etc/ca.pem":         Postgres{Host: "h", Port: 5432, Database: "c", User: "ro", RootCert: "/etc/ca.pem"},
		"postgres://ro@localhost/c?sslrootcert=/etc/ca.pem": Postgres{Host: "localhost", Port: 5432, Database: "c", User: "ro", RootCert: "/etc/ca.pem"},
		"postgres://r%40x:p%3Aw@h/my%20db":                  Postgres{Host: "h", Port: 5432, Database: "my db", User: "r@x", Password: Secret{"p:w"}},
		"mariadb://ro@127.0.0.1/shop":                       MySQL{MariaDB: true, Host: "127.0.0.1", Port: 3306, Database: "shop", User: "ro", Plain: true},
		"mysql://ro:p%40w@db.example.com:3307/shop":         MySQL{Host: "db.example.com", Port: 3307, Database: "shop", User: "ro", Password: Secret{"p@w"}},
		"mysql://ro@localhost/shop?sslrootcert=/etc/ca.pem": MySQL{Host: "localhost", Port: 3306, Database: "shop", User: "ro", RootCert: "/etc/ca.pem"},
		"sqlite:data/demo.db":                               SQLite{Path: "data/demo.db"},
		"sqlite:/srv/data/demo.db":                          SQLite{Path: "/srv/data/demo.db"},
		"duckdb:data/shop.duckdb":                           DuckDB{Path: "data/shop.duckdb"},
		"csv:data/":                                         CSV{Path: "data/"},
		"csv:visits.csv":                                    CSV{Path: "visits.csv"},
	} {
		got, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if d := cmp.Diff(want, got, cmp.AllowUnexported(Secret{})); d != "" {
			t.Errorf("%s: %s", text, d)
		}
	}
}

// Each of these would be taken by the driver's own parser. The password p4ss
// is in no error.
func TestRefused(t *testing.T) {
	for text, words := range map[string]string{
		"":                                                       "begins with",
		"clinic":                                                 "begins with",
		"host=h user=u password=p4ss":                            "begins with",
		"file:demo.db":                                           "begins with",
		"mysql://u:p4ss@h/":                                      "no database",
		"mysql://h/d":                                            "no user; write mysql://",
		"mariadb://u:p4ss@h:p4ss/d":                              "write mariadb://",
		"mysql://u:p4ss@tcp(h:3306)/d":                           "mysql",
		"mysql://u:p4ss@unix(/run/s)/d":                          "one host",
		"mysql://u:p4ss@h/d?sslmode=disable":                     "this machine",
		"mysql://u@h/d?tls=skip-verify":                          `"tls"`,
		"mysql://u@h/d?allowAllFiles=true":                       `"allowAllFiles"`,
		"mysql://u@h/d?multiStatements=true":                     `"multiStatements"`,
		"mysql://u@h/d?allowCleartextPasswords=1":                `"allowCleartextPasswords"`,
		"mysql://u@h/d?sql_mode=ANSI":                            `"sql_mode"`,
		"trino://h":                                              "catalog and schema",
		"trino://u:p4ss@h/c":                                     "catalog and schema",
		"trino://u:p4ss@h/c/s/t":                                 "catalog and schema",
		"trino://u:p4ss@h/C/s":                                   "catalog and schema",
		"trino://h/c/s":                                          "no user",
		"trino://u:p4ss@127.0.0.1/c/s":                           "TLS",
		"trino://u@h/c/s?SSL=true":                               "\"SSL\"",
		"trino://u@h/c/s?sslmode=disable":                        "this machine",
		"postgres:u@h":                                           "write postgres://",
		"postgres://u:p4ss@h1,h2/d":                              "one host",
		"postgres://u:p4ss@%2Fvar%2Frun/d":                       "postgres",
		"postgres://u:p4ss@/d":                                   "no host",
		"postgres://u:p4ss@/d?host=/tmp":                         "no host",
		"postgres://:p4ss@h/d":                                   "no user",
		"postgres://h/d":                                         "no user",
		"postgres://u:p4ss@h":                                    "no database",
		"postgres://u:p4ss@h/":                                   "no database",
		"postgres://u:p4ss@h/a/b":                                "no database",
		"postgres://u:@h/d":                                      "empty",
		"postgres://u:p4ss@h:/d":                                 "port",
		"postgres://u:p4ss@h:0/d":                                "port",
		"postgres://u:p4ss@h:99999/d":                            "port",
		"postgres://u:p4ss@h:p4ss/d":                             "postgres://",
		"postgres://u:p4:ss@h:x@y/d":                             "postgres://",
		"postgres://u:p4ss@h/d#p4ss":                             "postgres://",
		"postgres://u:p4ss@h/d?sslmode=prefer":                   "verify-full",
		"postgres://u:p4ss@h/d?sslmode=require":                  "verify-full",
		"postgres://u:p4ss@h/d?sslmode=verify-ca":                "verify-full",
		"postgres://u:p4ss@h/d?sslmode=disable":                  "this machine",
		"postgres://u:p4ss@localhost.evil.com/d?sslmode=disable": "this machine",
		"postgres://u:p4ss@127.0.0.1/d?sslmode=disable&sslrootcert=x": "means nothing",
		"postgres://u:p4ss@h/d?sslmode=verify-full&sslmode=disable":   "once",
		"postgres://u:p4ss@h/d?sslrootcert=":                          "once",
		"postgres://u@h/d?password=p4ss":                              `"password"`,
		"postgres://u@h/d?options=-csearch_path%3Devil":               `"options"`,
		"postgres://u@h/d?search_path=evil":                           `"search_path"`,
		"postgres://u@h/d?default_query_exec_mode=simple_protocol":    `"default_query_exec_mode"`,
		"postgres://u@h/d?passfile=/etc/passwd":                       `"passfile"`,
		"postgres://u@h/d?sslkey=/k":                                  `"sslkey"`,
		"postgres://u@h/d?service=x":                                  `"service"`,
		"postgres://u@h/d?SSLMODE=disable":                            `"SSLMODE"`,
		"postgres://u@h/d\x00":                                        "control",
		"postgres://u@h/d\n":                                          "control",
		"sqlite:":                                                     "names no file",
		"sqlite::memory:":                                             "names no file",
		"sqlite:///srv/x.db":                                          "without slashes",
		"csv:":                                                        "names no file",
		"csv:///srv/data":                                             "without slashes",
		"csv:data?sep=;":                                              "no parameters",
		"duckdb:":                                                     "names no file",
		"duckdb::memory:":                                             "names no file",
		"duckdb:///srv/x.duckdb":                                      "without slashes",
		"duckdb:x?access_mode=READ_WRITE":                             "no parameters",
		"sqlite:x.db?mode=rwc":                                        "no parameters",
	} {
		_, err := Parse(text)
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: %v, want %s", text, err, words)
		}
		if err != nil && strings.Contains(err.Error(), "p4ss") {
			t.Errorf("%q: the error has the password: %v", text, err)
		}
	}
}

// A secret shows in no way of printing.
func TestSecretIsVeiled(t *testing.T) {
	got, err := Parse("postgres://u:p4ss@h/d")
	if err != nil {
		t.Fatal(err)
	}
	p := got.(Postgres)
	js, _ := json.Marshal(p)
	m := mySQL(true, server(p))
	for _, s := range []string{
		p.String(), string(js), fmt.Sprint(p), fmt.Sprintf("%v %+v %#v %s %q %x %d", p, p, p, p.Password, p.Password, p.Password, p.Password),
		fmt.Sprint(&p), fmt.Sprintf("%v %+v %#v", m, m, m), fmt.Errorf("x %w %v", err, p).Error(),
	} {
		if strings.Contains(s, "p4ss") || strings.Contains(s, "70347373") {
			t.Errorf("the password is in %s", s)
		}
	}
	if p.Password.Reveal() != "p4ss" {
		t.Error("and cannot be read")
	}
}

func TestPassword(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	env := func(name string) (string, bool) {
		v, ok := map[string]string{"SET": "p4ss", "EMPTY": ""}[name]
		return v, ok
	}
	for ref, want := range map[string]string{
		"env:SET":                             "p4ss",
		"file:" + write("a", "p4ss\n"):        "p4ss",
		"file:" + write("b", "p4 ss\r\nmore"): "p4 ss",
		"env:EMPTY":                           "",
		"env:NONE":                            "",
		"env:":                                "",
		"file:":                               "",
		"file:" + filepath.Join(dir, "none"):  "",
		"file:" + write("c", ""):              "",
		"file:" + write("d", "\np4ss"):        "",
		"file:" + write("e", strings.Repeat("p4ss", 2000)): "",
		"file:" + dir: "",
		"p4ss":        "",
		"vault:p4ss":  "",
	} {
		got, err := Password(ref, env)
		if got.Reveal() != want || (err == nil) != (want != "") {
			t.Errorf("%s: %v", ref, err)
		}
		if err != nil && strings.Contains(err.Error(), "p4ss") {
			t.Errorf("%s: the error has the password: %v", ref, err)
		}
	}
	p := Postgres{Password: Secret{"a"}}
	if _, err := p.WithPassword(Secret{"b"}); err == nil {
		t.Error("two passwords")
	}
	if q, err := (Postgres{}).WithPassword(Secret{"b"}); err != nil || q.Given().Reveal() != "b" {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("postgres://u:p4ss@h:1/d?sslmode=verify-full")
	f.Add("postgres://u:p4ss@localhost/d?sslmode=verify-full")
	f.Add("postgres://u@h/d?sslrootcert=/etc/our%20ca%26.pem")
	f.Add("trino://u@localhost/c/s?sslrootcert=ca.pem")
	f.Add("mariadb://u:p4ss@h/d")
	f.Add("sqlite:x")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := Parse(s)
		if err != nil {
			return
		}
		again, err := Parse(got.String()) // all of it but the password
		switch t := got.(type) {
		case Postgres:
			t.Password = Secret{}
			got = t
		case MySQL:
			t.Password = Secret{}
			got = t
		case Trino:
			t.Password = Secret{}
			got = t
		}
		if err != nil || got != again {
			t.Fatalf("%q: %v became %v: %v", s, got, again, err)
		}
	})
}
