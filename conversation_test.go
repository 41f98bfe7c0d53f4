package grille_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/internal/modeltest/modeldouble"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/planner"
	"github.com/grille-dev/grille/refusal"
)

// A follow-up goes out with what was asked and drafted before, in the form in
// which it left, and a placeholder of the first question still stands for its value.
func TestConversation(t *testing.T) {
	t.Parallel()
	server := newChat(t,
		sqlReply("SELECT name FROM departments WHERE name = 'Cardiologie'"),
		sqlReply("SELECT count(*) FROM wards WHERE name = 'PLACEHOLDER'"),
		sqlReply("SELECT nonsense FROM departments"), sqlReply("SELECT count(*) FROM departments WHERE name = 'PLACEHOLDER'"))
	g := withModel(t, server)
	var c grille.Conversation
	ask := func(text string) string {
		a, err := g.Ask(t.Context(), grille.Question{Text: text, Viewer: who("tom"), After: &c})
		if err != nil {
			t.Fatal(err)
		}
		return a.SQL + csv(a, nil)
	}
	ask("which department is Cardiologie?")
	if got := ask("has it a ward called x@example.org?"); !strings.Contains(got, "'x@example.org'") {
		t.Errorf("got %s", got)
	}
	if got := ask("a department of that name?"); !strings.Contains(got, "'x@example.org'") {
		t.Errorf("the earlier placeholder stands for nothing: %s", got)
	}
	bodies := server.Bodies()
	if len(bodies) != 4 || c.Len() != 3 {
		t.Fatalf("%d requests, %d turns", len(bodies), c.Len())
	}
	for i, want := range []int{0, 1, 2, 2} {
		if got := strings.Count(bodies[i], `{\"question\":`); got != want {
			t.Errorf("request %d speaks of %d turns: %s", i, got, bodies[i])
		}
	}
	// A draft that was refused, and what was said of it, is part of no memory.
	ask("again?")
	if last := server.Bodies()[4]; strings.Contains(last, "nonsense") || strings.Contains(last, "x@example") || strings.Contains(last, "not accepted") {
		t.Error(last)
	}
	if got := fmt.Sprintf("%v %+v %s", &c, &c, &c); strings.Contains(got, "ardio") {
		t.Error(got)
	}
}

// Without a model a follow-up changes the last question that was answered, for who
// asked it with the rights of that time. It is kept in the asker's words.
func TestConversationWithPlanner(t *testing.T) {
	t.Parallel()
	g, other := open(t, config(t, sqliteDemo(t))), open(t, config(t, sqliteDemo(t)))
	var c grille.Conversation
	for i, step := range []struct {
		g      *grille.Grille
		who    string
		text   string
		read   string // "": alone
		code   refusal.Code
		forgot bool
	}{
		{g, "tom", "how many visits per department last year?", "", "", false},
		{g, "tom", "by month instead", "how many visits per month last year", "", false},
		{g, "tom", "only the fluffy purple ones", "", refusal.NotUnderstood, false},
		{g, "tom", "and in 2024?", "how many visits per month in 2024", "", false},
		{g, "ines", "and in 2023?", "", refusal.NotUnderstood, true},
		{g, "ines", "how many visits per department last year?", "", "", false},
		{other, "ines", "by month instead", "", refusal.NotUnderstood, true},
	} {
		var trace grille.Trace
		a, err := step.g.Ask(t.Context(), grille.Question{Text: step.text, Viewer: who(step.who), After: &c, Trace: &trace})
		read := ""
		if err == nil {
			read = a.Reading.Asked
			_ = a.Close()
		}
		if code := refusal.CodeOf(err); read != step.read || trace.Forgot != step.forgot || (code == "") != (step.code == "") {
			t.Errorf("%d: read as %q, forgot: %v, %v", i, read, trace.Forgot, err)
		}
	}
	if got := fmt.Sprintf("%v %+v %s", &c, &c, &c); strings.Contains(got, "visits") {
		t.Error(got)
	}
}

// A conversation belongs to one viewer with the rights of its turns.
func TestConversationOfSomebodyElse(t *testing.T) {
	t.Parallel()
	server := newChat(t, sqlReply("SELECT count(*) FROM departments"))
	g, other := withModel(t, server), withModel(t, server)
	var c grille.Conversation
	for i, step := range []struct {
		g      *grille.Grille
		who    string
		forgot bool
		before int
	}{{g, "tom", false, 0}, {g, "tom", false, 1}, {g, "ines", true, 0}, {g, "ines", false, 1}, {other, "ines", true, 0}} {
		var trace grille.Trace
		a, err := step.g.Ask(t.Context(), grille.Question{Text: "how many departments?", Viewer: who(step.who), After: &c, Trace: &trace})
		if err != nil {
			t.Fatal(err)
		}
		_ = a.Close()
		if before := strings.Count(string(trace.Sent[0].Body), `{\"question\":`); before != step.before || trace.Forgot != step.forgot {
			t.Errorf("%d: hears of %d turns, forgot: %v", i, before, trace.Forgot)
		}
	}
	// What would be sent shows the memory, and is no turn.
	before := c.Len()
	p, err := other.Prompt(t.Context(), grille.Question{Text: "and wards?", Viewer: who("ines"), After: &c})
	if err != nil || !strings.Contains(p.Messages()[1].Text, "asked before") || c.Len() != before {
		t.Errorf("%v, %v, %d turns", p, err, c.Len())
	}
}

// Over two databases of one outline a whole conversation is sent the same bytes:
// a query that failed is remembered like one that gave rows.
func TestConversationTellsNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, sides [2]*repairSide) {
		differed := false
		rapid.Check(t, func(r *rapid.T) {
			scripts := rapid.SliceOfN(rapid.SliceOfN(rapid.SampledFrom(repairDrafts), 1, 2), 2, 3).Draw(r, "conversation")
			team := rapid.SampledFrom([]string{"clerks", "analysts"}).Draw(r, "team")
			var c [2]grille.Conversation
			for i, script := range scripts {
				var sent [2][]string
				var codes [2]refusal.Code
				for s, side := range sides {
					side.after = &c[s]
					sent[s], codes[s] = side.ask(t, team, fmt.Sprintf("and question %d of %s?", i, []string{"123456789012", "99999999999999999999"}[s]), script)
				}
				if !slices.Equal(sent[0], sent[1]) {
					r.Fatalf("question %d: the requests differ:\n%s\n%s", i, strings.Join(sent[0], "\n"), strings.Join(sent[1], "\n"))
				}
				differed = differed || codes[0] != codes[1]
			}
		})
		if !differed {
			t.Error("nothing tells the two databases apart: the test cannot fail")
		}
	})
}

// With many askers at once, the questions of one conversation do not mix with
// those of another.
func TestConversationsAtOnce(t *testing.T) {
	t.Parallel()
	cfg := config(t, sqliteDemo(t))
	cfg.Random = rand.Reader
	cfg.Model = modeldouble.New(t, func(_ context.Context, p egress.Prompt) (model.Draft, error) {
		return modeldouble.SQL("SELECT count(*) FROM departments")
	})
	g := open(t, cfg)
	done := make(chan error)
	for i := range 4 {
		go func() {
			var c grille.Conversation
			var err error
			for range 3 {
				var trace grille.Trace
				a, e := g.Ask(t.Context(), grille.Question{Text: fmt.Sprintf("departments of zebra%d?", i), Viewer: who("tom"), After: &c, Trace: &trace})
				if e == nil {
					e = a.Close()
				}
				if body := string(trace.Sent[0].Body); strings.Count(body, "zebra") != strings.Count(body, fmt.Sprintf("zebra%d", i)) {
					e = fmt.Errorf("another's question: %s", body)
				}
				if err == nil {
					err = e
				}
			}
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// Where a model drafts there is nothing to choose among: that is said before anything
// leaves, with what to do.
func TestNoReadingsOfModels(t *testing.T) {
	t.Parallel()
	cfg := config(t, sqliteDemo(t))
	cfg.Model = client(t, newChat(t, sqlReply("SELECT count(*) FROM departments")))
	g := open(t, cfg)
	means := []planner.Choice{{Words: "visits", Means: "visits"}}
	for _, q := range []grille.Question{{Reading: 1}, {Means: means}} {
		var trace grille.Trace
		q.Text, q.Viewer, q.Trace = "how many visits?", who("tom"), &trace
		_, asked := g.Ask(t.Context(), q)
		sent := len(trace.Sent)
		_, understood := g.Understand(t.Context(), q)
		for _, err := range []error{asked, understood} {
			if refusal.CodeOf(err) != refusal.WhichReading || !strings.Contains(fmt.Sprint(err), "planner") {
				t.Errorf("%v", err)
			}
		}
		if sent+len(trace.Sent) > 0 {
			t.Error("something left")
		}
	}
}

// A model may be helped with drafts of the planner. They name only what a model
// may see, and hold nothing that the question was not sent with.
func TestCandidates(t *testing.T) {
	t.Parallel()
	cfg := config(t, sqliteDemo(t))
	cfg.Candidates = 2
	server := newChat(t, sqlReply("SELECT count(*) FROM departments"))
	cfg.Model = client(t, server)
	g := open(t, cfg)
	for text, want := range map[string]string{
		"how many visits per kind?":                                "GROUP BY",
		`how many hospitals with the name "x@example.org"?`:        "'⟨EMAIL_",
		`how many patients with the email "x@example.org"?`:        "", // hidden from models
		"colourless green ideas sleep furiously, don't they, why?": "",
	} {
		p, err := g.Prompt(t.Context(), grille.Question{Text: text, Viewer: who("tom")})
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(p.Messages()[1].Text, "What a simple parser makes")
		drafts, _, _ := strings.Cut(after, "Question:")
		if !strings.Contains(drafts, want) || (want == "") != (drafts == "") || strings.Contains(drafts, "example") || strings.Contains(drafts, "email") {
			t.Errorf("%s: %s", text, drafts)
		}
	}
}
