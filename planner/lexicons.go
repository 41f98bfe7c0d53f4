package planner

import (
	"encoding/binary"
	"slices"
	"sync"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/policy"
)

// Lexicons keeps the names of views as words from one question to the next, so
// that they are taken apart once. It holds names, and nothing that is stored in a
// table. It may be used concurrently; the zero Lexicons is ready to use.
//
// A question to a catalog of more than so many tables as mostTables is read against
// those that its words fit best. Which they are follows from the view and the
// question alone: what was kept before changes no reading.
type Lexicons struct {
	fit  egress.Outlines
	mu   sync.Mutex
	kept []keptLexicon // the one that was used last comes last
}

type keptLexicon struct {
	key string // of the view, and of the tables if they are not all
	*lexicon
}

const (
	// mostTables of a catalog are looked at for one question. Twenty are enough for
	// 97 of 100 questions: see the measurement in package egress.
	mostTables = 40
	// mostLexemes is how many names the lexicons that are kept have together: one
	// takes about a kilobyte.
	mostLexemes = 60_000
)

// of is the lexicon that a question is read against.
func (l *Lexicons) of(view policy.View, q egress.Question) *lexicon {
	if l == nil {
		l = &Lexicons{}
	}
	c := view.Visible()
	if len(c.Tables) <= mostTables {
		return l.keep(view.Key(), func() *lexicon { return newLexicon(c) })
	}
	part := l.fit.Fitting(view, q, mostTables)
	key := []byte(view.Key())
	for _, t := range part {
		key = binary.AppendVarint(key, int64(t.ID))
	}
	return l.keep(string(key), func() *lexicon {
		return newPart(&catalog.Catalog{Engine: c.Engine, Path: c.Path, Version: c.Version, Tables: part}, c.All(), commonPrefix(c))
	})
}

// keep is the lexicon with this key, made if there is none.
func (l *Lexicons) keep(key string, make func() *lexicon) *lexicon {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, k := range l.kept {
		if k.key == key {
			l.kept = append(slices.Delete(l.kept, i, i+1), k)
			return k.lexicon
		}
	}
	k := keptLexicon{key, make()}
	l.kept = append(l.kept, k)
	l.trim()
	return k.lexicon
}

// trim lets go of what was not used for longest.
func (l *Lexicons) trim() {
	n := 0
	for i := len(l.kept) - 1; i >= 0; i-- {
		if n += len(l.kept[i].lexemes); n > mostLexemes && i < len(l.kept)-1 {
			l.kept = slices.Delete(l.kept, 0, i+1)
			return
		}
	}
}
