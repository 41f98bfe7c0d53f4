package grille

import (
	"cmp"
	"strings"
	"sync"
	"time"

	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
)

// budget counts in how many different ways each viewer has picked rows of each
// table with a minimum group today. Each way may differ from another by one
// person, and no rule over a single query can see that.
//
// It lives in the memory of the process: a new process begins anew.
type budget struct {
	most int
	mu   sync.Mutex
	day  string
	seen map[string]map[string]bool // by viewer and table: digests
}

// defaultPredicates is how many there may be, unless Config says otherwise.
const defaultPredicates = 100

// spend counts the predicates of a query that is about to run. It refuses one
// too many, and counts nothing then.
func (b *budget) spend(a policy.Allowed, now time.Time) error {
	ps := a.Predicates()
	if len(ps) == 0 {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if day := now.UTC().Format(time.DateOnly); day != b.day {
		b.day, b.seen = day, map[string]map[string]bool{}
	}
	who := person(a.View()) + "\x00"
	fresh := map[string]map[string]bool{}
	for _, p := range ps {
		key := who + p.Table
		if b.seen[key][p.Digest] {
			continue
		}
		if fresh[key] == nil {
			fresh[key] = map[string]bool{}
		}
		fresh[key][p.Digest] = true
		if len(b.seen[key])+len(fresh[key]) > b.most {
			return refusal.New(refusal.SmallGroupBudget, "ask again what you have asked today, or tomorrow; who keeps the rules can raise the number",
				"you have picked rows of %s in %d different ways today, and no more are answered", p.Table, b.most)
		}
	}
	for key, digests := range fresh {
		if b.seen[key] == nil {
			b.seen[key] = map[string]bool{}
		}
		for d := range digests {
			b.seen[key][d] = true
		}
	}
	return nil
}

// person is for whom something is counted: by name, and not by team, as who is in
// two teams is one person.
func person(v policy.View) string { return cmp.Or(v.Viewer().Name, strings.Join(v.Teams(), "+")) }
