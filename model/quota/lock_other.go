//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd)

package quota

import (
	"errors"
	"os"
)

var errLocked = errors.New("locked")

// Without locks that end with their process, two could count at once.
func tryLock(*os.File) error {
	return errors.New("this system has no flock, without which no budget can be kept")
}
