//go:build !duckdb

package same

import "github.com/grille-dev/grille/catalog"

func duckdbKind() kind {
	return kind{engine: catalog.DuckDB, missing: "build the tests with DuckDB: CGO_ENABLED=1 go test -tags duckdb"}
}
