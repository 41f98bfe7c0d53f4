package testserver

import "testing"

func TestRequired(t *testing.T) {
	for list, want := range map[string]bool{"": false, "postgres": true, "sqlite,postgres": true, "mysql": false} {
		t.Setenv("GRILLE_REQUIRE_ENGINES", list)
		if got := Required("postgres"); got != want {
			t.Errorf("required with %q: %v", list, got)
		}
	}
}
