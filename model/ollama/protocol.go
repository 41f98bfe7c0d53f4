package ollama

import (
	"encoding/json"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/model"
)

// protocol is that of POST /api/chat.
type protocol struct {
	model              string
	context, keepAlive int
}

type (
	request struct {
		Model     string          `json:"model"`
		Messages  []message       `json:"messages"`
		Stream    bool            `json:"stream"`
		Format    json.RawMessage `json:"format,omitempty"`
		Options   options         `json:"options"`
		KeepAlive int             `json:"keep_alive,omitempty"` // seconds
		// A prompt that is too long is an error, and is not cut; nor is the answer's
		// room made by forgetting the prompt.
		Truncate bool `json:"truncate"`
		Shift    bool `json:"shift"`
	}
	message struct {
		Role    egress.Role `json:"role"`
		Content string      `json:"content"`
	}
	options struct {
		Temperature float64 `json:"temperature"`
		Context     int     `json:"num_ctx,omitempty"`
	}
)

// Body implements model.Protocol.
func (p protocol) Body(prompt egress.Prompt, without model.Feature) []byte {
	r := request{Model: p.model, Stream: true, Options: options{Context: p.context}, KeepAlive: p.keepAlive}
	for _, m := range prompt.Messages() {
		r.Messages = append(r.Messages, message{m.Role, m.Text})
	}
	switch {
	case without&model.Schemas == 0:
		r.Format = prompt.Schema()
	case without&model.Objects == 0:
		r.Format = json.RawMessage(`"json"`)
	}
	return model.Body(r)
}

// line is what is read of one line; the last has done.
type line struct {
	Message struct {
		Content string `json:"content"`
	} `json:"message"`
	Done   bool         `json:"done"`
	Why    string       `json:"done_reason"`
	Remote string       `json:"remote_host"`
	Input  model.Tokens `json:"prompt_eval_count"`
	Output model.Tokens `json:"eval_count"`
	Error  string       `json:"error"`
}

// Read implements model.Protocol.
func (p protocol) Read(event []byte, s *model.Said) (done bool, err error) {
	var l line
	if err := json.Unmarshal(event, &l); err != nil {
		return true, err
	}
	if l.Remote != "" {
		s.Elsewhere = true
	}
	if l.Error != "" {
		s.End = model.Fault
		return true, nil
	}
	if !l.Done {
		return false, s.Write(l.Message.Content)
	}
	s.Usage, s.End = model.Usage{Input: l.Input, Output: l.Output}, model.Complete
	if l.Why == "length" {
		s.End = model.CutOff
	}
	return true, s.Write(l.Message.Content)
}
