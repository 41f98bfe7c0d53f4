package ollama

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/internal/modeltest"
	"github.com/grille-dev/grille/internal/modeltest/conform"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/refusal"
)

func aLine(text, more string) string {
	quoted, _ := json.Marshal(text)
	return fmt.Sprintf(`{"model":"m","created_at":"2026-03-15T09:00:00Z","message":{"role":"assistant","content":%s%s,"done":false}`+"\n", quoted, more)
}

func last(why string) string {
	return `{"model":"m","created_at":"2026-03-15T09:00:01Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"` + why +
		`","total_duration":5,"prompt_eval_count":9,"eval_count":12}` + "\n"
}

func stream(text string) []string {
	half := len(text) / 2
	return []string{aLine("", `,"thinking":"hm CANARY"}`), aLine(text[:half], "}"), aLine(text[half:], "}"), last("stop")}
}

func TestConforms(t *testing.T) {
	conform.Run(t, conform.Kind{
		New: func(c model.EndpointConfig) (*model.Provider, error) {
			return New(Config{EndpointConfig: c, Model: "m", Key: conform.Key, Context: 16384, KeepAlive: 600})
		},
		Path: "/api/chat", Header: "Authorization", Prefix: "Bearer ",
		Stream: stream,
		Usage:  model.Usage{Input: 9, Output: 12},
		Whole: func(text string) string {
			quoted, _ := json.Marshal(text)
			return fmt.Sprintf(`{"message":{"role":"assistant","content":%s},"done":true,"done_reason":"stop","prompt_eval_count":9,"eval_count":12}`, quoted)
		},
		Ends: map[model.End][]string{
			model.CutOff: {aLine("{CANARY", "}") + last("length")},
			model.Fault:  {`{"error":"CANARY"}`, aLine("{", "}") + `{"error":"CANARY"}`},
		},
		Strange: []string{`{"message":"CANARY"}`, `{"message":{"content":7},"done":true}`, last("load"), `{"done":"yes"}`},
	})
}

type ledger struct{}

func (ledger) Append(context.Context, model.Entry) error { return nil }

// What is called private does not run elsewhere: not by its name, and not by what
// the server tells of its first word.
func TestElsewhere(t *testing.T) {
	for name, cloud := range map[string]bool{"gpt-oss:120b-cloud": true, "glm-4.6:cloud": true, "qwen3:8b": false, "cloud": false} {
		_, err := New(Config{EndpointConfig: model.EndpointConfig{Provider: "p", URL: "http://localhost:11434", Private: true}, Model: name})
		if (err != nil) != cloud {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, private := range []bool{true, false} {
		s := modeltest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			text := strings.Join(stream(`{"kind":"cannot_answer"}`), "")
			_, _ = io.WriteString(w, strings.ReplaceAll(text, `"model":"m"`, `"model":"m","remote_model":"big","remote_host":"https://ollama.com:443"`))
		}))
		p, err := New(Config{EndpointConfig: model.EndpointConfig{Provider: "p", URL: s.URL, Private: private}, Model: "m"})
		if err != nil {
			t.Fatal(err)
		}
		d, err := p.Draft(t.Context(), egress.Probe(), ledger{})
		if private != (refusal.CodeOf(err) == refusal.NoAccess) || private == (d.Kind == model.CannotAnswer) {
			t.Errorf("private %v: %+v, %v", private, d, err)
		}
	}
}

// Servers from before schemas know "json", and those from before that nothing.
func TestOldServers(t *testing.T) {
	s := modeltest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), `"format"`) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"error":"invalid format"}`)
			return
		}
		_, _ = io.WriteString(w, strings.Join(stream(`{"kind":"cannot_answer"}`), ""))
	}))
	p, err := New(Config{EndpointConfig: model.EndpointConfig{Provider: "p", URL: s.URL + "/api/"}, Model: "m"})
	if err != nil {
		t.Fatal(err)
	}
	if d, err := p.Draft(t.Context(), egress.Probe(), ledger{}); err != nil || d.Kind != model.CannotAnswer || len(s.Requests()) != 3 {
		t.Errorf("%+v, %v, %d requests", d, err, len(s.Requests()))
	}
}

func TestNew(t *testing.T) {
	for _, c := range []Config{
		{}, {EndpointConfig: model.EndpointConfig{Provider: "p", URL: "https://h"}}, {Model: "m"},
		{EndpointConfig: model.EndpointConfig{Provider: "p", URL: "https://h"}, Model: "m", Context: -1},
	} {
		if _, err := New(c); err == nil {
			t.Errorf("%+v accepted", c)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"message":{"content":"x"},"done":true,"done_reason":"length","prompt_eval_count":1}`))
	f.Add([]byte(`{"error":"x","remote_host":"y"}`))
	f.Fuzz(func(t *testing.T, event []byte) { conform.Read(t, protocol{}, event) })
}

func TestLess(t *testing.T) {
	conform.Less(t, protocol{model: "m"}, map[string]model.Feature{"json": model.Schemas, "no-form": model.Schemas | model.Objects})
}
