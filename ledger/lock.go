package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// patience is how long a process waits for its turn. Turns are of milliseconds.
const patience = 30 * time.Second

// lock takes a folder's lock: for itself alone, or together with others who only
// read. Whoever dies lets go of it. It stands on an open file, so that two
// goroutines exclude each other as two processes do.
func lock(ctx context.Context, path string, alone bool) (unlock func(), err error) {
	mode := os.O_RDONLY
	if alone {
		mode = os.O_RDWR | os.O_CREATE
	}
	f, err := os.OpenFile(path, mode, 0o600)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, patience,
		fmt.Errorf("another process has held %s for %v: see which one, and end it", path, patience))
	defer cancel()
	wait := time.NewTicker(time.Millisecond)
	defer wait.Stop()
	for {
		switch err := tryLock(f, alone); {
		case err == nil:
			return func() { _ = f.Close() }, nil // with the file goes the lock
		case !errors.Is(err, errLocked):
			return nil, errors.Join(fmt.Errorf("locking %s: %w", path, err), f.Close())
		}
		select {
		case <-wait.C:
		case <-ctx.Done():
			_ = f.Close() // nothing was written
			return nil, context.Cause(ctx)
		}
	}
}
