package rules

import _ "embed"

//go:embed schema.json
var schema []byte

// Schema is a JSON Schema (draft 2020-12) of rules files, for editors. It knows
// keys and forms; what names mean is for [Check], and a file that it accepts may
// be refused there. It is written by hand, and tests hold it to the decoder.
func Schema() []byte { return append([]byte(nil), schema...) }
