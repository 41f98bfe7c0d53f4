package planner

import (
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"time"
)

// The readings by hand that a question is trained with know of stored values what
// the learned parser is told.
func TestHintsKnowValues(t *testing.T) {
	c, err := catalogtest.Parse(catalog.SQLite, "cats (id int8 key, kind text, coat text)")
	if err != nil {
		t.Fatal(err)
	}
	o := NewOutline(c, Options{Now: noon, Zone: time.UTC})
	const text = "how many black cats"
	for column, x := range o.Schema.Columns {
		if x.Name == "id" {
			continue
		}
		in := o.Input(text, func(said string) []int {
			if said == "black" {
				return []int{column}
			}
			return nil
		})
		hints := o.Hints(in, text)
		if len(hints) == 0 || hints[0].Plan.Where[0].Col != column {
			t.Errorf("black is held by %s: %d hints", x.Name, len(hints))
		}
	}
}
