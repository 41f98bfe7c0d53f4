package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/CycloneDX/cyclonedx-go"
)

// bill is the list of what is in a program (SBOM, CycloneDX), from what the Go
// linker noted in the program itself. It has no serial number, and the time is
// the commit's: two builds of a commit give the same list.
func (s *source) bill(p *program) ([]byte, error) {
	content, err := os.ReadFile(p.path)
	if err != nil {
		return nil, err
	}
	main := component(&p.info.Main)
	main.Type, main.Name = cyclonedx.ComponentTypeApplication, "grille"
	main.Hashes = &[]cyclonedx.Hash{{Algorithm: cyclonedx.HashAlgoSHA256, Value: fmt.Sprintf("%x", sha256.Sum256(content))}}
	main.Licenses = &cyclonedx.Licenses{{License: &cyclonedx.License{ID: "Apache-2.0"}}}
	main.Properties = settings(p)

	parts := []cyclonedx.Component{component(&debug.Module{Path: "std", Version: strings.TrimPrefix(p.info.GoVersion, "go")})}
	for _, m := range p.info.Deps {
		if m.Replace != nil {
			return nil, fmt.Errorf("%s is replaced: go install would refuse the release", m.Path)
		}
		parts = append(parts, component(m))
	}
	var refs []string
	for _, c := range parts {
		refs = append(refs, c.BOMRef)
	}
	bom := cyclonedx.NewBOM()
	bom.Metadata = &cyclonedx.Metadata{Timestamp: s.at.Format(time.RFC3339), Component: &main}
	bom.Components = &parts
	bom.Dependencies = &[]cyclonedx.Dependency{{Ref: main.BOMRef, Dependencies: &refs}}
	var b bytes.Buffer
	err = cyclonedx.NewBOMEncoder(&b, cyclonedx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(bom, cyclonedx.SpecVersion1_6)
	return b.Bytes(), err
}

// component is a module. Its sum is that of go.sum, which is of no one file.
func component(m *debug.Module) cyclonedx.Component {
	purl := "pkg:golang/" + m.Path + "@" + strings.ReplaceAll(m.Version, "+", "%2B")
	c := cyclonedx.Component{Type: cyclonedx.ComponentTypeLibrary, BOMRef: purl, Name: m.Path, Version: m.Version, PackageURL: purl}
	if m.Sum != "" {
		c.Properties = &[]cyclonedx.Property{{Name: "go:sum", Value: m.Sum}}
	}
	return c
}

// settings say how it was built, for which system, and from which commit.
func settings(p *program) *[]cyclonedx.Property {
	all := []cyclonedx.Property{{Name: "go:version", Value: p.info.GoVersion}}
	for _, s := range p.info.Settings {
		all = append(all, cyclonedx.Property{Name: "go:build:" + s.Key, Value: s.Value})
	}
	return &all
}
