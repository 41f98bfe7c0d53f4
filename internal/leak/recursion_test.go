package leak

import (
	"fmt"
	"testing"

	"github.com/grille-dev/grille/internal/oracle"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/policy"
	rulesfile "github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/viewer"
)

// nearly are recursions that have 99,498 rows over the 46 rows of emp that are seen
// and 106,079 over those 47, which is more than a recursion may have.
func nearly() map[string]string {
	return map[string]string{
		"begun": "WITH RECURSIVE r AS (SELECT e.id, 1 AS n FROM emp e WHERE e.id <= 47 UNION ALL SELECT e.id, r.n + 1 FROM r JOIN emp e ON e.id <= 47 WHERE r.n < 3) SELECT count(*) FROM r",
		"twice": "WITH RECURSIVE r AS (SELECT e.id, 1 AS n FROM emp e WHERE e.id <= 47 UNION ALL SELECT e.id, r.n + 1 FROM r JOIN emp e ON e.id <= 47 WHERE r.n < 3) SELECT count(*) FROM r WHERE EXISTS (SELECT 1 FROM r s WHERE s.n = 3)",
	}
}

const rowsSeen = 99_498

// TestRecursionCountsWhatIsSeen: whether a recursion has too many rows tells of no
// hidden one. Where the rules hide none, the same drafts have too many.
func TestRecursionCountsWhatIsSeen(t *testing.T) {
	full, pg, lite := pgtest.New(t), pgtest.New(t), pgtest.New(t)
	b, err := oracle.NewBench(t.Context(), full.DSN, full.ReadOnlyDSN, [2]string{pg.DSN, lite.DSN}, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for _, rows := range []string{forms()["in"], forms()["equal"], "tenant < 9"} {
		if err := b.Lay(t.Context(), layout(rows)); err != nil {
			t.Fatal(err)
		}
		for name, draft := range nearly() {
			for _, e := range []oracle.Engine{oracle.Postgres, oracle.SQLite} {
				r := b.Through(e).Query(t.Context(), draft)
				got := ""
				if r.Err == nil {
					got = r.Rows[0][0].Text
				}
				counted(t, fmt.Sprint(e, " ", name, " ", rows), rows == "tenant < 9", got, r.Err)
			}
		}
	}
}

func TestMariaDBRecursionCountsWhatIsSeen(t *testing.T) {
	full := layMariaDB(t, true)
	m := &mariaMatrix{T: t}
	for _, rows := range []string{forms()["in"], forms()["equal"], "tenant < 9"} {
		r, err := rulesfile.Compile("rules.yaml", []byte(rules(full.name, rows)), full.outline, rulesfile.Options{Teams: []string{"alpha"}, Connection: "leak"})
		if err != nil {
			t.Fatal(err)
		}
		view, err := policy.See(viewer.Viewer{Name: "ana", Teams: []string{"alpha"}, Attributes: map[string][]string{"who": {"ana"}}}, r, full.outline)
		if err != nil {
			t.Fatal(err)
		}
		for name, draft := range nearly() {
			lines, _, err := m.ask(full.engine, view, draft)
			got := ""
			if err == nil {
				got = lines[0][1 : len(lines[0])-1]
			}
			counted(t, name+" "+rows, rows == "tenant < 9", got, err)
		}
	}
}

func counted(t *testing.T, what string, all bool, got string, err error) {
	t.Helper()
	switch {
	case all && refusal.CodeOf(err) != refusal.Limit:
		t.Errorf("%s: all rows are seen, and it is not refused: %s, %v", what, got, err)
	case !all && (err != nil || got != fmt.Sprint(rowsSeen)):
		t.Errorf("%s: %s, %v; want %d", what, got, err, rowsSeen)
	}
}
