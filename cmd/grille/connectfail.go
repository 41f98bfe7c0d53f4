package main

import (
	"context"
	"log/slog"
	"slices"
	"strings"

	"github.com/grille-dev/grille/internal/config"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run/dsn"
)

// hearing keeps what the database said last, for its owner: who connects has the
// DSN and no viewer's rights. It passes everything on to the log.
type hearing struct {
	slog.Handler
	cause string
	also  string // what is true of every failure of this command
}

func (h *hearing) Enabled(context.Context, slog.Level) bool { return true }

func (h *hearing) Handle(ctx context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "cause" {
			h.cause = a.Value.String()
		}
		return true
	})
	if !h.Handler.Enabled(ctx, r.Level) {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

// told is err with what was heard, and with what to do about it.
func (h *hearing) told(err error, conn config.Connection) error {
	if refusal.CodeOf(err) != refusal.Down || h.cause == "" {
		return err
	}
	return refusal.New(refusal.Down, nextStep(h.cause, conn)+h.also, "%s", strings.TrimPrefix(h.cause, "connecting: "))
}

// nextStep is what to do about a connection that was not made, by what a server, or
// the way to it, says.
func nextStep(cause string, conn config.Connection) string {
	says := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(strings.ToLower(cause), w) })
	}
	server, ok := conn.Target.(dsn.Server)
	switch {
	case says("28p01", "28000", "access denied", "1045", "401") && ok && server.Given().Empty():
		return "give the password behind the user, postgres://USER:PASSWORD@HOST/...; it is not written down"
	case says("28p01", "28000", "access denied", "1045", "401"):
		return "check the user's name and password, and that the server lets this user in from this address (pg_hba.conf, user@host)"
	case says("3d000", "unknown database", "1049"):
		return "check the name behind the last / of the DSN: it is the database's"
	case says("no such host", "server misbehaving"):
		return "check the host's name: it is not known here"
	case says("connection refused"):
		return "see whether the server runs, and listens on this address and port"
	case says("certificate", "x509", "tls", "ssl"):
		return "the server must speak TLS with a certificate for its name: sslrootcert=FILE trusts its own authority; sslmode=disable goes with this machine's own address alone"
	case says("deadline", "timeout"):
		return "nothing answered: see whether a firewall stands between, or the port is another kind of server's"
	case says("not a database"):
		return "this file is no SQLite database, or it is encrypted"
	default:
		return "the server's own log says more"
	}
}
