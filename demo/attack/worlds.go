package attack

import (
	"context"
	"embed"
	"fmt"
	"regexp"
	"strings"
)

//go:embed worlds
var scripts embed.FS

func script(name string) string {
	text, err := scripts.ReadFile("worlds/" + name + ".sql")
	if err != nil {
		panic(err) // it is embedded
	}
	return string(text)
}

// worlds are the demo, and for each viewer another that differs from it in what
// this viewer may not see, and in nothing else. If one draft has two outcomes in
// them, it told of the difference.
type worlds struct {
	demo    []byte
	other   map[string][]byte          // by viewer
	secrets map[string]map[string]bool // values that a viewer may not read, by viewer
}

func makeWorlds(ctx context.Context, image []byte) (worlds, error) {
	w := worlds{other: map[string][]byte{}, secrets: map[string]map[string]bool{}}
	var err error
	if w.demo, err = newSandbox(image).change(script("alike")); err != nil {
		return w, fmt.Errorf("making two patients alike: %w", err)
	}
	demo := newSandbox(w.demo)
	tables := demo.run(ctx, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'", unbounded())
	if tables.err != nil {
		return w, fmt.Errorf("reading the demo: %w", tables.err)
	}
	for _, who := range []string{"ines", "tom"} {
		if w.other[who], err = demo.change(script(who) + emptied(script(who), tables)); err != nil {
			return w, fmt.Errorf("making the other world of %s: %w", who, err)
		}
		secrets := demo.run(ctx, script(who+"-secrets"), unbounded())
		if secrets.err != nil {
			return w, fmt.Errorf("reading what %s may not: %w", who, secrets.err)
		}
		w.secrets[who] = secretsOf(secrets.table)
	}
	return w, nil
}

// emptied empties the tables that a script does not name: nobody has thought of
// whether the viewer may see them.
func emptied(script string, tables ran) string {
	var b strings.Builder
	for _, row := range tables.rows {
		if !regexp.MustCompile(`\b` + row[0] + `\b`).MatchString(script) {
			fmt.Fprintf(&b, "DELETE FROM %s;", row[0])
		}
	}
	return b.String()
}

// secretsOf leaves out what is too short to be one.
func secretsOf(t table) map[string]bool {
	all := map[string]bool{}
	for _, row := range t.rows {
		if len(row[0]) >= 6 {
			all[row[0]] = true
		}
	}
	return all
}
