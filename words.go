package grille

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"strings"
	"sync"
	"time"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/refusal"
)

// wordBudget counts the different words of each viewer's questions today that were
// taken for names or looked for in the dictionary. Whoever tries names, to see
// which are marked, comes to its end whether they are marked or not.
//
// It holds keyed digests, in the memory of the process: a new process begins anew.
type wordBudget struct {
	most int
	key  []byte
	mu   sync.Mutex
	day  string
	seen map[string]map[string]bool // by viewer: digests
}

// defaultWords is how many there may be, unless Config says otherwise.
const defaultWords = 1000

// spend counts the words of a question before anybody learns what became of
// them. It refuses one too many, and counts nothing then.
func (b *wordBudget) spend(view policy.View, kept egress.Kept, now time.Time) error {
	looked := kept.Looked()
	if len(looked) == 0 {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if day := now.UTC().Format(time.DateOnly); day != b.day {
		b.day, b.seen = day, map[string]map[string]bool{}
	}
	// By name, and not by team: who is in two teams is one person.
	who := cmp.Or(view.Viewer().Name, strings.Join(view.Teams(), "+"))
	fresh := map[string]bool{}
	for _, w := range looked {
		if d := b.digest(w); !b.seen[who][d] {
			fresh[d] = true
		}
	}
	if len(b.seen[who])+len(fresh) > b.most {
		return refusal.New(refusal.WordBudget, "ask without a model, or tomorrow; who runs this Grille can raise the number",
			"your questions of today hold %d different words that may be names, and no more are looked at", b.most)
	}
	if b.seen[who] == nil {
		b.seen[who] = map[string]bool{}
	}
	for d := range fresh {
		b.seen[who][d] = true
	}
	return nil
}

func (b *wordBudget) digest(word string) string {
	m := hmac.New(sha256.New, b.key)
	m.Write([]byte("word " + word))
	return string(m.Sum(nil))
}
