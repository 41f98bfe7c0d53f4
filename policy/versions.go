package policy

// Versions are the digests of the rules file and of the database's outline that
// v was made of, for receipts.
func (v View) Versions() (rules, outline string) { return v.v.rules.version, v.v.full.Version }
