package rls

import (
	"context"

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

// Answers are what came of one draft.
type Answers struct{ Server, Grille oracle.Result }

// Judge compares. An error of Grille's alone
// must be of a row that the viewer sees, and so one that Grille or the server
// gives on the copy of those too. The server's own errors hang on its plan, which
// it makes with the policies in it: where it alone has one the verdict is Eager.
func (a Answers) Judge(ctx context.Context, b *oracle.Bench, q *oracle.Query) (oracle.Verdict, string) {
	v, why := oracle.Judge(a.Server, a.Grille, q.Ordered())
	code := refusal.CodeOf(a.Grille.Err)
	ran := a.Grille.Err == nil || code == refusal.Value || code == refusal.Limit
	switch {
	case a.Server.Err != nil && !computed(a.Server.Err) && ran:
		return oracle.Different, "the server denies it, and Grille runs it"
	case v == oracle.Failed && seen(b.Try(ctx, oracle.Postgres, q)):
		return oracle.Chance, ""
	}
	return v, why
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
