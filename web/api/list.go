package api

import (
	"slices"
	"time"

	"gatehouse/sso"
)

// Paging is what every list takes. It is exported because huma looks into no
// other embedded struct.
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

// list is a part of one, with where it goes on.
type list[T any] struct {
	Items []T     `json:"items" doc:"Items of this page."`
	Next  *string `json:"next" doc:"Cursor of the next page; null on the last page." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
}

// out is an answer with a body.
type out[T any] struct {
	Body T
}

// made is the answer to what was created.
type made[T any] struct {
	Location string `header:"Location" doc:"Path of the new object." example:"/api/v1/enterprises/ent-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Body     T
}

// done is the answer to what leaves nothing to say.
type done struct{}

func answerTo[T any](v T, err error) (*out[T], error) {
	if err != nil {
		return nil, err
	}
	return &out[T]{Body: v}, nil
}

// pageOf is a list as the store returned it, each item as view shows it.
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

// pageFrom cuts a page out of a list that the store returned whole.
func pageFrom[T, V any](all []T, err error, id func(T) string, p Paging, view func(T) V) (*out[list[V]], error) {
	if err != nil {
		return nil, err
	}
	if p.Cursor != "" {
		at := slices.IndexFunc(all, func(item T) bool { return id(item) == p.Cursor })
		if at < 0 {
			return nil, sso.InvalidField(
				sso.CodeInvalidCursor, "cursor",
				"This is not a cursor that a list returned, or its item is gone.",
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

// moment is a time that may not have come.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// some is a text or identifier that may be missing.
func some[T ~string](s T) *T {
	if s == "" {
		return nil
	}
	return &s
}

// viewAll shows a list that may be empty, but not null.
func viewAll[T, V any](all []T, view func(T) V) []V {
	views := make([]V, 0, len(all))
	for _, item := range all {
		views = append(views, view(item))
	}
	return views
}

// always is a list that is empty rather than missing.
func always[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}
