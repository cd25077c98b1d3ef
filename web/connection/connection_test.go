package connection_test

import (
	"context"
	"html"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gatehouse/oidc"
	"gatehouse/saml"
	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/sso/directory"
	"gatehouse/sso/evaluate"
	"gatehouse/sso/trial"
	"gatehouse/store"
	"gatehouse/store/storetest"
	"gatehouse/web/connection"
	"gatehouse/web/console"
	"gatehouse/web/route"
	"gatehouse/web/testconnection"
	"gatehouse/web/ui"
)

// visitors accepts the visitor that the header names; roles are tested elsewhere.
type visitors map[string]sso.Visitor

func (v visitors) Visitor(r *http.Request) (sso.Visitor, error) {
	if known, ok := v[r.Header.Get("Visitor")]; ok {
		return known, nil
	}
	return sso.Visitor{}, &sso.Error{
		Kind:   sso.Unauthenticated,
		Code:   "session_ended",
		Public: "Please sign in.",
	}
}

type fixture struct {
	*testing.T
	router *route.Router
	db     *store.DB
	ent    sso.Enterprise
	conn   sso.Connection
	ada    sso.User
	home   string
	told   int
}

// newFixture is the real wiring, on a company with one person.
func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{T: t}
	ctx, by := t.Context(), sso.ActorOperator
	f.db = storetest.Open(
		t, storetest.SQLite(t), store.Keyring{Current: store.NewKey()}, nil,
	)
	var err error
	f.ent, err = f.db.CreateEnterprise(ctx, by, sso.Enterprise{
		Key:  "acme",
		Name: "Acme",
	})
	f.ok(err)
	globex, err := f.db.CreateEnterprise(ctx, by, sso.Enterprise{
		Key:  "globex",
		Name: "Globex",
	})
	f.ok(err)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	sp := saml.New(saml.Options{
		BaseURL: "https://sso.example",
		Client:  http.DefaultClient,
	})
	rp := oidc.New(oidc.Options{
		BaseURL: "https://sso.example",
		Client:  http.DefaultClient,
	})
	service := connections.New(connections.Options{
		Connections: f.db,
		Groups:      f.db,
		Domains:     f.db,
		Trials:      f.db,
		Trusts:      f.db,
		Moves:       f.db,

		SAML: sp,
		OIDC: rp,
		Log:  log,
	})
	f.conn, err = f.db.CreateConnection(ctx, by, sso.Connection{
		Enterprise: f.ent.ID,
		Name:       "Okta & <co>",
		Protocol:   sso.OIDC,
		Provider:   sso.Okta,
		State:      sso.ConnectionEnabled,
		Live: &sso.Config{
			Version: 1,
			OIDC: &sso.OIDCConfig{
				Issuer:       "https://idp.example",
				ClientID:     "x",
				ClientSecret: "canary-secret",
				AuthMethod:   sso.ClientSecretBasic,
				Scopes:       []string{"openid"},
			},
			Mapping:           sso.Mapping{Login: []string{"sub"}},
			Provisioning:      sso.ProvisionJIT,
			EmailVerification: sso.EmailVerification{Mode: "never"},
			GroupSync: sso.GroupSync{
				Mode:      sso.SyncReset,
				OnAbsent:  sso.KeepGroups,
				OnOverage: sso.KeepGroups,
			},
		},
	})
	f.ok(err)
	f.enter()
	pages, err := ui.New(
		ui.Options{}, console.Templates(), connection.Templates(),
		testconnection.Templates(),
	)
	f.ok(err)
	f.router, err = route.New(route.Options{
		BaseURL: "https://sso.example",
		Now:     time.Now,
		Log:     log,
	})
	f.ok(err)
	access := visitors{
		"olive": {Role: sso.RoleOperator, Actor: "adm-olive", Name: "Olive"},
		"gus": {
			Role:       sso.RoleEnterpriseAdmin,
			Actor:      "user-gus",
			Enterprise: globex.ID,
		},
		"link": {
			Role:       sso.RoleSetupLink,
			Actor:      "link-x",
			Intents:    sso.DefaultIntents(),
			Enterprise: f.ent.ID,
			Connection: f.conn.ID,
		},
	}
	desk := console.New(console.Options{
		Access:    access,
		Directory: f.db,
		Pages:     pages,
		Now:       time.Now,
	})
	f.db.OnRevocation(func(context.Context) { f.told++ })
	rules := directory.New(directory.Options{
		Enterprises:  f.db,
		Groups:       f.db,
		Admins:       f.db,
		Users:        f.db,
		Sessions:     f.db,
		Applications: f.db,
		Roles:        f.db,
		Now:          time.Now,
	})
	connection.New(connection.Options{
		Console:     desk,
		Connections: f.db,
		Groups:      f.db,
		Roles:       f.db,
		Moves:       f.db,
		Actors:      f.db,
		Setup:       service,
		Directory:   rules,
		Preview: trial.New(trial.Options{
			Facts:     f.db,
			Evaluator: evaluate.New(evaluate.Options{}),
		}),
		BaseURL: "https://sso.example",
		Now:     time.Now,
	}).Register(f.router)
	testconnection.New(testconnection.Options{
		Store:   f.db,
		Console: desk,
		BaseURL: "https://sso.example",
		Now:     time.Now,
	}).Register(f.router)
	f.home = "/admin/enterprises/acme/connections/" + string(f.conn.ID)
	return f
}

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// enter signs Ada in.
func (f *fixture) enter() {
	f.enterAs(storetest.Reset(saidNowhere()), saidNowhere())
}

func saidNowhere() sso.AssertedGroups {
	return sso.AssertedGroups{
		State:  sso.GroupsValues,
		Names:  []string{"No group here"},
		Source: "groups",
	}
}

// enterAs signs Ada in with a decision about her groups.
func (f *fixture) enterAs(decide sso.Decide, asserted sso.AssertedGroups) (record sso.SyncRecord) {
	f.Helper()
	now := time.Now()
	attempt := sso.NewID[sso.AttemptID](now)
	s := sso.SignIn{
		Identity: sso.Identity{
			Connection: f.conn.ID,
			Subject:    "1",
			Login:      "ada",
			Name:       "Ada Lovelace",
			Groups:     asserted,
		},
		Replay: sso.ReplayMark{
			Connection: f.conn.ID,
			ResponseID: string(attempt),
			Until:      now.Add(time.Hour),
		},
		Attempt: sso.Attempt{
			ID:         attempt,
			Enterprise: f.ent.ID,
			Connection: f.conn.ID,
			Login:      "ada",
			Outcome:    sso.OutcomeSucceeded,
			Groups:     asserted,
			At:         now,
		},
		Session: sso.Session{
			ID:          sso.NewID[sso.SessionID](now),
			Token:       sso.NewSecret().Hash(),
			Enterprise:  f.ent.ID,
			Connection:  f.conn.ID,
			Attempt:     attempt,
			CreatedAt:   now,
			LastSeenAt:  now,
			IdleTimeout: time.Hour,
			ExpiresAt:   now.Add(time.Hour),
		},
	}
	s.Attempt.Identity = &s.Identity
	var err error
	f.ada, record, err = f.db.RecordLogin(f.Context(), s, decide)
	f.ok(err)
	return record
}

// do makes a request as one of the visitors. A form about the connection names
// the connection's revision, as those of its pages do.
func (f *fixture) do(who, method, path string, form url.Values) (int, string) {
	f.Helper()
	if method == http.MethodPost && !form.Has("revision") {
		form = maps.Clone(form)
		if form == nil {
			form = url.Values{}
		}
		if c, err := f.db.Connection(f.Context(), f.ent.ID, f.conn.ID); err == nil {
			form.Set("revision", strconv.FormatInt(c.Revision, 10))
		}
	}
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Host = "sso.example"
	r.Header.Set("Visitor", who)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	f.router.ServeHTTP(w, r)
	return w.Code, html.UnescapeString(w.Body.String()) + w.Header().Get("Location")
}

// says makes a request as the operator and wants these words in the answer.
func (f *fixture) says(status int, method, path string, form url.Values, words ...string) {
	f.Helper()
	code, body := f.do("olive", method, path, form)
	if code != status {
		f.Fatalf("%s %s: %d, want %d\n%.2000s", method, path, code, status, body)
	}
	for _, word := range words {
		if !strings.Contains(body, word) {
			f.Errorf("%s %s does not say %q", method, path, word)
		}
	}
	if strings.Contains(body, "canary") {
		f.Errorf("%s %s shows a secret", method, path)
	}
}

func TestRefusals(t *testing.T) {
	f := newFixture(t)
	before, err := f.db.Connection(t.Context(), f.ent.ID, f.conn.ID)
	f.ok(err)
	f.says(200, "GET", f.home, nil, "Okta & <co>", "It cannot be deleted now", "ada")
	for _, form := range []url.Values{{"revision": {"77"}}, {"revision": {""}}} {
		for _, action := range []string{"enable", "disable", "rollback", "discard"} {
			f.says(
				409, "POST", f.home+"/"+action, form,
				"Someone else changed this connection",
			)
		}
		f.says(
			409, "POST", f.home+"/settings", url.Values{
				"revision": form["revision"],
				"name":     {"Okta"},
			},
			"Save again to replace it.", "Saved now: Okta & <co>", `value="Okta"`,
			`name="revision" value="`+strconv.FormatInt(before.Revision, 10)+`"`,
		)
	}
	for status, form := range map[int]url.Values{
		409: {"revision": {"77"}},
		422: {"mapping.group_limit": {"many"}},
	} {
		form.Set("oidc.client_secret", "canary-typed")
		f.says(status, "POST", f.home+"/settings", form, "Enter it again")
	}
	f.says(422, "POST", f.home+"/rollback", nil, "no earlier version")
	f.says(
		422, "POST", f.home+"/delete", url.Values{"name": {"Okta"}},
		"This is not its name",
	)
	f.says(
		422, "POST", f.home+"/delete", url.Values{"name": {"Okta & <co>"}},
		"only way in for 1 active person (ada)",
	)
	f.says(422, "POST", f.home+"/shadow/start", nil, "nothing to compare")
	f.says(422, "POST", f.home+"/certificates/rotate", nil, "no key of its own")
	f.says(422, "POST", f.home+"/settings", url.Values{
		"name":                {"Okta"},
		"mapping.group_limit": {"many"},
	}, "Enter a whole number", `value="many"`)
	f.says(422, "POST", f.home+"/settings", url.Values{
		"allow_sign_in":       {"identity."},
		"directory.tenant":    {"common"},
		"directory.client_id": {"x"},
	}, "Sign-in rule", "Microsoft tenant")
	f.says(404, "POST", f.home+"/certificates", url.Values{"certificate": {"x"}})
	f.says(404, "POST", f.home+"/certificates/remove", url.Values{
		"fingerprint": {"x"},
	})
	f.says(404, "GET", f.home+"/certificates/own/key-x", nil)
	f.says(404, "POST", "/admin/enterprises/acme/held/held-x/approve", nil)
	after, err := f.db.Connection(t.Context(), f.ent.ID, f.conn.ID)
	f.ok(err)
	if after.Revision != before.Revision || f.told != 0 {
		t.Errorf("something was done: revision %d, was %d; told %d times", after.Revision, before.Revision, f.told)
	}
	for _, who := range []string{"gus", "link"} {
		for _, path := range []string{
			f.home, f.home + "/settings", f.home + "/groups/person",
			f.home + "/shadow", f.home + "/certificates",
			"/admin/enterprises/acme/held", "/admin/enterprises/acme/connections",
		} {
			if code, _ := f.do(who, "GET", path, nil); code != 404 {
				t.Errorf("%s at %s: %d", who, path, code)
			}
		}
	}
}

func TestDraftAndGroups(t *testing.T) {
	f := newFixture(t)
	form := url.Values{
		"name":                            {"Okta"},
		"oidc.scopes":                     {"openid  groups"},
		"oidc.client_secret":              {"canary-other"},
		"mapping.exclude":                 {"^x$"},
		"oidc.token_endpoint_auth_method": {"client_secret_basic"},
	}
	f.says(200, "POST", f.home+"/settings/try", url.Values{
		"allow_sign_in":           {`identity.login != "ada"`},
		"email_verification.mode": {"never"},
		"oidc.client_secret":      {"canary-typed"},
	}, "Of the last 1 sign-in", "1 would be refused", "Enter it again")
	f.says(303, "POST", f.home+"/settings", form, "?done=saved")
	f.says(
		200, "GET", f.home, nil, "Client secret", "changed", "Scopes", "groups",
		"No groups that match", "^x$", "Discard the draft",
	)
	f.says(303, "POST", f.home+"/shadow/start", nil, "?done=started")
	f.says(
		200, "GET", f.home+"/shadow", nil, "Comparing", "can be redeemed only once",
	)
	f.says(303, "POST", f.home+"/shadow/stop", nil, "?done=stopped")
	f.says(303, "POST", f.home+"/discard", nil, "?done=discarded")
	f.says(200, "GET", f.home+"/groups", nil, "unmatched", "All names (1)")
	org, err := f.db.CreateOrganization(
		t.Context(), sso.ActorOperator,
		sso.Organization{
			Enterprise: f.ent.ID,
			Key:        "web",
			Name:       "Web",
		},
	)
	f.ok(err)
	f.says(
		422,
		"POST",
		f.home+"/groups",
		url.Values{"organization": {string(org.ID)}, "name": {" Nowhere"}},
		"Name",
	)
	f.says(303, "POST", f.home+"/groups", url.Values{
		"organization": {string(org.ID)},
		"name":         {"No group here"},
	}, "?done=created")
	f.says(422, "POST", f.home+"/groups", url.Values{
		"organization": {string(org.ID)},
		"name":         {"No group here"},
	})
	f.says(
		200, "GET", f.home+"/groups", nil, "matched", "0 of 1 expected",
		"1 missing: the group was created or renamed after their last sign-in",
	)
	f.says(
		200, "GET", f.home+"/groups/person?login=ada", nil, "Ada Lovelace",
		"added",
	)
	f.says(
		200, "GET", f.home+"/groups/person?login=nobody", nil,
		"No one here has this login",
	)
	f.says(303, "POST", f.home+"/disable", nil, "?done=disabled")
	f.says(
		422, "POST", f.home+"/delete", url.Values{"name": {"okta"}},
		"This is not its name", `value="okta"`, "#confirm-name",
	)
	f.says(
		303, "POST", f.home+"/delete", url.Values{"name": {"Okta"}},
		"connections?done=deleted",
	)
	f.says(404, "GET", f.home, nil)
}

// TestLastConnectionWhileEnforced: the page says beforehand what would be refused.
func TestLastConnectionWhileEnforced(t *testing.T) {
	f := newFixture(t)
	storetest.Enforce(t, f.db, f.ent.ID)
	f.says(
		200, "GET", f.home, nil, "It cannot be deleted now",
		"neither disabled nor deleted", "stop enforcing single sign-on",
	)
	if _, body := f.do("olive", "GET", f.home, nil); strings.Contains(body, f.home+"/disable") {
		t.Error("the page offers to disable the last connection")
	}
	f.says(422, "POST", f.home+"/disable", nil, "neither disabled nor deleted")
	f.says(
		422, "POST", f.home+"/delete", url.Values{"name": {"Okta & <co>"}},
		"neither disabled nor deleted",
	)
	f.ok(f.db.EnforceSSO(t.Context(), "x", f.ent.ID, false, ""))
	f.says(303, "POST", f.home+"/disable", nil, "?done=disabled")
}

// TestAcceptName: a near miss becomes an IdP name of its group with one press, any
// other name by a form.
func TestAcceptName(t *testing.T) {
	f := newFixture(t)
	const object = "6731de76-14a6-49ae-97bc-6eba6914391e"
	asserted := sso.AssertedGroups{
		State:  sso.GroupsValues,
		Names:  []string{"Engineering", "CN=sales,DC=acme", "a;sales", object},
		Source: "groups",
	}
	f.enterAs(storetest.Reset(asserted), asserted)
	org, err := f.db.CreateOrganization(
		t.Context(), sso.ActorOperator,
		sso.Organization{
			Enterprise: f.ent.ID,
			Key:        "web",
			Name:       "Web",
		},
	)
	f.ok(err)
	group := func(name string) string {
		g, err := f.db.CreateGroup(
			t.Context(), sso.ActorOperator, f.ent.ID,
			sso.Group{
				Organization: org.ID,
				Name:         name,
			},
		)
		f.ok(err)
		return string(g.ID)
	}
	engineering, sales := group("engineering"), group("sales")
	f.says(
		200, "GET", f.home+"/groups", nil, "other letter case", "CN of a DN",
		"one of several names", "unmatched, an object ID",
		"Cloud-only group display names",
		"Accept “Engineering” for engineering in Web",
		"Accept “CN=sales,DC=acme” for sales in Web", "Accept a name for a group",
	)
	if _, body := f.do("olive", "GET", f.home+"/groups", nil); strings.Contains(body, "Accept “a;sales”") {
		t.Error("several names in one value are offered as the name of one group")
	}
	accept := func(name, group string) url.Values {
		return url.Values{"name": {name}, "group": {group}}
	}
	f.says(
		303, "POST", f.home+"/groups/accept", accept("Engineering", engineering),
		"?done=accepted",
	)
	f.says(303, "POST", f.home+"/groups/accept", accept("CN=sales,DC=acme", sales))
	f.says(303, "POST", f.home+"/groups/accept", accept(object, sales))
	f.says(
		200, "GET", f.home+"/groups?done=accepted", nil, "matched as IdP name",
		"The name is accepted for the group", "0 of 1 expected",
	)
	f.says(
		422, "POST", f.home+"/groups/accept", accept("Engineering", sales),
		"“Engineering” is an IdP name of the group “engineering”",
	)
	f.says(
		422, "POST", f.home+"/groups/accept", accept("a\u202eb", sales), "invisible",
	)
	f.says(
		422, "POST", f.home+"/groups/accept", accept("Members", sales),
		"Default groups have this name",
	)
	for _, unknown := range []string{
		"", "group-x", string(sso.NewID[sso.GroupID](time.Now())),
	} {
		f.says(404, "POST", f.home+"/groups/accept", accept("x", unknown))
	}
	g, err := f.db.Group(t.Context(), f.ent.ID, sso.GroupID(sales))
	f.ok(err)
	if !slices.Equal(g.IDPNames, []string{object, "CN=sales,DC=acme"}) {
		t.Errorf("got %q", g.IDPNames)
	}
	events, _, err := f.db.AuditEvents(
		t.Context(), f.ent.ID, sso.AuditFilter{Action: "group.updated"}, sso.Page{},
	)
	f.ok(err)
	if len(events) != 3 ||
		events[0].Detail["idp_names_added"] != object ||
		events[0].Actor != "adm-olive" {
		t.Errorf("the audit trail says %+v", events)
	}
	for _, who := range []string{"gus", "link"} {
		if code, _ := f.do(who, "POST", f.home+"/groups/accept", accept("x", sales)); code != 404 {
			t.Errorf("%s: %d", who, code)
		}
	}
}
