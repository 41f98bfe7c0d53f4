package main

import (
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/spider"
	"github.com/grille-dev/grille/planner"
)

// shelf is the texts of a training database: which columns there are, and which
// hold a text.
type shelf struct {
	columns map[planner.Column]bool
	of      map[string][]planner.Column
}

func shelfOf(db *spider.Database, c *catalog.Catalog) (*shelf, error) {
	texts, err := db.Texts()
	if err != nil {
		return nil, err
	}
	ids := map[spider.Cell]planner.Column{}
	for _, t := range c.Tables {
		for _, col := range t.Columns {
			ids[spider.Cell{Table: strings.ToLower(t.Name), Column: strings.ToLower(col.Name)}] = planner.Column{Table: t.ID, Column: col.ID}
		}
	}
	out := &shelf{map[planner.Column]bool{}, map[string][]planner.Column{}}
	for text, cells := range texts {
		for _, cell := range cells {
			out.columns[ids[cell]] = true
			out.of[text] = append(out.of[text], ids[cell])
		}
	}
	return out, nil
}

// all tells of every column, none of no column.
func (s *shelf) all(uint64) planner.Values { return told{s, -1} }

func (s *shelf) none(uint64) planner.Values { return nil }

// sometimes tells nothing for three in ten questions, and of every second column
// for two in ten: the weights are not to rest on what is not known everywhere.
func (s *shelf) sometimes(question uint64) planner.Values {
	rng := rand.New(rand.NewPCG(question, 5))
	share, parity := rng.IntN(10), rng.IntN(2)
	switch {
	case share < 3:
		return nil
	case share < 5:
		return told{s, parity}
	}
	return told{s, -1}
}

// told tells of a shelf's columns: of all, or of every second.
type told struct {
	*shelf
	parity int
}

// Look implements planner.Values.
func (t told) Look(columns []planner.Column) (known []int, holds func(text string) []int) {
	for i, c := range columns {
		if t.columns[c] && (t.parity < 0 || (int(c.Column)+int(c.Table))%2 == t.parity) {
			known = append(known, i)
		}
	}
	return known, func(text string) []int {
		var out []int
		for _, i := range known {
			if t.holds(columns[i], spider.Fold(text)) {
				out = append(out, i)
			}
		}
		return out
	}
}

// holds looks a folded text up, of one thing or of many.
func (s *shelf) holds(c planner.Column, text string) bool {
	one, many := strings.CutSuffix(text, "s")
	return slices.Contains(s.of[text], c) || many && len(one) > 2 && slices.Contains(s.of[one], c) || slices.Contains(s.of[text+"s"], c)
}
