package e2e

import (
	"net/http"
	"testing"

	"gatehouse/e2e/harness"
)

// TestOneAnswerMakesOneSession: the same answer delivered fifty times at once,
// by the browser it belongs to, is one sign-in and forty-nine replays.
func TestOneAnswerMakesOneSession(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, dsn string) {
		idp := harness.NewIdP(t, ada())
		g := harness.Start(t, harness.Options{Database: dsn, Race: true})
		acme := harness.NewCompany(g, g.API(), "acme", twoOrganizations())
		acme.ConnectSAML(idp)
		v := g.Visitor()
		back, err := v.Visit(idp, "acme", "p-1")
		if err != nil {
			t.Fatal(err)
		}
		outcomes := map[string]int{}
		for _, a := range atOnce(50, func(int) harness.Answer { return v.Deliver(back) }) {
			switch {
			case a.Status == http.StatusSeeOther && a.Location == "/account":
				outcomes["signed in"]++
			case a.Code() == "saml_replayed" && a.Status == http.StatusBadRequest && len(a.SetNames) == 0:
				outcomes["replayed"]++
			default:
				outcomes[a.String()]++
			}
		}
		if outcomes["signed in"] != 1 || outcomes["replayed"] != 49 {
			t.Errorf("outcomes: %v", outcomes)
		}
		if n := len(acme.Sessions("ada@acme.example")); n != 1 || !v.SignedIn() {
			t.Errorf("%d sessions, signed in %v", n, v.SignedIn())
		}
		wantGroups(t, acme, "ada@acme.example", adasGroups())
	})
}

// TestOneNewcomerManyBrowsers: a hundred browsers deliver a hundred answers
// about somebody nobody has seen before. All get in, as one user.
func TestOneNewcomerManyBrowsers(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, dsn string) {
		idp := harness.NewIdP(t, ada())
		g := harness.Start(t, harness.Options{Database: dsn, Race: true})
		acme := harness.NewCompany(g, g.API(), "acme", twoOrganizations())
		acme.ConnectSAML(idp)
		const n = 100
		visitors := make([]*harness.Visitor, n)
		answers := make([]harness.Return, n)
		for i := range visitors {
			var err error
			visitors[i] = g.Visitor()
			if answers[i], err = visitors[i].Visit(idp, "acme", "p-1"); err != nil {
				t.Fatal(err)
			}
		}
		failures := map[string]int{}
		for _, a := range atOnce(n, func(i int) harness.Answer { return visitors[i].Deliver(answers[i]) }) {
			if a.Status != http.StatusSeeOther || a.Location != "/account" {
				failures[a.String()]++
			}
		}
		if len(failures) > 0 {
			t.Errorf("not all got in: %v", failures)
		}
		users := acme.Users("")
		if len(users) != 1 {
			t.Fatalf("users: %+v", users)
		}
		if n := len(acme.Sessions(users[0].Login)); n != 100 {
			t.Errorf("%d sessions", n)
		}
		for i := 0; i < n; i += 20 {
			if !visitors[i].SignedIn() {
				t.Errorf("browser %d is not signed in", i)
			}
		}
		wantGroups(t, acme, users[0].Login, adasGroups())
	})
}
