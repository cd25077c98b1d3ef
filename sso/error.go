package sso

import (
	"errors"
	"fmt"
	"time"
)

// Kind classifies an Error. Each surface (page, API, SCIM, OAuth, forward-auth)
// has one table from Kind to its own status.
type Kind uint8

// The kinds of errors. The code that finds the fact decides the kind.
const (
	Internal        Kind = iota // anything unexpected; its text is never shown
	Invalid                     // the caller sent something that cannot be accepted
	Unauthenticated             // the caller is not identified
	Forbidden                   // the caller is identified and not allowed
	NotFoundKind                // it does not exist, or belongs to another enterprise: never say which
	Conflict                    // it exists already, or was used already
	Stale                       // it changed since it was read
	TooMany                     // a rate limit; RetryAfter says when
	Upstream                    // the identity provider or another server failed
	Unavailable                 // our own store cannot answer now: retry, keep the cookie
)

func (k Kind) String() string {
	return [...]string{
		"internal", "invalid", "unauthenticated", "forbidden", "not found",
		"conflict", "stale", "too many", "upstream", "unavailable",
	}[k]
}

// Error is the only error type whose text may be shown: Public is one calm
// sentence, Code is stable and documented, Err is for the log alone.
type Error struct {
	Kind       Kind
	Code       string // snake_case, stable, documented in docs/troubleshooting.md
	Public     string // in English, with the names of Values in braces: read Text
	Values     Values // of Public; nil if it is the whole sentence
	Fields     []FieldError
	RetryAfter time.Duration // of TooMany and Unavailable
	Reference  AttemptID     // the recorded attempt that failed, by which an admin finds its checks
	Err        error         // the cause; logged, never shown
}

// FieldError is a problem of one input, named as the caller named it
// ("saml.metadata_url").
type FieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

func (e *Error) Error() string {
	s := e.Code + ": " + e.Text().String()
	for _, f := range e.Fields {
		s += fmt.Sprintf(" [%s: %s]", f.Field, f.Message)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Text returns the sentence that may be shown.
func (e *Error) Text() Text {
	return Text{
		Pattern: e.Public,
		Values:  e.Values,
	}
}

func (e *Error) Unwrap() error { return e.Err }

// WithCause returns a copy of e with err as its cause.
func (e *Error) WithCause(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

// KindOf returns the kind of the first Error in err's chain, or Internal if
// there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// CodeOf returns the code of the first Error in err's chain, "internal" if
// there is none, or "" for nil.
func CodeOf(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return "internal"
}

// NothingHere is the error of an address that leads nowhere, or not for this
// user: both look the same.
func NothingHere() *Error { return NotFound("not_found", "There is nothing at this address.") }

// NotFound returns the error for what does not exist or belongs to another
// enterprise. The two are indistinguishable on purpose.
func NotFound(code, public string) *Error {
	return &Error{
		Kind:   NotFoundKind,
		Code:   code,
		Public: public,
	}
}

// InvalidField returns an Invalid error about one input.
func InvalidField(code, field, message string) *Error {
	return &Error{
		Kind:   Invalid,
		Code:   code,
		Public: message,
		Fields: []FieldError{{field, message}},
	}
}
