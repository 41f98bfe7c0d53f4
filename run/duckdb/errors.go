//go:build duckdb

package duckdb

import (
	"context"
	"errors"
	"strings"

	duck "github.com/duckdb/duckdb-go-bindings"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
)

// engineError is an error of DuckDB by its kind. DuckDB's own words quote values
// and are dropped where they arise.
type engineError string

func (e engineError) Error() string { return "duckdb: " + string(e) }

// errorOf is the error of a result.
func errorOf(r *duck.Result) error {
	if duck.ResultError(r) == "" {
		return nil
	}
	return typeOf(duck.ResultError(r))
}

// typeOf is the kind of an error: the words before "Error:", which are DuckDB's
// names of them.
func typeOf(said string) error {
	kind, _, ok := strings.Cut(said, " Error:")
	if !ok || strings.ContainsAny(kind, "\n'\"") || len(kind) > 40 {
		kind = "unknown"
	}
	if strings.HasPrefix(kind, "INTERNAL") || strings.HasPrefix(kind, "FATAL") {
		kind = "INTERNAL"
	}
	return engineError(kind)
}

// compileError is an error while a text was compiled.
type compileError struct{ err error }

func (e *compileError) Error() string { return "compiling: " + e.err.Error() }
func (e *compileError) Unwrap() error { return e.err }

var (
	// errDrift: a table is no longer what the catalog says.
	errDrift = errors.New("a table changed")
	// errMisfit: a result is not of the type that the statement says.
	errMisfit = errors.New("a value of another type than its column")
)

// refuse turns an error into words that a viewer may read.
func (e *Engine) refuse(ctx context.Context, err error) error {
	var r *refusal.Refusal
	if errors.As(err, &r) {
		return r
	}
	var ce *compileError
	switch {
	case errors.As(err, &ce) && errors.Is(err, engineError("Out of Range")):
		return refusal.New(refusal.Engine, "cast one of the numbers to double precision",
			"duckdb has decimals of 38 digits, and a product here may need more")
	case errors.As(err, &ce) && errors.Is(err, engineError("Not implemented")):
		return refusal.New(refusal.Engine, "ask for it without a subquery that refers to an outer query", "duckdb cannot compute this")
	case errors.Is(ctx.Err(), context.Canceled):
		return context.Canceled
	case errors.Is(err, errBusy):
		return e.c.Log.Refuse(run.Busy, err)
	case errors.Is(err, errClosed):
		return e.c.Log.Refuse(run.Gone, err)
	case ctx.Err() != nil:
		return e.c.Log.Refuse(run.TooSlow, context.DeadlineExceeded)
	case errors.Is(err, errGone):
		return e.c.Log.Refuse(run.Gone, err)
	case errors.Is(err, errDrift):
		return e.c.Log.Refuse(run.Changed, err)
	case errors.Is(err, errMisfit):
		return e.c.Log.Refuse(run.BadValue, err)
	}
	return e.c.Log.Refuse(whyOf(err), err)
}

// whyOf sorts an error of DuckDB. What package emit prints must compile, so that
// every other error of the compiler is a fault.
func whyOf(err error) run.Why {
	var kind engineError
	if !errors.As(err, &kind) {
		return run.Broken
	}
	switch kind {
	case "Out of Range", "Conversion", "Invalid Input", "Decimal", "Divide by Zero", "Mismatch Type", "Syntax":
		return run.BadValue
	case "Out of Memory":
		return run.Stopped
	case "INTERRUPT":
		return run.TooSlow
	case "IO", "Serialization", "Connection", "TransactionContext":
		return run.Gone
	default:
		return run.Broken
	}
}
