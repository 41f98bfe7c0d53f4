package ledger

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

const (
	version = 1
	// longest is what a line may have: a request of 16 MiB, encoded.
	longest = 24 << 20
	instant = "2006-01-02T15:04:05.000Z"
)

// kind is what an entry tells of. The set is closed.
type kind string

const (
	sent      kind = "sent"      // a request was about to leave
	erased    kind = "erased"    // a person's key was destroyed
	recovered kind = "recovered" // a torn record was cut off
)

// record is an entry as it stands in the log: what is in plain, and what is
// sealed. Its line is JSON, and there is one way to write it.
type record struct {
	V          int     `json:"v"`
	Entry      int64   `json:"entry"` // from 1
	Time       string  `json:"time"`
	Kind       kind    `json:"kind"`
	Person     string  `json:"person,omitempty"` // a random name
	Purpose    Purpose `json:"purpose,omitempty"`
	Round      int     `json:"round,omitempty"`
	Connection string  `json:"connection,omitempty"`
	Provider   string  `json:"provider,omitempty"`
	Host       string  `json:"host,omitempty"`
	Bytes      int64   `json:"bytes,omitempty"`
	Removed    string  `json:"removed,omitempty"`    // SHA-256 of what was cut off
	Previous   string  `json:"previous,omitempty"`   // SHA-256 of the checkpoint before
	Commitment string  `json:"commitment,omitempty"` // SHA-256 of what is sealed, which begins with 32 random bytes
	sealed     []byte
}

var sealedKey = []byte(`,"sealed":"`)

// plain is the record without its sealed part: what encryption binds it to.
func (r record) plain() []byte {
	text, err := json.Marshal(r)
	if err != nil {
		panic("ledger: " + err.Error())
	}
	return text
}

// line is the record as it is stored, without the newline.
func (r record) line() []byte {
	text := r.plain()
	text = append(text[:len(text)-1], sealedKey...)
	text = base64.StdEncoding.AppendEncode(text, r.sealed)
	return append(text, `"}`...)
}

// parseRecord reads a line; another way to write the same record is an error. The
// sealed part is left encoded if open is false, as those who verify do not need it.
func parseRecord(line []byte, open bool) (record, error) {
	var r record
	i := bytes.Index(line, sealedKey) // no text in JSON holds an unescaped quote
	if i < 0 {
		return r, errors.New("it is no record")
	}
	sealed, ok := bytes.CutSuffix(line[i+len(sealedKey):], []byte(`"}`))
	if !ok || bytes.ContainsAny(sealed, "\r\n") { // which the decoder ignores
		return r, errors.New("it is no record")
	}
	plain := append(line[:i:i], '}')
	if r, ok = scanRecord(plain); !ok {
		r = record{}
		if err := json.Unmarshal(plain, &r); err != nil || !bytes.Equal(r.plain(), plain) {
			return r, errors.New("it is no record, or is not written as records are")
		}
	}
	if open {
		var err error
		if r.sealed, err = base64.StdEncoding.Strict().DecodeString(string(sealed)); err != nil {
			return r, errors.New("its sealed part is not base64")
		}
	}
	return r, r.check()
}

func (r record) check() error {
	if r.V != version {
		return fmt.Errorf("it has version %d, and this Grille reads version %d", r.V, version)
	}
	if _, err := time.Parse(instant, r.Time); err != nil {
		return errors.New("its time is none")
	}
	switch r.Kind {
	case sent, erased, recovered:
		return nil
	default:
		return errors.New("it is of a kind that this Grille does not know")
	}
}
