package catalog

import (
	"fmt"
	"testing"
)

// sample has gaps in its identities, as a view of a catalog or a table with a
// dropped column has.
func sample() *Catalog {
	return &Catalog{Engine: Postgres, Path: []string{"b", "a"}, Tables: []*Table{
		{ID: 1, Schema: "a", Name: "t", Columns: []*Column{{ID: 1, Name: "x"}, {ID: 3, Name: "z"}}},
		{ID: 3, Schema: "b", Name: "t"},
		{ID: 4, Schema: "b", Name: "T"}, // out of order
	}}
}

func TestFind(t *testing.T) {
	c := sample()
	for id, want := range map[TableID]string{0: "", 1: "a", 2: "", 3: "b", 5: ""} {
		got := ""
		if x := c.Table(id); x != nil {
			got = x.Schema
		}
		if got != want {
			t.Errorf("table %d is in %q", id, got)
		}
	}
	for id, want := range map[ColumnID]string{0: "", 1: "x", 2: "", 3: "z", 4: ""} {
		got := ""
		if x := c.Tables[0].Column(id); x != nil {
			got = x.Name
		}
		if got != want {
			t.Errorf("column %d is %q", id, got)
		}
	}
	for name, want := range map[[2]string]TableID{{"", "t"}: 3, {"a", "t"}: 1, {"b", "t"}: 3, {"b", "T"}: 4, {"", "T"}: 4, {"c", "t"}: 0, {"", "x"}: 0, {"", ""}: 0} {
		got := TableID(0)
		if x := c.All().Lookup(name[0], name[1]); x != nil {
			got = x.ID
		}
		if got != want {
			t.Errorf("%v is table %d, want %d", name, got, want)
		}
	}
}

// Everything but the version itself decides the version.
func TestDigest(t *testing.T) {
	same := sample()
	same.Version = "x"
	base := Digest(sample())
	if base != Digest(same) || base == "" {
		t.Error("equal catalogs have two digests")
	}
	for i, change := range []func(*Catalog){
		func(c *Catalog) { c.Engine = SQLite },
		func(c *Catalog) { c.Path = []string{"a", "b"} },
		func(c *Catalog) { c.Tables[0].Name = "u" },
		func(c *Catalog) { c.Tables[0].Fingerprint = "f" },
		func(c *Catalog) { c.Tables[0].Opaque = true },
		func(c *Catalog) { c.Tables[0].Columns[0].NotNull = true },
		func(c *Catalog) { c.Tables[0].Columns[0].Type.Kind = 5 },
		func(c *Catalog) { c.Tables[0].Unique = [][]ColumnID{{1}} },
	} {
		c := sample()
		change(c)
		if Digest(c) == base {
			t.Error("change", fmt.Sprint(i), "is not seen")
		}
	}
}
