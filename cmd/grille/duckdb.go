//go:build duckdb

package main

import (
	"github.com/grille-dev/grille/internal/config"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/run/duckdb"
)

func (s *site) duckdb(t dsn.DuckDB, c config.Connection, log run.Log) (run.Engine, error) {
	return duckdb.New(duckdb.Config{Path: t.Path, Dirs: c.Dirs, TimeZone: s.Zone.String(), Concurrent: s.Limits.Concurrent, Log: log})
}
