module github.com/grille-dev/grille/tools/differential

go 1.26.0

require (
	github.com/grille-dev/grille v0.0.0
	github.com/pganalyze/pg_query_go/v6 v6.2.5
)

require (
	github.com/sqlc-dev/oliphant v0.2.0 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
)

replace github.com/grille-dev/grille => ../..
