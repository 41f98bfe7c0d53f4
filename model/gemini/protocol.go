package gemini

import (
	"encoding/json"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/model"
)

// protocol is that of POST /models/MODEL:streamGenerateContent.
type protocol struct{ noStore bool }

type (
	request struct {
		System   *content   `json:"systemInstruction,omitempty"`
		Contents []content  `json:"contents"`
		Config   generation `json:"generationConfig"`
		Store    *bool      `json:"store,omitempty"`
	}
	content struct {
		Role  string `json:"role,omitempty"`
		Parts []part `json:"parts"`
	}
	part struct {
		Text    string `json:"text"`
		Thought bool   `json:"thought,omitempty"`
	}
	generation struct {
		Temperature *float64        `json:"temperature,omitempty"`
		Type        string          `json:"responseMimeType"`
		Schema      json.RawMessage `json:"responseJsonSchema,omitempty"`
	}
)

// Body implements model.Protocol.
func (p protocol) Body(prompt egress.Prompt, without model.Feature) []byte {
	r := request{Config: generation{Type: "application/json"}}
	for _, m := range prompt.Messages() {
		c := content{Parts: []part{{Text: m.Text}}}
		switch m.Role {
		case egress.System:
			r.System = &c
			continue
		case egress.User:
			c.Role = "user"
		case egress.Assistant:
			c.Role = "model"
		default:
			panic("gemini: unknown role")
		}
		r.Contents = append(r.Contents, c)
	}
	if without&model.Temperature == 0 {
		r.Config.Temperature = new(float64)
	}
	if without&model.Schemas == 0 {
		r.Config.Schema = schema(prompt.Schema())
	}
	if p.noStore {
		r.Store = new(bool)
	}
	return model.Body(r)
}

// event is what is read of one event; each is a reply of its own with the next
// part of the text.
type event struct {
	Candidates []struct {
		Content content `json:"content"`
		Finish  string  `json:"finishReason"`
	} `json:"candidates"`
	Feedback struct {
		Block string `json:"blockReason"`
	} `json:"promptFeedback"`
	Usage *struct {
		Input    model.Tokens `json:"promptTokenCount"`
		Output   model.Tokens `json:"candidatesTokenCount"`
		Thoughts model.Tokens `json:"thoughtsTokenCount"`
	} `json:"usageMetadata"`
	Error json.RawMessage `json:"error"`
}

// Read implements model.Protocol.
func (p protocol) Read(text []byte, s *model.Said) (done bool, err error) {
	var e event
	if err := json.Unmarshal(text, &e); err != nil {
		return true, err
	}
	if e.Usage != nil {
		s.Usage = model.Usage{Input: e.Usage.Input, Output: e.Usage.Output + e.Usage.Thoughts}
	}
	switch {
	case len(e.Error) > 0 && string(e.Error) != "null":
		s.End = model.Fault
	case e.Feedback.Block != "":
		s.End = model.Declined
	case len(e.Candidates) > 0:
		for _, part := range e.Candidates[0].Content.Parts {
			if part.Thought {
				continue
			}
			if err := s.Write(part.Text); err != nil {
				return true, err
			}
		}
		s.End = ended(e.Candidates[0].Finish)
	}
	return s.End != model.Open, nil
}

// ended reads a finishReason. Of the many all but two mean that a filter stopped it.
func ended(why string) model.End {
	switch why {
	case "", "FINISH_REASON_UNSPECIFIED":
		return model.Open
	case "STOP":
		return model.Complete
	case "MAX_TOKENS":
		return model.CutOff
	default:
		return model.Declined
	}
}
