package strict

import (
	"fmt"
	"strconv"
	"strings"
)

// Kind is what a [Node] is. The set is closed.
type Kind uint8

// The kinds; the zero Kind is that of the zero Node, which nothing accepts.
const (
	KindText Kind = iota + 1
	KindList
	KindMap
)

func (k Kind) String() string {
	switch k {
	case KindText:
		return "a text"
	case KindList:
		return "a list"
	case KindMap:
		return "a mapping"
	default:
		panic("strict: kind of a zero Node")
	}
}

// Node is a value in a file: a text, a list or a mapping. It is never empty,
// but for the mapping {}, and never changes. Only [Parse] makes one.
type Node struct {
	kind    Kind
	pos     Pos
	text    string
	items   []Node
	entries []Entry
}

// Entry is one key of a mapping, in the file's order.
type Entry struct {
	Name  string // the key's text
	Key   Node   // the key, for its position
	Value Node
}

// Kind says which of Text, List and Entries or Fields will answer; for values
// that may be written in more than one form.
func (n Node) Kind() Kind {
	_ = n.kind.String() // refuses the zero Node
	return n.kind
}

// Pos is where the value begins.
func (n Node) Pos() Pos { return n.pos }

// Errorf is an error at n: what is wrong, a colon, what to do.
func (n Node) Errorf(format string, args ...any) error { return n.pos.errorf(format, args...) }

func (n Node) want(k Kind) error {
	if n.Kind() != k {
		return n.Errorf("this is %s: write %s", n.kind, k)
	}
	return nil
}

// Text is a scalar as it is written, without its quotes; never white space only.
func (n Node) Text() (string, error) {
	if err := n.want(KindText); err != nil {
		return "", err
	}
	return n.text, nil
}

// Int is a whole number between least and most, in plain decimal digits: no
// leading zero, sign +, underscore, exponent or other base.
func (n Node) Int(least, most int) (int, error) {
	text, err := n.Text()
	if err != nil {
		return 0, err
	}
	v, err := strconv.Atoi(text)
	if err != nil || strconv.Itoa(v) != text || v < least || v > most {
		return 0, n.Errorf("%s is not allowed here: write a whole number from %d to %d", quote(text), least, most)
	}
	return v, nil
}

// Bool is true or false, in these words only.
func (n Node) Bool() (bool, error) {
	word, err := n.OneOf("true", "false")
	return word == "true", err
}

// OneOf is one word of a closed set.
func (n Node) OneOf(words ...string) (string, error) {
	text, err := n.Text()
	if err != nil {
		return "", err
	}
	for _, w := range words {
		if text == w {
			return w, nil
		}
	}
	return "", n.Errorf("%s is not allowed here: %s", quote(text), advise(text, words))
}

// List is the values of a list; there is at least one.
func (n Node) List() ([]Node, error) {
	if err := n.want(KindList); err != nil {
		return nil, err
	}
	return append([]Node(nil), n.items...), nil
}

// Strings is a list of texts; there is at least one.
func (n Node) Strings() ([]string, error) {
	items, err := n.List()
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(items))
	for i, item := range items {
		if texts[i], err = item.Text(); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

// Entries is a mapping whose keys are names that the file chooses (tables,
// teams). Keys that the program chooses are read with [Node.Fields].
func (n Node) Entries() ([]Entry, error) {
	if err := n.want(KindMap); err != nil {
		return nil, err
	}
	return append([]Entry(nil), n.entries...), nil
}

// quote shows the beginning of a text of the file.
func quote(text string) string {
	const most = 40
	if r := []rune(text); len(r) > most {
		text = strings.TrimSpace(string(r[:most])) + "..."
	}
	return fmt.Sprintf("%q", text)
}
