package oidc

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"gatehouse/sso"
)

// maxCode is the longest authorization code sent to the token endpoint, in
// bytes.
const maxCode = 8 << 10

// Complete redeems the code and verifies what comes. Errors: Invalid
// "login_state_expired" (nobody asked), "bad_request", "duplicate_parameter",
// "issuer_mismatch"; Forbidden "idp_denied", "id_token_invalid"; Upstream
// "idp_unavailable", "idp_unusable".
func (rp *RelyingParty) Complete(
	ctx context.Context, c sso.Connection, cfg sso.Config, p *sso.PendingLogin, cb sso.Callback,
) (sso.Assertion, []sso.Check, error) {
	if p == nil || p.Nonce == "" || p.Verifier == "" {
		return sso.Assertion{}, nil, sso.LoginExpired()
	}
	known, err := rp.provider(c, cfg)
	if err != nil {
		return sso.Assertion{}, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	a := &answer{
		rp:         rp,
		provider:   known,
		connection: c,
		config:     *cfg.OIDC,
		mapping:    cfg.Mapping,
		pending:    *p,
	}
	assertion, err := a.read(ctx, cb)
	if err != nil {
		return sso.Assertion{}, a.checks, fmt.Errorf("response of %s: %w", cfg.OIDC.Issuer, err)
	}
	return assertion, a.checks, nil
}

// answer verifies one response of an identity provider.
type answer struct {
	rp         *RelyingParty
	provider   *provider
	connection sso.Connection
	config     sso.OIDCConfig
	mapping    sso.Mapping
	pending    sso.PendingLogin
	discovery  Discovery
	checks     sso.Checks
	kept       bool // an ID token pasted by an admin, without its access token
	unread     bool // userinfo was needed and could not be read
	// tell, if not nil, receives each unverified document as it arrives. It is
	// nil for a sign-in.
	tell func(what string, doc []byte)
}

func (a *answer) read(ctx context.Context, cb sso.Callback) (sso.Assertion, error) {
	if err := a.discover(ctx); err != nil {
		return sso.Assertion{}, err
	}
	code, err := a.front(cb)
	if err != nil {
		return sso.Assertion{}, err
	}
	t, err := a.redeem(ctx, code)
	if err != nil {
		return sso.Assertion{}, err
	}
	if a.tell != nil {
		a.tell("The ID token", payloadOf(t.id))
	}
	id, err := a.idToken(ctx, t)
	if err != nil {
		return sso.Assertion{}, err
	}
	if err := a.askUserinfo(ctx, t, id); err != nil {
		return sso.Assertion{}, err
	}
	return a.assertion(id), nil
}

// front checks the authorization response that the browser delivered, and
// returns the code.
func (a *answer) front(cb sso.Callback) (string, error) {
	values := map[string]string{}
	for _, name := range []string{"code", "error", "error_description", "iss", "state"} {
		value, err := single(cb, name)
		if err != nil {
			return "", err
		}
		values[name] = value
	}
	denied := cb.Form.Has("error")
	if denied && cb.Form.Has("code") {
		return "", errRequest(errors.New("both error and code"))
	}
	if err := a.sender(cb.Form, denied); err != nil {
		return "", err
	}
	if denied {
		said := sso.Inert(values["error"] + " " + values["error_description"])
		a.checks.That(false, "authorization", "a code", said)
		return "", errAnswered(values["error"], fmt.Errorf("the identity provider said %q", said))
	}
	if code := values["code"]; code != "" && len(code) <= maxCode {
		return code, nil
	}
	a.checks.That(
		false, "authorization", fmt.Sprintf("a code of at most %d bytes", maxCode),
		fmt.Sprintf("%d bytes", len(values["code"])),
	)
	return "", errRequest(fmt.Errorf("a code of %d bytes", len(values["code"])))
}

// sender checks the iss parameter (RFC 9207). It is always checked if present,
// and it is required from a provider that promises it, except on an error
// response.
func (a *answer) sender(form url.Values, denied bool) error {
	got, said := form.Get("iss"), form.Has("iss")
	if !said && (denied || !a.discovery.IssParameter) {
		return nil
	}
	if !said {
		got = "missing, though the identity provider promises it"
	}
	if !a.checks.That(said && got == a.config.Issuer, "response_issuer", a.config.Issuer, got) {
		return errIssuer(fmt.Errorf(
			"iss parameter: want %q, got %q", a.config.Issuer, sso.Inert(got),
		))
	}
	return nil
}

// assertion returns the verified assertion. It leaves out names that only
// concern the exchange with the identity provider, and pointers to where claims
// could be fetched.
func (a *answer) assertion(id *idToken) sso.Assertion {
	for name := range id.claims {
		if slices.Contains([]string{"nonce", "at_hash", "c_hash", "s_hash"}, name) ||
			hasRoot(name, "_claim_sources") {
			delete(id.claims, name)
		}
	}
	for name := range id.mixed {
		if hasRoot(name, "_claim_names") || hasRoot(name, "_claim_sources") {
			delete(id.mixed, name)
		}
	}
	if len(id.mixed) == 0 {
		id.mixed = nil
	}
	sum := sha256.Sum256([]byte(
		a.config.Issuer + "|" + id.subject + "|" + a.pending.Nonce.Reveal(),
	))
	authnAt := id.issuedAt
	if at, err := id.moment("auth_time"); err == nil && !at.IsZero() {
		authnAt = at
	}
	session, _ := id.text("sid") // left out if it is not a string: nothing depends on it
	return sso.Assertion{
		Issuer:          a.config.Issuer,
		Subject:         id.subject,
		Claims:          id.claims,
		Mixed:           id.mixed,
		AuthnAt:         authnAt,
		ResponseID:      hex.EncodeToString(sum[:]),
		NotOnOrAfter:    id.expires,
		SessionIndex:    session,
		GroupsUnfetched: a.unread && !a.hasGroups(id.claims),
	}
}
