package assistant_test

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/sso/guide"
	"gatehouse/sso/provisioning"
)

// enabled makes a connection of a product that people sign in through.
func (f *fixture) enabled(provider sso.Provider) (c sso.Connection, at string) {
	f.Helper()
	c, at = f.make(sso.Custom, sso.OIDC) // not every product is offered over OpenID Connect
	_, err := f.db.UpdateConnection(f.Context(), "adm-olive", f.ent.ID, c.ID, "test",
		func(c sso.Connection) (sso.Connection, error) {
			live := *c.Draft
			live.OIDC = &sso.OIDCConfig{
				Issuer:       f.idp.Issuer(),
				ClientID:     "gatehouse",
				ClientSecret: "secret",
				AuthMethod:   sso.ClientSecretBasic,
			}
			c.Provider, c.State = provider, sso.ConnectionEnabled
			c.Live, c.Draft = &live, nil
			return c, nil
		})
	f.ok(err)
	return f.load(c.ID), at
}

var madeValue = regexp.MustCompile(`<code id="token"[^>]*>(gw_scim_[0-9A-Za-z]+)</code>`)

// TestProvisioningOfEachProduct walks the assistant for SCIM of each product: address
// and token, attributes, assignment, the test, and enabling.
func TestProvisioningOfEachProduct(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, g := range guide.AllSCIM() {
		c, at := f.enabled(g.Provider)
		at += "/scim"
		f.leads(f.send("operator", http.MethodGet, at, "", http.NoBody), at+"/connect")
		address := "https://sso.example.com/scim/v2/connections/" + string(c.ID)
		f.says(f.send("operator", http.MethodGet, at+"/connect", "", http.NoBody), http.StatusOK,
			address, `value="`+g.TokenName+`"`, "a token, which you create below")
		made := f.post("operator", at+"/token", url.Values{"name": {g.TokenName}})
		f.says(made, http.StatusOK, "it is not shown again", ">"+g.TokenName+"<")
		secret := madeValue.FindStringSubmatch(made.Body.String())
		if secret == nil {
			t.Fatalf("%s: no token is shown", g.Product)
		}
		if again := f.get(at + "/connect"); strings.Contains(again, secret[1]) {
			t.Errorf("%s: the token is shown twice", g.Product)
		}
		f.leads(f.send("operator", http.MethodGet, at, "", http.NoBody), at+"/mappings")
		f.says(f.send("operator", http.MethodGet, at+"/mappings", "", http.NoBody), http.StatusOK,
			"userName", "nothing to compare", "preferred_username")
		f.says(f.send("operator", http.MethodGet, at+"/assign", "", http.NoBody), http.StatusOK, "When changes arrive")
		f.says(f.send("operator", http.MethodGet, at+"/test", "", http.NoBody), http.StatusOK,
			"nothing yet", address, "Test this connection")
		f.says(f.post("operator", at+"/test", url.Values{"secret": {" " + secret[1] + "\n"}}), http.StatusOK,
			"The test passed", "Add the user to the group", "no user and no group is left",
			`<a href="`+at+`/test" aria-current="step" data-state="ok">`)
		f.says(f.send("operator", http.MethodGet, at+"/test", "", http.NoBody), http.StatusOK, "with the token <strong>")
		f.says(f.send("operator", http.MethodGet, at+"/enable", "", http.NoBody), http.StatusOK,
			"No request with a token has reached", "No one has been pushed yet")
		f.leads(f.post("operator", at+"/enable", url.Values{"revision": f.revision(c)}), at+"/enable?done=enabled")
		if c = f.load(c.ID); c.Live.Provisioning != sso.ProvisionSCIM || c.Draft != nil {
			t.Errorf("%s: provisioning is %s", g.Product, c.Live.Provisioning)
		}
		f.says(f.send("operator", http.MethodGet, at+"/enable", "", http.NoBody), http.StatusOK, "Provisioning is "+
			"enabled")
	}
}

// TestProvisioningWaits: single sign-on comes first, and what is open is said with a
// link; a product that cannot push is told so.
func TestProvisioningWaits(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, at := f.make(sso.Okta, sso.OIDC)
	for _, path := range []string{"", "/connect", "/test", "/enable"} {
		f.says(f.send("operator", http.MethodGet, at+"/scim"+path, "", http.NoBody), http.StatusOK,
			"Single sign-on comes first", "is not enabled", `href="`+at+`"`)
	}
	f.says(f.post("operator", at+"/scim/token", url.Values{"name": {"x"}}), http.StatusOK, "Single sign-on comes first")
	c, at := f.enabled(sso.Okta)
	f.run(c, sso.TestFailed, 0)
	f.says(f.send("operator", http.MethodGet, at+"/scim", "", http.NoBody), http.StatusOK,
		"The last test connection failed", "all the same", at+"/scim/connect")
	tokens, _, err := f.db.ProvisioningTokens(t.Context(), f.ent.ID, c.ID, sso.Page{})
	if f.ok(err); len(tokens) != 0 {
		t.Errorf("%d tokens", len(tokens))
	}
	c, at = f.make(sso.Google, sso.SAML)
	f.says(f.send("operator", http.MethodGet, at+"/scim", "", http.NoBody), http.StatusOK, "Google Workspace "+
		"cannot push")
}

// TestProvisioningTestMends: a test with a token for users alone fails at groups, says
// that the product's own test does not, and one button mends the token.
func TestProvisioningTestMends(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c, at := f.enabled(sso.Entra)
	at += "/scim/"
	k, _, err := f.tokens.Create(t.Context(), "adm-olive", f.ent.ID, c.ID, provisioning.NewToken{
		Name:   "entra-1",
		Scopes: []sso.ProvisioningScope{sso.ScopeUsersWrite},
	})
	f.ok(err)
	test := func(want ...string) {
		t.Helper()
		f.says(f.post("operator", at+"test", url.Values{"token": {string(k.ID)}}), http.StatusOK, want...)
	}
	test("The test failed", "lacks scope groups:read", "not tried", "Add scope scim to entra-1",
		"Restart provisioning", "It passes with a token that may not read")
	f.leads(f.post("operator", at+"scope", url.Values{"token": {string(k.ID)}}), at+"test?done=widened")
	test("The test passed")
	f.says(f.post("operator", at+"test", url.Values{}), http.StatusUnprocessableEntity, "Choose a token, or paste one")
	f.says(f.post("operator", at+"test", url.Values{"secret": {"gw_scim_x"}}), http.StatusOK, "The test "+
		"failed", "No valid bearer token")
	f.says(f.post("operator", at+"token", url.Values{"name": {"entra-1"}}), http.StatusUnprocessableEntity, "has this name")
}

// TestProvisioningBySetupLink: the holder of a setup link for provisioning sees the
// assistant for SCIM and nothing else of the connection.
func TestProvisioningBySetupLink(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c, at := f.enabled(sso.Okta)
	f.who["link"] = &sso.Visitor{
		Role:       sso.RoleSetupLink,
		Actor:      "link-it",
		Enterprise: f.ent.ID,
		Connection: c.ID,
		Intents:    []sso.Intent{sso.IntentProvisioning},
	}
	get := func(path string) string {
		w := f.send("link", http.MethodGet, path, "", http.NoBody)
		f.says(w, http.StatusOK)
		return w.Body.String()
	}
	for _, path := range []string{"connect", "mappings", "assign", "test", "enable"} {
		body := get(at + "/scim/" + path)
		for _, found := range regexp.MustCompile(`href="(/admin/[^"]+)"`).FindAllStringSubmatch(body, -1) {
			if w := f.send("link", http.MethodGet, found[1], "", http.NoBody); w.Code >= http.StatusBadRequest {
				t.Errorf("%s leads to %s, which is %d", path, found[1], w.Code)
			}
		}
	}
	f.says(f.send("link", http.MethodGet, at+"/create", "", http.NoBody), http.StatusNotFound)
	f.says(f.post("link", at+"/scim/token", url.Values{"name": {"okta-1"}}), http.StatusOK, "it is not shown again")
	org, err := f.db.CreateOrganization(t.Context(), "adm-olive", sso.Organization{
		Enterprise: f.ent.ID,
		Key:        "web",
		Name:       "Web",
	})
	f.ok(err)
	_, err = f.db.CreateGroup(t.Context(), "adm-olive", f.ent.ID, sso.Group{
		Organization: org.ID,
		Name:         "admins",
		Admin:        true,
	})
	f.ok(err)
	f.says(f.post("link", at+"/scim/enable", url.Values{"revision": f.revision(c)}), http.StatusUnprocessableEntity,
		"Ask an admin of the company")
	_, err = f.service.DiscardDraft(t.Context(), "adm-olive", f.ent.ID, c.ID, 0)
	f.ok(err)
	_, _, err = f.service.Edit(t.Context(), "adm-olive", f.ent.ID, c.ID, connections.Edit{EmailOptional: new(true)})
	f.ok(err)
	f.says(f.post("link", at+"/scim/enable", url.Values{"revision": f.revision(c)}), http.StatusOK,
		"has other changes: Allow people without an e-mail address")
	if c = f.load(c.ID); c.Live.Provisioning == sso.ProvisionSCIM {
		t.Error("the holder of a link made pushes count, although they could make an admin")
	}
}

// TestUnmatchedGroupLeadsToSettings: an admin is led to where a missing group can be
// created; the holder of a setup link, who may not open it, is told.
func TestUnmatchedGroupLeadsToSettings(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c, at := f.enabled(sso.Okta)
	f.who["link"] = &sso.Visitor{
		Role:       sso.RoleSetupLink,
		Actor:      "link-it",
		Enterprise: f.ent.ID,
		Connection: c.ID,
		Intents:    []sso.Intent{sso.IntentProvisioning},
	}
	_, _, err := f.db.CreateProvisionedGroup(
		t.Context(),
		sso.Push{Enterprise: f.ent.ID, Connection: c.ID},
		sso.ProvisionedGroup{
			Enterprise:  f.ent.ID,
			Connection:  c.ID,
			DisplayName: "grp_new",
			Origin:      sso.OriginPushed,
		},
		sso.MemberChange{},
	)
	f.ok(err)
	f.lookAlike(c)
	const warned, settings = "No group here has the name of these: grp_new.", "/settings\""
	admin := f.send("operator", http.MethodGet, at+"/scim/enable", "", http.NoBody)
	f.says(admin, http.StatusOK, warned, `href="`+strings.TrimSuffix(at, "/setup")+settings)
	f.says(admin, http.StatusOK, "Almost the same name", "grp\u00a0near (here grp near)", "/provisioning/switch?to=scim")
	link := f.send("link", http.MethodGet, at+"/scim/enable", "", http.NoBody)
	f.says(link, http.StatusOK, warned, "Almost the same name")
	if strings.Contains(link.Body.String(), settings) {
		t.Error("a setup link leads to the settings")
	}
}

// lookAlike pushes a group whose name is almost that of a group here.
func (f *fixture) lookAlike(c sso.Connection) {
	f.Helper()
	ctx, by := f.Context(), sso.ActorOperator
	org, err := f.db.CreateOrganization(ctx, by, sso.Organization{
		Enterprise: f.ent.ID,
		Key:        "near",
		Name:       "Nearby",
	})
	f.ok(err)
	_, err = f.db.CreateGroup(ctx, by, f.ent.ID, sso.Group{
		Organization: org.ID,
		Name:         "grp near",
	})
	f.ok(err)
	_, _, err = f.db.CreateProvisionedGroup(ctx, sso.Push{
		Enterprise: f.ent.ID,
		Connection: c.ID,
	}, sso.ProvisionedGroup{
		Enterprise:  f.ent.ID,
		Connection:  c.ID,
		DisplayName: "grp\u00a0near",
		Origin:      sso.OriginPushed,
	}, sso.MemberChange{})
	f.ok(err)
}

// TestPreviewOrganizations: groups of one name are told apart by their organizations.
func TestPreviewOrganizations(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c, at := f.enabled(sso.Okta)
	for _, key := range []string{"north", "south"} {
		org, err := f.db.CreateOrganization(t.Context(), sso.ActorOperator, sso.Organization{
			Enterprise: f.ent.ID,
			Key:        key,
			Name:       "The " + key,
		})
		f.ok(err)
		_, err = f.db.CreateGroup(t.Context(), sso.ActorOperator, f.ent.ID, sso.Group{
			Organization: org.ID,
			Name:         "managers",
		})
		f.ok(err)
	}
	f.adoptGroup(c, "managers")
	f.says(f.send("operator", http.MethodGet, at+"/scim/enable", "", http.NoBody), http.StatusOK,
		"<bdi>The north</bdi>", "<bdi>The south</bdi>")
}

// adoptGroup pushes a group that is here, as identity providers do that found it.
func (f *fixture) adoptGroup(c sso.Connection, name string) {
	f.Helper()
	p := sso.Push{
		Enterprise: f.ent.ID,
		Connection: c.ID,
		Event:      "push-1",
	}
	pushed := sso.ProvisionedGroup{
		DisplayName: name,
		Document:    []byte(`{}`),
	}
	_, _, err := f.db.CreateProvisionedGroup(f.Context(), p, pushed, sso.MemberChange{})
	exists, is := errors.AsType[*sso.ResourceExistsError](err)
	if !is {
		f.Fatalf("the group that is there is not found: %v", err)
	}
	u, err := f.db.CreateProvisionedUser(f.Context(), p, sso.ProvisionedUser{
		UserName: "ada@acme.example",
		Active:   true,
		Document: []byte(`{"userName":"x"}`),
	})
	f.ok(err)
	_, _, err = f.db.ChangeProvisionedGroup(
		f.Context(), p, exists.ID,
		func(g sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error) {
			return g, sso.MemberChange{Add: []sso.ResourceID{u.ID}}, nil
		},
	)
	f.ok(err)
}

// TestReachedFrom: what reached the connection is shown.
func TestReachedFrom(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c, at := f.enabled(sso.Okta)
	one := sso.ProvisioningContact{
		At:      time.Now().Add(-time.Hour),
		Remote:  "192.0.2.7",
		Client:  "Okta SCIM Client",
		Request: "GET /Users",
		Status:  401,
	}
	record := func(known bool) {
		f.ok(f.db.RecordContacts(t.Context(), map[sso.ContactKey]sso.ProvisioningContacts{{
			Connection: c.ID,
			Known:      known,
		}: {First: one, Last: one}}))
	}
	record(false)
	f.says(f.send("operator", http.MethodGet, at+"/scim/test", "", http.NoBody), http.StatusOK,
		"the network is open", "192.0.2.7", "Okta SCIM Client", "401")
	one.Status = 200
	record(true)
	f.says(f.send("operator", http.MethodGet, at+"/scim/test", "", http.NoBody), http.StatusOK,
		`<a href="`+at+`/scim/test" aria-current="step"><span>Test</span>`) // no test was run
	f.says(f.send("operator", http.MethodGet, at+"/scim/test", "", http.NoBody), http.StatusOK, ">reached<", "First with a token")
}
