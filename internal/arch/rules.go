package arch

import (
	"fmt"
	"strings"
)

// Rules are the rules of one file.
type Rules struct {
	packages map[string]packageRule
	bans     []ban
}

type packageRule struct {
	imports    []string
	at, reason string
}

// ban is "never who imports|reaches what", or with others, "only who imports what".
type ban struct {
	who, what       []string
	others, reaches bool
	at, reason      string
}

// ParseRules reads the format that the package comment describes.
func ParseRules(file, text string) (*Rules, error) {
	p := &rulesParser{rules: &Rules{packages: map[string]packageRule{}}}
	for i, line := range strings.Split(text, "\n") {
		p.at = fmt.Sprintf("%s:%d", file, i+1)
		if err := p.line(strings.TrimSpace(line)); err != nil {
			return nil, fmt.Errorf("%s: %w", p.at, err)
		}
	}
	return p.rules, nil
}

type rulesParser struct {
	rules  *Rules
	at     string
	reason []string // the comment so far; a blank line ends it
	pkg    string   // the package to which "imports" belongs
}

func (p *rulesParser) line(line string) error {
	if line == "" {
		p.reason, p.pkg = nil, ""
		return nil
	}
	if comment, ok := strings.CutPrefix(line, "#"); ok {
		p.reason = append(p.reason, strings.TrimSpace(comment))
		return nil
	}
	words := strings.Fields(line)
	if len(words) < 2 {
		return fmt.Errorf("%q is no rule: write package, imports, only or never, and names", line)
	}
	if len(p.reason) == 0 {
		return fmt.Errorf("%q has no reason: write a comment directly above", line)
	}
	switch words[0] {
	case "package":
		return p.packageLine(words[1:])
	case "imports":
		return p.importsLine(words[1:])
	case "only", "never":
		return p.banLine(words)
	}
	return fmt.Errorf("unknown rule %q: write package, imports, only or never", words[0])
}

func (p *rulesParser) packageLine(names []string) error {
	name := names[0]
	if len(names) > 1 || strings.HasSuffix(name, "...") {
		return fmt.Errorf("write one package, without ...: a rule for several hides what each may do")
	}
	if first, ok := p.rules.packages[name]; ok {
		return fmt.Errorf("package %s has a rule already at %s: keep one", name, first.at)
	}
	p.pkg = name
	p.rules.packages[name] = packageRule{at: p.at, reason: strings.Join(p.reason, " ")}
	return nil
}

func (p *rulesParser) importsLine(names []string) error {
	rule, ok := p.rules.packages[p.pkg]
	if !ok {
		return fmt.Errorf("imports of which package? write it directly below a line \"package P\"")
	}
	for _, name := range names {
		if strings.HasPrefix(name, std) || name == "..." {
			return fmt.Errorf("%s need not be listed: the standard library is free, and all of the module is no rule", name)
		}
	}
	rule.imports = append(rule.imports, names...)
	p.rules.packages[p.pkg] = rule
	return nil
}

// banLine reads WORD WHO... imports|reaches WHAT...
func (p *rulesParser) banLine(words []string) error {
	for i, verb := range words {
		if verb != "imports" && verb != "reaches" {
			continue
		}
		b := ban{
			who: words[1:i], what: words[i+1:],
			others: words[0] == "only", reaches: verb == "reaches",
			at: p.at, reason: strings.Join(p.reason, " "),
		}
		if len(b.who) == 0 || len(b.what) == 0 || b.others && b.reaches {
			break
		}
		p.rules.bans = append(p.rules.bans, b)
		return nil
	}
	return fmt.Errorf("write \"only P imports A\", \"never P imports A\" or \"never P reaches A\"")
}
