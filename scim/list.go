package scim

import (
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"gatehouse/scim/filter"
)

// The size of a page.
const (
	defaultCount = 100
	maxCount     = 1000
)

// Query is a request for a list of resources (RFC 7644, section 3.4.2).
type Query struct {
	Filter     filter.Expr // nil for all
	FilterText string      // canonical; "" for all
	Start      int         // index of the first resource, from 1
	Count      int         // 0 asks for the number of resources alone
	Cursor     string      // of RFC 9865; "" for the first page
	ByCursor   bool        // whether paging is by cursor
	Selection  Selection
}

// ParseQuery reads the parameters of a list. Parameters that are not known are
// ignored: Entra ID appends aadOptscim062020 to every request. So are sortBy and
// sortOrder, which are not supported: RFC 7644, section 3.4.2.3, leaves the
// order to the service provider.
func (t *Type) ParseQuery(params url.Values) (Query, error) {
	q := Query{
		Start: 1,
		Count: defaultCount,
	}
	if err := q.page(params); err != nil {
		return q, err
	}
	selection, err := t.ParseSelection(params.Get("attributes"), params.Get("excludedAttributes"))
	if err != nil {
		return q, err
	}
	q.Selection = selection
	if text := params.Get("filter"); text != "" {
		if q.Filter, err = t.ParseFilter(text); err != nil {
			return q, err
		}
		q.FilterText = q.Filter.String()
	}
	return q, nil
}

// page reads startIndex, count and cursor. An index below 1 counts as 1, a
// negative count as 0, and one that is too large as the largest (RFC 7644,
// section 3.4.2.4).
func (q *Query) page(params url.Values) error {
	if params.Has("cursor") {
		q.ByCursor = true
		q.Cursor = params.Get("cursor")
	}
	if text := params.Get("startIndex"); text != "" {
		n, err := parseInt(text)
		if err != nil {
			return badRequest(InvalidValue, "startIndex is not a number.")
		}
		q.Start = max(n, 1)
	}
	if text := params.Get("count"); text != "" {
		n, err := parseInt(text)
		if err != nil {
			return badRequest(InvalidCount, "count is not a number.")
		}
		q.Count = min(max(n, 0), maxCount)
	}
	return nil
}

// parseInt reads an integer; one that does not fit becomes the nearest that
// does.
func parseInt(s string) (int, error) {
	n, err := strconv.ParseInt(s, 10, 32)
	if errors.Is(err, strconv.ErrRange) {
		err = nil
	}
	return int(n), err
}

// Params returns the query of a request to .search (RFC 7644, section 3.4.3) as
// the parameters of a GET.
func Params(body map[string]any) (url.Values, error) {
	params := url.Values{}
	for _, name := range []string{"filter", "startIndex", "count", "cursor", "attributes", "excludedAttributes"} {
		key, v := filter.Lookup(body, name)
		if key == "" || v == nil {
			continue
		}
		text, err := param(name, v)
		if err != nil {
			return nil, err
		}
		params.Set(name, text)
	}
	return params, nil
}

// Page is one page of a list.
type Page struct {
	Total     int
	Resources []map[string]any
	Count     int    // of the resources, if they are written separately
	Next      string // cursor of the next page; "" on the last one
	Previous  string // cursor of the page before; "" on the first one
}

// Body returns the list as it is sent, to be encoded as JSON.
func (p Page) Body(q Query) map[string]any {
	p.Count = len(p.Resources)
	body := p.Envelope(q)
	body["Resources"] = p.Resources
	if p.Resources == nil {
		body["Resources"] = []map[string]any{}
	}
	return body
}

// Envelope returns the list without its resources.
func (p Page) Envelope(q Query) map[string]any {
	body := map[string]any{
		"schemas":      []string{listURN},
		"totalResults": p.Total,
		"itemsPerPage": p.Count,
	}
	if !q.ByCursor {
		body["startIndex"] = q.Start
		return body
	}
	if p.Next != "" {
		body["nextCursor"] = p.Next
	}
	if p.Previous != "" {
		body["previousCursor"] = p.Previous
	}
	return body
}

// param returns the value of a member of a .search request as text.
func param(name string, v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil
	case []any:
		names := make([]string, 0, len(v))
		for _, element := range v {
			s, is := element.(string)
			if !is {
				return "", badRequest(InvalidValue, "%s: a list of strings is expected.", name)
			}
			names = append(names, s)
		}
		return strings.Join(names, ","), nil
	default:
		return "", badRequest(InvalidValue, "%s: a string or a number is expected.", name)
	}
}
