package rules

import (
	"fmt"
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
)

// Large databases: a thousand tables with keys in every direction, round and
// round. Reading the rules must not look at every way through them.
func large(t testing.TB) (*catalog.Catalog, []byte) {
	const n = 1000
	var outline, file strings.Builder
	file.WriteString(strings.Replace(sound, "tables:\n", "scopes: {customer: {anchor: t0.id}}\ntables:\n", 1))
	for i := range n {
		fmt.Fprintf(&outline, "t%d (id int8 key", i)
		for k := 1; k <= 5; k++ {
			fmt.Fprintf(&outline, ", k%d int8 -> t%d.id", k, (i*k+k*k+7)%n)
		}
		outline.WriteString(")\n")
		fmt.Fprintf(&file, "  t%d: {columns: {id: key, k1: key, k2: key, k3: key, k4: key, k5: key}, grants: {analysts: {rows: all}}}\n", i)
	}
	cat, err := catalogtest.Parse(catalog.Postgres, outline.String())
	if err != nil {
		t.Fatal(err)
	}
	return cat, []byte(file.String())
}

func BenchmarkLarge(b *testing.B) {
	cat, text := large(b)
	opts := options(b)
	b.Run("compile", func(b *testing.B) {
		for b.Loop() {
			if _, err := Compile("f", text, cat, opts); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("check", func(b *testing.B) {
		for b.Loop() {
			if len(Check("f", text, cat, opts)) == 0 {
				b.Fatal("nothing was found")
			}
		}
	})
}
