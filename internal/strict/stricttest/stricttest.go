// Package stricttest checks that a decoder built on package strict refuses
// unknown keys, at every place where one may be written.
package stricttest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/grille-dev/grille/internal/strict"
)

// plant is wrong in every mapping: its key is unknown where keys are fixed, and
// where they are free its value is of a form that nothing has.
const plant = `"planted-key": {"planted-key": {"planted-key": ["planted-value"]}}`

// Closed takes a file that uses every mapping the format has and that read
// accepts. It plants an unknown key in one mapping after the other, and fails
// for each that read does not refuse with a [strict.Error].
func Closed(t *testing.T, text string, read func(strict.Node) error) {
	t.Helper()
	root, err := strict.Parse("stricttest.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := read(root); err != nil {
		t.Fatalf("the file must be one that is accepted: %v", err)
	}
	if err := accepts(root, -1, read); err != nil {
		t.Fatalf("the file printed anew must be accepted: %v", err)
	}
	mappings := 0
	render(root, &mappings, -1)
	for i := range mappings {
		err := accepts(root, i, read)
		var e *strict.Error
		if !errors.As(err, &e) {
			t.Errorf("an unknown key was not refused with its position (%v), in:\n%s", err, render(root, new(int), i))
		}
	}
}

// accepts reads the file with an unknown key in its nth mapping.
func accepts(root strict.Node, nth int, read func(strict.Node) error) error {
	planted, err := strict.Parse("stricttest.yaml", []byte(render(root, new(int), nth)))
	if err != nil {
		return fmt.Errorf("printing the file anew: %v", err) // not a refusal of read
	}
	return read(planted)
}

// render prints n on one line, with the plant in the nth mapping; seen counts them.
func render(n strict.Node, seen *int, nth int) string {
	var parts []string
	switch n.Kind() {
	case strict.KindText:
		text, _ := n.Text()
		return strconv.Quote(text)
	case strict.KindList:
		items, _ := n.List()
		for _, item := range items {
			parts = append(parts, render(item, seen, nth))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case strict.KindMap:
		if *seen == nth {
			parts = append(parts, plant)
		}
		*seen++
		entries, _ := n.Entries()
		for _, e := range entries {
			parts = append(parts, strconv.Quote(e.Name)+": "+render(e.Value, seen, nth))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	default:
		panic("stricttest: unknown kind of node")
	}
}
