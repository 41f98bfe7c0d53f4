package main

import "fmt"

// counting tells of rows as they are made: over and over in one line where
// somebody watches, and once in a file or a pipe.
func (p *program) counting() (told func(rows int), done func()) {
	if !isTerminal(p.err) {
		fmt.Fprintln(p.err, "making a hospital ...")
		return nil, func() {}
	}
	next := 0
	told = func(rows int) {
		if rows >= next {
			fmt.Fprintf(p.err, "\rmaking a hospital ... %d rows", rows)
			next = rows + 5000
		}
	}
	return told, func() { fmt.Fprintln(p.err) }
}
