package tour

import (
	"context"
	"fmt"
	"strings"

	"github.com/grille-dev/grille"
)

const (
	byWard   = "SELECT w.name AS ward, floor(extract(year FROM p.birthday) / 10) * 10 AS born, round(avg(v.stay_days), 1) AS average_stay, count(*) AS stays"
	fromStay = " FROM visits v JOIN wards w ON w.id = v.ward_id JOIN patients p ON p.id = v.patient_id"
	perStay  = " JOIN lab_results l ON l.visit_id = v.id" // of which a visit has many
	inOrder  = " GROUP BY 1, 2 ORDER BY 1, 2"

	days    = "SELECT w.name AS ward, sum(v.stay_days) AS days FROM visits v JOIN wards w ON w.id = v.ward_id"
	anyStay = " WHERE EXISTS (SELECT 1 FROM lab_results l WHERE l.visit_id = v.id)"
	eachDay = " GROUP BY 1 ORDER BY 1"

	repeated, once         = byWard + fromStay + perStay + inOrder, byWard + fromStay + inOrder
	daysRepeated, daysOnce = days + perStay + eachDay, days + anyStay + eachDay
)

// groups is a question whose draft counts too often, and an answer in large groups.
type groups struct {
	tom   reply
	given sizes // of what Tom was given
	ines  reply
	wrong asked // what her first draft would have given
}

// sizes of groups by ward and decade.
type sizes struct {
	groups, least  int64
	wards, decades map[string]bool
}

func (*groups) about() about {
	return about{"Groups, and a join that counts twice", "tom, then ines",
		"Tom asks for an average by birth decade. He sees years of birth, never days, and no group of fewer than ten. The stand-in's first draft makes a common mistake: it joins the lab results as well, of which a visit has many, so that each stay would count once for each result."}
}

func (g *groups) play(ctx context.Context, s *stage) (err error) {
	if g.tom, err = s.drafted("tom", "average stay by ward and birth decade", repeated, once); err != nil {
		return err
	}
	if g.ines, err = s.drafted("ines", "how many days did patients stay in each ward?", daysRepeated, daysOnce); err != nil {
		return err
	}
	if g.wrong, err = s.sql(s.modeled, grille.Draft{SQL: daysRepeated, Viewer: person("ines"), ByModel: true}); err != nil {
		return err
	}
	if err := g.count(ctx, s); err != nil {
		return err
	}
	g.show(s)
	return nil
}

// drafted asks with a script.
func (s *stage) drafted(who, text string, script ...string) (reply, error) {
	g, err := s.byModel()
	if err != nil {
		return reply{}, err
	}
	s.model.says(script...)
	k, err := s.ask(g, grille.Question{Text: text, Viewer: person(who)})
	return reply{asked: k, received: s.model.heard()}, err
}

// count looks at the groups that Tom was given.
func (g *groups) count(ctx context.Context, s *stage) error {
	a, err := s.modeled.SQL(ctx, grille.Draft{SQL: g.tom.draft, Viewer: person("tom"), ByModel: true})
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	g.given = sizes{wards: map[string]bool{}, decades: map[string]bool{}}
	for a.Next() {
		row := a.Row()
		g.given.wards[row[0].Text()], g.given.decades[row[1].String()] = true, true
		if stays := row[3]; !stays.IsNull() && (g.given.groups == 0 || stays.Int() < g.given.least) {
			g.given.least = stays.Int()
		}
		g.given.groups++
	}
	return a.Err()
}

func (g *groups) show(s *stage) {
	s.asks(g.tom.asked)
	s.heading("The first draft, which is not run")
	s.code(repeated, nil)
	s.heading("What the model was sent back with it")
	s.code(g.tom.sentBack(), nil)
	s.heading("The answer to its second draft")
	s.result(g.tom.asked)
	s.rest()
	s.asks(g.ines.asked)
	s.say("Her wards have no such groups, so the same mistake would have given numbers. With the warning that stands beside them, these:")
	s.result(g.wrong)
	s.heading("What the model was sent back instead")
	s.code(g.ines.sentBack(), nil)
	s.heading("The answer to its second draft")
	s.result(g.ines.asked)
}

// sentBack is why a model hears that its first draft was not taken: what it is sent
// before the draft itself.
func (r reply) sentBack() string {
	if len(r.received) < 2 {
		return ""
	}
	why, _, _ := strings.Cut(r.received[1].prompt(), "\n\nline ")
	return why
}

func (g *groups) claims() []claim {
	could := int64(len(g.given.wards) * len(g.given.decades))
	return []claim{
		{"Tom's first draft was not run: the model was asked twice", len(g.tom.sent) == 2 && g.tom.draft == once},
		{fmt.Sprintf("the smallest of his %d groups has %d stays, and none fewer than ten", g.given.groups, g.given.least), g.given.groups > 1 && g.given.least >= 10},
		{fmt.Sprintf("%d wards and %d decades would make %d groups, and he is not told which of the others are small, and which are not there",
			len(g.given.wards), len(g.given.decades), could), g.given.groups < could},
		{"he is told that smaller ones are left out", strings.Contains(strings.Join(g.tom.about, "\n"), "smaller ones are left out")},
		{"Ines' first draft would have been answered with a warning", len(g.wrong.Warnings) > 0 && g.wrong.refused == ""},
		{"the answer that she got has none, and other numbers", len(g.ines.Warnings) == 0 && g.ines.rows > 0 && g.ines.table != g.wrong.table},
	}
}
