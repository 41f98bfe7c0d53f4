package egress

import (
	"strings"
	"unicode"
)

// signs are what a glance at a text tells, so that most detectors need not look at
// most questions. A sign may be there for nothing; it is never missing where its
// detector would find something.
type signs struct {
	lower                 string
	digits                int // in all
	run                   int // bytes of the longest run without a blank that has a digit
	dots, colons, hyphens int
	capitalDigit          bool // a capital with a digit right after
}

func signsOf(text string) signs {
	s := signs{lower: strings.ToLower(text)}
	start, digit, capital := 0, false, false
	end := func(i int) {
		if digit {
			s.run = max(s.run, i-start)
		}
		start, digit = i+1, false
	}
	for i, r := range text {
		was := capital
		capital = unicode.IsUpper(r)
		switch {
		case r >= '0' && r <= '9':
			s.digits++
			digit = true
			s.capitalDigit = s.capitalDigit || was
		case r == '.':
			s.dots++
		case r == ':':
			s.colons++
		case r == '-':
			s.hyphens++
		case unicode.IsSpace(r):
			end(i)
		}
	}
	end(len(text))
	return s
}

// says reports whether one of the words stands in the text, in any case and
// inside of others too.
func (s signs) says(words ...string) bool {
	for _, w := range words {
		if strings.Contains(s.lower, w) {
			return true
		}
	}
	return false
}

// ends reports whether one of the words stands in the text and ends there.
func (s signs) ends(words ...string) bool {
	for _, w := range words {
		for rest := s.lower; ; {
			_, after, ok := strings.Cut(rest, w)
			if !ok {
				break
			}
			if after == "" || !isAlnum(after[0]) && after[0] != '_' {
				return true
			}
			rest = after
		}
	}
	return false
}

func (s signs) brackets() bool { return s.says("⟨", "⟩") }
func (s signs) at() bool       { return s.says("@") }
func (s signs) link() bool     { return s.says("://", "www.") }
func (s signs) uuid() bool     { return s.hyphens >= 4 }
func (s signs) password() bool { return s.says("pass", "pwd", "key", "secret", "token") }
func (s signs) secret() bool   { return s.run >= 14 }
func (s signs) iban() bool     { return s.digits >= 2 && (s.run >= 15 || s.digits >= 6) }
func (s signs) ip() bool       { return s.dots >= 3 || s.colons >= 2 }
func (s signs) birth() bool    { return s.digits >= 4 && s.says("born", "birth", "dob", "d.o.b") }
func (s signs) coded() bool    { return s.digits >= 1 && (s.run >= 9 || s.digits >= 6) }
func (s signs) numbered() bool {
	return s.digits >= 5 && s.says("mrn", "passport", "licen", "account", "policy", "insurance", "social", "nhs", "tax", "member", "medical")
}
func (s signs) postcode() bool {
	return s.digits >= 1 && (s.capitalDigit || s.says("zip", "post", "plz"))
}
func (s signs) number() bool { return s.digits >= 7 }
func (s signs) street() bool {
	return s.digits >= 1 && (s.ends(" street", " road", " avenue", " lane", " drive", " boulevard", " highway", " parkway", " court", " square",
		" terrace", " close", " crescent", " way", " place", " st", " rd", " ave", " ln", " blvd", " hwy", " pkwy", " ct", " sq") || s.says(
		"straße ", "strasse ", "str. ", "gasse ", "weg ", "allee ", "platz ", "ufer ", "straat ", "gracht ", "laan ", "gatan ", "vägen ",
		"gata ", "veien ", "katu ", "tie ", "vej ", "gade ", "rue ", "avenue ", "boulevard ", "via ", "viale ", "piazza ", "calle ", "plaza ",
		"avenida ", "rua ", "apt ", "apt. ", "apartment ", "suite ", "suite. ", "ste ", "ste. ", "unit ", "unit. ", "flat ", "flat. ", "box ",
		"box. ", "psc ", "psc. ", "apartment. "))
}
