package dictionary

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"slices"
)

const magic = "grille dictionary 1\n"

// Encode writes d for keeping, without its key.
func (d *Dictionary) Encode() []byte {
	head, err := json.Marshal(d.Info())
	if err != nil {
		panic("dictionary: " + err.Error())
	}
	var b bytes.Buffer
	b.WriteString(magic)
	b.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(head)))) //nolint:gosec // a few hundred bytes
	b.Write(head)
	for _, w := range d.bits {
		b.Write(binary.LittleEndian.AppendUint64(nil, w))
	}
	return append(b.Bytes(), seal(d.key, b.Bytes())...)
}

// seal is what only the holder of the key can make.
func seal(key, text []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("grille dictionary seal\n"))
	m.Write(text)
	return m.Sum(nil)
}

// Decode reads what Encode wrote under the same key. Anything else is an error: a
// dictionary that somebody changed could let names leave.
func Decode(key, data []byte) (*Dictionary, error) {
	bad := errors.New("dictionary: this is none that was made with this key")
	n := len(data) - sha256.Size
	if n < len(magic)+4 || !bytes.HasPrefix(data, []byte(magic)) || !hmac.Equal(seal(key, data[:n]), data[n:]) {
		return nil, bad
	}
	rest := data[len(magic):n]
	size := int(binary.LittleEndian.Uint32(rest))
	if rest = rest[4:]; size > len(rest) || (len(rest)-size)%8 != 0 {
		return nil, bad
	}
	d := &Dictionary{key: slices.Clone(key), forms: map[string]bool{}}
	if err := json.Unmarshal(rest[:size], &d.info); err != nil {
		return nil, bad
	}
	for _, f := range d.info.Forms {
		d.forms[f] = true
	}
	for rest = rest[size:]; len(rest) > 0; rest = rest[8:] {
		d.bits = append(d.bits, binary.LittleEndian.Uint64(rest))
	}
	return d, nil
}
