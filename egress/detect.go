package egress

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind is a kind of personal data, and the first half of a placeholder.
type Kind string

// Kinds that [Detect] finds. Names of people and places are not among them:
// LIMITATIONS.md says so.
const (
	Email  Kind = "EMAIL"
	Card   Kind = "CARD"  // payment cards, by Luhn's checksum
	IBAN   Kind = "IBAN"  // by its checksum
	Phone  Kind = "PHONE" // by its shape
	SSN    Kind = "SSN"   // United States social security numbers, by shape and ranges
	IP     Kind = "IP"
	Secret Kind = "SECRET" // API keys, tokens
	ID     Kind = "ID"     // UUIDs and runs of nine digits or more
	Quoted Kind = "TEXT"   // text in the brackets of placeholders that the viewer typed
)

// Mark is one place in a text: bytes [Start, End).
type Mark struct {
	Kind       Kind
	Start, End int
}

// Detect finds personal data in text. Marks do not overlap and are in order.
// It is deterministic, needs no dictionary and errs on the side of marking.
func Detect(text string) []Mark {
	var found []Mark
	for _, d := range detectors() {
		for _, m := range d.find(text) {
			if !slices.ContainsFunc(found, func(f Mark) bool { return m.Start < f.End && f.Start < m.End }) {
				found = append(found, m)
			}
		}
	}
	slices.SortFunc(found, func(a, b Mark) int { return a.Start - b.Start })
	return found
}

// A detector looks for candidates by their shape and checks each.
type detector struct {
	kind  Kind
	shape *regexp.Regexp
	// check returns how many bytes of the candidate are meant; 0: none.
	check func(candidate string) int
}

var shapes = struct{ bracket, email, secret, uuid, iban, ip *regexp.Regexp }{
	bracket: regexp.MustCompile(`⟨[^⟨⟩]{0,80}⟩|[⟨⟩]`),
	email:   regexp.MustCompile(`[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`),
	secret:  regexp.MustCompile(`(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*|[A-Za-z0-9+/_-]{32,}={0,2}`),
	uuid:    regexp.MustCompile(`(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`),
	iban:    regexp.MustCompile(`(?i)[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]){11,30}`),
	ip:      regexp.MustCompile(`[0-9A-Fa-f:.]{3,}`),
}

// detectors in the order in which they may claim a place: the more certain one
// first, so that the digits of a card are not taken for a phone number.
func detectors() []detector {
	whole := func(s string) int { return len(s) }
	return []detector{
		{Quoted, shapes.bracket, whole},
		{Email, shapes.email, whole},
		{ID, shapes.uuid, whole},
		{Secret, shapes.secret, checkSecret},
		{IBAN, shapes.iban, checkIBAN},
		{IP, shapes.ip, checkIP},
		{Card, digitRun, checkCard},
		{SSN, digitRun, checkSSN},
		{Phone, digitRun, checkPhone},
		{ID, digitRun, checkLong},
	}
}

func (d detector) find(text string) []Mark {
	var found []Mark
	for _, at := range d.shape.FindAllStringIndex(text, -1) {
		start, end := at[0], at[1]
		if d.kind != Quoted && d.kind != Email && inWord(text, start) {
			continue
		}
		if n := d.check(text[start:end]); n > 0 && !(n == end-start && continues(text, end)) {
			found = append(found, Mark{d.kind, start, start + n})
		}
	}
	return found
}

// inWord reports whether a letter or digit stands right before text[i].
func inWord(text string, i int) bool {
	r, _ := utf8.DecodeLastRuneInString(text[:i])
	return i > 0 && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// continues reports whether a digit follows at text[i].
func continues(text string, i int) bool {
	return i < len(text) && text[i] >= '0' && text[i] <= '9'
}

func checkSecret(s string) int {
	letters := strings.IndexFunc(s, unicode.IsLetter) >= 0
	digits := strings.ContainsAny(s, "0123456789")
	if letters && digits {
		return len(s)
	}
	return 0
}

// checkIBAN tries ever shorter candidates: the shape may have run on into the
// next words. Source: ISO 13616, checksum ISO 7064 mod 97-10.
func checkIBAN(s string) int {
	for end := len(s); end >= 15; end-- {
		if last := s[end-1]; last == ' ' || last == '-' || end < len(s) && isAlnum(s[end]) {
			continue
		}
		bare := strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(s[:end]))
		if len(bare) >= 15 && len(bare) <= 34 && mod97(bare[4:]+bare[:4]) == 1 {
			return end
		}
	}
	return 0
}

func mod97(s string) int {
	n := 0
	for _, c := range []byte(s) {
		if c >= 'A' {
			n = (n*100 + int(c-'A') + 10) % 97
		} else {
			n = (n*10 + int(c-'0')) % 97
		}
	}
	return n
}

// checkIP leaves times of day (12:30) and versions (1.2.3) alone: they are no
// addresses to netip.
func checkIP(s string) int {
	bare := strings.TrimRight(s, ".:")
	if a, err := netip.ParseAddr(bare); err == nil && (a.Is4() || len(bare) > 4) {
		return len(bare)
	}
	return 0
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
