package forwardauth_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/words"
	"gatehouse/sso"
	"gatehouse/sso/sessions"
	"gatehouse/sso/signing"
	"gatehouse/sso/tokens"
	"gatehouse/store"
	"gatehouse/store/storetest"
	"gatehouse/web/forwardauth"
	"gatehouse/web/route"
	"gatehouse/web/session"
	"gatehouse/web/ui"
)

const (
	base   = "https://sso.acme.test"
	wikiAt = "https://wiki.acme.test"
)

// buffer is a log that may be written to and read at once.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.text.Len() > 1<<20 { // the log of fuzzing is not read
		b.text.Reset()
	}
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// faulty is the store as a node reaches it: it can be cut off, and counts what it
// is asked about sessions.
type faulty struct {
	*store.DB
	down  atomic.Bool
	asked atomic.Int64
}

func (f *faulty) cut() error {
	if f.down.Load() {
		return &sso.Error{
			Kind:   sso.Unavailable,
			Code:   "temporarily_unavailable",
			Public: "Later.",
		}
	}
	return nil
}

func (f *faulty) Principal(ctx context.Context, token sso.Hash) (sso.Principal, error) {
	f.asked.Add(1)
	if err := f.cut(); err != nil {
		return sso.Principal{}, err
	}
	return f.DB.Principal(ctx, token)
}

func (f *faulty) TokenPrincipal(ctx context.Context, token sso.Hash) (sso.Principal, error) {
	f.asked.Add(1)
	if err := f.cut(); err != nil {
		return sso.Principal{}, err
	}
	return f.DB.TokenPrincipal(ctx, token)
}

func (f *faulty) ServicePrincipal(ctx context.Context, token sso.Hash) (sso.Principal, error) {
	f.asked.Add(1)
	if err := f.cut(); err != nil {
		return sso.Principal{}, err
	}
	return f.DB.ServicePrincipal(ctx, token)
}

func (f *faulty) LastRevocation(ctx context.Context) (int64, error) {
	if err := f.cut(); err != nil {
		return 0, err
	}
	return f.DB.LastRevocation(ctx)
}

func (f *faulty) ApplicationRevision(ctx context.Context) (int64, error) {
	if err := f.cut(); err != nil {
		return 0, err
	}
	return f.DB.ApplicationRevision(ctx)
}

func (f *faulty) SigningKeys(ctx context.Context) ([]sso.SigningKey, error) {
	if err := f.cut(); err != nil {
		return nil, err
	}
	return f.DB.SigningKeys(ctx)
}

// world is a gateway with an enterprise, people in groups, and a wiki.
type world struct {
	testing.TB
	clock    *storetest.Clock
	dsn      string
	db       *faulty
	live     *sessions.Cache
	manager  *session.Manager
	keys     *signing.Keys
	forward  *forwardauth.ForwardAuth
	router   *route.Router
	handler  http.Handler
	log      *buffer
	outcomes sync.Map // contract and outcome to *atomic.Int64
	ent      sso.Enterprise
	orgs     map[string]sso.Organization
	groups   map[string]sso.Group
	conn     sso.Connection
	wiki     sso.Application
	// authn is how users authenticate who sign in from now on; nil: an hour before, with
	// a second factor.
	authn *sso.Authn
}

type setting func(*forwardauth.Options)

func newWorld(t testing.TB, settings ...setting) *world {
	t.Helper()
	return newWorldAt(t, base, "acme.test", settings...)
}

// newWorldAt is for where people reach the gateway, and where its cookie goes.
func newWorldAt(t testing.TB, base, domain string, settings ...setting) *world {
	t.Helper()
	w := &world{
		TB:     t,
		clock:  storetest.NewClock(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)),
		log:    &buffer{},
		orgs:   map[string]sso.Organization{},
		groups: map[string]sso.Group{},
	}
	w.dsn = storetest.SQLite(t)
	w.db = &faulty{
		DB: storetest.Open(
			t, w.dsn, store.Keyring{Current: store.NewKey()}, w.clock.Now,
		),
	}
	log := slog.New(slog.NewJSONHandler(w.log, nil))
	w.live = sessions.New(sessions.Options{
		Store: w.db,
		Log:   log,
		Now:   w.clock.Now,
	})
	var err error
	w.manager, err = session.New(session.Options{
		BaseURL:      base,
		Keys:         []sso.Secret{store.NewKey()},
		CookieName:   "gatehouse",
		CookieDomain: domain,
		Resolver:     w.live,
	})
	w.ok(err)
	pages, err := ui.New(ui.Options{Languages: byBrowser{}})
	w.ok(err)
	w.keys = signing.New(signing.Options{
		Store: w.db,
		Log:   log,
		Now:   w.clock.Now,
	})
	o := forwardauth.Options{
		Applications:   w.db,
		Sessions:       w.manager,
		Tokens:         tokens.New(w.db, w.live, w.clock.Now),
		Keys:           w.keys,
		Pages:          pages,
		BaseURL:        base,
		CookieDomain:   domain,
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")},
		Log:            log,
		Now:            w.clock.Now,
		Observe:        w.observe,
	}
	for _, s := range settings {
		s(&o)
	}
	w.forward, err = forwardauth.New(o)
	w.ok(err)
	w.router, err = route.New(route.Options{
		BaseURL: base,
		Log:     log,
		Now:     w.clock.Now,
	})
	w.ok(err)
	w.forward.Register(w.router)
	w.handler = w.manager.Renew(w.router)
	w.fill()
	return w
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) observe(contract, outcome string) {
	n, _ := w.outcomes.LoadOrStore(contract+" "+outcome, new(atomic.Int64))
	n.(*atomic.Int64).Add(1)
}

func (w *world) counted(what string) int64 {
	if n, ok := w.outcomes.Load(what); ok {
		return n.(*atomic.Int64).Load()
	}
	return 0
}

const by = sso.ActorOperator

func (w *world) fill() {
	w.Helper()
	ctx := w.Context()
	w.ent = w.enterprise("acme")
	for _, org := range []string{"web", "app"} {
		o, err := w.db.CreateOrganization(ctx, by, sso.Organization{
			Enterprise: w.ent.ID,
			Key:        org,
			Name:       org,
		})
		w.ok(err)
		w.orgs[org] = o
	}
	for _, ref := range []string{
		"web/dev", "web/ops", "app/dev", "app/Vertrieb, Süd",
	} {
		w.group(ref)
	}
	w.conn = w.connection(w.ent)
	w.wiki = w.application("wiki", nil)
}

func (w *world) enterprise(key string) sso.Enterprise {
	w.Helper()
	e, err := w.db.CreateEnterprise(w.Context(), by, sso.Enterprise{
		Key:  key,
		Name: "Company " + key,
	})
	w.ok(err)
	return e
}

func (w *world) connection(e sso.Enterprise) sso.Connection {
	w.Helper()
	c, err := w.db.CreateConnection(w.Context(), by, sso.Connection{
		Enterprise: e.ID,
		Name:       "Directory",
		Protocol:   sso.OIDC,
		State:      sso.ConnectionEnabled,
		Live: &sso.Config{
			Version: 1,
			OIDC:    &sso.OIDCConfig{Issuer: "https://idp.test"},
		},
	})
	w.ok(err)
	return c
}

func (w *world) group(ref string) sso.Group {
	w.Helper()
	org, name, _ := strings.Cut(ref, "/")
	g, err := w.db.CreateGroup(w.Context(), by, w.ent.ID, sso.Group{
		Organization: w.orgs[org].ID,
		Name:         name,
	})
	w.ok(err)
	w.groups[ref] = g
	return g
}

func (w *world) application(key string, change func(*sso.Application)) sso.Application {
	w.Helper()
	a := sso.Application{
		Key:     key,
		Name:    "The " + key,
		Kind:    sso.ForwardAuth,
		Origins: []string{"https://" + key + ".acme.test"},
	}
	if change != nil {
		change(&a)
	}
	if problems := a.Validate(); problems != nil {
		w.Fatal(problems)
	}
	made, err := w.db.CreateApplication(w.Context(), by, a)
	w.ok(err)
	w.clock.Move(time.Second) // for the registry to look
	return made
}

// person is a user with a session.
type person struct {
	user    sso.User
	session sso.SessionID
	cookie  string
}

// enter signs a user in, who has only these groups.
func (w *world) enter(login string, groups ...string) person {
	w.Helper()
	return w.enterAt(w.ent, w.conn, login, login, groups...)
}

func (w *world) enterAt(e sso.Enterprise, c sso.Connection, login, name string, groups ...string) person {
	w.Helper()
	return w.enterWith(e, sso.Identity{
		Connection: c.ID,
		Subject:    login,
		Login:      login,
		Email:      login + "@acme.test",
		Name:       name,
	}, groups...)
}

// enterWith is enterAt with all that the identity provider said.
func (w *world) enterWith(e sso.Enterprise, identity sso.Identity, groups ...string) person {
	w.Helper()
	now := w.clock.Now()
	attempt, token := sso.NewID[sso.AttemptID](now), sso.NewSecret()
	s := sso.SignIn{
		Identity:   identity,
		Attributes: definedOf(identity.Attributes),
		Replay: sso.ReplayMark{
			Connection: identity.Connection,
			ResponseID: string(attempt),
			Until:      now.Add(time.Minute),
		},
		Attempt: sso.Attempt{
			ID:         attempt,
			Enterprise: e.ID,
			Connection: identity.Connection,
			Outcome:    sso.OutcomeSucceeded,
			At:         now,
		},
		Session: sso.Session{
			ID:          sso.NewID[sso.SessionID](now),
			Token:       token.Hash(),
			Enterprise:  e.ID,
			Connection:  identity.Connection,
			Attempt:     attempt,
			Subject:     identity.Subject,
			Authn:       w.authnAt(now),
			CreatedAt:   now,
			LastSeenAt:  now,
			IdleTimeout: time.Hour,
			ExpiresAt:   now.Add(8 * time.Hour),
		},
	}
	u, _, err := w.db.RecordLogin(w.Context(), s, func(sso.SignInFacts) (sso.Verdict, error) {
		var v sso.Verdict
		for _, ref := range groups {
			v.Memberships.Add = append(v.Memberships.Add, sso.Membership{
				Group:  w.groups[ref].ID,
				Source: sso.SourceJIT,
			})
		}
		return v, nil
	})
	w.ok(err)
	rec := httptest.NewRecorder()
	w.ok(w.manager.Start(
		rec, httptest.NewRequest(http.MethodGet, "/", nil), token,
	))
	cookie := rec.Result().Cookies()[0]
	return person{
		user:    u,
		session: s.Session.ID,
		cookie:  cookie.Name + "=" + cookie.Value,
	}
}

func (w *world) authnAt(now time.Time) sso.Authn {
	if w.authn != nil {
		return *w.authn
	}
	return sso.Authn{
		AuthnAt: now.Add(-time.Hour),
		Acr:     "urn:example:mfa",
		Amr:     []string{"pwd", "otp"},
	}
}

// byBrowser shows pages in the language that the browser prefers.
type byBrowser struct{}

func (byBrowser) Of(r *http.Request, _ sso.Brand) *words.Language {
	return words.Choose(words.Preference{Accept: r.Header.Get("Accept-Language")})
}

func (byBrowser) Here(*http.Request) string { return "" }

// ask is what a proxy asks on behalf of a browser; header is name, value, name…
func (w *world) ask(path string, p person, header ...string) *httptest.ResponseRecorder {
	w.Helper()
	return w.send(request(http.MethodGet, path, p, header...))
}

func (w *world) send(r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return rec
}

func request(method, path string, p person, header ...string) *http.Request {
	r := httptest.NewRequest(method, path, nil)
	r.RemoteAddr, r.Host = "10.1.2.3:5000", "gatehouse:8080"
	if p.cookie != "" {
		r.Header.Set("Cookie", p.cookie)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

// nginx and forward ask for an address as those proxies do.
func (w *world) nginx(app, address string, p person, header ...string) *httptest.ResponseRecorder {
	w.Helper()
	return w.ask(
		"/auth/nginx/"+app,
		p,
		append(header, "X-Original-URL", address, "X-Original-Method", "GET")...,
	)
}

func (w *world) forwarded(app, address string, p person, header ...string) *httptest.ResponseRecorder {
	w.Helper()
	scheme, rest, _ := strings.Cut(address, "://")
	host, uri, _ := strings.Cut(rest, "/")
	return w.ask(
		"/auth/forward/"+app,
		p,
		append(
			[]string{
				"X-Forwarded-Method", "GET", "X-Forwarded-Proto", scheme,
				"X-Forwarded-Host", host, "X-Forwarded-Uri", "/" + uri,
			},
			header...,
		)...,
	)
}

// asPage makes a request one for a page.
func asPage() []string {
	return []string{
		"Accept",
		"text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
		"Sec-Fetch-Mode",
		"navigate",
	}
}
