package egress

import (
	"fmt"
	"strings"
	"testing"
)

// approved are pairs that somebody approved as they stand.
func approved(t *testing.T, texts ...string) (all []Pair) {
	t.Helper()
	for i := 0; i < len(texts); i += 2 {
		x := Proposal{texts[i], texts[i+1]}
		p, err := x.Approved(x.Digest())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func always(string) bool { return true }

// The pairs that are most like the question, in the exact text of both halves.
func TestPairsInThePrompt(t *testing.T) {
	c := Composer{Random: counting(), Binds: always, Pairs: approved(t,
		"average stay per ward", "SELECT avg(stay) FROM visits",
		"how many urgent visits per ward?", "SELECT ward_id, count(*)\nFROM visits -- <urgent>\nWHERE kind = 'urgent' GROUP BY ward_id",
		"who wrote the rules?", "SELECT 1",
		"visits per ward last year", "SELECT ward_id, count(*) FROM visits GROUP BY ward_id",
		"visits per month", "SELECT 2", "visits per week", "SELECT 3")}
	p, _, err := c.compose(t.Context(), clinic(), ask(t, "how many planned visits per ward last year?"))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "pairs", p)
}

// None without a text that somebody approved, a way to tell what binds, and
// enough in common with the question as it leaves.
func TestPairsThatAreNotSent(t *testing.T) {
	x := Proposal{"visits of Keller per ward", "SELECT count(*) FROM visits"}
	for name, c := range map[string]struct {
		c    Composer
		ask  string
		want bool
	}{
		"sent":                     {Composer{Pairs: approved(t, x.Question, x.SQL), Binds: always}, "visits per ward?", true},
		"nothing tells what binds": {Composer{Pairs: approved(t, x.Question, x.SQL)}, "visits per ward?", false},
		"names what is hidden":     {Composer{Pairs: approved(t, x.Question, x.SQL), Binds: func(sql string) bool { return sql != x.SQL }}, "visits per ward?", false},
		"made by nobody":           {Composer{Pairs: []Pair{{}}, Binds: always}, "visits per ward?", false},
		"about something else":     {Composer{Pairs: approved(t, x.Question, x.SQL), Binds: always}, "when does spring begin?", false},
		"like what was kept back":  {Composer{Pairs: approved(t, "keller keller@example.org", x.SQL), Binds: always}, "is it keller@example.org?", false},
	} {
		c.c.Random = counting()
		p, _, err := c.c.compose(t.Context(), clinic(), ask(t, c.ask))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(render(p), x.SQL); got != c.want {
			t.Errorf("%s: sent: %v", name, got)
		}
	}
	for _, digest := range []string{"", "x", Proposal{x.Question + "?", x.SQL}.Digest(), Proposal{x.Question, x.SQL + " "}.Digest()} {
		if _, err := x.Approved(digest); err == nil {
			t.Errorf("the digest %q approves another text", digest)
		}
	}
}

// At most three, and not more bytes than are set aside for them.
func TestPairsAreBounded(t *testing.T) {
	var texts []string
	for i := range 20 {
		texts = append(texts, "visits per ward", fmt.Sprintf("SELECT %d", i))
	}
	c := Composer{Pairs: approved(t, texts...), Binds: always}
	if got := c.pairsFor("visits per ward"); strings.Count(got, "SELECT") != maxPairs || !strings.Contains(got, "SELECT 0") {
		t.Errorf("got %s", got)
	}
	c.Pairs = approved(t, "visits per ward", "SELECT "+strings.Repeat("1+", 1300)+"1", "visits of a ward", "SELECT "+strings.Repeat("2+", 1300)+"1", "visits, ward", "SELECT "+strings.Repeat("3+", 1300)+"1")
	if got := c.pairsFor("visits per ward"); len(got) > pairsBudget || strings.Count(got, "SELECT") != 2 {
		t.Errorf("%d bytes, %d pairs", len(got), strings.Count(got, "SELECT"))
	}
}

// What whoever approves a pair should look at.
func TestValuesOfAPair(t *testing.T) {
	x := Proposal{"visits of ann@example.org in North", "SELECT 'it''s', count(*) FROM visits WHERE card = 4111111111111111 AND kind IN ('urgent', 'it''s')"}
	if got, want := strings.Join(x.Values(), "|"), "'it's'|'urgent'|4111111111111111|ann@example.org"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
