package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
)

// sqliteWriter is the goroutine that runs all transactions.
type sqliteWriter struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
	jobs     chan *sqliteJob
	later    chan *sqliteJob // of WriteLater
	passed   int             // groups that began before a waiting one of later
	quit     chan struct{}
	done     chan struct{}
	once     sync.Once

	mu     sync.Mutex
	broken error         // set after a disk failure: every later write fails
	lost   chan struct{} // closed then
}

type sqliteJob struct {
	ctx      context.Context
	later    bool
	fn       func(context.Context, transaction) error
	err      error
	panicked any
	done     chan struct{}
}

func startSQLiteWriter(ctx context.Context, db *sql.DB) (*sqliteWriter, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect the writer: %w", err)
	}
	w := &sqliteWriter{
		conn:     conn,
		prepared: map[string]*sql.Stmt{},
		jobs:     make(chan *sqliteJob),
		later:    make(chan *sqliteJob),
		quit:     make(chan struct{}),
		done:     make(chan struct{}),
		lost:     make(chan struct{}),
	}
	go w.run()
	return w, nil
}

// do hands fn to the writer and waits. fn is not interrupted once it runs: SQLite
// would roll back every transaction that shares its commit.
func (w *sqliteWriter) do(
	ctx context.Context, queue chan *sqliteJob, fn func(context.Context, transaction) error,
) error {
	j := &sqliteJob{
		ctx:   ctx,
		later: queue == w.later,
		fn:    fn,
		done:  make(chan struct{}),
	}
	select {
	case queue <- j:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.done:
		return errClosed
	}
	<-j.done
	if j.panicked != nil {
		panic(j.panicked) // in the goroutine that passed fn
	}
	return j.err
}

func (w *sqliteWriter) run() {
	defer close(w.done)
	for {
		select {
		case j := <-w.first():
			w.group(j)
			continue
		default:
		}
		select {
		case j := <-w.jobs:
			w.group(j)
		case j := <-w.later:
			w.passed = 0
			w.group(j)
		case <-w.quit:
			return
		}
	}
}

// patience is how many groups begin before one of later that waits.
const patience = 16

// first returns the queue whose job begins the next group, if it has one.
func (w *sqliteWriter) first() chan *sqliteJob {
	if w.passed++; w.passed > patience {
		w.passed = 0
		return w.later
	}
	return w.jobs
}

// next returns a waiting job that joins a group, nil if there is none. One of later
// joins only a group of its kind, and only while no other waits: a job is answered after
// all jobs of its group.
func (w *sqliteWriter) next(later bool) *sqliteJob {
	select {
	case j := <-w.jobs:
		return j
	default:
	}
	if !later {
		return nil
	}
	select {
	case j := <-w.later:
		return j
	default:
		return nil
	}
}

// group runs first and jobs that are waiting, and commits once. No job is answered
// before the commit, not even with an error: the error may follow from a write that the
// commit fails to store.
func (w *sqliteWriter) group(first *sqliteJob) {
	ctx := context.Background()
	jobs := []*sqliteJob{first}
	err := w.failed()
	if err == nil {
		err = w.exec(ctx, "begin immediate")
	}
	if err == nil {
		err = w.runJob(ctx, first)
	}
	// After a failure every waiting job fails, or each would wait for the same lock
	// in turn.
	later := first.later
	for err != nil || len(jobs) < largestGroup {
		j := w.next(later || err != nil)
		if j == nil {
			break
		}
		later = later && j.later
		jobs = append(jobs, j)
		if err == nil {
			err = w.runJob(ctx, j)
		}
	}
	if err == nil {
		err = w.exec(ctx, "commit")
	}
	if err != nil {
		w.giveUp(ctx, err)
	}
	for _, j := range jobs {
		if err != nil {
			j.err = err
		}
		close(j.done)
	}
}

// giveUp rolls the group back. The error of the rollback is ignored: after some
// failures SQLite has rolled back already.
func (w *sqliteWriter) giveUp(ctx context.Context, err error) {
	_ = w.exec(ctx, "rollback")
	if isDiskFailure(err) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.broken == nil {
			w.broken = fmt.Errorf("nothing is written since the disk failed: %w", err)
			close(w.lost)
		}
	}
}

func (w *sqliteWriter) failed() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.broken
}

// runJob runs one transaction behind a savepoint. It stores the transaction's own
// error in the job; the error it returns fails the whole group.
func (w *sqliteWriter) runJob(ctx context.Context, j *sqliteJob) error {
	if j.err = j.ctx.Err(); j.err != nil {
		return nil
	}
	if err := w.exec(ctx, "savepoint job"); err != nil {
		return err
	}
	func() {
		defer func() { j.panicked = recover() }()
		j.err = j.fn(context.WithoutCancel(j.ctx), w)
	}()
	if j.err != nil || j.panicked != nil {
		if err := w.exec(ctx, "rollback to job"); err != nil {
			return errors.Join(j.err, err)
		}
	}
	return w.exec(ctx, "release job")
}

// send implements transaction.
func (w *sqliteWriter) send(ctx context.Context, statements []statement, _ bool) error {
	for _, s := range statements {
		if err := w.sendOne(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (w *sqliteWriter) sendOne(ctx context.Context, s statement) error {
	stmt, err := w.prepare(ctx, s.text)
	if err != nil {
		return err
	}
	if s.row != nil {
		return eachRow(ctx, stmt, s.row, s.args)
	}
	result, err := stmt.ExecContext(ctx, s.args...)
	if err != nil || s.affected == nil {
		return err
	}
	*s.affected, err = result.RowsAffected()
	return err
}

func (w *sqliteWriter) exec(ctx context.Context, text string) error {
	return w.sendOne(ctx, statement{text: text})
}

func (w *sqliteWriter) prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	if stmt := w.prepared[text]; stmt != nil {
		return stmt, nil
	}
	stmt, err := w.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("prepare a statement: %w", err)
	}
	w.prepared[text] = stmt
	return stmt, nil
}

// stop waits for the running group and writes the log back into the file, so that
// a copy of the file alone is complete. SQLite does so itself when the last
// connection closes, but not while statements are prepared. A failure loses
// nothing, so it is ignored.
func (w *sqliteWriter) stop() error {
	w.once.Do(func() {
		close(w.quit)
		<-w.done
		if w.failed() == nil {
			_, _ = w.conn.ExecContext(context.Background(), "pragma wal_checkpoint(truncate)")
		}
	})
	<-w.done
	return w.conn.Close()
}
