package same

import (
	"log/slog"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/run"
)

// kind is one kind of engine that tests may have.
type kind struct {
	engine catalog.Engine
	// missing says what to install, build with or set where there is none; "" where there is.
	missing  string
	spelling Spelling
	// open runs the texts in a fresh database as its owner, and opens that as
	// Grille does. Whatever it makes is gone after the test.
	open func(t testing.TB, texts []string) Database
}

// kinds are all that tests know; PostgreSQL is first.
func kinds() []kind {
	return []kind{
		postgresKind(),
		sqliteKind(),
		mariaDBKind(),
		trinoKind(),
		duckdbKind(),
	}
}

// operator sends what the operator would read to the test's log.
func operator(t testing.TB) run.Log {
	return run.Log{To: slog.New(slog.NewTextHandler(t.Output(), nil))}
}
