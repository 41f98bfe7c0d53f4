package anthropic

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/internal/modeltest"
	"github.com/grille-dev/grille/internal/modeltest/conform"
	"github.com/grille-dev/grille/model"
)

func sent(kind, data string) string { return "event: " + kind + "\ndata: " + data + "\n\n" }

// said is a reply as Anthropic documents it, its parts of the kind delta.
func said(delta, stop string, parts ...string) []string {
	stream := []string{
		sent("message_start", `{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"model":"m","stop_reason":null,"usage":{"input_tokens":4,"cache_creation_input_tokens":2,"cache_read_input_tokens":3,"output_tokens":1}}}`),
		sent("content_block_start", `{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`),
		sent("ping", `{"type":"ping"}`),
	}
	for _, p := range parts {
		text, _ := json.Marshal(p)
		stream = append(stream, sent("content_block_delta", fmt.Sprintf(delta, text)))
	}
	return append(stream,
		sent("content_block_stop", `{"type":"content_block_stop","index":0}`),
		sent("message_delta", `{"type":"message_delta","delta":{"stop_reason":"`+stop+`","stop_sequence":null},"usage":{"output_tokens":12}}`),
		sent("message_stop", `{"type":"message_stop"}`))
}

const (
	textDelta = `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":%s}}`
	toolDelta = `{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":%s}}`
)

func one(stop string) string { return strings.Join(said(textDelta, stop, "CANARY"), "") }

func TestConforms(t *testing.T) {
	conform.Run(t, conform.Kind{
		New: func(c model.EndpointConfig) (*model.Provider, error) {
			return New(Config{EndpointConfig: c, Model: "m", Key: conform.Key})
		},
		Path: "/v1/messages", Header: "X-Api-Key",
		Stream: func(text string) []string {
			half := len(text) / 2
			return said(textDelta, "end_turn", text[:half], text[half:])
		},
		Usage: model.Usage{Input: 9, Output: 12},
		Whole: func(text string) string {
			content, _ := json.Marshal(text)
			return fmt.Sprintf(`{"type":"message","role":"assistant","content":[{"type":"text","text":%s}],"stop_reason":"end_turn","usage":{"input_tokens":9,"output_tokens":12}}`, content)
		},
		Ends: map[model.End][]string{
			model.CutOff:   {one("max_tokens"), one("model_context_window_exceeded"), one("pause_turn")},
			model.Declined: {one("refusal")},
			model.Fault:    {sent("error", `{"type":"error","error":{"type":"overloaded_error","message":"CANARY"}}`)},
		},
		Strange: []string{`{"type":7}`, `{"type":"message","content":"CANARY"}`, `{"type":"message","content":[{"type":"text","text":["CANARY"]}]}`, `{"type":"message"}`,
			sent("message_stop", `{"type":"message_stop"}`), sent("content_block_delta", `{"type":"content_block_delta","delta":{"text":1e999}}`)},
	})
}

// A model that knows no formats is held to the schema by a tool, once and from
// then on.
func TestTool(t *testing.T) {
	const noFormat = `{"type":"error","error":{"type":"invalid_request_error","message":"output_config.format: this model does not support structured outputs"}}`
	const draft = `{"kind":"cannot_answer","sql":null,"what":null}`
	s := modeltest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body request
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.Header.Get("Anthropic-Version") != "2023-06-01" {
			t.Error(err, r.Header)
		}
		if body.Output != nil {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, noFormat)
			return
		}
		if body.Choice == nil || *body.Choice != (toolChoice{"tool", "draft"}) || len(body.Tools) != 1 || body.Region != "us" {
			t.Errorf("%+v", body)
		}
		fmt.Fprint(w, strings.Join(said(toolDelta, "tool_use", draft[:9], draft[9:]), ""))
	}))
	p, err := New(Config{EndpointConfig: model.EndpointConfig{Provider: "p", URL: s.URL + "/v1/"}, Model: "m", Geo: "us"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		if d, err := p.Draft(t.Context(), egress.Probe(), &ledger{}); err != nil || d.Kind != model.CannotAnswer || len(s.Requests()) != 2+i {
			t.Errorf("%+v, %v, %d requests", d, err, len(s.Requests()))
		}
	}
	var said model.Said
	whole := `{"type":"message","content":[{"type":"tool_use","name":"draft","input":` + draft + `}],"stop_reason":"tool_use"}`
	if done, err := (protocol{}).Read([]byte(whole), &said); !done || err != nil || said.Text() != draft {
		t.Error(done, err, said.Text())
	}
}

func TestNew(t *testing.T) {
	for _, c := range []Config{
		{}, {EndpointConfig: model.EndpointConfig{Provider: "p", URL: "https://h"}}, {Model: "m"},
		{EndpointConfig: model.EndpointConfig{Provider: "p", URL: "https://h"}, Model: "m", Key: "k\r\nX-CANARY: y"},
	} {
		if _, err := New(c); err == nil || strings.Contains(err.Error(), "CANARY") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"type":"content_block_delta","delta":{"type":"text_delta","text":"x"}}`))
	f.Add([]byte(`{"type":"message","content":[{"type":"tool_use","input":{}}],"stop_reason":"refusal","usage":{"input_tokens":1}}`))
	f.Fuzz(func(t *testing.T, event []byte) { conform.Read(t, protocol{}, event) })
}

func TestLess(t *testing.T) {
	conform.Less(t, protocol{model: "m"}, map[string]model.Feature{"tool": model.Schemas, "no-temperature": model.Temperature})
	conform.Less(t, protocol{model: "m", region: "us"}, map[string]model.Feature{"region": 0})
}
