// Package conform is what every provider must do, as tests. A provider's own
// test says how its server speaks; [Run] has such a server behave well, badly
// and with malice.
//
// The servers are scripted after each provider's documentation. That a real one
// answers so is not tested here.
package conform

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"log"
	"os"
	"strings"
	"testing"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/internal/modeltest"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/refusal"
)

var update = flag.Bool("update", false, "write the golden requests")

// Key is the key that New's client has to send in the header Header.
const Key = "sk-a-key-of-the-test"

// Kind is one kind of server.
type Kind struct {
	// New makes a client with Key for a server at c.URL.
	New func(c model.EndpointConfig) (*model.Provider, error)
	// Path is what is asked for, with its query; Header holds the key after Prefix.
	Path, Header, Prefix string
	// Stream is a reply that says text in several parts and counts Usage. Each
	// part is sent by itself.
	Stream func(text string) []string
	Usage  model.Usage
	// Whole is the same reply in one, from a server that does not stream; nil: the
	// protocol has none.
	Whole func(text string) string
	// Ends are replies that end in other ways: cut off, declined, fault.
	Ends map[model.End][]string
	// Strange are replies that are not of the protocol, or hold values of wrong types.
	Strange []string
}

// ledger keeps what left.
type ledger struct{ entries []model.Entry }

func (l *ledger) Append(_ context.Context, e model.Entry) error {
	l.entries = append(l.entries, e)
	return nil
}

const good = `{"kind":"sql","sql":"SELECT count(*) FROM fruits","what":null}`

// Run tries a kind of server.
func Run(t *testing.T, k Kind) {
	// net/http tells the log of the process what it finds odd, in a server's words.
	var printed bytes.Buffer
	log.SetOutput(&printed)
	defer func() {
		log.SetOutput(os.Stderr)
		if printed.Len() > 0 {
			t.Errorf("printed: %s", printed.String())
		}
	}()
	t.Run("request", k.request)
	t.Run("stream", k.stream)
	t.Run("whole", k.whole)
	t.Run("broken off", k.brokenOff)
	t.Run("ends", k.ends)
	t.Run("strange", k.strange)
	t.Run("hostile words", k.hostileWords)
	t.Run("statuses", k.statuses)
	t.Run("endless", k.endless)
	t.Run("wires", k.wires)
	t.Run("cancel", k.cancel)
	t.Run("redirects", k.redirects)
}

// Address tries no more than what a kind that differs in addresses and headers
// needs, beside one that is tried by Run.
func Address(t *testing.T, k Kind) {
	t.Run("request", k.request)
	t.Run("stream", k.stream)
	t.Run("redirects", k.redirects)
}

// ask sends the probe to a server.
func (k Kind) ask(ctx context.Context, t *testing.T, c model.EndpointConfig) (model.Draft, *ledger, error) {
	t.Helper()
	c.Provider = "test"
	p, err := k.New(c)
	if err != nil {
		t.Fatal(err)
	}
	var log ledger
	d, err := p.Draft(ctx, egress.Probe(), &log)
	if d.By != "test" {
		t.Errorf("by %q", d.By)
	}
	return d, &log, err
}

// served asks a server that answers with parts.
func (k Kind) served(t *testing.T, parts ...string) (model.Draft, error) {
	t.Helper()
	s := modeltest.Serve(t, says(200, parts...))
	d, _, err := k.ask(t.Context(), t, model.EndpointConfig{URL: s.URL})
	return d, err
}

// request compares the bytes that leave with those in testdata, and with those
// that are recorded.
func (k Kind) request(t *testing.T) {
	s := modeltest.Serve(t, says(200, k.Stream(good)...))
	_, log, err := k.ask(t.Context(), t, model.EndpointConfig{URL: s.URL})
	if err != nil || len(s.Requests()) != 1 || len(log.entries) != 1 {
		t.Fatal(err, len(s.Requests()), len(log.entries))
	}
	r, e := s.Requests()[0], log.entries[0]
	if r.To != "POST "+k.Path || r.Header.Get(k.Header) != k.Prefix+Key {
		t.Errorf("%s, %s: %q", r.To, k.Header, r.Header.Get(k.Header))
	}
	if string(e.Body) != string(r.Body) || e.URL != s.URL+k.Path {
		t.Errorf("recorded and sent differ: %s\n%s", e.URL, e.Body)
	}
	if strings.Contains(e.URL+e.Provider+string(e.Body), Key) {
		t.Error("the key is in what is recorded")
	}
	golden(t, "testdata/request.json", string(r.Body)+"\n")
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("what leaves has changed: look at it, then run with -update\n%s", got)
	}
}

func (k Kind) stream(t *testing.T) { k.drafts(t, k.Stream(good)) }

func (k Kind) whole(t *testing.T) {
	if k.Whole != nil {
		k.drafts(t, []string{k.Whole(good)})
	}
}

func (k Kind) drafts(t *testing.T, parts []string) {
	d, err := k.served(t, parts...)
	if err != nil || d.Kind != model.SQL || d.SQL != "SELECT count(*) FROM fruits" {
		t.Errorf("%+v, %v", d, err)
	}
	if d.Usage != k.Usage {
		t.Errorf("used %+v, want %+v", d.Usage, k.Usage)
	}
}

// brokenOff ends each reply before its end: it is no draft, and another model may
// be asked once there was a word.
func (k Kind) brokenOff(t *testing.T) {
	parts := k.Stream(good)
	for i := 1; i < len(parts); i++ {
		d, err := k.served(t, parts[:i]...)
		if refusal.CodeOf(err) != refusal.Model && d.SQL != "SELECT count(*) FROM fruits" {
			t.Errorf("after %d of %d parts: %+v, %v", i, len(parts), d, err)
		}
	}
	d, err := k.served(t, parts[:(len(parts)+1)/2]...)
	var down *model.Down
	if !errors.As(err, &down) {
		t.Errorf("half a reply: %+v, %v", d, err)
	}
}

func (k Kind) ends(t *testing.T) {
	for end, replies := range k.Ends {
		want := map[model.End]string{model.CutOff: "was cut off", model.Declined: "declined", model.Fault: "reports a fault"}[end]
		for _, reply := range replies {
			_, err := k.served(t, reply)
			var down *model.Down
			if !refused(t, err, want) || errors.As(err, &down) != (end == model.Fault) {
				t.Errorf("%s: %v", reply, err)
			}
		}
	}
}

// refused tells a refusal with code model that quotes nothing of the server.
func refused(t *testing.T, err error, words string) bool {
	t.Helper()
	var r *refusal.Refusal
	if !errors.As(err, &r) {
		return false
	}
	if strings.Contains(strings.ToUpper(r.Error()+r.Try+r.Owner+err.Error()), "CANARY") {
		t.Errorf("quotes the server: %v", r)
	}
	return r.Code == refusal.Model && r.Try != "" && strings.Contains(r.Msg, words)
}

// Read has a protocol read any event: it does not panic, and is finished where it
// gives an error.
func Read(t *testing.T, p model.Protocol, event []byte) {
	var s model.Said
	done, err := p.Read(event, &s)
	if err != nil && !done {
		t.Errorf("%q: %v, and not done", event, err)
	}
	if s.Usage.Input < 0 || s.Usage.Output < 0 || s.Usage.Total() > 1<<27 {
		t.Errorf("%q: counts %+v", event, s.Usage)
	}
}

// Less compares the bytes for servers that lack something, under its name, with
// those in testdata. The texts of the prompt, which are in request.json, are left
// out of them.
func Less(t *testing.T, p model.Protocol, without map[string]model.Feature) {
	for name, f := range without {
		body := string(p.Body(egress.Probe(), f))
		for _, m := range egress.Probe().Messages() {
			text := string(model.Body(m.Text))
			if !strings.Contains(body, text) {
				t.Errorf("%s does not say %s", name, text)
			}
			body = strings.Replace(body, text, `"`+strings.ToUpper(string(m.Role))+`"`, 1)
		}
		golden(t, "testdata/request-"+name+".json", body+"\n")
	}
}
