package grille_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/refusal"
)

// What the viewer says of single words of a question, and what a model is told.
func TestWordsThatMayBeNames(t *testing.T) {
	t.Parallel()
	server := newChat(t, sqlReply("SELECT count(*) FROM visits"))
	g := withModel(t, server)
	said := func(q grille.Question) string {
		t.Helper()
		if q.Viewer.Name == "" {
			q.Viewer = who("ines")
		}
		a, err := g.Ask(t.Context(), q)
		if err != nil {
			return string(refusal.CodeOf(err)) + ": " + err.Error()
		}
		_ = a.Close()
		bodies := server.Bodies()
		return bodies[len(bodies)-1]
	}
	for _, w := range []string{"keller", "Maria", "KELLNER"} {
		if body := said(grille.Question{Text: "how many visits has " + w + "?"}); strings.Contains(strings.ToLower(body), strings.ToLower(w)) {
			t.Errorf("%s left", w)
		}
	}
	if body := said(grille.Question{Text: "visits of rose", Keep: []string{"rose"}}); !strings.Contains(body, "visits of rose") {
		t.Error(body)
	}
	if body := said(grille.Question{Text: "visits of rose", Hide: []string{"rose"}}); strings.Contains(body, "rose") {
		t.Error(body)
	}
	if got := said(grille.Question{Text: "visits of rose", Hide: []string{"lily"}}); !strings.HasPrefix(got, string(refusal.WordChoice)) {
		t.Error(got)
	}

	strict := who("ines")
	strict.Off.StrictPrivacy = true
	before := len(server.Bodies())
	if got := said(grille.Question{Text: "visits of rose and mark", Viewer: strict}); !strings.HasPrefix(got, string(refusal.UnsureWord)) || !strings.Contains(got, "rose, mark") {
		t.Error(got)
	}
	if len(server.Bodies()) != before {
		t.Error("it left before the viewer was asked")
	}
	if body := said(grille.Question{Text: "visits of rose and mark", Viewer: strict, Keep: []string{"mark"}, Hide: []string{"rose"}}); !strings.Contains(body, "and mark") || strings.Contains(body, "rose") {
		t.Error(body)
	}
}

// Review shows what would leave, and sends nothing.
func TestReview(t *testing.T) {
	t.Parallel()
	server := newChat(t, sqlReply("SELECT 1"))
	g := withModel(t, server)
	r, err := g.Review(t.Context(), grille.Question{Text: "visits of kellner, rose and x@example.org", Viewer: who("ines")})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(r.Replaced, []string{"kellner", "x@example.org"}) || !slices.Equal(r.Unsure, []string{"rose"}) {
		t.Errorf("%+v", r)
	}
	if strings.Contains(r.Leaves, "kellner") || !strings.Contains(r.Leaves, "visits of ⟨WORD_") || len(server.Bodies()) != 0 {
		t.Errorf("%+v", r)
	}
}

// Whoever tries names comes to an end, in reviews and in questions alike, and
// begins anew the next day. Words that were tried before cost nothing.
func TestWordBudget(t *testing.T) {
	t.Parallel()
	server := newChat(t, sqlReply("SELECT count(*) FROM visits"))
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	c := config(t, sqliteDemo(t))
	c.Model, c.Words, c.Clock = client(t, server), 3, func() time.Time { return now }
	g := open(t, c)
	ask := func(name, text string) refusal.Code {
		a, err := g.Ask(t.Context(), grille.Question{Text: text, Viewer: who(name)})
		if err == nil {
			_ = a.Close()
		}
		return refusal.CodeOf(err)
	}
	review := func(text string) refusal.Code {
		_, err := g.Review(t.Context(), grille.Question{Text: text, Viewer: who("ines")})
		return refusal.CodeOf(err)
	}
	for i, step := range []struct{ got, want refusal.Code }{
		{ask("ines", "visits of kellner"), ""},
		{review("visits of kellmann and KELLNER"), ""},
		{ask("ines", "visits of keller and kellermann"), refusal.WordBudget}, // and neither is counted
		{ask("ines", "visits of keller"), ""},
		{ask("ines", "visits of Kellner"), ""},
		{ask("ines", "visits per month"), ""},
		{review("visits of kellermann"), refusal.WordBudget},
		{ask("tom", "visits of kellermann"), ""},
	} {
		if step.got != step.want {
			t.Errorf("step %d: %q, want %q", i, step.got, step.want)
		}
	}
	before := len(server.Bodies())
	if got := ask("ines", "visits of kellermann"); got != refusal.WordBudget || len(server.Bodies()) != before {
		t.Error(got, "it left all the same")
	}
	now = now.Add(12 * time.Hour)
	if got := ask("ines", "visits of kellermann"); got != "" {
		t.Error("the next day:", got)
	}
}
