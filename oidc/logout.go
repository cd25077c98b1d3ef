package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"gatehouse/sso"
)

// logoutTokenAge is the maximum age of a logout token.
const logoutTokenAge = 2 * time.Minute

// BeginLogout returns the request that ends the session at the identity
// provider (OpenID Connect RP-Initiated Logout 1.0), or nil if the provider has
// no logout endpoint. returnTo is where the identity provider sends the browser
// afterwards: a URL or path of ours that is registered there, or empty. No
// id_token_hint is sent, because ID tokens are not kept; a provider that
// requires one asks the user.
func (rp *RelyingParty) BeginLogout(
	ctx context.Context, c sso.Connection, cfg sso.Config, s sso.Session, returnTo string,
) (*sso.Redirect, error) {
	known, err := rp.provider(c, cfg)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	d, err := known.metadata(ctx)
	if err != nil {
		return nil, fmt.Errorf("end session at %s: %w", cfg.OIDC.Issuer, err)
	}
	if d.EndSessionEndpoint == "" {
		return nil, nil
	}
	u, err := url.Parse(d.EndSessionEndpoint)
	if err != nil {
		return nil, fmt.Errorf("end session at %s: %w", cfg.OIDC.Issuer, errUpstream(err))
	}
	q := u.Query()
	q.Set("client_id", cfg.OIDC.ClientID)
	if hint := s.SessionIndex; hint != "" {
		q.Set("logout_hint", hint)
	} else if s.Subject != "" {
		q.Set("logout_hint", s.Subject)
	}
	if strings.HasPrefix(returnTo, "/") {
		returnTo = rp.baseURL + returnTo
	}
	if returnTo != "" {
		q.Set("post_logout_redirect_uri", returnTo)
	}
	u.RawQuery = q.Encode()
	return &sso.Redirect{URL: u.String()}, nil
}

// LogoutToken is a verified logout token. It names the sessions to end by
// subject or by session ID; one of the two may be empty.
type LogoutToken struct {
	Subject      string
	SessionIndex string    // sid
	ID           string    // jti: the caller remembers it until Expires and refuses it a second time
	Expires      time.Time // without the allowance for clock skew
}

// BackchannelLogout verifies a logout token (OpenID Connect Back-Channel Logout
// 1.0 §2.6). Errors: Invalid "logout_token_invalid"; Upstream
// "idp_unavailable", "idp_unusable".
func (rp *RelyingParty) BackchannelLogout(
	ctx context.Context, c sso.Connection, cfg sso.Config, token string,
) (LogoutToken, error) {
	known, err := rp.provider(c, cfg)
	if err != nil {
		return LogoutToken{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	a := &verifier{
		rp:         rp,
		provider:   known,
		connection: c,
		config:     *cfg.OIDC,
	}
	if a.discovery, err = known.metadata(ctx); err != nil {
		return LogoutToken{}, fmt.Errorf("logout token of %s: %w", cfg.OIDC.Issuer, err)
	}
	l, err := a.logoutToken(ctx, token)
	if err != nil {
		return LogoutToken{}, fmt.Errorf("logout token of %s: %w", cfg.OIDC.Issuer, err)
	}
	return l, nil
}

func errLogoutToken(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   "logout_token_invalid",
		Public: "The logout token is not valid.",
		Err:    err,
	}
}

func (v *verifier) logoutToken(ctx context.Context, token string) (LogoutToken, error) {
	// The type is only recommended (§2.4): older providers send JWT or nothing,
	// and the type of security event tokens (RFC 8417 §2.3) is accepted as
	// well. A logout token is distinguished by its event and by having no
	// nonce.
	h, err := readHeader(token, v.discovery.algorithms(), "logout+jwt", "secevent+jwt", "jwt", "")
	if err != nil {
		return LogoutToken{}, errLogoutToken(err)
	}
	s := &signatureVerifier{
		provider:    v.provider,
		header:      h,
		unsolicited: true,
	}
	verified, verifyErr := v.tokenVerifier(s).VerifyLogout(ctx, token)
	if s.upstream != nil {
		return LogoutToken{}, s.upstream
	}
	if verifyErr != nil {
		return LogoutToken{}, errLogoutToken(verifyErr)
	}
	doc, err := strictDocument(s.payload)
	if err != nil {
		return LogoutToken{}, errLogoutToken(err)
	}
	l, err := v.logoutClaims(doc)
	if err != nil {
		return LogoutToken{}, errLogoutToken(err)
	}
	if l.Subject != verified.Subject ||
		l.SessionIndex != verified.SessionID ||
		l.ID != verified.TokenID {
		return LogoutToken{}, errLogoutToken(errors.New(
			"the token reads differently to two readers",
		))
	}
	return l, nil
}

// logoutClaims checks the strictly parsed claims: again what go-oidc checked on
// its own parse, and what it leaves to its caller.
func (v *verifier) logoutClaims(doc document) (LogoutToken, error) {
	texts := map[string]string{}
	for _, name := range []string{"iss", "sub", "sid", "jti"} {
		text, err := doc.stringMember(name)
		if err != nil {
			return LogoutToken{}, err
		}
		if len(text) > sso.MaxSubjectLength || !sso.Printable(text) {
			return LogoutToken{}, fmt.Errorf("%s is too long or has invisible characters", name)
		}
		texts[name] = text
	}
	audience, err := doc.audienceMember()
	if err != nil ||
		texts["iss"] != v.config.Issuer ||
		!slices.Contains(audience, v.config.ClientID) {
		return LogoutToken{}, fmt.Errorf(
			"made by %q for %q: %w", sso.Sanitize(texts["iss"]), audience,
			errors.Join(err, errors.New("not ours")),
		)
	}
	if _, ok := doc.members["nonce"]; ok {
		return LogoutToken{}, errors.New("a nonce")
	}
	if texts["jti"] == "" || texts["sub"] == "" && texts["sid"] == "" {
		return LogoutToken{}, errors.New("no jti, or neither sub nor sid")
	}
	events, err := strictDocument(doc.members["events"])
	if err != nil {
		return LogoutToken{}, fmt.Errorf("events: %w", err)
	}
	if events.members["http://schemas.openid.net/event/backchannel-logout"].Kind() != '{' {
		return LogoutToken{}, errors.New("events does not name the logout event")
	}
	expires, err := v.logoutTimes(doc)
	if err != nil {
		return LogoutToken{}, err
	}
	return LogoutToken{
		Subject:      texts["sub"],
		SessionIndex: texts["sid"],
		ID:           texts["jti"],
		Expires:      expires,
	}, nil
}

// logoutTimes checks the age of a logout token and returns when it expires.
func (v *verifier) logoutTimes(doc document) (time.Time, error) {
	now := v.rp.now()
	issued, err := doc.timeMember("iat")
	expires, err2 := doc.timeMember("exp")
	if err := errors.Join(err, err2); err != nil {
		return time.Time{}, err
	}
	if issued.Before(now.Add(-logoutTokenAge-leeway)) ||
		issued.After(now.Add(leeway)) ||
		!now.Before(expires.Add(leeway)) {
		return time.Time{}, fmt.Errorf(
			"made at %s, expires at %s, now %s", stamp(issued), stamp(expires), stamp(now),
		)
	}
	return expires, nil
}
