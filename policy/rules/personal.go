package rules

import (
	"maps"
	"slices"

	"github.com/grille-dev/grille/internal/strict"
)

// personalSamples has classes of personal data give samples to models only if
// they are named a second time, in personal_samples: [pii.city]. A number that
// came to stand at such a class by mistake gives nothing away.
func (c *compiler) personalSamples() error {
	var named []string
	for _, n := range c.twice {
		name, err := c.personalClass(n)
		if err != nil {
			return err
		}
		if slices.Contains(named, name) {
			return n.Errorf("class %q stands here already: keep one of them", name)
		}
		named = append(named, name)
	}
	for _, name := range slices.Sorted(maps.Keys(c.classes)) {
		k := c.classes[name]
		if !k.Personal || k.Samples == 0 || slices.Contains(named, name) {
			continue
		}
		k.Samples = 0
		c.say(Note, k.key.Pos(), "class %q is of personal data: it gives no samples unless it is named a second time, personal_samples: [%s]", name, name)
	}
	return nil
}

// personalClass is a class of personal data that says how many samples it gives.
func (c *compiler) personalClass(n strict.Node) (string, error) {
	name, err := n.Text()
	if err != nil {
		return "", err
	}
	k := c.classes[name]
	switch {
	case k == nil:
		return "", n.Errorf("unknown class %q: %s", name, meant(name, slices.Sorted(maps.Keys(c.classes))))
	case k.Samples == 0:
		return "", n.Errorf("class %q gives no samples: remove it here, or add samples to the class", name)
	case !k.Personal:
		return "", n.Errorf("class %q is not of personal data, and its samples are given as it stands: remove it here, or add personal: true to the class", name)
	}
	return name, nil
}
