package login_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/internal/outbound"
	"gatehouse/oidc"
	"gatehouse/saml"
	"gatehouse/sso"
	"gatehouse/sso/evaluate"
	"gatehouse/sso/login"
	"gatehouse/sso/trial"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

const (
	base = "https://sso.example"
	by   = sso.ActorOperator
)

func databases() map[string]func(testing.TB) string {
	return map[string]func(testing.TB) string{
		"SQLite":     storetest.SQLite,
		"PostgreSQL": storetest.Postgres,
	}
}

// each runs a test on every database.
func each(t *testing.T, test func(*world)) {
	t.Parallel()
	for name, fresh := range databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(newWorld(t, fresh(t)))
		})
	}
}

// alone is each for a test that needs the machine for itself: a database that
// takes too long to answer is no finding of it.
func alone(t *testing.T, test func(*world)) {
	for name, fresh := range databases() {
		t.Run(name, func(t *testing.T) { test(newWorld(t, fresh(t))) })
	}
}

// world is two companies, one on SAML and one on OpenID Connect, with the real
// store, protocols and identity providers behind the service.
type world struct {
	*testing.T
	clock        *storetest.Clock // of the gateway and of the identity providers
	db           *store.DB
	sp           *saml.ServiceProvider
	rp           *oidc.RelyingParty
	options      options
	login        *services
	mux          *http.ServeMux
	idpBase      string
	acme, globex *company
	browser      sso.Secret
	box          box

	mu       sync.Mutex
	observed []string // "saml:code"
	added    int      // memberships, as counted by Synced
	removed  int
	revoked  int                        // calls of Revoked
	sessions map[sso.Hash]sso.SessionID // the newest of each browser
	log      strings.Builder
}

// company is an enterprise with an identity provider and two organizations.
type company struct {
	sso.Enterprise
	conn   sso.Connection
	idp    *demoidp.IdP
	groups map[string]sso.Group // "web/dev"
}

// Keys are made once: nothing here depends on two providers having different
// ones, and each takes a while.
var (
	rsaKey = sync.OnceValues(func() (*rsa.PrivateKey, error) {
		return rsa.GenerateKey(rand.Reader, 2048)
	})
	ecKey = sync.OnceValues(func() (*ecdsa.PrivateKey, error) {
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	})
	ourKey = sync.OnceValues(func() (sso.KeyPair, error) {
		return saml.NewKeyPair("Gatehouse test", start())
	})
)

func start() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

func newWorld(t *testing.T, dsn string) *world {
	t.Helper()
	w := &world{
		T:        t,
		clock:    storetest.NewClock(start()),
		mux:      http.NewServeMux(),
		browser:  sso.NewSecret(),
		sessions: map[sso.Hash]sso.SessionID{},
	}
	w.db = storetest.Open(
		t, dsn, store.Keyring{Current: store.NewKey()}, w.clock.Now,
	)
	w.db.OnRevocation(func(context.Context) {
		w.locked(func() {
			w.revoked++
		})
	})
	srv := httptest.NewServer(w.mux)
	t.Cleanup(srv.Close)
	w.idpBase = srv.URL
	client := outbound.NewClient(outbound.Options{AllowPrivate: true})
	t.Cleanup(client.CloseIdleConnections)
	w.sp = saml.New(saml.Options{
		BaseURL: base,
		Now:     w.clock.Now,
		Client:  client,
	})
	w.rp = oidc.New(oidc.Options{
		BaseURL: base,
		Now:     w.clock.Now,
		Client:  client,
	})
	w.options = options{
		Options: login.Options{
			Enterprises: w.db,
			SignIns:     watched{w.db, w},
			Sessions:    w.db,
			Site:        "sso.example",
			Mail:        &w.box,
			SAML:        w.sp,
			OIDC:        w.rp,
			Refresh:     w.refresh,
			Observe: func(p sso.Protocol, code string) {
				w.locked(func() {
					w.observed = append(w.observed, string(p)+":"+code)
				})
			},
			Synced: func(added, removed int) {
				w.locked(func() {
					w.added += added
					w.removed += removed
				})
			},
			Log:         slog.New(slog.NewTextHandler(&w.log, nil)),
			Now:         w.clock.Now,
			IdleTimeout: time.Hour,
			MaxAge:      12 * time.Hour,
			SignedOut:   base + "/",
		},
		trial: trial.Options{TestRuns: w.db, Facts: w.db},
	}
	w.login = w.with(func(*options) {})
	w.acme, w.globex = w.company("acme", sso.SAML), w.company("globex", sso.OIDC)
	return w
}

// watched is the database that tells a world which session a browser has, so that
// begin can agree to its end, as a person does who signs in elsewhere.
type watched struct {
	*store.DB
	w *world
}

func (d watched) RecordLogin(ctx context.Context, s sso.SignIn, decide sso.Decide) (sso.User, sso.SyncRecord, error) {
	u, r, err := d.DB.RecordLogin(ctx, s, decide)
	if err == nil {
		d.w.locked(func() { d.w.sessions[s.Session.Browser] = s.Session.ID })
	}
	return u, r, err
}

func (w *world) locked(fn func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	fn()
}

// options are those of the services of a world.
type options struct {
	login.Options

	evaluate evaluate.Options // without what login.Options has, too
	trial    trial.Options    // likewise
}

// services evaluate sign-ins and trials together, as the gateway's do.
type services struct {
	*login.Service
	*trials
}

type trials = trial.Service

// with returns the services with some of their options changed.
func (w *world) with(change func(*options)) *services {
	o := w.options
	change(&o)
	o.evaluate.SAML = o.SAML
	o.evaluate.OIDC = o.OIDC
	o.evaluate.Enterprises = o.Enterprises
	o.evaluate.NoMail = o.Mail == nil
	o.evaluate.Now = o.Now
	o.Evaluator = evaluate.New(o.evaluate)
	o.trial.Evaluator = o.Evaluator
	o.trial.SAML = o.SAML
	o.trial.OIDC = o.OIDC
	o.trial.Log = o.Log
	o.trial.Now = o.Now
	o.Trials = trial.New(o.trial)
	return &services{login.New(o.Options), o.Trials}
}

// company makes an enterprise whose domain is proven.
func (w *world) company(key string, protocol sso.Protocol) *company {
	w.Helper()
	ctx := w.Context()
	c := &company{groups: map[string]sso.Group{}}
	var err error
	c.Enterprise, err = w.db.CreateEnterprise(ctx, by, sso.Enterprise{
		Key:  key,
		Name: strings.ToUpper(key),
	})
	w.ok(err)
	for org, groups := range map[string][]string{
		"web": {"dev", "sre"},
		"app": {"dev", "Dev", "ops"},
	} {
		o, err := w.db.CreateOrganization(ctx, by, sso.Organization{
			Enterprise: c.ID,
			Key:        org,
			Name:       org,
		})
		w.ok(err)
		for _, name := range groups {
			c.groups[org+"/"+name], err = w.db.CreateGroup(ctx, by, c.ID, sso.Group{
				Organization: o.ID,
				Name:         name,
			})
			w.ok(err)
		}
	}
	_, err = w.db.CreateDomain(ctx, by, sso.Domain{
		Enterprise: c.ID,
		Name:       key + ".example",
		TXTRecord:  "x",
		VerifiedAt: w.clock.Now(),
	})
	w.ok(err)
	c.idp = w.provider(key)
	c.conn = w.connect(c, "Directory", protocol)
	return c
}

// provider is an identity provider with three people.
func (w *world) provider(key string) *demoidp.IdP {
	w.Helper()
	rsa, err := rsaKey()
	w.ok(err)
	ec, err := ecKey()
	w.ok(err)
	idp, err := demoidp.New(demoidp.Options{
		BaseURL: w.idpBase + "/" + key,
		Now:     w.clock.Now,
		Keys:    demoidp.Keys{SAML: rsa, OIDC: ec},
	})
	w.ok(err)
	w.mux.Handle("/"+key+"/", idp.Handler())
	for _, name := range []string{"ada", "bob", "eve"} {
		idp.AddPerson(demoidp.Person{
			ID:        "id-" + name,
			Login:     name,
			Email:     name + "@" + key + ".example",
			GivenName: strings.ToUpper(name),
			Surname:   "X",
			Groups:    []string{"dev"},
		})
	}
	return idp
}

// connect makes a connection of the company to its identity provider, enabled.
func (w *world) connect(c *company, name string, protocol sso.Protocol) sso.Connection {
	w.Helper()
	cfg := sso.Config{
		Version:           1,
		Mapping:           demoidp.Mapping(protocol),
		Provisioning:      sso.ProvisionJIT,
		EmailVerification: sso.EmailVerification{Mode: "never"},
		GroupSync: sso.GroupSync{
			Mode:      sso.SyncReset,
			OnAbsent:  sso.KeepGroups,
			OnOverage: sso.KeepGroups,
		},
	}
	conn := sso.Connection{
		Enterprise: c.ID,
		Name:       name,
		Protocol:   protocol,
		Provider:   sso.Custom,
		State:      sso.ConnectionEnabled,
		Live:       &cfg,
	}
	clientID := key(c.Enterprise, name)
	secret := sso.NewSecret()
	if protocol == sso.OIDC {
		cfg.OIDC = &sso.OIDCConfig{
			Issuer:       c.idp.Issuer(),
			ClientID:     clientID,
			ClientSecret: secret,
			AuthMethod:   sso.ClientSecretBasic,
			Scopes:       []string{"openid", "profile", "email", "groups"},
		}
	} else {
		ours, err := ourKey()
		w.ok(err)
		doc, err := c.idp.Metadata()
		w.ok(err)
		metadata, err := saml.ParseMetadata(doc)
		w.ok(err)
		saml, err := metadata.Apply(sso.SAMLConfig{
			MetadataURL:  c.idp.MetadataURL(),
			SignRequests: true,
			IDPInitiated: sso.IDPInitiatedOff,
		})
		w.ok(err)
		cfg.SAML, conn.Keys = &saml, []sso.KeyPair{ours}
	}
	conn, err := w.db.CreateConnection(w.Context(), by, conn)
	w.ok(err)
	if protocol == sso.OIDC {
		c.idp.RegisterOIDC(demoidp.Client{
			ID:             clientID,
			Secret:         secret,
			RedirectURIs:   []string{w.rp.RedirectURI(conn.ID)},
			PostLogoutURIs: []string{base + "/"},
		})
		return conn
	}
	doc, err := w.sp.Metadata(conn, sso.Brand{})
	w.ok(err)
	sp, err := demoidp.SPFromMetadata(doc)
	w.ok(err)
	c.idp.RegisterSAML(sp)
	return conn
}

func key(e sso.Enterprise, name string) string { return e.Key + "-" + strings.ToLower(name) }

// edit changes a connection as an admin would.
func (w *world) edit(c *company, change func(conn *sso.Connection, cfg *sso.Config)) {
	w.Helper()
	var err error
	c.conn, err = w.db.UpdateConnection(
		w.Context(),
		by,
		c.ID,
		c.conn.ID,
		"connection.enabled",
		func(conn sso.Connection) (sso.Connection, error) {
			cfg := *conn.Live
			cfg.Version++
			if cfg.SAML != nil {
				saml := *cfg.SAML
				cfg.SAML = &saml
			}
			conn.Live = &cfg
			change(&conn, &cfg)
			return conn, nil
		},
	)
	w.ok(err)
}

func (w *world) idpInitiated(c *company, mode sso.IDPInitiated) {
	w.Helper()
	w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
		cfg.SAML.IDPInitiated = mode
	})
}

func (w *world) disable(c *company) {
	w.Helper()
	w.edit(c, func(conn *sso.Connection, _ *sso.Config) {
		conn.State = sso.ConnectionDisabled
	})
}

// refresh implements login.Options.Refresh without its rate limit.
func (w *world) refresh(ctx context.Context, c sso.Connection) (sso.Connection, bool, error) {
	metadata, err := w.sp.FetchMetadata(ctx, c.Live.SAML.MetadataURL)
	if err != nil {
		return c, false, err
	}
	next, err := w.db.UpdateConnection(
		ctx,
		sso.ActorSystem,
		c.Enterprise,
		c.ID,
		"connection.refreshed",
		func(old sso.Connection) (sso.Connection, error) {
			cfg := *old.Live
			saml, err := metadata.Apply(*cfg.SAML)
			cfg.SAML, old.Live = &saml, &cfg
			return old, err
		},
	)
	return next, err == nil, err
}
