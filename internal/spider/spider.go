// Package spider reads the public data sets Spider, Spider-Syn and SpiderMan:
// questions with SQL over some 140 databases, their paraphrases, and what is in
// the databases. The planner is trained and measured with them; they are no part
// of the project.
//
// Whoever trains must leave out the databases for which [Held] is true: what is
// measured on them then says something about databases never seen.
package spider

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Question is one question with its SQL, in SQLite's dialect.
type Question struct {
	DB, Text, SQL string
	// Synonyms is the question with other words for the names of the schema; ""
	// if there is none.
	Synonyms string
}

// Set is the questions of databases whose contents are there.
type Set struct {
	Questions []Question // in the order of the file
	Databases map[string]*Database
}

// ErrMissing: the data sets are not where they were looked for.
var ErrMissing = errors.New("the public data sets are missing: put spider, spider_syn and spiderman into one folder and name it")

// Read reads the sets below dir.
func Read(dir string) (*Set, error) {
	if _, err := os.Stat(filepath.Join(dir, "spider", "train_spider.json")); err != nil {
		return nil, ErrMissing
	}
	s := &Set{Databases: map[string]*Database{}}
	folder := filepath.Join(dir, "spiderman", "dataset_mysql", "databases")
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("reading the databases: %w", err)
	}
	for _, e := range entries {
		db, err := readDatabase(filepath.Join(folder, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", e.Name(), err)
		}
		s.Databases[e.Name()] = db
	}
	return s, s.questions(dir)
}

func (s *Set) questions(dir string) error {
	var plain []struct {
		Question, Query string
		DB              string `json:"db_id"`
	}
	if err := decode(filepath.Join(dir, "spider", "train_spider.json"), &plain); err != nil {
		return err
	}
	var other []struct{ SpiderQuestion, SpiderSynQuestion string }
	if err := decode(filepath.Join(dir, "spider_syn", "train_spider.json"), &other); err != nil {
		return err
	}
	synonyms := map[string]string{}
	for _, q := range other {
		if q.SpiderSynQuestion != q.SpiderQuestion {
			synonyms[q.SpiderQuestion] = q.SpiderSynQuestion
		}
	}
	for _, q := range plain {
		if s.Databases[q.DB] != nil {
			s.Questions = append(s.Questions, Question{q.DB, q.Question, singly(q.Query), synonyms[q.Question]})
		}
	}
	return nil
}

// singly quotes texts as SQL does: the sets never quote a name.
func singly(sql string) string {
	parts := strings.Split(sql, `"`)
	for i := 1; i < len(parts); i += 2 {
		parts[i] = "'" + strings.ReplaceAll(parts[i], "'", "''") + "'"
	}
	return strings.Join(parts, "")
}

func decode(path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// heldEvery is how many of the databases, in alphabetical order, share one that
// is held back.
const heldEvery = 7

// partial are databases of which tables are missing, so that nothing can be
// measured on them.
var partial = []string{"baseball_1", "soccer_1", "wta_1"}

// Held are the databases that no training may see, in alphabetical order.
func (s *Set) Held() []string { return s.every(heldEvery / 2) }

// Dev are databases that training may leave out, to choose its features and
// settings with: nothing is to be chosen with those that are held.
func (s *Set) Dev() []string { return s.every(heldEvery - 1) }

// every are one in so many databases, from the one at an offset on.
func (s *Set) every(from int) []string {
	var asked, out []string
	for _, q := range s.Questions {
		asked = append(asked, q.DB)
	}
	slices.Sort(asked)
	asked = slices.Compact(asked)
	asked = slices.DeleteFunc(asked, func(db string) bool { return slices.Contains(partial, db) })
	for i, db := range asked {
		if i%heldEvery == from {
			out = append(out, db)
		}
	}
	return out
}

// Of are the questions about some databases, in the order of the file.
func (s *Set) Of(dbs []string) []Question {
	return slices.DeleteFunc(slices.Clone(s.Questions), func(q Question) bool { return !slices.Contains(dbs, q.DB) })
}

// Dir is the folder of the data sets: as the environment says, else beside the project.
func Dir(project string) string {
	return cmp.Or(os.Getenv("GRILLE_DATA"), filepath.Join(project, "..", "shared", "data"))
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
