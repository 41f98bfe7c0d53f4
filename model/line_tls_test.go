package model

import (
	"crypto/tls"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"strings"
	"testing"

	"github.com/grille-dev/grille/internal/modeltest"
	"github.com/grille-dev/grille/refusal"
)

// A server is believed if an authority says so that is to be believed, for the
// name that is in the address, over TLS 1.2 or later; else it is sent nothing.
func TestTLS(t *testing.T) {
	s := modeltest.ServeTLS(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{}`) }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	root := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	for _, c := range []struct {
		name, url string
		root      []byte
		version   uint16
		want      string
	}{
		{"its authority", s.URL, root, tls.VersionTLS13, ""},
		{"TLS 1.2", s.URL, root, tls.VersionTLS12, ""},
		{"the authorities of the system", s.URL, nil, tls.VersionTLS13, "is not to be trusted"},
		{"another name", strings.Replace(s.URL, "127.0.0.1", "localhost", 1), root, tls.VersionTLS13, "is not to be trusted"},
		{"TLS 1.1", s.URL, root, tls.VersionTLS11, "broke"},
	} {
		s.TLS.MaxVersion, s.TLS.MinVersion = c.version, tls.VersionTLS10
		before := len(s.Requests())
		_, err := send(t, endpoint(t, EndpointConfig{URL: c.url, RootPEM: c.root}), "{}", &memory{})
		if c.want == "" && err != nil || c.want != "" && (refusal.CodeOf(err) != refusal.Model || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", c.name, err)
		}
		if sent := len(s.Requests()) - before; (sent == 1) != (c.want == "") {
			t.Errorf("%s: %d requests were sent", c.name, sent)
		}
	}
	if _, err := NewEndpoint(EndpointConfig{Provider: "p", URL: "https://h", RootPEM: []byte("no PEM")}); err == nil {
		t.Error("a file without a certificate is accepted")
	}
}
