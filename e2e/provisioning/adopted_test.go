package provisioning

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
	"gatehouse/internal/demo/demoscim"
	"gatehouse/store/storetest"
)

// TestAdopted switches a company with 300 users, who all signed in before, to
// SCIM. The identity provider finds each of them: no account is made twice, no
// session ends and no membership changes.
func TestAdopted(t *testing.T) {
	harness.Long(t)
	const users = 300
	g := harness.Start(t, harness.Options{Database: storetest.Postgres(t)})
	api := g.API()
	people := harness.People(users)
	idp := harness.NewIdP(t, people...)
	c := newCompany(t, g, api, "acme", idp, groupNames()...)
	truth := demoscim.NewDirectory()
	for i, name := range groupNames() {
		key := fmt.Sprintf("g%d", i)
		truth.Groups[key] = demoscim.Group{
			Key:     key,
			Name:    name,
			Members: map[string]bool{},
		}
	}
	for i, p := range people {
		key := fmt.Sprintf("g%d", i%len(groupNames()))
		if err := idp.SetGroups(p.ID, []string{truth.Groups[key].Name}); err != nil {
			t.Fatal(err)
		}
		truth.Users[p.ID] = demoscim.User{
			Key:         p.ID,
			UserName:    p.Login,
			DisplayName: p.Name(),
			Email:       p.Email,
			Active:      true,
		}
		truth.Groups[key].Members[p.ID] = true
	}
	visitors := signIn(t, g, c, idp, people)
	before, statuses := c.members(), c.statuses()
	if len(statuses) != users {
		t.Fatalf("%d accounts, want %d", len(statuses), users)
	}
	c.provision()
	pusher := demoscim.NewPusher(c.client(demoscim.EntraOff, c.newToken("entra").Token, http.DefaultTransport))
	for range 2 {
		for _, failed := range pusher.Cycle(t.Context(), truth).Failures {
			t.Errorf("%s: %v", failed.Object, failed.Err)
		}
	}
	after := c.members()
	for _, all := range []map[string][]string{before, after} {
		for _, logins := range all {
			slices.Sort(logins)
		}
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("members (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(statuses, c.statuses()); diff != "" {
		t.Errorf("accounts (-before +after):\n%s", diff)
	}
	for i, v := range visitors {
		if !v.SignedIn() {
			t.Errorf("the session of %s ended", people[i].Login)
		}
	}
}

// signIn signs people in, eight at a time, each from an address of their own.
func signIn(
	t *testing.T, g *harness.Gateway, c *company, idp *demoidp.IdP, people []demoidp.Person,
) []*harness.Visitor {
	t.Helper()
	const workers = 8
	visitors := make([]*harness.Visitor, len(people))
	harness.AtOnce(workers, func(worker int) error {
		for i := worker; i < len(people); i += workers {
			visitors[i] = g.Visitor().From(fmt.Sprintf("127.1.%d.%d", i/250, i%250+1))
			if a := visitors[i].SignIn(idp, c.Key, people[i].ID); a.Status != http.StatusSeeOther {
				t.Errorf("%s: %v", people[i].Login, a)
			}
		}
		return nil
	})
	if t.Failed() {
		t.FailNow()
	}
	return visitors
}
