package sqlite

import (
	"testing"
	"time"

	"github.com/grille-dev/grille/internal/leak"
	"github.com/grille-dev/grille/sql/emit"
)

// TestLeaks runs the matrix of package internal/leak.
func TestLeaks(t *testing.T) {
	e := engine(t, file(t, leak.Tables()))
	outline := outline(t, e)
	ask := func(stmt emit.Statement, text string) error {
		_, err := all(t, e, query{text: text, params: stmt.Params(), columns: stmt.Columns(), reads: stmt.Reads(), time: time.Minute})
		return err
	}
	cells, leaks := 0, 0
	for filter := range leak.Filters() {
		view, err := leak.View(outline, filter)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range leak.Cells(filter) {
			cells++
			stmt, err := leak.Statement(view, c.Draft)
			if err != nil {
				t.Errorf("%s: refused: %v\n%s", c, err, c.Draft)
				continue
			}
			if err := ask(stmt, stmt.Text()); err != nil {
				t.Errorf("%s leaks: %v\n%s\n%s", c, err, c.Draft, stmt.Text())
			}
			if ask(stmt, leak.Unfenced(stmt.Text())) != nil {
				leaks++
			}
		}
	}
	t.Logf("%d cells hold; with the fences taken out %d of them leak", cells, leaks)
	if leaks < 12 {
		t.Errorf("with the fences taken out only %d cells leak: the matrix proves too little", leaks)
	}
}
