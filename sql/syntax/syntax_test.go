package syntax

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/refusal"
)

// The pages below testdata/spec are the manual of what is accepted:
//
//	parse   a statement: its tree, or the refusal with the place and the hint
//	expr    the same for a condition
//	spans   a statement: each node with the text that its span covers
func TestSpec(t *testing.T) {
	spec.Run(t, "testdata/spec", func(*testing.T) spec.Commands {
		return spec.Commands{
			"parse": func(_ *spec.Args, text string) string {
				text = unescape(text)
				q, err := Parse(text)
				return shown(q, text, err)
			},
			"expr": func(_ *spec.Args, text string) string {
				x, err := ParseExpr(text)
				return shown(x, text, err)
			},
			"spans": func(_ *spec.Args, text string) string {
				q, err := Parse(text)
				if err != nil {
					return shown(q, text, err)
				}
				var b strings.Builder
				eachNode(q, func(n Node, depth int) {
					fmt.Fprintf(&b, "%s%s %s\n", strings.Repeat("  ", depth), kindOf(n), covered(text, n.At()))
				})
				return b.String()
			},
		}
	})
}

// unescape writes <U+00A0> as that character, so that pages can show it.
func unescape(text string) string {
	for {
		i := strings.Index(text, "<U+")
		if i < 0 {
			return text
		}
		var r rune
		fmt.Sscanf(text[i:], "<U+%04X>", &r)
		text = text[:i] + string(r) + text[i+len("<U+0000>"):]
	}
}

func shown(n Node, text string, err error) string {
	var r *refusal.Refusal
	switch {
	case err == nil:
		return Dump(n)
	case errors.As(err, &r):
		out := "refused " + r.Error() + "\n"
		if caret := refusal.Caret(text, r.Span); caret != "" {
			out += caret + "\n"
		}
		return out + "try: " + r.Try
	default:
		return "an error that is no refusal: " + err.Error()
	}
}

func covered(text string, s Span) string {
	if s == (Span{}) {
		return "-"
	}
	return strings.Join(strings.Fields(text[s.Pos:s.End]), " ")
}

func kindOf(n Node) string { return reflect.TypeOf(n).Elem().Name() }

// eachNode visits n and all nodes below it, by reflection: it forgets none.
func eachNode(n Node, visit func(n Node, depth int)) {
	walk(reflect.ValueOf(n), 0, visit)
}

func walk(v reflect.Value, depth int, visit func(Node, int)) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return
		}
		if v.Kind() == reflect.Pointer && v.CanInterface() {
			if n, ok := v.Interface().(Node); ok {
				visit(n, depth)
				depth++
			}
		}
		walk(v.Elem(), depth, visit)
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), depth, visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			walk(v.Field(i), depth, visit)
		}
	}
}
