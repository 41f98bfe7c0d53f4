package strict

import "fmt"

// Field is a key that a mapping may have, together with what reads it.
type Field struct {
	key      string
	required bool
	read     Reader
}

// Reader decodes one value. It is a function of yours, a method value, or one
// of [Text], [Strings], [Int], [Bool] and [OneOf].
type Reader func(Node) error

// Required is a key that must be there.
func Required(key string, read Reader) Field { return Field{key, true, read} }

// Optional is a key that may be left out; then read is not called.
func Optional(key string, read Reader) Field { return Field{key, false, read} }

// Fields reads a mapping that has these keys and no others. It first refuses
// unknown keys and missing ones, then calls the readers in the order given here
// and stops at the first error, so that a field may build on those before it.
//
// A key cannot be accepted without being read: that is why there is no method
// that gets a value by its key, and none to call at the end.
func (n Node) Fields(fields ...Field) error {
	entries, err := n.Entries()
	if err != nil {
		return err
	}
	known := make(map[string]bool, len(fields))
	names := make([]string, len(fields))
	for i, f := range fields {
		if f.read == nil || known[f.key] {
			panic(fmt.Sprintf("strict: field %q has no reader, or two", f.key))
		}
		known[f.key], names[i] = true, f.key
	}
	values := make(map[string]Node, len(entries))
	for _, e := range entries {
		if !known[e.Name] {
			return e.Key.Errorf("unknown key %s: %s", quote(e.Name), advise(e.Name, names))
		}
		values[e.Name] = e.Value
	}
	for _, f := range fields {
		if _, ok := values[f.key]; !ok && f.required {
			return n.Errorf("key %q is missing: add it", f.key)
		}
	}
	for _, f := range fields {
		if value, ok := values[f.key]; ok {
			if err := f.read(value); err != nil {
				return err
			}
		}
	}
	return nil
}

// Text reads into s, as [Node.Text].
func Text(s *string) Reader {
	return func(n Node) (err error) { *s, err = n.Text(); return err }
}

// Strings reads into list, as [Node.Strings].
func Strings(list *[]string) Reader {
	return func(n Node) (err error) { *list, err = n.Strings(); return err }
}

// Int reads into i, as [Node.Int].
func Int(i *int, least, most int) Reader {
	return func(n Node) (err error) { *i, err = n.Int(least, most); return err }
}

// Bool reads into b, as [Node.Bool].
func Bool(b *bool) Reader {
	return func(n Node) (err error) { *b, err = n.Bool(); return err }
}

// OneOf reads into word, as [Node.OneOf].
func OneOf(word *string, words ...string) Reader {
	return func(n Node) (err error) { *word, err = n.OneOf(words...); return err }
}
