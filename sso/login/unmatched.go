package login

import (
	"errors"

	"gatehouse/sso"
)

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

// unmatched marks err, unless the failure is on our side or the identity
// provider's.
func unmatched(err error) error {
	switch sso.KindOf(err) {
	case sso.Invalid, sso.Forbidden, sso.Conflict:
		return &unmatchedError{err}
	}
	return err
}

// matched reports whether the browser began the sign-in, or the identity
// provider vouches for the response.
func (t *try) matched() bool { return t.pending != nil || t.assertion != nil }
