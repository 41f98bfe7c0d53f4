package meaning

import _ "embed"

//go:embed schema.json
var schema []byte

// Schema is a JSON Schema (draft 2020-12) of meaning files, for editors. It is
// written by hand, and a test holds it to the decoder, key by key.
func Schema() []byte { return append([]byte(nil), schema...) }
