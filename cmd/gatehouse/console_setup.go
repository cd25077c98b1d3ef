package main

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/guide"
	setuppages "gatehouse/web/assistant"
	"gatehouse/web/console"
	"gatehouse/web/page"
)

// setupArea is the setup assistant.
func (g *gateway) setupArea(c *console.Console, _ *page.Pages) error {
	setuppages.New(setuppages.Options{
		Console: c,
		Service: g.setup,
		Store:   g.db,
		Traces:  g.login,
		Values:  g.ours,
		Now:     time.Now,
	}).Register(g.router)
	return nil
}

// ours is what is entered at an identity provider, by what guides call it.
func (g *gateway) ours(e sso.Enterprise, c sso.Connection) map[guide.Kind]string {
	link := g.config.BaseURL + "/login/sso?" + url.Values{"enterprise_key": {e.Key}}.Encode()
	ours := map[guide.Kind]string{setuppages.Link: link, guide.SignInURL: link + "&connection=" + string(c.ID), guide.LogoutURL: g.signedOut}
	if c.Protocol == sso.OIDC {
		ours[guide.RedirectURI] = g.oidc.RedirectURI(c.ID)
		ours[guide.Backchannel] = g.config.BaseURL + "/oidc/" + string(c.ID) + "/backchannel-logout"
		return ours
	}
	acs := g.saml.ACSURL(c.ID)
	ours[guide.ACSURL], ours[guide.EntityID], ours[guide.MetadataURL] = acs, g.saml.EntityID(c.ID), g.saml.EntityID(c.ID)
	ours[guide.ACSPattern] = "^" + strings.ReplaceAll(regexp.QuoteMeta(acs), "/", `\/`) + "$"
	return ours
}
