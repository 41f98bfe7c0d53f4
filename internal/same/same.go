// Package same asks every kind of engine the same, over the same rows; tests
// alone.
//
//	for _, db := range same.Open(t, script) {
//		answer := db.Ask(t, view, "SELECT ...")
//	}
//
// A [Script] is tables with their rows in no engine's words. Each kind of engine
// spells it, fills a throw-away database with it and opens that as a
// [run.Engine]; kinds.go says which kinds there are, and to bring one is a line
// there and a file like sqlite.go. A [Comparison] says where two answers differ.
//
// PostgreSQL comes first and is what the others are held to: it alone also runs
// a text as it stands ([Database.Direct]).
//
// A kind that this build or machine lacks is left out, which the test's log
// says. GRILLE_REQUIRE_ENGINES, names with commas between, makes that a failure.
package same

import (
	"cmp"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/run"
)

// Database is a throw-away database of one kind, filled, and gone after the test.
type Database struct {
	run.Engine
	// Catalog is what the engine found.
	Catalog *catalog.Catalog
	// Schema is the one that the tables are in.
	Schema string
	// Direct runs a text as it stands, past all rules; nil but on PostgreSQL.
	Direct func(text string) Answer
	// Bare reads all rows of a text with the driver alone, each value into one of
	// Go's: what streaming is measured against. nil where nobody has written it.
	Bare func(text string)
}

// Open makes a database of every kind that there is, PostgreSQL's first.
func Open(t testing.TB, s Script) []Database {
	t.Helper()
	must(t, s.check())
	var all []Database
	for _, k := range available(t) {
		db := k.open(t, s.texts(k.spelling))
		c, err := db.Engine.Catalog(t.Context())
		must(t, err)
		db.Catalog, db.Schema = c, cmp.Or(db.Schema, k.spelling.Schema, c.Path[0])
		all = append(all, db)
	}
	return all
}

// Available are the kinds that this build and machine have, PostgreSQL first.
func Available(t testing.TB) []catalog.Engine {
	t.Helper()
	var all []catalog.Engine
	for _, k := range available(t) {
		all = append(all, k.engine)
	}
	return all
}

// available leaves out what is missing, unless that is required.
func available(t testing.TB) []kind {
	t.Helper()
	var there []kind
	required := strings.FieldsFunc(os.Getenv("GRILLE_REQUIRE_ENGINES"), func(r rune) bool { return r == ',' })
	for _, k := range kinds() {
		name := k.engine.String()
		switch wanted := slices.Contains(required, name); {
		case k.missing == "":
			there = append(there, k)
		case wanted:
			t.Fatalf("GRILLE_REQUIRE_ENGINES asks for %s: %s", name, k.missing)
		default:
			t.Logf("without %s: %s", name, k.missing)
		}
		required = slices.DeleteFunc(required, func(r string) bool { return r == name })
	}
	if len(required) > 0 {
		t.Fatalf("GRILLE_REQUIRE_ENGINES asks for %s, which no test has", strings.Join(required, ", "))
	}
	return there
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
