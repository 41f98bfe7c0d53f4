package rules

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/catalog/catalogtest"
)

// TestDocs compiles the examples of docs/rules.md, and tries its test file.
func TestDocs(t *testing.T) {
	outline, err := os.ReadFile("testdata/docs.catalog")
	if err != nil {
		t.Fatal(err)
	}
	cat, err := catalogtest.Parse(catalog.Postgres, string(outline))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	s := compiledSchema(t)
	blocks := regexp.MustCompile("(?s)```([^\n]*)\n(.*?)```").FindAllStringSubmatch(string(doc), -1)
	tried := 0
	for _, b := range blocks {
		text := b[2]
		switch b[1] {
		case "yaml":
		case "yaml table":
			text = strings.Replace(sound, "tables:\n", "  health: {show: aggregate}\ntables:\n", 1) + "  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ") + "\n"
		case "":
			r, err := Compile("f", []byte(sound+"  patients: {columns: {id: key}, grants: {analysts: {rows: all}}}\n"), cat, options(t))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := ReadCases("docs/rules.md", []byte(text), CaseOptions{Teams: options(t).Teams, Rules: r}, false); err != nil {
				t.Errorf("%v\n%s", err, text)
			}
			tried++
			continue
		default:
			t.Fatalf("a block of a kind that is not tried: %q", b[1])
		}
		tried++
		if _, err := Compile("docs/rules.md", []byte(text), cat, options(t)); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
		if err := s.Validate(asEditor(t, text)); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
	}
	if tried < 9 {
		t.Errorf("only %d examples were found", tried)
	}
	for _, p := range presets() {
		for _, class := range p.classes {
			if !strings.Contains(string(doc), "`"+strings.TrimPrefix(class.Name, p.name+".")+"`") {
				t.Errorf("docs/rules.md does not name the class %s", class.Name)
			}
		}
	}
}

// A computed column whose source the database's role may not read shows it all
// the same.
func TestComputedFromWhatTheRoleMayNotRead(t *testing.T) {
	cat, err := catalogtest.Parse(catalog.Postgres, "emp (id int8 key, mail_lower text generated)")
	if err != nil {
		t.Fatal(err)
	}
	cat.Tables[0].Columns[1].Sources = []catalog.ColumnID{7}
	text := sound + "  emp:\n    columns: {id: key, mail_lower: plain}\n    grants: {analysts: {rows: all}}\n"
	if _, err := Compile("f", []byte(text), cat, options(t)); err == nil || !strings.Contains(err.Error(), "may not read") {
		t.Errorf("got %v, want an error", err)
	}
	text += "    exposes: all\n"
	if _, err := Compile("f", []byte(text), cat, options(t)); err != nil {
		t.Error(err)
	}
}
