//go:build !duckdb

package main

import (
	"github.com/grille-dev/grille/internal/config"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/dsn"
)

// duckdb says how to have DuckDB, a C++ library that this program was built
// without.
func (s *site) duckdb(dsn.DuckDB, config.Connection, run.Log) (run.Engine, error) {
	return nil, refusal.New(refusal.Engine, "build it with DuckDB, with a C++ compiler: CGO_ENABLED=1 go install -tags duckdb github.com/grille-dev/grille/cmd/grille@latest",
		"this program was built without DuckDB")
}
