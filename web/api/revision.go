package api

import (
	"strconv"
	"strings"

	"gatehouse/sso"
)

// revised is a response with one object and its revision.
type revised[T any] struct {
	ETag string `header:"ETag" doc:"Revision of the object, for If-Match." example:"\"7\""`
	Body T
}

// madeRevised is the response to the creation of an object with a revision.
type madeRevised[T any] struct {
	Location string `header:"Location" doc:"Path of the new object." example:"/api/v1/enterprises/ent-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	ETag     string `header:"ETag" doc:"Revision of the object, for If-Match." example:"\"1\""`
	Body     T
}

func revisedAnswer[T any](v T, revision int64, err error) (*revised[T], error) {
	if err != nil {
		return nil, err
	}
	return &revised[T]{
		ETag: etag(revision),
		Body: v,
	}, nil
}

func etag(revision int64) string { return `"` + strconv.FormatInt(revision, 10) + `"` }

// revisionOf reads If-Match. It returns sso.AnyRevision without a value and for
// "*", and -1, which no object has, for a tag that this API never sent.
func revisionOf(ifMatch string) int64 {
	ifMatch = strings.TrimSpace(ifMatch)
	if ifMatch == "" || ifMatch == "*" {
		return sso.AnyRevision
	}
	n, err := strconv.ParseInt(strings.Trim(ifMatch, `"`), 10, 64)
	if err != nil || n <= 0 || etag(n) != ifMatch {
		return -1
	}
	return n
}
