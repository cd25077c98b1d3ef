package scim

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// ErrorType is the scimType of an error (RFC 7644, table 9; RFC 9865, section
// 2.2).
type ErrorType string

// The types of errors that a service provider without bulk and passwords has.
const (
	InvalidFilter ErrorType = "invalidFilter"
	TooMany       ErrorType = "tooMany"
	Uniqueness    ErrorType = "uniqueness"
	Mutability    ErrorType = "mutability"
	InvalidSyntax ErrorType = "invalidSyntax"
	InvalidPath   ErrorType = "invalidPath"
	NoTarget      ErrorType = "noTarget"
	InvalidValue  ErrorType = "invalidValue"
	InvalidCursor ErrorType = "invalidCursor"
	InvalidCount  ErrorType = "invalidCount"
	ExpiredCursor ErrorType = "expiredCursor"
)

// Error is the answer to a request that is refused. Detail is shown to the
// admin of the identity provider, so it says what is wrong and what to do.
type Error struct {
	Status int
	Type   ErrorType // "" where the RFC has none for the status
	Detail string
}

func (e *Error) Error() string {
	s := strconv.Itoa(e.Status)
	if e.Type != "" {
		s += " " + string(e.Type)
	}
	return s + ": " + e.Detail
}

// Body returns the error message of RFC 7644, section 3.12, to be encoded as
// JSON. It has no members but those of the RFC: strict clients refuse others.
func (e *Error) Body() any {
	return struct {
		Schemas []string  `json:"schemas"`
		Type    ErrorType `json:"scimType,omitempty"`
		Detail  string    `json:"detail"`
		Status  string    `json:"status"`
	}{
		Schemas: []string{errorURN},
		Type:    e.Type,
		Detail:  e.Detail,
		Status:  strconv.Itoa(e.Status),
	}
}

// badRequest returns an error of status 400.
func badRequest(t ErrorType, format string, args ...any) *Error {
	return &Error{
		Status: http.StatusBadRequest,
		Type:   t,
		Detail: fmt.Sprintf(format, args...),
	}
}

// brief returns a text that a client sent in the length that an error quotes.
func brief(s string) string {
	const longest = 100
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest], "") + "…"
}

// tooMuch returns an error of status 413.
func tooMuch(format string, args ...any) *Error {
	return &Error{
		Status: http.StatusRequestEntityTooLarge,
		Detail: fmt.Sprintf(format, args...),
	}
}

// in returns the error with the place of its cause in front, such as
// "Operations[3]".
func (e *Error) in(place string) *Error {
	located := *e
	located.Detail = place + ": " + e.Detail
	return &located
}
