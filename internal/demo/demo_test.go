package demo

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gatehouse/groupsync/entra"
	"gatehouse/internal/demoidp"
	"gatehouse/internal/outbound"
	"gatehouse/oidc"
	"gatehouse/saml"
	"gatehouse/sso"
	"gatehouse/sso/login"
	"gatehouse/sso/signing"
	"gatehouse/store"
	"gatehouse/web/forwardauth"
	gwpage "gatehouse/web/page"
	"gatehouse/web/route"
)

// world is a demo with everything behind it but the gateway's own pages:
// sign-ins are carried through by the login service itself.
type world struct {
	t       *testing.T
	db      *store.DB
	demo    *Demo
	login   *login.Service
	base    string
	browser sso.Secret
	who     *sso.Principal // nil: nobody
}

func newWorld(t *testing.T, dsn string, keys store.Keyring) *world {
	t.Helper()
	srv := httptest.NewUnstartedServer(nil)
	w := &world{t: t, base: "http://" + srv.Listener.Addr().String(), browser: sso.NewSecret()}
	var err error
	if w.db, err = store.Open(t.Context(), store.Options{DSN: dsn, Keys: keys}); err != nil {
		t.Fatal(err)
	}
	client := outbound.NewClient(outbound.Options{AllowPrivate: true})
	sp := saml.New(saml.Options{BaseURL: w.base, Client: client})
	rp := oidc.New(oidc.Options{BaseURL: w.base, Client: client})
	outside, err := OpenOutside(t.Context(), w.base, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.demo, err = New(t.Context(), Options{BaseURL: w.base, Outside: outside, Store: w.db, SAML: sp, OIDC: rp, Principal: w.principal, Cookie: "session"})
	if err != nil {
		t.Fatal(err)
	}
	graph, err := entra.New(entra.Options{HTTP: client, LoginURL: outside.GraphURL(), GraphURL: outside.GraphURL()})
	if err != nil {
		t.Fatal(err)
	}
	w.login = login.New(login.Options{Graph: graph,
		Directory: w.db, Recorder: w.db, Revoker: w.db, SAML: sp, OIDC: rp,
		Refresh: func(_ context.Context, c sso.Connection) (sso.Connection, bool, error) { return c, false, nil },
		Revoked: func(context.Context) {}, Log: slog.New(slog.DiscardHandler), Now: time.Now,
		IdleTimeout: time.Hour, MaxAge: time.Hour, SignedOut: w.base + "/",
	})
	srv.Config.Handler = w.gateway()
	srv.Start()
	t.Cleanup(func() {
		srv.Close()
		if err := errors.Join(w.demo.Close(), outside.Close(), w.db.Close()); err != nil {
			t.Error(err)
		}
	})
	return w
}

// gateway is what the demo needs of one: forward-auth, and a way to the demo.
func (w *world) gateway() http.Handler {
	w.t.Helper()
	log := slog.New(slog.DiscardHandler)
	pages, err := gwpage.New(gwpage.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	router, err := route.New(route.Options{BaseURL: w.base, Log: log, Now: time.Now})
	if err != nil {
		w.t.Fatal(err)
	}
	forward, err := forwardauth.New(forwardauth.Options{Applications: w.db, Sessions: w, Pages: pages, BaseURL: w.base, Log: log, Now: time.Now,
		Keys: signing.New(signing.Options{Store: w.db, Log: log, Now: time.Now})})
	if err != nil {
		w.t.Fatal(err)
	}
	forward.Register(router)
	mux := http.NewServeMux()
	w.demo.Mount(mux)
	router.API("/demo", mux, route.DefaultMaxBody)
	router.API("/demo/", mux, route.DefaultMaxBody)
	return router
}

// Principal implements forwardauth.Sessions.
func (w *world) Principal(r *http.Request) (sso.Principal, error) { return w.principal(r) }

func (w *world) principal(*http.Request) (sso.Principal, error) {
	if w.who == nil {
		return sso.Principal{}, &sso.Error{Kind: sso.Unauthenticated, Code: "session_ended", Public: "Sign in."}
	}
	return *w.who, nil
}

// signIn goes to the company's identity provider as somebody and back.
func (w *world) signIn(c sso.Connection, key, person string) (login.Result, error) {
	w.t.Helper()
	ctx := w.t.Context()
	redirect, err := w.login.Begin(ctx, login.Start{Enterprise: c.Enterprise, Browser: w.browser})
	if err != nil {
		w.t.Fatal(err)
	}
	idp, cb := w.demo.IDP(key), sso.Callback{Browser: w.browser, Remote: "127.0.0.1", UserAgent: "test"}
	if c.Protocol == sso.SAML {
		if cb.Form, _, err = idp.RespondSAML(person, redirect); err != nil {
			w.t.Fatal(err)
		}
	} else {
		back, err := idp.RespondOIDC(person, redirect)
		if err != nil {
			w.t.Fatal(err)
		}
		u, err := url.Parse(back)
		if err != nil {
			w.t.Fatal(err)
		}
		cb.Form = u.Query()
	}
	return w.login.Complete(ctx, c.ID, cb)
}

// as signs in and stays signed in.
func (w *world) as(c sso.Connection, key, person string) sso.Principal {
	w.t.Helper()
	result, err := w.signIn(c, key, person)
	if err != nil {
		w.t.Fatalf("sign in to %s as %s: %v", key, person, err)
	}
	p, err := w.db.Principal(w.t.Context(), result.Token.Hash())
	if err != nil {
		w.t.Fatal(err)
	}
	w.who = &p
	return p
}

func (w *world) get(path string) (int, string) {
	w.t.Helper()
	resp, err := http.Get(w.base + path)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.read(resp)
}

func (w *world) read(resp *http.Response) (int, string) {
	w.t.Helper()
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func (w *world) facts() facts {
	w.t.Helper()
	f, err := w.demo.happened(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}

func freshWorld(t *testing.T) *world {
	t.Helper()
	dsn, keys := file(t)
	return newWorld(t, dsn, keys)
}

func file(t *testing.T) (dsn string, keys store.Keyring) {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "demo.db"), store.Keyring{Current: store.NewKey()}
}

// TestChecklistTicksItself walks through the checklist and looks at it after
// every step.
func TestChecklistTicksItself(t *testing.T) {
	w := freshWorld(t)
	want := facts{}
	look := func(step string) {
		t.Helper()
		if got := w.facts(); got != want {
			t.Fatalf("after %s: %+v, want %+v", step, got, want)
		}
	}
	look("nothing")
	w.as(w.demo.acmeConnection, "acme", adaID)
	want.overSAML = true
	look("Ada signed in over SAML")
	w.as(w.demo.acmeConnection, "acme", adaID)
	look("Ada signed in again, with nothing changed")
	if err := w.demo.IDP("acme").SetGroups(adaID, []string{"developers", "sre"}); err != nil {
		t.Fatal(err)
	}
	w.as(w.demo.acmeConnection, "acme", adaID)
	want.changed = true
	look("Ada's groups changed")
	w.as(w.demo.globexConnection, "globex", "globex-0001")
	want.overOIDC = true
	look("Hedy signed in over OIDC")
	w.as(w.demo.globexConnection, "globex", katherineID)
	want.fetched = 232
	look("somebody in too many groups signed in")
	if _, body := w.get("/demo/whoami"); !strings.Contains(body, "its directory named 232.") || !strings.Contains(body, "<li>leads</li>") {
		t.Errorf("the page does not say how the groups were found:\n%s", body)
	}
	w.demo.IDP("acme").SetFaultOnce(demoidp.WrongAudience)
	if _, err := w.signIn(w.demo.acmeConnection, "acme", adaID); err == nil {
		t.Fatal("a wrong audience is accepted")
	}
	want.refused = true
	look("a fault")
	w.demo.IDP("acme").SetFaultOnce(demoidp.NoGroups)
	p := w.as(w.demo.acmeConnection, "acme", adaID)
	want.unknown = true
	look("no groups")
	if err := w.db.RevokeSession(t.Context(), sso.Actor(p.User.ID), p.Enterprise.ID, p.Session.ID); err != nil {
		t.Fatal(err)
	}
	want.revoked = true
	look("a session was revoked")
	if _, body := w.get("/demo"); !strings.Contains(body, "7 of 12 done") {
		t.Errorf("the page does not say that all is done:\n%s", body)
	}
}

// TestEveryFaultIsNoticed is the promise of the fault page: what it says
// Gatehouse does is what Gatehouse does.
func TestEveryFaultIsNoticed(t *testing.T) {
	w := freshWorld(t)
	w.as(w.demo.acmeConnection, "acme", adaID) // something to replay
	w.as(w.demo.globexConnection, "globex", "globex-0001")
	for _, info := range demoidp.Faults() {
		if info.SAML {
			t.Run("SAML "+string(info.Fault), func(t *testing.T) {
				w.demo.IDP("acme").SetFaultOnce(info.Fault)
				result, err := w.signIn(w.demo.acmeConnection, "acme", adaID)
				if info.Fault == demoidp.IDPInitiated {
					if err != nil || result.Restart == nil {
						t.Errorf("not started over: %v", err)
					}
					return
				}
				if got := sso.CodeOf(err); got != info.SAMLCode {
					t.Errorf("got %q (%v), want %q", got, err, info.SAMLCode)
				}
			})
		}
		if info.OIDC {
			t.Run("OIDC "+string(info.Fault), func(t *testing.T) {
				w.demo.IDP("globex").SetFaultOnce(info.Fault)
				_, err := w.signIn(w.demo.globexConnection, "globex", "globex-0001")
				if got := sso.CodeOf(err); got != info.OIDCCode {
					t.Errorf("got %q (%v), want %q", got, err, info.OIDCCode)
				}
			})
		}
	}
}

func TestWhoami(t *testing.T) {
	w := freshWorld(t)
	if status, body := w.get("/demo/whoami"); status != http.StatusUnauthorized || !strings.Contains(body, "Nobody is signed in") {
		t.Errorf("status %d:\n%s", status, body)
	}
	w.as(w.demo.acmeConnection, "acme", adaID)
	if err := w.demo.IDP("acme").SetGroups(adaID, []string{"developers", "Sre", "analysts"}); err != nil {
		t.Fatal(err)
	}
	w.as(w.demo.acmeConnection, "acme", adaID)
	status, body := w.get("/demo/whoami")
	if status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	for _, want := range []string{
		"You are Ada Lovelace", "Acme Directory, over SAML 2.0", "The identity provider named 3 groups.",
		`data-kind="added" aria-labelledby="added"><h3 id="added">Added</h3><ul class="names"><li>Data / analysts</li></ul>`,
		"<li>Data / admins</li><li>Mobile / release-managers</li><li>Platform / admins</li><li>Platform / release-managers</li>",
		"<li>Data / developers</li><li>Mobile / developers</li><li>Platform / developers</li>",
		"In no organization</h3><ul class=\"names\"><li>Sre</li></ul>",
		"/demo/idp/acme/people/" + adaID,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("lacks %q:\n%s", want, body)
		}
	}
	w.as(w.demo.acmeConnection, "acme", "acme-0006")
	if _, body := w.get("/demo/whoami"); strings.Count(body, "<p>Developers is nearly developers: letter case counts.</p>") != 1 {
		t.Errorf("Alan is not told what his groups nearly are:\n%s", body)
	}
	w.as(w.demo.acmeConnection, "acme", "acme-0003")
	if _, body := w.get("/demo/whoami"); !strings.Contains(body, "You are in no group") {
		t.Errorf("Linus is in a group:\n%s", body)
	}
}

// TestKeptDatabase is a demo that is started again on its data, at another
// address and with new keys at the identity providers.
func TestKeptDatabase(t *testing.T) {
	dsn, keys := file(t)
	w := newWorld(t, dsn, keys)
	first := w.as(w.demo.acmeConnection, "acme", adaID)
	again := newWorld(t, dsn, keys)
	if again.base == w.base {
		t.Fatal("the same address twice")
	}
	second := again.as(again.demo.acmeConnection, "acme", adaID)
	if first.User.ID != second.User.ID {
		t.Error("Ada became another user")
	}
	again.as(again.demo.globexConnection, "globex", "globex-0002")
	list, _, err := again.db.Enterprises(t.Context(), sso.Page{})
	if err != nil || len(list) != 3 {
		t.Errorf("%d enterprises: %v", len(list), err)
	}
}

func TestSeed(t *testing.T) {
	w := freshWorld(t)
	ctx := t.Context()
	if mark, err := w.db.Meta(ctx, MetaKey); err != nil || mark != "1" {
		t.Errorf("mark = %q, %v", mark, err)
	}
	for domain, key := range map[string]string{"acme.example": "acme", "globex.example": "globex"} {
		if ent, err := w.db.EnterpriseByDomain(ctx, domain); err != nil || ent.Key != key {
			t.Errorf("%s belongs to %q, %v", domain, ent.Key, err)
		}
	}
	if c, err := w.db.Connections(ctx, w.demo.initech.ID); err != nil || len(c) != 0 {
		t.Errorf("Initech has %d connections, %v", len(c), err)
	}
	p := w.as(w.demo.acmeConnection, "acme", adaID)
	memberships, err := w.db.UserMemberships(ctx, p.Enterprise.ID, p.User.ID)
	if err != nil {
		t.Fatal(err)
	}
	in := map[string]int{}
	for _, m := range memberships {
		in[m.Group.Name]++
	}
	if in["developers"] != 3 || in["admins"] != 2 || in["release-managers"] != 2 || in[sso.DefaultGroupName] != 3 {
		t.Errorf("Ada is in %v", in)
	}
}

func TestSummary(t *testing.T) {
	w := freshWorld(t)
	text := w.demo.Summary()
	for _, want := range []string{w.base + "/demo\n", "enterprise_key=acme", "enterprise_key=globex", "Ada Lovelace", "Linus Pauling", "no groups"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
}

func TestPagesSayWhenTheStoreIsAway(t *testing.T) {
	w := freshWorld(t)
	w.demo.options.Principal = func(*http.Request) (sso.Principal, error) {
		return sso.Principal{}, &sso.Error{Kind: sso.Unavailable, Code: "temporarily_unavailable", Public: "Try again in a moment.", Err: errors.New("secret detail")}
	}
	for _, path := range []string{"/demo", "/demo/whoami"} {
		status, body := w.get(path)
		if status != http.StatusServiceUnavailable || !strings.Contains(body, "Try again in a moment.") || strings.Contains(body, "secret") {
			t.Errorf("%s: status %d:\n%s", path, status, body)
		}
	}
}
