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
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/groupsync/entra"
	"gatehouse/internal/mail"
	"gatehouse/internal/outbound"
	"gatehouse/oidc"
	"gatehouse/saml"
	"gatehouse/sso"
	"gatehouse/sso/evaluate"
	"gatehouse/sso/login"
	"gatehouse/sso/signing"
	"gatehouse/sso/trial"
	"gatehouse/store"
	"gatehouse/web/forwardauth"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// world is a demo with all services but without the gateway's pages: sign-ins call
// the login service.
type world struct {
	t       *testing.T
	db      *store.DB
	demo    *Demo
	login   *login.Service
	base    string
	browser sso.Secret
	who     *sso.Principal // nil: not signed in
}

func newWorld(t *testing.T, dsn string, keys store.Keyring) *world {
	t.Helper()
	srv := httptest.NewUnstartedServer(nil)
	w := &world{
		t:       t,
		base:    "http://" + srv.Listener.Addr().String(),
		browser: sso.NewSecret(),
	}
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
	w.demo, err = New(t.Context(), Options{
		BaseURL:   w.base,
		Outside:   outside,
		Store:     w.db,
		SAML:      sp,
		OIDC:      rp,
		Principal: w.principal,
		Cookie:    "session",
		Admit: func(rw http.ResponseWriter, token sso.Secret) error {
			rw.Header().Set("X-Admitted", token.Reveal())
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	graph, err := entra.New(entra.Options{
		HTTP:     client,
		LoginURL: outside.GraphURL(),
		GraphURL: outside.GraphURL(),
	})
	if err != nil {
		t.Fatal(err)
	}
	post, err := mail.NewSMTP(mail.Config{
		Addr: outside.MailAddr(),
		TLS:  mail.NoTLS,
		From: MailFrom,
	})
	if err != nil {
		t.Fatal(err)
	}
	evaluator := evaluate.New(evaluate.Options{
		SAML:        sp,
		OIDC:        rp,
		Enterprises: w.db,
		Graph:       graph,
	})
	w.login = login.New(login.Options{
		Evaluator: evaluator,
		Trials: trial.New(trial.Options{
			TestRuns:  w.db,
			Facts:     w.db,
			Evaluator: evaluator,
			SAML:      sp,
			OIDC:      rp,
			Log:       slog.New(slog.DiscardHandler),
			Now:       time.Now,
		}),
		Mail:        post,
		Site:        "localhost",
		Enterprises: w.db,
		SignIns:     w.db,
		Sessions:    w.db,
		SAML:        sp,
		OIDC:        rp,
		Refresh: func(_ context.Context, c sso.Connection) (sso.Connection, bool, error) {
			return c, false, nil
		},
		Log:         slog.New(slog.DiscardHandler),
		Now:         time.Now,
		IdleTimeout: time.Hour,
		MaxAge:      time.Hour,
		SignedOut:   w.base + "/",
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

// gateway returns the handlers of a gateway that the demo needs: forward-auth and the
// demo's pages.
func (w *world) gateway() http.Handler {
	w.t.Helper()
	log := slog.New(slog.DiscardHandler)
	pages, err := ui.New(ui.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	router, err := route.New(route.Options{
		BaseURL: w.base,
		Log:     log,
		Now:     time.Now,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	forward, err := forwardauth.New(forwardauth.Options{
		Applications: w.db,
		Sessions:     w,
		Pages:        pages,
		BaseURL:      w.base,
		Log:          log,
		Now:          time.Now,
		Keys: signing.New(signing.Options{
			Store: w.db,
			Log:   log,
			Now:   time.Now,
		}),
	})
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

// Lost implements forwardauth.Sessions: no cookie is ever lost here.
func (w *world) Lost(*http.Request) error { return nil }

// Principal implements forwardauth.Sessions.
func (w *world) Principal(r *http.Request) (sso.Principal, error) { return w.principal(r) }

func (w *world) principal(*http.Request) (sso.Principal, error) {
	if w.who == nil {
		return sso.Principal{}, &sso.Error{
			Kind:   sso.Unauthenticated,
			Code:   "session_ended",
			Public: "Sign in.",
		}
	}
	return *w.who, nil
}

// signIn signs a person in at the company's identity provider and delivers the
// response.
func (w *world) signIn(c sso.Connection, key, person string) (login.Result, error) {
	w.t.Helper()
	ctx := w.t.Context()
	start := login.Start{Enterprise: c.Enterprise, Browser: w.browser}
	if w.who != nil {
		start.Replaces = w.who.Session.ID // agrees to replace the session
	}
	redirect, err := w.login.Begin(ctx, start)
	if err != nil {
		w.t.Fatal(err)
	}
	idp := w.demo.IDP(key)
	cb := sso.Callback{
		Browser:   w.browser,
		Remote:    "127.0.0.1",
		UserAgent: "test",
	}
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

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// as signs in, with the code of the newest letter if one is required, and stays signed
// in.
func (w *world) as(c sso.Connection, key, person string) sso.Principal {
	w.t.Helper()
	result, err := w.signIn(c, key, person)
	if err == nil && result.Proof != "" {
		code := sixDigits.FindString(w.demo.options.Outside.mail.Letters()[0].Text)
		result, err = w.login.Verify(w.t.Context(), login.Entry{
			Proof:   result.Proof,
			Browser: w.browser,
			Code:    code,
			Remote:  "127.0.0.1",
		})
	}
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

// says asserts that a page contains all of these texts.
func (w *world) says(path string, texts ...string) {
	w.t.Helper()
	_, body := w.get(path)
	for _, text := range texts {
		if !strings.Contains(body, text) {
			w.t.Errorf("%s lacks %q:\n%s", path, text, body)
		}
	}
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
	f, err := w.demo.loadFacts(w.t.Context())
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
	return "sqlite:" +
		filepath.Join(t.TempDir(), "demo.db"), store.Keyring{Current: store.NewKey()}
}
