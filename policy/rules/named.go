package rules

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/policy"
)

// Named gives columns the classes that somebody named elsewhere, as in the meta of
// dbt, in the place of what names and types say. A class that is not proposed here is
// one of a preset, which the file then brings, or becomes a closed class of its own,
// for a person to say how it is shown. A class that does not fit the column's type
// leaves it closed.
func (p *Proposal) Named(classes map[*catalog.Column]string) {
	for c, class := range classes {
		if !nameOfClass.MatchString(class) || scalar(class) != class {
			continue
		}
		if m, known := maskOf(class); known && m.Unfit(c.Type) != "" {
			class = "unsure"
		}
		p.was[c], p.class[c] = p.class[c], class
	}
	p.spread()
}

// opens is a remark on a column that shows more than names and types would have.
func (p *Proposal) opens(c *catalog.Column) string {
	was, class := p.was[c], p.class[c]
	if !slices.Contains(order(), was) || stricter(was, class) != was || was == class {
		return ""
	}
	return "   # named elsewhere: by its name it would be " + was
}

var nameOfClass = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$`)

// maskOf is what a class that is proposed, or a preset's, does.
func maskOf(class string) (m policy.Mask, known bool) {
	switch class {
	case "birth":
		return policy.Mask{Show: policy.Year}, true
	case "contact":
		return policy.Mask{Show: policy.Hash, Family: "any"}, true
	case "zip":
		return policy.Mask{Show: policy.Zip3}, true
	}
	for _, s := range presets() {
		for _, c := range s.classes {
			if c.Name == class {
				return c.Mask, true
			}
		}
	}
	return policy.Mask{}, false
}

// extra are the lines of classes that stand in no other proposal.
func (p *Proposal) extra() (presets, own string) {
	used := map[string]bool{}
	for _, t := range p.Tables() {
		for _, c := range t.Columns {
			used[p.class[c]] = true
		}
	}
	var from []string
	for _, class := range slices.Sorted(maps.Keys(used)) {
		preset := presetOf(class)
		switch {
		case slices.Contains(order(), class):
		case preset == "":
			own += fmt.Sprintf("  %-13s {show: never}                 # named elsewhere: say how it is shown\n", class+":")
		case !slices.Contains(from, preset):
			from = append(from, preset)
		}
	}
	if len(from) > 0 {
		presets = "presets: [" + strings.Join(from, ", ") + "]\n"
	}
	return presets, own
}
