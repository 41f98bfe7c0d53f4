package main

import (
	"fmt"
	"os"

	"github.com/grille-dev/grille/internal/config"
	meanings "github.com/grille-dev/grille/meaning"
)

// readMeaning is what the file of a connection says of its data; nil where it names
// none.
func readMeaning(c config.Connection) (*meanings.Meaning, error) {
	if c.Meaning == "" {
		return nil, nil
	}
	text, err := os.ReadFile(c.Meaning)
	if err != nil {
		return nil, fmt.Errorf("reading the meaning of %s: %w", c.Name, err)
	}
	return meanings.Parse(c.Meaning, text)
}
