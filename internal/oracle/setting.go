package oracle

import (
	"os"
	"strconv"
	"testing"
)

// Setting is a number from the environment, or otherwise.
func Setting(t testing.TB, name string, otherwise uint64) uint64 {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s is no number", name)
	}
	return n
}
