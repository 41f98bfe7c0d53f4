package gemini

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/internal/modeltest/conform"
	"github.com/grille-dev/grille/model"
)

func sent(parts, more string) string {
	return fmt.Sprintf("data: {\"candidates\":[{\"content\":{\"parts\":[%s],\"role\":\"model\"}%s,\"index\":0}],\"modelVersion\":\"m\"}\r\n\r\n", parts, more)
}

func text(t string) string {
	quoted, _ := json.Marshal(t)
	return `{"text":` + string(quoted) + `}`
}

func endsBy(reason string) string { return sent(text("CANARY"), `,"finishReason":"`+reason+`"`) }

func TestConforms(t *testing.T) {
	conform.Run(t, conform.Kind{
		New: func(c model.EndpointConfig) (*model.Provider, error) {
			c.URL += "/v1beta/"
			return New(Config{EndpointConfig: c, Model: "gemini-2.5-flash", Key: conform.Key})
		},
		Path: "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse", Header: "X-Goog-Api-Key",
		Stream: func(said string) []string {
			half := len(said) / 2
			last := strings.Replace(sent(text(said[half:]), `,"finishReason":"STOP"`), `"modelVersion"`,
				`"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":8,"thoughtsTokenCount":4,"totalTokenCount":21},"modelVersion"`, 1)
			return []string{sent(`{"text":"hm CANARY","thought":true}`, ""), sent(text(said[:half]), ""), last}
		},
		Usage: model.Usage{Input: 9, Output: 12},
		Ends: map[model.End][]string{
			model.CutOff:   {endsBy("MAX_TOKENS")},
			model.Declined: {endsBy("SAFETY"), endsBy("SPII"), endsBy("SOMETHING_NEW"), `data: {"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}`},
			model.Fault:    {`data: {"error":{"code":503,"message":"CANARY","status":"UNAVAILABLE"}}`},
		},
		Strange: []string{`{"candidates":"CANARY"}`, `{"candidates":[]}`, `data: {"candidates":[{"content":{"parts":[{"text":7}]}}]}`, `{"candidates":[{"content":"CANARY"}]}`, `[{"candidates":[]}]`},
	})
}

// The schema for this API has no list that holds null.
func TestSchema(t *testing.T) {
	got := string(schema(egress.Probe().Schema()))
	const want = `"what":{"anyOf":[{"enum":["table","column","value","period","measure","grouping"],"type":"string"},{"type":"null"}]}`
	if !strings.Contains(got, want) || !strings.Contains(got, `"sql":{"type":["string","null"]}`) {
		t.Error(got)
	}
}

func TestNew(t *testing.T) {
	for _, c := range []Config{
		{}, {EndpointConfig: model.EndpointConfig{Provider: "p", URL: "https://h"}}, {Model: "m"},
		{EndpointConfig: model.EndpointConfig{Provider: "p", URL: "https://h"}, Model: "m:x?key=CANARY"},
		{EndpointConfig: model.EndpointConfig{Provider: "p", URL: "https://h"}, Model: ".."},
		{EndpointConfig: model.EndpointConfig{Provider: "p", URL: "https://h"}, Model: "m", Key: "CANARY\n"},
	} {
		if _, err := New(c); err == nil || strings.Contains(err.Error(), "CANARY") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"candidates":[{"content":{"parts":[{"text":"x"},{"text":"y","thought":true}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1}}`))
	f.Add([]byte(`{"promptFeedback":{"blockReason":"SAFETY"}}`))
	f.Fuzz(func(t *testing.T, event []byte) { conform.Read(t, protocol{}, event) })
}

func TestLess(t *testing.T) {
	conform.Less(t, protocol{}, map[string]model.Feature{"no-schema": model.Schemas, "no-temperature": model.Temperature})
	conform.Less(t, protocol{noStore: true}, map[string]model.Feature{"no-store": 0})
}
