package refusal

import (
	"fmt"
	"strings"
	"testing"
)

// What is for owners is said by no way of printing an error.
func TestOwnerIsNotSaid(t *testing.T) {
	r := New(UnknownColumn, "try another", "there is no column").ForOwner("CANARY at rules.yaml:3")
	wrapped := fmt.Errorf("reading a draft: %w", r)
	for _, text := range []string{r.Error(), wrapped.Error(), fmt.Sprint(r), fmt.Sprintf("%v %s %q", r, r, wrapped)} {
		if strings.Contains(text, "CANARY") {
			t.Errorf("said: %s", text)
		}
	}
}
