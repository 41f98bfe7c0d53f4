package egress

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/grille-dev/grille/catalog"
	lang "github.com/grille-dev/grille/internal/words"
)

// Kind is a kind of personal data, and the first half of a placeholder. All but
// Word are functions of the text alone, so that they may be said; what is marked
// as Word is only "may be personal data", whether it was found by shape or in the
// dictionary.
type Kind string

// Kinds that are found.
const (
	Email    Kind = "EMAIL"
	Card     Kind = "CARD"     // payment cards, by Luhn's checksum
	IBAN     Kind = "IBAN"     // by its checksum
	Phone    Kind = "PHONE"    // by its shape
	National Kind = "NATIONAL" // numbers that states give to persons, by their checksums
	IP       Kind = "IP"
	URL      Kind = "URL"
	Secret   Kind = "SECRET"  // API keys, tokens, passwords
	ID       Kind = "ID"      // UUIDs, runs of nine digits or more, numbers of accounts and passports
	Address  Kind = "ADDRESS" // streets with a number, postal codes
	Birth    Kind = "BIRTH"   // a date that is said to be one of birth
	Word     Kind = "WORD"    // what may be the name of somebody
	Quoted   Kind = "TEXT"    // text in the brackets of placeholders that the viewer typed
)

// Mark is one place in a text: bytes [Start, End).
type Mark struct {
	Kind       Kind
	Start, End int
	// Unsure: it may be a name and is not replaced, unless the viewer says so.
	Unsure bool
}

// Detector finds personal data. The zero Detector knows English and nothing else.
type Detector struct {
	// Catalog reports whether a stem is in the name of a visible table or column;
	// nil: there is no catalog. Such a word is no name.
	Catalog func(stem string) bool
	// Names knows the names of the site's own data; nil: there is no dictionary.
	Names Names
	// Keep are words in lower case that are no names, because the viewer says so.
	Keep map[string]bool
}

// Names is what a dictionary of a site's own names answers. Package dictionary
// has one.
type Names interface {
	// Name reports whether two to five words in lower case are a name.
	Name(words []string) bool
	// Code reports whether a code has the form of an id.
	Code(code string) bool
}

func (d Detector) catalog(stem string) bool { return d.Catalog != nil && d.Catalog(stem) }

// Stems reports the stems of words in the names of tables and columns, and in
// what a person has told about them. It reads
// them when it is first asked: most questions are plain English.
func Stems(c *catalog.Catalog) func(stem string) bool {
	stems := sync.OnceValue(func() map[string]bool {
		set := map[string]bool{}
		add := func(name string) {
			for _, w := range lang.Split(name) {
				set[lang.Stem(w)] = true
			}
		}
		for _, t := range c.Tables {
			add(t.Name + " " + t.About + " " + strings.Join(t.Also, " "))
			for _, col := range t.Columns {
				add(col.Name + " " + col.About + " " + strings.Join(col.Also, " "))
			}
		}
		for _, m := range c.Metrics {
			add(m.Name + " " + m.About + " " + strings.Join(m.Also, " "))
		}
		return set
	})
	return func(stem string) bool { return stems()[stem] }
}

// Detect finds what is replaced with no catalog at hand.
func Detect(text string) []Mark { return Detector{}.Detect(text) }

// Detect finds what is replaced. Marks do not overlap and are in order.
func (d Detector) Detect(text string) []Mark {
	return slices.DeleteFunc(d.Examine(text), func(m Mark) bool { return m.Unsure })
}

// Examine finds what Detect does, and what may be a name as well.
func (d Detector) Examine(text string) []Mark {
	found, _ := d.examine(text)
	return found
}

// examine gives the phrases that the dictionary was asked for, too.
func (d Detector) examine(text string) (found []Mark, tried []string) {
	all := typed(text).with(d.codes(text))
	words, tried := d.names(text, all)
	return all.with(words), tried
}

// Plain reports whether a word in small letters is not taken for a name by itself.
func (d Detector) Plain(word string) bool {
	t := token{lower: word, form: formOf(word)}
	t.understand(d.catalog)
	return t.known
}

// typed finds all but names.
func typed(text string) marks {
	found, seen := marks{}, signsOf(text)
	for _, k := range detectors() {
		if k.when(seen) {
			found = found.with(k.find(text))
		}
	}
	if seen.number() {
		found = found.with(numbers(text))
	}
	return found
}

// marks are in order and do not overlap.
type marks []Mark

// touch reports whether a mark overlaps the bytes [start, end).
func (ms marks) touch(start, end int) bool {
	i, _ := slices.BinarySearchFunc(ms, start, func(o Mark, start int) int { return o.End - start - 1 })
	return i < len(ms) && ms[i].Start < end
}

// with adds what overlaps none of them.
func (ms marks) with(more []Mark) marks {
	if len(more) == 0 {
		return ms
	}
	old := ms
	for _, m := range more {
		if !old.touch(m.Start, m.End) {
			ms = append(ms, m)
		}
	}
	slices.SortFunc(ms, func(a, b Mark) int { return a.Start - b.Start })
	return ms
}

// A detector looks for candidates by their shape and checks each.
type detector struct {
	kind  Kind
	shape *regexp.Regexp
	// when reports whether the shape could be in the text.
	when func(signs) bool
	// check returns which bytes of the candidate are meant; an empty range: none.
	check func(candidate string) (start, end int)
}

var shapes = struct{ bracket, email, url, handle, secret, password, uuid, iban, ip *regexp.Regexp }{
	bracket:  regexp.MustCompile(`⟨[^⟨⟩]{0,80}⟩|[⟨⟩]`),
	email:    regexp.MustCompile(`[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`),
	url:      regexp.MustCompile(`(?i)(?:https?://|www\.)[^\s<>"'⟨⟩]+`),
	handle:   regexp.MustCompile(`@[A-Za-z0-9_.]{3,30}`),
	secret:   regexp.MustCompile(`(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}|(?:AKIA|ASIA)[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{35}|glpat-[0-9A-Za-z_-]{20,}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*|[A-Za-z0-9+/_-]{32,}={0,2}`),
	password: regexp.MustCompile(`(?i)\b(?:password|passwd|pwd|passphrase|api[ _-]?key|secret|token)(?: is |\s?[:=]\s?)\S{4,}`),
	uuid:     regexp.MustCompile(`(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`),
	iban:     regexp.MustCompile(`(?i)[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]){11,30}`),
	ip:       regexp.MustCompile(`[0-9A-Fa-f:.]{3,}`),
}

// detectors in the order in which they may claim a place: the more certain one
// first, so that the digits of a card are not taken for a phone number.
func detectors() []detector {
	whole := func(s string) (int, int) { return 0, len(s) }
	return []detector{
		{Quoted, shapes.bracket, signs.brackets, whole},
		{Email, shapes.email, signs.at, checkEmail},
		{URL, shapes.url, signs.link, checkURL},
		{URL, shapes.handle, signs.at, whole},
		{ID, shapes.uuid, signs.uuid, whole},
		{Secret, shapes.password, signs.password, checkPassword},
		{Secret, shapes.secret, signs.secret, checkSecret},
		{IBAN, shapes.iban, signs.iban, prefix(checkIBAN)},
		{IP, shapes.ip, signs.ip, prefix(checkIP)},
		{Birth, birth, signs.birth, checkBirth},
		{National, coded, signs.coded, prefix(checkCoded)},
		{ID, numbered, signs.numbered, checkNumbered},
		{Address, street, signs.street, checkStreet},
		{Address, postcode, signs.postcode, checkPostcode},
	}
}

// prefix is a check whose answer begins where the candidate does.
func prefix(check func(string) int) func(string) (int, int) {
	return func(s string) (int, int) { return 0, check(s) }
}

func (d detector) find(text string) []Mark {
	var found []Mark
	for pos := 0; pos < len(text); {
		at := d.shape.FindStringIndex(text[pos:])
		if at == nil {
			break
		}
		start, end := pos+at[0], pos+at[1]
		from, to := 0, 0
		if d.kind == Quoted || d.kind == Email || !inWord(text, start) {
			from, to = d.check(text[start:end])
		}
		if from < to && !(to == end-start && continues(text, end)) {
			found = append(found, Mark{Kind: d.kind, Start: start + from, End: start + to})
			pos = start + to
			continue
		}
		pos = end
		if i := strings.IndexByte(text[start:end], ' '); d.kind == IBAN && i > 0 { // another may begin inside
			pos = start + i
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

func checkSecret(s string) (int, int) {
	letters := strings.IndexFunc(s, unicode.IsLetter) >= 0
	digits := strings.ContainsAny(s, "0123456789")
	if letters && digits {
		return 0, len(s)
	}
	return 0, 0
}

// checkPassword leaves out the word before.
func checkPassword(s string) (int, int) {
	i := strings.LastIndexAny(s, " =:")
	return i + 1, len(strings.TrimRight(s, ".,;:!?)"))
}

// checkEmail leaves quotation marks outside.
func checkEmail(s string) (int, int) { return len(s) - len(strings.TrimLeft(s, "'.-")), len(s) }

func checkURL(s string) (int, int) { return 0, len(strings.TrimRight(s, ".,;:!?)")) }

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
