package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/grille-dev/grille/refusal"
)

// Config is where a ledger is kept, and what it needs.
type Config struct {
	Dir  string // of the log; made with mode 0700
	Keys string // of the keys; another folder, best on another disk
	// Outlets are where checkpoints go, outside.
	Outlets []Outlet
	Clock   func() time.Time
	Random  io.Reader // of cryptographic quality
	// Report is told, one line each, what whoever runs this must know: a torn
	// record that was cut off, a checkpoint that did not get out. It may be called
	// from another goroutine, until Close returns. It is told no name and no text
	// of a request.
	Report func(string)
}

func (c Config) check() error {
	switch {
	case c.Dir == "":
		return errors.New("ledger: Config.Dir is not set")
	case c.Keys == "":
		return errors.New("ledger: Config.Keys is not set")
	case filepath.Clean(c.Dir) == filepath.Clean(c.Keys):
		return errors.New("ledger: Config.Keys is Config.Dir: keys do not lie beside what they encrypt")
	case c.Clock == nil:
		return errors.New("ledger: Config.Clock is not set")
	case c.Random == nil:
		return errors.New("ledger: Config.Random is not set")
	case c.Report == nil:
		return errors.New("ledger: Config.Report is not set")
	}
	return nil
}

// Log is a ledger that is written to. It may be used concurrently, and by several
// processes on one machine.
type Log struct {
	c     Config
	vault *vault
	turn  chan struct{} // of this process; holds one token
	out   courier
}

// Open opens the ledger, and makes folders and keys on first use.
func Open(ctx context.Context, c Config) (*Log, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	for _, dir := range []string{c.Dir, c.Keys, filepath.Join(c.Keys, peopleFolder)} {
		if err := private(dir); err != nil {
			return nil, err
		}
	}
	l := &Log{c: c, turn: make(chan struct{}, 1)}
	unlock, err := lock(ctx, filepath.Join(c.Dir, lockFile), true)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if l.vault, err = l.keys(); err != nil {
		return nil, err
	}
	l.out.start(c)
	return l, nil
}

// keys opens the keys, and makes them where nothing was ever recorded.
func (l *Log) keys() (*vault, error) {
	v, err := openVault(l.c.Keys, l.c.Random)
	if errors.Is(err, fs.ErrNotExist) {
		for _, used := range []string{filepath.Join(l.c.Dir, logFile), filepath.Join(l.c.Dir, publicFile), filepath.Join(l.c.Keys, headFile)} {
			if _, err := os.Stat(used); !errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("there is a ledger in %s and no key for it: restore %s from a copy, or name another folder as dir to begin a new ledger",
					l.c.Dir, filepath.Join(l.c.Keys, signingFile))
			}
		}
		if err := makeKeys(l.c.Keys, l.c.Random); err != nil {
			return nil, err
		}
		v, err = openVault(l.c.Keys, l.c.Random)
	}
	if err != nil {
		return nil, err
	}
	public := filepath.Join(l.c.Dir, publicFile)
	text, err := os.ReadFile(public)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return v, writeFile(public, []byte(v.public.String()+"\n"))
	case err == nil && string(text) != v.public.String()+"\n":
		return nil, fmt.Errorf("the keys in %s are not those of the ledger in %s: name the folders that belong together", l.c.Keys, l.c.Dir)
	}
	return v, err
}

// PublicKey is what others need to check this ledger's checkpoints.
func (l *Log) PublicKey() PublicKey { return l.vault.public }

// Close waits a little for checkpoints that are on their way outside.
func (l *Log) Close() error { l.out.stop(); return nil }

// refuse says to whoever asks that nothing was sent, and to who runs this why.
func refuse(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return refusal.New(refusal.Ledger, "ask without a model, or have whoever runs this Grille look at its ledger",
		"what leaves for a model cannot be recorded, so nothing was sent").ForOwner("%v", err)
}
