package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Digest is the Version that belongs to what c holds: c.Version itself is left
// out. Engines set it when they have made a catalog.
func Digest(c *Catalog) string {
	whole := *c
	whole.Version = ""
	h := sha256.New()
	if err := json.NewEncoder(h).Encode(&whole); err != nil {
		panic("catalog: a field that cannot be written: " + err.Error())
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
