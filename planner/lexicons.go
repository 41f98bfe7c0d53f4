package planner

import (
	"encoding/binary"
	"slices"
	"sync"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/planner/taught"
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
	fit    egress.Outlines
	mu     sync.Mutex
	kept   []keptLexicon // the one that was used last comes last
	known  []keptKnown   // likewise
	called []keptNames
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

// of is the lexicon that a question is read against, with what was taught.
func (l *Lexicons) of(view policy.View, q egress.Question, lessons *taught.Lessons) *lexicon {
	if l == nil {
		l = &Lexicons{}
	}
	k := l.knownTo(view, lessons)
	c := k.named
	if len(c.Tables) <= mostTables {
		return l.keep(k.key, func() *lexicon { return newPart(part{c, c, k.Known}) })
	}
	fit := l.fitting(view, q, k)
	key := []byte(k.key)
	for _, t := range fit {
		key = binary.AppendVarint(key, int64(t.ID))
	}
	return l.keep(string(key), func() *lexicon {
		some := &catalog.Catalog{Engine: c.Engine, Path: c.Path, Version: c.Version, Tables: fit}
		return newPart(part{some, c, k.Known})
	})
}

// fitting are the tables that the words of a question fit best, and those that it
// speaks of in taught words.
func (l *Lexicons) fitting(view policy.View, q egress.Question, k keptKnown) []*catalog.Table {
	ids := k.SpokenOf(q.Text())
	for _, id := range metricsIn(k.named, q.Text()) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, t := range l.fit.Fitting(view, q, mostTables) {
		if len(ids) < mostTables && !slices.Contains(ids, t.ID) {
			ids = append(ids, t.ID)
		}
	}
	var at []int
	for _, id := range ids {
		at = append(at, k.place[id])
	}
	slices.Sort(at)
	var out []*catalog.Table
	for _, i := range at {
		out = append(out, k.named.Tables[i])
	}
	return out
}

// keptKnown is what was taught, as far as it exists for a view, and the view's
// catalog with its names in it.
type keptKnown struct {
	key string // of the view and the lessons
	*taught.Known
	named *catalog.Catalog
	place map[catalog.TableID]int // of a table in it
}

// mostKnown is for how many views it is kept what was taught.
const mostKnown = 16

func (l *Lexicons) knownTo(view policy.View, lessons *taught.Lessons) keptKnown {
	key := view.Key() + lessons.Version()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range l.known {
		if k.key == key {
			return k
		}
	}
	known := lessons.For(view.Visible()).Comparing(view.AsStored)
	k := keptKnown{key, known, known.Name(view.Visible()), map[catalog.TableID]int{}}
	for i, t := range k.named.Tables {
		k.place[t.ID] = i
	}
	l.known = append(l.known[max(0, len(l.known)+1-mostKnown):], k)
	return k
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
