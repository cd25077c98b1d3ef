package engine

import (
	"context"
	"fmt"
)

// Tx is a transaction with a queue of statements that were not sent yet.
type Tx struct {
	raw   transaction
	work  *work
	queue []statement
}

// Queue adds a write whose result is not needed.
func (t *Tx) Queue(query string, args ...any) {
	t.queue = append(t.queue, statement{
		text: query,
		args: args,
	})
}

// QueueCount adds a write; affected receives the number of rows it wrote when it
// is sent.
func (t *Tx) QueueCount(affected *int64, query string, args ...any) {
	t.queue = append(t.queue, statement{
		text:     query,
		args:     args,
		affected: affected,
	})
}

// QueueQuery adds a query; fn is called for each row of the result when it is
// sent.
func (t *Tx) QueueQuery(fn func(Row) error, query string, args ...any) {
	t.queue = append(t.queue, statement{
		text: query,
		args: args,
		row:  fn,
	})
}

// Flush sends the queue.
func (t *Tx) Flush(ctx context.Context) error { return t.send(ctx, false) }

func (t *Tx) send(ctx context.Context, last bool) error {
	queue := t.queue
	t.queue = nil
	if len(queue) == 0 && !last {
		return nil
	}
	t.work.add(len(queue))
	return t.raw.send(ctx, queue, last)
}

// Query implements [Reader]. The queue is sent first, in the same round trip.
func (t *Tx) Query(ctx context.Context, fn func(Row) error, query string, args ...any) error {
	t.QueueQuery(fn, query, args...)
	return t.Flush(ctx)
}

// Exec sends the queue and a write, and returns the number of rows it wrote.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (affected int64, err error) {
	t.QueueCount(&affected, query, args...)
	err = t.Flush(ctx)
	return affected, err
}

// ExecOne is Exec for a write that must write exactly one row. It returns
// missing if it wrote none.
func (t *Tx) ExecOne(ctx context.Context, missing error, query string, args ...any) error {
	n, err := t.Exec(ctx, query, args...)
	switch {
	case err != nil:
		return err
	case n == 0:
		return missing
	case n > 1:
		return fmt.Errorf("%d rows were written instead of one", n)
	}
	return nil
}
