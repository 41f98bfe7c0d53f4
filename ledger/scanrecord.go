package ledger

import "strings"

// scanRecord reads the plain part of a record as it is written when no text in it
// needs an escape, which is almost always. It is what makes verifying a million
// entries a matter of seconds; false means that JSON has to be read as such, and
// not that anything is wrong.
func scanRecord(plain []byte) (record, bool) {
	s := scanner{rest: string(plain), ok: true}
	var r record
	r.V = int(s.number(`{"v":`))
	r.Entry = s.number(`,"entry":`)
	r.Time = s.text(`,"time":"`)
	r.Kind = kind(s.text(`,"kind":"`))
	r.Person = s.optional(`,"person":"`)
	r.Purpose = Purpose(s.optional(`,"purpose":"`))
	r.Round = int(s.optionalNumber(`,"round":`))
	r.Connection = s.optional(`,"connection":"`)
	r.Provider = s.optional(`,"provider":"`)
	r.Host = s.optional(`,"host":"`)
	r.Bytes = s.optionalNumber(`,"bytes":`)
	r.Removed = s.optional(`,"removed":"`)
	r.Previous = s.optional(`,"previous":"`)
	r.Commitment = s.optional(`,"commitment":"`)
	return r, s.ok && s.rest == "}"
}

// scanner takes keys with their values from the front of a text, in order.
type scanner struct {
	rest string
	ok   bool
}

// number is a positive one without sign or leading zero.
func (s *scanner) number(key string) (n int64) {
	rest, ok := strings.CutPrefix(s.rest, key)
	i := 0
	for ; i < len(rest) && i < 18 && rest[i] >= '0' && rest[i] <= '9'; i++ {
		n = n*10 + int64(rest[i]-'0')
	}
	s.ok = s.ok && ok && i > 0 && rest[0] != '0'
	s.rest = rest[i:]
	return n
}

func (s *scanner) optionalNumber(key string) int64 {
	if !strings.HasPrefix(s.rest, key) {
		return 0
	}
	return s.number(key)
}

// text is one that is not empty, of letters that JSON writes as they are.
func (s *scanner) text(key string) string {
	rest, ok := strings.CutPrefix(s.rest, key)
	i := 0
	for ; i < len(rest) && rest[i] != '"'; i++ {
		if c := rest[i]; c < ' ' || c > '~' || c == '\\' || c == '<' || c == '>' || c == '&' {
			ok = false
		}
	}
	if s.ok = s.ok && ok && i > 0 && i < len(rest); !s.ok {
		return ""
	}
	s.rest = rest[i+1:]
	return rest[:i]
}

func (s *scanner) optional(key string) string {
	if !strings.HasPrefix(s.rest, key) {
		return ""
	}
	return s.text(key)
}
