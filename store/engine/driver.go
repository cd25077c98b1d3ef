package engine

import "context"

// driver is what a database has to implement.
type driver interface {
	Reader
	// write runs fn in a transaction and commits it. A driver may run fn again
	// after a serialization failure, so fn must not keep state from an earlier
	// run.
	write(ctx context.Context, fn func(context.Context, transaction) error) error
	// writeLater is write, behind those that wait where there is one writer.
	writeLater(ctx context.Context, fn func(context.Context, transaction) error) error
	// urgent returns a reader that does not wait for the connections that other
	// queries and transactions use.
	urgent() Reader
	ping(ctx context.Context) error
	// broken returns a channel that is closed after a disk failure; nil if the
	// driver has no such state.
	broken() <-chan struct{}
	close() error
}

// transaction sends statements in order. last says that no statement follows,
// so that the commit may be sent with these.
type transaction interface {
	send(ctx context.Context, statements []statement, last bool) error
}

// statement is one SQL statement with its arguments. row is called for each row
// of the result; affected, if not nil, receives the number of rows written.
type statement struct {
	text     string
	args     []any
	row      func(Row) error
	affected *int64
}
