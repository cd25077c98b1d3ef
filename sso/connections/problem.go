package connections

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gatehouse/sso"
)

// invalid is the code of problems that need no code of their own: field and
// message are enough.
const invalid = "invalid_configuration"

// problems collects the problems of an edit, so that an admin sees all of them.
// The code of the error is that of the first problem that has its own.
type problems struct {
	code   string
	fields []sso.FieldError
	cause  error
}

func (p *problems) add(code, field, message string) {
	if p.code == "" || p.code == invalid {
		p.code = code
	}
	p.fields = append(p.fields, sso.FieldError{Field: field, Message: message})
}

func (p *problems) addAll(fields []sso.FieldError) {
	for _, f := range fields {
		p.add(invalid, f.Field, f.Message)
	}
}

// addError adds a problem of a field with the public text of err. An unexpected
// error ends the change and is returned unchanged.
func (p *problems) addError(field string, err error) {
	known, ok := errors.AsType[*sso.Error](err)
	if ok {
		p.add(known.Code, field, known.Text().String())
	}
	p.cause = errors.Join(p.cause, err)
}

// misread is addError for an address, with the Advice about it.
func (p *problems) misread(field, address string, err error) {
	p.addError(field, err)
	if says := Advise(field, address).Says; says != "" &&
		len(p.fields) > 0 &&
		p.fields[len(p.fields)-1].Field == field {
		p.fields[len(p.fields)-1].Message = says
	}
}

// err returns the error of all problems, nil if there is none.
func (p *problems) err() error {
	if len(p.fields) == 0 {
		return p.cause
	}
	e := &sso.Error{
		Kind:   sso.Invalid,
		Code:   p.code,
		Public: p.fields[0].Message,
		Fields: p.fields,
		Err:    p.cause,
	}
	if len(p.fields) > 1 {
		e.Public = fmt.Sprintf("There are problems with %d fields.", len(p.fields))
	}
	return e
}

// oneOf reports a value that is not allowed.
func oneOf[T ~string](p *problems, field string, value T, allowed ...T) {
	if slices.Contains(allowed, value) {
		return
	}
	names := make([]string, len(allowed))
	for i, a := range allowed {
		names[i] = string(a)
	}
	p.add(invalid, field, "Use one of: "+strings.Join(names, ", ")+".")
}

// set changes a value unless the new one is nil.
func set[T any](to *T, value *T) {
	if value != nil {
		*to = *value
	}
}

func setList[T any](to *[]T, value []T) {
	if value != nil {
		*to = slices.Clone(value)
	}
}
