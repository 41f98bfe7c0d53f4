package grille_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/internal/modeltest/modeldouble"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/refusal"
)

const (
	manyBeds = "SELECT sum(w.beds) AS beds FROM wards w JOIN visits v ON v.ward_id = w.id"
	eachOnce = "SELECT sum(w.beds) AS beds FROM wards w WHERE EXISTS (SELECT 1 FROM visits v WHERE v.ward_id = w.id)"
)

// What a person wrote runs, with a warning and a reading that counts each row once;
// that reading has none.
func TestFanOutOfAPerson(t *testing.T) {
	g := open(t, config(t, sqliteDemo(t)))
	a, err := g.SQL(t.Context(), grille.Draft{SQL: manyBeds, Viewer: who("ines")})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	want := "sum(w.beds) adds a row of wards once for each row of visits that is joined to it; to count each once, " +
		"leave visits out of FROM and write WHERE EXISTS (SELECT 1 FROM visits AS v WHERE v.ward_id = w.id)"
	if !slices.Equal(a.Warnings, []string{want}) {
		t.Errorf("warnings: %q", a.Warnings)
	}
	b, err := g.SQL(t.Context(), grille.Draft{SQL: eachOnce, Viewer: who("ines")})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if len(b.Warnings) > 0 {
		t.Errorf("warnings: %q", b.Warnings)
	}
}

// A model hears of it once, with the code fan-out; what it then sends runs, and the
// first draft does where nothing that runs comes after it.
func TestFanOutOfAModel(t *testing.T) {
	for name, c := range map[string]struct {
		says     []string
		requests int
		runs     string
		warned   bool
	}{
		"mends it":          {[]string{manyBeds, eachOnce}, 2, eachOnce, false},
		"means it":          {[]string{manyBeds, manyBeds}, 2, manyBeds, true},
		"gives up":          {[]string{manyBeds}, 2, manyBeds, true},
		"breaks it":         {[]string{manyBeds, "SELECT beds FROM nowhere", "SELECT"}, 3, manyBeds, true},
		"has nothing of it": {[]string{eachOnce}, 1, eachOnce, false},
		"at last":           {[]string{"SELECT", manyBeds, "SELECT nothing FROM wards"}, 3, manyBeds, true},
	} {
		t.Run(name, func(t *testing.T) {
			var sent []string
			cfg := config(t, sqliteDemo(t))
			cfg.Model = modeldouble.New(t, func(_ context.Context, p egress.Prompt) (model.Draft, error) {
				all := p.Messages()
				if sent = append(sent, all[len(all)-1].Text); len(sent) > len(c.says) {
					return model.Draft{Kind: model.CannotAnswer}, nil
				}
				return modeldouble.SQL(c.says[len(sent)-1])
			})
			var trace grille.Trace
			a, err := open(t, cfg).Ask(t.Context(), grille.Question{Text: "how many beds are in wards with visits?", Viewer: who("ines"), Trace: &trace})
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			if len(sent) != c.requests || trace.Draft != c.runs || len(a.Warnings) > 0 != c.warned {
				t.Errorf("%d requests, ran %s, warnings %q", len(sent), trace.Draft, a.Warnings)
			}
			why, _ := egress.Mendable(refusal.FanOut)
			told := 0
			for _, s := range sent {
				if strings.Contains(s, why) && strings.Contains(s, "\nHint: leave visits out of FROM") {
					told++
				}
			}
			if want := min(1, strings.Count(strings.Join(c.says, ";"), manyBeds)); told != want {
				t.Errorf("told %d times, want %d:\n%s", told, want, strings.Join(sent, "\n--\n"))
			}
		})
	}
}
