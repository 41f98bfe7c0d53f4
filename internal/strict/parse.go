package strict

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Parse reads text as the one document of a file. The name is used in errors only.
func Parse(file string, text []byte) (Node, error) {
	if err := checkText(file, text); err != nil {
		return Node{}, err
	}
	loader, err := yaml.NewLoader(bytes.NewReader(text))
	if err != nil {
		return Node{}, syntaxError(file, err)
	}
	var doc yaml.Node
	if err := loader.Load(&doc); errors.Is(err, io.EOF) {
		return Node{}, Pos{file, 1, 1}.errorf("the file is empty: write at least one key, or remove the file")
	} else if err != nil {
		return Node{}, syntaxError(file, err)
	}
	// The loader stops after one document, and would not say that there are more.
	var more yaml.Node
	switch err := loader.Load(&more); {
	case errors.Is(err, io.EOF):
	case err != nil:
		return Node{}, syntaxError(file, err)
	default:
		return Node{}, at(file, &more).errorf("a second document begins here: keep one, in one file")
	}
	return read(file, &doc)
}

// syntaxError gives the parser's complaint our position and a way on.
func syntaxError(file string, err error) error {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		return Pos{file, 1, 1}.errorf("not YAML: %v: check indentation, and quote texts that hold %q or %q", err, ": ", " #")
	}
	pos := Pos{file, max(load.Mark.Line, 1), max(load.Mark.Column, 1)}
	if strings.HasPrefix(load.Message, "unknown anchor") {
		return pos.errorf("aliases (*name) are not allowed: write the value out, or quote the text")
	}
	message := load.Message
	if load.ContextMsg != "" {
		message = load.ContextMsg + ", " + message
	}
	return pos.errorf("not YAML: %s: check indentation, and quote texts that hold %q or %q", message, ": ", " #")
}

// checkText refuses, before YAML sees them, the bytes through which an editor
// and a parser can read two different files.
func checkText(file string, text []byte) error {
	if len(text) > MaxBytes {
		return Pos{file, 1, 1}.errorf("the file has %d bytes, more than %d: split it", len(text), MaxBytes)
	}
	pos := Pos{file, 1, 1}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		next := i + size
		switch {
		case r == utf8.RuneError && size == 1:
			return pos.errorf("not UTF-8: save the file as UTF-8")
		case r == '\r' && next < len(text) && text[next] == '\n':
			// A line ends with \n or \r\n; a bare \r ends a line for YAML only.
		case hidden(r):
			return pos.errorf("the character %U cannot be seen in an editor: remove it", r)
		case r == '%' && pos.Col == 1:
			return pos.errorf("YAML directives are not allowed: remove the line, or quote the text")
		}
		pos.Col++
		if r == '\n' {
			pos.Line, pos.Col = pos.Line+1, 1
		}
		i = next
	}
	return nil
}

// Hidden reports whether a text holds a character that no file may hold.
func Hidden(text string) bool { return strings.ContainsFunc(text, hidden) }

// hidden reports characters that end a line for YAML and not for an editor, that
// turn the direction of the text, or that cannot be seen at all. The two joiners
// stay: Persian and the Indic scripts need them.
func hidden(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	switch r {
	case '\n', '\t', nonJoiner, joiner:
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point)
}
