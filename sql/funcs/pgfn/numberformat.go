package pgfn

import (
	"strings"
	"unicode/utf8"
)

// numberFormat is a format of to_char and to_number for numbers.
type numberFormat struct {
	items     []numberItem
	pre, post int // digits before and after the point
	zeroFrom  int // the first digit that is a 0, counted from 0; -1: none
	zeroTo    int // one after the last digit that is a 0
	point     bool
	fill      bool // FM
	brackets  bool // PR
	sign      byte // S: 'b' before or 'a' after the digits, 0 none
	signed    bool // MI, PL or SG stands
	ownSign   bool // MI or SG: no sign is put before the digits
}

type numberItem struct {
	key  string // 9 0 , . MI PL SG S PR; "" for text
	text string
}

var numberKeys = []string{"FM", "fm", "MI", "mi", "PL", "pl", "SG", "sg", "PR", "pr",
	"9", "0", ".", ",", "D", "d", "G", "g", "S", "s"}

// parseNumberFormat reads a format; what is no keyword and no letter is copied.
func parseNumberFormat(f string) (*numberFormat, string) {
	n := &numberFormat{zeroFrom: -1}
	for f != "" {
		key := ""
		for _, k := range numberKeys {
			if strings.HasPrefix(f, k) {
				key = strings.ToUpper(k)
				break
			}
		}
		if key == "" {
			t, rest, why := formatText(f)
			if why != "" {
				return nil, why
			}
			n.items = append(n.items, numberItem{text: t.text})
			f = rest
			continue
		}
		f = f[len(key):]
		if why := n.add(key); why != "" {
			return nil, why
		}
	}
	return n, ""
}

func (n *numberFormat) add(key string) string {
	switch key {
	case "FM":
		n.fill = true
		return ""
	case "D":
		key = "."
	case "G":
		key = ","
	}
	if n.brackets {
		return "PR must stand last"
	}
	switch key {
	case "9", "0":
		if key == "0" {
			if n.zeroFrom < 0 && !n.point {
				n.zeroFrom = n.pre
			}
			n.zeroTo = n.pre + n.post + 1
		}
		if n.point {
			n.post++
		} else {
			n.pre++
		}
	case ".":
		if n.point {
			return "there are two decimal points"
		}
		n.point = true
	case "S":
		if n.sign != 0 || n.signed {
			return "there are two signs"
		}
		n.sign = 'b'
		if n.pre+n.post > 0 {
			n.sign = 'a'
		}
		return ""
	case "MI", "PL", "SG":
		if n.sign != 0 {
			return "there are two signs"
		}
		n.signed = true
		n.ownSign = n.ownSign || key != "PL"
	case "PR":
		if n.sign != 0 || n.signed {
			return "there are two signs"
		}
		n.brackets = true
		return ""
	}
	n.items = append(n.items, numberItem{key: key})
	return ""
}

// CheckNumberFormat says what is wrong with a format of numbers, or "".
func CheckNumberFormat(f string) string {
	n, why := parseNumberFormat(f)
	switch {
	case why != "":
		return why
	case n.pre+n.post == 0:
		return "the format has no digits: write 9 or 0 for each"
	case n.pre == 0:
		return "no digits precede the decimal point: write 0.99"
	case n.point && n.post == 0:
		return "no digits follow the decimal point"
	case n.pre+n.post > 100:
		return "the format has too many digits"
	}
	return ""
}

// numberWriter prints one number by a format.
type numberWriter struct {
	*numberFormat
	b        strings.Builder
	digits   string // the number's own: whole part, and after a point the decimals
	blanks   int    // places of the whole part that the number does not need
	negative bool
	at       int // the place
	next     int // in digits
	relevant int // FM: the last place in digits to print; -1: all
	wrote    bool
	started  bool
}

// format prints a number of which digits is the whole part and, after a point,
// exactly n.post decimals.
func (n *numberFormat) format(digits string, negative bool) string {
	whole, frac, _ := strings.Cut(digits, ".")
	if len(whole) > n.pre { // without a place before the point not even 0 fits
		whole, frac = strings.Repeat("#", n.pre), strings.Repeat("#", n.post)
	}
	w := &numberWriter{numberFormat: n, digits: whole, negative: negative, relevant: -1}
	w.blanks = n.pre - len(whole)
	if n.point {
		w.digits += "." + frac
	}
	if n.fill && n.point {
		w.relevant = len(strings.TrimRight(w.digits, "0")) - 1
		if w.digits[w.relevant] != '.' && w.relevant < len(whole) {
			w.relevant = len(whole)
		}
		if last := n.zeroTo - w.blanks; n.zeroTo > w.blanks {
			// the point stands between: places after it lie one further
			if n.zeroTo <= n.pre {
				last--
			}
			w.relevant = max(w.relevant, min(last, len(w.digits)-1))
		}
	}
	for _, it := range n.items {
		w.item(it)
	}
	return w.b.String()
}

func (w *numberWriter) item(it numberItem) {
	switch it.key {
	case "":
		w.b.WriteString(it.text)
	case "9", "0", ".":
		w.place(it.key)
	case ",":
		switch {
		case w.started:
			w.b.WriteByte(',')
		case !w.fill:
			w.b.WriteByte(' ')
		}
	case "MI":
		w.mark('-', w.negative)
	case "PL":
		w.mark('+', !w.negative)
	case "SG":
		w.b.WriteByte(w.signChar())
	}
}

func (w *numberWriter) mark(c byte, shown bool) {
	switch {
	case shown:
		w.b.WriteByte(c)
	case !w.fill:
		w.b.WriteByte(' ')
	}
}

func (w *numberWriter) signChar() byte {
	if w.negative {
		return '-'
	}
	return '+'
}

// hiddenZero: 0.5 in 9.9 is written without its zero.
func (w *numberWriter) hiddenZero() bool {
	return w.zeroFrom < 0 && w.next == 0 && strings.HasPrefix(w.digits, "0") && w.post > 0
}

// bare: in FM nothing follows the point, and 0. keeps its zero.
func (w *numberWriter) bare() bool { return w.relevant >= 0 && w.digits[w.relevant] == '.' }

// place prints one digit or the point, and the sign before the first.
func (w *numberWriter) place(key string) {
	zero := w.zeroFrom >= 0 && w.at >= w.zeroFrom
	if !w.wrote && (w.at >= w.blanks || zero) && (!w.hiddenZero() || w.bare()) {
		w.leadingSign()
	}
	switch {
	case w.at < w.blanks && key != "." && !zero:
		if !w.fill {
			w.b.WriteByte(' ')
		}
	case w.at < w.blanks && key != ".":
		w.b.WriteByte('0')
		w.started = true
	case w.next < len(w.digits) && w.digits[w.next] == '.':
		w.b.WriteByte('.')
		w.next++
	case w.next < len(w.digits):
		w.digit(key)
		w.next++
	}
	w.at++
	if last := w.pre + w.post; w.at == last+1 || w.at == last && !w.numberFormat.point {
		w.trailingSign()
	}
}

func (w *numberWriter) digit(key string) {
	switch {
	case w.relevant >= 0 && w.next > w.relevant && key != "0":
	case w.hiddenZero():
		if !w.fill {
			w.b.WriteByte(' ')
		} else if w.bare() {
			w.b.WriteByte('0')
		}
	default:
		w.b.WriteByte(w.digits[w.next])
		w.started = true
	}
}

func (w *numberWriter) leadingSign() {
	w.wrote = true
	switch {
	case w.ownSign || w.sign == 'a':
	case w.sign == 'b':
		w.b.WriteByte(w.signChar())
	case w.brackets:
		if w.negative {
			w.b.WriteByte('<')
		} else if !w.fill {
			w.b.WriteByte(' ')
		}
	case w.negative:
		w.b.WriteByte('-')
	case !w.fill:
		w.b.WriteByte(' ')
	}
}

func (w *numberWriter) trailingSign() {
	switch {
	case w.sign == 'a':
		w.b.WriteByte(w.signChar())
	case w.brackets && w.negative:
		w.b.WriteByte('>')
	case w.brackets && !w.fill:
		w.b.WriteByte(' ')
	}
}

// readNumber is to_number. Each 9, 0 and point of the format takes one character
// and each text as many as it has, whether they fit or not; a group separator
// takes a comma or nothing.
func readNumber(s string, f *numberFormat) (dec, bool) {
	r := numberReader{numberFormat: f, rest: s}
	for _, it := range f.items {
		if r.rest == "" {
			break
		}
		r.item(it)
	}
	text := strings.TrimSuffix(r.digits.String(), ".")
	if text == "" {
		return dec{}, false
	}
	if strings.HasPrefix(text, ".") {
		text = "0" + text
	}
	d, ok := parseDec(text)
	if r.negative {
		d.negate()
	}
	return d, ok
}

type numberReader struct {
	*numberFormat
	rest     string
	digits   strings.Builder
	negative bool
	signRead bool
	point    bool
	decimals int
}

func (r *numberReader) item(it numberItem) {
	switch it.key {
	case "":
		_, r.rest = prefix(r.rest, runes(it.text))
	case ",":
		if !r.fill { // under FM, PostgreSQL leaves the comma to the next digit
			r.rest = strings.TrimPrefix(r.rest, ",")
		}
	case "9", "0", ".":
		r.place()
	case "MI", "PL", "SG":
		r.takeSign()
	}
}

func (r *numberReader) takeSign() {
	if r.rest != "" && (r.rest[0] == '-' || r.rest[0] == '+') {
		r.negative = r.negative || r.rest[0] == '-'
		r.signRead, r.rest = true, r.rest[1:]
	}
}

func (r *numberReader) place() {
	r.rest = strings.TrimPrefix(r.rest, " ")
	if r.digits.Len() == 0 && !r.signRead && r.rest != "" {
		switch c := r.rest[0]; {
		case c == '-' || c == '<' && r.brackets:
			r.negative, r.signRead, r.rest = true, true, r.rest[1:]
		case c == '+':
			r.signRead, r.rest = true, r.rest[1:]
		}
	}
	if r.rest == "" {
		return
	}
	c := r.rest[0]
	switch {
	case c >= '0' && c <= '9':
		if r.point {
			if r.decimals == r.post {
				return
			}
			r.decimals++
		}
		r.digits.WriteByte(c)
	case c == '.' && r.numberFormat.point && !r.point:
		r.point = true
		r.digits.WriteByte('.')
	case r.sign == 'a' && (c == '-' || c == '+'):
		r.negative = c == '-'
	}
	_, n := utf8.DecodeRuneInString(r.rest)
	r.rest = r.rest[n:]
}
