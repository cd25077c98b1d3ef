package engine

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// errClosed is returned by a Database that was closed.
var errClosed = errors.New("the database is closed")

// errAddress replaces the parse error of a PostgreSQL address, which would show
// the password.
var errAddress = errors.New("the address of the database cannot be read")

// SQLSTATEs of PostgreSQL.
const (
	deadlock             = "40P01"
	diskFull             = "53100"
	foreignKeyViolation  = "23503"
	invalidText          = "22021" // a byte sequence that the encoding does not have
	serializationFailure = "40001"
	uniqueViolation      = "23505"
)

// IsUnique reports a violation of a unique constraint.
func IsUnique(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE ||
			e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == uniqueViolation
}

// IsUniqueIn reports a violation of a unique constraint of a table.
func IsUniqueIn(err error, table string) bool {
	if !IsUnique(err) {
		return false
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return strings.Contains(e.Error(), table+".")
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.TableName == table
}

// IsForeignKey reports a foreign-key violation: the referenced row is missing.
func IsForeignKey(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == foreignKeyViolation
}

// IsInvalidText reports text that PostgreSQL cannot store: invalid UTF-8 or a
// NUL.
func IsInvalidText(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == invalidText
}

// IsFull reports a full disk: nothing can be written, but stored rows can be
// read.
func IsFull(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()&0xff == sqlite3.SQLITE_FULL
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == diskFull
}

// IsUnavailable reports a database that is unreachable, overloaded, locked or
// closed: the same call may succeed later.
func IsUnavailable(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return slices.Contains([]int{
			sqlite3.SQLITE_BUSY,
			sqlite3.SQLITE_LOCKED,
			sqlite3.SQLITE_IOERR,
			sqlite3.SQLITE_CANTOPEN,
			sqlite3.SQLITE_READONLY,
			sqlite3.SQLITE_NOMEM,
		}, e.Code()&0xff)
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return isUnavailableCode(e.Code) || isRetryable(err)
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	return pgconn.SafeToRetry(err) || slices.ContainsFunc([]error{
		context.DeadlineExceeded,
		io.ErrUnexpectedEOF,
		io.EOF,
		errClosed,
	}, func(target error) bool { return errors.Is(err, target) })
}

// isUnavailableCode reports whether an SQLSTATE is of a class (no connection, no
// resources, shutdown) or is a code (read-only standby, lock or statement
// timeout) that says nothing about the statement itself.
func isUnavailableCode(code string) bool {
	return slices.ContainsFunc([]string{
		"08",
		"53",
		"57P",
		"25006",
		"55P03",
		"57014",
	}, func(prefix string) bool { return strings.HasPrefix(code, prefix) })
}

// isRetryable reports a serialization failure or a deadlock: PostgreSQL rolled
// the transaction back in favor of another one.
func isRetryable(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == serializationFailure || e.Code == deadlock)
}

// isDiskFailure reports an I/O error of a SQLite file. What was not synced then
// is unknown, and a later sync may report success wrongly.
func isDiskFailure(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && e.Code()&0xff == sqlite3.SQLITE_IOERR
}
