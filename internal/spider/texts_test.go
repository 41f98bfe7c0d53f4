package spider

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// Texts know which columns hold a text; prose and numbers are not looked at.
func TestTexts(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o755); err != nil {
		t.Fatal(err)
	}
	prose := "a text of more than sixty letters is no name whatever else it may be"
	rows := "Name,Town,Age,Note\nZoë Smith-Jones,ZOE,41," + prose + "\n,  Bath ,7," + prose + "\n"
	if err := os.WriteFile(filepath.Join(dir, "data", "Guests.csv"), []byte(rows), 0o644); err != nil {
		t.Fatal(err)
	}
	guests := &Table{Name: "Guests", Columns: []Column{{Name: "Name", Type: "VARCHAR"}, {Name: "Town", Type: "VARCHAR"}, {Name: "Age", Type: "INT"}, {Name: "Note", Type: "TEXT"}}}
	got, err := (&Database{Name: "hotel", Tables: []*Table{guests}, dir: dir}).Texts()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]Cell{"zoe smith jones": {{"guests", "name"}}, "zoe": {{"guests", "town"}}, "bath": {{"guests", "town"}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
}
