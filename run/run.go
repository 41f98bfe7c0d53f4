// Package run sends statements that package emit made to a database, read
// only, within limits, and streams raw rows back.
//
// Raw rows may not be shown: only package release takes them. An engine never
// passes the database's own error text on; see [Error].
package run

import (
	"context"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/types"
)

// Engine is one connected database. Implementations: run/postgres, run/sqlite.
// Methods may be called concurrently.
type Engine interface {
	Kind() catalog.Engine
	// Catalog introspects the schemas that the connection names. It reads no row
	// of a user's table.
	Catalog(ctx context.Context) (*catalog.Catalog, error)
	// Posture says what the database role could do beyond reading.
	Posture(ctx context.Context) (Posture, error)
	// Run starts the statement and returns before all rows are read. The first
	// error may come from Run or from Rows.Err. Cancelling ctx stops the
	// statement in the database.
	Run(ctx context.Context, stmt emit.Statement, limits Limits) (*Rows, error)
	Close() error
}

// Limits bound one statement. They act while rows stream and never change the
// SQL. A zero field is an error: empty means none.
type Limits struct {
	Rows  int64
	Bytes int64 // of values, as Grille counts them
	Time  time.Duration
}

// Source is what an engine implements: a cursor over raw rows.
type Source interface {
	// Next decodes the next row into row, whose length is the number of columns.
	// It returns false at the end or on an error.
	Next(row []types.Value) bool
	Err() error
	Close() error
}
