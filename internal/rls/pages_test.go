package rls

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/grille-dev/grille/internal/oracle"
	"github.com/grille-dev/grille/internal/pgtest"
	"github.com/grille-dev/grille/internal/spec"
	"github.com/grille-dev/grille/refusal"
	"github.com/grille-dev/grille/run"
	"github.com/grille-dev/grille/viewer"
)

// page is what the commands of one page share.
type page struct {
	t     *testing.T
	db    pgtest.DB
	roles map[string][2]string // by name: the role and its URL
	setup oracle.Setup
	asks  Login

	engine run.Engine // one a page, so that what it keeps meets all viewers
	server *Server    // this and the next are made anew when something has changed
	grille *oracle.Through
}

// TestPages compares what is written by hand: a page has a database with its
// policies, a rules file that says the same, viewers, and drafts.
func TestPages(t *testing.T) {
	spec.Run(t, "testdata", func(t *testing.T) spec.Commands {
		p := &page{t: t, db: pgtest.New(t), roles: map[string][2]string{}}
		var err error
		if p.engine, err = oracle.OpenPostgres(p.db.ReadOnlyDSN, run.Log{}); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			p.clear()
			_ = p.engine.Close()
		})
		return spec.Commands{
			"server":  p.run,
			"rules":   p.rules,
			"viewer":  p.viewer,
			"same":    p.same,
			"refused": p.refused,
			"apart":   p.apart,
		}
	})
}

func (p *page) clear() {
	if p.server != nil {
		p.server.Close()
	}
	p.server, p.grille = nil, nil
}

// fill puts the server's own names for {roles}, which it makes as they come.
func (p *page) fill(text string) string {
	return regexp.MustCompile(`\{\w+\}`).ReplaceAllStringFunc(text, func(name string) string {
		if name == "{reader}" {
			return p.db.ReadOnlyRole()
		}
		return p.role(strings.Trim(name, "{}"))[0]
	})
}

func (p *page) role(name string) [2]string {
	if _, ok := p.roles[name]; !ok {
		role, url := p.db.Role("")
		p.db.Exec("GRANT USAGE ON SCHEMA public TO " + role)
		p.roles[name] = [2]string{role, url}
	}
	return p.roles[name]
}

// run has the owner run a text.
func (p *page) run(_ *spec.Args, input string) string {
	p.clear()
	p.db.Exec(p.fill(input))
	return "ok"
}

// rules keeps a rules file, and says what is wrong with it.
func (p *page) rules(args *spec.Args, input string) string {
	p.clear()
	p.setup.Rules, p.setup.Teams = input, args.List("teams")
	p.setup.Viewer = viewer.Viewer{Name: "nobody", Teams: p.setup.Teams[:1]}
	if _, err := oracle.NewThrough(p.t.Context(), p.engine, p.setup); err != nil {
		return err.Error()
	}
	return "ok"
}

// viewer says who asks: role=, of the server, and teams=, of the rules. With act=
// she acts as one team, and as the role of that name. The input is what she has:
// "level = 2", a list as "wards = {3,4}".
func (p *page) viewer(args *spec.Args, input string) string {
	p.clear()
	name := args.Need("role")
	p.setup.Viewer = viewer.Viewer{Name: name, Teams: args.List("teams"), Team: args.Get("act"), Attributes: map[string][]string{}}
	p.asks = Login{URL: p.role(name)[1], Settings: map[string]string{}}
	if act := args.Get("act"); act != "" {
		p.asks.As = p.role(act)[0]
	}
	for line := range strings.Lines(input) {
		k, v, _ := strings.Cut(strings.TrimSpace(line), " =")
		v = strings.TrimSpace(v)
		p.asks.Settings[k] = v
		p.setup.Viewer.Attributes[k] = strings.Split(strings.Trim(v, "{}"), ",")
	}
	return "ok"
}

// both answers a draft both ways. $1 in it is a parameter for the server, and a
// constant for Grille.
func (p *page) both(args *spec.Args, text string) (server, grille oracle.Result) {
	var err error
	if p.server == nil {
		if p.server, err = Ask(p.t.Context(), p.asks); err != nil {
			args.Fail("the server: %v", err)
		}
		if p.grille, err = oracle.NewThrough(p.t.Context(), p.engine, p.setup); err != nil {
			args.Fail("grille: %v", err)
		}
	}
	constant, params := text, [][]byte(nil)
	for i, v := range args.List("params") {
		constant = strings.ReplaceAll(constant, fmt.Sprintf("$%d", i+1), "'"+v+"'")
		params = append(params, []byte(v))
	}
	return p.server.Query(p.t.Context(), text, params...), p.grille.Query(p.t.Context(), constant)
}

// judge compares; a draft with an order at its end orders by all that it gives.
func judge(text string, server, grille oracle.Result) (oracle.Verdict, string) {
	var ordered []int
	if orders(text) {
		for j := range server.Names {
			ordered = append(ordered, j)
		}
	}
	return oracle.Judge(server, grille, ordered)
}

func orders(text string) bool {
	return strings.LastIndex(text, "ORDER BY") > strings.LastIndex(text, ")")
}

// same drafts give the same rows, or an error of values both ways.
func (p *page) same(args *spec.Args, input string) string {
	server, grille := p.both(args, input)
	v, why := judge(input, server, grille)
	switch {
	case v != oracle.Same, server.Err != nil && !computed(server.Err):
		args.Fail("%s %s\nserver: %v\ngrille: %v", v, why, server, grille)
	case server.Err != nil:
		return "both fail: " + grille.Err.Error()
	}
	return show(input, server)
}

// refused drafts are refused by Grille; what the server does stands beside it.
func (p *page) refused(args *spec.Args, input string) string {
	server, grille := p.both(args, input)
	code := refusal.CodeOf(grille.Err)
	if code == "" || code == refusal.Value || code == refusal.Limit || code == refusal.Internal {
		args.Fail("grille: %v\nserver: %v", grille, server)
	}
	return grille.Err.Error() + "\nserver: " + p.short(server)
}

// apart drafts mean different things, and for known reasons.
func (p *page) apart(args *spec.Args, input string) string {
	server, grille := p.both(args, input)
	if v, _ := judge(input, server, grille); v == oracle.Same {
		args.Fail("they are the same: %v", server)
	}
	return "grille:\n" + p.long(input, grille) + "\nserver:\n" + p.long(input, server)
}

func (p *page) long(text string, r oracle.Result) string {
	if r.Err == nil {
		return show(text, r)
	}
	return p.short(r)
}

// short is how many rows there are, or the error, with the page's own names.
func (p *page) short(r oracle.Result) string {
	var no *refusal.Refusal
	switch {
	case errors.As(r.Err, &no):
		return no.Error()
	case r.Err != nil:
		text, _, _ := strings.Cut(strings.TrimPrefix(r.Err.Error(), "ERROR: "), " (SQLSTATE")
		return text
	}
	return fmt.Sprintf("%d rows", len(r.Rows))
}

// show is the rows: in the draft's order, else in that of their texts.
func show(text string, r oracle.Result) string {
	rows := make([]string, len(r.Rows))
	for i, row := range r.Rows {
		cells := make([]string, len(row))
		for j, c := range row {
			cells[j] = c.Text
			if c.Null {
				cells[j] = "-"
			}
		}
		rows[i] = strings.Join(cells, " | ")
	}
	if !orders(text) {
		slices.Sort(rows)
	}
	if len(rows) == 0 {
		return "no rows of " + strings.Join(r.Names, ", ")
	}
	return strings.Join(r.Names, " | ") + "\n" + strings.Join(rows, "\n")
}
