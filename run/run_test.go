package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/types"
)

// probe is a source that says whether it was closed.
type probe struct{ closed bool }

func (*probe) Next([]types.Value) bool { return true }
func (*probe) Err() error              { return nil }
func (p *probe) Close() error          { p.closed = true; return nil }

// Rows that no engine made, or of no statement, yield nothing.
func TestUnmadeRows(t *testing.T) {
	r := new(Rows)
	if r.Next() || refusal.CodeOf(r.Err()) != refusal.Internal || r.Close() != nil || r.Next() {
		t.Errorf("the zero Rows: %v", r.Err())
	}
	p := new(probe)
	if _, err := Stream(emit.Statement{}, Limits{Rows: 1, Bytes: 1, Time: 1e9}, p); refusal.CodeOf(err) != refusal.Internal || !p.closed {
		t.Errorf("rows of no statement: %v", err)
	}
}

func TestUnknownPosture(t *testing.T) {
	if !(Posture{}).Refused() || (Posture{}).Worst().Level != Red {
		t.Error("a posture that nobody looked at is not refused")
	}
	if (Posture{Findings: []Finding{{Level: Yellow}, {Level: OK}}}).Refused() {
		t.Error("yellow is refused")
	}
}

// Each reason has words of its own, which never hold the cause; the log does,
// under the id that the words name where they name one.
func TestRefuse(t *testing.T) {
	codes := map[Why]refusal.Code{BadValue: refusal.Value, Endless: refusal.Limit, Stopped: refusal.Limit, TooSlow: refusal.Limit, Busy: refusal.Limit, Gone: refusal.Down, Changed: refusal.Drift, Broken: refusal.Internal}
	for why := BadValue; why <= Broken; why++ {
		var b bytes.Buffer
		l := Log{To: slog.New(slog.NewTextHandler(&b, nil)), ID: func() string { return "ID1" }}
		err := l.Refuse(why, errors.New("ENOSUCH7"))
		var r *refusal.Refusal
		if !errors.As(err, &r) || r.Code != codes[why] || r.Msg == "" || r.Try == "" {
			t.Errorf("%s: %v", why, err)
		}
		if strings.Contains(fmt.Sprintf("%+v", *r), "ENOSUCH7") {
			t.Errorf("%s: the cause is told: %+v", why, *r)
		}
		if log := b.String(); !strings.Contains(log, "ENOSUCH7") || !strings.Contains(log, "ID1") {
			t.Errorf("%s: the log is %s", why, log)
		}
	}
	if err := (Log{}).Refuse(Stopped, fmt.Errorf("x: %w", context.Canceled)); err != context.Canceled {
		t.Error(err)
	}
}

func TestSize(t *testing.T) {
	if n := Size([]types.Value{types.Null, types.IntOf(1), types.TextOf("abc"), types.ListOf([]types.Value{types.TextOf("ab"), types.Null})}); n != 4*8+3+2*8+2 {
		t.Error(n)
	}
}
