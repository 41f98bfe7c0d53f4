// Package demo is a small hospital group that does not exist: a database of 22
// tables and some 200,000 rows, the rules of three people, and questions to ask.
//
// The data are made by a seeded generator and end on the day before the one
// given, so that "last year" and "yesterday" always mean something; equal days
// give equal bytes. There are personal data in it (names, birthdays, e-mail
// addresses, insurance numbers, free text about health), all invented, so that
// there is something to hide. Nobody is meant: addresses stand in example.org,
// numbers in ranges that are never given out.
//
// It has what real databases have and answers go wrong by: codes (a flag N, H or
// L, a status), NULLs, names within texts, a visit with many lab results (joined,
// they count its stay and its invoice once for each), and rows of two wards or
// two hospitals (transfers, equipment_sales), for which "by ward" and "by
// hospital" mean two things.
//
// [SQLite] writes it into an embedded database, [Image] is what an engine can
// open in memory; [Tables] is for who loads it elsewhere, which package demo/load
// does. [Rules] is the rules file, [Viewers] the three people.
package demo

import (
	"bytes"
	_ "embed" // for rules.yaml

	"github.com/grille-dev/grille/viewer"
)

// Rules is the demo's rules file, as an administrator would write it.
//
//go:embed rules.yaml
var Rules []byte

// Meaning is what the demo's people agree on of the data: units and metrics.
//
//go:embed meaning.yaml
var Meaning []byte

// Config is a grille.yaml for the demo in a folder of its own, with the viewers,
// and with [Rules], [Meaning] and the database clinic.db beside it.
//
//go:embed grille.yaml
var Config []byte

// ConfigOf is the same with the data elsewhere: connection is `dsn: "..."`, and
// what else the connection has, in YAML's short form.
func ConfigOf(connection string) []byte {
	return bytes.Replace(Config, []byte(`dsn: "sqlite:clinic.db"`), []byte(connection), 1)
}

// Viewer is one of the three people, with a sentence about them.
type Viewer struct {
	viewer.Viewer
	Who string
}

// Viewers are the people who may ask, in the order in which help lists them.
// The first is the default.
func Viewers() []Viewer {
	return []Viewer{
		{viewer.Viewer{Name: "ines", Teams: []string{"clinicians"}, Attributes: map[string][]string{"wards": {"3", "4"}}},
			"clinician: the visits and patients of wards 3 and 4, with names"},
		{viewer.Viewer{Name: "tom", Teams: []string{"analysts"}},
			"analyst: the patients who consented, in groups of ten or more, with years of birth"},
		{viewer.Viewer{Name: "priya", Teams: []string{"security"}},
			"security officer: writes the rules, and sees no data"},
	}
}

// Questions are three that work for ines and tom.
func Questions() []string {
	return []string{
		"how many visits per department last year?",
		"average stay per ward",
		"how many patients per city",
	}
}
