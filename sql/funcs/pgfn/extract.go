package pgfn

import (
	"strconv"

	"github.com/cockroachdb/apd/v3"

	"github.com/grille-dev/grille/sql/types"
)

// extract gives numerics, as texts.

func whole(n int64) (any, error) { return strconv.FormatInt(n, 10), nil }

// scaled is n / 10^scale.
func scaledText(n int64, scale int) (any, error) {
	d := dec{scale: scale}
	d.c.SetInt64(n)
	return d.text()
}

// infiniteField is what extract gives of an infinite date or timestamp: fields
// that only grow are infinite, the others NULL.
func infiniteField(unit string, n int64) any {
	switch unit {
	case "year", "decade", "century", "millennium", "julian", "isoyear", "epoch":
		if n > 0 {
			return "Infinity"
		}
		return "-Infinity"
	}
	return nil
}

func extractDate(unit string, days int64) (any, error) {
	if isInf(days) {
		return infiniteField(unit, days), nil
	}
	switch unit {
	case "epoch":
		return whole(days * 86400)
	case "julian":
		return whole(days + 2440588)
	}
	n, ok := dayField(unit, days)
	if !ok {
		return nil, errUnit
	}
	return whole(n)
}

// extract takes a field of the wall clock time; epoch is that of the instant.
func extract(unit string, wall, instant int64) (any, error) {
	if isInf(wall) {
		return infiniteField(unit, wall), nil
	}
	days, clock := split(wall)
	switch unit {
	case "epoch":
		d := dec{scale: 6}
		d.c.Add(apd.NewBigInt(instant), apd.NewBigInt(days2000*dayMicros))
		return d.text()
	case "julian":
		return julian(days, clock)
	case "hour":
		return whole(clock / hourMicros)
	case "minute":
		return whole(clock / minMicros % 60)
	}
	if v, ok := secondField(unit, clock%minMicros); ok {
		return v()
	}
	n, ok := dayField(unit, days)
	if !ok {
		return nil, errUnit
	}
	return whole(n)
}

// secondField are the fields that hold the seconds.
func secondField(unit string, micros int64) (func() (any, error), bool) {
	switch unit {
	case "second":
		return func() (any, error) { return scaledText(micros, 6) }, true
	case "milliseconds":
		return func() (any, error) { return scaledText(micros, 3) }, true
	case "microseconds":
		return func() (any, error) { return whole(micros) }, true
	}
	return nil, false
}

// julian is the Julian day with the share of the day.
func julian(days, clock int64) (any, error) {
	var day, part, of dec
	day.c.SetInt64(days + 2440588)
	part.c.SetInt64(clock)
	of.c.SetInt64(dayMicros)
	q, err := div(part, of)
	if err != nil {
		return nil, err
	}
	sum := add(day, q)
	return sum.text()
}

func dayField(unit string, days int64) (int64, bool) {
	y, m, d := types.Civil(days)
	if y <= 0 {
		y-- // 1 BC is -1
	}
	switch unit {
	case "day":
		return d, true
	case "month":
		return m, true
	case "quarter":
		return (m-1)/3 + 1, true
	case "year":
		return y, true
	case "decade":
		if y < 0 {
			y++
		}
		return floorDiv(y, 10), true
	case "century":
		return era(y, 100), true
	case "millennium":
		return era(y, 1000), true
	case "week":
		_, w := isoWeek(days)
		return w, true
	case "isoyear":
		iy, _ := isoWeek(days)
		if iy <= 0 {
			iy--
		}
		return iy, true
	case "dow":
		return (weekday(days) + 1) % 7, true
	case "isodow":
		return weekday(days) + 1, true
	case "doy":
		yy, _, _ := types.Civil(days)
		return days - types.DaysOf(yy, 1, 1) + 1, true
	}
	return 0, false
}

// era counts centuries and millennia: the years 1 to 100 are the first, 1 to
// 100 BC the one before it, -1.
func era(year, n int64) int64 {
	if year > 0 {
		return (year + n - 1) / n
	}
	return -((n - 1 - year) / n)
}

// isoWeek is the week, and the year it belongs to.
func isoWeek(days int64) (year, week int64) {
	thursday := days - weekday(days) + 3
	year, _, _ = types.Civil(thursday)
	return year, (thursday-types.DaysOf(year, 1, 1))/7 + 1
}

func extractZone(unit string, seconds int64) any {
	n := seconds
	switch unit {
	case "timezone_hour":
		n = seconds / 3600
	case "timezone_minute":
		n = seconds / 60 % 60
	}
	return strconv.FormatInt(n, 10)
}

func extractTime(unit string, micros int64) (any, error) {
	switch unit {
	case "hour":
		return whole(micros / hourMicros)
	case "minute":
		return whole(micros / minMicros % 60)
	case "epoch":
		return scaledText(micros, 6)
	}
	if v, ok := secondField(unit, micros%minMicros); ok {
		return v()
	}
	return nil, errUnit
}

func (s span) extract(unit string) (any, error) {
	years, months := s.months/12, s.months%12
	if n := unitYears[unit]; n > 0 {
		return whole(years / n)
	}
	switch unit {
	case "quarter":
		return whole(months/3 + 1)
	case "month":
		return whole(months)
	case "day":
		return whole(s.days)
	case "hour":
		return whole(s.micros / hourMicros)
	case "minute":
		return whole(s.micros / minMicros % 60)
	case "epoch":
		return s.epoch()
	}
	if v, ok := secondField(unit, s.micros%minMicros); ok {
		return v()
	}
	return nil, errUnit
}

// epoch counts a year as 365.25 days and a month as 30.
func (s span) epoch() (any, error) {
	days := (s.months/12)*36525 + s.months%12*3000 + s.days*100 // in hundredths
	var d, t dec
	d.c.Mul(apd.NewBigInt(days), apd.NewBigInt(864*secMicros))
	t.c.SetInt64(s.micros)
	sum := add(d, t)
	sum.scale = 6
	return sum.text()
}
