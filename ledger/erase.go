package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
)

// Erase destroys the key of a person: what they asked, and that it was they, can
// be read no more, by nobody. It returns the number of the entry that says so. A
// person who never asked, or was erased, is an error. A number together with an
// error: the key is destroyed, and a checkpoint that must get out did not.
//
// Copies of the folder of keys that were made elsewhere keep the key.
func (l *Log) Erase(ctx context.Context, name string) (int64, error) {
	var p person
	c, err := l.write(ctx, func(s state) (record, error) {
		var err error
		p, err = l.vault.person(name)
		if errors.Is(err, fs.ErrNotExist) {
			err = errors.New("the ledger has nothing of a viewer of this name: they never asked a model, or were erased")
		}
		r := l.next(s, erased)
		r.Person = p.ID
		return r, err
	})
	if err != nil {
		return 0, err
	}
	// The entry is first: a crash between the two is seen, and mended by erasing again.
	if err := p.shred(); err != nil {
		return 0, fmt.Errorf("entry %d says that the key was destroyed, and it could not be: %w: erase again", c.size, err)
	}
	return c.size, l.out.send(ctx, c)
}
