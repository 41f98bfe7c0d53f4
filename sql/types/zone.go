package types

import (
	"strings"
	"time"
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

// Zone is the time zone of that name. Only names of the IANA database with a
// slash, UTC and GMT are known: abbreviations such as EST mean different things
// to different servers.
func Zone(name string) (*time.Location, bool) {
	switch strings.ToUpper(name) {
	case "UTC", "GMT", "Z", "ZULU", "ETC/UTC", "UCT", "ETC/GMT":
		return time.UTC, true
	}
	if !strings.Contains(name, "/") || strings.Contains(name, "..") || strings.HasPrefix(name, "/") {
		return nil, false
	}
	loc, err := time.LoadLocation(name)
	return loc, err == nil
}
