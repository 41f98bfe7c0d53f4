package pgfn

// Portable is a pattern, of which [CheckRegexp] is content, in words that Go,
// PCRE and ICU read alike.
func Portable(pattern string, fold bool) string {
	t := translator{in: pattern, start: `\A`}
	if why := t.run(); why != "" {
		panic("pgfn: a pattern that was not checked")
	}
	if fold {
		return "(?si)" + t.out.String()
	}
	return "(?s)" + t.out.String()
}
