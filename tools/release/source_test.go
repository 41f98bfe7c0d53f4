package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A version is refused before anything is built that Go would not give the
// program.
func TestVersions(t *testing.T) {
	for _, version := range []string{"1.2.3", "v1.2", "v1.2.3+build", "latest", "v01.2.3", "v1.2.3 "} {
		if _, err := checkout(t.Context(), version); err == nil {
			t.Errorf("%q was taken for a version", version)
		}
	}
}

func TestTargets(t *testing.T) {
	if all, err := chosen(""); err != nil || len(all) != len(targets) {
		t.Errorf("%v, %v", all, err)
	}
	if one, err := chosen("darwin/arm64"); err != nil || len(one) != 1 || one[0].os != "darwin" {
		t.Errorf("%v, %v", one, err)
	}
	if _, err := chosen("linux"); err == nil || !strings.Contains(err.Error(), "linux/amd64") {
		t.Errorf("error %v", err)
	}
}

// What is not committed is in no release, and the clone alone has the tag.
func TestCheckoutIsOfTheCommit(t *testing.T) {
	repository := t.TempDir()
	t.Chdir(repository)
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	git(t, "init", "--quiet")
	write(t, "committed", "text")
	git(t, "add", "committed")
	git(t, "-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "--quiet", "-m", "first")
	write(t, "committed", "other")
	write(t, "beside", "text")
	s, err := checkout(t.Context(), "v1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	defer s.remove()
	if content, err := os.ReadFile(filepath.Join(s.dir, "committed")); err != nil || string(content) != "text" {
		t.Errorf("%q, %v", content, err)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "beside")); err == nil {
		t.Error("a file that is not committed is in the clone")
	}
	if tags := git(t, "tag"); tags != "" {
		t.Errorf("the repository has the tag %s", tags)
	}
	if s.at.IsZero() || s.at.Location().String() != "UTC" {
		t.Errorf("the time is %v", s.at)
	}
}

func git(t *testing.T, args ...string) string {
	t.Helper()
	out, err := output(context.Background(), "", nil, "git", args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
