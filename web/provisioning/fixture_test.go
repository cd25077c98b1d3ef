package provisioning_test

import (
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/saml"
	"gatehouse/sso"
	"gatehouse/sso/connections"
	people "gatehouse/sso/directory"
	"gatehouse/sso/drift"
	rules "gatehouse/sso/provisioning"
	"gatehouse/store"
	"gatehouse/store/storetest"
	"gatehouse/web/console"
	"gatehouse/web/provisioning"
	"gatehouse/web/route"
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
	tokens *rules.Tokens
	setup  *connections.Service
	ent    sso.Enterprise
	conn   sso.Connection
	home   string // of the pages about provisioning
}

// newFixture is the pages on a real store, with a live connection to Entra ID that
// provisions by SCIM.
func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{T: t}
	ctx, by := t.Context(), sso.ActorOperator
	f.db = storetest.Open(t, storetest.SQLite(t), store.Keyring{Current: store.NewKey()}, nil)
	f.tokens = rules.NewTokens(f.db, time.Now)
	var err error
	f.ent, err = f.db.CreateEnterprise(ctx, by, sso.Enterprise{Key: "acme", Name: "Acme"})
	f.ok(err)
	globex, err := f.db.CreateEnterprise(ctx, by, sso.Enterprise{Key: "globex", Name: "Globex"})
	f.ok(err)
	f.conn, err = f.db.CreateConnection(ctx, by, sso.Connection{
		Enterprise: f.ent.ID,
		Name:       "Entra & <co>",
		Protocol:   sso.SAML,
		Provider:   sso.Entra,
		State:      sso.ConnectionEnabled,
		Live:       f.live(),
	})
	f.ok(err)
	f.services()
	pages, err := ui.New(ui.Options{}, console.Templates(), provisioning.Templates())
	f.ok(err)
	f.router, err = route.New(route.Options{
		BaseURL: "https://sso.example",
		Now:     time.Now,
		Log:     slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	f.ok(err)
	desk := console.New(console.Options{
		Access: visitors{
			"olive": {Role: sso.RoleOperator, Actor: "adm-olive", Name: "Olive"},
			"ada":   {Role: sso.RoleEnterpriseAdmin, Actor: "user-ada", Enterprise: f.ent.ID},
			"gus":   {Role: sso.RoleEnterpriseAdmin, Actor: "user-gus", Enterprise: globex.ID},
			"link": {
				Role:       sso.RoleSetupLink,
				Actor:      "link-x",
				Enterprise: f.ent.ID,
				Connection: f.conn.ID,
			},
		},
		Directory: f.db,
		Pages:     pages,
		Now:       time.Now,
	})
	provisioning.New(provisioning.Options{
		Console: desk,
		Records: f.db,
		Tokens:  f.tokens,
		Setup:   f.setup,
		Directory: people.New(people.Options{
			Enterprises:  f.db,
			Groups:       f.db,
			Users:        f.db,
			Sessions:     f.db,
			Applications: f.db,
			Now:          time.Now,
		}),
		Drift: drift.New(drift.Options{
			Facts:  f.db,
			Writer: f.db,
			Graph:  directory(t),
			Okta:   newOkta(),
			Now:    time.Now,
		}),
		BaseURL: "https://sso.example",
		Now:     time.Now,
	}).Register(f.router)
	f.home = "/admin/enterprises/acme/connections/" + string(f.conn.ID) + "/provisioning"
	return f
}

// live returns the configuration of the connection.
func (f *fixture) live() *sso.Config {
	f.Helper()
	pair, err := saml.NewKeyPair("idp", time.Now())
	f.ok(err)
	return &sso.Config{
		Version: 1,
		SAML: &sso.SAMLConfig{
			IDPEntityID: "https://idp.example",
			SSO: sso.Endpoint{
				URL:     "https://idp.example/sso",
				Binding: sso.BindingRedirect,
			},
			Certificates: []sso.Certificate{{Raw: pair.Certificate}},
			IDPInitiated: sso.IDPInitiatedOff,
			NameIDFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
		},
		Mapping:           sso.Mapping{Login: []string{"login"}},
		EmailVerification: sso.EmailVerification{Mode: "never"},
		GroupSync: sso.GroupSync{
			Mode:      sso.SyncReset,
			OnAbsent:  sso.KeepGroups,
			OnOverage: sso.KeepGroups,
		},
		Provisioning: sso.ProvisionSCIM,
	}
}

// services makes what the pages call.
func (f *fixture) services() {
	f.setup = connections.New(connections.Options{
		Connections: f.db,
		Groups:      f.db,
		Domains:     f.db,
		Trials:      f.db,
		Trusts:      f.db,
		SAML: saml.New(saml.Options{
			BaseURL: "https://sso.example",
			Client:  http.DefaultClient,
		}),
		Log: slog.New(slog.DiscardHandler),
	})
}

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// do makes a request as one of the visitors and returns the status and the page, or
// where it redirects to.
func (f *fixture) do(who, method, path string, form url.Values) (int, string) {
	f.Helper()
	r := httptest.NewRequest(method, "https://sso.example"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Visitor", who)
	w := httptest.NewRecorder()
	f.router.ServeHTTP(w, r)
	if w.Code == http.StatusSeeOther {
		return w.Code, w.Header().Get("Location")
	}
	return w.Code, html.UnescapeString(w.Body.String())
}

// shows asserts the status and the texts of a page; a text that begins with "NOT "
// must be absent.
func (f *fixture) shows(who, path string, status int, texts ...string) string {
	f.Helper()
	code, body := f.do(who, http.MethodGet, path, nil)
	f.says(path, code, body, status, texts...)
	return body
}

func (f *fixture) says(what string, code int, body string, status int, texts ...string) {
	f.Helper()
	if code != status {
		f.Errorf("%s: status %d, wanted %d: %s", what, code, status, body)
	}
	for _, text := range texts {
		not, absent := strings.CutPrefix(text, "NOT ")
		if absent && strings.Contains(body, not) {
			f.Errorf("%s says %q", what, not)
		}
		if !absent && !strings.Contains(body, text) {
			f.Errorf("%s does not say %q:\n%s", what, text, body)
		}
	}
}

// post sends a form, asserts that it is done, and returns the page that follows.
func (f *fixture) post(who, path string, form url.Values) string {
	f.Helper()
	code, to := f.do(who, http.MethodPost, path, form)
	if code != http.StatusSeeOther {
		f.Fatalf("POST %s: %d: %s", path, code, to)
	}
	return f.shows(who, to, http.StatusOK)
}

// token creates a token with scopes, not over the pages.
func (f *fixture) token(name string, scopes ...sso.ProvisioningScope) sso.ProvisioningToken {
	f.Helper()
	k, _, err := f.tokens.Create(f.Context(), "adm-olive", f.ent.ID, f.conn.ID, rules.NewToken{
		Name:   name,
		Scopes: scopes,
	})
	f.ok(err)
	return k
}
