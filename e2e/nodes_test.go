package e2e

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
	"gatehouse/store/storetest"
)

// TestTwoNodes tests that two processes on one database act as one gateway, with and
// without Redis, which only makes them faster.
func TestTwoNodes(t *testing.T) {
	harness.Long(t)
	wire, redis := harness.NewRelay(t, harness.Redis(t))
	one := harness.Start(t, harness.Options{
		Database: storetest.Postgres(t),
		Redis:    redis,
	})
	n := nodes{
		one: one,
		two: harness.Start(t, harness.Options{Beside: one, Redis: redis}),
		idp: harness.NewIdP(t, harness.Ada()),
	}
	api := one.API()
	overSAML, overOIDC := harness.NewCompany(
		one, api, "acme", harness.TwoOrganizations(),
	), harness.NewCompany(
		one, api, "globex", harness.TwoOrganizations(),
	)
	overSAML.ConnectSAML(n.idp)
	overOIDC.ConnectOIDC(n.idp)
	for _, redis := range []struct {
		name string
		set  func()
	}{
		{"WithRedis", func() {}}, {"RedisDown", wire.Cut}, {"RedisBack", wire.Mend},
	} {
		redis.set()
		t.Run(redis.name+"/SAML", func(t *testing.T) { n.check(t, overSAML) })
		t.Run(redis.name+"/OIDC", func(t *testing.T) { n.check(t, overOIDC) })
	}
}

type nodes struct {
	one, two *harness.Gateway
	idp      *demoidp.IdP
}

func (n nodes) check(t *testing.T, c *harness.Company) {
	stays := n.one.Visitor()
	if a := stays.SignIn(n.idp, c.Key, "p-1"); a.Status != http.StatusSeeOther {
		t.Fatal(a)
	}
	before := c.Sessions("ada@acme.example")
	v := n.one.Visitor()
	back, err := v.Visit(n.idp, c.Key, "p-1")
	if err != nil {
		t.Fatal(err)
	}
	v.At(n.two)
	if a := v.Deliver(back); a.Status != http.StatusSeeOther || !v.SignedIn() {
		t.Fatalf("begun on one node, ended on the other: %v", a)
	}
	// The other node has resolved the session above; now both may have it cached.
	v.At(n.one)
	if !v.SignedIn() {
		t.Fatal("signed in on one node and not on the other")
	}
	now := c.Sessions("ada@acme.example")
	mine := slices.DeleteFunc(now, func(s harness.Session) bool {
		return slices.Contains(before, s)
	})
	if len(mine) != 1 {
		t.Fatalf("a sign-in made %d sessions", len(mine))
	}
	if a := stays.Post("/account/sessions/"+mine[0].ID+"/revoke", nil); a.Status != http.StatusSeeOther {
		t.Fatalf("revoke: %v", a)
	}
	revoked := time.Now()
	v.At(n.two)
	if !harness.Soon(2*time.Second, func() bool { return !v.SignedIn() }) {
		t.Error("two seconds after it was revoked on one node the session lives on the other")
	}
	t.Logf("dead on the other node after %d ms", time.Since(revoked).Milliseconds())
	stays.At(n.two)
	if !stays.SignedIn() {
		t.Error("another session was revoked as well")
	}
}
