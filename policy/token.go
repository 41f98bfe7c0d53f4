package policy

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"strings"
)

// Secret is the key of a workspace, from which the keys of hash masks are made.
// No format verb prints it, also not of a struct that holds it: fmt calls no
// methods of unexported fields, follows pointers, and cannot look into a
// function.
type Secret struct{ key func() []byte }

// NewSecret copies key, which is at least [MinSecret] bytes long.
func NewSecret(key []byte) (Secret, error) {
	if len(key) < MinSecret {
		return Secret{}, fmt.Errorf("the secret of a workspace has at least %d bytes", MinSecret)
	}
	key = append([]byte(nil), key...)
	return Secret{func() []byte { return key }}, nil
}

// Format prints no secret.
func (Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, "(secret)") }

// MinSecret is the least length of a Secret in bytes.
const MinSecret = 32

// keys derives the key of each family of tokens.
type keys struct {
	secret     Secret
	connection string
}

func newKeys(secret Secret, connection string) (keys, error) {
	if secret.key == nil {
		return keys{}, fmt.Errorf("a column is shown as a hash: the workspace needs a secret of at least %d bytes", MinSecret)
	}
	if connection == "" {
		return keys{}, fmt.Errorf("a column is shown as a hash: the connection needs a name")
	}
	return keys{secret, connection}, nil
}

// ColumnFamily is the family of one column of one table, which no other shares.
func ColumnFamily(schema, table, column string) string {
	return fmt.Sprintf("column %q.%q.%q", schema, table, column)
}

// SharedFamily is a family that the file names: columns that share it can be
// joined. Its name cannot be that of a column's own.
func SharedFamily(name string) string { return "family " + name }

// blockSize is the block size of SHA-256, to which HMAC pads its key.
const blockSize = 64

// of is the key of a family: HKDF-SHA-256 (RFC 5869) over the workspace's
// secret, so that neither two workspaces, two connections nor two families have
// comparable tokens. Every part of the info has its length before it: no two
// lists of parts give the same bytes.
func (k keys) of(family string) []byte {
	if k.secret.key == nil {
		panic("policy: a hash without a secret")
	}
	var info strings.Builder
	for _, part := range []string{"grille/token/1", k.connection, family} {
		fmt.Fprintf(&info, "%d:%s", len(part), part)
	}
	key, err := hkdf.Key(sha256.New, k.secret.key(), nil, info.String(), sha256.Size)
	if err != nil {
		panic("policy: " + err.Error())
	}
	return key
}

// pads are the inner and outer key blocks of HMAC (RFC 2104): HMAC(K, m) =
// H(outer || H(inner || m)). PostgreSQL has SHA-256 and no HMAC, so they go
// there as parameters, and the key itself never does.
func (k keys) pads(family string) (inner, outer []byte) {
	key := k.of(family)
	inner, outer = make([]byte, blockSize), make([]byte, blockSize)
	copy(inner, key)
	copy(outer, key)
	for i := range blockSize {
		inner[i] ^= 0x36
		outer[i] ^= 0x5c
	}
	return inner, outer
}
