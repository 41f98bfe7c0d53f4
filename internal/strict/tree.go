package strict

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

func at(file string, y *yaml.Node) Pos {
	return Pos{File: file, Line: max(y.Line, 1), Col: max(y.Column, 1)}
}

// read copies a document into our own closed tree. What it does not know, it refuses.
func read(file string, doc *yaml.Node) (Node, error) {
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		return Node{}, at(file, doc).errorf("not one YAML document: keep one, in one file")
	}
	return reader{file}.node(doc.Content[0], 1)
}

type reader struct{ file string }

func (r reader) node(y *yaml.Node, depth int) (Node, error) {
	pos := at(r.file, y)
	if y.Kind == yaml.AliasNode {
		return Node{}, pos.errorf("aliases (*name) are not allowed: write the value out, or quote the text")
	}
	if y.Anchor != "" {
		return Node{}, pos.errorf("anchors (&name) are not allowed: write the value out where it is used, or quote the text")
	}
	if tagged(y) {
		return Node{}, pos.errorf("tags (!name) are not allowed: remove it, or quote the text")
	}
	if depth > MaxDepth {
		return Node{}, pos.errorf("nested deeper than %d levels: make it flatter", MaxDepth)
	}
	switch y.Kind {
	case yaml.ScalarNode:
		return r.scalar(y, pos)
	case yaml.SequenceNode:
		return r.list(y, pos, depth)
	case yaml.MappingNode:
		return r.mapping(y, pos, depth)
	default:
		return Node{}, pos.errorf("not a text, a list or a mapping: remove it")
	}
}

// tagged reports whether the file says a tag. The parser resolves a tag for
// every node and marks only some of the written ones: "! x" has none of its marks.
func tagged(y *yaml.Node) bool {
	if y.Style&yaml.TaggedStyle != 0 {
		return true
	}
	switch y.Tag {
	case "!!str", "!!null", "!!bool", "!!int", "!!float", "!!timestamp", "!!merge":
		return y.Kind != yaml.ScalarNode
	case "!!seq":
		return y.Kind != yaml.SequenceNode
	case "!!map":
		return y.Kind != yaml.MappingNode
	}
	return true
}

func (r reader) scalar(y *yaml.Node, pos Pos) (Node, error) {
	if y.Tag == "!!null" || strings.TrimSpace(y.Value) == "" {
		return Node{}, pos.errorf("empty value: write the value that is meant, or remove the key")
	}
	if i := strings.IndexFunc(y.Value, hidden); i >= 0 {
		return Node{}, pos.errorf("the text holds a character that cannot be seen: remove the escape")
	}
	return Node{kind: KindText, pos: pos, text: y.Value}, nil
}

func (r reader) list(y *yaml.Node, pos Pos, depth int) (Node, error) {
	if len(y.Content) == 0 {
		return Node{}, pos.errorf("empty list: name at least one, or remove the key")
	}
	n := Node{kind: KindList, pos: pos}
	for _, item := range y.Content {
		child, err := r.node(item, depth+1)
		if err != nil {
			return Node{}, err
		}
		n.items = append(n.items, child)
	}
	return n, nil
}

func (r reader) mapping(y *yaml.Node, pos Pos, depth int) (Node, error) {
	if len(y.Content)%2 != 0 {
		return Node{}, pos.errorf("a key without a value: write the value that is meant, or remove the key")
	}
	n := Node{kind: KindMap, pos: pos}
	seen := make(map[string]Pos, len(y.Content)/2)
	for i := 0; i < len(y.Content); i += 2 {
		key, err := r.key(y.Content[i], depth+1)
		if err != nil {
			return Node{}, err
		}
		if first, dup := seen[key.text]; dup {
			return Node{}, key.pos.errorf("key %q stands already on line %d: keep one of them", key.text, first.Line)
		}
		seen[key.text] = key.pos
		value, err := r.node(y.Content[i+1], depth+1)
		if err != nil {
			return Node{}, err
		}
		n.entries = append(n.entries, Entry{Name: key.text, Key: key, Value: value})
	}
	return n, nil
}

func (r reader) key(y *yaml.Node, depth int) (Node, error) {
	pos := at(r.file, y)
	if y.Kind == yaml.ScalarNode && !tagged(y) {
		switch {
		case y.Tag == "!!merge":
			return Node{}, pos.errorf("merge keys (<<) are not allowed: write the values out where they are used")
		case strings.TrimSpace(y.Value) == "":
			return Node{}, pos.errorf("empty key: write a name")
		case y.Tag != "!!str":
			return Node{}, pos.errorf("YAML does not take the key %s for a text: write it in quotes", quote(y.Value))
		}
	}
	key, err := r.node(y, depth)
	if err != nil {
		return Node{}, err
	}
	if key.kind != KindText {
		return Node{}, pos.errorf("a key must be a text, not %s: write a name", key.kind)
	}
	return key, nil
}
