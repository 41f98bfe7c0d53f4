package trino

import (
	"context"
	"sync"
	"time"

	"github.com/grille-dev/grille/refusal"
)

// safety is what is known of the posture. A look takes some statements for each table,
// so it has a time of its own, which no viewer's question ends: it begins when the
// catalog is read, one goes on at once, and who needs it waits for it as long as they
// have time. What it found holds for a while; in the second half of that while it is
// looked at again, and nobody waits.
type safety struct {
	look func(context.Context) error // nil: the user may only read

	mu   sync.Mutex
	fit  time.Time // when the user was last found fit
	goes *looking  // nil: no look goes on
}

// looking is one look, and what came of it.
type looking struct {
	done chan struct{}
	err  error
}

// trusted is how long a look holds, lookTime how long it may take.
const trusted, lookTime = 20 * time.Minute, 10 * time.Minute

// begin starts a look if one is due. It returns one that must be waited for, or nil.
func (s *safety) begin(stop <-chan struct{}) *looking {
	s.mu.Lock()
	defer s.mu.Unlock()
	age := time.Since(s.fit)
	if age < trusted/2 {
		return nil
	}
	if s.goes == nil {
		s.goes = &looking{done: make(chan struct{})}
		go s.run(s.goes, stop)
	}
	if age < trusted {
		return nil
	}
	return s.goes
}

// run looks, in its own time, until the engine is closed.
func (s *safety) run(l *looking, stop <-chan struct{}) {
	ctx, cancel := context.WithTimeout(context.Background(), lookTime)
	defer cancel()
	go func() {
		select {
		case <-stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	l.err = s.look(ctx)
	s.found(l.err)
	s.mu.Lock()
	s.goes = nil
	s.mu.Unlock()
	close(l.done)
}

// found notes what came of a look. That the server could not be asked tells nothing:
// an earlier answer holds until its time is over.
func (s *safety) found(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil:
		s.fit = time.Now()
	case refusal.CodeOf(err) == refusal.Posture:
		s.fit = time.Time{}
	}
}

// wait waits for a look, if one must be waited for.
func (s *safety) wait(ctx context.Context, stop <-chan struct{}) error {
	l := s.begin(stop)
	if l == nil {
		return nil
	}
	select {
	case <-l.done:
		return l.err
	case <-ctx.Done():
		return ctx.Err()
	}
}
