package strict

import (
	"fmt"
	"strings"
)

// advise says which of the known words was probably meant, or lists them all.
func advise(word string, known []string) string {
	const longest = 64 // no key is longer, and a file may hold a word of a megabyte
	best, least := "", len([]rune(word))/3+1
	for _, k := range known {
		if len(word) > longest {
			break
		}
		if d := distance(strings.ToLower(word), strings.ToLower(k)); d <= least && (best == "" || d < least) {
			best, least = k, d
		}
	}
	switch {
	case best != "":
		return fmt.Sprintf("did you mean %q?", best)
	case len(known) == 0:
		return "remove it, nothing may stand here"
	}
	return "write one of " + strings.Join(known, ", ")
}

// distance counts the letters to insert, drop, replace or swap with their
// neighbour to get from a to b: Damerau's distance, restricted to one edit a place.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	var before, last []int
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := range s {
		before, last, row = last, row, make([]int, len(t)+1)
		row[0] = i + 1
		for j := range t {
			change := last[j]
			if s[i] != t[j] {
				change++
			}
			row[j+1] = min(change, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && s[i] == t[j-1] && s[i-1] == t[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(t)]
}
