package words

import (
	"strings"
	"sync"
)

// Asks reports whether a word belongs to asking in English rather than to what
// is asked about: "which", "list", "number".
func Asks(word string) bool { return asking()[word] }

var asking = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(`a an the of in on at to for from by with and or not no is are was were be been do does
		did have has had what which who whom whose how where when that this these those it its their them they there any
		all each every find show list give return tell me many much please can you i as than then more most less least
		also both but if into out count number different distinct name id he she his her whether other up same so total`) {
		set[w] = true
	}
	return set
})
