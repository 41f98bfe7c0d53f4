package types

import (
	"strings"
	"time"
	_ "time/tzdata" // the same zones on every machine
)

// offsetAt is the offset from UTC, in seconds, that holds in loc at an instant.
func offsetAt(unix int64, loc *time.Location) int {
	_, offset := time.Unix(unix, 0).In(loc).Zone()
	return offset
}

// offsetOf is the offset that PostgreSQL gives a wall clock time in loc: in the
// gap of a spring-forward change the offset before it, in the overlap of a
// fall-back change the offset after it (DetermineTimeZoneOffset). wall is the
// wall clock read as if it were UTC.
func offsetOf(wall int64, loc *time.Location) int {
	before := offsetAt(wall-86400, loc)
	_, end := time.Unix(wall-86400, 0).In(loc).ZoneBounds()
	if end.IsZero() || end.Unix() > wall+86400 {
		return before
	}
	boundary := end.Unix()
	after := offsetAt(boundary, loc)
	early, late := wall-int64(before), wall-int64(after)
	switch {
	case early < boundary && late < boundary:
		return before
	case early > boundary && late >= boundary:
		return after
	case early > late:
		return before
	}
	return after
}

// LocalMicros is the wall clock in loc at an instant, both in microseconds
// since 2000-01-01.
func LocalMicros(micros2000 int64, loc *time.Location) int64 {
	return micros2000 + int64(offsetAt(floorDiv(micros2000, secMicros)+epoch2000/secMicros, loc))*secMicros
}

// InstantMicros is the instant of a wall clock time in loc, both in microseconds
// since 2000-01-01.
func InstantMicros(local2000 int64, loc *time.Location) int64 {
	return local2000 - int64(offsetOf(floorDiv(local2000, secMicros)+epoch2000/secMicros, loc))*secMicros
}

// areas are the first parts of zone names. Others that a machine may have are no
// zones to PostgreSQL, or count leap seconds (right/...).
var areas = map[string]bool{
	"Africa": true, "America": true, "Antarctica": true, "Arctic": true, "Asia": true, "Atlantic": true,
	"Australia": true, "Brazil": true, "Canada": true, "Chile": true, "Etc": true, "Europe": true,
	"Indian": true, "Mexico": true, "Pacific": true, "US": true,
}

// Zone is the time zone of that name: one of the IANA database with an area,
// like Europe/Berlin, or UTC or GMT. Abbreviations such as EST mean different
// things to different servers. It reads the database at each call: keep the
// result.
func Zone(name string) (*time.Location, bool) {
	switch strings.ToUpper(name) {
	case "UTC", "GMT", "Z", "ZULU", "ETC/UTC", "UCT", "ETC/GMT":
		return time.UTC, true
	}
	if name == strings.ToLower(name) {
		name = capitals(name)
	}
	area, _, ok := strings.Cut(name, "/")
	if !ok || !areas[area] {
		return nil, false
	}
	loc, err := time.LoadLocation(name)
	return loc, err == nil
}

// capitals gives a zone's name its usual ones: europe/berlin is Europe/Berlin.
func capitals(name string) string {
	b := []byte(name)
	for i := range b {
		if i == 0 || !isLetter(b[i-1]) && !isDigit(b[i-1]) {
			b[i] = strings.ToUpper(string(b[i]))[0]
		}
	}
	if strings.HasPrefix(name, "us/") {
		b[1] = 'S'
	}
	return string(b)
}
