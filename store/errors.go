package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"gatehouse/sso"
)

// doing is deferred by every exported method: it says what was attempted and
// gives the errors of the databases that mean something to a caller their kind.
func doing(err *error, what string) {
	if *err == nil {
		return
	}
	*err = fmt.Errorf("%s: %w", what, classify(*err))
}

func classify(err error) error {
	switch {
	case sso.KindOf(err) != sso.Internal || isOurs(err):
		return err
	case isFull(err):
		return &sso.Error{Kind: sso.Unavailable, Code: "storage_full", Err: err, RetryAfter: 30 * time.Second,
			Public: "We cannot keep anything new right now. Please try again in a while."}
	case isUnavailable(err):
		return &sso.Error{Kind: sso.Unavailable, Code: "temporarily_unavailable", Err: err, RetryAfter: 2 * time.Second,
			Public: "We cannot answer right now. Please try again in a moment."}
	case isForeignKey(err):
		return errMissing().Because(err)
	case isUnreadable(err):
		return sso.InvalidField("invalid_encoding", "", "The text is not valid UTF-8 or has a NUL in it.").Because(err)
	}
	return err
}

// isUnreadable is about text that PostgreSQL cannot hold.
func isUnreadable(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == "22021"
}

func isOurs(err error) bool {
	_, ok := errors.AsType[*sso.Error](err)
	return ok
}

func errMissing() *sso.Error { return sso.NotFound("not_found", "There is nothing at this address.") }

func taken(code, field, message string) *sso.Error {
	return &sso.Error{Kind: sso.Conflict, Code: code, Public: message, Fields: []sso.FieldError{{Field: field, Message: message}}}
}

// isFull is about a database without room for what is to be written. What is
// there can still be read.
func isFull(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()&0xff == sqlite3.SQLITE_FULL
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == "53100"
}

// isUnavailable is about a database that is gone, overloaded or locked: the same
// request may succeed later.
func isUnavailable(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return slices.Contains([]int{sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR,
			sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_NOMEM}, e.Code()&0xff)
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		// Of a class: no connection, no room, shutting down. Alone: a read-only
		// standby, a lock or a statement that took too long.
		begins := func(class string) bool { return strings.HasPrefix(e.Code, class) }
		return slices.ContainsFunc([]string{"08", "53", "57P", "25006", "55P03", "57014"}, begins) || isAgain(err)
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	_, network := errors.AsType[net.Error](err)
	return network || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) ||
		errors.Is(err, errClosed) || pgconn.SafeToRetry(err)
}

// errClosed is the answer of a DB that was closed.
var errClosed = errors.New("the store is closed")

// isAgain is about a transaction that PostgreSQL gave up in favour of another
// and that is worth running again.
func isAgain(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == "40001" || e.Code == "40P01")
}

// isUnique is about a unique constraint.
func isUnique(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == "23505"
}

// isForeignKey is about a row that refers to what is not there, or not there
// in this enterprise.
func isForeignKey(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == "23503"
}

// ifTaken replaces the error of a unique constraint by what it means.
func ifTaken(err error, meaning *sso.Error) error {
	if isUnique(err) {
		return meaning.Because(err)
	}
	return err
}
