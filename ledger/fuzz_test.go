package ledger

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/model"
)

// exported is the bundle of a small ledger.
func exported(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	l, err := Open(t.Context(), Config{Dir: filepath.Join(dir, "ledger"), Keys: filepath.Join(dir, "keys"),
		Clock: time.Now, Random: rand.Reader, Report: func(string) {}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, body := range []string{"one", "two", "three"} {
		if _, err := l.Append(t.Context(), ana, model.Entry{Provider: "house", URL: "https://h/", Body: []byte(body)}); err != nil {
			t.Fatal(err)
		}
	}
	var b strings.Builder
	if n, err := Export(t.Context(), l.c.Dir, &b); err != nil || n != 3 {
		t.Fatal(n, err)
	}
	return b.String()
}

// What is read is written as it was read, and nothing makes a reader panic.
func FuzzRecord(f *testing.F) {
	for line := range strings.Lines(exported(f)) {
		f.Add([]byte(strings.TrimSuffix(line, "\n")))
		plain, _, _ := strings.Cut(line, string(sealedKey))
		f.Add([]byte(plain + "}"))
	}
	f.Add([]byte(`{"size":3,"end":2000,"hashes":["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=","47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="]}` + "\n"))
	f.Fuzz(func(t *testing.T, line []byte) {
		if r, err := parseRecord(line, true); err == nil && !bytes.Equal(r.line(), line) {
			t.Errorf("read %q as %q", line, r.line())
		}
		if r, ok := scanRecord(line); ok { // the short way reads what the long way reads
			var long record
			if err := json.Unmarshal(line, &long); err != nil || !reflect.DeepEqual(r, long) || !bytes.Equal(r.plain(), line) {
				t.Errorf("read %q as %+v", line, r)
			}
		}
		if c, err := parseCheckpointLine(line); err == nil && !bytes.Equal(c.line(), line) {
			t.Errorf("read %q as %q", line, c.line())
		}
		if tr, _, err := parseEdge(line); err == nil && (tr.n < 1 || len(tr.edge) == 0) {
			t.Errorf("read %q as %v", line, tr)
		}
		parseCheckpoints(string(line))
	})
}

// Whatever a bundle holds, it is the one that was exported, or that of a ledger
// when it was younger, or something is found.
func FuzzBundle(f *testing.F) {
	whole := exported(f)
	lines := strings.SplitAfter(whole, "\n")
	key, err := parseBundleHead(lines[0])
	if err != nil {
		f.Fatal(err)
	}
	fits := map[string]bool{}
	for i := 1; i < len(lines); i += 2 {
		fits[strings.Join(lines[:i], "")] = true
	}
	f.Add(whole)
	f.Add(strings.Replace(whole, `"bytes":3`, `"bytes":4`, 1))
	for i := 0; i < len(whole); i += 401 {
		f.Add(whole[:i] + whole[i+1:])
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := VerifyBundle(context.Background(), strings.NewReader(text), key, nil)
		if err == nil && len(r.Findings) == 0 && !fits[text] {
			t.Errorf("nothing found in %q", text)
		}
	})
}

// Without a key from elsewhere a bundle is held to the one that it brings; with
// one, a bundle of another ledger is found.
func TestBundle(t *testing.T) {
	mine, other := exported(t), exported(t)
	head, _, _ := strings.Cut(mine, "\n")
	key, err := parseBundleHead(head + "\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		text  string
		key   PublicKey
		found bool
	}{
		"mine": {mine, key, false}, "mine, key unknown": {mine, PublicKey{}, false},
		"other, key unknown": {other, PublicKey{}, false}, "other": {other, key, true},
	} {
		r, err := VerifyBundle(t.Context(), strings.NewReader(c.text), c.key, nil)
		if err != nil || (len(r.Findings) > 0) != c.found {
			t.Errorf("%s: %v, %v", name, err, r)
		}
	}
	if strings.Contains(mine, "ana") {
		t.Error("a name is in the bundle")
	}
	if _, err := VerifyBundle(t.Context(), strings.NewReader("no bundle\n"), key, nil); err == nil {
		t.Error("no bundle, no error")
	}
}
