// Package engine runs SQL on the two databases that Gatehouse supports.
//
// A [Database] is a SQLite file or a pool of PostgreSQL connections. It runs
// queries ([Reader], [One], [List]), transactions ([Tx]) and migrations, and
// tells the errors of both drivers apart ([IsUnique], [IsUnavailable], …). Start
// with database.go. driver.go has the interface that sqlite.go and postgres.go
// implement.
//
// Statements use the parameters $1…$n and mean the same to both databases. Where
// the databases need different SQL, it comes from a [Dialect]; in a migration, a
// line that begins with "--postgres" is a statement for PostgreSQL alone. A [Tx] queues
// writes whose result is not needed and sends them with the next query or the
// commit, so that a transaction takes few round trips to PostgreSQL. SQLite has
// one writer, and transactions that wait for it share one commit.
//
// What must not live here: tables, columns and nouns of package sso. This
// package imports no other package of Gatehouse.
package engine
