//go:build !unix

package testserver

import "context"

// Place is where a new server is to stand.
type Place struct{ Data, Port string }

// Run is of systems that have servers.
func (Place) Run(string, ...string) error { return errSystem }

// File is of systems that have servers.
func (Place) File(string, string) (string, error) { return "", errSystem }

var errSystem = &MissingError{"this system has none of Debian's binaries"}

// Attach finds none.
func (Server) Attach(context.Context) (string, func(), error) { return "", nil, errSystem }
