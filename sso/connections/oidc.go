package connections

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"gatehouse/oidc"
	"gatehouse/sso"
)

// Longest values of an OpenID Connect configuration, in bytes.
const (
	maxClientID     = 255
	maxClientSecret = 1024
	maxScope        = 255
	maxScopes       = 32
)

// oidc applies an edit of an OpenID Connect configuration.
func (w *editing) oidc(ctx context.Context, e OIDCEdit) {
	cfg, was := w.cfg.OIDC, *w.cfg.OIDC
	set(&cfg.ClientID, e.ClientID)
	set(&cfg.ClientSecret, e.ClientSecret)
	set(&cfg.AuthMethod, e.AuthMethod)
	setList(&cfg.Scopes, e.Scopes)
	set(&cfg.Prompt, e.Prompt)
	set(&cfg.ConfirmNewKeys, e.ConfirmNewKeys)
	if e.ClientSecret != nil &&
		*e.ClientSecret != "" &&
		e.ClientSecret.Reveal() == e.ClientSecret.String() {
		w.add(
			invalid, "oidc.client_secret",
			"This is the placeholder shown in place of the secret. Enter the secret itself, or leave it out.",
		)
	}
	if e.Issuer == nil {
		if e.ConfirmedIssuer != nil {
			w.add(
				invalid, "oidc.confirmed_issuer", "Enter the address that states this issuer, too.",
			)
		}
		return
	}
	w.issuer(ctx, e, was)
	elsewhere := cfg.Issuer != was.Issuer || cfg.DiscoveryURL != was.DiscoveryURL // another server would get the secret
	if elsewhere {
		cfg.Keys, cfg.PendingKeys, cfg.ReplacedAt = nil, nil, time.Time{}
	}
	if was.Issuer != "" &&
		was.ClientSecret != "" &&
		elsewhere &&
		cfg.Issuer != "" &&
		e.ClientSecret == nil {
		w.add("secret_needed", "oidc.client_secret", "Enter the client secret again: it was meant for another issuer.")
	}
}

// issuer reads the issuer from the provider's discovery document. A provider that
// does not answer now is accepted: it is asked again before it becomes live.
func (w *editing) issuer(ctx context.Context, e OIDCEdit, was sso.OIDCConfig) {
	const field = "oidc.issuer"
	entered := strings.TrimSpace(strings.TrimPrefix(*e.Issuer, sso.ByteOrderMark))
	text := inASCII(entered)
	from := oidc.Source{Address: text, Confirmed: given(e.ConfirmedIssuer)}
	if (entered == was.Issuer || text == was.Issuer) &&
		was.DiscoveryURL != "" &&
		e.ConfirmedIssuer == nil {
		from = discoveryOf(was) // it was confirmed before
	} else {
		w.cfg.OIDC.Issuer, w.cfg.OIDC.DiscoveryURL = text, ""
	}
	if text == "" || !w.address(sso.CodeURLNotAllowed, field, text) {
		return
	}
	if servesAllTenants(text) || servesAllTenants(from.Confirmed) {
		w.add(
			"issuer_mismatch", field,
			"This address serves every Entra tenant. Use the one of yours: https://login.microsoftonline.com/<your tenant ID>/v2.0.",
		)
		return
	}
	d, err := w.OIDC.Discover(ctx, from)
	switch {
	case err == nil:
		w.discovered(d, e)
	case isTemporary(err):
		w.addWarning(Warning{
			Code:  IDPUnanswered,
			Field: field,
			Message: "The identity provider cannot be asked now: " + sso.ExplainFetch(err).Reason +
				". It is asked again when the connection is enabled.",
		})
	case sso.KindOf(err) == sso.Upstream:
		w.misread(field, text, unreachable(err))
	default:
		w.misread(field, text, err)
	}
}

// StatedIssuer returns the issuer that an admin may confirm after an edit failed
// with "issuer_mismatch", "" if there is none.
func StatedIssuer(err error) string {
	if mismatch, ok := errors.AsType[*oidc.MismatchError](err); ok && !servesAllTenants(mismatch.Issuer) {
		return mismatch.Issuer
	}
	return ""
}

// discoveryOf returns the source of the discovery document of an issuer.
func discoveryOf(cfg sso.OIDCConfig) oidc.Source {
	if cfg.DiscoveryURL == "" {
		return oidc.Source{Address: cfg.Issuer}
	}
	return oidc.Source{Address: cfg.DiscoveryURL, Confirmed: cfg.Issuer}
}

// discovered sets values from the discovery document that the admin did not
// enter.
func (w *editing) discovered(d oidc.Discovered, e OIDCEdit) {
	cfg := w.cfg.OIDC
	cfg.Issuer, cfg.DiscoveryURL = d.Issuer, d.URL
	if d.URL != "" {
		w.warn("oidc.issuer", "The issuer is not at its own address. What is read at "+d.URL+" decides about its keys.")
	}
	if e.Scopes == nil && slices.Equal(cfg.Scopes, defaultScopes()) {
		for _, scope := range moreScopes(w.c.Provider) {
			if slices.Contains(d.Scopes, scope) {
				cfg.Scopes = append(cfg.Scopes, scope)
			}
		}
	}
	offered := func(m sso.AuthMethod) bool {
		return len(d.AuthMethods) == 0 || slices.Contains(d.AuthMethods, string(m))
	}
	if e.AuthMethod == nil &&
		!offered(cfg.AuthMethod) &&
		cfg.AuthMethod == sso.ClientSecretBasic &&
		offered(sso.ClientSecretPost) {
		cfg.AuthMethod = sso.ClientSecretPost
	}
	if !offered(cfg.AuthMethod) {
		w.warn(
			"oidc.token_endpoint_auth_method",
			fmt.Sprintf("The identity provider does not offer %s.", cfg.AuthMethod),
		)
	}
}

// servesAllTenants reports whether an issuer of Entra ID is for all tenants:
// anyone with a Microsoft account could sign in. The GUID is that of consumers.
func servesAllTenants(issuer string) bool {
	u, err := url.Parse(strings.ToLower(issuer))
	if err != nil {
		return false
	}
	tenant, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	host := u.Hostname()
	return (host == "login.microsoftonline.com" ||
		host == "login.windows.net" ||
		host == "sts.windows.net" ||
		host == "login.microsoftonline.us") &&
		slices.Contains(
			[]string{
				"", "common", "organizations", "consumers", "9188040d-6c67-4c5b-b112-36a304b66dad",
			},
			tenant,
		)
}

// isTemporary reports whether a provider may answer later at the same address:
// not if its name does not exist, its certificate is for another name, or its
// server answers "not found".
func isTemporary(err error) bool { return sso.CodeOf(err) == sso.CodeIDPUnavailable }

func unreachable(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   "metadata_unreadable",
		Public: "The discovery document cannot be read at this address: " + sso.ExplainFetch(err).Reason + ".",
		Err:    err,
	}
}

// confirmIssuer checks that an OpenID provider is the configured one before users
// are sent to it. It corrects a missing or extra final slash of an issuer that
// could not be checked when it was entered.
func (s *Service) confirmIssuer(ctx context.Context, cfg *sso.Config) error {
	if cfg.OIDC == nil {
		return nil
	}
	d, err := s.OIDC.Discover(ctx, discoveryOf(*cfg.OIDC))
	if err != nil {
		if e, ok := errors.AsType[*sso.Error](err); ok {
			e = e.WithCause(e.Err) // a copy
			e.Fields = []sso.FieldError{{Field: "oidc.issuer", Message: e.Text().String()}}
			return e
		}
		return err
	}
	cfg.OIDC.Issuer, cfg.OIDC.DiscoveryURL = d.Issuer, d.URL
	return nil
}

func (w *editing) checkOIDC() {
	c := w.cfg.OIDC
	w.text("oidc.client_id", c.ClientID, maxClientID)
	if secret := c.ClientSecret.Reveal(); len(secret) > maxClientSecret || !sso.Printable(secret) {
		w.add(
			invalid,
			"oidc.client_secret",
			fmt.Sprintf("Use at most %d bytes, without control characters.", maxClientSecret),
		)
	}
	oneOf(
		&w.problems, "oidc.token_endpoint_auth_method", c.AuthMethod, sso.ClientSecretBasic,
		sso.ClientSecretPost, sso.PrivateKeyJWT,
	)
	if len(c.Scopes) > maxScopes {
		w.add(invalid, "oidc.scopes", fmt.Sprintf("Use at most %d scopes.", maxScopes))
	}
	for i, scope := range c.Scopes {
		if !isScope(scope) {
			w.add(invalid, fmt.Sprintf("oidc.scopes[%d]", i), "Enter one scope, without space, quotes or backslash.")
		}
	}
	for prompt := range strings.FieldsSeq(c.Prompt) {
		oneOf(&w.problems, "oidc.prompt", prompt, "login", "consent", "select_account")
	}
}

// isScope reports whether s is a scope-token (RFC 6749 §3.3).
func isScope(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return s != "" && len(s) <= maxScope
}
