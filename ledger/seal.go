package ledger

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// about is what is sealed together with a request's body.
type about struct {
	Viewer string `json:"viewer"`
	Team   string `json:"team,omitempty"`
	Ask    string `json:"ask,omitempty"` // as in the receipt
	URL    string `json:"url"`
}

// salt is how many random bytes begin what is sealed: its SHA-256 stands in
// plain, and must tell nothing once the key is gone.
const salt = 32

// bound is what a sealed part belongs to: this ledger, and all that the entry says
// in plain, its number among it.
func (r record) bound(origin string) []byte {
	return fmt.Appendf(nil, "grille ledger v%d entry\n%s\n%s", version, origin, r.plain())
}

// seal encrypts under the person's key, and commits to what it encrypts: a
// ciphertext of AES-GCM alone could be made to open to two texts.
func (r *record) seal(p person, origin string, random io.Reader, a about, body []byte) error {
	aead, err := p.aead()
	if err != nil {
		return err
	}
	header, err := json.Marshal(a)
	if err != nil {
		return err
	}
	text := make([]byte, salt, salt+len(header)+1+len(body))
	if _, err := io.ReadFull(random, text); err != nil {
		return err
	}
	text = append(append(append(text, header...), '\n'), body...)
	r.Commitment = digest(text)
	r.sealed = aead.Seal(nil, nil, text, r.bound(origin))
	return nil
}

// unseal is the inverse of seal.
func (r record) unseal(p person, origin string) (a about, body []byte, err error) {
	aead, err := p.aead()
	if err != nil {
		return a, nil, err
	}
	text, err := aead.Open(nil, nil, r.sealed, r.bound(origin))
	if err != nil || len(text) < salt {
		return a, nil, errors.New("what is sealed does not open")
	}
	sum := sha256.Sum256(text)
	if want, err := base64.StdEncoding.DecodeString(r.Commitment); err != nil || subtle.ConstantTimeCompare(want, sum[:]) != 1 {
		return a, nil, errors.New("what is sealed is not what the entry commits to")
	}
	header, body, ok := bytes.Cut(text[salt:], []byte("\n"))
	if !ok || json.Unmarshal(header, &a) != nil {
		return a, nil, errors.New("what is sealed cannot be read")
	}
	return a, body, nil
}
