package words

import (
	"slices"
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
	for name, want := range map[string]string{
		"visits":          "visits",
		"length_of_stay":  "length of stay",
		"CustomerID2":     "customer id 2",
		"patientIDs":      "patient ids",
		"HTTPServer":      "http server",
		"Home Town":       "home town",
		"__x__":           "x",
		"öffnungsZeit":    "öffnungs zeit",
		"":                "",
		"2ndAddress_Line": "2 nd address line",
	} {
		if got := strings.Join(Split(name), " "); got != want {
			t.Errorf("Split(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestStem(t *testing.T) {
	for _, group := range []string{
		"department departments", "city cities", "diagnosis diagnoses", "address addresses",
		"class classes", "box boxes", "person people persons", "status statuses", "visit visits",
		"bus buses", "movie movies", "organization organisations", "color colours", "enrollment enrolment", "license licence", "child children", "batch batches", "house houses",
	} {
		one := strings.Fields(group)
		for _, w := range one[1:] {
			if Stem(w) != Stem(one[0]) {
				t.Errorf("Stem(%q) = %q, Stem(%q) = %q: want one", w, Stem(w), one[0], Stem(one[0]))
			}
		}
	}
	for _, w := range []string{"status", "glass", "analysis", "gas", "this"} {
		if Stem(w) != w {
			t.Errorf("Stem(%q) = %q", w, Stem(w))
		}
	}
}

func TestRoot(t *testing.T) {
	for _, group := range []string{
		"admit admitted admitting admits", "invoice invoiced invoices invoicing",
		"enroll enrolled enrollment enrollments", "manage manager managers managing",
		"discharge discharged discharging", "register registered registers",
	} {
		one := strings.Fields(group)
		for _, w := range one[1:] {
			if Root(w) != Root(one[0]) {
				t.Errorf("Root(%q) = %q, Root(%q) = %q: want one", w, Root(w), one[0], Root(one[0]))
			}
		}
	}
}

func TestFields(t *testing.T) {
	if got := Fields("How many visits, per ward?"); !slices.Equal(got, []string{"how", "many", "visits", "per", "ward"}) {
		t.Error(got)
	}
}

func TestOfName(t *testing.T) {
	for name, want := range map[string]string{
		"departments": "department",
		"cust_no":     "customer number",
		"LName":       "last name",
		"orderdate":   "order date",
		"dob":         "birth date",
		"zzzdate":     "zzzdate",
	} {
		if got := strings.Join(OfName(name), " "); got != want {
			t.Errorf("OfName(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestSynonyms(t *testing.T) {
	if got := Synonyms("physician"); !slices.Contains(got, "doctor") {
		t.Errorf("a physician is not among %q", got)
	}
	if got := Synonyms("zebra"); got != nil {
		t.Errorf("zebra may mean %q", got)
	}
}

func TestHints(t *testing.T) {
	for word, want := range map[string]string{"oldest": "age", "curriculum": "course", "written": "author"} {
		if got := Hints(word); !slices.Contains(got, want) {
			t.Errorf("%s hints at %q, not at %s", word, got, want)
		}
	}
	if !Asks("which") || Asks("ward") {
		t.Error("which words ask?")
	}
}
