package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/internal/modeltest"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/refusal"
)

const key = "sk-CANARY-key"

type memory struct{ bodies []string }

func (m *memory) Append(_ context.Context, e model.Entry) error {
	m.bodies = append(m.bodies, string(e.Body))
	return nil
}

// server answers each request with the next of answers.
func server(t *testing.T, answers ...http.HandlerFunc) (*model.Provider, *memory, *[]string) {
	t.Helper()
	var got []string
	s := modeltest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, string(body))
		if r.URL.Path != "/v1/chat/completions" || r.Method != http.MethodPost || r.Header.Get("Authorization") != "Bearer "+key {
			t.Errorf("%s %s, %v", r.Method, r.URL, r.Header)
		}
		if len(got) > len(answers) {
			t.Errorf("request %d", len(got))
			return
		}
		answers[len(got)-1](w, r)
	}))
	c, err := New(Config{EndpointConfig: model.EndpointConfig{Provider: "local", URL: s.URL + "/v1/"}, Model: "m", Key: key})
	if err != nil {
		t.Fatal(err)
	}
	return c, &memory{}, &got
}

func answer(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// completion is a completion as servers send it.
func completion(content, finish string) http.HandlerFunc {
	text, _ := json.Marshal(content)
	return answer(200, fmt.Sprintf(`{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m",
		"choices":[{"index":0,"message":{"role":"assistant","content":%s,"refusal":null},"logprobs":null,"finish_reason":%q}],
		"usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21}}`, text, finish))
}

const good = `{"kind":"sql","sql":"SELECT count(*) FROM visits","what":null}`

func TestDraft(t *testing.T) {
	c, log, got := server(t, completion(good, "stop"))
	d, err := c.Draft(t.Context(), egress.Probe(), log)
	if err != nil || d.Kind != model.SQL || d.SQL != "SELECT count(*) FROM visits" {
		t.Fatal(d, err)
	}
	if len(log.bodies) != 1 || log.bodies[0] != (*got)[0] {
		t.Error("recorded and sent differ")
	}
	var body struct {
		Model       string
		Temperature *float64
		Messages    []struct{ Role, Content string }
		Format      struct {
			Type   string
			Schema struct {
				Strict bool
				Schema map[string]any
			} `json:"json_schema"`
		} `json:"response_format"`
		Store *bool
	}
	if err := json.Unmarshal([]byte((*got)[0]), &body); err != nil {
		t.Fatal(err)
	}
	if body.Model != "m" || body.Temperature == nil || *body.Temperature != 0 || body.Format.Type != "json_schema" ||
		!body.Format.Schema.Strict || body.Format.Schema.Schema["type"] != "object" || body.Store != nil {
		t.Errorf("%+v", body)
	}
	if len(body.Messages) != 2 || body.Messages[0].Role != "system" || !strings.HasSuffix(body.Messages[1].Content, "How many fruits are there?") {
		t.Errorf("%+v", body.Messages)
	}
}

// Error bodies as OpenAI, vLLM, llama.cpp and others send them.
const (
	noSchema      = `{"error":{"message":"Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.","type":"invalid_request_error","param":"response_format","code":null}}`
	noTemperature = `{"error":{"message":"Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.","type":"invalid_request_error","param":"temperature","code":"unsupported_value"}}`
	pydantic      = `{"object":"error","message":"[{'type': 'extra_forbidden', 'loc': ('body', 'response_format', 'json_schema')}]","type":"BadRequestError","param":null,"code":400}`
	llamaPython   = `{"error":{"message":"1 validation error:\n  {'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': \"Input should be 'text' or 'json_object'\", 'input': 'json_schema'}","type":"internal_server_error","param":null,"code":null}}`
	noCounts      = `{"error":{"message":"Unknown parameter: 'stream_options'.","type":"invalid_request_error","param":"stream_options"}}`
	tooLongBody   = `{"error":{"message":"This model's maximum context length is 4096 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}`
)

func TestServersThatKnowLess(t *testing.T) {
	for name, answers := range map[string][]http.HandlerFunc{
		"no schema":         {answer(400, noSchema), completion("```json\n"+good+"\n```", "stop")},
		"unprocessable":     {answer(422, pydantic), completion(good, "stop")},
		"says nothing":      {answer(400, ``), completion(good, "stop")},
		"no temperature":    {answer(400, noTemperature), completion(good, "stop")},
		"neither":           {answer(400, noTemperature), answer(400, noSchema), completion(good, "stop")},
		"schema, then temp": {answer(400, noSchema), answer(400, noTemperature), completion(good, "stop")},
		"only objects":      {answer(500, llamaPython), completion(good, "stop")},
		"not even objects":  {answer(500, llamaPython), answer(400, noSchema), completion(good, "stop")},
		"no counts":         {answer(400, noCounts), completion(good, "stop")},
	} {
		t.Run(name, func(t *testing.T) {
			n := len(answers)
			c, log, got := server(t, append(answers, completion(good, "stop"))...)
			if d, err := c.Draft(t.Context(), egress.Probe(), log); err != nil || d.Kind != model.SQL {
				t.Fatal(d, err)
			}
			if len(log.bodies) != n || len(*got) != n {
				t.Errorf("%d recorded, %d sent, want %d", len(log.bodies), len(*got), n)
			}
			if _, err := c.Draft(t.Context(), egress.Probe(), log); err != nil {
				t.Fatal(err)
			}
			if len(*got) != n+1 || (*got)[n] != (*got)[n-1] {
				t.Error("the client did not remember what the server lacks")
			}
		})
	}
	t.Run("for ever", func(t *testing.T) {
		c, log, got := server(t, answer(400, noSchema), answer(400, noTemperature), answer(400, noSchema), answer(400, noSchema))
		if _, err := c.Draft(t.Context(), egress.Probe(), log); refusal.CodeOf(err) != refusal.Model || len(*got) != 4 {
			t.Error(err, len(*got))
		}
	})
}

func TestFaults(t *testing.T) {
	busy := func(after string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", after)
			w.WriteHeader(429)
			_, _ = io.WriteString(w, `{"error":{"message":"Rate limit reached for CANARY","type":"requests","code":"rate_limit_exceeded"}}`)
		}
	}
	for name, c := range map[string]struct {
		answer    http.HandlerFunc
		msg, try_ string
	}{
		"401":            {answer(401, `{"error":{"message":"Incorrect API key provided: sk-CANARY","code":"invalid_api_key"}}`), "does not accept the key", "check the key"},
		"403":            {answer(403, `CANARY`), "does not accept the key", "check the key"},
		"404 model":      {answer(404, `{"error":{"message":"The model CANARY does not exist","code":"model_not_found"}}`), "is not at this URL under this name", "/v1"},
		"404 page":       {answer(404, `<html>CANARY`), "is not at this URL under this name", "/v1"},
		"429 after":      {busy("17"), "is busy", "ask again in 17s"},
		"429 date":       {busy("Wed, 21 Oct 2026 07:28:00 GMT"), "is busy", "ask again later"},
		"429 nonsense":   {busy("CANARY"), "is busy", "ask again later"},
		"429 quota":      {answer(429, `{"error":{"code":"insufficient_quota","message":"CANARY"}}`), "no quota left", "account"},
		"500":            {answer(500, `{"error":{"message":"CANARY"}}`), "a fault of its own", "ask again later"},
		"502 html":       {answer(502, `<html>CANARY bad gateway</html>`), "a fault of its own", "ask again later"},
		"504":            {answer(504, ``), "took too long", "ask again"},
		"302":            {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/CANARY", http.StatusFound) }, "points to another address", "final URL"},
		"413":            {answer(413, ``), "cannot read a prompt of this length", "reads more"},
		"too long":       {answer(400, tooLongBody), "cannot read a prompt of this length", "reads more"},
		"418":            {answer(418, `CANARY`), "does not accept the request", "check"},
		"200 html":       {answer(200, `<!doctype html><title>CANARY sign in</title>`), "does not speak the protocol", "/v1"},
		"200 empty":      {answer(200, ``), "does not speak the protocol", "/v1"},
		"200 null":       {answer(200, `null`), "does not speak the protocol", "/v1"},
		"200 array":      {answer(200, `["CANARY"]`), "does not speak the protocol", "/v1"},
		"200 no choice":  {answer(200, `{"choices":[]}`), "does not speak the protocol", "/v1"},
		"200 error":      {answer(200, `{"error":{"message":"CANARY"}}`), "reports a fault", "log"},
		"truncated json": {answer(200, `{"choices":[{"message":{"content":"{\"ki`), "does not speak the protocol", "/v1"},
		"cut off":        {completion(`{"kind":"sql","sql":"SELECT CANARY`, "length"), "was cut off", "ask for less"},
		"filtered":       {completion("", "content_filter"), "declined", "other words"},
		"declined":       {answer(200, `{"choices":[{"message":{"role":"assistant","content":null,"refusal":"CANARY I cannot"},"finish_reason":"stop"}]}`), "declined", "other words"},
		"silent":         {answer(200, `{"choices":[{"message":{"role":"assistant","content":null},"finish_reason":"stop"}]}`), "said nothing", "ask again"},
		"prose":          {completion("CANARY: SELECT count(*) FROM visits", "stop"), "agreed form", "ask again"},
	} {
		t.Run(name, func(t *testing.T) {
			client, log, got := server(t, c.answer)
			_, err := client.Draft(t.Context(), egress.Probe(), log)
			var r *refusal.Refusal
			if !errors.As(err, &r) {
				t.Fatal(err)
			}
			if r.Code != refusal.Model || !strings.Contains(r.Msg, c.msg) || !strings.Contains(r.Try, c.try_) {
				t.Errorf("%v; %s", r, r.Try)
			}
			if strings.Contains(r.Msg+r.Try+r.Owner, "CANARY") {
				t.Errorf("quotes the server or the key: %v; %s", r, r.Try)
			}
			if len(*got) != 1 || len(log.bodies) != 1 {
				t.Errorf("%d requests, %d recorded", len(*got), len(log.bodies))
			}
		})
	}
}

func TestNew(t *testing.T) {
	at := func(name, url string) model.EndpointConfig { return model.EndpointConfig{Provider: name, URL: url} }
	for _, c := range []Config{
		{}, {EndpointConfig: at("n", "https://h/v1")}, {EndpointConfig: at("n", ""), Model: "m"}, {EndpointConfig: at("", "https://h"), Model: "m"},
		{EndpointConfig: at("n", "http://example.org/v1"), Model: "m"},
		{EndpointConfig: at("n", "https://h/v1"), Model: "m", Key: "sk-CANARY\n"},
		{EndpointConfig: at("n", "https://h"), Model: "m", Azure: &Azure{}},
		{EndpointConfig: at("n", "https://h"), Model: "m/../x?key=CANARY", Key: "k", Azure: &Azure{APIVersion: "2024-10-21"}},
	} {
		if _, err := New(c); err == nil {
			t.Errorf("%+v accepted", c)
		} else if strings.Contains(err.Error(), "CANARY") {
			t.Errorf("quotes the key: %v", err)
		}
	}
}
