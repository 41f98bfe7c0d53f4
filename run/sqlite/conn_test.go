package sqlite

import "testing"

// Each connection is narrowed down whatever the authorizer allows: were that
// gone, these still hold.
func TestNarrowConnection(t *testing.T) {
	e := engine(t, file(t, `CREATE TABLE t (a text); INSERT INTO t VALUES ('x')`))
	c, err := e.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	for pragma, want := range map[string]string{"query_only": "1", "trusted_schema": "0"} {
		if got, err := c.one("SELECT " + pragma + " FROM pragma_" + pragma); err != nil || got != want {
			t.Errorf("%s is %q, %v", pragma, got, err)
		}
	}
	if ro, _ := c.ReadOnly("main"); !ro {
		t.Error("the file is open to be written")
	}
	// Else an unknown name in quotes would be a text, and "closed" <> 1 true.
	if got, err := c.one(`SELECT "closed" <> 1`); err == nil {
		t.Errorf("a name that is not there gives %q", got)
	}
}
