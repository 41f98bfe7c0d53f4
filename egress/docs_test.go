package egress

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/calendar"
)

// The prompt of docs/what-leaves.md has every section, and is one that is made.
func TestTheManualShowsAPrompt(t *testing.T) {
	view := seen(t, "ana", "1")
	c := Composer{Random: counting(), Binds: always, Calendar: calendar.Calendar{Zone: time.UTC, Week: 6, Fiscal: time.April},
		Pairs:      approved(t, "how many urgent visits per ward?", "SELECT ward_id, count(*) FROM visits WHERE kind = 'urgent' GROUP BY ward_id"),
		Candidates: []string{"SELECT w.name, count(*) AS number_of_visits FROM visits AS v JOIN wards AS w ON w.id = v.ward_id WHERE v.person = 'bob@example.org' GROUP BY w.name"}}
	p, _, _ := turns(t, c, view, "how many visits of ann.lee@example.org?",
		"SELECT count(*) AS visits FROM visits WHERE person = '⟨EMAIL_abcd⟩' -- easy", "and per ward, of bob@example.org?")
	golden(t, "everything", p)
	doc, err := os.ReadFile("../docs/what-leaves.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range p.Messages() {
		if !strings.Contains(string(doc), "```text\n"+m.Text+"\n```") {
			t.Errorf("docs/what-leaves.md does not show what is sent:\n%s", m.Text)
		}
	}
}
