package model

import (
	"io"
	"net"
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
