package config

import (
	"os"
	"strings"
	"testing"
)

// What documents show of grille.yaml is accepted.
func TestDocuments(t *testing.T) {
	for file, least := range map[string]int{"../../README.md": 1, "../../docs/models.md": 5} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		blocks := strings.Split(string(text), "```yaml\n")[1:]
		if len(blocks) < least {
			t.Errorf("%s shows %d configurations, want at least %d", file, len(blocks), least)
		}
		for _, b := range blocks {
			b, _, _ = strings.Cut(b, "```")
			if _, err := Parse(file, []byte(b)); err != nil {
				t.Errorf("%v in\n%s", err, b)
			}
		}
	}
}
