package rules

import (
	"slices"

	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/policy"
)

// preset is a list of classes that a law or a standard asks for. It gives names
// to what a person then finds in a database; it finds nothing itself, and a file
// that uses it is not compliant by that.
type preset struct {
	name    string
	classes []policy.Class
}

// Each class hides its columns from models. Never is for what the source wants
// removed; a mask stands where the source says how much may be left.
func presets() []preset {
	never, redact := policy.Mask{Show: policy.Closed}, policy.Mask{Show: policy.Redact}
	year, zip3, last4 := policy.Mask{Show: policy.Year}, policy.Mask{Show: policy.Zip3}, policy.Mask{Show: policy.Last4}
	return []preset{
		// 45 CFR 164.514(b)(2)(i), the eighteen identifiers of the safe harbour.
		// A hash is no way out: a code that is derived from the value is one of
		// them, 164.514(c)(1).
		{"hipaa", []policy.Class{
			{Name: "hipaa.name", Mask: redact},     // (A)
			{Name: "hipaa.address", Mask: redact},  // (B) smaller than a state
			{Name: "hipaa.zip", Mask: zip3},        // (B) three digits, 000 where they stand for 20,000 people or fewer
			{Name: "hipaa.date", Mask: year},       // (C) admission, discharge, death
			{Name: "hipaa.birth", Mask: redact},    // (C) the year too tells an age over 89
			{Name: "hipaa.age", Mask: redact},      // (C) ages over 89 are to be one category
			{Name: "hipaa.phone", Mask: redact},    // (D)
			{Name: "hipaa.fax", Mask: redact},      // (E)
			{Name: "hipaa.email", Mask: redact},    // (F)
			{Name: "hipaa.ssn", Mask: never},       // (G)
			{Name: "hipaa.record", Mask: never},    // (H) medical record numbers
			{Name: "hipaa.plan", Mask: never},      // (I) health plan beneficiary numbers
			{Name: "hipaa.account", Mask: never},   // (J)
			{Name: "hipaa.licence", Mask: never},   // (K) certificates and licences
			{Name: "hipaa.vehicle", Mask: never},   // (L) with licence plates
			{Name: "hipaa.device", Mask: never},    // (M) with serial numbers
			{Name: "hipaa.url", Mask: redact},      // (N)
			{Name: "hipaa.ip", Mask: redact},       // (O)
			{Name: "hipaa.biometric", Mask: never}, // (P)
			{Name: "hipaa.photo", Mask: never},     // (Q) full face and comparable
			{Name: "hipaa.other", Mask: never},     // (R) any other unique number, characteristic or code
		}},
		// PCI DSS 4.0. Requirement 3.4.1: at most the first six (BIN) and the last
		// four digits of a PAN are displayed. 3.3.1: sensitive authentication data
		// is not kept after authorization, so it is never shown. 3.5 is about how
		// it is stored, of which rules say nothing.
		{"pci", []policy.Class{
			{Name: "pci.pan", Mask: last4},
			{Name: "pci.holder", Mask: redact},
			{Name: "pci.expiry", Mask: redact},
			{Name: "pci.service_code", Mask: redact},
			{Name: "pci.sad", Mask: never}, // track data, card verification codes, PINs and PIN blocks
		}},
		// Regulation (EU) 2016/679. Article 4(1): by what a person is identified.
		// Articles 9(1) and 10: what may be processed for a stated reason only.
		{"gdpr", []policy.Class{
			{Name: "gdpr.name", Mask: redact},     // 4(1)
			{Name: "gdpr.number", Mask: redact},   // 4(1) identification numbers
			{Name: "gdpr.location", Mask: redact}, // 4(1)
			{Name: "gdpr.online", Mask: redact},   // 4(1) online identifiers
			{Name: "gdpr.trait", Mask: redact},    // 4(1) physical, physiological, economic, cultural or social identity
			{Name: "gdpr.origin", Mask: never},    // 9(1) racial or ethnic
			{Name: "gdpr.opinion", Mask: never},   // 9(1) political
			{Name: "gdpr.belief", Mask: never},    // 9(1) religious or philosophical
			{Name: "gdpr.union", Mask: never},     // 9(1) trade union membership
			{Name: "gdpr.genetic", Mask: never},   // 9(1), 4(13)
			{Name: "gdpr.biometric", Mask: never}, // 9(1), 4(14)
			{Name: "gdpr.health", Mask: never},    // 9(1), 4(15)
			{Name: "gdpr.sexuality", Mask: never}, // 9(1) sex life or sexual orientation
			{Name: "gdpr.criminal", Mask: never},  // 10 convictions and offences
		}},
	}
}

// presetOf is the preset that a class is of, or "".
func presetOf(class string) string {
	for _, p := range presets() {
		if slices.ContainsFunc(p.classes, func(c policy.Class) bool { return c.Name == class }) {
			return p.name
		}
	}
	return ""
}

// readPresets reads presets: [hipaa, pci, gdpr].
func (c *compiler) readPresets(n strict.Node) error {
	items, err := n.List()
	if err != nil {
		return err
	}
	var names []string
	all := presets()
	for _, p := range all {
		names = append(names, p.name)
	}
	seen := map[string]bool{}
	for _, item := range items {
		name, err := item.OneOf(names...)
		if err != nil {
			return err
		}
		if seen[name] {
			return item.Errorf("preset %s stands here already: keep one of them", name)
		}
		seen[name] = true
		for _, k := range all[slices.Index(names, name)].classes {
			k.HideFromModel, k.Where = true, item.Pos().String()
			c.classes[k.Name] = &class{Class: k, key: item}
		}
	}
	return nil
}
