package planner

import (
	"slices"
	"testing"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
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
		o := o.Knowing(black{c.Tables[0].ColumnNamed(x.Name).ID})
		in := o.Input(text)
		hints := o.Hints(in, text)
		if len(hints) == 0 || hints[0].Plan.Where[0].Col != column {
			t.Errorf("black is held by %s: %d hints", x.Name, len(hints))
		}
	}
}

// black is a column that holds black, and another that does not.
type black struct{ column catalog.ColumnID }

func (b black) Look(columns []Column) (known []int, holds func(string) []int) {
	for i := range columns {
		known = append(known, i)
	}
	return known, func(text string) []int {
		if text != "black" {
			return nil
		}
		return slices.DeleteFunc(slices.Clone(known), func(i int) bool { return columns[i].Column != b.column })
	}
}
