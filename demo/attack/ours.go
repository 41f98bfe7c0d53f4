package attack

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/answer"
	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/demo"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/policy/rules"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/run/sqlite"
	"github.com/grille-dev/grille/sql/types"
	"github.com/grille-dev/grille/viewer"
)

// ourSide is Grille over one world.
type ourSide struct {
	*grille.Grille
	byModel bool // what it is given is a model's draft, and not a person's text
	file    file // the database; "" for what nobody looks at
}

// file is a database whose writing is noticed.
type file struct {
	path string
	was  os.FileInfo
	sum  [sha256.Size]byte // of its content
}

// written: its content is another one. A file whose time and size stay is not read
// again.
func (f file) written() bool {
	if f.path == "" {
		return false
	}
	now, err := os.Stat(f.path)
	if err == nil && now.Size() == f.was.Size() && now.ModTime().Equal(f.was.ModTime()) {
		return false
	}
	content, err := os.ReadFile(f.path)
	return err != nil || sha256.Sum256(content) != f.sum
}

// opener opens Grille over worlds, with one key for all, so that a pseudonym is
// the same in each.
type opener struct {
	rules  []byte
	key    []byte
	today  time.Time
	random io.Reader
}

func newOpener(c Config, rules []byte) (opener, error) {
	o := opener{rules: rules, key: make([]byte, 32), today: c.Today, random: c.Random}
	_, err := io.ReadFull(c.Random, o.key)
	return o, err
}

func (o opener) open(ctx context.Context, c sqlite.Config) (*grille.Grille, error) {
	secret, err := policy.NewSecret(o.key)
	if err != nil {
		return nil, err
	}
	opts := rules.Options{Secret: secret, Connection: "demo"}
	for _, v := range demo.Viewers() {
		opts.Teams = append(opts.Teams, v.Teams...)
	}
	c.TimeZone, c.Concurrent = time.UTC.String(), 2
	e, err := sqlite.New(c)
	if err != nil {
		return nil, err
	}
	return grille.Open(ctx, grille.Config{
		Engine: e,
		Rules: func(c *catalog.Catalog) (*policy.Rules, error) {
			return rules.Compile("demo/rules.yaml", o.rules, c, opts)
		},
		Connection: "demo", Limits: run.Limits{Rows: naiveRows, Bytes: 64 << 20, Time: 30 * time.Second},
		Zone: time.UTC, Clock: func() time.Time { return o.today }, Random: o.random, Key: o.key,
	})
}

func (s ourSide) answer(ctx context.Context, who viewer.Viewer, text string) outcome {
	o := s.ask(ctx, who, text)
	o.wrote = s.file.written()
	return o
}

func (s ourSide) ask(ctx context.Context, who viewer.Viewer, text string) outcome {
	a, err := s.SQL(ctx, grille.Draft{SQL: text, Viewer: who, ByModel: s.byModel, Texts: grille.Meant})
	if err != nil {
		return refused(err)
	}
	defer func() { _ = a.Close() }()
	o := outcome{ran: a.SQL, said: said(a)}
	tokens := map[string]string{}
	for _, c := range a.Columns {
		o.columns = append(o.columns, c.Label)
	}
	for a.Next() {
		var row []string
		for i, v := range a.Row() {
			row = append(row, blind(a.Columns[i].Type, v.String(), tokens))
		}
		o.rows = append(o.rows, row)
	}
	if err := a.Err(); err != nil {
		return refused(err)
	}
	return o
}

// blind gives pseudonyms numbers in the order in which they come: which one a
// name has is no more than chance to whoever has no key.
func blind(t types.Type, cell string, tokens map[string]string) string {
	if t.Kind != types.Token {
		return cell
	}
	if tokens[cell] == "" {
		tokens[cell] = fmt.Sprintf("pseudonym %d", len(tokens)+1)
	}
	return tokens[cell]
}

func said(a *answer.Answer) string {
	lines := append(append([]string(nil), a.Words...), a.Said()...)
	for _, m := range a.Matched {
		lines = append(lines, m.String())
	}
	return strings.Join(lines, "\n")
}

// refused is a refusal as its reader has it.
func refused(err error) outcome {
	var no *refusal.Refusal
	if !errors.As(err, &no) {
		return outcome{failed: err.Error()}
	}
	return outcome{refused: string(no.Code), said: fmt.Sprintf("refused %s: %s\n  try: %s", no.Code, no.Msg, no.Try)}
}
