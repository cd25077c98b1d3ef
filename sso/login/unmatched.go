package login

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"gatehouse/sso"
)

// observedUnmatched is what Observe is told instead of the code of a response
// that anyone may have sent.
const observedUnmatched = "unmatched"

// unmatchedError marks a failure of a response that anyone may have sent.
type unmatchedError struct{ error }

func (e *unmatchedError) Unwrap() error { return e.error }

// Unmatched reports whether Complete failed with a response that anyone may have
// sent: it names no pending login of the browser that delivered it, and nothing
// in it was verified.
func Unmatched(err error) bool {
	_, ok := errors.AsType[*unmatchedError](err)
	return ok
}

// unmatched marks err if it is about such a response.
func (t *try) unmatched(err error) error {
	if t.anonymous(err) {
		return &unmatchedError{err}
	}
	return err
}

// anonymous reports whether anyone may have sent what failed with err. A failure
// on our side or the identity provider's is none of the sender's.
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

// keep records the failed attempt: by itself if it is the first response to a
// sign-in of this browser, else summed up with others like it. What nothing was verified of,
// although the browser began a sign-in, is summed up as well once there is too
// much of it: beginning one costs nothing.
func (t *try) keep(ctx context.Context, failure error) error {
	switch {
	case t.anonymous(failure), t.pending != nil && !t.pending.UsedAt.IsZero():
		return t.sumUp(ctx)
	case t.pending != nil && !t.verified() && !t.svc.MayRecord(ctx, t.c.ID):
		if t.c.Protocol == sso.SAML { // of OpenID Connect it is used already
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

// sumUp counts the attempt towards the one that stands for its connection, code
// and minute, on every node alike. The first is written at once, so that the
// reference a person is shown leads to it.
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

// maxTallies is how many connections, codes and minutes are summed up between
// two flushes, at about 2 kB each. Beyond it only metrics count.
const maxTallies = 4096

// tallies are responses that were counted and not written yet.
type tallies struct {
	mu  sync.Mutex
	all map[sso.AttemptID]*tally
}

type tally struct {
	first sso.Attempt
	more  int
}

// add counts a and reports whether that is all there is to do now.
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

// take returns what is to be written, and forgets minutes that are over.
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

// Flush writes how many responses answered no sign-in since the last Flush.
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
