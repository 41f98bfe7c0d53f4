package grille

import (
	"context"
	"reflect"
	"slices"
	"sync"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/planner"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/viewer"
)

// Suggest are whole questions that begin with the text of q, which may be as much as
// has been typed of one, or nothing: the most useful first, at most so many; 0: eight.
// Each is a question of the planner's that it answers for this viewer. They name what
// the viewer sees and no stored value; nothing is run, and nothing leaves.
func (g *Grille) Suggest(ctx context.Context, q Question, most int) (all []planner.Suggestion, err error) {
	k, err := g.beginAs(ctx, asker{q.Viewer, g.views.see}, q.Trace)
	if err != nil {
		return nil, err
	}
	defer k.recover(&err)
	passes := func(sql string) bool {
		alarms, err := k.passes(k.view, sql, nil)
		return err == nil && len(alarms) == 0
	}
	return planner.Suggest(k.view, planner.Typed{Text: q.Text, Most: most, Passes: passes}, k.options()), nil
}

// asker is who asks, and what makes their view.
type asker struct {
	viewer.Viewer
	see func(viewer.Viewer, *policy.Rules, *catalog.Catalog) (policy.View, error)
}

// views keeps the views of who typed last, as one of ten thousand tables takes longer
// to make than a keystroke may. None is given to anybody who is not the same in all.
type views struct {
	mu   sync.Mutex
	kept []keptView // the one that was used last comes last
}

type keptView struct {
	who     viewer.Viewer
	rules   *policy.Rules
	outline *catalog.Catalog
	view    policy.View
}

// mostViews is how many views are kept.
const mostViews = 8

func (v *views) see(who viewer.Viewer, rules *policy.Rules, outline *catalog.Catalog) (policy.View, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for i, k := range v.kept {
		if k.rules == rules && k.outline == outline && reflect.DeepEqual(k.who, who) {
			v.kept = append(slices.Delete(v.kept, i, i+1), k)
			return k.view, nil
		}
	}
	view, err := policy.See(who, rules, outline)
	if err != nil {
		return view, err
	}
	if len(v.kept) == mostViews {
		v.kept = slices.Delete(v.kept, 0, 1)
	}
	v.kept = append(v.kept, keptView{who.Clone(), rules, outline, view})
	return view, nil
}

func (v *views) clear() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.kept = nil
}
