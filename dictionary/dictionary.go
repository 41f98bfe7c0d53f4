// Package dictionary knows which names stand in a site's own data, and holds none
// of them.
//
// What it is made of are keyed digests in a filter. It answers whether a phrase is
// among the names, wrongly with yes in one of about a million, and besides that
// with yes for one phrase of [Cover], chosen by the key and for ever: so that a
// yes alone proves nobody a customer. Who has both the filter and the key can try
// names; who has one of them can do nothing with it.
//
// Only phrases are in it, and only those all of whose words are words of English
// or of the catalog, such as Rose Banks or Green Valley Farms: any other word of
// a question is taken for a name anyhow (package egress), and a single word that
// is one (Rose) would be marked in every second question. Numbers are never in it.
// Of ids only the form is kept, A-99999, and everything of that form is
// one, whether it exists or not.
//
// Begin with [NewBuilder].
package dictionary

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"
	"strings"
	"time"
)

// Cover is of how many phrases that are no name one is said to be one.
const Cover = 1024

const (
	bitsPerName = 29 // with so many and 20 probes, one in a million is wrong
	probes      = 20
	// MostWords is how many words a phrase has at most; the fewest are two.
	MostWords = 5
	mostForms = 64
)

// Dictionary never changes, and may be used concurrently. The nil Dictionary
// knows nothing.
type Dictionary struct {
	key   []byte
	bits  []uint64
	forms map[string]bool
	info  Info
}

// Info is what may be told about a dictionary.
type Info struct {
	Of    string    // which columns under which rules and outline: see [Builder.Build]
	Made  time.Time // when it was read
	Names int       // different phrases
	Forms []string  // of ids
	Rows  int       // that were read
}

// Info tells about d.
func (d *Dictionary) Info() Info {
	i := d.info
	i.Forms = slices.Sorted(maps.Keys(d.forms))
	return i
}

// Name reports whether the words, in lower case, are a name.
func (d *Dictionary) Name(words []string) bool {
	if d == nil || len(words) < 2 || len(words) > MostWords {
		return false
	}
	digest := digestOf(d.key, strings.Join(words, " "))
	return digest.covered() || d.has(digest)
}

// Code reports whether a code has the form of an id.
func (d *Dictionary) Code(code string) bool {
	if d == nil || len(d.forms) == 0 {
		return false
	}
	form, ok := formOf(code)
	return ok && d.forms[form]
}

// digest is a phrase under the key: two numbers for the probes, one for the cover.
type digest struct{ a, b, cover uint64 }

func digestOf(key []byte, phrase string) digest {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(phrase))
	sum := m.Sum(nil)
	return digest{binary.LittleEndian.Uint64(sum), binary.LittleEndian.Uint64(sum[8:]) | 1, binary.LittleEndian.Uint64(sum[16:])}
}

func (g digest) covered() bool { return g.cover%Cover == 0 }

// place is the bit of a probe; the odd step b visits different ones.
func (g digest) place(probe int, bits []uint64) (word int, mask uint64) {
	n := (g.a + uint64(probe)*g.b) % (64 * uint64(len(bits))) //nolint:gosec // small and positive
	return int(n / 64), 1 << (n % 64)                         //nolint:gosec // below len(bits)
}

func (d *Dictionary) has(g digest) bool {
	if len(d.bits) == 0 {
		return false
	}
	for i := range probes {
		if word, mask := g.place(i, d.bits); d.bits[word]&mask == 0 {
			return false
		}
	}
	return true
}

// formOf is the form of what may be an id: letters as A, digits as 9. It has a
// letter and five digits, or three and something between; years, quarters, dates,
// amounts and words have no form.
func formOf(code string) (form string, ok bool) {
	if len(code) < 5 || len(code) > 40 {
		return "", false
	}
	letters, digits, between := 0, 0, 0
	form = strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			digits++
			return '9'
		case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z':
			letters++
			return 'A'
		case strings.ContainsRune("-_/.:", r):
			between++
			return r
		}
		return -1
	}, code)
	return form, len(form) == len(code) && letters > 0 && (digits >= 5 || digits >= 3 && between > 0)
}
