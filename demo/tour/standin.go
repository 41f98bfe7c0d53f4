package tour

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"regexp"
	"strings"
	"sync"
	"time"
)

// scripted is what the tour says of the model.
const scripted = `The model here is a stand-in: a server on this machine that answers from a script, as a language model might. What matters is what it is sent, and it keeps every byte of that.`

// standIn is a server of chat completions that answers from a script.
type standIn struct {
	server   *http.Server
	url      string
	mu       sync.Mutex
	script   []string // SQL, what is left of it
	received []request
}

// request is what arrived: all of it, headers too, and its body alone.
type request struct{ whole, body []byte }

func newStandIn() (*standIn, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening for the stand-in: %w", err)
	}
	s := &standIn{url: "http://" + l.Addr().String() + "/v1"}
	s.server = &http.Server{Handler: s, ReadTimeout: time.Minute}
	go func() { _ = s.server.Serve(l) }() // until it is closed
	return s, nil
}

func (s *standIn) close() error { return s.server.Close() }

// says gives it the next lines of its script, each an SQL draft. PLACEHOLDER in
// one becomes the placeholder of the request, as a model would copy it.
func (s *standIn) says(drafts ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script, s.received = drafts, nil
}

// heard is what it was sent since says.
func (s *standIn) heard() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]request(nil), s.received...)
}

var placeholder = regexp.MustCompile(`⟨[A-Z]+_[a-z0-9]+⟩`)

// ServeHTTP implements http.Handler.
func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	whole, err := httputil.DumpRequest(r, true)
	if err != nil {
		http.Error(w, "cannot be read", http.StatusBadRequest)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "cannot be read", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(s.reply(request{whole, body})) // the client sees what is missing
}

// reply is the next line of the script, in the form of a chat completion. Past its
// end it cannot answer.
func (s *standIn) reply(r request) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.received = append(s.received, r)
	draft := map[string]any{"kind": "cannot_answer", "sql": nil, "what": nil}
	if len(s.script) > 0 {
		sql := s.script[0]
		s.script = s.script[1:]
		if all := placeholder.FindAllString(string(r.body), -1); len(all) > 0 {
			sql = strings.ReplaceAll(sql, "PLACEHOLDER", all[len(all)-1])
		}
		draft = map[string]any{"kind": "sql", "sql": sql, "what": nil}
	}
	content, err := json.Marshal(draft)
	if err != nil {
		panic("tour: a draft that is no JSON")
	}
	type message struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}
	type choice struct {
		Finish  string  `json:"finish_reason"`
		Message message `json:"message"`
	}
	return map[string]any{"choices": []choice{{"stop", message{"assistant", string(content)}}}}
}

// prompt is the text of the last message in a request.
func (r request) prompt() string {
	var body struct {
		Messages []struct {
			Content string `json:"content"`
		} `json:"messages"`
	}
	if err := json.Unmarshal(r.body, &body); err != nil || len(body.Messages) == 0 {
		return ""
	}
	return body.Messages[len(body.Messages)-1].Content
}

// plain is the body without what JSON can hide a letter behind.
func (r request) plain() string {
	var body any
	if err := json.Unmarshal(r.body, &body); err != nil {
		return ""
	}
	return fmt.Sprint(body)
}
