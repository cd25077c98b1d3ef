package ui

import (
	"errors"

	"gatehouse/sso"
)

// Option is one of the values that a field can have.
type Option struct {
	Value, Label, Hint string
	Days               int // of a select: a number of days, shown in place of Label
	Chosen             bool
}

// Wrong is a problem of one field in a form's summary.
type Wrong struct{ ID, Label, Message string }

// Blame sets the errors of fields by name and returns the summary in their order;
// errors of other fields come last, without an ID.
// An error without fields is a summary of one line.
func Blame(err error, fields ...*Field) []Wrong {
	known, ok := errors.AsType[*sso.Error](err)
	if !ok {
		return nil
	}
	if len(known.Fields) == 0 {
		return []Wrong{{Message: known.Text().String()}}
	}
	var all, others []Wrong
	at := map[string]*Field{}
	for _, f := range fields {
		at[f.Name] = f
	}
	said := map[string]string{}
	for _, e := range known.Fields {
		if f := at[e.Field]; f == nil {
			others = append(others, Wrong{Label: e.Field, Message: e.Message})
		} else if said[e.Field] == "" {
			said[e.Field], f.Error = e.Message, e.Message
		}
	}
	for _, f := range fields {
		if f.Error != "" {
			all = append(all, Wrong{
				ID:      f.ID,
				Label:   f.Label,
				Message: f.Error,
			})
		}
	}
	return append(all, others...)
}
