package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"gatehouse/sso"
)

// maxDepth is the maximum nesting depth of a body; ours need three levels.
const maxDepth = 32

// badRequest returns an error with the status 400.
func badRequest(public string) *sso.Error {
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   "bad_request",
		Public: public,
	}
}

// checkQuery refuses a parameter that was sent twice: huma reads the first, and
// a filtering proxy may have checked the last.
func checkQuery(r *http.Request) error {
	for name, all := range r.URL.Query() {
		if len(all) > 1 {
			return &sso.Error{
				Kind:   sso.Invalid,
				Code:   "duplicate_parameter",
				Public: "A parameter was sent twice.",
				Fields: []sso.FieldError{{Field: name, Message: "This was sent twice."}},
			}
		}
	}
	return nil
}

// takeBody reads the body and refuses an ambiguous one.
func takeBody(r *http.Request, bodyless bool) ([]byte, error) {
	if r.Body == nil ||
		r.Method == http.MethodGet ||
		r.Method == http.MethodHead {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok || len(body) > MaxBody {
		return nil, &sso.Error{
			Kind:   sso.Invalid,
			Code:   "body_too_large",
			Public: fmt.Sprintf("The request is too large: the limit is %d bytes.", MaxBody),
			Err:    err,
		}
	}
	if err != nil {
		return nil, badRequest("The request ended before it was complete.").WithCause(err)
	}
	if len(body) == 0 {
		return nil, nil
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		return nil, &sso.Error{
			Kind:   sso.Invalid,
			Code:   "unsupported_media_type",
			Public: "Send this as application/json.",
			Err:    err,
		}
	}
	if err := checkJSON(body); err != nil {
		return nil, err
	}
	if bodyless && strings.Trim(string(body), "{} \t\r\n") != "" {
		return nil, badRequest("This request takes no body.")
	}
	return body, nil
}

// checkJSON refuses JSON that two parsers could read differently, and null,
// which clears a value for some clients and omits it for others.
func checkJSON(body []byte) error {
	if !utf8.Valid(body) {
		return &sso.Error{
			Kind:   sso.Invalid,
			Code:   "invalid_encoding",
			Public: "The body is not valid UTF-8.",
		}
	}
	dec := jsontext.NewDecoder(bytes.NewReader(body))
	for values := 0; ; {
		token, err := dec.ReadToken()
		switch {
		case errors.Is(err, io.EOF) && values == 1:
			return nil
		case errors.Is(err, jsontext.ErrDuplicateName):
			return &sso.Error{
				Kind:   sso.Invalid,
				Code:   "duplicate_parameter",
				Public: "A member of the body appears twice.",
				Fields: []sso.FieldError{{
					Field:   fieldOf(dec.StackPointer()),
					Message: "This member appears twice.",
				}},
			}
		case err != nil:
			return badRequest("The body is not valid JSON.").WithCause(fmt.Errorf(
				"after %d bytes", dec.InputOffset(),
			))
		case dec.StackDepth() > maxDepth:
			return badRequest("The body is nested too deeply.")
		case token.Kind() == 'n':
			return invalid("validation_failed", []sso.FieldError{{
				Field:   fieldOf(dec.StackPointer()),
				Message: `Null is no value here. Leave the member out to keep its value, or send "" or [] to clear it.`,
			}})
		case dec.StackDepth() == 0:
			values++
		}
		if values > 1 {
			return badRequest("The body is more than one JSON value.")
		}
	}
}

// fieldOf converts a JSON pointer to the notation of field errors.
func fieldOf(p jsontext.Pointer) string {
	var names []string
	for name := range p.Tokens() {
		names = append(names, name)
	}
	return strings.Join(names, ".")
}

// decode is json.Unmarshal with case-sensitive names and an error for unknown
// ones. The error has the place, but not the value, which may be a secret.
func decode(data []byte, v any) error {
	err := json.Unmarshal(data, v, json.RejectUnknownMembers(true))
	if e, ok := errors.AsType[*json.SemanticError](err); ok {
		if errors.Is(err, json.ErrUnknownName) {
			return errors.New("there is no member " + fieldOf(e.JSONPointer))
		}
		return errors.New("the value of " + fieldOf(e.JSONPointer) + " cannot be read")
	}
	if err != nil {
		return errors.New("it cannot be read")
	}
	return nil
}
