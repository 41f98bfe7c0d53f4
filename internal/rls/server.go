package rls

import (
	"context"
	"strings"

	"github.com/grille-dev/grille/internal/oracle"
	"github.com/grille-dev/grille/refusal"
)

// Server is PostgreSQL, as it answers who asks it directly.
type Server struct{ direct *oracle.Direct }

// Login is who asks it.
type Login struct {
	URL      string            // of a role
	As       string            // another role, unless empty: then only that one's rights count
	Settings map[string]string // of the session, by attribute
}

// Ask connects.
func Ask(ctx context.Context, l Login) (*Server, error) {
	d, err := oracle.OpenDirect(ctx, l.URL, "public")
	if err != nil {
		return nil, err
	}
	for name, value := range l.Settings {
		if r := d.Query(ctx, "SELECT set_config($1, $2, false)", []byte(prefix+name), []byte(value)); r.Err != nil {
			d.Close()
			return nil, r.Err
		}
	}
	if l.As != "" {
		if err := d.Exec(ctx, "SET ROLE "+l.As); err != nil {
			d.Close()
			return nil, err
		}
	}
	return &Server{d}, nil
}

// Close ends the session.
func (s *Server) Close() { s.direct.Close() }

// Query runs a text as it stands.
func (s *Server) Query(ctx context.Context, text string, params ...[]byte) oracle.Result {
	return s.direct.Query(ctx, text, params...)
}

// Settings are what the viewer of a world has.
func Settings(v *oracle.Viewer) map[string]string {
	all := map[string]string{}
	for _, a := range v.Has() {
		all[a.Name] = value(a)
	}
	return all
}

// Fails reports whether the server gives an error of values under any of a few
// other plans. It computes on no row that its policies hide, under none of them.
func (s *Server) Fails(ctx context.Context, text string) bool {
	for _, off := range []string{"hashjoin", "mergejoin", "hashjoin, mergejoin", "mergejoin, nestloop", "seqscan", "indexscan, bitmapscan", "sort", "hashagg", "material, memoize"} {
		if s.fails(ctx, text, strings.Split(off, ", ")) {
			return true
		}
	}
	return false
}

func (s *Server) fails(ctx context.Context, text string, off []string) bool {
	for _, what := range off {
		defer func() { _ = s.direct.Exec(ctx, "RESET enable_"+what) }() // it has worked before
		if s.direct.Exec(ctx, "SET enable_"+what+" = off") != nil {
			return false
		}
	}
	r := s.Query(ctx, text)
	return r.Err != nil && computed(r.Err)
}

// Both are the server and Grille before one world, which lies on the bench.
type Both struct {
	Server *Server
	Bench  *oracle.Bench
}

// Found is what came of one draft.
type Found struct {
	Verdict        oracle.Verdict
	Why, Text      string
	Server, Grille oracle.Result
}

// Try asks both and compares. An error of Grille's alone must be of a row that the
// viewer sees: one that the server gives under another plan, or that is given on
// the copy of the viewer's rows too. The server's own errors hang on its plan in
// the same way: where it alone has one the verdict is Eager.
func (b Both) Try(ctx context.Context, q *oracle.Query) Found {
	f := Found{Text: oracle.Postgres.Write(q.String())}
	f.Server, f.Grille = b.Server.Query(ctx, f.Text), b.Bench.Through(oracle.Postgres).Query(ctx, f.Text)
	f.Verdict, f.Why = oracle.Judge(f.Server, f.Grille, q.Ordered())
	code := refusal.CodeOf(f.Grille.Err)
	ran := f.Grille.Err == nil || code == refusal.Value || code == refusal.Limit
	switch {
	case f.Server.Err != nil && !computed(f.Server.Err) && ran:
		f.Verdict, f.Why = oracle.Different, "the server denies it, and Grille runs it"
	case f.Verdict == oracle.Failed && (b.Server.Fails(ctx, f.Text) || seen(b.Bench.Try(ctx, oracle.Postgres, q))):
		f.Verdict = oracle.Chance
	}
	return f
}

// seen reports whether an error that Grille gave is one that the viewer's rows
// give.
func seen(v oracle.Verdict, _ string, _, _ oracle.Result) bool { return !v.Bad() }

// computed errors are of values and of limits: the text was run.
func computed(err error) bool {
	switch c := oracle.Code(err); {
	case c == "21000", len(c) == 5 && (c[:2] == "22" || c[:2] == "54" || c[:2] == "57"):
		return true
	}
	return false
}
