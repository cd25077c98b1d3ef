// Package store keeps everything in SQL: one [DB] over SQLite and PostgreSQL.
//
// Start with open.go, then backend.go, which is all that the two databases
// have to offer, and sqlite.go and postgres.go, which offer it. Each noun of
// package sso has a file of its own; record.go is what a sign-in writes.
//
// Rules that hold everywhere:
//
//   - Every statement about an enterprise's rows has the enterprise in its
//     WHERE, and every foreign key has it too. What belongs to another
//     enterprise is [sso.NotFound], like what does not exist.
//   - Whoever changes something of an enterprise first locks the head of its
//     audit chain, so the writers of one enterprise follow each other, and the
//     event is written by the transaction it tells about.
//   - Statements use $1…$n and mean the same to both databases. Writes whose
//     result nobody needs are queued and sent together with the next read or
//     the commit, so that PostgreSQL costs few round trips.
//   - Secrets are sealed (seal.go); bearer values are only kept as hashes.
//
// What must not live here: HTTP status, decisions about who may do what, SQL
// errors that reach a caller unmapped when they mean something to them.
package store
