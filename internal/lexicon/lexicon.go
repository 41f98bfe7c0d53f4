// Package lexicon knows which words are English, and which of them are names of
// people too. It is a fixed list that holds nothing of any customer; where it
// comes from, and under which terms, is in data/LICENSE.
//
// The list is unpacked when it is first asked for. It is read only.
package lexicon

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"strings"
	"sync"
)

//go:embed data/words.gz
var packed []byte

// Sense is what a word can be; several at once. 0: the list does not know it.
type Sense uint8

// The senses of words.
const (
	Word    Sense = 1 << iota // ordinary English, or jargon of analytics
	Place                     // of a place, people, language, month or day
	Given                     // a given name
	Surname                   // a surname that is a word or a place, too; others are not listed
	Common                    // a Word that is among the most frequent ones
)

// Is reports whether s has one of the senses that are asked for.
func (s Sense) Is(any Sense) bool { return s&any != 0 }

// Look finds a word, which is in lower case.
func Look(word string) Sense { return table().look(word) }

// Misspells reports whether a word of ASCII letters is a slip of one letter away
// from one that wanted accepts: one left out, doubled, wrong or swapped.
func Misspells(word string, wanted func(string) bool) bool {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	try := make([]byte, 0, len(word)+1)
	is := func(parts ...string) bool {
		try = try[:0]
		for _, p := range parts {
			try = append(try, p...)
		}
		return wanted(string(try))
	}
	for i := range len(word) {
		if is(word[:i], word[i+1:]) || i+1 < len(word) && is(word[:i], word[i+1:i+2], word[i:i+1], word[i+2:]) {
			return true
		}
		for j := range len(letters) {
			if is(word[:i], letters[j:j+1], word[i+1:]) || is(word[:i], letters[j:j+1], word[i:]) {
				return true
			}
		}
	}
	return false
}

// table is unpacked once in a process: it is a constant that is only too long to
// be written as one.
var table = sync.OnceValue(func() *words { return unpack(packed) })

// words is a hash table over the text of the list: a map of as many strings
// would take three times as long to make.
type words struct {
	text  string
	slots []uint32 // where a line starts, plus one
}

func unpack(packed []byte) *words {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic("lexicon: " + err.Error())
	}
	text, err := io.ReadAll(z)
	if err != nil {
		panic("lexicon: " + err.Error())
	}
	w := &words{text: string(text)}
	size := 1 << 10
	for size < len(text)/4 { // a line has nine bytes and more
		size *= 2
	}
	w.slots = make([]uint32, size)
	for at := 0; at < len(w.text); {
		end := at + strings.IndexByte(w.text[at:], '\n')
		i := hash(w.text[at:end-1]) & uint32(size-1)
		for w.slots[i] != 0 {
			i = (i + 1) & uint32(size-1)
		}
		w.slots[i] = uint32(at) + 1 //nolint:gosec // the list is shorter than 4 GiB
		at = end + 1
	}
	return w
}

func (w *words) look(word string) Sense {
	mask := uint32(len(w.slots) - 1) //nolint:gosec // as above
	for i := hash(word) & mask; w.slots[i] != 0; i = (i + 1) & mask {
		line := w.text[w.slots[i]-1:]
		if len(line) > len(word)+1 && line[:len(word)] == word && line[len(word)+1] == '\n' {
			return Sense(line[len(word)] - '@')
		}
	}
	return 0
}

// hash is FNV-1a.
func hash(s string) uint32 {
	h := uint32(2166136261)
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}
