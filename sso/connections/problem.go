package connections

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gatehouse/sso"
)

// invalid is the code of input that is wrong in a way that needs no code of its
// own: the field and its message say all.
const invalid = "invalid_configuration"

// problems collects what is wrong, so that an admin hears of everything at once.
// The code of the whole is that of the first problem that has its own.
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

// addError blames a field for err, whose text is shown if it was meant to be.
// Anything that nobody foresaw is kept as it is and ends the change.
func (p *problems) addError(field string, err error) {
	known, ok := errors.AsType[*sso.Error](err)
	if ok {
		p.add(known.Code, field, known.Public)
	}
	p.cause = errors.Join(p.cause, err)
}

// misread is addError about an address, with what was probably meant by it.
func (p *problems) misread(field, address string, err error) {
	p.addError(field, err)
	if says := Advise(field, address).Says; says != "" &&
		len(p.fields) > 0 &&
		p.fields[len(p.fields)-1].Field == field {
		p.fields[len(p.fields)-1].Message = says
	}
}

// err is the error to return, nil if there is no problem.
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

// oneOf reports a value that is none of the allowed ones.
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

// set changes what an admin wants changed.
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
