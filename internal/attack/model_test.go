package attack

import (
	"testing"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/refusal"
)

// A model is sent no name that is hidden from models, and cannot use one that it
// guesses, though the viewer for whom it drafts may.
func TestModelGuessesNames(t *testing.T) {
	s, p := onSQLite(t), people(t)["auditor"]
	person, model := s.database(t, p, nil).Grille, s.database(t, p, gullible(t)).Grille
	for text, want := range map[string]refusal.Code{
		"SELECT count(name) FROM users":                                  "",
		"SELECT count(email) FROM users":                                 refusal.Model, // after a repair or two
		"SELECT count(*) FROM users a JOIN users b ON a.email = b.email": refusal.Model,
	} {
		if a, err := person.SQL(t.Context(), grille.Draft{SQL: text, Viewer: p.viewer}); err != nil {
			t.Errorf("a person: %s: %v", text, err)
		} else {
			_ = a.Close()
		}
		a, err := model.Ask(t.Context(), grille.Question{Text: text, Viewer: p.viewer})
		if refusal.CodeOf(err) != want || (err == nil) != (want == "") {
			t.Errorf("a model: %s: %v", text, err)
		}
		if err == nil {
			_ = a.Close()
		}
	}
}
