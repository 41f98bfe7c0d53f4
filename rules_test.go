package grille_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/eval"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/viewer"
)

// hospitalRules are other rules over the demo: a hospital sees its own, analysts
// see patients in large groups, and reports are shown and not run.
const hospitalRules = `version: 1
classes:
  plain: {show: value}
  open: {show: value, public: true}
  key: {show: value}
  health: {show: aggregate}
scopes:
  department: {anchor: departments.id}
teams:
  reports: {run: show}
  silent: {model: none}
tables:
  departments:
    columns: {id: key, name: open, hospital_id: key}
    grants: {desk: {rows: all}, analysts: {rows: all}, reports: {rows: all}, silent: {rows: all}}
  wards:
    scope: {department: department_id}
    columns: {id: key, department_id: key, name: plain}
    grants: {desk: {rows: all}}
  visits:
    scope: {department: department_id}
    columns: {id: key, patient_id: key, department_id: key, ward_id: key, kind: plain, stay_days: plain}
    grants:
      desk: {rows: "urgent"}
      analysts: {rows: all, min_group: {entity: patient_id, size: 10}}
  diagnoses:
    scope: {department: {through: [visit_id, department_id]}}
    columns: {id: key, visit_id: key, code: plain, severity: plain}
    grants: {desk: {rows: all}}
  hospitals:
    shared: true
    columns: {id: key, name: plain}
    grants: {desk: {rows: all}}
  patients:
    columns: {id: key, sex: plain, birthday: health}
    grants:
      desk: {rows: all, columns: [id, sex]}
      analysts: {rows: all, min_group: {entity: id, size: 10}}
`

func hospital(t *testing.T, e run.Engine, m model.Client) *grille.Grille {
	c := config(t, e)
	c.Model = m
	c.Rules = hospitalCompile
	return open(t, c)
}

func hospitalCompile(cat *catalog.Catalog) (*policy.Rules, error) {
	return rules.Compile("rules.yaml", []byte(hospitalRules), cat, rules.Options{Teams: []string{"desk", "analysts", "reports", "silent"}, Connection: "demo"})
}

func of(team, filter string) viewer.Viewer {
	v := viewer.Viewer{Name: team, Teams: []string{team}}
	if filter != "" {
		h, err := viewer.ParseHardFilters(filter)
		if err != nil {
			panic(err)
		}
		v.HardFilters = h
	}
	return v
}

// Under a hard filter each table has the rows of one department, and in groups
// of enough patients numbers are those of the database.
func TestScopesAndGroups(t *testing.T) {
	t.Parallel()
	cases := []struct{ team, filter, asks, byHand string }{
		{"desk", "department=2", "SELECT count(*) FROM visits", "SELECT count(*) FROM visits WHERE urgent AND department_id = 2"},
		{"desk", "department=2", "SELECT count(*) FROM departments", "SELECT 1"},
		{"desk", "department=2", "SELECT count(*), min(severity) FROM diagnoses",
			"SELECT count(*), min(severity) FROM diagnoses WHERE visit_id IN (SELECT id FROM visits WHERE department_id = 2)"},
		{"desk", "department=2", "SELECT count(*) FROM hospitals", "SELECT count(*) FROM hospitals"},
		{"desk", "department=2", "SELECT w.name FROM wards w LEFT JOIN departments d ON d.id = w.department_id ORDER BY 1", "SELECT name FROM wards WHERE department_id = 2 ORDER BY 1"},
		{"desk", "department=999999", "SELECT count(*) FROM visits", "SELECT 0"},
		{"desk", "", "SELECT count(*) FROM visits", "SELECT count(*) FROM visits WHERE urgent"},
		{"analysts", "", "SELECT kind, count(*), sum(stay_days) FROM visits GROUP BY kind HAVING count(*) > 5 ORDER BY kind",
			"SELECT kind, count(*), sum(stay_days) FROM visits GROUP BY kind HAVING count(DISTINCT patient_id) >= 10 ORDER BY kind"},
		{"analysts", "department=2", "SELECT count(*) AS n FROM visits", "SELECT count(*) FROM visits WHERE department_id = 2"},
		{"analysts", "", "SELECT ward_id, count(*) FROM visits GROUP BY ward_id ORDER BY 2, 1",
			"SELECT ward_id, count(*) FROM visits GROUP BY ward_id HAVING count(DISTINCT patient_id) >= 10 ORDER BY 2, 1"},
		{"analysts", "", "SELECT d.name, count(DISTINCT v.patient_id) FROM visits v JOIN departments d ON d.id = v.department_id GROUP BY d.name ORDER BY 1",
			"SELECT d.name, count(DISTINCT v.patient_id) FROM visits v JOIN departments d ON d.id = v.department_id GROUP BY d.name HAVING count(DISTINCT v.patient_id) >= 10 ORDER BY 1"},
	}
	try := func(t *testing.T, g *grille.Grille, d eval.Direct) {
		for _, c := range cases {
			got := csv(g.SQL(t.Context(), grille.Draft{SQL: c.asks, Viewer: of(c.team, c.filter)}))
			if want := cells(t, d, c.byHand); normal(got) != normal(want) {
				t.Errorf("%s %s: %s: got %q, want %q", c.team, c.filter, c.asks, got, want)
			}
		}
		for _, c := range []struct {
			team, filter, asks string
			code               refusal.Code
		}{
			{"desk", "department=2", "SELECT sex FROM patients", refusal.Scope},
			{"desk", "department=two", "SELECT 1", refusal.Scope},
			{"desk", "hospital=2", "SELECT 1", refusal.Scope},
			{"analysts", "", "SELECT id FROM patients", refusal.SmallGroup},
			{"analysts", "", "SELECT max(birthday) FROM patients", refusal.SmallGroup},
			{"reports", "", "SELECT name FROM departments", refusal.NotRun},
		} {
			_, err := g.SQL(t.Context(), grille.Draft{SQL: c.asks, Viewer: of(c.team, c.filter)})
			if refusal.CodeOf(err) != c.code {
				t.Errorf("%s %s: %s: got %v, want %s", c.team, c.filter, c.asks, err, c.code)
			}
		}
	}
	t.Run("sqlite", func(t *testing.T) { try(t, hospital(t, sqliteDemo(t), nil), sqliteDirect(t)) })
	t.Run("postgres", func(t *testing.T) {
		e, d, _ := postgresDemo(t)
		try(t, hospital(t, e, nil), d)
	})
}

// A receipt says of each column where its values come from.
func TestLineage(t *testing.T) {
	t.Parallel()
	g := hospital(t, sqliteDemo(t), nil)
	a, err := g.SQL(t.Context(), grille.Draft{
		SQL:    "SELECT d.name AS department, count(*) AS n FROM visits v JOIN departments d ON d.id = v.department_id GROUP BY d.name",
		Viewer: of("analysts", ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	for a.Next() {
	}
	got, err := json.Marshal(a.Receipt().Columns)
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"name":"department","label":"public","from":[{"column":"main.departments.name","class":"open","shown":"value"}]},` +
		`{"name":"n","label":"aggregate(10)","groups":[{"table":"main.visits","entity":"patient_id","size":10}]}]`
	if string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if !strings.Contains(strings.Join(a.Rules, "\n"), "visits is seen in groups of at least 10") {
		t.Errorf("the banner does not tell of groups: %q", a.Rules)
	}
}

// What may only be shown is explained, and where no model may draft, none does.
func TestSwitches(t *testing.T) {
	t.Parallel()
	g := hospital(t, sqliteDemo(t), nil)
	e, err := g.Explain(t.Context(), grille.Draft{SQL: "SELECT name FROM departments", Viewer: of("reports", "")})
	if err != nil || !strings.Contains(e.SQL, "FROM departments") {
		t.Errorf("got %q, %v", e.SQL, err)
	}
	chat := newChat(t, sqlReply("SELECT count(*) FROM departments"))
	g = hospital(t, sqliteDemo(t), client(t, chat))
	quiet := of("desk", "")
	quiet.Off.NoModel = true // as whoever administers the site says of a person
	for _, who := range []viewer.Viewer{of("silent", ""), quiet} {
		var trace grille.Trace
		if _, err := g.Prompt(t.Context(), grille.Question{Text: "how many departments?", Viewer: who}); refusal.CodeOf(err) != refusal.NoAccess {
			t.Errorf("a prompt was made: %v", err)
		}
		a, err := g.Ask(t.Context(), grille.Question{Text: "how many departments?", Viewer: who, Trace: &trace})
		if err != nil {
			t.Fatal(err)
		}
		a.Close()
		if len(trace.Sent) != 0 || len(chat.Bodies()) != 0 {
			t.Error("a model was asked")
		}
	}
	// This model is not private, so whoever is for such alone has the planner.
	careful := of("desk", "")
	careful.Off.PrivateModels = true
	a, err := g.Ask(t.Context(), grille.Question{Text: "how many departments?", Viewer: careful})
	if err != nil || len(chat.Bodies()) != 0 {
		t.Fatal("a model that is not private was asked: ", err)
	}
	a.Close()
	if a, err = g.Ask(t.Context(), grille.Question{Text: "how many departments?", Viewer: of("desk", "")}); err != nil {
		t.Fatal(err)
	}
	a.Close()
	if len(chat.Bodies()) != 1 {
		t.Error("where nothing is off the model was not asked")
	}
}

// Each way to pick rows may differ from another by one person, so there are only
// so many in a day. The same way again is not another.
func TestPredicates(t *testing.T) {
	t.Parallel()
	c := config(t, sqliteDemo(t))
	day := now
	c.Predicates, c.Clock = 3, func() time.Time { return day }
	c.Rules = hospitalCompile
	g := open(t, c)
	ask := func(text string) refusal.Code {
		a, err := g.SQL(t.Context(), grille.Draft{SQL: text, Viewer: of("analysts", "")})
		if err == nil {
			a.Close()
		}
		return refusal.CodeOf(err)
	}
	for _, x := range []struct {
		text string
		want refusal.Code
	}{
		{"SELECT count(*) FROM visits", ""},
		{"SELECT count(*) FROM visits WHERE kind = 'emergency'", ""},
		{"SELECT ward_id, avg(stay_days) FROM visits WHERE kind = 'emergency' GROUP BY ward_id", ""}, // stay_days may be missing
		{"SELECT count(*) FILTER (WHERE kind = 'planned') FROM visits", ""},
		{"SELECT ward_id, count(*) FROM visits v WHERE kind = 'emergency' GROUP BY ward_id", ""}, // as above
		{"SELECT count(*) FROM visits WHERE kind <> 'emergency'", refusal.SmallGroupBudget},
		{"SELECT kind, count(*) FROM visits GROUP BY kind", ""},
		{"SELECT ward_id = 7, count(*) FROM visits GROUP BY 1", refusal.SmallGroupBudget}, // one group is all but one ward
		{"SELECT DISTINCT ward_id = 7 FROM visits", refusal.SmallGroupBudget},
		{"SELECT count(*) FROM patients WHERE sex = 'f'", ""}, // another table
	} {
		if got := ask(x.text); got != x.want {
			t.Errorf("%s: got %q, want %q", x.text, got, x.want)
		}
	}
	both := of("analysts", "")
	both.Teams = append(both.Teams, "silent") // the same person, acting as more
	if _, err := g.SQL(t.Context(), grille.Draft{SQL: "SELECT count(*) FROM visits WHERE kind <> 'emergency'", Viewer: both}); refusal.CodeOf(err) != refusal.SmallGroupBudget {
		t.Errorf("as another team: %v", err)
	}
	day = day.AddDate(0, 0, 1)
	if got := ask("SELECT count(*) FROM visits WHERE kind <> 'emergency'"); got != "" {
		t.Errorf("the next day: %q", got)
	}
}

// Who keeps the rules reads the statement as it runs, and not even they the keys.
func TestStatement(t *testing.T) {
	t.Parallel()
	g := open(t, config(t, sqliteDemo(t)))
	text, err := g.Statement(t.Context(), grille.Draft{SQL: "SELECT count(DISTINCT name) FROM patients", Viewer: who("tom")})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text, "consent") || !strings.Contains(text, ":mask_key_1") || strings.Contains(text, `bytea "`) {
		t.Errorf("got %s", text)
	}
}
