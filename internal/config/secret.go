package config

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/grille-dev/grille/run/dsn"
)

// Secret reads the secret that ref names; the empty ref is no secret.
func (c *Config) Secret(ref string) (dsn.Secret, error) {
	if ref == "" {
		return dsn.Secret{}, nil
	}
	if path, ok := strings.CutPrefix(ref, "file:"); ok && !filepath.IsAbs(path) {
		ref = "file:" + c.Path(path)
	}
	return dsn.Password(ref, os.LookupEnv)
}
