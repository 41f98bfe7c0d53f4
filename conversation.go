package grille

import (
	"fmt"
	"sync"

	"github.com/grille-dev/grille/egress"
)

// Conversation is earlier questions of one viewer, so that a model understands
// "and last year?". The zero Conversation is empty and ready; it must not be
// copied. It may be used concurrently: an ask hears what was remembered when it
// began.
//
// A model is sent the questions as they left and its own drafts that the rules
// let pass, with placeholders: see [egress.Memory]. Nothing of an answer is in
// it. It is for one viewer of one Grille, with the rights of that time: in other
// hands, and after a change of rules or tables, it begins anew.
//
// The planner understands no follow-ups: to it each question stands alone.
type Conversation struct {
	mu     sync.Mutex
	of     *Grille
	memory egress.Memory
}

// Len is how many turns a model would hear of.
func (c *Conversation) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.memory.Len()
}

// Format says how many turns there are, and nothing of them.
func (c *Conversation) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "a conversation of %d turns", c.Len())
}

// recall is what k may hear of c, and begins c anew where that is nothing.
func (c *Conversation) recall(k *ask) egress.Memory {
	if c == nil {
		return egress.Memory{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.memory.Len() > 0 && (c.of != k.Grille || !c.memory.Fits(k.view)) {
		c.memory, k.trace.Forgot = egress.Memory{}, true
	}
	c.of = k.Grille
	return c.memory
}

// remember adds a turn whose draft the rules let pass. It comes before the query
// is run: whether that fails, and what it gives, a model does not learn from what
// it is told later.
func (c *Conversation) remember(k *ask, p egress.Prompt, kept egress.Kept, draft string) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == k.Grille {
		c.memory = c.memory.After(k.view, p, kept, draft)
	}
}
