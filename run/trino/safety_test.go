package trino

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/grille-dev/grille/refusal"
)

// A look takes longer than any question has: the questions end in their time, one look
// goes on for all of them, and the next question finds what it found.
func TestALookHasItsOwnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looks := atomic.Int32{}
		s := &safety{look: func(ctx context.Context) error {
			looks.Add(1)
			select {
			case <-time.After(3 * time.Minute):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}}
		stop := make(chan struct{})
		defer close(stop)
		for range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			if err := s.wait(ctx, stop); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a question that the look outlasts: %v", err)
			}
			cancel()
		}
		if err := s.wait(t.Context(), stop); err != nil || looks.Load() != 1 {
			t.Errorf("%d looks, %v", looks.Load(), err)
		}
		now, cancel := context.WithCancel(t.Context())
		cancel()
		time.Sleep(trusted/2 + time.Second)
		if err := s.wait(now, stop); err != nil {
			t.Errorf("a question waits though the last look holds: %v", err)
		}
		time.Sleep(4 * time.Minute)
		if looks.Load() != 2 {
			t.Errorf("%d looks", looks.Load())
		}
		time.Sleep(trusted)
		if err := s.wait(now, stop); !errors.Is(err, context.Canceled) {
			t.Errorf("what was seen long ago still holds: %v", err)
		}
		time.Sleep(4 * time.Minute)
	})
}

// Who may write is refused at once when it is found out, and who cannot be asked about
// when the last answer is old.
func TestWhatALookFinds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var says error
		s := &safety{look: func(context.Context) error { return says }}
		stop := make(chan struct{})
		defer close(stop)
		wait := func() error {
			err := s.wait(t.Context(), stop)
			synctest.Wait()
			return err
		}
		if err := wait(); err != nil {
			t.Fatal(err)
		}
		says = errors.New("no server")
		time.Sleep(trusted/2 + time.Second)
		if err := wait(); err != nil {
			t.Errorf("an answer that holds: %v", err)
		}
		time.Sleep(trusted)
		if err := wait(); err != says {
			t.Errorf("an old answer, and no new one: %v", err)
		}
		says = refusal.New(refusal.Posture, "", "may write")
		if err := wait(); refusal.CodeOf(err) != refusal.Posture {
			t.Errorf("a writer: %v", err)
		}
		says = nil
		if err := wait(); err != nil {
			t.Errorf("mended: %v", err)
		}
		says = refusal.New(refusal.Posture, "", "may write")
		time.Sleep(trusted/2 + time.Second)
		_ = wait() // finds it out behind the question
		if err := wait(); refusal.CodeOf(err) != refusal.Posture {
			t.Errorf("a writer who was none: %v", err)
		}
	})
}
