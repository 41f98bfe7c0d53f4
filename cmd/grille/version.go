package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// build is what this program was made of, as the Go tool noted it.
type build struct {
	version, commit string
	at              time.Time // of the commit; zero if nobody noted it
	changed         bool      // files beside the commit's
}

func built() build {
	b := build{version: "unknown"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.commit = s.Value[:min(len(s.Value), 12)]
		case "vcs.time":
			b.at, _ = time.Parse(time.RFC3339, s.Value) // zero if it is none
		case "vcs.modified":
			b.changed = s.Value == "true"
		}
	}
	return b
}

func (b build) String() string {
	parts := []string{b.version}
	if b.commit != "" {
		parts = append(parts, "commit "+b.commit)
	}
	if b.changed {
		parts = append(parts, "with changes")
	}
	if !b.at.IsZero() {
		parts = append(parts, b.at.UTC().Format(time.DateOnly))
	}
	return strings.Join(append(parts, runtime.Version(), fmt.Sprintf("%s/%s", runtime.GOOS, runtime.GOARCH)), ", ")
}
