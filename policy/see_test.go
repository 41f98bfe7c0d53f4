package policy_test

import (
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/viewer"
)

// A comment is a text stored in the database, and how a column is generated is
// one: no rule has opened them. Masked or not, the visible column has neither.
func TestStoredTextsAreNotVisible(t *testing.T) {
	w := clinicWorld(t, clinicRules)
	for _, c := range w.cat.All().Lookup("", "patients").Columns {
		c.Comment, c.Generated = "CANARY", true
	}
	w.cat.All().Lookup("", "patients").Comment = "CANARY"
	for _, v := range []*catalog.Catalog{w.see(t).Visible(), w.see(t).ForModel().Visible()} {
		patients := v.All().Lookup("", "patients")
		if patients.Comment != "" {
			t.Error("the table's comment is visible")
		}
		for _, c := range patients.Columns {
			if c.Comment != "" || c.Generated {
				t.Errorf("%s: how it is stored is visible", c.Name)
			}
		}
	}
}

// Different people may have one year of birth: what is unique as it is stored is
// not unique under a mask.
func TestMaskedKeysAreNotUnique(t *testing.T) {
	w := clinicWorld(t, clinicRules)
	stored := w.cat.All().Lookup("", "patients")
	birthday, id := stored.ColumnNamed("birthday").ID, stored.ColumnNamed("id").ID
	stored.Unique = [][]catalog.ColumnID{{id}, {birthday}, {id, birthday}}
	keys := w.see(t).Visible().All().Lookup("", "patients").Unique
	if len(keys) != 1 || len(keys[0]) != 1 || keys[0][0] != id {
		t.Errorf("got %v", keys)
	}
}

// A hard filter that a program forgot to fill is no filter of everything, and not
// one of nothing either.
func TestEmptyHardFilter(t *testing.T) {
	w := clinicWorld(t, clinicRules)
	for _, h := range []*viewer.HardFilters{{}, {Scopes: map[string]string{}, Withhold: []string{}}} {
		w.who.HardFilters = h
		if _, err := policy.See(w.who, w.rules, w.cat); refusal.CodeOf(err) != refusal.Scope {
			t.Errorf("%+v: %v", h, err)
		}
	}
}
