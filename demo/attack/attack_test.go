package attack

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grille-dev/grille/demo"
	"github.com/grille-dev/grille/internal/spec"
)

func config() Config {
	return Config{Today: time.Date(2026, 3, 15, 9, 0, 0, 0, time.UTC), Random: rand.Reader}
}

// TestDrafts is a page: each draft, what it tries, and what both gateways do with
// it. Whatever the page says, Grille lets none through, and answers what is good.
func TestDrafts(t *testing.T) {
	r, err := Run(t.Context(), config())
	if err != nil {
		t.Fatal(err)
	}
	if text := r.Failure(); text != "" {
		t.Error(text)
	}
	switch {
	case r.Ours.Leaked+r.Ours.Wrote+r.Ours.Failed > 0 || r.Ours.Good != r.Good:
		t.Errorf("ours: %s; %d of %d good ones answered", r.Ours, r.Ours.Good, r.Good)
	case r.Attacks < 50 || r.Good < 10:
		t.Errorf("%d attacks and %d good ones are too few", r.Attacks, r.Good)
	case r.Naive.Good != r.Good || r.Naive.Refused < 8:
		t.Errorf("the naive gateway is a straw man: it answers %d of %d good ones, and refuses %d", r.Naive.Good, r.Good, r.Naive.Refused)
	case r.Naive.Leaked < 35 || r.Naive.Wrote < 2:
		t.Errorf("the naive gateway has %s: the drafts show nothing", r.Naive)
	}
	shown := 0
	spec.Run(t, "testdata/drafts", func(*testing.T) spec.Commands {
		return spec.Commands{"channel": func(a *spec.Args, name string) string {
			var b strings.Builder
			for _, x := range r.Results {
				if x.Channel != strings.TrimSpace(name) {
					continue
				}
				shown++
				fmt.Fprintf(&b, "%s (%s): %s\n  naive: %s\n  ours:  %s\n", x.Draft.Name, x.Draft.As, x.Draft.SQL, x.Naive.line(), x.Ours.line())
			}
			return b.String()
		}}
	})
	if shown != r.Drafts {
		t.Errorf("the page shows %d of %d drafts: add the channels that are missing", shown, r.Drafts)
	}
}

// line is what became of a draft, with the first line of why.
func (v Verdict) line() string {
	why, _, _ := strings.Cut(v.Said, "\n")
	switch {
	case v.Leaked:
		return v.String() + ": it " + v.How
	case v.Refused != "" && !strings.HasPrefix(why, "refused"):
		return "refused: " + why
	case v.Refused != "":
		return why
	case v.Failed != "":
		return v.String() + ": " + v.Failed
	default:
		return v.String()
	}
}

var made = sync.OnceValues(func() (worlds, error) {
	image, err := demo.Image(context.Background(), config().Today)
	if err != nil {
		return worlds{}, err
	}
	return makeWorlds(context.Background(), image)
})

// The worlds differ in what a viewer may not see: in all tables but those that
// they may see whole. What they may see of any table is the same.
func TestWorlds(t *testing.T) {
	w, err := made()
	if err != nil {
		t.Fatal(err)
	}
	o, err := newOpener(config(), demo.Rules)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSiege(t.Context(), w, o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	whole := map[string]string{
		"ines": "departments drugs hospitals lab_tests wards",
		"tom":  "departments drugs equipment_sales hospitals lab_tests order_lines orders shifts wards",
	}
	tables := newSandbox(w.demo).run(t.Context(), "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name", unbounded())
	for who, want := range whole {
		var same []string
		for _, row := range tables.rows {
			text := "SELECT * FROM " + row[0] + " ORDER BY id"
			here, there := newSandbox(w.demo).run(t.Context(), text, unbounded()), newSandbox(w.other[who]).run(t.Context(), text, unbounded())
			if (outcome{table: here.table}).same(outcome{table: there.table}) {
				same = append(same, row[0])
			}
			d := Draft{Name: row[0], As: who, SQL: text}
			if v := s.judge(t.Context(), d, s.here.person, s.there[who].person); v.Leaked {
				t.Errorf("%s: what %s may see of %s %s", v, who, row[0], v.How)
			}
		}
		if got := strings.Join(same, " "); got != want {
			t.Errorf("the other world of %s has the same %s, and should have %s", who, got, want)
		}
	}
}

// A leak of ours is seen: each rule that is taken away lets a draft through.
func TestLeaksOfOursAreSeen(t *testing.T) {
	w, err := made()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ rule, without, draft string }{
		{`clinicians: {rows: "ward_id IN (viewer.wards)"}`, `clinicians: {rows: all}`, "quoted-table"},
		{`clinicians: {rows: "ward_id IN (viewer.wards)"}`, `clinicians: {rows: all}`, "exists-oracle"},
		{`salary: secret`, `salary: plain`, "order-by-closed"},
		{`email: secret`, `email: plain`, "union-arm"},
		{`insurance_number: secret`, `insurance_number: plain`, "like-bisect"},
		{"\n        min_group: {entity: patient_id, size: 10}", "", "sum-of-one-by-case"},
	} {
		text := strings.Replace(string(demo.Rules), c.rule, c.without, 1)
		if text == string(demo.Rules) {
			t.Fatalf("the rules do not have %q", c.rule)
		}
		channels, err := chosen(c.draft)
		if err != nil {
			t.Fatal(err)
		}
		r, err := w.besieged(t.Context(), config(), channels, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if r.Ours.Leaked != 1 || !strings.Contains(r.Failure(), c.draft) {
			t.Errorf("without %s nobody sees that %s leaks: %v", c.rule, c.draft, r.Results[0].Ours)
		}
	}
}

// What is written is seen, and nothing else is.
func TestWritingIsSeen(t *testing.T) {
	w, err := made()
	if err != nil {
		t.Fatal(err)
	}
	s := newSandbox(w.demo)
	for text, want := range map[string]bool{
		"SELECT count(*) FROM wards":                           false,
		"UPDATE wards SET beds = beds + 1":                     true,
		"BEGIN; UPDATE wards SET beds = beds + 1; ROLLBACK":    false,
		"CREATE TEMP TABLE x AS SELECT * FROM wards":           false,
		"CREATE TABLE x (id INTEGER)":                          true,
		"SELECT 1; UPDATE wards SET beds = 1; SELECT nonsense": true,
	} {
		if r := s.run(t.Context(), text, bounds{10, naiveAsks}); r.wrote != want {
			t.Errorf("%s: wrote %t (%v)", text, r.wrote, r.err)
		}
	}
	path := filepath.Join(t.TempDir(), "demo.db")
	f, err := newFile(path, w.demo)
	if err != nil {
		t.Fatal(err)
	}
	if f.written() {
		t.Error("a file that nobody has written to counts as written")
	}
	if err := os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if f.written() {
		t.Error("a file whose content is the same counts as written")
	}
	if err := os.WriteFile(path, w.demo[:len(w.demo)-1], 0o600); err != nil {
		t.Fatal(err)
	}
	if !f.written() {
		t.Error("it is not seen that a file was written")
	}
}

// A text that runs as it stands cannot reach a file.
func TestSandboxIsClosed(t *testing.T) {
	w, err := made()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, text := range []string{
		"ATTACH 'FILE' AS x; CREATE TABLE x.y (z)", "ATTACH 'file:FILE?vfs=os' AS x; CREATE TABLE x.y (z)",
		"VACUUM INTO 'FILE'", "VACUUM INTO 'file:FILE?vfs=os'", "SELECT writefile('FILE', 'x')", "SELECT load_extension('FILE')",
		"PRAGMA temp_store_directory = 'FILE'; CREATE TEMP TABLE x AS SELECT * FROM visits",
	} {
		text = strings.ReplaceAll(text, "FILE", filepath.Join(dir, "out"))
		r := newSandbox(w.demo).run(t.Context(), text, bounds{10, naiveAsks})
		if found, err := os.ReadDir(dir); err != nil || len(found) > 0 {
			t.Errorf("%s made %v (%v, %v)", text, found, err, r.err)
		}
	}
}

// The corpus is read strictly.
func TestCorpusIsStrict(t *testing.T) {
	for text, want := range map[string]string{
		"- {channel: a, tries: b, drafts: [{name: x, as: ines, sql: y}, {name: x, as: ines, sql: y}]}": "two drafts are called x",
		"- {channel: a, tries: b, drafts: [{name: x, as: priya, sql: y}]}":                             "priya",
		"- {channel: a, tries: b, drafts: [{name: x, as: ines, sql: y, good: true}]}":                  "good",
		"- {channel: a, drafts: [{name: x, as: ines, sql: y}]}":                                        "tries",
	} {
		if _, err := parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := Run(t.Context(), Config{Today: config().Today, Random: rand.Reader, Draft: "none"}); err == nil {
		t.Error("a draft that does not exist was let loose")
	}
}
