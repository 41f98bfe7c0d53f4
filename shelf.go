package grille

import (
	"sync"
	"time"

	"github.com/grille-dev/grille/catalog"
	"github.com/grille-dev/grille/sql/ground"
)

// values keeps indexes of stored values in the memory of the process, for a few
// minutes and up to a size. Each is of one column as one view of the database has
// it, and nobody with other rights, or after a change of the rules or of the
// database's outline, is given it.
type values struct {
	mu    sync.Mutex
	known map[shelf]shelved
	size  int
}

// shelf is where an index stands. The view's key is of rights, rules and outline.
type shelf struct {
	view   string
	table  catalog.TableID
	column catalog.ColumnID
}

// shelved is what is known of a column: its values; or that it has too many; or
// that the database takes too long over them.
type shelved struct {
	index *ground.Index
	slow  bool
	at    time.Time
}

func (s shelved) size() int {
	const place = 200
	if s.index == nil {
		return place
	}
	return place + s.index.Size()
}

const (
	valuesAge  = 5 * time.Minute
	valuesSize = 64 << 20 // bytes, about
)

// get gives what is known of a column. What is too old is dropped.
func (v *values) get(key shelf, now time.Time) (s shelved, ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for k, s := range v.known {
		if now.Sub(s.at) >= valuesAge || now.Before(s.at) {
			v.drop(k)
		}
	}
	s, ok = v.known[key]
	return s, ok
}

// put keeps it, and drops the oldest where there is too much.
func (v *values) put(key shelf, s shelved) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.drop(key)
	for v.size+s.size() > valuesSize && len(v.known) > 0 {
		v.drop(v.oldest())
	}
	if v.known == nil {
		v.known = map[shelf]shelved{}
	}
	v.known[key] = s
	v.size += s.size()
}

func (v *values) drop(key shelf) {
	if s, ok := v.known[key]; ok {
		v.size -= s.size()
		delete(v.known, key)
	}
}

func (v *values) oldest() (key shelf) {
	var at time.Time
	for k, s := range v.known {
		if at.IsZero() || s.at.Before(at) {
			key, at = k, s.at
		}
	}
	return key
}

func (v *values) clear() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.known, v.size = nil, 0
}
