package harness

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// API is the REST API of a gateway with a token of its own.
type API struct {
	t      testing.TB
	base   string
	host   string
	token  string
	client *http.Client
}

// Object is a JSON object.
type Object = map[string]any

// API creates a token with `gatehouse admin token`, as an operator
// does.
func (g *Gateway) API() *API {
	g.t.Helper()
	out, said, status := g.Command("admin", "token", "--name", "e2e")
	if status != 0 {
		g.t.Fatalf("gatehouse admin token: status %d: %s", status, said)
	}
	g.hide(strings.TrimSpace(out))
	return &API{
		t:      g.t,
		base:   "http://" + g.Addr,
		host:   strings.TrimPrefix(g.URL, "http://"),
		token:  strings.TrimSpace(out),
		client: &http.Client{Timeout: 30 * time.Second},
	}
}

// For returns the same API, whose failures are those of t. A subtest needs it: without
// it a failure would be that of the test which started the gateway, and stop it for
// all others.
func (a *API) For(t testing.TB) *API {
	other := *a
	other.t = t
	return &other
}

// Try sends a request to a path below /api/v1 and decodes the response into
// out, whatever its status.
func (a *API) Try(method, path string, in, out any) (status int, err error) {
	var body []byte
	if in != nil {
		if body, err = json.Marshal(in); err != nil {
			return 0, fmt.Errorf("write %T: %w", in, err)
		}
	}
	r, err := http.NewRequest(method, a.base+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("make request: %w", err)
	}
	r.Host = a.host
	r.Header.Set("Authorization", "Bearer "+a.token)
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := a.client.Do(r)
	if err != nil {
		return 0, fmt.Errorf("ask the API: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, fmt.Errorf("read the answer: %w", err)
	}
	if resp.StatusCode >= 400 {
		return resp.StatusCode, fmt.Errorf(
			"%s %s: %s: %s", method, path, resp.Status, text,
		)
	}
	if out != nil && len(text) > 0 {
		if err := json.Unmarshal(text, out); err != nil {
			return resp.StatusCode, fmt.Errorf(
				"read the answer to %s %s: %w", method, path, err,
			)
		}
	}
	return resp.StatusCode, nil
}

// Do is Try for a request that must succeed.
func (a *API) Do(method, path string, in, out any) {
	a.t.Helper()
	if _, err := a.Try(method, path, in, out); err != nil {
		a.t.Fatal(err)
	}
}

// List returns the items of all pages of a list.
func List[T any](a *API, path string) []T {
	a.t.Helper()
	var all []T
	join := "?"
	if strings.Contains(path, "?") {
		join = "&"
	}
	for cursor := ""; ; {
		var page struct {
			Items []T     `json:"items"`
			Next  *string `json:"next"`
		}
		next := path + join + "limit=200"
		if cursor != "" {
			next += "&cursor=" + cursor
		}
		a.Do(http.MethodGet, next, nil, &page)
		all = append(all, page.Items...)
		if page.Next == nil || *page.Next == "" {
			return all
		}
		cursor = *page.Next
	}
}
