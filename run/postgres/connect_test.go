package postgres

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/dial"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run/dsn"
)

// What the driver would take from the environment does not reach it.
func TestHostileEnvironment(t *testing.T) {
	db := pgtest.New(t)
	home := t.TempDir()
	for name, text := range map[string]string{".pgpass": "*:*:*:*:stolen\n", ".pg_service.conf": "[x]\nhost=evil\n"} {
		if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, value := range map[string]string{
		"HOME": home, "PGHOST": "/tmp", "PGPORT": "1", "PGUSER": "evil", "PGPASSWORD": "evil", "PGDATABASE": "evil", "PGSSLMODE": "require",
		"PGOPTIONS": "-c search_path=evil -c transform_null_equals=on", "PGTZ": "Asia/Tokyo", "PGAPPNAME": "evil", "PGPASSFILE": "/dev/zero",
		"PGSERVICEFILE": "/dev/zero", "PGSSLROOTCERT": "/none", "PGSSLKEY": "/none", "PGSSLCERT": "/none", "PGSSLNEGOTIATION": "direct",
		"PGTARGETSESSIONATTRS": "read-write", "PGCONNECT_TIMEOUT": "x", "PGREQUIREAUTH": "none", "PGCHANNELBINDING": "require",
		"PGMINPROTOCOLVERSION": "9", "PGMAXPROTOCOLVERSION": "x", "PGSSLCERTMODE": "x",
	} {
		t.Setenv(name, value)
	}
	e := engine(t, db.ReadOnlyDSN)
	if got := one(t, e, `SELECT current_setting('search_path') || ' ' || current_setting('application_name')`); got != "pg_catalog, pg_temp grille" {
		t.Error(got)
	}
	// Without a password in the DSN there is none, whatever lies about.
	target, _ := dsn.Parse(db.ReadOnlyDSN)
	p := target.(dsn.Postgres)
	p.Password = dsn.Secret{}
	if e, err := New(Config{Target: p, TimeZone: "UTC", Concurrent: 1}); err != nil {
		t.Error(err)
	} else if cc, err := driverConfig(e.c, dialer(t, e.c)); err != nil || cc.Password != "" || len(cc.Fallbacks) != 0 || len(cc.RuntimeParams) != 2 {
		t.Errorf("%+v %v", cc, err)
	}
	t.Setenv("PGSERVICE", "x")
	if _, err := New(Config{Target: p, TimeZone: "UTC", Concurrent: 1}); err == nil || !strings.Contains(err.Error(), "unset it") {
		t.Error(err)
	}
}

// authority makes certificates for a test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, _ := x509.ParseCertificate(der)
	return authority{cert, key}
}

func (a authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

func (a authority) issue(t *testing.T, name string) tls.Certificate {
	t.Helper()
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// front stands before the test server, which speaks no TLS, and does so for
// it. With a nil config it says that it has none.
func front(t *testing.T, server string, c *tls.Config) (port uint16, plain chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	plain = make(chan string, 10)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serve(conn, server, c, plain)
		}
	}()
	return uint16(l.Addr().(*net.TCPAddr).Port), plain
}

func serve(conn net.Conn, server string, c *tls.Config, plain chan<- string) {
	defer conn.Close()
	ask := make([]byte, 8) // SSLRequest
	if _, err := io.ReadFull(conn, ask); err != nil {
		return
	}
	if c == nil {
		_, _ = conn.Write([]byte("N"))
		more, _ := io.ReadAll(conn)
		plain <- string(more)
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

func TestTLS(t *testing.T) {
	db := pgtest.New(t)
	target, _ := dsn.Parse(db.ReadOnlyDSN)
	p := target.(dsn.Postgres)
	server := net.JoinHostPort(p.Host, strconv.Itoa(int(p.Port)))
	ours, other := newAuthority(t), newAuthority(t)
	for _, c := range []struct {
		name  string
		serve *tls.Config
		trust []byte
		ok    bool
	}{
		{"pinned authority", &tls.Config{Certificates: []tls.Certificate{ours.issue(t, "localhost")}}, ours.pem(), true},
		{"another authority", &tls.Config{Certificates: []tls.Certificate{other.issue(t, "localhost")}}, ours.pem(), false},
		{"the system's authorities", &tls.Config{Certificates: []tls.Certificate{ours.issue(t, "localhost")}}, nil, false},
		{"another name", &tls.Config{Certificates: []tls.Certificate{ours.issue(t, "example.com")}}, ours.pem(), false},
		{"an old version", &tls.Config{Certificates: []tls.Certificate{ours.issue(t, "localhost")}, MaxVersion: tls.VersionTLS11}, ours.pem(), false},
		{"no TLS at all", nil, ours.pem(), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			port, plain := front(t, server, c.serve)
			to := p
			to.Host, to.Port, to.Plain = "localhost", port, false
			e, err := New(Config{Target: to, RootPEM: c.trust, TimeZone: "UTC", Concurrent: 1, Connect: 3 * time.Second})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			_, err = e.Posture(t.Context())
			if c.ok && err != nil || !c.ok && refusal.CodeOf(err) != refusal.Down {
				t.Error(err)
			}
			if c.serve == nil {
				if sent := <-plain; sent != "" {
					t.Errorf("sent in clear text: %q", sent)
				}
			}
		})
	}
}

func dialer(t *testing.T, c Config) *dial.Dialer {
	t.Helper()
	d, err := dial.New(dial.Config{Host: c.Target.Host, Plain: c.Target.Plain, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return d
}
