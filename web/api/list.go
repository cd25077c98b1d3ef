package api

import (
	"slices"
	"time"

	"gatehouse/sso"
)

// Paging has the parameters of every list. It is exported because huma ignores
// other embedded structs.
type Paging struct {
	Cursor string `query:"cursor" pattern:"^[a-z0-9-]{1,64}$" patternDescription:"a cursor that a list returned" doc:"Value of next from the previous page; omit it for the first page." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"Maximum number of items per page." example:"50"`
}

func (p Paging) page() sso.Page {
	return sso.Page{
		Cursor: p.Cursor,
		Limit:  p.Limit,
	}
}

// list is one page of a list, with the cursor of the next.
type list[T any] struct {
	Items []T     `json:"items" doc:"Items of this page."`
	Next  *string `json:"next" doc:"Cursor of the next page; null on the last page." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
}

// out is a response with a body.
type out[T any] struct {
	Body T
}

// made is the response to the creation of an object.
type made[T any] struct {
	Location string `header:"Location" doc:"Path of the new object." example:"/api/v1/enterprises/ent-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Body     T
}

// done is a response without a body.
type done struct{}

func answerTo[T any](v T, err error) (*out[T], error) {
	if err != nil {
		return nil, err
	}
	return &out[T]{Body: v}, nil
}

// pageOf returns the response with a page of the store, converted by view.
func pageOf[T, V any](all []T, next string, err error, view func(T) V) (*out[list[V]], error) {
	if err != nil {
		return nil, err
	}
	l := list[V]{Items: make([]V, 0, len(all))}
	for _, item := range all {
		l.Items = append(l.Items, view(item))
	}
	if next != "" {
		l.Next = &next
	}
	return &out[list[V]]{Body: l}, nil
}

// pageFrom returns the response with one page of a complete list.
func pageFrom[T, V any](all []T, err error, id func(T) string, p Paging, view func(T) V) (*out[list[V]], error) {
	if err != nil {
		return nil, err
	}
	if p.Cursor != "" {
		at := slices.IndexFunc(all, func(item T) bool { return id(item) == p.Cursor })
		if at < 0 {
			return nil, sso.InvalidField(
				sso.CodeInvalidCursor, "cursor",
				"This is not a cursor that a list returned, or its item was deleted.",
			)
		}
		all = all[at+1:]
	}
	next := ""
	if size := p.page().Size(); len(all) > size {
		all = all[:size]
		next = id(all[size-1])
	}
	return pageOf(all, next, nil, view)
}

// moment returns nil for the zero time.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// some returns nil for an empty string.
func some[T ~string](s T) *T {
	if s == "" {
		return nil
	}
	return &s
}

// viewAll converts a list by view; the result is never nil, which would be null
// in JSON.
func viewAll[T, V any](all []T, view func(T) V) []V {
	views := make([]V, 0, len(all))
	for _, item := range all {
		views = append(views, view(item))
	}
	return views
}

// always returns an empty list for nil, which would be null in JSON.
func always[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}
