//go:build !manual

package main

import (
	"crypto/rand"
	"os"
	"time"
)

func main() {
	p := &program{in: os.Stdin, out: os.Stdout, err: os.Stderr, clock: time.Now, random: rand.Reader}
	os.Exit(p.main(os.Args[1:]))
}
