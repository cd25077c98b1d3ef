package demoscim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Client sends the requests of one connection.
type Client struct {
	Base    string // the connection's base URL, without a slash at its end
	Token   string
	Host    string // header Host; "" for that of Base
	Dialect Dialect
	HTTP    *http.Client
}

// StatusError is a response of 400 or more.
type StatusError struct {
	Status int
	Detail string // of the SCIM error
}

func (e *StatusError) Error() string { return fmt.Sprintf("%d: %s", e.Status, e.Detail) }

func statusOf(err error) int {
	if refused, ok := errors.AsType[*StatusError](err); ok {
		return refused.Status
	}
	return 0
}

// resource is what the client reads of a response.
type resource struct {
	ID           string     `json:"id"`
	DisplayName  string     `json:"displayName"`
	Detail       string     `json:"detail"`
	TotalResults int        `json:"totalResults"`
	Resources    []resource `json:"Resources"`
}

// Do sends a request to a path below the base URL. body is sent as JSON unless it
// is nil; out receives the response if there is one.
func (c *Client) Do(ctx context.Context, method, path string, body, out any) error {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("write %s %s: %w", method, path, err)
		}
		content = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.Base+path, content)
	if err != nil {
		return fmt.Errorf("make %s %s: %w", method, path, err)
	}
	r.Host = c.Host
	r.Header.Set("Authorization", "Bearer "+c.Token)
	r.Header.Set("User-Agent", UserAgent(c.Dialect))
	if body != nil {
		r.Header.Set("Content-Type", c.Dialect.mediaType())
	}
	resp, err := c.HTTP.Do(r)
	if err != nil {
		return fmt.Errorf("send %s %s: %w", method, path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("read the response to %s %s: %w", method, path, err)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		var problem resource
		_ = json.Unmarshal(text, &problem)
		return &StatusError{
			Status: resp.StatusCode,
			Detail: problem.Detail,
		}
	}
	if out == nil || len(text) == 0 {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("read the response to %s %s: %w", method, path, err)
	}
	return nil
}

// UserAgent returns the header User-Agent of the requests in a dialect.
func UserAgent(d Dialect) string { return "demoscim " + string(d) }

// find returns the ID of the only resource whose attribute has a value; "" if
// there is none.
func (c *Client) find(ctx context.Context, resources, attribute, value string) (string, error) {
	if c.Dialect == OneLogin && resources == "Groups" {
		return c.findListed(ctx, value)
	}
	filter := attribute + ` eq ` + quoted(value)
	query := "?filter=" + url.QueryEscape(filter) + c.Dialect.query()
	if resources == "Groups" {
		query += "&excludedAttributes=members"
	}
	var list resource
	if err := c.Do(ctx, http.MethodGet, c.Dialect.path(resources)+query, nil, &list); err != nil {
		return "", err
	}
	switch len(list.Resources) {
	case 0:
		return "", nil
	case 1:
		return list.Resources[0].ID, nil
	}
	return "", fmt.Errorf("%d resources have %s", len(list.Resources), filter)
}

// findListed returns the ID of a group from the list of all; "" if there is none.
func (c *Client) findListed(ctx context.Context, name string) (string, error) {
	for start := 1; ; {
		var list resource
		path := fmt.Sprintf("/Groups?startIndex=%d&excludedAttributes=members", start)
		if err := c.Do(ctx, http.MethodGet, path, nil, &list); err != nil {
			return "", err
		}
		for _, g := range list.Resources {
			if strings.EqualFold(g.DisplayName, name) {
				return g.ID, nil
			}
		}
		start += len(list.Resources)
		if len(list.Resources) == 0 || start > list.TotalResults {
			return "", nil
		}
	}
}

func quoted(text string) string {
	q, _ := json.Marshal(text) // a text can always be written
	return string(q)
}

// create sends a POST and returns the ID.
func (c *Client) create(ctx context.Context, resources string, doc object) (string, error) {
	var made resource
	if err := c.Do(ctx, http.MethodPost, c.Dialect.path(resources), doc, &made); err != nil {
		return "", err
	}
	if made.ID == "" {
		return "", fmt.Errorf("the created %s has no id", resources)
	}
	return made.ID, nil
}

func (c *Client) patch(ctx context.Context, resources, id string, ops []object) error {
	return c.Do(ctx, http.MethodPatch, c.Dialect.path(resources+"/"+id), object{
		"schemas":    []string{patchURN},
		"Operations": ops,
	}, nil)
}

// replace sends a PUT after a GET, as Okta does.
func (c *Client) replace(ctx context.Context, resources, id string, doc object) error {
	path := c.Dialect.path(resources + "/" + id)
	if err := c.Do(ctx, http.MethodGet, path, nil, nil); err != nil {
		return err
	}
	doc["id"] = id
	return c.Do(ctx, http.MethodPut, path, doc, nil)
}

func (c *Client) remove(ctx context.Context, resources, id string) error {
	err := c.Do(ctx, http.MethodDelete, c.Dialect.path(resources+"/"+id), nil, nil)
	if statusOf(err) == http.StatusNotFound {
		return nil
	}
	return err
}
