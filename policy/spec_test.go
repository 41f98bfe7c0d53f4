package policy_test

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/bind"
	"github.com/grille-dev/grille/sql/check"
	"github.com/grille-dev/grille/sql/ir"
	"github.com/grille-dev/grille/sql/syntax"
	"github.com/grille-dev/grille/viewer"
)

// teams are those that exist in all specs.
var teams = []string{"clinicians", "analysts", "billing"}

func secret(t testing.TB) policy.Secret {
	s, err := policy.NewSecret([]byte(strings.Repeat("spec", 8)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// world is the state of one page.
type world struct {
	cat   *catalog.Catalog
	rules *policy.Rules
	who   viewer.Viewer
}

// TestSpec runs the pages in testdata/spec: what the rules of a file mean.
//
//	catalog [engine=sqlite|mariadb]   a catalog; the clinic's without an input
//	rules                     a rules file, without version, with classes of its own or the clinic's
//	viewer teams=(a, b) [team=a]   attributes as lines "wards: 3, 4", and "filter: customer=5"
//	view [model]              the database as the viewer (or the model) sees it
//	policy                    the allowed tree of a query, or the refusal
//	shape                     whether a query is allowed, or the refusal
//	fences                    only which tables of a query are fenced
//	pushed                    what of a query is copied inside of its fences
//	labels                    the label of each output, and whether groups of 0 and of 10 may leave
//	says                      banner, notes and origins of a query
func TestSpec(t *testing.T) {
	spec.Run(t, "testdata/spec", func(t *testing.T) spec.Commands {
		w := &world{}
		return spec.Commands{
			"catalog": w.catalog,
			"rules":   w.readRules,
			"viewer":  w.viewer,
			"view":    w.view,
			"policy": func(_ *spec.Args, sql string) string {
				return w.apply(sql, func(a policy.Allowed) string { return ir.Print(a.Query()) })
			},
			"shape": func(_ *spec.Args, sql string) string {
				return w.apply(sql, func(policy.Allowed) string { return "allowed" })
			},
			"fences": func(_ *spec.Args, sql string) string { return w.apply(sql, fenced) },
			"pushed": func(_ *spec.Args, sql string) string { return w.apply(sql, pushed) },
			"labels": func(_ *spec.Args, sql string) string { return w.apply(sql, labels) },
			"says":   func(_ *spec.Args, sql string) string { return w.apply(sql, says) },
		}
	})
}

func (w *world) catalog(a *spec.Args, input string) string {
	engine := catalog.Postgres
	switch a.Get("engine") {
	case "sqlite":
		engine = catalog.SQLite
	case "mariadb":
		engine = catalog.MariaDB
	case "trino":
		engine = catalog.Trino
	}
	cat, err := catalogtest.Parse(engine, input)
	if err != nil {
		a.Fail("%v", err)
	}
	cat.Version = catalog.Digest(cat)
	w.cat, w.rules = cat, nil
	return fmt.Sprintf("%d tables", len(cat.Tables))
}

// standard are the classes of pages that declare none.
const standard = `classes:
  plain: {show: value}
  key: {show: value}
  name: {show: redact}
  contact: {show: hash}
  person: {show: {hash: person}}
  birth: {show: {bucket: year}}
  money: {show: {bucket: 1000}}
  card: {show: {partial: last4}}
  internal: {show: value, model: hide}
  secret: {show: never}
`

func (w *world) readRules(a *spec.Args, input string) string {
	text := input + "\n"
	if !strings.Contains(text, "classes:") {
		text = standard + text
	}
	r, err := rules.Compile("rules.yaml", []byte("version: 1\n"+text), w.cat, rules.Options{Teams: teams, Secret: secret(a.T()), Connection: "spec"})
	if err != nil {
		return err.Error()
	}
	w.rules = r
	return "ok"
}

func (w *world) viewer(a *spec.Args, input string) string {
	w.who = viewer.Viewer{Name: "ana", Teams: a.List("teams"), Team: a.Get("team"), Attributes: map[string][]string{}}
	for line := range strings.Lines(input) {
		name, values, _ := strings.Cut(strings.TrimSpace(line), ":")
		if name == "filter" {
			h, err := viewer.ParseHardFilters(strings.TrimSpace(values))
			if err != nil {
				return err.Error()
			}
			w.who.HardFilters = h
			continue
		}
		w.who.Attributes[name] = nil
		for v := range strings.SplitSeq(values, ",") {
			w.who.Attributes[name] = append(w.who.Attributes[name], strings.Trim(strings.TrimSpace(v), "'"))
		}
	}
	if _, err := policy.See(w.who, w.rules, w.cat); err != nil {
		return say(err, "")
	}
	return "ok"
}

func (w *world) see(t *testing.T) policy.View {
	v, err := policy.See(w.who, w.rules, w.cat)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (w *world) view(a *spec.Args, _ string) string {
	v := w.see(a.T())
	if a.Has("model") {
		v = v.ForModel()
	}
	var b strings.Builder
	for _, t := range v.Visible().Tables {
		fmt.Fprintf(&b, "%s.%s", t.Schema, t.Name)
		if t.InGroups {
			b.WriteString(" in groups")
		}
		b.WriteString("\n")
		for _, c := range t.Columns {
			fmt.Fprintf(&b, "  %s %s", c.Name, c.Declared)
			if c.NotNull {
				b.WriteString(" not null")
			}
			b.WriteString("\n")
		}
		for _, key := range t.Unique {
			fmt.Fprintf(&b, "  unique %s\n", names(t, key))
		}
		for _, k := range t.Foreign {
			to := v.Visible().Table(k.To)
			fmt.Fprintf(&b, "  %s -> %s.%s\n", names(t, k.Columns), to.Name, names(to, k.ToColumns))
		}
	}
	return b.String()
}

func names(t *catalog.Table, ids []catalog.ColumnID) string {
	var ns []string
	for _, id := range ids {
		ns = append(ns, t.Column(id).Name)
	}
	return strings.Join(ns, ", ")
}

func (w *world) apply(sql string, show func(policy.Allowed) string) string {
	v, err := policy.See(w.who, w.rules, w.cat)
	if err != nil {
		return say(err, sql)
	}
	tree, err := syntax.Parse(sql)
	if err != nil {
		return say(err, sql)
	}
	q, err := bind.Query(tree, v.Names(), bind.Env{})
	if err != nil {
		return say(err, sql)
	}
	allowed, err := policy.Apply(v, q)
	if err != nil {
		return say(err, sql)
	}
	if err := check.Floors(allowed.Query(), func(g *ir.Guarded) int { return v.MinGroup(g.Table.Table.ID) }); err != nil {
		return err.Error()
	}
	return show(allowed)
}

// fenced lists the policy relations of a query and whether each is fenced.
func fenced(a policy.Allowed) string {
	var words []string
	ir.Walk(a.Query(), func(n ir.Node) bool {
		if g, ok := n.(*ir.Guarded); ok {
			word := g.Table.Alias
			if g.Fence {
				word += " fenced"
			} else {
				word += " open"
			}
			words = append(words, word)
			return false
		}
		return true
	})
	return strings.Join(words, ", ")
}

// pushed lists what is inside of the policy relations beside the rules.
func pushed(a policy.Allowed) string {
	var lines []string
	ir.Walk(a.Query(), func(n ir.Node) bool {
		g, ok := n.(*ir.Guarded)
		if !ok {
			return true
		}
		for line := range strings.Lines(ir.Print(g)) {
			if what, ok := strings.CutPrefix(strings.TrimSpace(line), "pushed "); ok {
				lines = append(lines, g.Table.Alias+": "+identity.ReplaceAllString(what, ""))
			}
		}
		return false
	})
	if len(lines) == 0 {
		return "nothing"
	}
	return strings.Join(lines, "\n")
}

// identity is what tells columns of one name apart.
var identity = regexp.MustCompile(`#\d+`)

// labels are those of the columns, and who may be given them unseen.
func labels(a policy.Allowed) string {
	var b strings.Builder
	for _, o := range a.Columns() {
		fmt.Fprintf(&b, "%s: %s", o.Name, o.Label())
		for _, g := range o.Groups {
			fmt.Fprintf(&b, " of %s by %s", g.Table, cmp.Or(g.Entity, "(hidden)"))
		}
		b.WriteString("\n")
	}
	for _, to := range []policy.Audience{{}, {MinGroup: 10}} {
		word := "yes"
		if err := a.May(to); err != nil {
			word = err.Error()
		}
		fmt.Fprintf(&b, "for %d: %s\n", to.MinGroup, word)
	}
	return b.String()
}

func says(a policy.Allowed) string {
	var b strings.Builder
	for _, line := range a.Banner() {
		fmt.Fprintln(&b, "banner:", line)
	}
	for _, line := range a.Notes() {
		fmt.Fprintln(&b, "note:", line)
	}
	for _, c := range a.Columns() {
		fmt.Fprintf(&b, "%s %s", c.Name, c.Type)
		if c.Constant {
			b.WriteString(" constant")
		}
		for i, o := range c.Origins {
			word := ","
			if i == 0 {
				word = " from"
			}
			fmt.Fprintf(&b, "%s %s (%s, %s)", word, o.Name, o.Class, o.Mask)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// say prints a refusal as a person reads it; the owner's line last.
func say(err error, text string) string {
	var r *refusal.Refusal
	if !errors.As(err, &r) {
		return "NOT A REFUSAL: " + err.Error()
	}
	s := "refused " + r.Error()
	if c := refusal.Caret(text, r.Span); c != "" {
		s += "\n" + c
	}
	if r.Try != "" {
		s += "\ntry: " + r.Try
	}
	if r.Owner != "" {
		s += "\nowner: " + r.Owner
	}
	return s
}
