package demo

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/internal/demo/demoproxy"
	"gatehouse/oidc"
	"gatehouse/saml"
	"gatehouse/sso"
	"gatehouse/store"
)

// Options configures a Demo.
type Options struct {
	BaseURL string // of the gateway, loopback, without a trailing slash
	Outside *Outside
	Store   *store.DB
	SAML    *saml.ServiceProvider
	OIDC    *oidc.RelyingParty
	// Principal returns the signed-in user; see session.Manager.
	Principal func(r *http.Request) (sso.Principal, error)
	// SignedOut is the URL that an identity provider returns users to after they
	// signed out; empty: BaseURL with a slash.
	SignedOut string
	// Cookie is the name of the session cookie, by which the proxy recognises ended
	// sessions.
	Cookie string
	// Admit sets the cookie of an operator's session; see session.Bearer.
	Admit func(w http.ResponseWriter, token sso.Secret) error
	Now   func() time.Time // nil: time.Now
}

// Demo is a seeded database with its pages and applications.
type Demo struct {
	options          Options
	pages            *pages
	proxy            *demoproxy.Proxy
	seen             seen          // by the proxy
	keys             gooidc.KeySet // the gateway's published keys
	acme             sso.Enterprise
	globex           sso.Enterprise
	initech          sso.Enterprise
	hooli            sso.Enterprise
	olive            sso.Admin
	acmeConnection   sso.Connection
	globexConnection sso.Connection
	hooliConnection  sso.Connection
}

// New seeds the database and starts the applications, which Close stops.
func New(ctx context.Context, o Options) (*Demo, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.SignedOut == "" {
		o.SignedOut = o.BaseURL + "/"
	}
	d := &Demo{
		options: o,
		seen:    seen{cookie: o.Cookie, letIn: map[[sha256.Size]byte]bool{}},
	}
	var err error
	if d.pages, err = newPages(); err != nil {
		return nil, err
	}
	if err := d.seed(ctx); err != nil {
		return nil, fmt.Errorf("seed the demo: %w", err)
	}
	d.keys = gooidc.NewRemoteKeySet(context.WithoutCancel(ctx), o.BaseURL+"/oauth2/keys")
	if d.proxy, err = demoproxy.New(demoproxy.Options{
		Gateway:  o.BaseURL,
		Upstream: d.applications(),
		Seen:     d.seen.answer,
	}); err != nil {
		return nil, fmt.Errorf("start the applications: %w", err)
	}
	return d, nil
}

// Close stops the applications.
func (d *Demo) Close() error { return d.proxy.Close() }

// IDP returns a company's identity provider, by the company's key, or nil if it has
// none.
func (d *Demo) IDP(key string) *demoidp.IdP {
	return map[string]*demoidp.IdP{
		d.acme.Key:    d.options.Outside.acme,
		d.globex.Key:  d.options.Outside.globex,
		d.initech.Key: d.options.Outside.initech,
		d.hooli.Key:   d.options.Outside.hooli,
	}[key]
}

// Mount registers the pages and the identity providers, all below /demo.
func (d *Demo) Mount(mux *http.ServeMux) {
	mux.Handle("GET /demo", d.onPage(d.home))
	mux.Handle("GET /demo/{$}", http.RedirectHandler("/demo", http.StatusMovedPermanently))
	mux.Handle("GET /demo/whoami", d.onPage(d.whoami))
	mux.Handle("GET /demo/mail", d.onPage(d.mail))
	mux.Handle("GET "+consolePath, d.onPage(d.console))
	mux.Handle("GET /demo/static/", d.pages.serveStatic())
	mux.Handle(idpPath(d.acme.Key)+"/", d.options.Outside.acme.Handler())
	mux.Handle(idpPath(d.globex.Key)+"/", d.options.Outside.globex.Handler())
	mux.Handle(idpPath(d.initech.Key)+"/", d.options.Outside.initech.Handler())
	mux.Handle(idpPath(d.hooli.Key)+"/", d.options.Outside.hooli.Handler())
	mux.Handle("/demo/wiki", d.proxy.Guard(wikiKey))
	mux.Handle("/demo/api", d.proxy.Guard(apiKey))
	mux.Handle("/demo/api/releases", d.proxy.Guard(releasesKey))
}

// Summary returns the text for the terminal: the links and the people.
func (d *Demo) Summary() string {
	base := d.options.BaseURL
	var b strings.Builder
	line := func(what, where string) { fmt.Fprintf(&b, "  %-16s%s\n", what, base+where) }
	line("Start here", "/demo")
	line("The console", consolePath)
	line("Acme, SAML", "/login/sso?enterprise_key="+d.acme.Key)
	line("  its people", idpPath(d.acme.Key)+"/")
	line("Globex, OIDC", "/login/sso?enterprise_key="+d.globex.Key)
	line("  its people", idpPath(d.globex.Key)+"/")
	line("Initech, new", consoleLink("/admin/enterprises/"+d.initech.Key))
	line("  its people", idpPath(d.initech.Key)+"/")
	line("Hooli, SCIM", provisioningPath(d.hooli.Key))
	line("Outgoing mail", "/demo/mail")
	line("A wiki", "/demo/wiki")
	line("An API", "/demo/api")
	b.WriteString("\n  People who can sign in (no passwords: pick a person)\n")
	for _, idp := range []*demoidp.IdP{
		d.options.Outside.acme, d.options.Outside.globex, d.options.Outside.initech,
	} {
		for _, person := range idp.People() {
			groups := strings.Join(person.Groups, ", ")
			if groups == "" {
				groups = "no groups"
			}
			if person.MoreGroups > 0 {
				groups += fmt.Sprintf(" and %d more", person.MoreGroups)
			}
			fmt.Fprintf(&b, "    %-22s%-26s%s\n", person.Name(), person.Login, groups)
		}
	}
	fmt.Fprintf(&b, "    and %d people of Hooli\n", len(d.options.Outside.hooli.People()))
	return b.String()
}
