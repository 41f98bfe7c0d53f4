package oracle

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strings"
	"time"
)

// This file computes masks from what the rules' manual says of them, and shares
// nothing with package policy.

// show is one way to show a value, as a rules file writes it.
type show struct {
	yaml  string
	kind  func(Kind) Kind // of what is shown; nil: that of the column
	value func(Value) Value
	fits  func(Kind) bool
	keeps bool // different values stay different
	hash  bool
}

func shown(k Kind) func(Kind) Kind { return func(Kind) Kind { return k } }

func only(ks ...Kind) func(Kind) bool {
	return func(k Kind) bool {
		for _, x := range ks {
			if x == k {
				return true
			}
		}
		return false
	}
}

func shows() map[string]*show {
	all := only(Int, Big, Num, Float, Text, Date, Stamp, Bool)
	number := only(Int, Big, Num, Float)
	itself := func(v Value) Value { return v }
	return map[string]*show{
		"plain":  {yaml: "value", value: itself, fits: all, keeps: true},
		"key":    {yaml: "value", value: itself, fits: all, keeps: true},
		"gone":   {yaml: "redact", value: func(Value) Value { return nil }, fits: all},
		"last":   {yaml: "{partial: last4}", kind: shown(Text), fits: only(Text), value: last4},
		"first":  {yaml: "{partial: first1}", kind: shown(Text), fits: only(Text), value: first1},
		"domain": {yaml: "{partial: domain}", kind: shown(Text), fits: only(Text), value: domain},
		"area":   {yaml: "{bucket: zip3}", kind: shown(Text), fits: only(Text), value: zip3},
		"ten":    {yaml: "{bucket: 10}", kind: shown(Big), fits: number, value: func(v Value) Value { return width(v, 10) }},
		"seven":  {yaml: "{bucket: 7}", kind: shown(Big), fits: number, value: func(v Value) Value { return width(v, 7) }},
		"day":    {yaml: "{bucket: day}", kind: shown(Date), fits: only(Stamp), value: func(v Value) Value { return cut(v, "day") }},
		"month":  {yaml: "{bucket: month}", kind: shown(Date), fits: only(Date, Stamp), value: func(v Value) Value { return cut(v, "month") }},
		"year":   {yaml: "{bucket: year}", kind: shown(Date), fits: only(Date, Stamp), value: func(v Value) Value { return cut(v, "year") }},
		"hash":   {yaml: "hash", kind: shown(Token), fits: only(Int, Big, Text), keeps: true, hash: true},
		"people": {yaml: "{hash: people}", kind: shown(Token), fits: only(Int, Big, Text), keeps: true, hash: true},
		"shut":   {yaml: "never"},
	}
}

// A part of a text is shown only of texts that are twice as long.
func last4(v Value) Value {
	if r := []rune(v.(string)); len(r) >= 8 {
		return string(r[len(r)-4:])
	}
	return nil
}

func first1(v Value) Value {
	if r := []rune(v.(string)); len(r) >= 2 {
		return string(r[:1])
	}
	return nil
}

func domain(v Value) Value {
	before, after, _ := strings.Cut(v.(string), "@")
	if before == "" || after == "" || strings.Contains(after, "@") {
		return nil
	}
	return after
}

func zip3(v Value) Value {
	r := []rune(v.(string))
	if len(r) < 5 {
		return nil
	}
	head := string(r[:3])
	// 45 CFR 164.514(b)(2)(i)(B): the areas with fewer than 20,000 people.
	if strings.Contains(" 036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893 ", " "+head+" ") {
		return "000"
	}
	return head
}

// width is the greatest multiple of n that is at most v.
func width(v Value, n int64) Value {
	var x int64
	switch v := v.(type) {
	case int64:
		if v < math.MinInt64+n {
			return nil
		}
		x = v
	case Dec:
		x = int64(math.Floor(float64(v) / 100))
	case float64:
		x = int64(math.Floor(v)) // none of ours is beyond 2^53
	}
	return x - ((x%n)+n)%n
}

func cut(v Value, unit string) Value {
	d, ok := v.(Day)
	if m, stamp := v.(Micro); stamp {
		d, ok = m.day(), true
	}
	t := time.Unix(int64(d)*86400, 0).UTC()
	if !ok || t.Year() < 1 || !t.Before(time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)) {
		return nil
	}
	switch unit {
	case "month":
		t = time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	case "year":
		t = time.Date(t.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return Day(t.Unix() / 86400)
}

// The workspace's secret and the connection's name in every world.
const (
	secret     = "a secret of thirty-two bytes, and some more"
	connection = "oracle"
)

// token is 128 bits of HMAC-SHA-256 over the text of the value, under the key
// of the family: HKDF-SHA-256 (RFC 5869) without salt, one block.
func token(family string, v Value) string {
	info := ""
	for _, part := range []string{"grille/token/1", connection, family} {
		info += fmt.Sprintf("%d:%s", len(part), part)
	}
	key := mac(mac(make([]byte, sha256.Size), secret), info+"\x01")
	return hex.EncodeToString(mac(key, plain(v)))[:32]
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
