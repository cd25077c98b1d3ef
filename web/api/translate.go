package api

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"gatehouse/sso"
)

// translate converts an error of huma to ours, without the values that huma
// quotes: they may be secrets.
func translate(m *huma.ErrorModel) error {
	switch m.Status {
	case http.StatusUnprocessableEntity:
		var fields []sso.FieldError
		for _, d := range m.Errors {
			fields = append(fields, fieldError(d))
		}
		slices.SortStableFunc(fields, func(a, b sso.FieldError) int {
			return cmp.Compare(a.Field, b.Field)
		})
		return invalid("validation_failed", fields)
	case http.StatusBadRequest:
		return badRequest("This request needs a JSON body.")
	}
	return fmt.Errorf("huma: %d %s", m.Status, m.Detail)
}

func fieldError(d *huma.ErrorDetail) sso.FieldError {
	location, message := d.Location, d.Message
	if name, ok := strings.CutPrefix(message, "expected required property "); ok {
		location, message = location+"."+
			strings.TrimSuffix(name, " to be present"), "this is required"
	}
	for _, place := range []string{"body.", "query.", "path.", "header."} {
		location = strings.TrimPrefix(location, place)
	}
	return sso.FieldError{Field: location, Message: sso.Sentence(message)}
}

// invalid returns nil without field errors.
func invalid(code string, problems []sso.FieldError) error {
	if len(problems) == 0 {
		return nil
	}
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   code,
		Public: "The request has a value that cannot be accepted.",
		Fields: problems,
	}
}
