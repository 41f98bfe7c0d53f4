package run

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"time"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/emit"
)

// Why is why a statement did not run to its end. Of errors during execution a
// viewer learns only two kinds, [BadValue] and [Stopped]: anything finer would
// tell about rows that the viewer may not see (BadValue itself is only safe
// because package policy fences every relation with hidden rows off from
// whatever can fail). [Endless] is a BadValue that package emit makes of rows that
// the viewer may see.
//
// The database's own words never reach a [refusal.Refusal]. They go to the
// operator's log, under an id that the refusal names.
type Why uint8

const (
	BadValue Why = iota // a value does not fit an expression
	Stopped             // a limit of the database, or a fault in it
	Endless             // a recursion that has more rows than one may have
	TooSlow             // the limit of time
	Busy                // all connections are in use
	Gone                // no connection, or it broke
	Changed             // a table is no longer what the catalog says
	Broken              // a fault of Grille's
)

// Fault is a refusal for a fault of Grille's.
func Fault(what string) *refusal.Refusal {
	return refusal.New(refusal.Internal, "", "a fault inside Grille: %s", what)
}

// Log is where an engine tells its operator what the database said. The zero
// Log drops it.
type Log struct {
	To *slog.Logger  // nil: dropped
	ID func() string // nil: random
}

// Refuse makes the refusal that a viewer reads, and logs the cause, which a
// viewer must not read. The cause must not hold parameters.
func (l Log) Refuse(why Why, cause error) error {
	if errors.Is(cause, context.Canceled) {
		return context.Canceled
	}
	id := rand.Text()[:8]
	if l.ID != nil {
		id = l.ID()
	}
	if l.To != nil {
		l.To.Error("statement not completed", "id", id, "why", why.String(), "cause", cause)
	}
	return words(why, id)
}

func words(why Why, id string) *refusal.Refusal {
	switch why {
	case BadValue:
		return refusal.New(refusal.Value, "leave out or filter the values that do not fit, such as a divisor of zero",
			"a value you may see does not fit this expression")
	case Stopped:
		return refusal.New(refusal.Limit, "ask for less: a shorter period, fewer groups; who runs this Grille finds the cause in its log under "+id,
			"the database stopped this statement at one of its limits")
	case Endless:
		return refusal.New(refusal.Limit, "let it end: a condition in its recursive term that becomes false, or UNION instead of UNION ALL where rows come again",
			"a recursive query of this statement has more than %d rows", emit.MostRows)
	case TooSlow:
		return refusal.New(refusal.Limit, "ask for less: a shorter period, fewer groups, a filter",
			"this statement reached the limit of time")
	case Busy:
		return refusal.New(refusal.Limit, "try again in a moment", "all connections to this database are in use")
	case Gone:
		return refusal.New(refusal.Down, "try again in a moment; who runs this Grille finds the cause in its log under "+id,
			"the database cannot be reached")
	case Changed:
		return refusal.New(refusal.Drift, "ask again: Grille reads the tables anew first",
			"a table of this question has changed since Grille read the database")
	case Broken:
		return refusal.New(refusal.Internal, "who runs this Grille finds the cause in its log under "+id,
			"a fault inside Grille")
	default:
		panic("run: unknown reason")
	}
}

func (w Why) String() string {
	switch w {
	case BadValue:
		return "value"
	case Stopped:
		return "stopped"
	case Endless:
		return "endless"
	case TooSlow:
		return "time"
	case Busy:
		return "busy"
	case Gone:
		return "down"
	case Changed:
		return "drift"
	case Broken:
		return "internal"
	default:
		panic("run: unknown reason")
	}
}

// Deadline bounds ctx by the limit of time.
func (l Limits) Deadline(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithDeadlineCause(ctx, time.Now().Add(l.Time), errTime)
}

var errTime = errors.New("limit of time")
