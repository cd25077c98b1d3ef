package main

import (
	"context"
	"net"
	"net/url"
	"strings"
	"time"

	"gatehouse/config"
	"gatehouse/sso/connections"
	"gatehouse/web/console"
	"gatehouse/web/directory"
	"gatehouse/web/page"
)

// directoryArea is people, organizations, groups, domains and applications.
func (g *gateway) directoryArea(c *console.Console, _ *page.Pages) error {
	base, err := url.Parse(g.config.BaseURL)
	if err != nil {
		return err
	}
	directory.New(directory.Options{Console: c, Store: g.db, Proving: g.setup, Revoked: g.live.Revoked, SessionCookie: g.sessions.Cookie(),
		CookieDomain: g.config.Session.CookieDomain, Host: base.Hostname(), Now: time.Now}).Register(g.router)
	return nil
}

// resolver asks one DNS server alone, if there is one to be asked.
func resolver(c config.DNS) connections.TXTResolver {
	r := &net.Resolver{}
	if c.Resolver != "" {
		r.PreferGo, r.Dial = true, func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, c.Resolver)
		}
	}
	return rooted{r}
}

// rooted looks names up as they are: the domains that this machine searches for
// short names must not prove anything.
type rooted struct{ *net.Resolver }

// LookupTXT implements connections.TXTResolver.
func (r rooted) LookupTXT(ctx context.Context, name string) ([]string, error) {
	return r.Resolver.LookupTXT(ctx, strings.TrimSuffix(name, ".")+".")
}
