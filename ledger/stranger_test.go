package ledger_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grille-dev/grille/ledger"
	"github.com/grille-dev/grille/model"
)

// stranger verifies a log by what docs/ledger.md says of it, with nothing of
// package ledger. It returns how many entries there are.
func stranger(log, key string) (int, error) {
	name, id, public, err := strangerKey(key)
	if err != nil {
		return 0, err
	}
	lines := strings.Split(log, "\n")
	if lines[len(lines)-1] != "" || len(lines)%2 != 1 {
		return 0, errors.New("torn")
	}
	lines = lines[:len(lines)-1]
	var leaves [][]byte
	previous := ""
	for i := 0; i < len(lines); i += 2 {
		var entry struct {
			Entry    int
			Previous string
		}
		var note struct{ Checkpoint string }
		if json.Unmarshal([]byte(lines[i]), &entry) != nil || json.Unmarshal([]byte(lines[i+1]), &note) != nil {
			return 0, errors.New("no JSON")
		}
		leaves = append(leaves, sum("\x00"+lines[i]))
		if entry.Entry != len(leaves) || entry.Previous != previous {
			return 0, fmt.Errorf("entry %d does not follow", len(leaves))
		}
		signed := fmt.Sprintf("%s\n%d\n%s\n", name, len(leaves), base64.StdEncoding.EncodeToString(root(leaves)))
		if !strings.HasPrefix(note.Checkpoint, signed+"\n— "+name+" ") {
			return 0, fmt.Errorf("entry %d does not fit its checkpoint", len(leaves))
		}
		previous = base64.StdEncoding.EncodeToString(sum(note.Checkpoint))
		if i+2 < len(lines) {
			continue
		}
		signature, err := base64.StdEncoding.DecodeString(strings.TrimSpace(strings.TrimPrefix(note.Checkpoint, signed+"\n— "+name+" ")))
		if err != nil || !bytes.HasPrefix(signature, id) || !ed25519.Verify(public, []byte(signed), signature[4:]) {
			return 0, errors.New("the last checkpoint is not signed")
		}
	}
	return len(leaves), nil
}

func strangerKey(text string) (name string, id []byte, public ed25519.PublicKey, err error) {
	parts := strings.SplitN(strings.TrimSpace(text), "+", 3)
	id, err = hex.DecodeString(parts[1])
	if err != nil {
		return
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err == nil && (len(key) != 33 || key[0] != 1) {
		err = errors.New("no Ed25519 key")
	}
	return parts[0], id, key[1:], err
}

func sum(text string) []byte {
	s := sha256.Sum256([]byte(text))
	return s[:]
}

// root is RFC 6962's: split at the largest power of two below n.
func root(leaves [][]byte) []byte {
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := 1
	for 2*k < len(leaves) {
		k *= 2
	}
	return sum("\x01" + string(root(leaves[:k])) + string(root(leaves[k:])))
}

func TestStranger(t *testing.T) {
	dir := t.TempDir()
	l, err := ledger.Open(t.Context(), ledger.Config{Dir: filepath.Join(dir, "ledger"), Keys: filepath.Join(dir, "keys"),
		Clock: time.Now, Random: rand.Reader, Report: func(line string) { t.Error(line) }})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for i := range 9 {
		if _, err := l.Append(t.Context(), ledger.Asker{Viewer: fmt.Sprint("viewer ", i%3), Connection: `a "name", "sealed":"` + "\u2028<&>", Purpose: ledger.Ask},
			model.Entry{Provider: "house", URL: "https://h/", Body: []byte{byte(i)}}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.Erase(t.Context(), "viewer 1"); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "ledger", "log"))
	if err != nil {
		t.Fatal(err)
	}
	key := l.PublicKey().String()
	if n, err := stranger(string(text), key); n != 10 || err != nil {
		t.Fatalf("%d entries, %v", n, err)
	}
	if r, err := ledger.Verify(t.Context(), ledger.Verification{Dir: filepath.Join(dir, "ledger")}); err != nil || len(r.Findings) > 0 {
		t.Error(err, r)
	}
	for i := 0; i < len(text); i += 13 {
		text[i] ^= 1
		if _, err := stranger(string(text), key); err == nil {
			t.Errorf("byte %d: not found", i)
		}
		text[i] ^= 1
	}
}
