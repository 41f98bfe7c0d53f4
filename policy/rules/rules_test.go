package rules

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/viewer"
)

func options(t testing.TB) Options {
	secret, err := policy.NewSecret([]byte(strings.Repeat("spec", 8)))
	if err != nil {
		t.Fatal(err)
	}
	return Options{Teams: []string{"clinicians", "analysts", "billing"}, Secret: secret, Connection: "spec"}
}

// TestSpec runs the pages in testdata/spec: what a rules file may say.
//
//	catalog [engine=sqlite]
//	check          what is to be said about a file; "fine" if nothing
//	scoped         what is to be said about a file with the scope customer, and the links it makes
//	rights         which rows a viewer with attributes has, under a file that is fine but for one table
//	presets        what the classes of presets mean
//	matrix         what a file shows of every column to every team
//	diff           what the second of two files opens and closes
//	ungranted      the teams that see nothing
//	cases [write]  whether what a test file expects comes, or the file with what came
//	write          the file with the columns of today in the place of "*"
//	init           the file that is proposed for the catalog
func TestSpec(t *testing.T) {
	spec.Run(t, "testdata/spec", func(t *testing.T) spec.Commands {
		var cat *catalog.Catalog
		check := func(text string) string {
			var lines []string
			for _, f := range Check("rules.yaml", []byte(text), cat, options(t)) {
				lines = append(lines, strings.TrimPrefix(f.String(), "rules.yaml:"))
			}
			if len(lines) == 0 {
				return "fine"
			}
			return strings.Join(lines, "\n")
		}
		return spec.Commands{
			"catalog": func(a *spec.Args, input string) string {
				engine := catalog.Postgres
				if a.Get("engine") == "sqlite" {
					engine = catalog.SQLite
				}
				c, err := catalogtest.Parse(engine, input)
				if err != nil {
					a.Fail("%v", err)
				}
				cat = c
				return "ok"
			},
			"check": func(_ *spec.Args, input string) string { return check(input + "\n") },
			// The rest of a file that is fine but for one table.
			"table": func(_ *spec.Args, input string) string {
				return check(sound + "  " + strings.ReplaceAll(input, "\n", "\n  ") + "\n")
			},
			"rows": func(_ *spec.Args, input string) string {
				return check(sound + "  patients:\n    columns: {id: key, ward: plain}\n    grants:\n      analysts:\n        rows: " + input + "\n")
			},
			// The rest of a file with a scope, and the links that it makes.
			"scoped": func(_ *spec.Args, input string) string {
				text := strings.Replace(sound, "tables:\n", "scopes:\n  customer: {anchor: customers.id, required: true}\ntables:\n", 1) +
					"  " + strings.ReplaceAll(input, "\n", "\n  ") + "\n"
				said := check(text)
				if _, err := Compile("rules.yaml", []byte(text), cat, options(t)); err != nil {
					return said
				}
				return strings.TrimPrefix(said+"\n", "fine\n") + links(t, text, cat)
			},
			"rights": func(a *spec.Args, input string) string {
				text, attrs, ok := strings.Cut(input, "\nviewer\n")
				if !ok {
					a.Fail("write a table, a line viewer, and attributes")
				}
				return rights(t, sound+"  "+strings.ReplaceAll(text, "\n", "\n  ")+"\n", cat, attrs)
			},
			// What each class of the presets means.
			"presets": func(a *spec.Args, input string) string {
				c := newCompiler("rules.yaml", []byte(input), cat, options(t))
				n, err := strict.Parse("rules.yaml", []byte(input))
				if err == nil {
					err = n.Fields(strict.Required("presets", c.readPresets))
				}
				if err != nil {
					a.Fail("%v", err)
				}
				var b strings.Builder
				for _, name := range c.classNames() {
					k := c.classes[name]
					fmt.Fprintf(&b, "%s: %s samples=%d hidden=%t public=%t\n", name, k.Mask, k.Samples, k.HideFromModel, k.Public)
				}
				return b.String()
			},
			"matrix": func(a *spec.Args, input string) string {
				var b strings.Builder
				for _, r := range Matrix(compiled(t, a, "version: 1\n"+input+"\n", cat), options(t).Teams) {
					fmt.Fprintf(&b, "%s | %s.%s | %s | %s | %s | %s\n", r.Team, r.Table, r.Column, r.Shows, r.Rows, r.Groups, strings.Join(r.Scope, "; "))
				}
				return b.String()
			},
			// Two files, without version, with a line "to" between them.
			"diff": func(a *spec.Args, input string) string {
				was, is, ok := strings.Cut(input, "\nto\n")
				if !ok {
					a.Fail("write two files with a line between them: to")
				}
				var lines []string
				for _, c := range Diff(compiled(t, a, standard(was), cat), compiled(t, a, standard(is), cat)) {
					lines = append(lines, c.String())
				}
				return cmp.Or(strings.Join(lines, "\n"), "the same")
			},
			"ungranted": func(a *spec.Args, input string) string {
				return strings.Trim(fmt.Sprint(Ungranted(compiled(t, a, standard(input), cat), options(t).Teams)), "[]")
			},
			// A test file, whose ---- stand as ====, and what came of it.
			"cases": func(a *spec.Args, input string) string { return tried(t, a, input, cat) },
			"write": func(_ *spec.Args, input string) string {
				out, err := Write("rules.yaml", []byte(input+"\n"), cat, options(t))
				if err != nil {
					return err.Error()
				}
				return string(out)
			},
			// named=customers.name:pii.name,... are classes that somebody named elsewhere.
			"init": func(a *spec.Args, _ string) string {
				p := Propose(cat)
				p.Named(namedIn(a, cat))
				text := p.File(func(*catalog.Table) string { return "" })
				for _, f := range Check("rules.yaml", text, cat, options(t)) {
					if f.Severity != Note {
						a.Fail("the proposal is no sound file: %s\n%s", f, text)
					}
				}
				above, tables, _ := strings.Cut(string(text), "\ntables:\n")
				_, own, _ := strings.Cut(above, "nobody has decided yet")
				if presets, _, ok := strings.Cut(strings.TrimPrefix(above, head), classesHead); ok && presets != "" {
					own = presets + own
				}
				return strings.TrimLeft(own+"\n"+tables, "\n")
			},
		}
	})
}

func namedIn(a *spec.Args, cat *catalog.Catalog) map[*catalog.Column]string {
	classes := map[*catalog.Column]string{}
	for part := range strings.SplitSeq(a.Get("named"), ",") {
		name, class, ok := strings.Cut(part, ":")
		if !ok {
			continue
		}
		of, column, _ := strings.Cut(name, ".")
		t := cat.All().Lookup("", of)
		if t == nil || t.ColumnNamed(column) == nil {
			a.Fail("there is no column %s", name)
		}
		classes[t.ColumnNamed(column)] = class
	}
	return classes
}

func links(t *testing.T, text string, cat *catalog.Catalog) string {
	r, err := Compile("rules.yaml", []byte(text), cat, options(t))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, table := range r.Granted().Tables {
		name := cat.Table(table.Table).Name
		l, ok := table.Links["customer"]
		switch {
		case !ok:
			fmt.Fprintf(&b, "%s: refused under the filter\n", name)
		case l.Shared:
			fmt.Fprintf(&b, "%s: shared\n", name)
		default:
			fmt.Fprintf(&b, "%s: %s\n", name, l.Rows.Text())
		}
	}
	return b.String()
}

func compiled(t *testing.T, a *spec.Args, text string, cat *catalog.Catalog) *policy.Rules {
	r, err := Compile("rules.yaml", []byte(text), cat, options(t))
	if err != nil {
		a.Fail("%v\n%s", err, text)
	}
	return r
}

// standard gives a file the classes of the pages, unless it has its own.
func standard(text string) string {
	if strings.Contains(text, "classes:") {
		return "version: 1\n" + text + "\n"
	}
	return strings.TrimSuffix(sound, "tables:\n") + text + "\n"
}

// tried runs a test file under rules for the page's tables, up to the gate.
func tried(t *testing.T, a *spec.Args, input string, cat *catalog.Catalog) string {
	r := compiled(t, a, standard("scopes: {patient: {anchor: patients.id}}\ntables:\n  patients:\n    columns: {id: key, name: name, ward: plain, ssn: secret}\n"+
		"    grants: {analysts: {rows: \"ward IN (viewer.wards)\"}, clinicians: {rows: all, reveal: [name]}}\n"), cat)
	text := []byte(strings.ReplaceAll(input, "====", "----") + "\n")
	cases, err := ReadCases("f", text, CaseOptions{Viewers: []viewer.Viewer{{Name: "ana", Teams: []string{"analysts"}}}, Teams: options(t).Teams, Rules: r}, a.Has("write"))
	if err != nil {
		return err.Error()
	}
	var outcomes []Outcome
	var lines []string
	for _, c := range cases {
		o, err := Try(r, cat, c.Viewer, c.Text, Moment{})
		if err != nil {
			a.Fail("%v", err)
		}
		outcomes = append(outcomes, o)
		if why := c.Compare(o); why != "" {
			lines = append(lines, fmt.Sprintf("%s: %s", c.Pos, why))
		}
	}
	if a.Has("write") {
		return strings.ReplaceAll(string(WriteCases(text, cases, outcomes)), "\n\n", "\n.\n")
	}
	return cmp.Or(strings.Join(lines, "\n"), fmt.Sprintf("%d cases hold", len(cases)))
}

// rights says what rows the analysts have, with attributes as lines "wards: 3, 4"
// or "wards: 1..100".
func rights(t *testing.T, text string, cat *catalog.Catalog, attrs string) string {
	r, err := Compile("rules.yaml", []byte(text), cat, options(t))
	if err != nil {
		return strings.TrimPrefix(err.Error(), "rules.yaml:")
	}
	who := viewer.Viewer{Name: "ana", Teams: []string{"analysts"}, Attributes: map[string][]string{}}
	for line := range strings.Lines(attrs) {
		name, values, _ := strings.Cut(strings.TrimSpace(line), ": ")
		for v := range strings.SplitSeq(values, ", ") {
			var from, to int
			if n, _ := fmt.Sscanf(v, "%d..%d", &from, &to); n < 2 {
				who.Attributes[name] = append(who.Attributes[name], v)
				continue
			}
			for i := from; i <= to; i++ {
				who.Attributes[name] = append(who.Attributes[name], fmt.Sprint(i))
			}
		}
	}
	v, err := policy.See(who, r, cat)
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for _, table := range v.Visible().Tables {
		fmt.Fprintf(&b, "%s: %s\n", table.Name, cmp.Or(v.Says(table.ID), "every row is open"))
	}
	return b.String()
}

const sound = `version: 1
attributes: {wards: "int[]", region: text}
classes:
  plain: {show: value}
  key: {show: value}
  name: {show: redact}
  secret: {show: never}
tables:
`
