package same

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/grille-dev/grille/sql/types"
)

// maker makes the rows of the shop, each table's from those made before it.
type maker struct {
	r    *rand.Rand
	made map[string][][]types.Value
}

func newMaker() *maker {
	return &maker{r: rand.New(rand.NewPCG(7, 11)), made: map[string][][]types.Value{}}
}

func (m *maker) rows(table string) [][]types.Value {
	if f, ok := m.makers()[table]; ok {
		m.made[table] = f()
	} else {
		panic("same: nobody fills " + table)
	}
	return m.made[table]
}

// Values as they stand in the makers of rows.
type (
	dec  string // a numeric
	day  int64  // days since 1970
	at   int64  // microseconds since 1970
	json string
)

func row(vs ...any) []types.Value {
	out := make([]types.Value, len(vs))
	for i, v := range vs {
		out[i] = value(v)
	}
	return out
}

func value(v any) types.Value {
	switch v := v.(type) {
	case nil:
		return types.Null
	case types.Value:
		return v
	case bool:
		return types.BoolOf(v)
	case int:
		return types.IntOf(int64(v))
	case float64:
		return types.FloatOf(v)
	case string:
		return types.TextOf(v)
	case dec:
		n, err := types.NumericOf(string(v))
		if err != nil {
			panic(err)
		}
		return n
	case day:
		return types.DateOf(int64(v))
	case at:
		return types.TimestampOf(int64(v))
	case json:
		return types.JSONOf(string(v))
	default:
		panic(fmt.Sprintf("same: no value of %T", v))
	}
}

// maybe is nil once in n times.
func (m *maker) maybe(n int, v any) any {
	if m.r.IntN(n) == 0 {
		return nil
	}
	return v
}

func pick[T any](m *maker, of ...T) T { return of[m.r.IntN(len(of))] }

// skewed is below n, and small ones are frequent.
func (m *maker) skewed(n int) int {
	f := m.r.Float64()
	return int(f * f * f * float64(n))
}

func cents(n int) dec {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return dec(fmt.Sprintf("%s%d.%02d", sign, n/100, n%100))
}

func date(y, mo, d int) day {
	return day(time.Date(y, time.Month(mo), d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

func (d day) time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// at is an instant of the day.
func (d day) at(second int) at { return at((int64(d)*86400 + int64(second)) * 1e6) }

// first and last day of sales
func (m *maker) someDay() day {
	first, n := date(2024, 1, 1), 731
	d := first + day(m.r.IntN(n))
	if m.r.IntN(3) == 0 { // more before the holidays
		d = date(2024+m.r.IntN(2), 11, 15) + day(m.r.IntN(40))
	}
	return d
}
