package arrowstream

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/sql/types"
)

// The pages write one column, a value a line, and read it with arrow's reader.
func TestPages(t *testing.T) {
	spec.Run(t, "testdata/spec", func(*testing.T) spec.Commands {
		return spec.Commands{"arrow": func(a *spec.Args, input string) string {
			c, zone := column(a)
			g := &given{cols: []answer.Column{c}, zone: zone}
			for _, line := range strings.Split(input, "\n") {
				v := types.Null
				if line != "NULL" {
					var err error
					if v, err = types.Parse(c.Type, line, time.UTC); err != nil {
						a.Fail("%v", err)
					}
				}
				g.data = append(g.data, []types.Value{v})
			}
			var b bytes.Buffer
			err := write(&b, g.cols, g)
			out := shown(a.T(), b.Bytes())
			if err != nil {
				out += fmt.Sprintf("%v\n", err)
				if r := new(refusal.Refusal); errors.As(err, &r) {
					out += "  try: " + r.Try + "\n"
				}
			}
			return out
		}}
	})
}

func column(a *spec.Args) (answer.Column, *time.Location) {
	name, list := strings.CutSuffix(a.Need("type"), "[]")
	typ, ok := types.Named("", name)
	if !ok {
		a.Fail("no type %s", name)
	}
	if list {
		typ = types.ArrayOfType(typ)
	}
	c := answer.Column{Label: "x", Type: typ, Words: "x"}
	if mod := a.List("mod"); len(mod) == 2 {
		if _, err := fmt.Sscanf(mod[0]+" "+mod[1], "%d %d", &c.Mod.Prec, &c.Mod.Scale); err != nil {
			a.Fail("%v", err)
		}
		c.Mod.Set = true
	}
	zone := time.UTC
	if a.Has("zone") {
		if zone, ok = types.Zone(a.Get("zone")); !ok {
			a.Fail("no zone %s", a.Get("zone"))
		}
	}
	return c, zone
}

// shown is a stream as a reader finds it.
func shown(t *testing.T, stream []byte) string {
	if len(stream) == 0 {
		return "nothing was written\n"
	}
	r, err := ipc.NewReader(bytes.NewReader(stream))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	var b strings.Builder
	f := r.Schema().Field(0)
	fmt.Fprintf(&b, "%s, %s", f.Type, strings.Join(f.Metadata.Keys(), " "))
	if name, ok := f.Metadata.GetValue("ARROW:extension:name"); ok {
		fmt.Fprintf(&b, ": %s", name)
	}
	b.WriteByte('\n')
	for r.Next() {
		col := r.RecordBatch().Column(0)
		for i := range col.Len() {
			b.WriteString(strings.TrimSpace(col.ValueStr(i)) + "\n")
		}
		if m, ok := r.RecordBatch().(interface{ NumRows() int64 }); ok && m.NumRows() == 0 {
			b.WriteString("the end\n")
		}
	}
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
