// Package outside sends checkpoints of a ledger to where whoever keeps the ledger
// cannot change them: a file, a syslog, an address that takes a POST.
//
// It sends checkpoints and nothing else, which hold no secret, no name and no
// text: how many entries there are, and a signed root. What comes back is looked
// at for success alone, and never quoted. TLS is that of package dial: verified
// names, no redirect, no proxy; without TLS it goes to this machine only.
package outside

import (
	"context"
	"errors"
	"os"

	"github.com/grille-dev/grille/ledger"
)

type file string

// File appends each checkpoint to the file at path, as a note with an empty line
// behind it, and syncs it. Best it lies on a medium or a machine that lets no
// one take back what was appended.
func File(path string) ledger.Sink { return file(path) }

func (f file) Send(_ context.Context, c ledger.Checkpoint) error {
	w, err := os.OpenFile(string(f), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = w.WriteString(c.Text() + "\n") // one write: others append too
	if err == nil {
		err = w.Sync()
	}
	return errors.Join(err, w.Close())
}
