// Command grille asks a database in plain English, within the rights of whoever
// asks, and shows what a language model gets to see.
//
// It reads flags and files, calls package grille and prints. It decides
// nothing. Begin with: grille demo.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Exit codes, for scripts. help.go lists them for people.
const (
	exitOK       = 0
	exitFindings = 1 // a bound of --require was missed, or a file has findings
	exitUsage    = 2 // the command line or a file is wrong
	exitRefused  = 3 // the question was refused
	exitDown     = 4 // the database or the model is not available
	exitInternal = 5 // a fault of Grille's
	exitStopped  = 130
)

// main is run until a signal.
func (p *program) main(args []string) int {
	ends, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	ctx, stop := signal.NotifyContext(ends, os.Interrupt)
	defer stop()
	p.ends = ends
	return p.run(ctx, args)
}

// program is what the command needs of the world.
type program struct {
	in       io.Reader
	out, err io.Writer
	clock    func() time.Time
	random   io.Reader
	ends     context.Context // ends a session, too, of which Ctrl-C stops only what is asked; nil: nothing does
	flags    flags
}

// flags are those of every command.
type flags struct {
	config, connection, as, team, output, log, chart string
	filters                                          []string
	model                                            string // of ask, explain and eval ask: who drafts
	prompt                                           bool   // of demo: show prompts whole
}
