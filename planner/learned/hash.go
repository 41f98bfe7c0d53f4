package learned

// Features are hashes: what a feature is about is mixed in, one number after the
// other.

const prime = 0x9E3779B97F4A7C15

func mix(h, x uint64) uint64 {
	h = (h ^ x) * prime
	return h ^ h>>29
}

func mixAll(h uint64, xs ...uint64) uint64 {
	for _, x := range xs {
		h = mix(h, x)
	}
	return h
}

func hashString(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h ^ h>>31
}

// bucket makes one of few numbers of a distance.
func bucket(d int) uint64 {
	switch {
	case d < -8:
		return 1
	case d < -4:
		return 2
	case d < -2:
		return 3
	case d < 0:
		return uint64(6 + d)
	case d <= 3:
		return uint64(6 + d)
	case d <= 5:
		return 10
	case d <= 9:
		return 11
	}
	return 12
}

func flag(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
