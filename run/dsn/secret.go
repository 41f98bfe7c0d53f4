package dsn

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
)

// Secret is a password. It prints as "(secret)" however it is printed, and is
// read with Reveal alone.
type Secret struct{ s string }

// Reveal is the password. Hand it to a driver's own field and nowhere else.
func (s Secret) Reveal() string { return s.s }

// Empty reports whether there is none.
func (s Secret) Empty() bool { return s.s == "" }

const veil = "(secret)"

// Format prints the veil for every verb, so that no %+v or %#v shows a secret.
func (Secret) Format(f fmt.State, _ rune)   { _, _ = io.WriteString(f, veil) }
func (Secret) LogValue() slog.Value         { return slog.StringValue(veil) }
func (Secret) MarshalText() ([]byte, error) { return []byte(veil), nil }
func (s *Secret) UnmarshalText([]byte) error {
	return fmt.Errorf("a secret is given as env:NAME or file:PATH")
}

// maxSecret bounds a secret file: a longer one is not a password.
const maxSecret = 4096

// Password reads a password from where ref says it is: env:NAME or file:PATH
// (its first line). One that is missing or empty is an error: an empty
// password would be sent as if it were meant.
func Password(ref string, env func(name string) (string, bool)) (Secret, error) {
	kind, at, ok := strings.Cut(ref, ":")
	switch {
	case ok && at == "":
		return Secret{}, fmt.Errorf("the password %s: names nothing; write env:NAME or file:PATH", kind)
	case ok && kind == "env":
		v, there := env(at)
		if !there || v == "" {
			return Secret{}, fmt.Errorf("the environment variable %s is missing or empty; set it, or write file:PATH", at)
		}
		return Secret{v}, nil
	case ok && kind == "file":
		return readSecret(at)
	}
	// What was written may be the password itself: it is not repeated.
	return Secret{}, fmt.Errorf("a password is given as env:NAME or file:PATH, never in the file itself")
}

func readSecret(path string) (Secret, error) {
	f, err := os.Open(path)
	if err != nil {
		return Secret{}, fmt.Errorf("reading the password: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return Secret{}, fmt.Errorf("reading the password: %w", err)
	}
	line, _, _ := strings.Cut(string(b), "\n")
	line = strings.TrimSuffix(line, "\r")
	switch {
	case len(b) > maxSecret:
		return Secret{}, fmt.Errorf("the file %s is too long for a password; it holds one line", path)
	case line == "":
		return Secret{}, fmt.Errorf("the file %s has no password in its first line", path)
	}
	return Secret{line}, nil
}
