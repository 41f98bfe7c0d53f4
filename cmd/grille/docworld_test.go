package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grille-dev/grille/demo"
	"github.com/grille-dev/grille/internal/modeltest"
	"github.com/grille-dev/grille/internal/pgtest"
)

// docWorld is what the commands of a page find: an empty folder, and what the page
// says is given.
//
//	demo      the folder is that of grille demo --save
//	postgres  db.example.org:5432 is a PostgreSQL with a database clinic, which psql
//	          asks as its owner; ca.pem is who signed its certificate
//	desk      who may be named with --as is the desk, which sees four tables
//	house     grille.yaml names that model, and it drafts
//	ollama    http://127.0.0.1:11434 is an Ollama that drafts what [drafts] says
//
// Names that a page shows stand for those that are there, on the way in and out.
type docWorld struct {
	dir   string
	env   []string
	names []alias
}

type alias struct{ shown, real string }

func newWorld(t *testing.T, given []string) *docWorld {
	t.Helper()
	w := &docWorld{dir: t.TempDir(), env: append(os.Environ(), "HOME="+t.TempDir(), "NO_COLOR=1"),
		names: []alias{{"go run ./cmd/grille demo", "grille demo --chart always"}}}
	for _, word := range given {
		switch word {
		case "demo":
			w.demo(t)
		case "postgres":
			w.postgres(t)
		case "ollama":
			w.names = append(w.names, alias{"http://127.0.0.1:11434", modeltest.Serve(t, http.HandlerFunc(drafting)).URL})
		case "desk":
			w.desk(t)
		case "house":
			w.add(t, "model: house\nmodels:\n  house: {kind: ollama, url: \"http://127.0.0.1:11434\", model: \"qwen3:8b\", private: true}\n")
		default:
			t.Fatalf("nothing is known that is called %q and given", word)
		}
	}
	return w
}

// real is a command with the names that are there.
func (w *docWorld) real(command string) string {
	for _, n := range w.names {
		command = strings.ReplaceAll(command, n.shown, n.real)
	}
	return command
}

// shown is what was printed with the names of the page.
func (w *docWorld) shown(printed string) string {
	for _, n := range w.names[1:] { // the first is a command
		printed = strings.ReplaceAll(printed, n.real, n.shown)
		printed = strings.ReplaceAll(printed, bare(n.real), bare(n.shown))
	}
	return printed
}

func bare(address string) string { return strings.TrimPrefix(address, "http://") }

// hospital is the demo of all pages, made once.
var hospital = sync.OnceValues(func() ([]byte, error) { return demo.Image(context.Background(), today) })

func (w *docWorld) demo(t *testing.T) {
	t.Helper()
	image, err := hospital()
	if err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string][]byte{"clinic.db": image, "clinic-rules.yaml": demo.Rules, "clinic-meaning.yaml": demo.Meaning, "grille.yaml": demo.Config} {
		if err := os.WriteFile(filepath.Join(w.dir, file), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *docWorld) desk(t *testing.T) {
	t.Helper()
	for file, text := range map[string]string{"grille.yaml": `
connections: {clinic: {dsn: "sqlite:clinic.db", rules: clinic-rules.yaml}}
viewers: {desk: {teams: [desk]}}
`, "clinic-rules.yaml": `
version: 1
classes: {plain: {show: value}}
tables:
  patients: {columns: {id: plain, city: plain}, grants: {desk: {rows: all}}}
  departments: {columns: {id: plain, name: plain}, grants: {desk: {rows: all}}}
  wards: {columns: {id: plain, department_id: plain, name: plain}, grants: {desk: {rows: all}}}
  visits: {columns: {id: plain, patient_id: plain, department_id: plain, ward_id: plain}, grants: {desk: {rows: all}}}
`} {
		if err := os.WriteFile(filepath.Join(w.dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// add puts lines behind those of grille.yaml.
func (w *docWorld) add(t *testing.T, text string) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(w.dir, "grille.yaml"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(w.real(text)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// postgres makes the database and stands before it with TLS.
func (w *docWorld) postgres(t *testing.T) {
	t.Helper()
	db := pgtest.New(t,
		`CREATE TABLE wards (id int PRIMARY KEY, name text NOT NULL, beds int)`,
		`CREATE TABLE patients (id int PRIMARY KEY, name text NOT NULL, birthday date, email text, ward_id int NOT NULL REFERENCES wards)`,
		`CREATE TABLE visits (id int PRIMARY KEY, patient_id int NOT NULL REFERENCES patients, ward_id int NOT NULL REFERENCES wards, admitted_at timestamp NOT NULL)`,
		`INSERT INTO wards SELECT i, 'Ward ' || i, 10 + i FROM generate_series(1, 4) i`,
		`INSERT INTO patients SELECT i, 'Person ' || i, date '1950-01-01' + i * 50, 'p' || i || '@example.org', 1 + i % 4 FROM generate_series(1, 200) i`,
		`INSERT INTO visits SELECT i, 1 + i % 200, CASE WHEN i <= 400 THEN 1 WHEN i <= 700 THEN 2 WHEN i <= 900 THEN 3 ELSE 4 END, timestamp '2025-01-01' + i * interval '9 hours' FROM generate_series(1, 1000) i`)
	u, err := url.Parse(db.DSN)
	if err != nil {
		t.Fatal(err)
	}
	database, role := strings.TrimPrefix(u.Path, "/"), "grille_test_docs_"+strings.TrimPrefix(u.Path, "/grille_test_")
	password, _ := u.User.Password()
	w.env = append(w.env, "PGHOST="+u.Hostname(), "PGPORT="+u.Port(), "PGUSER="+u.User.Username(), "PGPASSWORD="+password,
		"PGDATABASE="+database, "PGOPTIONS=-c client_min_messages=warning")
	t.Cleanup(func() { db.Exec(`DROP OWNED BY `+role+` CASCADE`, `DROP ROLE `+role) })
	ca, front := tlsBefore(t, u.Host)
	if err := os.WriteFile(filepath.Join(w.dir, "ca.pem"), ca, 0o600); err != nil {
		t.Fatal(err)
	}
	w.names = append(w.names, alias{"db.example.org:5432", front},
		alias{"GRILLE_CLINIC", "GRILLE_" + strings.ToUpper(database)}, alias{"grille_ro", role}, alias{"clinic", database})
}

// tlsBefore speaks TLS for a server that does not, as localhost; ca is who vouches for it.
func tlsBefore(t *testing.T, server string) (ca []byte, address string) {
	t.Helper()
	ca, certificate := certify(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go speakTLS(conn, server, &tls.Config{Certificates: []tls.Certificate{certificate}})
		}
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return ca, net.JoinHostPort("localhost", port)
}

func speakTLS(conn net.Conn, server string, c *tls.Config) {
	defer conn.Close()
	ask := make([]byte, 8) // SSLRequest
	if _, err := io.ReadFull(conn, ask); err != nil {
		return
	}
	_, _ = conn.Write([]byte("S"))
	in := tls.Server(conn, c)
	if in.Handshake() != nil {
		return
	}
	out, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	defer out.Close()
	go func() { _, _ = io.Copy(out, in); _ = out.Close() }()
	_, _ = io.Copy(in, out)
}

// certify makes an authority, and a certificate for localhost.
func certify(t *testing.T) (ca []byte, leaf tls.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Example CA"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	signed, err := x509.CreateCertificate(rand.Reader, root, root, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	own := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{"localhost"}, NotBefore: root.NotBefore, NotAfter: root.NotAfter}
	der, err := x509.CreateCertificate(rand.Reader, own, root, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}), tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// drafts are what the model of the pages knows: of a question that has these
// words, the draft. It has seen no data, so it may be wrong.
var drafts = []struct{ words, sql string }{
	{"fruit", "SELECT count(*) FROM fruits"},
	{"urgent", "SELECT d.name, count(*) AS urgent_visits FROM visits v JOIN departments d ON d.id = v.department_id WHERE v.urgent GROUP BY d.name ORDER BY 2 DESC"},
	{"insurance number", "SELECT insurance_number FROM patients"},
	{"paid most", "SELECT c.city, sum(o.total) AS paid FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY c.city ORDER BY paid DESC LIMIT 1"},
	{"departments", "SELECT count(*) AS departments FROM departments"},
}

var asked = regexp.MustCompile(`(?s)Question:\\n(.*?)"`)

// drafting answers as its server does, in a line at a time.
func drafting(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	question := string(body)
	if m := asked.FindStringSubmatch(question); m != nil {
		question = m[1]
	}
	reply := `{"kind": "cannot_answer", "sql": null, "what": null}`
	for _, d := range drafts {
		if strings.Contains(question, d.words) {
			reply = modeltest.SQL(d.sql)
			break
		}
	}
	text, _ := json.Marshal(reply)
	fmt.Fprintf(w, `{"model":"m","created_at":"2026-03-15T09:00:00Z","message":{"role":"assistant","content":%s},"done":false}`+"\n", text)
	fmt.Fprintln(w, `{"model":"m","created_at":"2026-03-15T09:00:01Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":9,"eval_count":12}`)
}
