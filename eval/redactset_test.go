package eval

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

var generate = flag.Bool("generate", false, "write the labelled questions anew")

// The set of labelled questions, in testdata/redact: questions of analytics into
// which made-up personal data is filled, and, in plain.txt, such without any. It is
// generated, so that nobody's data is in it, and committed, so that figures over
// it can be repeated.
func TestLabelledQuestionsAreAsGenerated(t *testing.T) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, l := range labelledQuestions(rand.New(rand.NewPCG(1, 2))) {
		if err := enc.Encode(l); err != nil {
			t.Fatal(err)
		}
	}
	const path = "testdata/redact/questions.jsonl"
	if *generate {
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, b.Bytes()) {
		t.Error("the generator and its file differ: go test ./eval -run LabelledQuestions -generate")
	}
}

// templates are questions with places for personal data.
const templates = `how many visits did {} have last year?
show the balance of {}
orders placed by {} in March
diagnosis of {}
what did {} spend per month in 2024?
is {} still on ward 3?
list everything we sent to {} since 2023-01-01
compare the sales of {} with the average of the team
when was {} admitted, and why?
how much does {} owe us
last 5 invoices for {}
{} visits per month
does {} have an open claim?
total refunds for {} this quarter
which products did {} return?
appointments of {} next week, by doctor
find the record of {} and count its changes
number of calls from {} by weekday`

// fits are templates that want a word before the value.
var fits = map[string][]string{
	"EMAIL_ADDRESS": {"orders of {} in 2024", "which customer has the email {}?", "did {} open the newsletter"},
	"CREDIT_CARD":   {"transactions with card {} over 100 EUR", "was {} charged twice in May?", "spend on {} by merchant"},
	"IBAN_CODE":     {"payments to {} last month", "which account has the IBAN {}?", "sum of transfers from {} by day"},
	"PHONE_NUMBER":  {"calls from {} per day", "who has the number {}?", "customer with phone {} and their orders"},
	"NATIONAL_ID":   {"claims of the person with id {}", "visits of {} by ward", "is {} registered?"},
	"IP_ADDRESS":    {"logins from {} in the last hour", "requests by {} per minute"},
	"URL":           {"visits referred by {}", "clicks on {} per day"},
	"SECRET":        {"usage of key {} per day", "which service uses {}?"},
	"ADDRESS":       {"deliveries to {} last week", "who lives at {}?"},
	"POSTAL_CODE":   {"patients with postcode {} by age", "the zip code is {}, how many customers?"},
	"BIRTH_DATE":    {"patients born on {} with diabetes", "customer with date of birth {}", "dob {}, which ward?"},
	"ACCOUNT":       {"balance of account {}", "claims on policy number {}", "patient with MRN {}"},
}

const (
	givenNames  = "Maria John Fatima Wei Olga Ahmed Giulia Sven Aoife Kwame Priya Jürgen Zoë Nikolai Ingrid Carlos Thi Yuki Hassan Elif Pavel Chloé Dmitri Siobhán Tomasz Leila Björn Anneke Rajesh Noor"
	familyNames = "Keller Smith Nguyen O'Brien Petrov García Müller Kowalski Haddad Okafor Rossi Andersson Yamamoto Fernandez Papadopoulos Schwarz Dubois Novák Jensen Patel McKinney D'Angelo Lindqvist Ivanova Hoffmann Silva Takahashi Hughes Bianchi Demir"
	wordGiven   = "Mark Grace Will Rose Bill Frank Jack Faith Amber Chase"
	wordFamily  = "Baker Young King Brown Banks Walker Green Miller Stone Fisher Wells Carpenter"
	company     = "Zentrovia Kelmarq Brightforge Nordvex Palomarix Quenterra"
)

func labelledQuestions(r *rand.Rand) []Labelled {
	pick := func(list string) string { f := strings.Fields(list); return f[r.IntN(len(f))] }
	full := func(given, family string) func() string {
		return func() string { return pick(given) + " " + pick(family) }
	}
	small := func(f func() string) func() string { return func() string { return strings.ToLower(f()) } }
	kinds := []struct {
		kind  string
		value func() string
	}{
		{"PERSON", full(givenNames, familyNames)},
		{"PERSON", func() string { return pick(familyNames) }},
		{"PERSON_SMALL", small(full(givenNames, familyNames))},
		{"PERSON_SMALL", small(func() string { return pick(familyNames) })},
		{"PERSON_CAPS", func() string { return strings.ToUpper(full(givenNames, familyNames)()) }},
		{"PERSON_WORDS", full(wordGiven, wordFamily)},
		{"PERSON_WORDS", func() string { return "Mrs " + pick(wordFamily) }},
		{"PERSON_WORDS_SMALL", small(full(wordGiven, wordFamily))},
		{"PERSON_WORDS_SMALL", func() string { return "customer " + strings.ToLower(pick(wordFamily)) }},
		{"ORGANIZATION", func() string { return pick(company) }},
		{"EMAIL_ADDRESS", func() string { return ascii(strings.ToLower(pick(givenNames)+"."+pick(familyNames))) + "@example.org" }},
		{"CREDIT_CARD", func() string { return card(r) }},
		{"IBAN_CODE", func() string { return iban(r) }},
		{"PHONE_NUMBER", func() string { return phone(r) }},
		{"NATIONAL_ID", func() string { return national(r) }},
		{"IP_ADDRESS", func() string {
			return fmt.Sprintf("%d.%d.%d.%d", 1+r.IntN(220), r.IntN(256), r.IntN(256), 1+r.IntN(254))
		}},
		{"URL", func() string { return "https://example.org/u/" + strings.ToLower(pick(wordGiven)) }},
		{"SECRET", func() string { return "sk-" + letters(r, 24) + fmt.Sprint(r.IntN(10)) }},
		{"ADDRESS", func() string {
			return fmt.Sprintf("%d %s %s", 1+r.IntN(400), pick("Crown Mill Station Kings Elm Chestnut"), pick("Street Road Avenue Lane"))
		}},
		{"ADDRESS", func() string { return pick("Haupt Bahnhof Linden Goethe") + "straße " + fmt.Sprint(1+r.IntN(120)) }},
		{"POSTAL_CODE", func() string { return strings.Replace(pick("SW1A_1AA EC2R_8AH M1_1AE 90210 10115 75008"), "_", " ", 1) }},
		{"BIRTH_DATE", func() string { return fmt.Sprintf("19%02d-%02d-%02d", 40+r.IntN(60), 1+r.IntN(12), 1+r.IntN(28)) }},
		{"ACCOUNT", func() string { return pick("AB- C K0 00") + fmt.Sprint(10_000_000+r.IntN(80_000_000)) }},
	}
	var all []Labelled
	for _, k := range kinds {
		for range 40 {
			all = append(all, fill(r, k.kind, k.value()))
		}
	}
	return all
}

// fill puts value into a template; titles and roles before a name are no part of it.
func fill(r *rand.Rand, kind, value string) Labelled {
	lines := fits[kind]
	if lines == nil {
		lines = strings.Split(templates, "\n")
	}
	before, after, _ := strings.Cut(lines[r.IntN(len(lines))], "{}")
	for _, word := range []string{"Mrs ", "customer "} {
		if rest, ok := strings.CutPrefix(value, word); ok {
			before, value = before+word, rest
		}
	}
	start := len([]rune(before))
	return Labelled{before + value + after, []Label{{kind, start, start + len([]rune(value))}}}
}

func digits(r *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		fmt.Fprint(&b, r.IntN(10))
	}
	return b.String()
}

func letters(r *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[r.IntN(49)])
	}
	return b.String()
}

func ascii(s string) string {
	return strings.NewReplacer("ü", "u", "ö", "o", "ë", "e", "é", "e", "á", "a", "í", "i", "'", "").Replace(s)
}

func card(r *rand.Rand) string {
	d := []string{"4", "51", "37"}[r.IntN(3)]
	d += digits(r, 14-len(d)+1)
	for c := range 10 {
		if s := d + fmt.Sprint(c); luhn(s) {
			if r.IntN(2) == 0 && len(s) == 16 {
				return s[:4] + " " + s[4:8] + " " + s[8:12] + " " + s[12:]
			}
			return s
		}
	}
	panic("no digit fits")
}

func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		n := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			n = 2*n%10 + 2*n/10
		}
		sum += n
	}
	return sum%10 == 0
}

func iban(r *rand.Rand) string {
	country := []string{"DE", "NL", "GB", "FR"}[r.IntN(4)]
	account := map[string]string{"DE": digits(r, 18), "NL": "INGB" + digits(r, 10), "GB": "WEST" + digits(r, 14), "FR": digits(r, 23)}[country]
	n := 0
	for _, c := range account + country + "00" {
		if c >= 'A' {
			n = (n*100 + int(c-'A') + 10) % 97
		} else {
			n = (n*10 + int(c-'0')) % 97
		}
	}
	s := fmt.Sprintf("%s%02d%s", country, 98-n, account)
	if r.IntN(2) == 0 {
		return s
	}
	var groups []string
	for ; len(s) > 4; s = s[4:] {
		groups = append(groups, s[:4])
	}
	return strings.Join(append(groups, s), " ")
}

func phone(r *rand.Rand) string {
	switch r.IntN(6) {
	case 0:
		return fmt.Sprintf("(%d) 555-01%s", 201+r.IntN(700), digits(r, 2))
	case 1:
		return fmt.Sprintf("+44 7700 900%s", digits(r, 3))
	case 2:
		return fmt.Sprintf("0%d %s", 30+r.IntN(50), "1"+digits(r, 7))
	case 3:
		return fmt.Sprintf("+49 %d %s", 151+r.IntN(20), digits(r, 8))
	case 4:
		return fmt.Sprintf("%d-555-01%s", 201+r.IntN(700), digits(r, 2))
	default:
		return fmt.Sprintf("0%d %s %s %s %s", 1+r.IntN(5), digits(r, 2), digits(r, 2), digits(r, 2), digits(r, 2))
	}
}

func national(r *rand.Rand) string {
	switch r.IntN(6) {
	case 0: // United States
		return fmt.Sprintf("%d-%02d-%04d", 100+r.IntN(500), 1+r.IntN(98), 1+r.IntN(9998))
	case 1: // United Kingdom, National Insurance
		return "AB" + digits(r, 6) + "C"
	case 2: // Spain
		n := 10_000_000 + r.IntN(80_000_000)
		return fmt.Sprint(n) + string("TRWAGMYFPDXBNJZSQVHLCKE"[n%23])
	case 3: // United Kingdom, NHS
		for {
			d := digits(r, 9)
			sum := 0
			for i, c := range d {
				sum += (10 - i) * int(c-'0')
			}
			if check := (11 - sum%11) % 11; check < 10 {
				return fmt.Sprintf("%s %s %s%d", d[:3], d[3:6], d[6:], check)
			}
		}
	case 4: // Brazil
		d := digits(r, 9)
		for range 2 {
			sum := 0
			for i, c := range d {
				sum += (len(d) + 1 - i) * int(c-'0')
			}
			d += fmt.Sprint(sum * 10 % 11 % 10)
		}
		return fmt.Sprintf("%s.%s.%s-%s", d[:3], d[3:6], d[6:9], d[9:])
	default: // Finland
		day := fmt.Sprintf("%02d%02d%02d", 1+r.IntN(28), 1+r.IntN(12), 40+r.IntN(60))
		serial := fmt.Sprintf("%03d", 2+r.IntN(898))
		n := 0
		for _, c := range day + serial {
			n = n*10 + int(c-'0')
		}
		return day + "-" + serial + string("0123456789ABCDEFHJKLMNPRSTUVWXY"[n%31])
	}
}
