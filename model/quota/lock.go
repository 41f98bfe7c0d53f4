package quota

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// lock waits for its turn. The lock stands on an open file, so that goroutines
// exclude each other as processes do, and whoever dies lets go of it.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	wait := time.NewTicker(time.Millisecond)
	defer wait.Stop()
	for {
		err := tryLock(f)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		if !errors.Is(err, errLocked) {
			return nil, errors.Join(fmt.Errorf("locking %s: %w", path, err), f.Close())
		}
		select {
		case <-wait.C:
		case <-ctx.Done():
			_ = f.Close() // nothing was written to it
			return nil, context.Cause(ctx)
		}
	}
}
