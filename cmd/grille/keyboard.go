package main

import (
	"context"
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// The keys that mean something while the command waits.
const (
	keyCtrlC = 3
	keyCtrlD = 4
	keyCtrlE = 5
	keyCtrlU = 21
)

// keyboard is a terminal from which single keys are read. It is in raw mode only
// while somebody waits for a key, so that Ctrl-C is a signal at all other times.
type keyboard struct {
	in   *os.File
	keys chan byte // closed when there are no more
}

// keyboardOf is the keyboard, where both ends are a terminal; else nil.
func (p *program) keyboardOf() *keyboard {
	in, ok := p.in.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) || !isTerminal(p.out) {
		return nil
	}
	return &keyboard{in: in}
}

// raw does something while the terminal gives keys as they are pressed. What was set
// before is set again, whatever happens.
func (k *keyboard) raw(do func() error) error {
	old, err := term.MakeRaw(int(k.in.Fd()))
	if err != nil {
		return err
	}
	defer func() { _ = term.Restore(int(k.in.Fd()), old) }()
	return do()
}

// wait gives the next key, or 0 after so much time; with 0 it waits for a key. A
// keyboard that has gone, and Ctrl-C, are context.Canceled.
func (k *keyboard) wait(ctx context.Context, most time.Duration) (key byte, err error) {
	if k.keys == nil {
		k.keys = make(chan byte)
		go k.read(k.keys)
	}
	var over <-chan time.Time
	if most > 0 {
		over = time.After(most)
	}
	err = k.raw(func() error {
		there := false
		select {
		case key, there = <-k.keys:
			if !there || key == keyCtrlC {
				return context.Canceled
			}
		case <-over:
		case <-ctx.Done():
			return ctx.Err()
		}
		return nil
	})
	return key, err
}

// read gives keys to whoever waits, until there are none; it ends with the process.
func (k *keyboard) read(keys chan<- byte) {
	defer close(keys)
	var one [1]byte
	for {
		if _, err := io.ReadFull(k.in, one[:]); err != nil {
			return
		}
		keys <- one[0]
	}
}

// styled reports whether a terminal may be sent more than text.
func (p *program) styled() bool {
	return isTerminal(p.out) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// columns is how wide the terminal is, 0 where there is none.
func (p *program) columns() int {
	out, ok := p.out.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(out.Fd()))
	if err != nil {
		return 0
	}
	return width
}
