package grille

import (
	"fmt"
	"sync"

	"github.com/grille-dev/grille/egress"
	"github.com/grille-dev/grille/planner"
)

// Conversation is earlier questions of one viewer, so that "and last year?" is
// understood. The zero Conversation is empty and ready; it must not be copied. It
// may be used concurrently: an ask hears what was remembered when it began.
//
// A model is sent the questions as they left and its own drafts that the rules
// let pass, with placeholders: see [egress.Memory]. The planner edits the last
// question that it answered, in the asker's words: see [planner.Turn]. Nothing of
// an answer is in either. It is for one viewer of one Grille, with the rights of
// that time: in other hands, and after a change of rules or tables, it begins
// anew. So it does where it changes between a model and the planner: neither hears
// of what the other answered.
type Conversation struct {
	mu     sync.Mutex
	of     *Grille
	memory egress.Memory
	turn   planner.Turn
	turns  int // of the planner
}

// Len is how many turns a model would hear of, or the planner has answered.
func (c *Conversation) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.memory.Len() + c.turns
}

// Format says how many turns there are, and nothing of them.
func (c *Conversation) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "a conversation of %d turns", c.Len())
}

// recall is what a model may hear of c, and begins c anew where that is nothing.
func (c *Conversation) recall(k *ask) egress.Memory {
	if c == nil {
		return egress.Memory{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.turns > 0 || !c.memory.Fits(k.view) {
		c.forget(k)
	}
	c.begin(k)
	return c.memory
}

// last is what the planner may edit, and begins c anew where that is nothing.
func (c *Conversation) last(k *ask) planner.Turn {
	if c == nil {
		return planner.Turn{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.memory.Len() > 0 || c.turns > 0 && !c.turn.Fits(k.view) {
		c.forget(k)
	}
	c.begin(k)
	return c.turn
}

// begin makes c one of this Grille.
func (c *Conversation) begin(k *ask) {
	if c.of != k.Grille && c.memory.Len()+c.turns > 0 {
		c.forget(k)
	}
	c.of = k.Grille
}

func (c *Conversation) forget(k *ask) {
	c.memory, c.turn, c.turns, k.trace.Forgot = egress.Memory{}, planner.Turn{}, 0, true
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
	if c.of == k.Grille && c.turns == 0 {
		c.memory = c.memory.After(k.view, p, kept, draft)
	}
}

// answered keeps a reading that the rules let pass, as the one to edit next. It
// comes before the query is run, too.
func (c *Conversation) answered(k *ask, r planner.Reading) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == k.Grille && c.memory.Len() == 0 {
		c.turn, c.turns = planner.Remember(k.view, r), c.turns+1
	}
}
