package mysql

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"testing"
	"time"
)

// A stranger who holds the port of this machine while the server is down, names an
// authentication under which the password is sent encrypted, and offers a key of
// its own, gets nothing.
func TestStrangerOnThePort(t *testing.T) {
	for _, plugin := range []string{"caching_sha2_password", "sha256_password"} {
		t.Run(plugin, func(t *testing.T) {
			heard := make(chan [][]byte, 1)
			port := stranger(t, plugin, heard)
			e := engine(t, fmt.Sprintf("mysql://u:hunter2@127.0.0.1:%d/d", port))
			if _, err := e.Posture(t.Context()); err == nil {
				t.Error("connected")
			}
			for _, packet := range <-heard {
				// What is encrypted under the stranger's key is as long as that.
				if bytes.Contains(packet, []byte("hunter2")) || len(packet) >= 256 {
					t.Errorf("the stranger hears %d bytes: %q", len(packet), packet)
				}
			}
		})
	}
}

// stranger serves one connection and tells what was sent to it.
func stranger(t *testing.T, plugin string, heard chan<- [][]byte) int {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		var packets [][]byte
		defer func() { heard <- packets }()
		c, err := ln.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(5 * time.Second))
		send := func(seq byte, b []byte) {
			_, _ = c.Write(append([]byte{byte(len(b)), byte(len(b) >> 8), 0, seq}, b...))
		}
		listen := func() {
			b := make([]byte, 4096)
			if n, err := c.Read(b); err == nil && n > 4 {
				packets = append(packets, b[4:n])
			}
		}
		send(0, greeting(plugin))
		listen()
		send(2, []byte{1, 4}) // full authentication
		listen()
		send(4, append([]byte{1}, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})...))
		listen()
	}()
	return ln.Addr().(*net.TCPAddr).Port
}

// greeting is the first packet of a server.
func greeting(plugin string) []byte {
	seed := []byte("abcdefghijklmnopqrst")
	h := append([]byte{10}, "8.0.36\x00"...)
	h = append(h, 1, 0, 0, 0)
	h = append(h, seed[:8]...)
	h = append(h, 0, 0xff, 0xf7, 45, 2, 0, 0xff, 0x81, 21)
	h = append(h, make([]byte, 10)...)
	h = append(h, seed[8:]...)
	h = append(h, 0)
	return append(append(h, plugin...), 0)
}
