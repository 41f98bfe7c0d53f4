package config

import _ "embed"

//go:embed schema.json
var schema []byte

// Schema is a JSON Schema (draft 2020-12) of grille.yaml, for editors. It knows
// keys and forms; what they mean together is for [Parse], and a file that it
// accepts may be refused there. It is written by hand, and tests hold it to the
// decoder, key by key. docs/config.md is made from it.
func Schema() []byte { return append([]byte(nil), schema...) }
