//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd)

package ledger

import (
	"errors"
	"os"
)

var errLocked = errors.New("locked")

// Without locks that end with their process, two could write at once.
func tryLock(*os.File, bool) error {
	return errors.New("this system has no flock, without which no ledger can be kept")
}
