package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/e2e/harness"
)

// TestSignInDuringFlood floods each kind of endpoint with more garbage than any limit
// allows. Users sign in meanwhile, from other addresses and from those that the
// garbage comes from.
func TestSignInDuringFlood(t *testing.T) {
	harness.Long(t)
	people := harness.People(15)
	samlIdP, oidcIdP := harness.NewIdP(t, people...), harness.NewIdP(t, people...)
	g := harness.Start(t, harness.Options{})
	api := g.API()
	acme := harness.NewCompany(g, api, "acme", nil)
	globex := harness.NewCompany(g, api, "globex", nil)
	saml, oidc := acme.ConnectSAML(samlIdP), globex.ConnectOIDC(oidcIdP)
	back, err := g.Visitor().Visit(samlIdP, "acme", people[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	strangers := []string{"203.0.113.1", "203.0.113.2", "203.0.113.3"}
	for name, all := range harness.GarbageFor(saml, oidc, back.Form) {
		refused := 0
		for _, a := range harness.AtOnce(1200, func(i int) harness.Answer {
			return all[i%len(all)].Send(g.Visitor().From(strangers[i%3]))
		}) {
			// A response without InResponseTo begins a sign-in at the identity provider.
			begins := a.Status == http.StatusSeeOther &&
				strings.HasPrefix(a.Location, samlIdP.Issuer())
			if a.Err != nil ||
				!begins && (a.Status < 400 || a.Status >= 500) ||
				slices.Contains(a.SetNames, "gatehouse") {
				t.Errorf("%s: garbage: %v", name, a)
			}
			if a.Status == http.StatusTooManyRequests {
				refused++
			}
		}
		t.Logf("%s: %d of 1200 refused", name, refused)
		in := harness.AtOnce(len(people), func(i int) harness.Answer {
			v := g.Visitor()
			if i%2 == 0 {
				v.From(strangers[i%3])
			}
			if i%5 < 2 {
				return v.SignIn(oidcIdP, "globex", people[i].ID)
			}
			return v.SignIn(samlIdP, "acme", people[i].ID)
		})
		for i, a := range in {
			if a.Status != http.StatusSeeOther || a.Location != "/" {
				t.Errorf("garbage at the %s endpoint: person %d: %v", name, i, a)
			}
		}
	}
	refused := slices.ContainsFunc(harness.AtOnce(400, func(int) harness.Answer {
		return g.Visitor().From(strangers[0]).Get(
			"/oidc/" + oidc.ID + "/callback?state=x",
		)
	}), func(a harness.Answer) bool {
		return a.Status == http.StatusTooManyRequests &&
			a.Header.Get("Retry-After") != ""
	})
	if !refused {
		t.Error("garbage is never refused")
	}
}

// TestSignInsFromOneAddress tests that ninety users behind one address can sign in at
// the same time.
func TestSignInsFromOneAddress(t *testing.T) {
	harness.Long(t)
	people := harness.People(90)
	idp := harness.NewIdP(t, people...)
	g := harness.Start(t, harness.Options{})
	harness.NewCompany(g, g.API(), "acme", nil).ConnectSAML(idp)
	for i, a := range harness.AtOnce(len(people), func(i int) harness.Answer {
		return g.Visitor().From("198.51.100.1").SignIn(idp, "acme", people[i].ID)
	}) {
		if a.Status != http.StatusSeeOther || a.Location != "/" {
			t.Errorf("person %d: %v", i, a)
		}
	}
}

// TestLogoutsAreNeverRefused sends many logout messages within seconds from an address
// that garbage comes from too. Each message with a valid signature ends its session.
func TestLogoutsAreNeverRefused(t *testing.T) {
	harness.Long(t)
	idp := harness.NewIdP(t, harness.Ada())
	g := harness.Start(t, harness.Options{})
	globex := harness.NewCompany(g, g.API(), "globex", nil)
	conn := globex.ConnectOIDC(idp)
	end := func(server, person string) harness.Answer {
		token, err := idp.LogoutToken("gatehouse-globex", person)
		if err != nil {
			return harness.Answer{Err: err}
		}
		return g.Visitor().From(server).Post(
			"/oidc/"+conn.ID+"/backchannel-logout",
			url.Values{"logout_token": {token}},
		)
	}
	cases := []struct {
		name   string
		before func(server string, i int) harness.Answer
	}{
		{"330 logouts", func(server string, i int) harness.Answer {
			return end(server, fmt.Sprint("stranger-", i))
		}},
		{"garbage from the same address", func(server string, _ int) harness.Answer {
			return g.Visitor().From(server).Post(
				"/oidc/"+conn.ID+"/backchannel-logout",
				url.Values{"logout_token": {"x"}},
			)
		}},
		{"garbage at the callback", func(server string, _ int) harness.Answer {
			return g.Visitor().From(server).Get(
				"/oidc/" + conn.ID + "/callback?state=x",
			)
		}},
	}
	for n, c := range cases {
		name, server := c.name, fmt.Sprint("192.0.2.", 10+n) // failures count by address
		ada := g.Visitor()
		if a := ada.SignIn(idp, "globex", "p-1"); a.Status != http.StatusSeeOther {
			t.Fatalf("%s: Ada: %v", name, a)
		}
		answers := harness.AtOnce(330, func(i int) harness.Answer { return c.before(server, i) })
		for i, a := range answers {
			if name == "330 logouts" && a.Status != http.StatusOK {
				t.Errorf("%s: logout %d: %v", name, i, a)
			}
		}
		if a := end(server, harness.Ada().ID); a.Status != http.StatusOK {
			t.Errorf("%s: the logout of Ada: %v %s", name, a, a.Body)
		}
		if !harness.Soon(10*time.Second, func() bool {
			return !ada.SignedIn()
		}) {
			t.Errorf("%s: Ada is still signed in", name)
		}
	}
}
