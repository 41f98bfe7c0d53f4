package planner

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/calendar"
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/planner/taught"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/emit"
	"github.com/grille-dev/grille/sql/ground"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/viewer"
)

// noon is when every question of the tests is asked: a Thursday.
var noon = time.Date(2025, 5, 15, 12, 0, 0, 0, time.UTC)

func TestPages(t *testing.T) {
	spec.Run(t, "testdata/pages", func(t *testing.T) spec.Commands {
		p := &page{t: t, zone: time.UTC}
		return spec.Commands{"catalog": p.catalog, "values": p.hold, "ask": p.ask, "why": p.why, "readings": p.readings, "parts": p.parts, "suggest": p.suggest}
	})
}

// page is the catalog that a page of questions is about.
type page struct {
	t       *testing.T
	views   []policy.View // the same tables in each engine
	zone    *time.Location
	week    calendar.Week
	lessons *taught.Lessons          // what was taught
	held    map[string]*ground.Index // by column, of which values are known
}

// values: columns with the values that they hold, one a line: "wards.name: ICU,
// Surgery". Of others nothing is known.
func (p *page) hold(args *spec.Args, input string) string {
	p.held = map[string]*ground.Index{}
	for line := range strings.SplitSeq(input, "\n") {
		column, values, _ := strings.Cut(line, ": ")
		p.held[column] = ground.NewIndex(ground.Set{Values: strings.Split(values, ", ")})
	}
	return fmt.Sprintf("%d columns", len(p.held))
}

// holder implements Values for a view.
type holder struct {
	*page
	view policy.View
}

func (h holder) Look(columns []Column) (known []int, holds func(string) []int) {
	indexes := map[int]*ground.Index{}
	for i, c := range columns {
		t := h.view.Visible().Table(c.Table)
		if x := h.held[t.Name+"."+t.Column(c.Column).Name]; x != nil {
			known, indexes[i] = append(known, i), x
		}
	}
	return known, func(text string) []int {
		t := ground.NewText(text)
		return slices.DeleteFunc(slices.Clone(known), func(i int) bool { return !indexes[i].Holds(t) })
	}
}

func (p *page) options(view policy.View) Options {
	return Options{Now: noon, Zone: p.zone, Week: p.week, Taught: p.lessons, Values: holder{p, view}}
}

// catalog: the tables that follow are visible.
func (p *page) catalog(args *spec.Args, input string) string {
	p.views = nil
	for _, engine := range []catalog.Engine{catalog.Postgres, catalog.SQLite} {
		c, err := catalogtest.Parse(engine, input)
		if err != nil {
			args.Fail("%v", err)
		}
		p.views = append(p.views, open(p.t, c))
	}
	if zone := args.Get("zone"); zone != "" {
		z, err := time.LoadLocation(zone)
		if err != nil {
			args.Fail("%v", err)
		}
		p.zone = z
	}
	if day := args.Get("week"); day != "" {
		week, ok := calendar.WeekFrom(day)
		if !ok {
			args.Fail("%q begins no week", day)
		}
		p.week = week
	}
	return fmt.Sprintf("%d tables", len(p.views[0].Visible().Tables))
}

// ask: one question a line, each with the best draft or the refusal.
func (p *page) ask(args *spec.Args, input string) string {
	var b strings.Builder
	for q := range strings.SplitSeq(input, "\n") {
		fmt.Fprintf(&b, "%s\n", q)
		all, err := p.read(q)
		if err != nil {
			fmt.Fprintf(&b, "  %s\n", said(err))
			continue
		}
		fmt.Fprintf(&b, "  %s\n", offered(q, all))
	}
	return b.String()
}

// offered is the best draft; one that has to be chosen is marked, with what it
// passes over.
func offered(question string, u Understanding) string {
	first := u.Readings[0]
	if u.Decision == Answer {
		return first.Draft.SQL
	}
	text := "choose: " + first.Draft.SQL
	for _, s := range first.Passed {
		text += fmt.Sprintf(" without %q", question[s.Pos:s.End])
	}
	if u.Instead != "" {
		text += "\n  or did you mean: " + u.Instead
	}
	return text
}

// readings: the first three ways to understand a question, with the confidence.
func (p *page) readings(args *spec.Args, input string) string {
	all, err := p.read(input)
	if err != nil {
		return said(err)
	}
	var b strings.Builder
	if all.Decision == Choose {
		fmt.Fprintln(&b, "choose:")
	}
	for _, r := range all.Readings[:min(3, len(all.Readings))] {
		fmt.Fprintf(&b, "%.2f %s\n", r.Draft.Confidence, r.Draft.SQL)
	}
	return b.String()
}

// why: each part of the draft, and the words that caused it.
func (p *page) why(args *spec.Args, input string) string {
	all, err := p.read(input)
	if err != nil {
		return said(err)
	}
	d := all.Readings[0].Draft
	var b strings.Builder
	fmt.Fprintln(&b, d.SQL)
	for _, r := range d.Reasons {
		fmt.Fprintf(&b, "  %-60s <- %s\n", d.SQL[r.Part.Pos:r.Part.End], r.Words)
	}
	return b.String()
}

func said(err error) string {
	var r *refusal.Refusal
	if !errors.As(err, &r) {
		return err.Error()
	}
	return "refused " + r.Error() + "\n    try: " + r.Try
}

func (p *page) read(question string) (all Understanding, err error) {
	q, err := egress.ReadQuestion(question)
	if err != nil {
		return all, err
	}
	all, err = Understand(p.views[0], q, p.options(p.views[0]))
	for _, r := range all.Readings {
		sound(p.t, p.views[0], q.Text(), r.Draft)
	}
	// The same question gives the same drafts, whatever the engine.
	for _, view := range p.views[1:] {
		again, _ := Understand(view, q, p.options(view))
		for i := range again.Readings {
			sound(p.t, view, q.Text(), again.Readings[i].Draft)
			if again.Readings[i].Draft.SQL != all.Readings[i].Draft.SQL {
				p.t.Errorf("%s: not the same drafts a second time", question)
			}
		}
	}
	return all, err
}

// sound checks what every draft has to be: a query that passes the gates, with
// reasons that point into it and into the question.
func sound(t testing.TB, view policy.View, question string, d model.Draft) {
	t.Helper()
	if d.Kind != model.SQL || d.Confidence < 0 || d.Confidence > 1 {
		t.Errorf("%s: %+v", question, d)
	}
	for _, r := range d.Reasons {
		if r.Part.Pos >= r.Part.End || int(r.Part.End) > len(d.SQL) || question[r.Asked.Pos:r.Asked.End] != r.Words {
			t.Errorf("%s: reason %+v", question, r)
		}
	}
	tree, err := syntax.Parse(d.SQL)
	if err != nil {
		t.Errorf("%s\n%s\ndoes not parse: %v", question, d.SQL, err)
		return
	}
	query, err := bind.Query(tree, view.Names(), bind.Env{Now: noon, Zone: time.UTC})
	if err != nil {
		t.Errorf("%s\n%s\ndoes not bind: %v", question, d.SQL, err)
		return
	}
	allowed, err := policy.Apply(view, query)
	if err != nil {
		t.Errorf("%s\n%s\nis not allowed: %v", question, d.SQL, err)
		return
	}
	if _, err := emit.SQL(allowed); err != nil {
		t.Errorf("%s\n%s\ncannot be printed: %v", question, d.SQL, err)
	}
}

// open is a view of all of c but some columns.
func open(t testing.TB, c *catalog.Catalog, hidden ...string) policy.View {
	t.Helper()
	secret, err := policy.NewSecret(make([]byte, sha256.Size))
	if err != nil {
		t.Fatal(err)
	}
	config := policy.Config{Version: "1", Catalog: c, Secret: secret, Connection: "test"}
	plain := &policy.Class{Name: "plain", Mask: policy.Mask{Show: policy.Plain}}
	for _, table := range c.Tables {
		rule := policy.Table{Table: table.ID, Columns: map[catalog.ColumnID]*policy.Class{}, AsView: !policy.Stored(table.Kind),
			Grants: []policy.Grant{{Team: "everybody", All: true}}}
		for _, col := range table.Columns {
			if !slices.Contains(hidden, col.Name) && !slices.Contains(hidden, table.Name+"."+col.Name) {
				rule.Columns[col.ID] = plain
			}
		}
		config.Tables = append(config.Tables, rule)
	}
	rules, err := policy.New(config)
	if err != nil {
		t.Fatal(err)
	}
	view, err := policy.See(viewer.Viewer{Teams: []string{"everybody"}}, rules, c)
	if err != nil {
		t.Fatal(err)
	}
	return view
}

// Whatever the length of a question, it is read or refused in a moment.
func TestLongQuestions(t *testing.T) {
	c, err := catalogtest.Parse(catalog.Postgres, "wards (id int4 key, name text, beds int4)\nvisits (id int4 key, ward_id int4 -> wards.id, admitted_at timestamp, kind text)")
	if err != nil {
		t.Fatal(err)
	}
	view := open(t, c)
	for _, part := range []string{"visits ", "wards and visits, ", "name of the ward with more than 3 beds or ", "Ward Ward ", "x ", "\"a\" ", "1 ", "per month "} {
		for _, n := range []int{10, 30, 100, 1000} {
			text := "how many " + strings.Repeat(part, n)
			q, err := egress.ReadQuestion(text[:min(len(text), 4000)])
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			_, _ = Understand(view, q, Options{Now: noon, Zone: time.UTC})
			d := time.Since(start)
			t.Logf("%s x %d: %s", part, n, d)
			if d > 10*time.Second {
				t.Errorf("%s times %s took %s", strconv.Itoa(n), part, d)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"how many visits per ward last month?", "wards with more than 3 beds or 'x' in Q2 2025", "top -1 ⟨x⟩", "between 1 and 2 and"} {
		f.Add(s)
	}
	c, err := catalogtest.Parse(catalog.Postgres, "wards (id int4 key, name text, beds int4, closed bool)\nvisits (id int4 key, ward_id int4 null -> wards.id, admitted_at timestamp, kind text)")
	if err != nil {
		f.Fatal(err)
	}
	lex := newLexicon(c)
	f.Fuzz(func(t *testing.T, text string) {
		q, err := egress.ReadQuestion(text)
		if err != nil || len(text) > 300 {
			return
		}
		all, err := read(lex, q.Text(), Options{Now: noon, Zone: time.UTC})
		if (err == nil) != (len(all.Readings) > 0) {
			t.Errorf("%q: %d readings, %v", text, len(all.Readings), err)
		}
		drafts := all.told().Readings
		for _, r := range drafts { // and what else its words could mean
			for _, p := range r.Parts {
				for _, x := range p.swaps {
					drafts = append(drafts, x.Reading)
				}
			}
		}
		for _, r := range drafts {
			tree, err := syntax.Parse(r.Draft.SQL)
			if err == nil {
				_, err = bind.Query(tree, c.All(), bind.Env{Now: noon, Zone: time.UTC})
			}
			if err != nil {
				t.Errorf("%q\n%s\n%v", text, r.Draft.SQL, err)
			}
		}
	})
}
