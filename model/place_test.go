package model

import "testing"

func TestPlace(t *testing.T) {
	for _, c := range []struct {
		url, region string
		private, ok bool
	}{
		{"https://eu.api.openai.com/v1", "eu", false, true},
		{"https://EU.API.openai.com/v1", "eu", false, true},
		{"https://us.api.openai.com/v1", "eu", false, false},
		{"https://api.openai.com/v1", "eu", false, false},
		{"https://eu.api.openai.com.example.org/v1", "eu", false, false},
		{"https://evil.eu.api.openai.com/v1", "eu", false, false},
		{"https://europe-west4-aiplatform.googleapis.com/v1", "europe-west4", false, true},
		{"https://aiplatform.eu.rep.googleapis.com/v1", "eu", false, true},
		{"https://westeurope.api.cognitive.microsoft.com", "westeurope", false, true},
		{"https://clinic.openai.azure.com", "westeurope", false, false},
		{"https://llm.internal/v1", "eu", false, false},
		{"https://llm.internal/v1", "", true, true},
		{"https://api.openai.com/v1", "", true, false},
		{"https://clinic.openai.azure.com", "", true, false},
		{"https://api.anthropic.com.", "", true, false},
		{"https://openai.com.internal/v1", "", true, true},
		{"https://ollama.com", "", true, false},
		{"http://127.0.0.1:11434", "", true, true},
	} {
		_, err := NewEndpoint(EndpointConfig{Provider: "p", URL: c.url, Region: c.region, Private: c.private})
		if (err == nil) != c.ok {
			t.Errorf("%s, region %q, private %v: %v", c.url, c.region, c.private, err)
		}
	}
}
