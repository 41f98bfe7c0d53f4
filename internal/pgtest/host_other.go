//go:build !unix

package pgtest

import "context"

type host struct{}

func defaultHost() host { return host{} }

func (host) attach(context.Context) (string, func(), error) {
	return "", nil, &missingError{"this system has none of Debian's binaries"}
}
