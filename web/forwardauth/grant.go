package forwardauth

import (
	"context"
	"net/http"
	"slices"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"gatehouse/sso"
)

// grant is the prepared response that admits one session to one application. It
// is valid until the user, the enterprise, the groups, the attributes that the
// application asks for or the application change.
type grant struct {
	application *application
	user        sso.User
	enterprise  sso.Enterprise
	groups      []sso.PrincipalGroup
	attributes  sso.AttributeTexts
	headers     [len(identityHeaders)][]string
	renew       time.Time
}

// writeHeaders sets all identity headers. Responses share the values, which
// net/http only reads.
func (g *grant) writeHeaders(h http.Header) {
	for i, header := range identityHeaders {
		h[header.name] = g.headers[i]
	}
	h["Cache-Control"] = noStore()
}

func noStore() []string { return []string{"no-store"} }

// valid reports whether the grant was made for the same application, user and
// groups, and need not be renewed yet.
func (g *grant) valid(a *application, p *sso.Principal, now time.Time) bool {
	return g.application == a &&
		now.Before(g.renew) &&
		g.user == p.User &&
		g.enterprise == p.Enterprise &&
		sameGroups(g.groups, p.Groups) &&
		(len(a.attributes) == 0 || g.attributes == p.Attributes)
}

// sameGroups compares two lists; it is fast for the same slice, the usual case.
func sameGroups(a, b []sso.PrincipalGroup) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0] || slices.Equal(a, b))
}

type grantKey struct {
	session     sso.SessionID
	application sso.ApplicationID
}

const (
	grantShards    = 16
	grantCacheSize = 8192 // grants, at about 2 kB each
)

// grantCache caches grants by session and application; a miss costs one
// signature.
type grantCache struct {
	auth   *ForwardAuth
	shards [grantShards]*lru.Cache[grantKey, *grant]
}

func newGrantCache(f *ForwardAuth) *grantCache {
	c := &grantCache{auth: f}
	for i := range c.shards {
		c.shards[i], _ = lru.New[grantKey, *grant](grantCacheSize / grantShards) // fails only for sizes below 1
	}
	return c
}

// authorize returns the grant of a user for an application, or why the user has
// no access.
func (c *grantCache) authorize(ctx context.Context, a *application, p *sso.Principal) (*grant, error) {
	key, now := grantKey{p.Session.ID, a.ID}, c.auth.Now()
	shard := c.shards[0]
	if n := len(key.session); n > 0 {
		shard = c.shards[key.session[n-1]%grantShards] // its end is random
	}
	if g, ok := shard.Get(key); ok && g.valid(a, p, now) {
		return g, nil
	}
	if err := a.admit(p); err != nil {
		shard.Remove(key)
		return nil, err
	}
	told := a.shared(p)
	token, err := c.auth.sign(ctx, claimsOf(c.auth.origin, a, p, told, now))
	if err != nil {
		return nil, err
	}
	g := &grant{
		application: a,
		user:        p.User,
		enterprise:  p.Enterprise,
		groups:      p.Groups,
		attributes:  p.Attributes,
		headers:     headersOf(p, told, token),
		renew:       now.Add(renewAfter),
	}
	shard.Add(key, g)
	return g, nil
}
