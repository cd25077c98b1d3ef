package login

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"gatehouse/sso"
)

// observedUnmatched replaces the code in Observe for a response that any client
// may have sent.
const observedUnmatched = "unmatched"

// unmatchedError marks a failure of a response that any client may have sent.
type unmatchedError struct{ error }

func (e *unmatchedError) Unwrap() error { return e.error }

// Unmatched reports whether Complete failed with a response that any client may
// have sent: it names no pending login of the browser that delivered it, and
// nothing in it was verified.
func Unmatched(err error) bool {
	_, ok := errors.AsType[*unmatchedError](err)
	return ok
}

// unmatched marks err if any client may have sent the response.
func (t *try) unmatched(err error) error {
	if t.anonymous(err) {
		return &unmatchedError{err}
	}
	return err
}

// anonymous reports whether any client may have sent the response that failed
// with err. Failures of the gateway or the identity provider do not count.
func (t *try) anonymous(err error) bool {
	if t.pending != nil || t.verified() || t.vouched {
		return false
	}
	switch sso.KindOf(err) {
	case sso.Invalid, sso.Forbidden, sso.Conflict:
		return true
	}
	return false
}

// keep records the failed attempt: as its own record for the first response to a
// sign-in of this browser, else in a summary with others. Unverified responses to
// begun sign-ins go to the summary as well once there are too many: beginning a
// sign-in is free.
func (t *try) keep(ctx context.Context, failure error) error {
	switch {
	case t.anonymous(failure), t.pending != nil && !t.pending.UsedAt.IsZero():
		return t.sumUp(ctx)
	case t.pending != nil && !t.verified() && !t.svc.MayRecord(ctx, t.c.ID):
		if t.c.Protocol == sso.SAML { // OpenID Connect used it up already
			if _, err := t.svc.SignIns.UsePendingLogin(ctx, *t.pending); err != nil {
				return fmt.Errorf("use pending login: %w", err)
			}
		}
		return t.sumUp(ctx)
	}
	pending := ""
	if t.pending != nil {
		pending = t.pending.ID
	}
	return t.svc.SignIns.RecordAttempt(ctx, t.attempt, pending)
}

// sumUp counts the attempt in the summary of its connection, code and minute; all
// nodes share it. The first is written at once, so that the reference shown to
// the user exists.
func (t *try) sumUp(ctx context.Context) error {
	a := &t.attempt
	minute := a.At.Truncate(time.Minute)
	a.ID = sso.DerivedID[sso.AttemptID](minute, string(a.Connection)+" "+a.Code)
	a.Outcome = sso.OutcomeUnmatched
	if t.svc.tallies.add(*a) {
		return nil
	}
	err := t.svc.SignIns.CountUnmatched(ctx, *a, 1)
	if err != nil {
		t.svc.tallies.drop(a.ID)
	}
	return err
}

// maxTallies limits the summaries between two flushes, at about 2 kB each.
// Further failures count in the metrics only.
const maxTallies = 4096

// tallies counts responses that are not written yet.
type tallies struct {
	mu  sync.Mutex
	all map[sso.AttemptID]*tally
}

type tally struct {
	first sso.Attempt
	more  int
}

// add counts a and reports whether it need not be written now.
func (s *tallies) add(a sso.Attempt) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.all[a.ID]; known != nil {
		known.more++
		return true
	}
	if len(s.all) >= maxTallies {
		return true
	}
	if s.all == nil {
		s.all = map[sso.AttemptID]*tally{}
	}
	s.all[a.ID] = &tally{first: a}
	return false
}

func (s *tallies) drop(id sso.AttemptID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, id)
}

// take returns the tallies to write, and removes past minutes.
func (s *tallies) take(now time.Time) []tally {
	s.mu.Lock()
	defer s.mu.Unlock()
	var due []tally
	for id, one := range s.all {
		if one.more > 0 {
			due = append(due, *one)
			one.more = 0
		}
		if now.Sub(one.first.At) > 2*time.Minute {
			delete(s.all, id)
		}
	}
	return due
}

// Flush writes the counts of unmatched responses since the last Flush.
func (s *Service) Flush(ctx context.Context) error {
	var failed error
	for _, one := range s.tallies.take(s.Now()) {
		if err := s.SignIns.CountUnmatched(ctx, one.first, one.more); err != nil {
			failed = errors.Join(failed, err)
			s.Log.WarnContext(
				ctx, "unmatched responses not counted",
				"connection", one.first.Connection, "code", one.first.Code, "count", one.more,
			)
		}
	}
	return failed
}
