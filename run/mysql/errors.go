package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"

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
// value does not fit" or "a limit", nothing between (red team M11).
func whyOf(err error) run.Why {
	var w warning
	var me *mysql.MySQLError
	switch {
	case errors.Is(err, errDrift):
		return run.Changed
	case errors.As(err, &w):
		return w.why
	case !errors.As(err, &me):
		return whyOfBreak(err)
	}
	var se *stageError
	if errors.As(err, &se) {
		return whyOfStage(se, me.Number)
	}
	switch {
	case slices.Contains(timeouts, me.Number):
		return run.TooSlow
	case slices.Contains(breaks, me.Number):
		return run.Gone
	case me.Number == 3636, me.Number == 1690 && tooMany(me.Message):
		return run.Endless
	case slices.Contains(values, me.Number), string(me.SQLState[:2]) == "22", string(me.SQLState[:]) == "21000":
		return run.BadValue
	default:
		return run.Stopped
	}
}

// tooMany reports whether an error quotes one of the two conditions that end a
// recursion.
func tooMany(message string) bool {
	return strings.Contains(message, emit.Endless) || strings.Contains(message, "@grille_w")
}

// timeouts are our own limits of time, and the end of whoever waits for a lock.
var timeouts = []uint16{
	1205, // lock wait timeout
	1317, // killed
	1969, // MariaDB's max_statement_time
	3024, // MySQL's max_execution_time
}

// breaks are the end of a connection.
var breaks = []uint16{1040, 1053, 1077, 1078, 1079, 1080, 1152, 1158, 1159, 1160, 1161, 1203, 1927, 4031}

// values are errors about values that have no SQLSTATE of class 22.
var values = []uint16{
	1105,       // XML functions, and others without a number of their own
	1139, 1210, // a pattern, an argument
	1365, 1366, 1367, 1411, 1525, 1690, 3020, // division by zero, what does not fit
	3141, 3142, 3143, 3144, 3146, 3147, 3156, 3157, 3158, // JSON in MySQL
	3685, 3686, 3687, 3688, 3689, 3690, 3691, 3692, 3693, 3694, 3695, 3696, 3697, 3698, 3699, // patterns in MySQL
	4035, 4036, 4037, 4038, 4039, 4040, 4041, 4042, 4043, 4044, // JSON in MariaDB
}

// whyOfStage sorts the errors of what is sent before the statement. What the
// gate does not find, or may not read, has changed.
func whyOfStage(se *stageError, number uint16) run.Why {
	switch {
	case slices.Contains(breaks, number):
		return run.Gone
	case slices.Contains(timeouts, number):
		return run.TooSlow
	case se.stage == gating && slices.Contains([]uint16{1044, 1049, 1142, 1143, 1146, 1356, 1449}, number):
		return run.Changed
	default:
		return run.Broken
	}
}

func whyOfBreak(err error) run.Why {
	var ne net.Error
	switch {
	case errors.Is(err, errLong):
		return run.Stopped
	case errors.Is(err, mysql.ErrInvalidConn), errors.Is(err, driver.ErrBadConn), errors.Is(err, io.EOF),
		errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &ne):
		return run.Gone
	default:
		return run.Broken
	}
}

// cause is what the operator's log may hold: the number of the error. The
// message itself quotes values ("Incorrect integer value: ...") and is left out.
func cause(err error) error {
	stage := ""
	var se *stageError
	if errors.As(err, &se) {
		stage = "before the statement, " + se.stage + ": "
	}
	var me *mysql.MySQLError
	if errors.As(err, &me) {
		return fmt.Errorf("%serror %d (%s)", stage, me.Number, me.SQLState[:])
	}
	return err
}
