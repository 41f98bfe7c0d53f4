package model

import (
	"sync"
	"time"
)

// breaker lets a model rest that has failed several times in a row. After a
// pause one request tries whether it is back; what comes of that decides.
type breaker struct {
	most  int // failures in a row
	pause time.Duration

	mu     sync.Mutex
	failed int       // in a row
	until  time.Time // it rests, once failed is most
	trying bool      // the one request is on its way
}

// longest is the longest pause that a server can ask for.
const longest = 15 * time.Minute

// outcome is what a request tells of the server.
type outcome uint8

const (
	nothing outcome = iota // it did not come to an answer, for reasons of ours
	answered
	failed
)

// pass is one request that a breaker let through. It has to be given back.
type pass struct{ tries bool }

// enter gives a pass, or the time for which the model rests.
func (b *breaker) enter(now time.Time) (p pass, rest time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed < b.most {
		return pass{}, 0
	}
	// A clock that was set back does not make a rest longer than any can be.
	if rest := b.until.Sub(now); rest > 0 && rest <= max(b.pause, longest) {
		return pass{}, rest
	}
	if b.trying {
		return pass{}, b.pause
	}
	b.trying = true
	return pass{tries: true}, 0
}

// leave gives a pass back. After is the pause that the server asked for.
func (b *breaker) leave(p pass, o outcome, now time.Time, after time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p.tries {
		b.trying = false
	}
	switch o {
	case nothing:
	case answered:
		b.failed = 0
	case failed:
		b.failed = min(b.failed+1, b.most)
		if b.failed == b.most {
			b.until = now.Add(max(b.pause, min(after, longest)))
		}
	default:
		panic("model: unknown outcome")
	}
}
