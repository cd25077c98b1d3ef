package forwardauth

import (
	"context"
	"net/http"
	"slices"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"gatehouse/sso"
)

// ready is an answer that lets somebody in, made for one session and one
// application. It holds for as long as both are what they were.
type ready struct {
	application *application
	user        sso.User
	enterprise  sso.Enterprise
	groups      []sso.PrincipalGroup
	headers     [len(names)][]string
	renew       time.Time
}

// write puts all identity headers into an answer. The values are shared between
// answers, which net/http only reads.
func (y *ready) write(h http.Header) {
	for i, name := range names {
		h[name] = y.headers[i]
	}
	h["Cache-Control"] = noStore()
}

func noStore() []string { return []string{"no-store"} }

// holds reports whether the answer is still right: it was made of the very same
// application and person.
func (y *ready) holds(a *application, p *sso.Principal, now time.Time) bool {
	return y.application == a &&
		now.Before(y.renew) &&
		y.user == p.User &&
		y.enterprise == p.Enterprise &&
		same(y.groups, p.Groups)
}

// same is quick about the same list, which is what it mostly is.
func same(a, b []sso.PrincipalGroup) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0] || slices.Equal(a, b))
}

type readyKey struct {
	session     sso.SessionID
	application sso.ApplicationID
}

const (
	readyShards = 16
	readySize   = 8192 // answers remembered, at about 2 kB each
)

// readies remembers answers. Who is not among them is decided about anew, for
// the price of a signature.
type readies struct {
	*ForwardAuth
	shards [readyShards]*lru.Cache[readyKey, *ready]
}

func newReadies(f *ForwardAuth) *readies {
	c := &readies{ForwardAuth: f}
	for i := range c.shards {
		c.shards[i], _ = lru.New[readyKey, *ready](readySize / readyShards) // fails only for sizes below 1
	}
	return c
}

// of decides whether somebody may use an application, and what it is told.
func (c *readies) of(ctx context.Context, a *application, p *sso.Principal) (*ready, error) {
	key, now := readyKey{p.Session.ID, a.ID}, c.Now()
	shard := c.shards[0]
	if n := len(key.session); n > 0 {
		shard = c.shards[key.session[n-1]%readyShards] // its end is random
	}
	if y, ok := shard.Get(key); ok && y.holds(a, p, now) {
		return y, nil
	}
	if err := a.admit(p); err != nil {
		shard.Remove(key)
		return nil, err
	}
	refs, groups, omitted := a.toldGroups(p.Groups)
	token, err := c.sign(ctx, claimsOf(c.origin, a, p, refs, omitted, now))
	if err != nil {
		return nil, err
	}
	y := &ready{
		application: a,
		user:        p.User,
		enterprise:  p.Enterprise,
		groups:      p.Groups,
		headers:     headersOf(p, groups, token),
		renew:       now.Add(renewAfter),
	}
	shard.Add(key, y)
	return y, nil
}
