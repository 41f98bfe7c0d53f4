package openai

import (
	"encoding/json"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/model"
)

// protocol is that of POST /chat/completions.
type protocol struct {
	model   string
	noStore bool
}

type (
	request struct {
		Model       string         `json:"model"`
		Messages    []message      `json:"messages"`
		Temperature *float64       `json:"temperature,omitempty"`
		Format      *format        `json:"response_format,omitempty"`
		Store       *bool          `json:"store,omitempty"`
		Stream      bool           `json:"stream"`
		Options     *streamOptions `json:"stream_options,omitempty"`
	}
	message struct {
		Role    egress.Role `json:"role"`
		Content string      `json:"content"`
	}
	format struct {
		Type   string          `json:"type"`
		Named  *named          `json:"json_schema,omitempty"`
		Schema json.RawMessage `json:"schema,omitempty"` // as llama-cpp-python has it
	}
	named struct {
		Name   string          `json:"name"`
		Strict bool            `json:"strict"`
		Schema json.RawMessage `json:"schema"`
	}
	streamOptions struct {
		Usage bool `json:"include_usage"`
	}
)

// Body implements model.Protocol: the prompt, the model's name, and how to answer.
func (p protocol) Body(prompt egress.Prompt, without model.Feature) []byte {
	r := request{Model: p.model, Stream: true}
	for _, m := range prompt.Messages() {
		r.Messages = append(r.Messages, message{m.Role, m.Text})
	}
	if without&model.Temperature == 0 {
		r.Temperature = new(float64)
	}
	switch {
	case without&model.Schemas == 0:
		r.Format = &format{Type: "json_schema", Named: &named{"draft", true, prompt.Schema()}}
	case without&model.Objects == 0:
		r.Format = &format{Type: "json_object", Schema: prompt.Schema()}
	}
	if without&model.StreamUsage == 0 {
		r.Options = &streamOptions{Usage: true}
	}
	if p.noStore {
		r.Store = new(bool)
	}
	return model.Body(r)
}

type (
	// chunk is what is read of an event of a stream, or of a reply that is none:
	// there Message stands for Delta.
	chunk struct {
		Choices []choice        `json:"choices"`
		Usage   *usage          `json:"usage"`
		Error   json.RawMessage `json:"error"` // some servers send a fault under status 200
	}
	choice struct {
		Delta   said   `json:"delta"`
		Message *said  `json:"message"`
		Finish  string `json:"finish_reason"`
	}
	said struct {
		Content string `json:"content"`
		Refusal string `json:"refusal"`
	}
	usage struct {
		Input  model.Tokens `json:"prompt_tokens"`
		Output model.Tokens `json:"completion_tokens"`
	}
)

// Read implements model.Protocol.
func (p protocol) Read(event []byte, s *model.Said) (done bool, err error) {
	if string(event) == "[DONE]" {
		if s.End == model.Open && s.Text() != "" {
			s.End = model.Complete // not all servers say why they end
		}
		return true, nil
	}
	var c chunk
	if err := json.Unmarshal(event, &c); err != nil {
		return true, err
	}
	if c.Usage != nil {
		s.Usage = model.Usage{Input: c.Usage.Input, Output: c.Usage.Output}
	}
	if len(c.Choices) == 0 {
		if len(c.Error) > 0 && string(c.Error) != "null" {
			s.End = model.Fault
		}
		return s.End == model.Fault, nil
	}
	first, whole := c.Choices[0], c.Choices[0].Message != nil
	if whole {
		first.Delta, s.End = *first.Message, model.Complete
	}
	first.ended(s)
	return whole, s.Write(first.Delta.Content)
}

func (c choice) ended(s *model.Said) {
	switch c.Finish {
	case "":
	case "length":
		s.End = model.CutOff
	case "content_filter":
		s.End = model.Declined
	default:
		if s.End == model.Open {
			s.End = model.Complete
		}
	}
	if c.Delta.Refusal != "" {
		s.End = model.Declined
	}
}
