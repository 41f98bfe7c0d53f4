package rules

import (
	"strconv"
	"strings"

	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/policy"
)

// class is one entry of classes. Its mask has no family yet where each column
// is to have its own.
type class struct {
	policy.Class
	key strict.Node
	own bool // hash without a family
}

const maxSamples = 3

// readClasses reads classes: {pii.name: {show: redact, model: hide}, ...}.
func (c *compiler) readClasses(n strict.Node) error {
	entries, err := n.Entries()
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name == "*" || e.Name == "all" {
			return e.Key.Errorf("%q is a word of the rules: give the class another name", e.Name)
		}
		if preset := presetOf(e.Name); preset != "" {
			return e.Key.Errorf("%q is a class of the preset %s, and means what it says there: give the class another name, or remove it and write presets: [%s]", e.Name, preset, preset)
		}
		k := &class{key: e.Key}
		k.Name, k.Where = e.Name, e.Key.Pos().String()
		err := e.Value.Fields(
			strict.Required("show", k.readShow),
			strict.Optional("samples", strict.Int(&k.Samples, 0, maxSamples)),
			strict.Optional("model", readWord("hide", &k.HideFromModel)),
			strict.Optional("public", strict.Bool(&k.Public)),
			strict.Optional("personal", strict.Bool(&k.Personal)),
		)
		if err != nil {
			return err
		}
		if k.Public && k.Mask.Show != policy.Plain {
			return e.Key.Errorf("class %q is public and does not show its values: use public with show: value only", e.Name)
		}
		if k.Samples > 0 && (k.Mask.Show != policy.Plain || k.HideFromModel) {
			return e.Key.Errorf("class %q gives samples of what it does not show to the model: use samples with show: value only", e.Name)
		}
		k.Personal = k.Personal || strings.HasPrefix(e.Name, "pii.") || strings.HasPrefix(e.Name, "phi.")
		c.classes[e.Name] = k
	}
	return nil
}

// readShow reads show: value | redact | hash | aggregate | never, or
// {partial: last4 | first1 | domain}, {hash: family}, {bucket: ...}.
func (k *class) readShow(n strict.Node) error {
	if n.Kind() == strict.KindText {
		word, err := n.OneOf("value", "redact", "hash", "never", "aggregate")
		if err != nil {
			return err
		}
		switch word {
		case "value":
			k.Mask.Show = policy.Plain
		case "redact":
			k.Mask.Show = policy.Redact
		case "hash":
			k.Mask.Show, k.own = policy.Hash, true
		case "never":
			k.Mask.Show = policy.Closed
		case "aggregate":
			k.Mask.Show = policy.Aggregate
		default:
			panic("rules: unknown word")
		}
		return nil
	}
	entries, err := n.Entries()
	if err != nil {
		return err
	}
	if len(entries) != 1 {
		return n.Errorf("%d ways to show a value: write one of partial, hash, bucket", len(entries))
	}
	return n.Fields(
		strict.Optional("partial", k.readPartial),
		strict.Optional("hash", k.readFamily),
		strict.Optional("bucket", k.readBucket),
	)
}

func (k *class) readPartial(n strict.Node) error {
	word, err := n.OneOf("last4", "first1", "domain")
	if err != nil {
		return err
	}
	switch word {
	case "last4":
		k.Mask.Show = policy.Last4
	case "first1":
		k.Mask.Show = policy.First1
	case "domain":
		k.Mask.Show = policy.Domain
	default:
		panic("rules: unknown word")
	}
	return nil
}

func (k *class) readFamily(n strict.Node) error {
	name, err := n.Text()
	if err != nil {
		return err
	}
	if !plainName(name) {
		return n.Errorf("%q is no name for a family of pseudonyms: use lower case letters, digits and _", name)
	}
	k.Mask = policy.Mask{Show: policy.Hash, Family: policy.SharedFamily(name)}
	return nil
}

func (k *class) readBucket(n strict.Node) error {
	text, err := n.Text()
	if err != nil {
		return err
	}
	if _, err := strconv.Atoi(text); err == nil {
		width, err := n.Int(2, policy.MaxWidth)
		k.Mask = policy.Mask{Show: policy.Width, Width: int64(width)}
		return err
	}
	word, err := n.OneOf("day", "month", "year", "zip3", "10")
	if err != nil {
		return err
	}
	switch word {
	case "day":
		k.Mask.Show = policy.Day
	case "month":
		k.Mask.Show = policy.Month
	case "year":
		k.Mask.Show = policy.Year
	case "zip3":
		k.Mask.Show = policy.Zip3
	default:
		panic("rules: unknown word")
	}
	return nil
}
