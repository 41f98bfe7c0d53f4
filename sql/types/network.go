package types

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Network addresses are kept as the text that PostgreSQL writes for them, which
// is one for each value, but for how many bits of an inet are its network's.

// address is 4 or 16 bytes, and how many of their bits are the network's.
type address struct {
	bytes []byte
	bits  int
}

// parseNetwork reads 10.1.2.3, 10.1.2.3/8, ::1 and fe80::1/64: every part of an
// address. Those that PostgreSQL completes (10.1) are refused. A cidr has no bit
// behind its network's.
func parseNetwork(k Kind, s string) (Value, error) {
	a, ok := addressOf(s)
	switch {
	case !ok:
		return Null, notA(k, "write it like 192.168.0.0/24 or 2001:db8::/32")
	case k == Cidr && !bytes.Equal(a.network(a.bits), a.bytes):
		return Null, notA(k, "write zeros behind the network's bits, as in 192.168.0.0/24")
	}
	text := a.text()
	if k == Cidr || a.bits < 8*len(a.bytes) {
		text += "/" + strconv.Itoa(a.bits)
	}
	return Value{kind: k, s: text}, nil
}

func addressOf(s string) (address, bool) {
	s, length, cut := strings.Cut(s, "/")
	b, ok := fourBytes(s)
	if !ok {
		b, ok = sixteenBytes(s)
	}
	a := address{b, 8 * len(b)}
	if cut {
		n, err := strconv.Atoi(length)
		ok = ok && err == nil && strconv.Itoa(n) == length && n >= 0 && n <= a.bits
		a.bits = n
	}
	return a, ok
}

func fourBytes(s string) ([]byte, bool) {
	parts := strings.Split(s, ".")
	out := make([]byte, len(parts))
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 8)
		if err != nil || strconv.FormatUint(n, 10) != p {
			return nil, false
		}
		out[i] = byte(n)
	}
	return out, len(out) == 4
}

// sixteenBytes reads eight groups of up to four hex digits, the last two perhaps
// as an IPv4 address; one :: is as many zeros as are missing.
func sixteenBytes(s string) ([]byte, bool) {
	i := strings.LastIndexByte(s, ':')
	if v4, ok := fourBytes(s[i+1:]); ok {
		s = s[:i+1] + hex.EncodeToString(v4[:2]) + ":" + hex.EncodeToString(v4[2:])
	}
	before, after, short := strings.Cut(s, "::")
	head, ok1 := groups(before, short)
	tail, ok2 := groups(after, true)
	missing := 16 - len(head) - len(tail)
	if !ok1 || !ok2 || missing < 0 || short != (missing > 0) {
		return nil, false
	}
	return slices.Concat(head, make([]byte, missing), tail), true
}

func groups(s string, mayLack bool) ([]byte, bool) {
	if s == "" {
		return nil, mayLack
	}
	var out []byte
	for _, g := range strings.Split(s, ":") {
		n, err := strconv.ParseUint(g, 16, 16)
		if err != nil || len(g) > 4 {
			return nil, false
		}
		out = append(out, byte(n>>8), byte(n))
	}
	return out, true
}

// text is the address as PostgreSQL writes it (inet_net_ntop): of an IPv6 address
// the longest zeros as ::, and the last 32 bits like an IPv4 one where nothing but
// zeros, or ffff, stands before.
func (a address) text() string {
	b := a.bytes
	if len(b) == 4 {
		return fmt.Sprintf("%d.%d.%d.%d", b[0], b[1], b[2], b[3])
	}
	word := func(i int) uint64 { return uint64(b[2*i])<<8 | uint64(b[2*i+1]) }
	from, n := 0, 1 // the longest zeros; one group alone is written
	for i, run := 0, 0; i < 8; i++ {
		if run++; word(i) != 0 {
			run = 0
		}
		if run > n {
			from, n = i-run+1, run
		}
	}
	if n > 1 && from == 0 && (n == 6 || n == 5 && word(5) == 0xffff) {
		return map[int]string{6: "::", 5: "::ffff:"}[n] + address{bytes: b[12:]}.text()
	}
	list := func(from, to int) string {
		var out []string
		for i := from; i < to; i++ {
			out = append(out, strconv.FormatUint(word(i), 16))
		}
		return strings.Join(out, ":")
	}
	if n == 1 {
		return list(0, 8)
	}
	return list(0, from) + "::" + list(from+n, 8)
}

// network is the address with zeros behind so many bits.
func (a address) network(bits int) []byte {
	out := slices.Clone(a.bytes)
	for i := range out {
		out[i] &= byte(uint16(0xff00) >> min(max(bits-8*i, 0), 8))
	}
	return out
}

// compareNetworks orders as PostgreSQL does: IPv4 first, then by the bits that
// both networks have, then by how many they have, then by the addresses.
func compareNetworks(v, w Value) int {
	a, ok1 := addressOf(v.s)
	b, ok2 := addressOf(w.s)
	if !ok1 || !ok2 {
		panic("types: a network address that is none")
	}
	common := min(a.bits, b.bits)
	return cmp.Or(
		cmp.Compare(len(a.bytes), len(b.bytes)),
		bytes.Compare(a.network(common), b.network(common)),
		cmp.Compare(a.bits, b.bits),
		bytes.Compare(a.bytes, b.bytes))
}

// parseMAC reads 08:00:2b:01:02:03, with hyphens or points, in groups of two,
// four or six digits, or without any. A macaddr8 has eight bytes, or six that
// ff:fe is put amid.
func parseMAC(k Kind, s string) (Value, error) {
	bad := notA(k, "write it like 08:00:2b:01:02:03")
	groups := []string{s}
	if i := strings.IndexAny(s, ":-."); i >= 0 {
		groups = strings.Split(s, s[i:i+1])
	}
	n := len(groups[0])
	for _, g := range groups {
		if len(g) != n || n != 2 && n != 4 && n != 6 && len(groups) > 1 {
			return Null, bad
		}
	}
	b, err := hex.DecodeString(strings.Join(groups, ""))
	switch {
	case err != nil:
		return Null, bad
	case len(b) == 6 && k == MacAddr8:
		b = append(append(b[:3:3], 0xff, 0xfe), b[3:]...)
	case len(b) == 6 && k == MacAddr, len(b) == 8 && k == MacAddr8:
	default:
		return Null, bad
	}
	pairs := make([]string, len(b))
	for i := range b {
		pairs[i] = hex.EncodeToString(b[i : i+1])
	}
	return Value{kind: k, s: strings.Join(pairs, ":")}, nil
}
