package main

import (
	"bytes"
	"crypto/rand"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/internal/pgtest"
)

// TestCompose is packaging/compose without containers: its scripts make the shop
// and the role on a server, and its site answers there.
func TestCompose(t *testing.T) {
	site := shop(t)
	answer := grilleIn(t, site, "ask", "--as", "ana", "how many orders per city last year?")
	for _, want := range []string{"Hamburg", "Leipzig", "Bremen", "Kassel", "orders that were not returned"} {
		if !strings.Contains(answer, want) {
			t.Errorf("there is no %q in\n%s", want, answer)
		}
	}
	if closed := grilleIn(t, site, "catalog", "--as", "ana"); strings.Contains(closed, "email") {
		t.Errorf("the catalog has a closed column:\n%s", closed)
	}
	if seen := grilleIn(t, site, "doctor"); strings.Contains(seen, "to mend it") {
		t.Errorf("there is something to mend in\n%s", seen)
	}
}

// shop is the site's grille.yaml, which says where the server of the test is.
func shop(t *testing.T) string {
	const from = "../../packaging/compose"
	db := pgtest.New(t)
	db.Script(filepath.Join(from, "database", "10-shop.sql"))
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(from, "site"))); err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(dir, "reader.secret")
	if err := os.WriteFile(secret, []byte(rand.Text()+rand.Text()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(db.DSN)
	if err != nil {
		t.Fatal(err)
	}
	readerRole(t, db, u, secret)
	path := filepath.Join(dir, "grille.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	here := strings.NewReplacer("127.0.0.1:5432/shop", u.Host+u.Path, "/run/secrets/reader", secret, "/run/secrets/site", secret, "state: /state", "state: "+dir)
	if err := os.WriteFile(path, []byte(here.Replace(string(text))), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// readerRole makes the role as the image of PostgreSQL does when it first starts.
func readerRole(t *testing.T, db pgtest.DB, u *url.URL, secret string) {
	password, _ := u.User.Password()
	c := exec.Command("sh", "../../packaging/compose/database/20-reader.sh", secret)
	c.Env = append(os.Environ(), "PGHOST="+u.Hostname(), "PGPORT="+u.Port(), "PGUSER="+u.User.Username(), "PGPASSWORD="+password, "POSTGRES_DB="+strings.TrimPrefix(u.Path, "/"))
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Cleanup(func() { db.Exec(`DROP OWNED BY grille_ro`, `DROP ROLE grille_ro`) })
}

func grilleIn(t *testing.T, config string, args ...string) string {
	t.Helper()
	var out, said bytes.Buffer
	p := &program{in: strings.NewReader(""), out: &out, err: &said, clock: time.Now, random: rand.Reader}
	if code := p.run(t.Context(), append(args, "--config", config)); code != exitOK {
		t.Fatalf("%v ended with %d: %s%s", args, code, &said, &out)
	}
	return out.String() + said.String()
}
