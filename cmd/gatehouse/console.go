package main

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/firststeps"
	"gatehouse/sso/guide"
	"gatehouse/sso/tokens"
	"gatehouse/store"
	"gatehouse/web/access"
	"gatehouse/web/activity"
	"gatehouse/web/assistant"
	"gatehouse/web/connection"
	"gatehouse/web/console"
	"gatehouse/web/directory"
	"gatehouse/web/overview"
	"gatehouse/web/provisioning"
	"gatehouse/web/route"
	"gatehouse/web/testconnection"
	"gatehouse/web/ui"
)

// registerConsole registers every page of the console.
func (g *gateway) registerConsole(pages *ui.Renderer) error {
	base, err := url.Parse(g.config.BaseURL)
	if err != nil {
		return err
	}
	admins := g.newAccess(pages)
	admins.Register(g.router)
	c := console.New(console.Options{
		Access:    admins,
		Directory: g.db,
		Pages:     pages,
		Now:       time.Now,
	})
	g.console = c
	admins.Enter(g.router, c)
	overview.New(overview.Options{
		Store: g.db,
		First: &firststeps.Service{
			Store: g.db,
			Mail:  g.config.SMTP.Addr != "",
		},
		Service: g.directory,
		Launch:  g.launch,
		Health:  g.health,
		Console: c,
		BaseURL: g.config.BaseURL,
		Now:     time.Now,
	}).Register(g.router)
	directory.New(directory.Options{
		Console:       c,
		Service:       g.directory,
		Launch:        g.launch,
		Domains:       g.setup,
		Members:       g.db,
		Structure:     g.db,
		Roles:         g.db,
		Merges:        g.db,
		Erasures:      g.db,
		Arrivals:      g.db,
		Identities:    g.db,
		Pushes:        g.db,
		Drift:         g.drift,
		Tokens:        g.personal,
		Services:      g.personal,
		SessionCookie: g.sessions.Cookie(),
		CookieDomain:  g.config.Session.CookieDomain,
		Host:          base.Hostname(),
		Now:           time.Now,
	}).Register(g.router)
	activity.New(activity.Options{
		Records: g.db,
		Names:   g.db,
		Verify:  g.verifyAudit,
		Console: c,
		Now:     time.Now,
	}).Register(g.router)
	g.registerConnections(c)
	return nil
}

// newAccess returns the sign-in to the console and its session checks.
func (g *gateway) newAccess(pages *ui.Renderer) *access.Handlers {
	return access.New(access.Options{
		Service:    g.admin,
		Passkeys:   g.passkeys,
		Principals: g.sessions,
		Admin:      g.sessions.Admin(),
		Setup:      g.sessions.Setup(),
		Device:     g.sessions.Device(),
		Facts:      g.db,
		Actors:     g.db,
		Tokens:     tokens.NewAPI(g.db, time.Now),
		WrongLinks: route.Failures{
			Limiter:   g.nodes.limiter,
			Name:      "admin-link-wrong",
			PerMinute: 10,
			Log:       g.log,
		},
		BaseURL: g.config.BaseURL,
		Pages:   pages,
		Now:     time.Now,
	})
}

// registerConnections registers the pages about connections: the setup assistant,
// their settings and test connections.
func (g *gateway) registerConnections(c *console.Console) {
	assistant.New(assistant.Options{
		Console: c,
		Service: g.setup,
		Store:   g.db,
		Traces:  g.trials,

		Provisioning: g.db,
		Tokens:       g.tokens,
		Tester:       g.pushes,

		Values: g.guideValues,
		Now:    time.Now,
	}).Register(g.router)
	connection.New(connection.Options{
		Console:     c,
		Connections: g.db,
		Groups:      g.db,
		Roles:       g.db,
		Moves:       g.db,
		Actors:      g.db,
		Setup:       g.setup,
		Directory:   g.directory,
		Preview:     g.trials,
		BaseURL:     g.config.BaseURL,
		Now:         time.Now,
	}).Register(g.router)
	provisioning.New(provisioning.Options{
		Console:   c,
		Records:   g.db,
		Tokens:    g.tokens,
		Setup:     g.setup,
		Directory: g.directory,
		Drift:     g.drift,
		BaseURL:   g.config.BaseURL,
		Now:       time.Now,
	}).Register(g.router)
	testconnection.New(testconnection.Options{
		Tests:    g.trials,
		Store:    g.db,
		Browsers: g.sessions,
		Console:  c,
		BaseURL:  g.config.BaseURL,
		Values:   g.guideValues,
		Now:      time.Now,
	}).Register(g.router)
}

// verifyAudit verifies the audit chain of an enterprise and returns its length. A
// broken chain is reported as an *activity.Broken.
func (g *gateway) verifyAudit(ctx context.Context, ent sso.EnterpriseID) (int, error) {
	n, err := g.db.VerifyAudit(ctx, ent)
	if broken, ok := errors.AsType[*store.BrokenChainError](err); ok {
		return n, &activity.Broken{
			Place:  broken.Place(),
			Reason: broken.Reason,
		}
	}
	return n, err
}

// guideValues returns the values of this installation that an admin enters at the
// identity provider.
func (g *gateway) guideValues(e sso.Enterprise, c sso.Connection) map[guide.Kind]string {
	link := g.config.BaseURL + "/login/sso?" + url.Values{"enterprise_key": {e.Key}}.Encode()
	values := map[guide.Kind]string{
		assistant.Link:  link,
		guide.SignInURL: link + "&connection=" + string(c.ID),
		guide.LogoutURL: g.signedOut,
		guide.SCIMURL:   g.config.BaseURL + "/scim/v2/connections/" + string(c.ID),
	}
	if c.Protocol == sso.OIDC {
		values[guide.RedirectURI] = g.oidc.RedirectURI(c.ID)
		values[guide.Backchannel] = g.config.BaseURL + "/oidc/" + string(c.ID) +
			"/backchannel-logout"
		return values
	}
	acs := g.saml.ACSURL(c.ID)
	values[guide.ACSURL] = acs
	values[guide.EntityID] = g.saml.EntityID(c.ID)
	values[guide.MetadataURL] = g.saml.EntityID(c.ID)
	values[guide.ACSPattern] = "^" + strings.ReplaceAll(regexp.QuoteMeta(acs), "/", `\/`) + "$"
	return values
}
