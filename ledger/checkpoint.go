package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint is what a ledger has signed: that it has so many entries, and the
// root of the tree of them. Package ledger alone makes one. Nothing in it is
// secret.
type Checkpoint struct {
	origin string
	size   int64
	root   tlog.Hash
	text   string
}

// Origin is the ledger's name, which no other has.
func (c Checkpoint) Origin() string { return c.origin }

// Size is how many entries there are.
func (c Checkpoint) Size() int64 { return c.size }

// Root is the root of the tree, in base64.
func (c Checkpoint) Root() string { return c.root.String() }

// Text is the signed note, https://c2sp.org/tlog-checkpoint.
func (c Checkpoint) Text() string { return c.text }

// digest is what the entry after it says of it.
func (c Checkpoint) digest() string { return digest([]byte(c.text)) }

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return base64.StdEncoding.EncodeToString(sum[:])
}

func sign(t *tree, s note.Signer) (Checkpoint, error) {
	c := Checkpoint{origin: s.Name(), size: t.n, root: t.root()}
	text, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", c.origin, c.size, c.root)}, s)
	c.text = string(text)
	return c, err
}

// parseCheckpoint reads a note without looking at its signature.
func parseCheckpoint(text string) (Checkpoint, error) {
	c := Checkpoint{text: text}
	lines := strings.SplitN(text, "\n", 5)
	if len(lines) < 5 || lines[3] != "" || lines[0] == "" {
		return c, errors.New("it is no checkpoint")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 1 || strconv.FormatInt(size, 10) != lines[1] {
		return c, errors.New("it is no checkpoint: its size is none")
	}
	// 44 letters, so that none is one that the decoder ignores.
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(lines[2]) != 44 || len(root) != tlog.HashSize {
		return c, errors.New("it is no checkpoint: its root is none")
	}
	c.origin, c.size, c.root = lines[0], size, tlog.Hash(root)
	return c, nil
}

// own checks that c is signed with the key, once, and written as we write it, so
// that no byte of it can differ. Others may have signed what was sent outside.
func (k PublicKey) own(c Checkpoint) error {
	n, err := k.opened(c)
	if err != nil {
		return err
	}
	// The decoder ignores bits that the last letter has too many.
	signature, err := base64.StdEncoding.Strict().DecodeString(n.Sigs[0].Base64)
	again := fmt.Sprintf("%s\n— %s %s\n", n.Text, c.origin, base64.StdEncoding.EncodeToString(signature))
	if err != nil || again != c.text {
		return errors.New("its signature is not written as we write it")
	}
	return nil
}

// opened checks that c is signed with the key.
func (k PublicKey) opened(c Checkpoint) (*note.Note, error) {
	if c.origin != k.v.Name() {
		return nil, errors.New("it is of another ledger")
	}
	n, err := note.Open([]byte(c.text), note.VerifierList(k.v))
	if err != nil {
		return nil, fmt.Errorf("it is not signed with the key of this ledger, %s", k.ID())
	}
	return n, nil
}

const (
	checkpointHead = `{"checkpoint":"`
	checkpointTail = `"}`
)

// line is the checkpoint as it stands in the log, without the newline.
func (c Checkpoint) line() []byte {
	return []byte(checkpointHead + strings.ReplaceAll(c.text, "\n", `\n`) + checkpointTail)
}

// parseCheckpointLine is the inverse of line.
func parseCheckpointLine(line []byte) (Checkpoint, error) {
	inner, ok := bytes.CutPrefix(line, []byte(checkpointHead))
	inner, ok2 := bytes.CutSuffix(inner, []byte(checkpointTail))
	if !ok || !ok2 || bytes.IndexByte(inner, '\n') >= 0 {
		return Checkpoint{}, errors.New("it is no checkpoint")
	}
	text := strings.ReplaceAll(string(inner), `\n`, "\n")
	if strings.ContainsAny(text, `"\`) {
		return Checkpoint{}, errors.New("it is no checkpoint")
	}
	return parseCheckpoint(text)
}

// noteMark stands before a checkpoint in base64, where it was sent in one line.
const noteMark = "checkpoint="

// Line is the checkpoint in one line, for logs of lines. What reads checkpoints
// finds it wherever in a line it stands.
func (c Checkpoint) Line() string {
	return fmt.Sprintf("ledger %s entries=%d root=%s %s%s", c.origin, c.size, c.root, noteMark, base64.StdEncoding.EncodeToString([]byte(c.text)))
}

// parseCheckpoints finds checkpoints in a text of any kind: as notes, one after
// the other, or as [Checkpoint.Line] somewhere in a line.
func parseCheckpoints(text string) []Checkpoint {
	var found []Checkpoint
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, line := range lines {
		var candidate string
		if _, rest, ok := strings.Cut(line, noteMark); ok {
			if end := strings.IndexFunc(rest, func(r rune) bool { return !strings.ContainsRune(base64Runes, r) }); end >= 0 {
				rest = rest[:end]
			}
			decoded, _ := base64.StdEncoding.DecodeString(rest)
			candidate = string(decoded)
		} else if strings.HasPrefix(line, "— ") && i >= 4 && lines[i-1] == "" {
			end := i
			for end < len(lines) && strings.HasPrefix(lines[end], "— ") {
				end++
			}
			candidate = strings.Join(lines[i-4:end], "\n") + "\n"
		}
		if c, err := parseCheckpoint(candidate); err == nil {
			found = append(found, c)
		}
	}
	return found
}

const base64Runes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
