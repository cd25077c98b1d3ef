package login_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/sessions"
	"gatehouse/sso/signing"
	"gatehouse/sso/tokens"
	"gatehouse/store"
	"gatehouse/web/forwardauth"
	"gatehouse/web/route"
	"gatehouse/web/session"
	"gatehouse/web/ui"
)

// gate is what an application asks about each request, through its proxy: forward-auth
// with the cache of a node.
type gate struct {
	*world
	manager *session.Manager
	tokens  *tokens.Service
	handler http.Handler
	app     sso.Application
}

// told is what an application is told about a request.
type told struct{ id, login, sub string }

const wikiAt = "https://wiki.sso.example"

func newGate(w *world) *gate {
	w.Helper()
	g := &gate{world: w}
	log := slog.New(slog.DiscardHandler)
	live := sessions.New(sessions.Options{
		Store: w.db,
		Log:   log,
		Now:   w.clock.Now,
	})
	ctx, stop := context.WithCancel(context.WithoutCancel(w.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		live.Run(ctx)
	}()
	w.Cleanup(func() {
		stop()
		<-done
	})
	w.db.OnRevocation(live.Revoked)
	var err error
	g.manager, err = session.New(session.Options{
		BaseURL:      base,
		Keys:         []sso.Secret{store.NewKey()},
		CookieName:   "gatehouse",
		CookieDomain: "sso.example",
		Resolver:     live,
	})
	w.ok(err)
	g.tokens = tokens.New(w.db, live, w.clock.Now)
	pages, err := ui.New(ui.Options{})
	w.ok(err)
	forward, err := forwardauth.New(forwardauth.Options{
		Applications: w.db,
		Sessions:     g.manager,
		Tokens:       g.tokens,
		Keys: signing.New(signing.Options{
			Store: w.db,
			Log:   log,
			Now:   w.clock.Now,
		}),
		Pages:          pages,
		BaseURL:        base,
		CookieDomain:   "sso.example",
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")},
		Log:            log,
		Now:            w.clock.Now,
		Observe:        func(string, string) {},
	})
	w.ok(err)
	router, err := route.New(route.Options{
		BaseURL: base,
		Log:     log,
		Now:     w.clock.Now,
	})
	w.ok(err)
	forward.Register(router)
	g.handler = g.manager.Renew(router)
	g.app, err = w.db.CreateApplication(w.Context(), by, sso.Application{
		Key:      "wiki",
		Name:     "Wiki",
		Kind:     sso.ForwardAuth,
		Origins:  []string{wikiAt},
		Programs: true,
	})
	w.ok(err)
	w.clock.Move(time.Second) // for the registry to look
	return g
}

// cookie returns the cookie of a session.
func (g *gate) cookie(token sso.Secret) string {
	g.Helper()
	rec := httptest.NewRecorder()
	g.ok(g.manager.Start(rec, httptest.NewRequest(http.MethodGet, "/", nil), token))
	c := rec.Result().Cookies()[0]
	return c.Name + "=" + c.Value
}

// ask returns what the application is told about a request with one header, and whether
// it may pass.
func (g *gate) ask(header, value string) (told, bool) {
	g.Helper()
	r := httptest.NewRequest(http.MethodGet, "/auth/forward/wiki", nil)
	r.RemoteAddr, r.Host = "10.1.2.3:5000", "gatehouse:8080"
	for name, value := range map[string]string{
		"X-Forwarded-Method": "GET",
		"X-Forwarded-Proto":  "https",
		"X-Forwarded-Host":   strings.TrimPrefix(wikiAt, "https://"),
		"X-Forwarded-Uri":    "/",
		header:               value,
	} {
		r.Header.Set(name, value)
	}
	rec := httptest.NewRecorder()
	g.handler.ServeHTTP(rec, r)
	switch h := rec.Header(); rec.Code {
	case http.StatusOK:
		login, err := url.PathUnescape(h.Get("X-Auth-Request-User"))
		g.ok(err)
		if again, _ := url.PathUnescape(h.Get("Remote-User")); again != login {
			g.Errorf("one request is of %q and of %q", login, again)
		}
		return told{
			id:    h.Get("X-Auth-Request-Id"),
			login: login,
			sub:   g.subject(h.Get("X-Auth-Request-Jwt")),
		}, true
	case http.StatusUnauthorized:
		return told{}, false
	default:
		g.Fatalf("forward-auth answers %d: %s", rec.Code, rec.Body)
		return told{}, false
	}
}

// subject returns the sub of an assertion.
func (g *gate) subject(assertion string) string {
	g.Helper()
	parts := strings.Split(assertion, ".")
	if len(parts) != 3 {
		g.Fatalf("the assertion is %q", assertion)
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	g.ok(err)
	var claims struct {
		Subject string `json:"sub"`
	}
	g.ok(json.Unmarshal(payload, &claims))
	return claims.Subject
}

// personalToken creates a token of a user for the application.
func (g *gate) personalToken(c *company, user sso.UserID) (sso.Secret, error) {
	_, secret, err := g.tokens.Create(g.Context(), sso.Actor(user), c.ID, user, tokens.Request{
		Name:         "Report",
		Applications: []sso.ApplicationID{g.app.ID},
		ExpiresAt:    g.clock.Now().Add(300 * 24 * time.Hour),
	})
	return secret, err
}
