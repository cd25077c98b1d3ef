// Package storetest is the conformance suite of package store: [Run] checks one
// database, and [SQLite] and [Postgres] give fresh ones.
//
// What must not live here: anything a program imports; only tests do.
package storetest
