package egress

import (
	"regexp"
	"strings"
)

// National numbers that are digits alone are looked for in runs of digits, those
// with letters by the shapes below. Each has to pass its state's checksum, or
// where there is none its ranges; sources beside each.

// A scheme is how one state numbers persons: how the number is written, N for a
// digit, and what its digits have to fulfil.
type scheme struct {
	written []string
	check   func(digits string) bool
}

func schemes() []scheme {
	return []scheme{
		{[]string{"NNN-NN-NNNN", "NNN NN NNNN"}, isSSN},
		{[]string{"NNN NNN NNNN"}, isNHS},
		{[]string{"N NN NN NN NNN NNN NN", "NNNNNNNNNNNNNNN", "N NN NN NN NNN NNN"}, isINSEE},
		{[]string{"NNN.NNN.NNN-NN"}, isCPF},
		{[]string{"NNN-NNN-NNN", "NNN NNN NNN"}, luhn}, // Canada's SIN
		{[]string{"NNN.NNNN.NNNN.NN"}, isAHV},
		{[]string{"NN.NN.NN-NNN.NN"}, isBelgian},
		{[]string{"NNNNNN-NNNN", "NNNNNNNN-NNNN"}, isBirthNumber}, // Sweden, Denmark
		{[]string{"NNNN NNNN NNNN"}, isAadhaar},
		{[]string{"NN NNN NNN NNN"}, isSteuerID},
	}
}

func isNational(s string) bool {
	for _, k := range schemes() {
		for _, w := range k.written {
			if writtenAs(s, w) && k.check(digitsOf(s)) {
				return true
			}
		}
	}
	return false
}

func writtenAs(s, form string) bool {
	if len(s) != len(form) {
		return false
	}
	for i := range len(s) {
		digit := s[i] >= '0' && s[i] <= '9'
		if form[i] == 'N' && !digit || form[i] != 'N' && s[i] != form[i] {
			return false
		}
	}
	return true
}

// isSSN: United States; no area 000, 666 or 900 and up, no group 00, no serial 0000.
func isSSN(d string) bool {
	return d[:3] != "000" && d[:3] != "666" && d[0] != '9' && d[3:5] != "00" && d[5:] != "0000"
}

// weighted is the sum of the digits times their weights.
func weighted(d string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += int(d[i]-'0') * w
	}
	return sum
}

// isNHS: NHS data dictionary, modulus 11.
func isNHS(d string) bool {
	check := 11 - weighted(d, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11
	return check != 10 && check%11 == int(d[9]-'0')
}

// isINSEE: France; sex, year and month, and mod 97 where the key is written.
func isINSEE(d string) bool {
	if d[0] != '1' && d[0] != '2' || d[3:5] == "00" || d[3:5] > "12" && d[3] < '2' {
		return false
	}
	if len(d) == 13 {
		return true
	}
	n := 0
	for _, c := range []byte(d[:13]) {
		n = (n*10 + int(c-'0')) % 97
	}
	return 97-n == int(d[13]-'0')*10+int(d[14]-'0')
}

// isCPF: Brazil, two digits modulo 11.
func isCPF(d string) bool {
	digit := func(n int) byte { return byte('0' + (n*10%11)%10) }
	return strings.Trim(d, d[:1]) != "" &&
		d[9] == digit(weighted(d, 10, 9, 8, 7, 6, 5, 4, 3, 2)) && d[10] == digit(weighted(d, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2))
}

// isAHV: Switzerland, the check digit of EAN-13.
func isAHV(d string) bool {
	return d[:3] == "756" && weighted(d, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)%10 == 0
}

// isBelgian: mod 97, with a 2 in front for who was born from 2000.
func isBelgian(d string) bool {
	rest := func(s string) int {
		n := 0
		for _, c := range []byte(s) {
			n = (n*10 + int(c-'0')) % 97
		}
		return 97 - n
	}
	key := int(d[9]-'0')*10 + int(d[10]-'0')
	return rest(d[:9]) == key || rest("2"+d[:9]) == key
}

// isBirthNumber: a day of birth and four digits; Sweden has Luhn's checksum,
// Denmark gave its up in 2007.
func isBirthNumber(d string) bool {
	d = d[len(d)-10:]
	day := func(s string) bool { return s >= "01" && s <= "31" }
	month := func(s string) bool { return s >= "01" && s <= "12" }
	return month(d[2:4]) && (day(d[4:6]) && luhn(d) || day(d[:2]))
}

// isSteuerID: Germany, ISO 7064 mod 11,10.
func isSteuerID(d string) bool {
	p := 10
	for _, c := range []byte(d[:10]) {
		s := (int(c-'0') + p) % 10
		if s == 0 {
			s = 10
		}
		p = s * 2 % 11
	}
	return (11-p)%10 == int(d[10]-'0') && d[0] != '0'
}

// isAadhaar: India, Verhoeff's checksum.
func isAadhaar(d string) bool {
	if d[0] < '2' {
		return false
	}
	c := 0
	for i := range len(d) {
		n := int(d[len(d)-1-i] - '0')
		for range i % 8 { // the permutation, i times
			n = int("1576283094"[n] - '0')
		}
		c = dihedral(c, n)
	}
	return c == 0
}

// dihedral is the product in the dihedral group of order 10.
func dihedral(a, b int) int {
	switch {
	case a < 5 && b < 5:
		return (a + b) % 5
	case a < 5:
		return 5 + (a+b-5)%5
	case b < 5:
		return 5 + (a-5-b+5)%5
	default:
		return (a - b + 5) % 5
	}
}

// coded are national numbers with letters.
var coded = regexp.MustCompile(`(?i)[A-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]` + // United Kingdom
	`|[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPR-T][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]` + // Italy
	`|[XYZ]?[0-9]{7,8}-?[A-Z]` + // Spain
	`|[0-9]{6}[-+A][0-9]{3}[0-9A-Y]` + // Finland
	`|[A-Z]{5}[0-9]{4}[A-Z]` + // India
	`|[CFGHJKLMNPRTVWXYZ][0-9CFGHJKLMNPRTVWXYZ]{8}[0-9]`) // Germany

func checkCoded(s string) int {
	bare := strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(s))
	switch n := len(bare); {
	case n == 9 && isNINO(bare), n == 16 && isCodiceFiscale(bare), n == 9 && isDNI(bare), isHETU(strings.ToUpper(s)),
		n == 10 && isPAN(bare), n == 10 && isAusweis(bare):
		return len(s)
	default:
		return 0
	}
}

// isNINO: HMRC's manual NIM39110; there is no checksum.
func isNINO(s string) bool {
	numbered, digits := strings.ContainsAny(s[:2], "0123456789"), strings.Trim(s[2:8], "0123456789") == ""
	return !numbered && digits && s[8] >= 'A' && s[8] <= 'D' && !strings.ContainsAny(s[:2], "DFIQUV") && s[1] != 'O' &&
		!strings.Contains(" BG GB NK KN TN NT ZZ ", " "+s[:2]+" ")
}

// isDNI: Spain, the letter is the number modulo 23; NIE begin with X, Y or Z.
func isDNI(s string) bool {
	n := 0
	for i, c := range []byte(s[:8]) {
		switch {
		case c >= '0' && c <= '9':
			n = n*10 + int(c-'0')
		case i == 0 && c >= 'X' && c <= 'Z':
			n = int(c - 'X')
		default:
			return false
		}
	}
	return s[8] == "TRWAGMYFPDXBNJZSQVHLCKE"[n%23]
}

// isCodiceFiscale: Italy, decree of 23 December 1976.
func isCodiceFiscale(s string) bool {
	sum := 0
	for i, c := range []byte(s[:15]) {
		v := int(c - '0')
		if c >= 'A' {
			v = int(c - 'A')
		}
		if i%2 == 0 {
			v = oddValue(v)
		}
		sum += v
	}
	return s[15] == byte('A'+sum%26) && strings.ContainsAny(s, "0123456789") // a word has the form, too
}

// oddValue is the table of the decree for odd places.
func oddValue(v int) int {
	return [...]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}[v]
}

// isHETU: Finland, the number modulo 31.
func isHETU(s string) bool {
	if len(s) != 11 {
		return false
	}
	n := 0
	for _, c := range []byte(s[:6] + s[7:10]) {
		if c < '0' || c > '9' {
			return false
		}
		n = n*10 + int(c-'0')
	}
	return s[10] == "0123456789ABCDEFHJKLMNPRSTUVWXY"[n%31]
}

// isPAN: India; the fourth letter is P for persons.
func isPAN(s string) bool {
	return strings.Trim(s[:5], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && strings.Trim(s[5:9], "0123456789") == "" && s[3] == 'P'
}

// isAusweis: Germany's identity card, ICAO 9303: weights 7, 3, 1. It has a digit.
func isAusweis(s string) bool {
	sum := 0
	for i, c := range []byte(s[:9]) {
		v := int(c - '0')
		if c >= 'A' {
			v = int(c-'A') + 10
		}
		sum += v * [...]int{7, 3, 1}[i%3]
	}
	return s[9] == byte('0'+sum%10) && strings.ContainsAny(s[1:9], "0123456789") && !strings.HasSuffix(s, "000")
}
