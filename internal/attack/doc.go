// Package attack keeps what was tried against Grille as permanent tests. It is
// tests alone, and has four parts.
//
// The shop is a database of two tenants in which everything that a viewer must
// not see matches one pattern, a canary. Every line of the corpora that others
// have collected (drafts and prompts that broke real gateways, payloads of SQL
// injection) goes the whole way, as a draft of a hostile model, as a question, and
// as what a model answers that does what the question says; on both engines, for
// viewers with different rights; and everything that comes back is searched. A
// viewer who sees everything is the control: for that one there must be finds.
//
// The channels are our own corpus: pages of probes, one page a channel through
// which data have leaked elsewhere. Each probe is refused, or gives exactly the
// rows of a copy of the database that never held what is hidden. Where it is
// answered, the page says what it would have told over the whole data.
// testdata/README says which channels cannot be met yet, and why.
//
// The model side: names, descriptions and stored texts that carry orders to a model,
// replies of a model that wants to say something, placeholders in every place.
//
// The rule of a hidden row is dear and the probes are cheap, as in package leak:
// a test with a cheap rule passes while the design is broken.
package attack
