package planner

import (
	"slices"

	"github.com/grille-dev/grille/planner/taught"
	"github.com/grille-dev/grille/policy"
)

type keptNames struct {
	key string
	*names
}

// mostPhrases is how many names the views whose names are kept have together: one
// takes about 150 bytes.
const mostPhrases = 400_000

// names are what a view's tables and columns are called, with what was taught.
func (l *Lexicons) names(view policy.View, lessons *taught.Lessons) *names {
	known := l.knownTo(view, lessons)
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, k := range l.called {
		if k.key == known.key {
			l.called = append(slices.Delete(l.called, i, i+1), k)
			return k.names
		}
	}
	k := keptNames{known.key, newNames(known)}
	l.called = append(l.called, k)
	n := 0
	for i := len(l.called) - 1; i >= 0; i-- {
		if n += len(l.called[i].tables) + len(l.called[i].columns); n > mostPhrases && i < len(l.called)-1 {
			l.called = slices.Delete(l.called, 0, i+1)
			break
		}
	}
	return k.names
}
