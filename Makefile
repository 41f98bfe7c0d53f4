# "go test ./..." is the whole check of a change; this only names longer things.

.DEFAULT_GOAL := help
.PHONY: docs help check test spec race fuzz bench benchmarks bench-rules differential oracle mutants timing ledger demo local-model trino duckdb release

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 13

check: ## all that must pass before a change is merged (.ci/run)
	./.ci/run

test: ## all tests
	go test ./...

spec: ## write what the spec pages print into them; then review the diff
	go test $$(go list -f '{{$$p := .ImportPath}}{{range .TestImports}}{{if eq . "github.com/grille-dev/grille/internal/spec"}}{{$$p}} {{end}}{{end}}{{range .XTestImports}}{{if eq . "github.com/grille-dev/grille/internal/spec"}}{{$$p}} {{end}}{{end}}' ./...) -rewrite
	git diff --stat

docs: ## write the pages that are made of code: commands, config, refusals, functions
	go test ./cmd/grille -run TestCommandsPage -docs
	go test ./internal/config -run TestDocs -docs
	go test . -run TestCodesPage -docs
	go test ./sql/funcs -run TestDocs -docs
	git diff --stat docs

race: ## tests of what runs concurrently, with the race detector (needs gcc)
	./.ci/run race

fuzz: ## every fuzz target for a minute
	GRILLE_FUZZTIME=1m ./.ci/run fuzz

bench: ## what the gate costs by stage, catalogs of 10,000 tables, a streamed million against the driver alone
	@cat /proc/loadavg
	GRILLE_BENCH=1 go test -count=1 -v -timeout 30m -run TestBench ./internal/same | grep -v -e '^=== ' -e '\.go:'
	@cat /proc/loadavg

benchmarks: ## all of Go's benchmarks
	go test -run '^$$' -bench . -benchmem ./...

bench-rules: ## what rules cost: at the gate, and on a million rows of PostgreSQL
	@cat /proc/loadavg
	go test -run '^$$' -bench '^Benchmark(Gate|Filtered)$$' -benchtime 3s -count 3 ./policy
	@cat /proc/loadavg

differential: ## 500,000 changed statements, ours against PostgreSQL's own parser, from a new seed (needs gcc)
	CGO_ENABLED=1 GRILLE_MUTATIONS=500000 GRILLE_MUTATION_SEED=$$(date +%s) go -C tools/differential test -count=1 -v ./...

oracle: ## 20,000 queries in worlds of a new seed, which it prints; and against row level security
	GRILLE_ORACLE_QUERIES=20000 go test -v -timeout 60m -run TestWorlds ./internal/oracle
	GRILLE_RLS_QUERIES=20000 go test -v -timeout 60m -run TestWorlds ./internal/rls

timing: ## does the time of a query tell of hidden rows? evidence, no proof
	GRILLE_TIMING=1 go test -count=1 -v -run TestTiming ./internal/leak

mutants: ## take each guard away, one at a time: some test must fail (half an hour)
	GRILLE_MUTANTS=all go test -v -timeout 120m -run TestKilled ./internal/mutants

ledger: ## kill a thousand processes that record and send; verify a million entries (3 GB of disk)
	GRILLE_LEDGER_KILLS=1000 go test -count=1 -v -timeout 30m -run TestKills ./ledger
	@cat /proc/loadavg
	GRILLE_LEDGER_ENTRIES=1000000 go test -timeout 30m -run '^$$' -bench . -benchtime 1x ./ledger

local-model: ## ask the demo through a real small model on this machine (downloads and compiles, once)
	tools/localmodel/run

trino: ## all that wants a Trino server: starts one (820 MB from Maven Central once, Java 24 or newer), tests, stops it
	GRILLE_REQUIRE_ENGINES=trino internal/trinotest/serve.sh go test -count=1 -p 1 -timeout 90m ./run/trino ./internal/same ./internal/leak -run 'Conformance|HandedDown|Literal|Inline|Posture|Look|Catalogs|SameAs|Stays|Why|Queries|Matrix|Values|Trino'

duckdb: ## all that wants DuckDB, the whole leak matrix too (needs g++; 25 MB of libraries once)
	CGO_ENABLED=1 GRILLE_REQUIRE_ENGINES=postgres,duckdb GRILLE_DUCKDB_CELLS=1 go test -count=1 -timeout 30m -tags duckdb ./run/duckdb ./internal/same ./sql/emit ./sql/funcs ./internal/leak -run 'DuckDB|Conformance|Attack|EnginesAgree|Queries|Matrix$$|Values'

release: ## archives for five systems, SHA256SUMS and bills of materials, in dist/ (VERSION=v1.2.3, else of the tag)
	go -C tools run ./release -version "$(VERSION)"

demo: ## a question to the built-in clinic; no key, no network, no database
	go run ./cmd/grille demo "how many visits per department last year?"
