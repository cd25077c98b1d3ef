package okta

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
)

// Limits of one list, which an admin waits for.
const (
	budget   = 30 * time.Second
	maxPages = 250   // of 1,000 members
	maxTries = 4     // of one throttled request
	pageSize = 1_000 // which Okta never exceeds

	// MaxBody is the maximum size of one page in bytes: 1,000 users with all their
	// profiles. The HTTP client must allow as much.
	MaxBody = 8 << 20
)

// Options configure a Client.
type Options struct {
	// HTTP decides which addresses may be called; see internal/outbound.
	HTTP   *http.Client
	Budget time.Duration    // of one list in total; 0: thirty seconds
	Now    func() time.Time // for the time in X-Rate-Limit-Reset; nil: time.Now
}

// Client asks Okta's API. It keeps no state between lists and is safe for concurrent
// use.
type Client struct{ Options }

// New returns a client.
func New(o Options) *Client {
	if o.Budget <= 0 {
		o.Budget = budget
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Client{o}
}

// Access is an organization at Okta, and a token of a user there who may read groups.
type Access struct {
	URL   string // origin, such as https://acme.okta.com
	Token sso.Secret
}

// member is a user in a group.
type member struct {
	Status  string `json:"status"`
	Profile struct {
		Login string `json:"login"`
	} `json:"profile"`
}

// group is a group in a list.
type group struct {
	ID      string `json:"id"`
	Profile struct {
		Name string `json:"name"`
	} `json:"profile"`
}

// Members returns the logins of the users in the group called name, sorted, without
// deactivated users.
//
// It fails with Invalid "directory_group_unknown" if no group, or more than one, has
// the name, Invalid "directory_url_invalid" if the address is no origin, Upstream
// "directory_denied" if Okta refuses the token, Upstream "too_many_members" if there
// are more than [sso.MaxExpected], and Upstream "directory_unavailable" if it gave no
// usable response in time.
func (c *Client) Members(ctx context.Context, at Access, name string) ([]string, error) {
	base, err := parseOrigin(at.URL)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(
		ctx, c.Budget, fmt.Errorf("no complete list within %s", c.Budget),
	)
	defer cancel()
	id, err := c.findGroup(ctx, at, base, name)
	if err != nil {
		return nil, err
	}
	logins := []string{}
	address := base.JoinPath("api/v1/groups", id, "users")
	address.RawQuery = "limit=1000"
	err = each(ctx, c, at, address, func(some []member) error {
		for _, m := range some {
			if n := len(m.Profile.Login); n == 0 || n > sso.MaxLoginLength {
				return errUnavailable(fmt.Errorf("a user with a login of %d bytes", n))
			}
			if m.Status != "DEPROVISIONED" {
				logins = append(logins, m.Profile.Login)
			}
		}
		if len(logins) > sso.MaxExpected {
			return sso.TooManyMembers()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(logins)
	return slices.Compact(logins), nil
}

func parseOrigin(raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil ||
		u.Host == "" ||
		u.User != nil ||
		u.RawQuery != "" ||
		u.Fragment != "" ||
		u.Path != "" && u.Path != "/" ||
		u.Scheme != "https" && u.Scheme != "http" {
		return nil, errURL()
	}
	return &url.URL{
		Scheme: u.Scheme,
		Host:   u.Host,
	}, nil
}

func errURL() *sso.Error {
	return sso.InvalidField(
		"directory_url_invalid", "url",
		"Enter the address of your Okta organization, such as https://acme.okta.com, without a path.",
	)
}

// findGroup returns the ID of a group. Okta's comparison ignores letter case.
func (c *Client) findGroup(ctx context.Context, at Access, base *url.URL, name string) (string, error) {
	address := base.JoinPath("api/v1/groups")
	address.RawQuery = url.Values{
		"search": {"profile.name eq " + strconv.Quote(name)},
		"limit":  {"200"},
	}.Encode()
	var ids []string
	err := each(ctx, c, at, address, func(groups []group) error {
		for _, g := range groups {
			if strings.EqualFold(g.Profile.Name, name) && isID(g.ID) && len(ids) < 2 {
				ids = append(ids, g.ID)
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return "", err
	case len(ids) == 0:
		return "", sso.InvalidField(
			sso.CodeDirectoryGroupUnknown, "group", "Okta has no group with this name.",
		)
	case len(ids) > 1:
		return "", sso.InvalidField(
			sso.CodeDirectoryGroupUnknown, "group",
			"Several groups at Okta have this name. Rename one of them.",
		)
	}
	return ids[0], nil
}

// isID reports whether id has the form of an ID: letters and digits.
func isID(id string) bool {
	return id != "" && strings.IndexFunc(id, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) < 0
}

// page is a list of at most pageSize objects. Who names the address may serve what
// they like there: millions of empty objects fit into MaxBody.
type page[T any] []T

// UnmarshalJSON fails for what is no list, or a longer one. The error quotes nothing.
func (p *page[T]) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	if open, err := d.Token(); err != nil || open != json.Delim('[') {
		return errors.New("no list")
	}
	*p = page[T]{}
	for d.More() {
		var one T
		if len(*p) == pageSize || d.Decode(&one) != nil {
			return errors.New("no list of these objects, or a longer one than asked for")
		}
		*p = append(*p, one)
	}
	return nil
}

// each calls take with the objects of every page, until the last.
func each[T any](ctx context.Context, c *Client, at Access, address *url.URL, take func([]T) error) error {
	for range maxPages {
		var some page[T]
		header, err := c.get(ctx, at, address, &some)
		if err != nil {
			return err
		}
		if err := take(some); err != nil {
			return err
		}
		next, err := nextPage(address, header)
		if err != nil || next == nil {
			return err
		}
		address = next
	}
	return errUnavailable(fmt.Errorf("more than %d pages", maxPages))
}

// nextPage returns the address of the next page (RFC 8288), nil after the last. It
// refuses another origin, which would receive the token.
func nextPage(from *url.URL, header http.Header) (*url.URL, error) {
	for _, line := range header.Values("Link") {
		for link := range strings.SplitSeq(line, ",") {
			target, params, _ := strings.Cut(strings.TrimSpace(link), ";")
			if !strings.Contains(params, `rel="next"`) {
				continue
			}
			u, err := url.Parse(strings.Trim(target, "<>"))
			if err != nil || u.Scheme != from.Scheme || u.Host != from.Host || u.User != nil {
				return nil, errUnavailable(errors.New("the link to the next page leads elsewhere"))
			}
			return u, nil
		}
	}
	return nil, nil //nolint:nilnil // there is no next page
}

// get fetches one page, and repeats the request while Okta throttles it. Bodies of
// refusals are not kept: they are foreign text and may repeat what was sent.
func (c *Client) get(ctx context.Context, at Access, address *url.URL, result any) (http.Header, error) {
	for try := 1; ; try++ {
		header, wait, err := c.send(ctx, at, address, result)
		if err == nil || wait < 0 || try == maxTries {
			return header, err
		}
		if !sleep(ctx, wait) {
			return nil, err
		}
	}
}

// send sends a request. A non-negative wait means that Okta asked to retry later.
func (c *Client) send(
	ctx context.Context, at Access, address *url.URL, result any,
) (_ http.Header, wait time.Duration, _ error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, -1, errUnavailable(fmt.Errorf("make a request: %w", err))
	}
	req.Header.Set("Authorization", "SSWS "+at.Token.Reveal())
	req.Header.Set("Accept", "application/json")
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return nil, -1, c.failed(ctx, err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was read, or is of no use
	if final := resp.Request.URL; final.Scheme != address.Scheme || final.Host != address.Host {
		return nil, -1, errUnavailable(fmt.Errorf("%s led to another origin", address.Host))
	}
	status := fmt.Errorf("%s answered with status %d", address.Host, resp.StatusCode)
	switch resp.StatusCode {
	case http.StatusOK:
		if err := readJSON(resp.Body, result); err != nil {
			return nil, -1, errUnavailable(fmt.Errorf("the answer of %s: %w", address.Host, err))
		}
		return resp.Header, -1, nil
	case http.StatusTooManyRequests:
		return nil, c.reset(resp.Header), errUnavailable(status)
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return nil, -1, errDenied(status)
	}
	return nil, -1, errUnavailable(status)
}

// failed returns the cause of an error of net/http, without its URL.
func (c *Client) failed(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	if sso.CodeOf(err) == sso.CodeURLNotAllowed {
		return errURL()
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	return errUnavailable(err)
}

// reset returns how long to wait: Okta says when its limit begins anew, in seconds
// since 1970.
func (c *Client) reset(h http.Header) time.Duration {
	at, err := strconv.ParseInt(h.Get("X-Rate-Limit-Reset"), 10, 64)
	if err != nil {
		return time.Second
	}
	return max(time.Unix(at, 0).Sub(c.Now()), time.Millisecond)
}

// sleep sleeps for d. It returns false at once if the context's deadline comes first.
func sleep(ctx context.Context, d time.Duration) bool {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func readJSON(body io.Reader, result any) error {
	text, err := io.ReadAll(io.LimitReader(body, MaxBody+1))
	switch {
	case err != nil:
		return fmt.Errorf("read: %w", err)
	case len(text) > MaxBody:
		return fmt.Errorf("more than %d bytes", MaxBody)
	}
	if json.Unmarshal(text, result) != nil {
		return errors.New("not the JSON that was expected") // the parser's error may quote the response
	}
	return nil
}

func errUnavailable(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Upstream,
		Code:   "directory_unavailable",
		Public: "Okta gave no usable list of members. Try again in a moment.",
		Err:    err,
	}
}

func errDenied(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Upstream,
		Code:   sso.CodeDirectoryDenied,
		Public: "Okta refused the token.",
		Err:    err,
	}
}
