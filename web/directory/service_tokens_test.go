package directory_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

// forServices creates an application that accepts services.
func (f *fixture) forServices(name string) sso.Application {
	f.Helper()
	a, err := f.db.CreateApplication(f.Context(), sso.ActorOperator, sso.Application{
		Key:      strings.ToLower(name),
		Name:     name,
		Origins:  []string{"https://" + strings.ToLower(name) + ".example.com"},
		Services: true,
	})
	f.ok(err)
	return a
}

// serviceTokens returns the tokens of the services of a place, newest first.
func (f *fixture) serviceTokens(p place) []sso.ServiceToken {
	f.Helper()
	all, _, err := f.db.ServiceTokens(f.Context(), p.ent.ID, p.org.ID, sso.Page{})
	f.ok(err)
	return all
}

// nameAdmins makes the users of the visitors admins of their enterprises.
func (f *fixture) nameAdmins() {
	f.Helper()
	for _, p := range []place{f.acme, f.globex} {
		f.ok(f.db.AddEnterpriseAdmin(f.Context(), sso.ActorOperator, p.ent.ID, p.user.ID))
	}
}

var serviceValue = regexp.MustCompile(`gw_svc_[0-9A-Za-z]{46}`)

// TestServiceOfAnOrganization is created, gets a second token, and loses its first one.
func TestServiceOfAnOrganization(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.nameAdmins()
	here := f.acme.at("organizations", string(f.acme.org.ID), "service-tokens")
	f.shows(f.get(here), 200, "No services.", "No application here accepts services.")
	wiki, group := f.forServices("Wiki"), string(f.acme.group.ID)
	made := f.post(
		here, "name", "Nightly export", "owner_group", group, "groups", group,
		"applications", string(wiki.ID), "days", "90",
	)
	f.shows(made, 200, "Copy the token of Nightly export now", "https://wiki.example.com/", "engineering", "For Wiki")
	value := serviceValue.FindString(made.body)
	all := f.serviceTokens(f.acme)
	if len(all) != 1 || all[0].Hash != sso.Secret(value).Hash() || all[0].CreatedBy != sso.Actor(f.acme.user.ID) {
		t.Fatalf("%q of %+v", value, all)
	}
	if left := time.Until(all[0].ExpiresAt); left < 89*24*time.Hour || left > 90*24*time.Hour {
		t.Errorf("ends in %v", left)
	}
	if again := f.get(here); serviceValue.MatchString(again.body) || strings.Contains(again.body, all[0].Hash.String()) {
		t.Error("the token or its hash is shown again")
	}
	service := string(all[0].Service.ID)
	f.shows(f.post(here, "service", service, "days", "365"), 200, "Copy the token of Nightly export now",
		"Two tokens are valid.")
	f.shows(f.post(here, "service", service, "days", "30"), 422, "The service has two tokens already.")
	f.shows(
		f.done(f.post(here+"/"+string(all[0].ID)+"/revoke"), here), 200,
		"The token is revoked.", "revoked", "Create another token",
	)
	_, err := f.db.ServicePrincipal(t.Context(), all[0].Hash)
	if sso.CodeOf(err) != "invalid_token" {
		t.Errorf("revoked: %v", err)
	}
	_, err = f.db.ServicePrincipal(t.Context(), f.serviceTokens(f.acme)[0].Hash)
	f.ok(err)
}

// TestServiceFormIsRefused says what is wrong, keeps what was typed, and creates nothing.
func TestServiceFormIsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	here := f.acme.at("organizations", string(f.acme.org.ID), "service-tokens")
	wiki, group := string(f.forServices("Wiki").ID), string(f.acme.group.ID)
	typed := func(change ...string) []string {
		all := []string{
			"name", "Typed name", "owner_group", group, "groups", group, "applications", wiki, "days", "90",
		}
		return append(all, change...)
	}
	const days, groups = "Choose a time in the future", "Choose groups of this organization."
	for _, c := range []struct{ field, value, says string }{
		{"name", "", "name"},
		{"owner_group", "", "Choose the group that answers for the service."},
		{"owner_group", string(f.globex.group.ID), groups},
		{"groups", string(f.globex.group.ID), groups},
		{"applications", "app-unknown", `There is no application with the ID "app-unknown".`},
		{"days", "0", days},
		{"days", "-1", days},
		{"days", "1096", days},
		{"days", "soon", days},
	} {
		got := f.post(here, typed(c.field, c.value)...)
		f.shows(got, 422, c.says)
		if c.field != "name" && !strings.Contains(got.body, `value="Typed name"`) {
			t.Errorf("%s=%q: the typed name is gone", c.field, c.value)
		}
	}
	if all := f.serviceTokens(f.acme); len(all) != 0 {
		t.Errorf("created: %+v", all)
	}
}

// TestServicesOfOthers are neither shown nor changed.
func TestServicesOfOthers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.nameAdmins()
	wiki, group := string(f.forServices("Wiki").ID), string(f.globex.group.ID)
	there := f.globex.at("organizations", string(f.globex.org.ID), "service-tokens")
	form := map[string][]string{
		"name": {"Theirs"}, "owner_group": {group}, "applications": {wiki}, "days": {"90"},
	}
	if got := f.do("globex", "POST", there, form); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	k := f.serviceTokens(f.globex)[0]
	here := f.acme.at("organizations", string(f.acme.org.ID), "service-tokens")
	for _, path := range []string{here, f.acme.at("organizations", string(f.globex.org.ID), "service-tokens")} {
		f.shows(f.post(path+"/"+string(k.ID)+"/revoke"), 404)
		f.shows(f.post(path, "service", string(k.Service.ID), "days", "90"), 404)
	}
	if got := f.get(here); strings.Contains(got.body, "Theirs") {
		t.Error("the page has another company’s service")
	}
	for _, path := range []string{there, there + "/" + string(k.ID) + "/revoke"} {
		if got := f.post(path, "service", string(k.Service.ID), "days", "90"); got.status < 400 {
			t.Errorf("%s: %d", path, got.status)
		}
	}
	if all := f.serviceTokens(f.globex); len(all) != 1 || !all[0].RevokedAt.IsZero() {
		t.Errorf("changed: %+v", all)
	}
	_, err := f.db.ServicePrincipal(t.Context(), k.Hash)
	f.ok(err)
}
