package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"gatehouse/config"
	"gatehouse/groupsync/entra"
	"gatehouse/groupsync/okta"
	"gatehouse/internal/mail"
	"gatehouse/internal/outbound"
	"gatehouse/oidc"
	"gatehouse/saml"
	"gatehouse/sso"
	"gatehouse/sso/access"
	"gatehouse/sso/branding"
	"gatehouse/sso/connections"
	"gatehouse/sso/directory"
	"gatehouse/sso/drift"
	"gatehouse/sso/evaluate"
	"gatehouse/sso/health"
	"gatehouse/sso/idempotency"
	"gatehouse/sso/launch"
	"gatehouse/sso/login"
	"gatehouse/sso/provisioning"
	"gatehouse/sso/sessions"
	"gatehouse/sso/signing"
	"gatehouse/sso/tokens"
	"gatehouse/sso/trial"
	"gatehouse/store"
	"gatehouse/web"
	"gatehouse/web/account"
	"gatehouse/web/api"
	"gatehouse/web/console"
	"gatehouse/web/forwardauth"
	"gatehouse/web/ops"
	"gatehouse/web/route"
	"gatehouse/web/scim"
	"gatehouse/web/session"
	"gatehouse/web/signin"
	"gatehouse/web/ui"
)

// parts holds what a gateway is built from: what outlives it, or differs between
// serve and demo.
type parts struct {
	config config.Config
	db     *store.DB
	keys   store.Keyring
	log    *slog.Logger
	banner func(*http.Request) *ui.Banner // the line above the page of a request; nil for none
}

// gateway holds all parts of the running program.
type gateway struct {
	parts
	build     ops.Build
	metrics   *ops.Metrics
	ops       *ops.Ops
	saml      *saml.ServiceProvider
	oidc      *oidc.RelyingParty
	setup     *connections.Service
	directory *directory.Service
	live      *sessions.Cache
	sessions  *session.Manager
	login     *login.Service
	trials    *trial.Service
	tokens    *provisioning.Tokens
	personal  *tokens.Service
	ledger    *provisioning.Ledger
	contacts  *provisioning.Contacts
	pushes    *provisioning.Service
	drift     *drift.Service
	health    *health.Service
	admin     *access.Service
	passkeys  *access.Passkeys
	console   *console.Console
	brands    *branding.Service
	launch    *launch.Service
	nodes     nodes
	router    *route.Router
	signedOut string // URL that an identity provider returns the browser to after logout
}

func newGateway(p parts) (g *gateway, err error) {
	g = &gateway{
		parts:     p,
		build:     ops.ReadBuild(),
		signedOut: p.config.BaseURL + "/logout",
	}
	g.metrics = ops.NewMetrics(g.build)
	g.metrics.Database(p.db.Work)
	if g.nodes, err = newNodes(p.config, p.log); err != nil {
		return nil, err
	}
	if err := g.services(); err != nil {
		return nil, errors.Join(err, g.close())
	}
	if err := g.edges(); err != nil {
		return nil, errors.Join(err, g.close())
	}
	return g, nil
}

// services builds the services, from the protocols up.
func (g *gateway) services() error {
	c := g.config
	if err := g.brand(); err != nil {
		return err
	}
	var err error
	if g.launch, err = g.newLaunch(); err != nil {
		return err
	}
	g.protocols()
	g.rules()
	graph, err := g.graph()
	if err != nil {
		return err
	}
	g.provisioning(graph)
	g.live = sessions.New(sessions.Options{
		Store: g.db,
		Bus:   g.nodes.bus,
		Log:   g.log,
		Now:   time.Now,
		Node:  nodeName(c.Listen),
	})
	g.db.OnRevocation(g.live.Revoked)
	g.personal = tokens.New(g.db, g.live, time.Now)
	g.sessions, err = session.New(session.Options{
		BaseURL:      c.BaseURL,
		Keys:         []sso.Secret{g.keys.Current, g.keys.Previous},
		CookieName:   c.Session.CookieName,
		CookieDomain: c.Session.CookieDomain,
		Resolver:     g.live,
	})
	if err != nil {
		return err
	}
	post, err := sender(c.SMTP)
	if err != nil {
		return err
	}
	g.health = g.newHealth(post)
	g.signIns(graph, post)
	g.admin = access.New(access.Options{
		Accounts: g.db,
		Sessions: g.db,
		Access:   g.db,
		Links:    g.db,
		Evidence: g.db,
		Limiter:  g.nodes.limiter,
		Names:    []string{c.Brand.ProductName, hostOf(c.BaseURL)},
		Now:      time.Now,

		Organizations: g.db,
	})
	g.passkeys, err = access.NewPasskeys(g.admin, g.db, c.BaseURL)
	return err
}

// newLaunch builds the service that knows the ways to applications.
func (g *gateway) newLaunch() (*launch.Service, error) {
	return launch.New(launch.Options{
		Applications: g.db,
		Enterprises:  g.db,
		Groups:       g.db,
		BaseURL:      g.config.BaseURL,
		CookieDomain: g.config.Session.CookieDomain,
		Log:          g.log,
	})
}

// client returns an HTTP client for requests to identity providers, which reads at
// most maxBody bytes of a response; 0 is the default.
func (g *gateway) client(maxBody int64) *http.Client {
	return outbound.NewClient(outbound.Options{
		AllowPrivate: g.config.AllowPrivateIDPAddresses,
		UserAgent:    "Gatehouse/" + g.build.Version,
		MaxBody:      maxBody,
	})
}

// protocols builds the SAML service provider and the OpenID Connect relying party.
func (g *gateway) protocols() {
	g.saml = saml.New(saml.Options{
		BaseURL: g.config.BaseURL,
		Client:  g.client(outbound.MetadataMaxBody),
	})
	g.oidc = oidc.New(oidc.Options{
		BaseURL: g.config.BaseURL,
		Client:  g.client(0),
		KeysSeen: func(ctx context.Context, seen sso.SeenKeys) {
			g.setup.SeeKeys(ctx, seen)
		},
	})
}

// graph builds the client of Microsoft Graph.
func (g *gateway) graph() (*entra.Client, error) {
	return entra.New(entra.Options{
		LoginURL: g.config.Directory.LoginURL,
		GraphURL: g.config.Directory.GraphURL,
		HTTP:     g.client(entra.MaxBody),
	})
}

// signIns builds the services that evaluate sign-ins; post is nil without a mail
// server.
func (g *gateway) signIns(graph *entra.Client, post mail.Sender) {
	c := g.config
	evaluator := evaluate.New(evaluate.Options{
		SAML:        g.saml,
		OIDC:        g.oidc,
		Enterprises: g.db,
		Graph:       graph,
		NoMail:      post == nil,
	})
	g.trials = trial.New(trial.Options{
		TestRuns:  g.db,
		Facts:     g.db,
		Evaluator: evaluator,
		SAML:      g.saml,
		OIDC:      g.oidc,
		Refresh:   g.setup.RefreshTested,
		Log:       g.log,
		Now:       time.Now,
	})
	g.login = login.New(login.Options{
		Enterprises:       g.db,
		SignIns:           g.db,
		Sessions:          g.db,
		Evaluator:         evaluator,
		Trials:            g.trials,
		Mail:              post,
		Site:              hostOf(c.BaseURL),
		Brands:            g.brands.Of,
		SAML:              g.saml,
		OIDC:              g.oidc,
		Refresh:           g.setup.Refresh,
		MayRecord:         g.mayRecord,
		Observe:           g.metrics.Login,
		Synced:            g.metrics.Synced,
		Log:               g.log,
		Now:               time.Now,
		SignedOut:         g.signedOut,
		IdleTimeout:       c.Session.Idle,
		MaxAge:            c.Session.Max,
		CodesPerRecipient: c.RateLimits.CodesPerRecipient,
	})
}

// provisioning builds the services that SCIM and the admins share.
func (g *gateway) provisioning(graph *entra.Client) {
	g.tokens = provisioning.NewTokens(g.db, time.Now)
	g.ledger = provisioning.NewLedger(provisioning.LedgerOptions{
		Store:   g.db,
		Observe: g.metrics.SCIM,
		Log:     g.log,
	})
	g.drift = drift.New(drift.Options{
		Facts:  g.db,
		Writer: g.db,
		Graph:  graph,
		Okta:   okta.New(okta.Options{HTTP: g.client(okta.MaxBody)}),
		Now:    time.Now,
	})
	g.contacts = provisioning.NewContacts(g.db, g.log, time.Now)
	g.pushes = provisioning.New(provisioning.Options{
		Users:       g.db,
		Groups:      g.db,
		Connections: g.db,
		Tokens:      g.tokens,
		Ledger:      g.ledger,
		Contacts:    g.contacts,
		Limiter:     g.nodes.limiter,
		PerMinute:   g.config.RateLimits.SCIMPerConnection,
		Rehearse:    g.rehearse,
		Checks:      g.tokens,
		CursorKeys:  []sso.Secret{g.keys.Current, g.keys.Previous},
		Log:         g.log,
		Now:         time.Now,
	})
}

// rehearse calls fn with records whose changes are undone afterwards.
func (g *gateway) rehearse(
	ctx context.Context, ent sso.EnterpriseID, fn func(context.Context, provisioning.Records) error,
) error {
	return g.db.Rehearse(ctx, ent, func(ctx context.Context, db *store.DB) error {
		return fn(ctx, provisioning.Records{
			Users:       db,
			Groups:      db,
			Connections: db,
		})
	})
}

// rules builds the services that change what the store keeps for admins.
func (g *gateway) rules() {
	g.setup = connections.New(connections.Options{
		Connections: g.db,
		Groups:      g.db,
		Domains:     g.db,
		Trials:      g.db,
		Trusts:      g.db,
		Moves:       g.db,

		Resolver:      resolver(g.config.DNS),
		Brands:        g.brands.Of,
		SAML:          g.saml,
		OIDC:          g.oidc,
		Log:           g.log,
		AllowLoopback: g.config.AllowPrivateIDPAddresses,
		NoMail:        g.config.SMTP.Addr == "",
	})
	g.directory = directory.New(directory.Options{
		Enterprises:  g.db,
		Groups:       g.db,
		Users:        g.db,
		Sessions:     g.db,
		Applications: g.db,
		Roles:        g.db,
		Rules:        g.db,
		Questions:    g.db,
		Attributes:   g.db,
		Admins:       g.db,
		Lifetimes: directory.Lifetimes{
			Idle:     g.config.Session.Idle,
			Lifetime: g.config.Session.Max,
		},
		InReach: g.launch.InReach,
		Now:     time.Now,
	})
}

// edges builds the HTTP handlers under one router.
func (g *gateway) edges() error {
	c := g.config
	pages, err := ui.New(ui.Options{
		Banner:    g.banner,
		Brands:    g.brands,
		Languages: signin.Languages{Secure: c.Secure()},
	}, web.Templates()...)
	if err != nil {
		return err
	}
	g.router, err = route.New(route.Options{
		BaseURL:        c.BaseURL,
		TrustedProxies: c.TrustedProxies,
		Limiter:        g.nodes.limiter,
		Log:            g.log,
		Now:            time.Now,
		Observe:        g.metrics.Request,
		RenderFailure:  signin.FailurePage(pages),
	})
	if err != nil {
		return err
	}
	forward, err := g.forwardAuth(pages)
	if err != nil {
		return err
	}
	g.signIn(pages, forward.NeedOf)
	account.New(account.Options{
		Launch:   g.launch,
		Store:    g.db,
		Service:  g.directory,
		Sessions: g.sessions,
		Tokens:   g.personal,
		Pages:    pages,
		Now:      time.Now,
	}).Register(g.router)
	rest, err := g.api()
	if err != nil {
		return err
	}
	g.router.API(api.Prefix, rest.Handler(), api.MaxBody)
	g.scim()
	if err := g.registerConsole(pages); err != nil {
		return err
	}
	g.ops = ops.New(ops.Options{
		Build:   g.build,
		Metrics: g.metrics,
		Ready:   g.db.Ping,
	})
	g.ops.Register(g.router)
	g.router.Static("/static/", pages.Static())
	return nil
}

// signIn builds the pages and endpoints of sign-ins. need returns what the application
// of a return path requires.
func (g *gateway) signIn(
	pages *ui.Renderer, need func(ctx context.Context, returnTo string) (sso.AuthnNeed, error),
) {
	c := g.config
	signin.New(signin.Options{
		BaseURL:          c.BaseURL,
		Login:            g.login,
		Launch:           g.launch,
		Codes:            g.login,
		Tests:            g.trials,
		Now:              time.Now,
		Sessions:         g.sessions,
		Pages:            pages,
		Metadata:         g.setup.ServiceProviderMetadata,
		Enterprise:       g.enterpriseOf,
		Need:             need,
		Brands:           g.brands,
		Secure:           c.Secure(),
		SignInPerAddress: c.RateLimits.SignInPerAddress,
		Failures: route.Failures{
			Limiter:   g.nodes.limiter,
			Name:      "failures",
			PerMinute: c.RateLimits.FailuresPerAddress,
			Log:       g.log,
		},
	}).Register(g.router)
}

// forwardAuth builds the endpoints that reverse proxies ask.
func (g *gateway) forwardAuth(pages *ui.Renderer) (*forwardauth.ForwardAuth, error) {
	c := g.config
	forward, err := forwardauth.New(forwardauth.Options{
		Applications: g.db,
		Sessions:     g.sessions,
		Tokens:       g.personal,
		Pages:        pages,
		BaseURL:      c.BaseURL,
		Keys: signing.New(signing.Options{
			Store: g.db,
			Log:   g.log,
			Now:   time.Now,
		}),
		CookieDomain:     c.Session.CookieDomain,
		TrustedProxies:   c.TrustedProxies,
		SignInPerAddress: c.RateLimits.SignInPerAddress,
		WrongTokens: route.Failures{
			Limiter:   g.nodes.limiter,
			Name:      "tokens",
			PerMinute: c.RateLimits.TokensPerAddress,
			Log:       g.log,
		},
		Log:     g.log,
		Now:     time.Now,
		Observe: g.metrics.ForwardAuth,
	})
	if err != nil {
		return nil, err
	}
	forward.Register(g.router)
	return forward, nil
}

// api builds the REST API.
func (g *gateway) api() (*api.API, error) {
	return api.New(api.Options{
		BaseURL:      g.config.BaseURL,
		Structure:    g.db,
		Members:      g.db,
		Records:      g.db,
		Roles:        g.db,
		Tokens:       tokens.NewAPI(g.db, time.Now),
		Moves:        g.db,
		Merges:       g.db,
		Erasures:     g.db,
		Identities:   g.db,
		Requests:     idempotency.New(g.db, g.log),
		Directory:    g.directory,
		Setup:        g.setup,
		Preview:      g.trials,
		Tests:        g.trials,
		Links:        g.admin,
		Provisioning: g.db,
		SCIMTokens:   g.tokens,

		PersonalTokens: g.personal,
		ServiceTokens:  g.personal,
		Admins:         g.admin,
		Appointments:   g.db,
		Brands:         g.brands,
		Tester:         g.pushes,
		Drift:          g.drift,
		SAML:           g.saml,
		OIDC:           g.oidc,
		Limiter:        g.nodes.limiter,
		Log:            g.log,
	})
}

// scim builds the endpoints by which identity providers provision.
func (g *gateway) scim() {
	scim.New(scim.Options{
		Admission: g.pushes,
		Users:     g.pushes,
		Groups:    g.pushes,
		BaseURL:   g.config.BaseURL,
	}).Register(g.router)
}

// enterpriseOf returns the enterprise of a connection.
func (g *gateway) enterpriseOf(ctx context.Context, id sso.ConnectionID) (sso.Enterprise, error) {
	c, err := g.db.ConnectionByID(ctx, id)
	if err != nil {
		return sso.Enterprise{}, err
	}
	return g.db.Enterprise(ctx, c.Enterprise)
}

// handler returns the handler of the main listener.
func (g *gateway) handler() http.Handler { return g.sessions.Renew(g.router) }

// mount registers h for path and everything below it, behind the router's checks.
func (g *gateway) mount(path string, h http.Handler) {
	path = strings.TrimSuffix(path, "/")
	g.router.API(path, h, route.DefaultMaxBody)
	g.router.API(path+"/", h, route.DefaultMaxBody)
}

// run serves until ctx ends. The background work goes on until the last request is
// answered.
func (g *gateway) run(ctx context.Context, all []listener, delay time.Duration) error {
	ctx, why := g.untilBroken(ctx)
	go settle()
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := g.background(background)
	err := errors.Join(serveUntil(ctx, all, g.ops.Drain, delay, g.log), why())
	stop()
	done.Wait()
	_ = g.ledger.Flush(context.WithoutCancel(ctx)) // which logs its failure
	g.contacts.Flush(context.WithoutCancel(ctx))
	if err == nil {
		g.log.Info("stopped")
	}
	return err
}

// settle returns the memory that only start-up needed to the system: reading the
// migrations takes megabytes, which stay in a pool until the second collection.
func settle() {
	runtime.GC()
	debug.FreeOSMemory()
}

// close releases what newGateway opened.
func (g *gateway) close() error {
	if err := g.nodes.close(); err != nil {
		return fmt.Errorf("close Redis: %w", err)
	}
	return nil
}

// mayRecord limits how many unverified failures of a connection are recorded one by
// one.
func (g *gateway) mayRecord(ctx context.Context, c sso.ConnectionID) bool {
	n := g.config.RateLimits.FailuresPerConnection
	if n == 0 {
		return true
	}
	wait, err := g.nodes.limiter.Allow(ctx, "recorded:"+string(c), n)
	return err != nil || wait == 0 // if the limiter fails, record: references stay valid
}
