package entra

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"gatehouse/sso"
)

// Addresses of Microsoft's worldwide cloud; national clouds have others.
const (
	defaultLoginURL = "https://login.microsoftonline.com"
	defaultGraphURL = "https://graph.microsoft.com"
)

// Limits of reading the members of a group, which an admin waits for.
const (
	membersBudget   = 30 * time.Second
	maxMembersPages = 250 // of 999 members
)

// Limits of one lookup, which the user waits for.
const (
	budget   = 10 * time.Second
	maxPages = 20 // Graph may send pages that are not full, or empty
	// MaxGroups is how many groups are read. It is far more than sso.MaxGroups,
	// because a mapping selects among them.
	MaxGroups = 10_000
	maxTries  = 4 // of one throttled request

	// MaxBody is the maximum size of one page in bytes: 999 groups with the
	// longest names. The HTTP client must allow as much.
	MaxBody = 2 << 20
)

// Options configure a Client.
type Options struct {
	// HTTP decides which addresses may be called; see internal/outbound.
	HTTP     *http.Client
	LoginURL string           // origin of the token endpoint; empty: DefaultLoginURL
	GraphURL string           // origin of Graph; empty: DefaultGraphURL
	Budget   time.Duration    // of one lookup in total; 0: ten seconds
	Now      func() time.Time // for dates in Retry-After; nil: time.Now
}

// Client asks Microsoft Graph. It keeps no state between lookups and is safe
// for concurrent use.
type Client struct {
	http         *http.Client
	login, graph *url.URL
	budget       time.Duration
	now          func() time.Time
}

// New returns a client. It fails with Invalid "directory_url_invalid" if an
// address is not an origin.
func New(o Options) (*Client, error) {
	c := &Client{
		http:   o.HTTP,
		budget: o.Budget,
		now:    o.Now,
	}
	if c.budget <= 0 {
		c.budget = budget
	}
	if c.now == nil {
		c.now = time.Now
	}
	var err error
	if c.login, err = parseOrigin("login_url", o.LoginURL, defaultLoginURL); err != nil {
		return nil, err
	}
	c.graph, err = parseOrigin("graph_url", o.GraphURL, defaultGraphURL)
	return c, err
}

func parseOrigin(field, raw, fallback string) (*url.URL, error) {
	if raw == "" {
		raw = fallback
	}
	u, err := url.Parse(raw)
	if err != nil ||
		u.Host == "" ||
		u.User != nil ||
		u.RawQuery != "" ||
		u.Fragment != "" ||
		u.Path != "" && u.Path != "/" ||
		u.Scheme != "https" && u.Scheme != "http" {
		return nil, sso.InvalidField(
			"directory_url_invalid", field,
			"Enter an origin such as https://graph.microsoft.com, without a path.",
		)
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// Application is the application that a connection signs in to Graph as. It
// needs the application permissions GroupMember.Read.All and User.Read.All.
type Application struct {
	Tenant   string // GUID, or a domain of the tenant
	ClientID string
	Secret   sso.Secret
	// ByID uses the object IDs of groups as their names, as tokens do by
	// default. Names can be changed and used twice; IDs cannot.
	ByID bool
}

// Memberships are the groups that Graph returned.
type Memberships struct {
	Groups sso.AssertedGroups // GroupsValues or GroupsEmpty
	// Duplicates are names shared by several of the user's groups, sorted.
	// Groups has each once, and an admin cannot tell which group was meant.
	Duplicates []string
}

var (
	tenantPattern = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$`)
	objectPattern = regexp.MustCompile(`^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
)

// Memberships returns the groups that the user with object ID oid is in,
// directly or through other groups, within the budget.
//
// It fails with Upstream "directory_unavailable" if Graph gave no usable
// response in time, Upstream "directory_denied" if Graph refuses the
// application or does not know the user, and Upstream "too_many_groups" if
// there are more than MaxGroups. The memberships are then unknown, so no user
// loses one.
func (c *Client) Memberships(ctx context.Context, app Application, oid string) (Memberships, error) {
	if !tenantPattern.MatchString(app.Tenant) || !objectPattern.MatchString(oid) {
		return Memberships{}, errDenied(errors.New(
			"the tenant or the person’s object ID does not have the form of one",
		))
	}
	ctx, cancel := within(ctx, c.budget)
	defer cancel()
	m, err := c.fetchMemberships(ctx, app, oid)
	return m, timedOut(ctx, err)
}

// within bounds a list by a budget.
func within(ctx context.Context, budget time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, budget, fmt.Errorf("no complete list within %s", budget))
}

// timedOut adds to err that the budget of ctx is spent, if it is.
func timedOut(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	if err == nil || cause == nil || sso.CodeOf(err) != codeUnavailable {
		return err
	}
	return errUnavailable(fmt.Errorf("%w (%w)", cause, err))
}

func (c *Client) fetchMemberships(ctx context.Context, app Application, oid string) (Memberships, error) {
	token, err := c.token(ctx, app)
	if err != nil {
		return Memberships{}, err
	}
	return c.list(ctx, app, token, oid)
}

const codeUnavailable = "directory_unavailable"

func errUnavailable(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Upstream,
		Code:   codeUnavailable,
		Public: "Your company’s directory did not say which groups you are in. Try again in a moment.",
		Err:    err,
	}
}

func errDenied(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Upstream,
		Code:   sso.CodeDirectoryDenied,
		Public: "Your company’s directory does not let us read which groups you are in. Ask your admin.",
		Err:    err,
	}
}

func errTooMany(n int) *sso.Error {
	return &sso.Error{
		Kind:   sso.Upstream,
		Code:   sso.CodeTooManyGroups,
		Public: "You are in more groups than can be taken over. Ask your admin.",
		Err:    fmt.Errorf("at least %d groups, of %d at most", n, MaxGroups),
	}
}
