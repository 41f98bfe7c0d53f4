package model

import (
	"fmt"
	"strings"
)

// regionOf is the region that a host's name states, "" if it states none. For
// these providers a name with a region in it is served there, by their
// documentation; no request can check that.
func regionOf(host string) string {
	for _, form := range [][2]string{
		{"", ".api.openai.com"},                // eu.api.openai.com
		{"", "-aiplatform.googleapis.com"},     // europe-west4-aiplatform.googleapis.com
		{"aiplatform.", ".rep.googleapis.com"}, // aiplatform.eu.rep.googleapis.com
		{"", ".api.cognitive.microsoft.com"},   // westeurope.api.cognitive.microsoft.com
	} {
		rest, found := strings.CutPrefix(strings.ToLower(host), form[0])
		if region, ends := strings.CutSuffix(rest, form[1]); found && ends && region != "" && !strings.Contains(region, ".") {
			return region
		}
	}
	return ""
}

// checkPlace holds what is said of an endpoint against the host's name.
func (c EndpointConfig) checkPlace(host string) error {
	if c.Private && ofOthers(host) {
		return fmt.Errorf("model endpoint: %s is a machine of others: it is not private", host)
	}
	switch is := regionOf(host); {
	case c.Region == "" || c.Region == is:
		return nil
	case is == "":
		return fmt.Errorf("model endpoint: the name %s does not say in which region it is, so that it is in %s cannot be checked: remove region", host, c.Region)
	default:
		return fmt.Errorf("model endpoint: %s says that it is in %s, and region says %s", host, is, c.Region)
	}
}

// ofOthers knows the best known providers. That a name is not among them proves
// nothing: what is private is for the site to say.
func ofOthers(host string) bool {
	for _, domain := range []string{"openai.com", "azure.com", "microsoft.com", "anthropic.com", "googleapis.com", "ollama.com",
		"amazonaws.com", "mistral.ai", "groq.com", "openrouter.ai", "together.xyz", "deepseek.com", "x.ai"} {
		if h := strings.ToLower(strings.TrimSuffix(host, ".")); h == domain || strings.HasSuffix(h, "."+domain) {
			return true
		}
	}
	return false
}
