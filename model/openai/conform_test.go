package openai

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/grille-dev/grille/internal/modeltest/conform"
	"github.com/grille-dev/grille/model"
)

// quoted is text as JSON, in two halves.
func quoted(text string) (first, second string) {
	half := len(text) / 2
	a, _ := json.Marshal(text[:half])
	b, _ := json.Marshal(text[half:])
	return string(a), string(b)
}

func piece(delta, finish string) string {
	return fmt.Sprintf("data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":%s,\"finish_reason\":%s}],\"usage\":null}\n\n", delta, finish)
}

// kind is a server as OpenAI documents it: deltas, a chunk with the counts and
// no choice, and a last line that is no JSON.
func kind(make func(model.EndpointConfig) (*model.Provider, error)) conform.Kind {
	return conform.Kind{
		New: make, Path: "/v1/chat/completions", Header: "Authorization", Prefix: "Bearer ",
		Stream: func(text string) []string {
			a, b := quoted(text)
			return []string{
				piece(`{"role":"assistant","content":"","refusal":null}`, "null"),
				piece(`{"content":`+a+`}`, "null"), piece(`{"content":`+b+`}`, "null"), piece(`{}`, `"stop"`),
				"data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":12,\"total_tokens\":21}}\n\n", "data: [DONE]\n\n",
			}
		},
		Usage: model.Usage{Input: 9, Output: 12},
		Whole: func(text string) string {
			content, _ := json.Marshal(text)
			return fmt.Sprintf(`{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":%s,"refusal":null},"finish_reason":"stop"}],
				"usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21}}`, content)
		},
		Ends: map[model.End][]string{
			model.CutOff:   {piece(`{"content":"{\"CANARY"}`, `"length"`), `{"choices":[{"message":{"content":"CANARY"},"finish_reason":"length"}]}`},
			model.Declined: {piece(`{}`, `"content_filter"`), piece(`{"refusal":"CANARY I cannot"}`, `"stop"`)},
			model.Fault:    {"data: {\"error\":{\"message\":\"CANARY\"}}\n\n", piece(`{"content":"{"}`, "null") + `data: {"error":{"message":"CANARY"}}`, `{"error":"CANARY"}`},
		},
		Strange: []string{`{"choices":"CANARY"}`, `{"choices":[]}`, `{"choices":[{"message":{"content":["CANARY"]}}]}`, `{"choices":[{"message":{"content":7}}]}`,
			`{"choices":[{"message":{"content":null}}]}`, `{"choices":{"message":1}}`, `data: {"choices":[{"delta":{"content":1e999}}]}`, `{"choices":[null]}`},
	}
}

func TestConforms(t *testing.T) {
	conform.Run(t, kind(func(c model.EndpointConfig) (*model.Provider, error) {
		c.URL += "/v1"
		return New(Config{EndpointConfig: c, Model: "m", Key: conform.Key})
	}))
}

// Azure has other addresses and another header, and is otherwise the same.
func TestAzure(t *testing.T) {
	for version, path := range map[string]string{
		"":           "/openai/v1/chat/completions",
		"2024-10-21": "/openai/deployments/m/chat/completions?api-version=2024-10-21",
	} {
		k := kind(func(c model.EndpointConfig) (*model.Provider, error) {
			return New(Config{EndpointConfig: c, Model: "m", Key: conform.Key, Azure: &Azure{APIVersion: version}})
		})
		k.Path, k.Header, k.Prefix = path, "Api-Key", ""
		// Azure says first what its filter thinks of the prompt.
		first := "data: {\"choices\":[],\"prompt_filter_results\":[{\"prompt_index\":0,\"content_filter_results\":{}}]}\n\n"
		stream := k.Stream
		k.Stream = func(text string) []string { return append([]string{first}, stream(text)...) }
		t.Run("version "+version, func(t *testing.T) { conform.Address(t, k) })
	}
}

// What a server counts is believed as far as it can be true.
func TestCounts(t *testing.T) {
	for counts, want := range map[string]model.Usage{
		`{"prompt_tokens":1e3,"completion_tokens":2}`: {Output: 2}, `{"prompt_tokens":-5,"completion_tokens":"7"}`: {},
		`{"prompt_tokens":99999999999999999999}`: {}, `{"prompt_tokens":5}`: {Input: 5}, `null`: {}, `{}`: {},
	} {
		var s model.Said
		if _, err := (protocol{}).Read([]byte(`{"choices":[],"usage":`+counts+`}`), &s); err != nil || s.Usage != want {
			t.Errorf("%s: %+v, %v", counts, s.Usage, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}]}`))
	f.Add([]byte(`{"choices":[{"message":{"content":"x","refusal":"y"},"finish_reason":"length"}],"usage":{"prompt_tokens":1}}`))
	f.Add([]byte(`[DONE]`))
	f.Fuzz(func(t *testing.T, event []byte) { conform.Read(t, protocol{}, event) })
}

func TestLess(t *testing.T) {
	conform.Less(t, protocol{model: "m"}, map[string]model.Feature{
		"object": model.Schemas, "no-form": model.Schemas | model.Objects, "no-temperature": model.Temperature, "no-counts": model.StreamUsage})
	conform.Less(t, protocol{model: "m", noStore: true}, map[string]model.Feature{"no-store": 0})
}
