package model

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/grille-dev/grille/refusal"
)

func replyOf(body string) *Reply {
	return newReply(&http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body))})
}

// The forms of a body, told by the first byte, and what is no such form.
func TestEvents(t *testing.T) {
	for body, want := range map[string][]string{
		"":                                    nil,
		`{"a":1}`:                             {`{"a":1}`},
		" \n{\"a\":\n 1}":                     {"{\"a\":\n 1}"},
		"{\"a\":1}\n{\"a\":2}\n":              {`{"a":1}`, `{"a":2}`},
		"data: x\n\ndata: y\n\n":              {"x", "y"},
		"data:x\r\n\r\n: ping\r\n\r\ndata: y": {"x", "y"},
		"event: e\nid: 7\ndata: x\ndata:  y\nretry: 1\n\n\n\n": {"x\n y"},
		"data\n\ndata: x\n\n": {"", "x"},
	} {
		var got []string
		if err := replyOf(body).Events(func(e []byte) (bool, error) { got = append(got, string(e)); return false, nil }); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v", body, got, err)
		}
	}
	for _, body := range []string{"<html>", "hello: x\n\n", `{"a":`, `{"a":1} x`, "data: x\nmore\n\n"} {
		if err := replyOf(body).Events(func([]byte) (bool, error) { return false, nil }); err != errStrange {
			t.Errorf("%q: %v", body, err)
		}
	}
}

// What comes after the end is not read: a stream that goes on is left.
func TestEventsEnd(t *testing.T) {
	n := 0
	r := newReply(&http.Response{Body: io.NopCloser(io.MultiReader(strings.NewReader("data: x\n\n"), broken{}))})
	if err := r.Events(func([]byte) (bool, error) { n++; return true, nil }); err != nil || n != 1 {
		t.Error(err, n)
	}
	r = newReply(&http.Response{Body: io.NopCloser(io.MultiReader(strings.NewReader("data: x\n\n"), broken{}))})
	if err := r.Events(func([]byte) (bool, error) { return false, nil }); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func FuzzEvents(f *testing.F) {
	f.Add("data: {\"a\":1}\n\nevent: x\r\ndata: y\n\n")
	f.Add("{\"a\":1}\n{\"b\":[]}\n")
	f.Add(": x\n\n\xff")
	f.Fuzz(func(t *testing.T, body string) {
		size := 0
		err := replyOf(body).Events(func(e []byte) (bool, error) {
			size += len(e)
			if !utf8.Valid(e) {
				t.Errorf("%q is no text", e)
			}
			return false, nil
		})
		if size > len(body) || err != nil && err != errStrange && refusal.CodeOf(err) != refusal.Model {
			t.Errorf("%q: %d bytes of events, %v", body, size, err)
		}
	})
}
