package grille_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/ledger"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/refusal"
)

// book is a ledger that keeps what it is told, and can be full.
type book struct {
	askers []ledger.Asker
	full   bool
}

func (b *book) Append(_ context.Context, a ledger.Asker, _ model.Entry) (int64, error) {
	if b.full {
		return 0, refusal.New(refusal.Ledger, "make room", "what leaves for a model cannot be recorded, so nothing was sent")
	}
	b.askers = append(b.askers, a)
	return int64(len(b.askers)), nil
}

// Each request is recorded with who asked, for what, and which repair it is, before
// it leaves; the trace says where.
func TestLedger(t *testing.T) {
	t.Parallel()
	server := newChat(t, sqlReply("SELECT ward, count(*) FROM visits GROUP BY ward"), sqlReply("SELECT count(*) FROM visits"))
	b, cfg := &book{}, config(t, sqliteDemo(t))
	cfg.Model, cfg.Ledger = client(t, server), b
	g := open(t, cfg)
	var trace grille.Trace
	a, err := g.Ask(t.Context(), grille.Question{Text: "how many visits?", Viewer: who("tom"), Trace: &trace})
	if err != nil {
		t.Fatal(err)
	}
	_ = csv(a, nil)
	want := ledger.Asker{Viewer: "tom", Team: "analysts", Ask: a.Receipt().ID, Connection: "demo", Purpose: ledger.Ask}
	if len(b.askers) != 2 || b.askers[0] != want {
		t.Fatalf("recorded %+v, want %+v first", b.askers, want)
	}
	if want.Round = 1; b.askers[1] != want || trace.Sent[1].Number != 2 {
		t.Errorf("recorded %+v, want %+v; the trace says entry %d", b.askers[1], want, trace.Sent[1].Number)
	}
	if _, err := g.Understand(t.Context(), grille.Question{Text: "how many visits?", Viewer: who("tom")}); err != nil || b.askers[2].Purpose != ledger.Explain {
		t.Errorf("%v, recorded %+v", err, b.askers[2])
	}
}

// Where nothing can be recorded, nothing is sent, and the trace has nothing.
func TestFullLedger(t *testing.T) {
	t.Parallel()
	server := newChat(t, sqlReply("SELECT count(*) FROM visits"))
	cfg := config(t, sqliteDemo(t))
	cfg.Model, cfg.Ledger = client(t, server), &book{full: true}
	var trace grille.Trace
	_, err := open(t, cfg).Ask(t.Context(), grille.Question{Text: "how many visits?", Viewer: who("tom"), Trace: &trace})
	if refusal.CodeOf(err) != refusal.Ledger || len(server.Bodies()) != 0 || len(trace.Sent) != 0 {
		t.Errorf("%v; %d requests came, the trace has %d", err, len(server.Bodies()), len(trace.Sent))
	}
}

// A model without a ledger is a mistake of the program that opens one.
func TestModelNeedsLedger(t *testing.T) {
	t.Parallel()
	cfg := config(t, sqliteDemo(t))
	cfg.Model = client(t, newChat(t, "{}"))
	defer cfg.Engine.Close()
	if _, err := grille.Open(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "Config.Ledger is not") || errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
