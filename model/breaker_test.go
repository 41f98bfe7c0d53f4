package model

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever happens in whatever order: a model that has not failed often enough in
// a row is asked; one that has is left alone for the pause, then tried by one
// request at a time, until one is answered.
func TestBreaker(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(1, 4).Draw(t, "most")
		b := &breaker{most: most, pause: 10 * time.Second}
		now := time.Date(2026, 3, 15, 9, 0, 0, 0, time.UTC)
		var out []pass // requests on their way
		inARow, lastFailure, trying := 0, time.Time{}, 0
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"enter", "leave", "wait"}).Draw(t, "step") {
			case "wait":
				now = now.Add(time.Duration(rapid.IntRange(0, 7).Draw(t, "seconds")) * time.Second)
			case "enter":
				p, rest := b.enter(now)
				resting := inARow >= most && now.Before(lastFailure.Add(b.pause))
				let := inARow < most || !resting && trying == 0
				if (rest == 0) != let {
					t.Fatalf("let through: %v, want %v; %d failures in a row, %d trying", rest == 0, let, inARow, trying)
				}
				if p.tries != (let && inARow >= most) {
					t.Fatalf("tries: %v with %d failures in a row", p.tries, inARow)
				}
				if let {
					out = append(out, p)
				}
				if p.tries {
					trying++
				}
			case "leave":
				if len(out) == 0 {
					continue
				}
				i := rapid.IntRange(0, len(out)-1).Draw(t, "which")
				o := rapid.SampledFrom([]outcome{nothing, answered, failed}).Draw(t, "outcome")
				b.leave(out[i], o, now, 0)
				if out[i].tries {
					trying--
				}
				out = append(out[:i], out[i+1:]...)
				switch o {
				case answered:
					inARow = 0
				case failed:
					inARow++
					lastFailure = now
				}
			}
			if trying > 1 {
				t.Fatal("two requests try at once")
			}
		}
	})
}

func TestBreakerWaitsAsAsked(t *testing.T) {
	b := &breaker{most: 1, pause: time.Second}
	now := time.Date(2026, 3, 15, 9, 0, 0, 0, time.UTC)
	for after, want := range map[time.Duration]time.Duration{0: time.Second, time.Minute: time.Minute, 24 * time.Hour: longest} {
		b.leave(pass{}, failed, now, after)
		if _, rest := b.enter(now); rest != want {
			t.Errorf("asked for %v, rests %v", after, rest)
		}
	}
	// The clock was set back by a day: the rest is over.
	if _, rest := b.enter(now.Add(-24 * time.Hour)); rest != 0 {
		t.Errorf("rests %v after the clock was set back", rest)
	}
}
