package model

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// A connection is not listened to before something was said on it, and its end
// ends the waiting.
func TestListenerSpeaksFirst(t *testing.T) {
	for _, end := range []func(*listener){
		func(l *listener) { _, _ = l.Write([]byte("GET")) },
		func(l *listener) { _ = l.Close() },
	} {
		client, server := net.Pipe()
		l := newListener(client)
		go func() { _, _ = io.Copy(io.Discard, server) }()
		go func() { _, _ = server.Write([]byte("unasked")) }()
		heard := make(chan struct{})
		go func() {
			_, _ = l.Read(make([]byte, 7))
			close(heard)
		}()
		select {
		case <-heard:
			t.Error("heard something before anything was said")
		case <-time.After(20 * time.Millisecond):
		}
		end(l)
		<-heard
		_ = client.Close()
		_ = server.Close()
	}
}

// What takes long before there is a connection is told apart from a slow answer:
// an address that swallows packets, and a server that never shakes hands.
func TestSlowConnections(t *testing.T) {
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	swallows := func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	for name, c := range map[string]EndpointConfig{
		"packets":   {URL: "http://127.0.0.1:9/v1", Dial: swallows},
		"handshake": {URL: "https://" + mute.Addr().String()},
	} {
		c.Timeouts = Timeouts{Connect: 50 * time.Millisecond}
		_, err := send(t, endpoint(t, c), "{}", &memory{})
		var down *Down
		if !errors.As(err, &down) || !strings.Contains(err.Error(), "could not be reached within 50ms") {
			t.Errorf("%s: %v", name, err)
		}
		c.Timeouts = Timeouts{Total: 50 * time.Millisecond}
		if _, err := send(t, endpoint(t, c), "{}", &memory{}); !errors.As(err, &down) || !strings.Contains(err.Error(), "did not answer within 50ms") {
			t.Errorf("%s, in all: %v", name, err)
		}
	}
}
