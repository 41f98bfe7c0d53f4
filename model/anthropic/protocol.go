package anthropic

import (
	"encoding/json"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/model"
)

// protocol is that of POST /v1/messages.
type protocol struct{ model, region string }

// maxOutput is how many tokens a draft may have; the API wants to be told.
const maxOutput = 4096

type (
	request struct {
		Model       string        `json:"model"`
		MaxTokens   int           `json:"max_tokens"`
		System      string        `json:"system,omitempty"`
		Messages    []message     `json:"messages"`
		Temperature *float64      `json:"temperature,omitempty"`
		Output      *outputConfig `json:"output_config,omitempty"`
		Tools       []tool        `json:"tools,omitempty"`
		Choice      *toolChoice   `json:"tool_choice,omitempty"`
		Region      string        `json:"inference_geo,omitempty"`
		Stream      bool          `json:"stream"`
	}
	message struct {
		Role    egress.Role `json:"role"`
		Content string      `json:"content"`
	}
	outputConfig struct {
		Format format `json:"format"`
	}
	format struct {
		Type   string          `json:"type"`
		Schema json.RawMessage `json:"schema"`
	}
	tool struct {
		Name   string          `json:"name"`
		Schema json.RawMessage `json:"input_schema"`
	}
	toolChoice struct {
		Type string `json:"type"`
		Name string `json:"name"`
	}
)

// Body implements model.Protocol.
func (p protocol) Body(prompt egress.Prompt, without model.Feature) []byte {
	r := request{Model: p.model, MaxTokens: maxOutput, Region: p.region, Stream: true}
	for _, m := range prompt.Messages() {
		if m.Role == egress.System {
			r.System += m.Text
			continue
		}
		r.Messages = append(r.Messages, message{m.Role, m.Text})
	}
	if without&model.Temperature == 0 {
		r.Temperature = new(float64)
	}
	if without&model.Schemas == 0 {
		r.Output = &outputConfig{format{"json_schema", prompt.Schema()}}
	} else {
		r.Tools, r.Choice = []tool{{"draft", prompt.Schema()}}, &toolChoice{"tool", "draft"}
	}
	return model.Body(r)
}

type (
	// event is what is read of an event of a stream, or of a reply that is none: of
	// the type message.
	event struct {
		Type    string `json:"type"`
		Message struct {
			Usage usage `json:"usage"`
		} `json:"message"`
		Delta struct {
			Text    string `json:"text"`         // of text_delta; thinking has other names
			Partial string `json:"partial_json"` // of input_json_delta
			Stop    string `json:"stop_reason"`  // of message_delta
		} `json:"delta"`
		Usage   usage   `json:"usage"`
		Content []block `json:"content"`
		Stop    string  `json:"stop_reason"`
	}
	block struct {
		Type  string          `json:"type"`
		Text  string          `json:"text"`
		Input json.RawMessage `json:"input"`
	}
	usage struct {
		Input   model.Tokens `json:"input_tokens"`
		Written model.Tokens `json:"cache_creation_input_tokens"`
		Cached  model.Tokens `json:"cache_read_input_tokens"`
		Output  model.Tokens `json:"output_tokens"`
	}
)

// Read implements model.Protocol. Events of other types are for other uses: the
// protocol asks that they be passed over.
func (p protocol) Read(text []byte, s *model.Said) (done bool, err error) {
	var e event
	if err := json.Unmarshal(text, &e); err != nil {
		return true, err
	}
	switch e.Type {
	case "message_start":
		e.Message.Usage.count(s)
	case "content_block_delta":
		return false, s.Write(e.Delta.Text + e.Delta.Partial)
	case "message_delta":
		e.Usage.count(s)
		s.End = ended(e.Delta.Stop)
	case "message_stop":
		return true, nil
	case "error":
		s.End = model.Fault
		return true, nil
	case "message":
		return true, e.whole(s)
	}
	return false, nil
}

func (e event) whole(s *model.Said) error {
	e.Usage.count(s)
	s.End = ended(e.Stop)
	for _, b := range e.Content {
		if b.Type == "tool_use" {
			b.Text = string(b.Input)
		}
		if err := s.Write(b.Text); err != nil {
			return err
		}
	}
	return nil
}

// count takes what a later event counts for what it counts: sums so far.
func (u usage) count(s *model.Said) {
	s.Usage.Input = max(s.Usage.Input, u.Input+u.Written+u.Cached)
	s.Usage.Output = max(s.Usage.Output, u.Output)
}

func ended(why string) model.End {
	switch why {
	case "":
		return model.Open
	case "max_tokens", "model_context_window_exceeded", "pause_turn":
		return model.CutOff
	case "refusal":
		return model.Declined
	default: // end_turn, stop_sequence, tool_use
		return model.Complete
	}
}
