package strict

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/grille-dev/grille/internal/spec"
)

func TestPages(t *testing.T) {
	spec.Run(t, "testdata/parse", func(*testing.T) spec.Commands {
		parse := func(text string) string {
			n, err := Parse("f.yaml", []byte(text))
			if err != nil {
				return err.Error()
			}
			var b strings.Builder
			show(&b, n, 0)
			return b.String()
		}
		return spec.Commands{
			"parse": func(_ *spec.Args, input string) string { return parse(input) },
			"bytes": func(args *spec.Args, input string) string {
				text, err := strconv.Unquote(input)
				if err != nil {
					args.Fail("%s: %v", input, err)
				}
				return parse(text)
			},
		}
	})
}

func show(b *strings.Builder, n Node, depth int) {
	in := strings.Repeat("  ", depth)
	switch n.Kind() {
	case KindText:
		fmt.Fprintf(b, "%q\n", n.text)
	case KindList:
		b.WriteString("[\n")
		for _, item := range n.items {
			b.WriteString(in + "  ")
			show(b, item, depth+1)
		}
		b.WriteString(in + "]\n")
	case KindMap:
		b.WriteString("{\n")
		for _, e := range n.entries {
			b.WriteString(in + "  " + e.Name + ": ")
			show(b, e.Value, depth+1)
		}
		b.WriteString(in + "}\n")
	default:
		panic("unreachable: Kind panics first")
	}
}

func TestCaps(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("[", n-1) + "x" + strings.Repeat("]", n-1) }
	for name, c := range map[string]struct{ text, want string }{
		"longest":       {"a: " + strings.Repeat("x", MaxBytes-3), ""},
		"too long":      {"a: " + strings.Repeat("x", MaxBytes-2), "f.yaml:1:1: the file has 1048577 bytes"},
		"deepest":       {nested(MaxDepth), ""},
		"too deep":      {nested(MaxDepth + 1), "f.yaml:1:33: nested deeper than 32 levels"},
		"very deep":     {strings.Repeat("[", MaxBytes), "exceeded max depth"},
		"deep in keys":  {strings.Repeat("{", 40) + strings.Repeat("}", 40), "f.yaml:1:"},
		"too deep, map": {strings.Repeat("{a: ", MaxDepth) + "x" + strings.Repeat("}", MaxDepth), "nested deeper"},
	} {
		_, err := Parse("f.yaml", []byte(c.text))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), "f.yaml:") || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestErrorHasPosition(t *testing.T) {
	_, err := Parse("rules.yaml", []byte("a: b\nü: {c: ~}\n"))
	var e *Error
	if !errors.As(err, &e) || e.Pos != (Pos{"rules.yaml", 2, 8}) {
		t.Errorf("got %#v, want the place of ~", err)
	}
}

// FuzzParse: no panic; what is accepted is not empty anywhere, and every error
// says where and ends in advice.
func FuzzParse(f *testing.F) {
	for _, page := range []string{"meaning", "refused"} {
		text, err := os.ReadFile("testdata/parse/" + page + ".txt")
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range strings.Split(string(text), "\n\n") {
			if _, body, ok := strings.Cut(part, "parse\n"); ok {
				input, _, _ := strings.Cut(body, "\n----")
				f.Add([]byte(input))
			}
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		n, err := Parse("f", text)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Pos.Line < 1 || e.Pos.Col < 1 || !strings.Contains(e.Message, ": ") {
				t.Fatalf("error without place or advice: %v", err)
			}
			return
		}
		full(t, n, 1)
	})
}

func full(t *testing.T, n Node, depth int) {
	if depth > MaxDepth {
		t.Fatalf("%s: too deep", n.Pos())
	}
	switch n.Kind() {
	case KindText:
		if strings.TrimSpace(n.text) == "" {
			t.Fatalf("%s: empty text", n.Pos())
		}
	case KindList:
		if len(n.items) == 0 {
			t.Fatalf("%s: empty list", n.Pos())
		}
		for _, item := range n.items {
			full(t, item, depth+1)
		}
	case KindMap:
		seen := map[string]bool{}
		for _, e := range n.entries {
			if seen[e.Name] {
				t.Fatalf("%s: key twice", e.Key.Pos())
			}
			seen[e.Name] = true
			full(t, e.Key, depth+1)
			full(t, e.Value, depth+1)
		}
	default:
		panic("unreachable: Kind panics first")
	}
}
