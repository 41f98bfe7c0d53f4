package modeltest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// Canary is in every stored value of a test that must not leave, such as
// CANARY-email. The case does not matter: lower('CANARY') is one as well.
const Canary = "CANARY"

var canary = regexp.MustCompile(`(?i)canary[-\w]*|kanarienvogel`)

// Request is what was sent to a model.
type Request struct {
	Test   string      // that sent it
	To     string      // method and path; a double has a name
	Header http.Header // of a server's request
	Body   []byte      // exactly
}

// Find is the first canary in what was sent, "" if there is none. Headers with
// keys are left out: a key is for the server.
func (r Request) Find() string {
	parts := append(unquoted(r.Body), r.To, string(r.Body))
	for name, values := range r.Header {
		switch name {
		case "Authorization", "Api-Key", "X-Api-Key", "X-Goog-Api-Key":
		default:
			parts = append(parts, name+": "+strings.Join(values, ", "))
		}
	}
	for _, part := range parts {
		if found := canary.FindString(part); found != "" {
			return found
		}
	}
	return ""
}

// unquoted are the strings of JSON as their reader reads them, keys too.
func unquoted(body []byte) []string {
	var all []string
	for dec := json.NewDecoder(bytes.NewReader(body)); ; {
		token, err := dec.Token()
		if err != nil {
			return all
		}
		if text, ok := token.(string); ok {
			all = append(all, text)
		}
	}
}

// Check fails t if there is a canary in r, and notes r for [Walk].
func Check(t testing.TB, r Request) {
	t.Helper()
	if found := r.Find(); found != "" {
		t.Errorf("%s left for a model in\n%s\n%s", found, r.To, r.Body)
	}
	if dir := os.Getenv("GRILLE_REQUESTS"); dir != "" {
		if err := note(dir, r); err != nil {
			t.Errorf("noting what was sent: %v", err)
		}
	}
}

var noting sync.Mutex

// note appends r to the file of this process.
func note(dir string, r Request) error {
	if !filepath.IsAbs(dir) {
		return errors.New("GRILLE_REQUESTS is no absolute path: each package has a working folder of its own")
	}
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	noting.Lock()
	defer noting.Unlock()
	f, err := os.OpenFile(filepath.Join(dir, fmt.Sprintf("%d.jsonl", os.Getpid())), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}

// Walk calls see with each request that was noted in dir.
func Walk(dir string, see func(Request)) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		for in := bufio.NewReader(f); ; {
			line, err := in.ReadBytes('\n')
			if err == io.EOF && len(line) == 0 {
				return nil
			}
			var r Request
			if err := json.Unmarshal(line, &r); err != nil {
				return fmt.Errorf("reading %s: %w", path, err)
			}
			see(r)
		}
	})
}
