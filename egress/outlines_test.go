package egress

import (
	"fmt"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/viewer"
)

// view is what a team sees of a table with so many columns.
func view(t *testing.T, team string, columns int) policy.View {
	t.Helper()
	return viewOf(t, team, columns, &policy.Class{Name: "plain", Mask: policy.Mask{Show: policy.Plain}})
}

func viewOf(t *testing.T, team string, columns int, class *policy.Class) policy.View {
	t.Helper()
	text := "wards (id int4 key"
	for i := range columns - 1 {
		text += fmt.Sprintf(", c%d text", i)
	}
	c, err := catalogtest.Parse(catalog.Postgres, text+")")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[catalog.ColumnID]*policy.Class{}
	for i := range columns {
		shown[catalog.ColumnID(i+1)] = class
	}
	rules, err := policy.New(policy.Config{Version: fmt.Sprint(columns), Catalog: c, Tables: []policy.Table{
		{Table: 1, Columns: shown, Grants: []policy.Grant{{Team: "some", All: true}, {Team: "others", All: true}}}}})
	if err != nil {
		t.Fatal(err)
	}
	v, err := policy.See(viewer.Viewer{Teams: []string{team}}, rules, c)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Equal rights share what is known of a view; other rights do not.
func TestOutlines(t *testing.T) {
	var o Outlines
	first := o.of(view(t, "some", 2))
	if o.of(view(t, "some", 2)) != first {
		t.Error("made again for the same view")
	}
	if o.of(view(t, "others", 2)) == first || o.of(view(t, "some", 3)) == first {
		t.Error("another view has the same")
	}
	if (*Outlines)(nil).of(view(t, "some", 2)) == nil {
		t.Error("nothing to keep them in, and none made")
	}
}

// What is kept has a bound: what was not used for longest goes.
func TestOutlinesForget(t *testing.T) {
	var o Outlines
	kept := o.of(view(t, "some", 3))
	old := o.of(view(t, "others", 3))
	o.of(view(t, "some", 3))
	o.kept = append(o.kept, outlined{"large", &index{labels: make([]label, mostKept-8)}})
	o.of(view(t, "some", 4))
	if o.of(view(t, "some", 3)) == kept {
		t.Error("more is kept than there is room for")
	}
	if o.of(view(t, "others", 3)) == old {
		t.Error("what was used before is kept")
	}
	if len(o.kept) < 2 {
		t.Error("nothing is kept")
	}
}
