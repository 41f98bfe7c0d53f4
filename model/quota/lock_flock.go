//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package quota

import (
	"os"
	"syscall"
)

var errLocked error = syscall.EWOULDBLOCK

func tryLock(f *os.File) error {
	for {
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != syscall.EINTR {
			return err
		}
	}
}
