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
	mu      sync.Mutex
	indexes map[shelf]shelved
	size    int
}

// shelf is where an index stands. The view's key is of rights, rules and outline.
type shelf struct {
	view   string
	table  catalog.TableID
	column catalog.ColumnID
}

type shelved struct {
	index *ground.Index // nil: the column has too many values
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

// get gives the index of a column; nil, if the column has too many values.
func (v *values) get(key shelf, now time.Time) (x *ground.Index, ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	s, ok := v.indexes[key]
	if ok && (now.Sub(s.at) >= valuesAge || now.Before(s.at)) {
		v.drop(key)
		return nil, false
	}
	return s.index, ok
}

// put keeps an index, and drops the oldest ones where there are too many.
func (v *values) put(key shelf, x *ground.Index, now time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.drop(key)
	s := shelved{x, now}
	for old := range v.indexes {
		if now.Sub(v.indexes[old].at) >= valuesAge {
			v.drop(old)
		}
	}
	for v.size+s.size() > valuesSize && len(v.indexes) > 0 {
		v.drop(v.oldest())
	}
	if v.indexes == nil {
		v.indexes = map[shelf]shelved{}
	}
	v.indexes[key] = s
	v.size += s.size()
}

func (v *values) drop(key shelf) {
	if s, ok := v.indexes[key]; ok {
		v.size -= s.size()
		delete(v.indexes, key)
	}
}

func (v *values) oldest() (key shelf) {
	var at time.Time
	for k, s := range v.indexes {
		if at.IsZero() || s.at.Before(at) {
			key, at = k, s.at
		}
	}
	return key
}

func (v *values) clear() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.indexes, v.size = nil, 0
}
