package store

import (
	"errors"
	"fmt"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// doing is deferred by every exported method. It adds what failed to the error
// and maps errors of the database to those that mean something to a caller.
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
	case engine.IsFull(err):
		return &sso.Error{
			Kind:       sso.Unavailable,
			Code:       "storage_full",
			Err:        err,
			RetryAfter: 30 * time.Second,
			Public:     "We cannot keep anything new right now. Please try again in a while.",
		}
	case engine.IsUnavailable(err):
		return &sso.Error{
			Kind:       sso.Unavailable,
			Code:       "temporarily_unavailable",
			Err:        err,
			RetryAfter: 2 * time.Second,
			Public:     "We cannot answer right now. Please try again in a moment.",
		}
	case engine.IsForeignKey(err):
		return errMissing().WithCause(err)
	case engine.IsInvalidText(err):
		return sso.InvalidField(
			"invalid_encoding", "", "The text is not valid UTF-8 or has a NUL in it.",
		).WithCause(err)
	}
	return err
}

func isOurs(err error) bool {
	_, ok := errors.AsType[*sso.Error](err)
	return ok
}

func errMissing() *sso.Error { return sso.NothingHere() }

func taken(code, field, message string) *sso.Error {
	return &sso.Error{
		Kind:   sso.Conflict,
		Code:   code,
		Public: message,
		Fields: []sso.FieldError{{Field: field, Message: message}},
	}
}

// ifTaken replaces a unique violation by its meaning.
func ifTaken(err error, meaning *sso.Error) error {
	if engine.IsUnique(err) {
		return meaning.WithCause(err)
	}
	return err
}
