package connections

import (
	"context"
	"fmt"
	"net/url"
	"reflect"
	"strings"

	"gatehouse/sso"
)

// Review lists the fields that are missing for sign-in and the warnings of the
// draft, or else the live version. It sends no request.
func (s *Service) Review(c sso.Connection) (missing []sso.FieldError, warnings []Warning) {
	w := s.editing(c, startOf(c))
	w.complete()
	missing = w.fields
	w.check()
	if p := recognize(*w.cfg); p != "" &&
		p != c.Provider &&
		c.Provider != sso.Custom {
		w.warn(
			"provider",
			fmt.Sprintf(
				"What you entered looks like %s, and the connection was set up as %s. Change the identity provider, or enter the values of the right one.",
				p, c.Provider,
			),
		)
	}
	return missing, w.warnings
}

// recognize returns the provider that an identity provider's addresses belong to;
// "" if unknown.
func recognize(cfg sso.Config) sso.Provider {
	var addresses []string
	if cfg.SAML != nil {
		addresses = []string{cfg.SAML.IDPEntityID, cfg.SAML.SSO.URL}
	}
	if cfg.OIDC != nil {
		addresses = []string{cfg.OIDC.Issuer}
	}
	for _, address := range addresses {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" {
			continue
		}
		host := "." + strings.ToLower(u.Hostname())
		for _, known := range []struct {
			domain string
			is     sso.Provider
		}{
			{".okta.com", sso.Okta},
			{".oktapreview.com", sso.Okta},
			{".okta-emea.com", sso.Okta},
			{".sts.windows.net", sso.Entra},
			{".login.microsoftonline.com", sso.Entra},
			{".login.microsoftonline.us", sso.Entra},
			{".jumpcloud.com", sso.JumpCloud},
			{".accounts.google.com", sso.Google},
			{".onelogin.com", sso.OneLogin},
			{".pingone.com", sso.Ping},
			{".pingone.eu", sso.Ping},
			{".pingone.ca", sso.Ping},
			{".pingone.asia", sso.Ping},
			{".auth0.com", sso.Auth0},
			{".sso.duosecurity.com", sso.Duo},
			{".rippling.com", sso.Rippling},
			{".id.cyberark.cloud", sso.CyberArk},
			{".idaptive.app", sso.CyberArk},
		} {
			if strings.HasSuffix(host, known.domain) {
				return known.is
			}
		}
		switch {
		case strings.Contains(u.Path, "/realms/"):
			return sso.Keycloak
		case strings.HasPrefix(strings.ToLower(u.Path)+"/", "/adfs/"): // the issuer is /adfs alone
			return sso.ADFS
		}
	}
	return ""
}

// Restart changes the provider or the protocol of a connection. A mapping and a
// NameID format that are still those of the old provider's preset become those of
// the new one; [Service.Edit] leaves them. With the same protocol all entered
// values stay; with another one only the name stays, and the connection must
// never have been enabled. revision is as Edit.Revision. Errors: those of Edit.
func (s *Service) Restart(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, revision int64,
	protocol sso.Protocol, provider sso.Provider) (sso.Connection, error) {
	return s.change(
		ctx,
		by,
		ent,
		id,
		"connection.edited",
		func(ctx context.Context, c sso.Connection) (sso.Connection, error) {
			if err := checkRevision(c, revision); err != nil {
				return c, err
			}
			if protocol != c.Protocol {
				if c.Live != nil || protocol != sso.SAML && protocol != sso.OIDC {
					return c, sso.InvalidField(
						invalid, "protocol",
						"This connection is in use, and keeps its protocol. Make a new connection for the other one.",
					)
				}
				c.Protocol = protocol
				c.Provider = provider
				c.Draft = defaults(protocol, provider)
				c.Metadata = sso.MetadataStatus{}
			}
			base := startOf(c)
			w := s.editing(c, base)
			w.apply(ctx, Edit{Provider: &provider})
			if err := w.err(); err != nil {
				return c, fmt.Errorf("restart connection: %w", err)
			}
			w.takePreset(c.Provider)
			next := w.result()
			if c.Draft == nil {
				if next.Draft.Version = nextVersion(c); reflect.DeepEqual(base.Mapping, next.Draft.Mapping) &&
					reflect.DeepEqual(base.SAML, next.Draft.SAML) {
					next.Draft = nil // only the provider is new
				}
			}
			return s.withKey(next)
		},
	)
}
