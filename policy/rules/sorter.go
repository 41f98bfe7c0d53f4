package rules

import (
	"slices"
	"strings"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/internal/words"
	"github.com/grille-dev/grille/policy"
	"github.com/grille-dev/grille/sql/types"
)

// sorting is one column on its way to a class.
type sorting struct {
	t    *catalog.Table
	c    *catalog.Column
	name []string // the words of its name, with short forms written out beside them, as stems
	all  string   // the name in one piece
	said []string // the words of its comment, as stems
}

func sortingOf(t *catalog.Table, c *catalog.Column) sorting {
	return sorting{t, c, stems(c.Name), strings.Join(words.Split(c.Name), ""), stems(c.Comment)}
}

// stems are the words of a name as stems: sbCustAddr is sb, cust, customer, addr,
// address; venuename is venuename, venue, name.
func stems(name string) []string {
	var out []string
	seen := map[string]bool{} // a comment may be long
	add := func(w string) {
		if w = words.Stem(w); !seen[w] {
			out, seen[w] = append(out, w), true
		}
	}
	for _, w := range words.Split(name) {
		add(w)
		for _, long := range words.OfName(w) {
			add(long)
		}
	}
	return out
}

// is reports whether one of the words is in the name.
func (s sorting) is(list ...string) bool { return meet(s.name, list) }

// has reports it also of long words inside of others: dateofbirth, salaryusd.
func (s sorting) has(list ...string) bool {
	return s.is(list...) || slices.ContainsFunc(list, func(w string) bool { return len(w) >= 5 && strings.Contains(s.all, w) })
}

// says reports it of the comment as well, for words that are not used in passing.
func (s sorting) says(list ...string) bool { return s.has(list...) || meet(s.said, list) }

func meet(a, b []string) bool {
	return slices.ContainsFunc(a, func(w string) bool { return slices.Contains(b, w) })
}

// fits is the class if its mask fits the column's type; days and flags are about
// something of that kind, and not it.
func (s sorting) fits(class string, m policy.Mask) string {
	switch {
	case m.Unfit(s.c.Type) == "":
		return class
	case class == "contact" && (s.c.Type.IsTemporal() || s.c.Type.Kind == types.Bool):
		return "plain"
	}
	return "unsure"
}

// class sorts. The order of the questions is the order of caution.
func (s sorting) class() string {
	switch {
	case s.c.Type.Kind == types.Unsupported:
		return "unsure"
	case s.c.Generated:
		return "unsure" // it repeats other columns, and nothing says which
	case s.secret():
		return "secret"
	case s.sensitive():
		return "sensitive"
	case s.free():
		return "text.free"
	case s.says("birthday", "birthdate", "dob", "birth", "born"), s.is("bdate"), strings.HasSuffix(s.all, "bday"):
		return s.fits("birth", policy.Mask{Show: policy.Year})
	case s.contact():
		return s.fits("contact", policy.Mask{Show: policy.Hash, Family: "any"})
	case s.is("age", "gender", "sex", "nationality", "marital", "weight", "height", "balance", "credit", "debt", "fingerprint", "photo", "picture"):
		return "unsure"
	case s.has("zipcode", "postcode", "postal") || s.is("zip"):
		return s.fits("zip", policy.Mask{Show: policy.Zip3})
	case s.has("street", "address", "latitude", "longitude", "lng", "lon", "geo", "location", "coordinate") && !s.is("id"):
		return "unsure"
	case s.personName():
		return "person.name"
	case s.key():
		return "key"
	}
	return s.plain()
}

// secret is what opens doors, and numbers by which the state or a bank knows
// somebody. An id of such a thing is a key to its table, but for those that are
// such numbers themselves.
func (s sorting) secret() bool {
	switch {
	case s.says("password", "passwd", "pwd", "secret", "token", "apikey", "salt", "credential", "cvv", "cvc", "otp"),
		s.has("hash", "pin", "signature", "certificate", "privatekey", "creditcard", "cardnumber", "vin", "imei"):
		return true
	case s.says("ssn", "iban", "passport"), s.has("bic", "taxid", "vatid", "nationalid"),
		s.is("tax", "vat", "national", "social") && s.is("id", "number", "code", "security"):
		return true
	}
	return s.has("licence", "license", "insurance", "account", "policy", "cert") && !s.is("id", "count", "amount", "rate", "type", "status", "total", "name") &&
		(s.c.Type.IsText() || s.is("number"))
}

func (s sorting) sensitive() bool {
	return s.says("diagnosis", "disease", "religion", "ethnicity", "sexuality", "salary", "wage", "disability", "genetic", "biometric", "hiv", "pregnancy", "pregnant", "allergy") ||
		s.has("health", "medical", "orientation", "income", "symptom", "blood", "vaccination", "immigration", "criminal", "conviction", "prescription", "medication") ||
		s.is("race", "union", "med") || s.is("pay") && !s.is("load")
}

// free is text in which anything may stand.
func (s sorting) free() bool {
	switch s.c.Type.Kind {
	case types.JSON, types.JSONB, types.Bytea, types.Array:
		return true
	}
	return s.c.Type.IsText() && (s.has("note", "comment", "description", "remark", "message", "content", "biography", "feedback", "memo", "subject", "abstract", "introduction", "reason", "detail") ||
		s.is("body", "bio", "review", "text"))
}

func (s sorting) contact() bool {
	if s.is("website", "homepage", "logo") && !s.aboutPeople() {
		return false // of a thing
	}
	return s.says("email", "phone", "telephone") || s.has("mail", "mobile", "fax", "website", "homepage", "twitter", "facebook", "instagram", "username", "login", "nickname", "handle") ||
		s.is("ip", "url", "cell", "uniqname") || s.is("device") && !s.is("type", "model", "kind")
}

// personName is a name in a table of people, or one that says whose it is.
func (s sorting) personName() bool {
	if !s.c.Type.IsText() {
		return false
	}
	named := s.is("name", "title", "label")
	return s.says("firstname", "lastname", "surname", "forename", "maiden", "fullname", "middlename") ||
		s.is("first", "last", "family", "given", "full", "middle") && s.is("name") ||
		named && (s.aboutPeople() || slices.ContainsFunc(s.name, person))
}

// plain is for what is left: facts about things. Texts are open only where a
// name says what kind of word stands in them, and in tables of people only where
// every word of it does.
func (s sorting) plain() string {
	known := func(w string) bool { return slices.Contains(openWords(), w) }
	switch {
	case s.c.Type.IsNumber(), s.c.Type.Kind == types.Bool, s.c.Type.Kind == types.Enum, s.c.Type.IsTemporal():
		return "plain"
	case !s.c.Type.IsText():
		return "unsure"
	case s.aboutPeople():
		coarse := func(w string) bool { return slices.Contains(coarseWords(), w) }
		if slices.ContainsFunc(s.name, coarse) && !slices.ContainsFunc(words.Split(s.c.Name), func(w string) bool { return !coarse(words.Stem(w)) && !person(words.Stem(w)) }) {
			return "plain"
		}
	case slices.ContainsFunc(s.name, known), s.flag():
		return "plain"
	}
	return "unsure"
}

// flag is a yes or no that is kept as a text: has_exams, round_trip_required.
func (s sorting) flag() bool {
	ws := words.Split(s.c.Name)
	return len(ws) > 1 && (slices.Contains([]string{"is", "has", "allow", "allows", "can"}, ws[0]) || slices.Contains([]string{"required", "allowed", "enabled", "flag"}, ws[len(ws)-1]))
}

// key reports primary and foreign keys and what is called an id, of types that
// hold no words; and ids that are texts, where they are none of a person's.
func (s sorting) key() bool {
	in := slices.ContainsFunc(s.t.Unique, func(k []catalog.ColumnID) bool { return slices.Contains(k, s.c.ID) })
	for _, k := range s.t.Foreign {
		in = in || slices.Contains(k.Columns, s.c.ID)
	}
	ws := words.Split(s.c.Name)
	called := len(ws) > 0 && ws[len(ws)-1] == "id"
	switch {
	case s.c.Type.IsInteger(), s.c.Type.Kind == types.UUID:
		return in || called
	}
	return s.c.Type.IsText() && called && len(ws) > 1 && !slices.ContainsFunc(s.name, person) && !s.aboutPeople()
}

// aboutPeople reports tables that are about people.
func (s sorting) aboutPeople() bool { return slices.ContainsFunc(stems(s.t.Name), person) }
