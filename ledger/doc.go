// Package ledger keeps what leaves for a language model: every request, before
// its first byte is sent, so that it can be shown later, and so that whoever
// changes, removes or reorders an entry is found out.
//
// It guarantees:
//
//   - [Log.Append] returns once the entry is on the disk. If it returns an error
//     nothing may be sent.
//   - Who asked and what was sent are encrypted, under a key of the person, which
//     is encrypted under a key of the workspace. [Log.Erase] destroys the person's
//     key, says so in an entry, and leaves every proof as it was.
//   - In plain stand an entry's number, time, purpose, connection, provider, host,
//     length and a random name for the person. Nothing else, and nothing made of
//     the question that could be guessed and compared.
//   - The entries are the leaves of a Merkle tree (RFC 6962), and with each goes a
//     signed checkpoint (C2SP tlog-checkpoint). [Verify] finds any byte that differs.
//   - What a crash has left of an entry is cut off, and an entry says so.
//
// It cannot show that nothing else left, only what was recorded; and who holds
// the signing key can write another history. Checkpoints that were sent outside
// as they were made ([Outlet]) are what that history will not fit.
//
// Two folders: one for the log, one for the keys. A copy of the first alone can
// be verified and not read. Several processes may append, on one machine: they
// take turns by a lock of the operating system, which a process that dies lets
// go of. A network file system does not keep that promise and must not be used.
//
// The format is described in docs/ledger.md. Begin with [Open].
package ledger
