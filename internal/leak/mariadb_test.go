package leak

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/mytest"
	"github.com/grille-dev/grille/policy"
	rulesfile "github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/run/mysql"
	"github.com/grille-dev/grille/run/runtest"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/types"
	"github.com/grille-dev/grille/viewer"
)

// TestMariaDB is the matrix on MariaDB: every form, probe and place.
func TestMariaDB(t *testing.T) {
	full, copied := layMariaDB(t, true), layMariaDB(t, false)
	m := &mariaMatrix{T: t, full: full.engine, copied: copied.engine, cells: map[string]int{}, kept: map[string]map[string]bool{}}
	m.direct = mytest.Connect(t, full.owner)
	if err := m.direct.Exec(mariaSession); err != nil {
		t.Fatal(err)
	}
	m.open = runtest.Open(t, copied.outline)
	for _, form := range slices.Sorted(maps.Keys(forms())) {
		r, err := rulesfile.Compile("rules.yaml", []byte(rules(full.name, forms()[form])), full.outline, rulesfile.Options{Teams: []string{"alpha"}, Connection: "leak"})
		if err != nil {
			t.Fatal(err)
		}
		if m.ruled, err = policy.See(viewer.Viewer{Name: "ana", Teams: []string{"alpha"}, Attributes: map[string][]string{"who": {"ana"}}}, r, full.outline); err != nil {
			t.Fatal(err)
		}
		for _, place := range slices.Sorted(maps.Keys(places())) {
			for _, name := range slices.Sorted(maps.Keys(probes())) {
				p := probes()[name]
				m.cell([]string{form, name, place}, strings.NewReplacer("PROBE", "("+p.text+")", "COLUMN", p.column).Replace(places()[place]))
			}
		}
	}
	m.report()
}

// mariaSession is what run/mysql makes of a session, as far as these texts need it.
const mariaSession = `SET sql_mode = 'ANSI_QUOTES,ERROR_FOR_DIVISION_BY_ZERO,NO_BACKSLASH_ESCAPES,ONLY_FULL_GROUP_BY,PIPES_AS_CONCAT,STRICT_ALL_TABLES',
	time_zone = '+00:00', character_set_client = utf8mb4, character_set_connection = utf8mb4, collation_connection = utf8mb4_nopad_bin,
	div_precision_increment = 30, sort_buffer_size = 8388608, max_sort_length = 4096`

// laid is a database with its engine.
type laid struct {
	owner, name string
	engine      *mysql.Engine
	outline     *catalog.Catalog
}

func layMariaDB(t *testing.T, whole bool) laid {
	t.Helper()
	db := mytest.New(t)
	db.Exec(append([]string{"SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'"}, mariaTexts(database(db.Name(), whole))...)...)
	target, err := dsn.Parse(db.ReadOnlyDSN)
	if err != nil {
		t.Fatal(err)
	}
	e, err := mysql.New(mysql.Config{Target: target.(dsn.MySQL), TimeZone: "UTC", Concurrent: 1, Log: run.Log{To: slog.New(slog.DiscardHandler)}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	c, err := e.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return laid{owner: db.DSN, name: db.Name(), engine: e, outline: c}
}

// mariaTexts are those of a database in MariaDB's words, with all rows counted.
func mariaTexts(script string) []string {
	var out, tables []string
	for text := range strings.SplitSeq(script, ";") {
		text = strings.TrimSpace(text)
		if rest, ok := strings.CutPrefix(text, "CREATE TABLE "); ok {
			name, _, _ := strings.Cut(rest, " ")
			tables = append(tables, name)
			text = strings.ReplaceAll(text, " text", " varchar(100)")
		}
		if text != "" && text != "ANALYZE" {
			out = append(out, text)
		}
	}
	return append(out, "ANALYZE TABLE "+strings.Join(tables, ", "))
}

type mariaMatrix struct {
	*testing.T
	full, copied   *mysql.Engine
	ruled, open    policy.View
	direct         *mytest.Conn
	cells          map[string]int
	told, answered int
	kept           map[string]map[string]bool
}

// ask gives the rows of a draft, sorted, and its statement.
func (m *mariaMatrix) ask(e *mysql.Engine, view policy.View, draft string) (lines []string, s emit.Statement, err error) {
	if s, err = runtest.Statement(view, draft); err != nil {
		return nil, s, err
	}
	rows, err := e.Run(m.Context(), s, runtest.Limits())
	if err != nil {
		return nil, s, err
	}
	defer rows.Close()
	for rows.Next() {
		lines = append(lines, fmt.Sprint(rows.Row()))
	}
	slices.Sort(lines)
	return lines, s, rows.Err()
}

func (m *mariaMatrix) cell(at []string, draft string) {
	m.cells["tried"]++
	want, _, errCopy := m.ask(m.copied, m.open, draft)
	if code := refusal.CodeOf(errCopy); code == refusal.Engine {
		m.cells["refused engine"]++
		return
	}
	if errCopy != nil {
		m.cells["not on the copy either"]++
		return
	}
	got, s, err := m.ask(m.full, m.ruled, draft)
	switch code := refusal.CodeOf(err); {
	case code == refusal.Engine:
		m.cells["refused engine"]++
		return
	case err != nil, !strings.Contains(draft, "LIMIT 3") && !slices.Equal(want, got):
		m.Errorf("%q: %v\n%s\n%s\ncopy: %v\ngrille: %v", at, err, draft, s.Text(), want, got)
		return
	}
	m.answered++
	m.cells["answered of "+at[1]]++
	if !m.tells(s) {
		return
	}
	m.told++
	for i, kind := range []string{"form", "probe", "place"} {
		if m.kept[kind] == nil {
			m.kept[kind] = map[string]bool{}
		}
		m.kept[kind][at[i]] = true
	}
}

// tells reports whether the statement fails without its fences. The fence gives
// the error that a hidden row would.
func (m *mariaMatrix) tells(s emit.Statement) bool {
	bare := strings.ReplaceAll(s.Text(), " LIMIT 18446744073709551615)", ")")
	if bare == s.Text() {
		return false
	}
	_, err := m.direct.Query(bare, m.params(s)...)
	if err != nil && !strings.Contains(err.Error(), "Error 1690") && !strings.Contains(err.Error(), "Error 1242") && !strings.Contains(err.Error(), "Error 1292") {
		m.cells["control: "+err.Error()]++
		return false
	}
	return err != nil
}

func (m *mariaMatrix) params(s emit.Statement) []any {
	var out []any
	for _, p := range s.Params() {
		switch v := p.Value; v.Kind() {
		case types.Int8:
			out = append(out, v.Int())
		case types.Float8:
			out = append(out, v.Float())
		case types.Bool:
			out = append(out, map[bool]int64{true: 1}[v.Bool()])
		default:
			out = append(out, v.Format(p.Type, time.UTC))
		}
	}
	return out
}

func (m *mariaMatrix) report() {
	for _, what := range slices.Sorted(maps.Keys(m.cells)) {
		m.Logf("%-40s %d", what, m.cells[what])
	}
	m.Logf("answered %d; without a fence %d told", m.answered, m.told)
	for _, what := range slices.Sorted(maps.Keys(m.kept)) {
		m.Logf("without a fence, %s told: %s", what, strings.Join(slices.Sorted(maps.Keys(m.kept[what])), ", "))
	}
	for name := range probes() {
		if m.cells["answered of "+name] == 0 {
			m.Errorf("no cell of %s is answered", name)
		}
	}
	for _, place := range []string{"base where", "step where", "step on"} { // of a recursion
		if !m.kept["place"][place] {
			m.Errorf("without a fence nothing is told at %q", place)
		}
	}
	if m.told*20 < m.answered || len(m.kept["form"]) < 3 || len(m.kept["probe"]) < 3 || len(m.kept["place"]) < 8 {
		m.Error("without a fence too little is told: the matrix proves nothing")
	}
}

// TestMariaDBRules: rules compare exactly, attributes and constants too, and numbers
// that no bigint holds are no small ones.
func TestMariaDBRules(t *testing.T) {
	db := mytest.New(t, `CREATE TABLE secrets (id int NOT NULL PRIMARY KEY, who varchar(20) NOT NULL, big bigint unsigned NOT NULL)`,
		`INSERT INTO secrets VALUES (1, 'ana', 5), (2, 'bob', 18446744073709551615)`)
	target, err := dsn.Parse(db.ReadOnlyDSN)
	if err != nil {
		t.Fatal(err)
	}
	e, err := mysql.New(mysql.Config{Target: target.(dsn.MySQL), TimeZone: "UTC", Concurrent: 1, Log: run.Log{To: slog.New(slog.NewTextHandler(t.Output(), nil))}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	c, err := e.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range []struct{ rows, role, want string }{
		{"who = 'ana' OR viewer.role = 'admin'", "admin", "1 2"},
		{"who = 'ana' OR viewer.role = 'admin'", "ADMIN", "1"},
		{"who = 'ana' OR viewer.role = 'admin'", "admin ", "1"},
		{"who = 'ana' OR viewer.role = 'admin'", "ádmin", "1"},
		{"who = 'ana' OR viewer.role IN ('admin', 'root')", "Root", "1"},
		{"who = CASE WHEN viewer.role = 'admin' THEN who ELSE 'ana' END", "ADMIN", "1"},
		{"who = CASE WHEN viewer.role = 'admin' THEN who ELSE 'ana' END", "admin", "1 2"},
		{"big < 100", "x", "1"},
	} {
		file := fmt.Sprintf("version: 1\nattributes: {role: text}\nclasses: {plain: {show: value}}\ntables:\n  %s.secrets:\n    columns: {id: plain, who: plain, big: plain}\n    grants: {alpha: {rows: %q}}\n", db.Name(), rule.rows)
		r, err := rulesfile.Compile("rules.yaml", []byte(file), c, rulesfile.Options{Teams: []string{"alpha"}, Connection: "leak"})
		if err != nil {
			t.Fatal(err)
		}
		view, err := policy.See(viewer.Viewer{Name: "ana", Teams: []string{"alpha"}, Attributes: map[string][]string{"role": {rule.role}}}, r, c)
		if err != nil {
			t.Fatal(err)
		}
		m := &mariaMatrix{T: t}
		got, s, err := m.ask(e, view, "SELECT id FROM secrets")
		var ids []string
		for _, line := range got {
			ids = append(ids, strings.Trim(line, "[]"))
		}
		if err != nil || strings.Join(ids, " ") != rule.want {
			t.Errorf("%s of %q: %v, %v; want %s\n%s", rule.rows, rule.role, ids, err, rule.want, s.Text())
		}
	}
}
