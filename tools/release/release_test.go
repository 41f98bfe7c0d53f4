package main

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/CycloneDX/cyclonedx-go"
)

// made is a folder that the command has written; .ci/run release names one.
func made(t *testing.T) string {
	dir := os.Getenv("GRILLE_RELEASE")
	if dir == "" {
		t.Skip("GRILLE_RELEASE names no folder of a release: .ci/run release makes one")
	}
	return dir
}

func archives(t *testing.T) []string {
	var found []string
	for _, pattern := range []string{"*.tar.gz", "*.zip"} {
		some, err := filepath.Glob(filepath.Join(made(t), pattern))
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, some...)
	}
	if len(found) == 0 {
		t.Fatal("there is no archive")
	}
	return found
}

// An archive holds what docs/install.md lists, and nothing else.
func TestArchiveHasWhatThePageSays(t *testing.T) {
	for _, a := range archives(t) {
		names, _ := listed(t, a)
		said := promised(t)
		for _, name := range names {
			name = strings.TrimSuffix(name, ".exe")
			i := slices.IndexFunc(said, func(p promise) bool { ok, _ := path.Match(p.pattern, name); return ok })
			if i < 0 {
				t.Errorf("%s holds %s, of which docs/install.md says nothing", filepath.Base(a), name)
				continue
			}
			said[i].kept++
		}
		for _, p := range said {
			if p.kept == 0 && !(p.linux && !strings.Contains(a, "_linux_")) {
				t.Errorf("%s holds no %s, which docs/install.md lists", filepath.Base(a), p.pattern)
			}
		}
	}
}

// promise is a line of the page's list: a name, or many with *.
type promise struct {
	pattern string
	linux   bool // the archives for Linux alone
	kept    int
}

func promised(t *testing.T) []promise {
	text, err := os.ReadFile("../../docs/install.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, ok := strings.Cut(string(text), "```files\n")
	list, _, closed := strings.Cut(list, "```")
	if !ok || !closed {
		t.Fatal("docs/install.md has no list of files")
	}
	var all []promise
	for line := range strings.Lines(list) {
		pattern, what, _ := strings.Cut(strings.TrimSpace(line), " ")
		all = append(all, promise{pattern: pattern, linux: strings.Contains(what, "Linux")})
	}
	return all
}

// The first commands of docs/install.md lead from the files to an answer.
func TestThePageLeadsToAnAnswer(t *testing.T) {
	text, err := os.ReadFile("../../docs/install.md")
	if err != nil {
		t.Fatal(err)
	}
	_, commands, _ := strings.Cut(string(text), "in which tools/release runs it -->\n```sh\n")
	commands, _, ok := strings.Cut(commands, "```")
	if !ok {
		t.Fatal("docs/install.md has no commands that this test runs")
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(made(t))); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("sh", "-ec", commands)
	c.Dir, c.Env = dir, []string{"PATH=/usr/bin:/bin", "HOME=" + t.TempDir()}
	said, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(said), "number_of_visits") {
		t.Errorf("%v\n%s", err, said)
	}
}

// SHA256SUMS has every file, once, with its sum.
func TestSumsAreOfAllFiles(t *testing.T) {
	dir := made(t)
	var want strings.Builder
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() == "SHA256SUMS" {
			continue
		}
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&want, "%x  %s\n", sha256.Sum256(content), e.Name())
	}
	got, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want.String() {
		t.Errorf("SHA256SUMS is\n%s\nand not\n%s", got, &want)
	}
}

// The bill of materials names the program of the archive by its sum, and every
// module that is in it.
func TestBillIsOfTheProgram(t *testing.T) {
	for _, a := range archives(t) {
		_, program := listed(t, a)
		info, err := buildinfo.Read(bytes.NewReader(program))
		if err != nil {
			t.Fatal(err)
		}
		bom := billOf(t, a)
		main := bom.Metadata.Component
		if sum := fmt.Sprintf("%x", sha256.Sum256(program)); (*main.Hashes)[0].Value != sum || main.Version != info.Main.Version {
			t.Errorf("the bill is of %s %s, the program %s %s", main.Version, (*main.Hashes)[0].Value, info.Main.Version, sum)
		}
		listed := map[string]bool{}
		for _, c := range *bom.Components {
			listed[c.Name+" "+c.Version] = true
		}
		for _, m := range info.Deps {
			if !listed[m.Path+" "+m.Version] {
				t.Errorf("%s %s is in the program and not in its bill", m.Path, m.Version)
			}
		}
		if len(listed) != len(info.Deps)+1 {
			t.Errorf("the bill lists %d components, of %d modules and Go's own", len(listed), len(info.Deps))
		}
	}
}

func billOf(t *testing.T, archive string) *cyclonedx.BOM {
	t.Helper()
	f, err := os.Open(strings.TrimSuffix(strings.TrimSuffix(archive, ".zip"), ".tar.gz") + ".cdx.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	bom := new(cyclonedx.BOM)
	if err := cyclonedx.NewBOMDecoder(f, cyclonedx.BOMFileFormatJSON).Decode(bom); err != nil {
		t.Fatal(err)
	}
	return bom
}
