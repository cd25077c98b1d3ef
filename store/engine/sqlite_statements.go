package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
)

// maxPrepared is how many statements of readers are kept prepared. The texts that the
// program has are fewer; those that follow from a filter or a page of a client have
// no bound.
const maxPrepared = 1000

// statements are the prepared statements of a database's readers, by their text.
type statements struct {
	db *sql.DB

	mu     sync.Mutex
	all    map[string]*preparedQuery
	closed bool
}

// preparedQuery is closed when it is no longer kept and its last user is done.
type preparedQuery struct {
	*sql.Stmt
	users int
	kept  bool
}

// take returns a statement to be given back.
func (s *statements) take(ctx context.Context, query string) (*preparedQuery, error) {
	if stmt, err := s.known(query); stmt != nil || err != nil {
		return stmt, err
	}
	// Not while others wait for the lock: it may wait for a connection.
	fresh, err := s.db.PrepareContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("prepare a query: %w", err)
	}
	if stmt, err := s.known(query); stmt != nil || err != nil {
		return stmt, errors.Join(err, fresh.Close())
	}
	return s.keep(query, fresh), nil
}

// known returns the statement if it is kept.
func (s *statements) known(query string) (*preparedQuery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errClosed
	}
	stmt := s.all[query]
	if stmt != nil {
		stmt.users++
	}
	return stmt, nil
}

// keep adds a statement in place of one that is not in use, if there are many.
func (s *statements) keep(query string, fresh *sql.Stmt) *preparedQuery {
	s.mu.Lock()
	defer s.mu.Unlock()
	stmt := &preparedQuery{
		Stmt:  fresh,
		users: 1,
	}
	if s.all[query] != nil { // another kept it meanwhile
		return stmt
	}
	for text, other := range s.all {
		if len(s.all) < maxPrepared {
			break
		}
		if other.users == 0 {
			delete(s.all, text)
			_ = other.Close() // it was read to the end
		}
	}
	if stmt.kept = len(s.all) < maxPrepared; stmt.kept {
		s.all[query] = stmt
	}
	return stmt
}

// giveBack ends the use of a statement.
func (s *statements) giveBack(stmt *preparedQuery) error {
	s.mu.Lock()
	stmt.users--
	done := stmt.users == 0 && !stmt.kept
	s.mu.Unlock()
	if done {
		return stmt.Close()
	}
	return nil
}

// close makes every later take fail, and reports whether it is the first call.
func (s *statements) close() (first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first = !s.closed
	s.closed = true
	return first
}
