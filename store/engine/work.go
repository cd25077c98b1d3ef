package engine

import "sync/atomic"

// work counts what a database was asked. It is safe for concurrent use.
type work struct{ statements, roundTrips atomic.Int64 }

func (w *work) add(statements int) {
	w.statements.Add(int64(statements))
	w.roundTrips.Add(1)
}

// Work returns how many statements were sent since the database was opened, without
// begin, commit and those of [Database.Urgent], and in how many round trips.
// A transaction that is tried again counts again.
func (d *Database) Work() (statements, roundTrips int64) {
	return d.work.statements.Load(), d.work.roundTrips.Load()
}
