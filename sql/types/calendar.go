package types

// The proleptic Gregorian calendar in days since 1970-01-01, years counted
// astronomically (0 is 1 BC), and PostgreSQL's limits in it.
// Algorithms: Howard Hinnant, "chrono-compatible low-level date algorithms".

const (
	dayMicros  = 86400_000000
	hourMicros = 3600_000000
	minMicros  = 60_000000
	secMicros  = 1_000000

	minDate = -2440588   // 4714-11-24 BC, Julian day 0
	maxDate = 2145042905 // 5874897-12-31

	// Timestamps, in microseconds since 2000-01-01: the first and one after the last.
	minTimestamp = -211813488000000000
	endTimestamp = 9223371331200000000
	// minUnixMicros is minTimestamp counted from 1970.
	minUnixMicros = minTimestamp + epoch2000

	days2000 = 10957 // 2000-01-01 in days since 1970
)

func daysOf(y, m, d int64) int64 {
	if m <= 2 {
		y--
	}
	era := floorDiv(y, 400)
	yoe := y - era*400
	mp := (m + 9) % 12
	doy := (153*mp+2)/5 + d - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return era*146097 + doe - 719468
}

func civil(days int64) (y, m, d int64) {
	z := days + 719468
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = doy - (153*mp+2)/5 + 1
	m = mp + 3
	if m > 12 {
		m -= 12
	}
	y = yoe + era*400
	if m <= 2 {
		y++
	}
	return y, m, d
}

func leap(y int64) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

func monthDays(y, m int64) int64 {
	switch m {
	case 2:
		if leap(y) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// YearMonthDay is a finite date in the proleptic Gregorian calendar; year 0 is 1 BC.
func (v Value) YearMonthDay() (year, month, day int64) {
	v.must(Date)
	return civil(v.n)
}

// DaysOf is the number of days from 1970-01-01 to a date of the proleptic
// Gregorian calendar; year 0 is 1 BC. Month and day are not checked.
func DaysOf(year, month, day int64) int64 { return daysOf(year, month, day) }

// Civil is the inverse of [DaysOf].
func Civil(days int64) (year, month, day int64) { return civil(days) }

// MonthDays is the number of days of a month.
func MonthDays(year, month int64) int64 { return monthDays(year, month) }
