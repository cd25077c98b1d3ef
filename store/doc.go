// Package store reads and writes what Gatehouse stores: one [DB] on SQLite or
// PostgreSQL.
//
// Package store/engine runs the SQL. Here, each noun of package sso has a file of
// its own; login_record.go is the transaction of a sign-in. Start with open.go and
// tx.go.
//
// The store decides nothing about users and memberships. It reads facts, calls the
// pure functions of package sso/identity and package groupsync within the
// transaction, and writes what they return.
//
// Rules that hold everywhere:
//
//   - Every statement about rows of an enterprise has the enterprise in its WHERE,
//     and every foreign key includes it. A row of another enterprise is
//     [sso.NotFound], like one that does not exist.
//   - The audit event is written by the transaction that it reports. A change of
//     an enterprise runs alone in it ([DB.change]); sign-ins, the ends of sessions
//     and what an identity provider pushes run beside each other, and lock what
//     they decide by (locks.go).
//   - Statements use $1…$n and mean the same to both databases. Writes whose result
//     is not needed are queued and sent with the next query or the commit.
//   - Secrets are sealed (seal.go); bearer tokens are stored as hashes only.
//
// What must not live here: database drivers, HTTP status codes, decisions about
// users, memberships or permissions, database errors that reach a caller unmapped although they mean
// something to it.
package store
