package e2e

import (
	"maps"
	"net/http"
	"testing"
	"time"

	"gatehouse/e2e/harness"
	"gatehouse/store/storetest"
)

// TestStoreDown: without its database the gateway says "later" and nothing else.
// Nobody is signed out by it, and it recovers by itself.
func TestStoreDown(t *testing.T) {
	harness.Long(t)
	wire, dsn := harness.NewRelay(t, storetest.Postgres(t))
	idp := harness.NewIdP(t, ada())
	g := harness.Start(t, harness.Options{Database: dsn})
	acme := harness.NewCompany(g, g.API(), "acme", twoOrganizations())
	acme.ConnectSAML(idp)
	v, begun := g.Visitor(), g.Visitor()
	if a := v.SignIn(idp, "acme", "p-1"); a.Status != http.StatusSeeOther {
		t.Fatal(a)
	}
	back, err := begun.Visit(idp, "acme", "p-1")
	if err != nil {
		t.Fatal(err)
	}
	cookies := v.Cookies()

	wire.Cut()
	for name, ask := range map[string]func() harness.Answer{
		"the account":    func() harness.Answer { return v.Get("/account") },
		"a sign-in link": func() harness.Answer { return g.Visitor().Get("/login/sso?enterprise_key=acme") },
		"an answer":      func() harness.Answer { return begun.Deliver(back) },
		"signing out":    func() harness.Answer { return v.Post("/logout", nil) },
	} {
		a := ask()
		if a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" || len(a.SetNames) > 0 {
			t.Errorf("%s without the database: %v", name, a)
		}
	}
	if !harness.Soon(5*time.Second, func() bool { return g.Probe("/readyz") == http.StatusServiceUnavailable }) {
		t.Error("/readyz says it is ready without its database")
	}
	if status := g.Probe("/healthz"); status != http.StatusOK {
		t.Errorf("/healthz says %d: restarting the program would not bring the database back", status)
	}
	if !maps.Equal(v.Cookies(), cookies) {
		t.Errorf("cookies %v became %v", cookies, v.Cookies())
	}

	wire.Mend()
	if !harness.Soon(10*time.Second, v.SignedIn) {
		t.Error("the session did not survive")
	}
	if a := begun.Deliver(back); a.Status != http.StatusSeeOther {
		t.Errorf("an answer that met no database was used up: %v", a)
	}
	g.WaitReady()
}
