package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"

	"golang.org/x/term"
)

// lines are what a session is told, one after the other; io.EOF is the end.
type lines interface {
	next(ctx context.Context, prompt string) (string, error)
}

// linesOf are those of the terminal, or of a pipe or file that has any; nil where
// there are none. What Tab does, complete says.
func (p *program) linesOf(complete completer) lines {
	if keys := p.keyboardOf(); keys != nil {
		return editing(keys, complete)
	}
	if p.atTerminal() {
		return nil // and what is written goes elsewhere
	}
	r := bufio.NewReaderSize(p.in, 64<<10)
	if _, err := r.Peek(1); err != nil {
		return nil
	}
	return &piped{r}
}

// piped are the lines of something that is no terminal.
type piped struct{ r *bufio.Reader }

func (l *piped) next(context.Context, string) (string, error) {
	line, err := l.r.ReadString('\n')
	if err == io.EOF && line != "" {
		err = nil
	}
	return line, err
}

// completer gives what a text could go on as, each the whole of it.
type completer func(typed string) []string

// edited are lines that somebody types, with a history that is nowhere but in memory.
type edited struct {
	keys     *keyboard
	term     *term.Terminal
	complete completer
}

func editing(keys *keyboard, complete completer) *edited {
	l := &edited{keys: keys, complete: complete}
	l.term = term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{clearing{keys.in}, os.Stdout}, "")
	l.term.AutoCompleteCallback = l.completed
	return l
}

// clearing reads Ctrl-C as the keys that clear a line: End, and Ctrl-U.
type clearing struct{ io.Reader }

func (c clearing) Read(b []byte) (int, error) {
	if len(b) < 2 {
		return c.Reader.Read(b)
	}
	n, err := c.Reader.Read(b[:len(b)/2])
	return copy(b, bytes.ReplaceAll(b[:n], []byte{keyCtrlC}, []byte{keyCtrlE, keyCtrlU})), err
}

func (l *edited) next(ctx context.Context, prompt string) (line string, err error) {
	type read struct {
		line  string
		err   error
		panic any
	}
	l.term.SetPrompt(prompt)
	if width, height, err := term.GetSize(int(l.keys.in.Fd())); err == nil && width > 0 {
		_ = l.term.SetSize(width, height) // else as it was
	}
	done := make(chan read, 1)
	err = l.keys.raw(func() error {
		go func() { // it may outlive ctx, and ends with the process
			var r read
			defer func() {
				r.panic = recover()
				done <- r
			}()
			r.line, r.err = l.term.ReadLine()
		}()
		select {
		case r := <-done:
			if r.panic != nil {
				panic(r.panic) // where the terminal is set back, and somebody listens
			}
			line = r.line
			return r.err
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	return line, err
}

// completed is what Tab makes of a line: all that the ways to go on have in common,
// or a list of them.
func (l *edited) completed(line string, pos int, key rune) (string, int, bool) {
	if key != '\t' {
		return "", 0, false
	}
	all := l.complete(line[:pos])
	if len(all) == 0 {
		return line, pos, true
	}
	if common := inCommon(all); len(common) > pos {
		return common + line[pos:], len(common), true
	}
	for _, way := range all {
		_, _ = io.WriteString(l.term, indent(way, "  ")+"\n") // the line is drawn again below
	}
	return line, pos, true
}

// inCommon is how all of the texts begin.
func inCommon(all []string) string {
	common := []rune(all[0])
	for _, text := range all[1:] {
		n := 0
		for _, r := range text {
			if n == len(common) || common[n] != r {
				break
			}
			n++
		}
		common = common[:n]
	}
	return string(common)
}
