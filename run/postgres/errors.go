package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/sql/emit"
)

// errBusy: the context ended while all connections were in use.
var errBusy = errors.New("all connections in use")

// refuse turns an error of the driver into words that a viewer may read.
func (e *Engine) refuse(ctx context.Context, err error) error {
	var r *refusal.Refusal
	if errors.As(err, &r) {
		return r
	}
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return context.Canceled
	case errors.Is(err, errBusy):
		return e.c.Log.Refuse(run.Busy, err)
	case errors.Is(err, errClosed):
		return e.c.Log.Refuse(run.Gone, err)
	case ctx.Err() != nil:
		return e.c.Log.Refuse(run.TooSlow, context.DeadlineExceeded)
	}
	return e.c.Log.Refuse(whyOf(err), cause(err))
}

// whyOf sorts an error. Of what happens during execution a viewer learns "a
// value does not fit" (class 22, and a scalar subquery with two rows) or "a
// limit", nothing between (red team M11).
func whyOf(err error) run.Why {
	var se *stageError
	if errors.As(err, &se) {
		return whyOfStage(se)
	}
	var pe *pgconn.PgError
	if !errors.As(err, &pe) {
		return whyOfBreak(err)
	}
	switch {
	case len(pe.Code) != 5:
		return run.Stopped
	case pe.Code == "08P01": // the messages of the statement do not fit together
		return run.Broken
	case pe.Code == "22P02" && strings.Contains(pe.Message, emit.Endless):
		return run.Endless
	case pe.Code[:2] == "22", pe.Code == "21000":
		return run.BadValue
	case pe.Code == "57014", pe.Code == "55P03", pe.Code == "25P03", pe.Code == "25P04":
		return run.TooSlow // our own timeouts
	case pe.Code[:2] == "08", pe.Code[:3] == "57P":
		return run.Gone
	default:
		return run.Stopped
	}
}

// whyOfStage sorts the errors of what is sent before the statement.
func whyOfStage(se *stageError) run.Why {
	var pe *pgconn.PgError
	errors.As(se.err, &pe)
	switch {
	case pe.Code == "22P02" && se.stage == sessionStages:
		return run.Changed
	case pe.Code[:2] == "08", len(pe.Code) > 2 && pe.Code[:3] == "57P":
		return run.Gone
	case pe.Code == "57014":
		return run.TooSlow
	default:
		return run.Broken
	}
}

func whyOfBreak(err error) run.Why {
	var ne net.Error
	var long *pgproto3.ExceededMaxBodyLenErr
	switch {
	case errors.As(err, &long):
		return run.Stopped
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &ne), pgconn.SafeToRetry(err):
		return run.Gone
	}
	var ce *pgconn.ConnectError
	if errors.As(err, &ce) {
		return run.Gone
	}
	return run.Broken
}

// cause is what the operator's log may hold: where in the server it happened.
// The message itself quotes values ("invalid input syntax for type integer:
// ...") and is left out.
func cause(err error) error {
	stage := ""
	var se *stageError
	if errors.As(err, &se) {
		stage = fmt.Sprintf("before the statement, stage %d: ", se.stage)
	}
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return fmt.Errorf("%sSQLSTATE %s in %s", stage, pe.Code, pe.Routine)
	}
	return err
}
