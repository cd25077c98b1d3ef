package signin

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/launch"
	"gatehouse/sso/login"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// remote stands for login.Service and the identity provider behind it: what it
// is told to answer, and what it was asked.
type remote struct {
	companies map[string]login.Found
	redirect  sso.Redirect
	result    login.Result
	logout    *sso.Redirect
	err       error

	astray    login.Result // of what was sent to a wrong address
	astrayErr error

	started   []login.Start
	strays    []login.Delivery
	large     []sso.Callback
	callbacks []sso.Callback
	slo       []string // the raw query of each
	tokens    []string
	ended     int
}

func (f *remote) Begin(_ context.Context, s login.Start) (sso.Redirect, error) {
	f.started = append(f.started, s)
	return f.redirect, f.err
}

func (f *remote) Complete(_ context.Context, _ sso.ConnectionID, cb sso.Callback) (login.Result, error) {
	f.callbacks = append(f.callbacks, cb)
	return f.result, f.err
}

func (f *remote) Astray(_ context.Context, d login.Delivery, cb sso.Callback) (login.Result, error) {
	f.strays, f.callbacks = append(f.strays, d), append(f.callbacks, cb)
	return f.astray, f.astrayErr
}

func (f *remote) TooLarge(_ context.Context, _ sso.ConnectionID, _ int64, cb sso.Callback) (login.Result, error) {
	f.large = append(f.large, cb)
	return f.astray, f.astrayErr
}

func (f *remote) Discover(_ context.Context, text string) (login.Found, error) {
	if found, ok := f.companies[text]; ok {
		return found, nil
	}
	return login.Found{}, sso.NotFound(
		"unknown_company", "We do not know this company.",
	)
}

func (f *remote) Logout(context.Context, sso.Principal) (*sso.Redirect, error) {
	f.ended++
	return f.logout, f.err
}

func (f *remote) SingleLogout(_ context.Context, _ sso.ConnectionID, _ url.Values, raw string) (*sso.Redirect, error) {
	f.slo = append(f.slo, raw)
	return f.logout, f.err
}

func (f *remote) BackchannelLogout(_ context.Context, _ sso.ConnectionID, token string) error {
	f.tokens = append(f.tokens, token)
	return f.err
}

// browser stands for the cookies of one browser.
type browser struct {
	brought   []sso.Secret
	principal *sso.Principal
	err       error
	started   []sso.Secret
	ended     int
	held      bool // the browser did not send its cookies along
}

func (b *browser) Start(w http.ResponseWriter, _ *http.Request, token sso.Secret) error {
	b.started = append(b.started, token)
	http.SetCookie(w, &http.Cookie{Name: "session", Value: "x"})
	return nil
}

func (b *browser) Principal(*http.Request) (sso.Principal, error) {
	switch {
	case b.err != nil:
		return sso.Principal{}, b.err
	case b.principal != nil:
		return *b.principal, nil
	}
	return sso.Principal{}, &sso.Error{
		Kind:   sso.Unauthenticated,
		Code:   "session_ended",
		Public: "Sign in.",
	}
}

func (b *browser) End(http.ResponseWriter, *http.Request) {
	b.ended++
	b.principal = nil
}

func (b *browser) Browser(w http.ResponseWriter, _ *http.Request) sso.Secret {
	http.SetCookie(w, &http.Cookie{Name: "pending", Value: "x"})
	return "browser"
}

func (b *browser) Tokens(*http.Request) []sso.Secret { return b.brought }

func (b *browser) BrowserOf(*http.Request) sso.Secret {
	if b.held {
		return ""
	}
	return "browser"
}

type fixture struct {
	*route.Router
	*remote
	*browser
	codes       *codes
	apps        *registered
	acme, other sso.Enterprise
	okta, entra sso.Connection
}

func newFixture(t testing.TB) *fixture { return newFixtureAt(t, "https://sso.example") }

func newFixtureAt(t testing.TB, base string) *fixture {
	return newFixtureWith(t, base, func(*Options) {})
}

func newFixtureWith(t testing.TB, base string, change func(*Options)) *fixture {
	t.Helper()
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	f := &fixture{
		remote: &remote{
			companies: map[string]login.Found{},
			redirect:  sso.Redirect{URL: "https://idp.example/sso?SAMLRequest=x"},
		},
		browser: &browser{},
		codes:   &codes{},
		apps:    &registered{},
	}
	f.acme = sso.Enterprise{
		ID:   sso.NewID[sso.EnterpriseID](now),
		Key:  "acme",
		Name: "Acme Corporation",
	}
	f.other = sso.Enterprise{
		ID:   sso.NewID[sso.EnterpriseID](now),
		Key:  "other",
		Name: "Other Ltd",
	}
	f.okta = sso.Connection{
		ID:         sso.NewID[sso.ConnectionID](now),
		Enterprise: f.acme.ID,
		Name:       "Employees",
		Protocol:   sso.SAML,
		Provider:   sso.Okta,
	}
	f.entra = sso.Connection{
		ID:         sso.NewID[sso.ConnectionID](now),
		Enterprise: f.acme.ID,
		Name:       "Contractors",
		Protocol:   sso.OIDC,
		Provider:   sso.Entra,
	}
	f.companies["acme"] = login.Found{
		Enterprise:  f.acme,
		Connections: []sso.Connection{f.okta},
	}
	f.companies["ada@acme.example"] = f.companies["acme"]
	f.companies["other"] = login.Found{
		Enterprise:  f.other,
		Connections: []sso.Connection{f.okta},
	}
	f.companies["two"] = login.Found{
		Enterprise:  f.acme,
		Connections: []sso.Connection{f.okta, f.entra},
	}
	f.result = login.Result{
		Outcome:    login.SignedIn,
		Token:      "token",
		Session:    sso.Session{Connection: f.okta.ID},
		Enterprise: f.acme,
		ReturnTo:   "/",
	}
	pages, err := ui.New(ui.Options{Languages: Languages{Secure: strings.HasPrefix(base, "https:")}}, Templates())
	if err != nil {
		t.Fatal(err)
	}
	f.Router, err = route.New(route.Options{
		BaseURL:       base,
		Now:           time.Now,
		Log:           slog.New(slog.NewTextHandler(io.Discard, nil)),
		RenderFailure: FailurePage(pages),
	})
	if err != nil {
		t.Fatal(err)
	}
	ways, err := launch.New(launch.Options{
		Applications: f.apps,
		Enterprises:  f.apps,
		BaseURL:      base,
		CookieDomain: "example.com",
		Log:          slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		BaseURL:  base,
		Login:    f.remote,
		Launch:   ways,
		Codes:    f.codes,
		Now:      func() time.Time { return now },
		Sessions: f.browser,
		Pages:    pages,
		Secure:   strings.HasPrefix(base, "https:"),
		Metadata: func(_ context.Context, id sso.ConnectionID) ([]byte, error) {
			if id != f.okta.ID {
				return nil, sso.NothingHere()
			}
			return []byte("<EntityDescriptor/>"), nil
		},
		Need: func(_ context.Context, returnTo string) (sso.AuthnNeed, error) {
			var need sso.AuthnNeed
			if strings.HasPrefix(returnTo, "/login/continue/payroll?") {
				need.Acr = "phr"
			}
			return need, nil
		},
		Enterprise: func(_ context.Context, id sso.ConnectionID) (sso.Enterprise, error) {
			if id != f.okta.ID {
				return sso.Enterprise{}, sso.NothingHere()
			}
			return f.acme, nil
		},
	}
	change(&o)
	New(o).Register(f.Router)
	f.Static("/static/", pages.Static())
	return f
}

func (f *fixture) get(target string, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", target, nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	return f.do(r)
}

func (f *fixture) post(target string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return f.do(r)
}

func (f *fixture) with(method, target, form string, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(form))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	return f.do(r)
}

func (f *fixture) do(r *http.Request) *httptest.ResponseRecorder {
	r.Host = "sso.example"
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w
}

func (f *fixture) signedIn(ent sso.Enterprise) {
	f.principal = &sso.Principal{
		Enterprise: ent,
		User:       sso.User{Name: "Ada", Login: "ada@acme.example"},
	}
}

func location(w *httptest.ResponseRecorder) string { return w.Header().Get("Location") }
