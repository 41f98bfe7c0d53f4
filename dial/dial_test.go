package dial

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"
)

func TestLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "10.0.0.1": false, "localhost.evil.com": false, "LOCALHOST.": false, "127.0.0.1.nip.io": false,
		"0.0.0.0": false, "2130706433": false, "127.1": false,
	} {
		if Loopback(host) != want {
			t.Errorf("%s: %t", host, !want)
		}
	}
}

func TestNew(t *testing.T) {
	for _, c := range []struct {
		config Config
		words  string
	}{
		{Config{Timeout: time.Second}, "Host"},
		{Config{Host: "h"}, "Timeout"},
		{Config{Host: "h", Timeout: time.Second, Plain: true}, "TLS"},
		{Config{Host: "localhost", Timeout: time.Second, Plain: true, RootPEM: []byte("x")}, "pinned"},
		{Config{Host: "h", Timeout: time.Second, RootPEM: []byte("x")}, "no certificate"},
	} {
		if _, err := New(c.config); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%+v: %v", c.config, err)
		}
	}
	d, err := New(Config{Host: "h", Timeout: time.Second})
	if err != nil || d.TLS().ServerName != "h" || d.TLS().InsecureSkipVerify || d.TLS().MinVersion < 0x0303 {
		t.Error(d, err)
	}
}

// A plain connection goes to this machine, whatever a name came to mean.
func TestPlainStaysHere(t *testing.T) {
	d, err := New(Config{Host: "localhost", Timeout: time.Second, Plain: true})
	if err != nil {
		t.Fatal(err)
	}
	if d.TLS() != nil {
		t.Error("TLS")
	}
	for _, address := range []string{"192.0.2.1:5432", "[2001:db8::1]:5432", "0.0.0.0:1"} {
		if _, err := d.Dial(context.Background(), "tcp", address); err == nil || !strings.Contains(err.Error(), "this machine only") {
			t.Errorf("%s: %v", address, err)
		}
	}
	if _, err := d.Dial(context.Background(), "unix", "/tmp/.s.PGSQL.5432"); err == nil {
		t.Error("a socket")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := d.Dial(context.Background(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
}
