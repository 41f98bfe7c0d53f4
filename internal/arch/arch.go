// Package arch holds the module to the import rules of rules.txt.
//
// That file is where one reads which package may know of which other, and why.
// It has three kinds of rule, each below the comment that gives its reason:
//
//	package P              P exists; it may import what the next lines list, and
//	imports A B            the standard library
//	only P Q imports A     no other package may, whatever its own list says
//	never P imports A      not directly
//	never P reaches A      not through other packages of this module either
//
// Packages of this module are written from its root, which is ".", those of the
// standard library as std:net/http, others in full. A name may end in /... and
// then means everything below as well; ... alone means every package of the module.
//
// Tests may import what they like. Files for other systems and build tags count.
package arch

import (
	"fmt"
	"slices"
	"strings"
)

// Module is what each package imports, both in the notation of the rules.
type Module map[string][]string

// Check returns what breaks the rules, each with the rule's place and reason.
func (r *Rules) Check(m Module) []string {
	var found []string
	for _, pkg := range sorted(m) {
		found = append(found, r.checkPackage(m, pkg)...)
		for _, b := range r.bans {
			found = append(found, b.check(m, pkg)...)
		}
	}
	return found
}

func (r *Rules) checkPackage(m Module, pkg string) []string {
	rule, ok := r.packages[pkg]
	if !ok {
		return []string{fmt.Sprintf("package %s has no rule: add one to rules.txt, with its reason", pkg)}
	}
	var found []string
	for _, imported := range m[pkg] {
		if !strings.HasPrefix(imported, std) && !matchesAny(rule.imports, imported) {
			found = append(found, fmt.Sprintf("%s imports %s, which %s does not list: %s", pkg, imported, rule.at, rule.reason))
		}
	}
	return found
}

// Missing returns the packages that have a rule and do not exist.
func (r *Rules) Missing(m Module) []string {
	var missing []string
	for _, pkg := range sorted(r.packages) {
		if _, ok := m[pkg]; !ok {
			missing = append(missing, pkg)
		}
	}
	return missing
}

// Unused returns what a package may import and does not.
func (r *Rules) Unused(m Module) []string {
	var unused []string
	for _, pkg := range sorted(m) {
		for _, pattern := range r.packages[pkg].imports {
			if !slices.ContainsFunc(m[pkg], func(imported string) bool { return matches(pattern, imported) }) {
				unused = append(unused, pkg+" imports "+pattern)
			}
		}
	}
	return unused
}

// check returns how pkg breaks the ban.
func (b ban) check(m Module, pkg string) []string {
	if matchesAny(b.who, pkg) == b.others {
		return nil
	}
	var found []string
	for _, path := range b.paths(m, pkg) {
		target := path[len(path)-1]
		if matchesAny(b.what, target) {
			found = append(found, fmt.Sprintf("%s, against %s: %s", strings.Join(path, " imports "), b.at, b.reason))
		}
	}
	return found
}

// paths are the ways from pkg to what the ban is about: one step, or for
// "reaches" the shortest way to everything that can be reached.
func (b ban) paths(m Module, pkg string) [][]string {
	seen := map[string]bool{pkg: true}
	var all [][]string
	next := [][]string{{pkg}}
	for len(next) > 0 {
		path := next[0]
		next = next[1:]
		for _, imported := range m[path[len(path)-1]] {
			if seen[imported] {
				continue
			}
			seen[imported] = true
			longer := append(slices.Clone(path), imported)
			all = append(all, longer)
			if b.reaches {
				next = append(next, longer)
			}
		}
	}
	return all
}

func matchesAny(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, pkg) })
}

func matches(pattern, pkg string) bool {
	switch base, below := strings.CutSuffix(pattern, "/..."); {
	case pattern == "...":
		return !isOutside(pkg)
	case below:
		return pkg == base || strings.HasPrefix(pkg, base+"/")
	}
	return pattern == pkg
}

// isOutside tells other modules and the standard library from this module, in
// which no folder's first part has a dot.
func isOutside(pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	return strings.HasPrefix(pkg, std) || pkg != "." && strings.Contains(first, ".")
}

func sorted[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
