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
// "login_state_expired" (no pending login), "bad_request", "duplicate_parameter",
// "issuer_mismatch"; Forbidden "idp_denied", "id_token_invalid"; Upstream
// "idp_unavailable", "idp_unusable".
func (rp *RelyingParty) Complete(
	ctx context.Context, c sso.Connection, cfg sso.Config, p *sso.PendingLogin, cb sso.Callback,
) (sso.Examined, error) {
	if p == nil || p.Nonce == "" || p.Verifier == "" {
		return sso.Examined{}, sso.LoginExpired()
	}
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	return rp.examine(c, cfg, *p, func(v *verifier) (sso.Assertion, error) { return v.read(ctx, cb) })
}

// verifier verifies one response of an identity provider.
type verifier struct {
	rp             *RelyingParty
	provider       *provider
	connection     sso.Connection
	config         sso.OIDCConfig
	mapping        sso.Mapping
	pending        sso.PendingLogin
	discovery      Discovery
	checks         sso.Checks
	captured       bool // an ID token pasted by an admin, without its access token
	userinfoFailed bool // userinfo was needed and could not be read
	received       []receivedDocument
}

// receivedDocument is a document as it arrived, unverified.
type receivedDocument struct {
	name string
	body []byte
}

// keep remembers a document, so that an admin can be shown what arrived.
func (v *verifier) keep(name string, body []byte) {
	v.received = append(v.received, receivedDocument{name, body})
}

func (v *verifier) read(ctx context.Context, cb sso.Callback) (sso.Assertion, error) {
	if err := v.loadDiscovery(ctx); err != nil {
		return sso.Assertion{}, err
	}
	code, err := v.checkAuthorizationResponse(cb)
	if err != nil {
		return sso.Assertion{}, err
	}
	t, err := v.redeem(ctx, code)
	if err != nil {
		return sso.Assertion{}, err
	}
	v.keep("The ID token", payloadOf(t.id))
	id, err := v.verifyIDToken(ctx, t)
	if err != nil {
		return sso.Assertion{}, err
	}
	if err := v.addUserinfo(ctx, t, id); err != nil {
		return sso.Assertion{}, err
	}
	return v.buildAssertion(id), nil
}

// checkAuthorizationResponse checks the authorization response that the browser delivered, and
// returns the code.
func (v *verifier) checkAuthorizationResponse(cb sso.Callback) (string, error) {
	params := map[string]string{}
	for _, name := range []string{"code", "error", "error_description", "iss", "state"} {
		value, err := singleParameter(cb, name)
		if err != nil {
			return "", err
		}
		params[name] = value
	}
	denied := cb.Form.Has("error")
	if denied && cb.Form.Has("code") {
		return "", errRequest(errors.New("both error and code"))
	}
	if err := v.checkIssParameter(cb.Form, denied); err != nil {
		return "", err
	}
	if denied {
		reason := sso.Sanitize(params["error"] + " " + params["error_description"])
		v.checks.Record(false, "authorization", "a code", reason)
		return "", errAuthorization(
			params["error"], fmt.Errorf("the identity provider said %q", reason),
		)
	}
	if code := params["code"]; code != "" && len(code) <= maxCode {
		return code, nil
	}
	v.checks.Record(
		false, "authorization", fmt.Sprintf("a code of at most %d bytes", maxCode),
		fmt.Sprintf("%d bytes", len(params["code"])),
	)
	return "", errRequest(fmt.Errorf("a code of %d bytes", len(params["code"])))
}

// checkIssParameter checks the iss parameter (RFC 9207). It is always checked if present,
// and it is required from a provider that promises it, except on an error
// response.
func (v *verifier) checkIssParameter(form url.Values, denied bool) error {
	got, present := form.Get("iss"), form.Has("iss")
	if !present && (denied || !v.discovery.IssParameter) {
		return nil
	}
	if !present {
		got = "missing, though the identity provider promises it"
	}
	if !v.checks.Record(
		present && got == v.config.Issuer, "response_issuer", v.config.Issuer, got,
	) {
		return errIssuer(fmt.Errorf(
			"iss parameter: want %q, got %q", v.config.Issuer, sso.Sanitize(got),
		))
	}
	return nil
}

// buildAssertion returns the verified assertion. It leaves out names that only
// concern the exchange with the identity provider, and pointers to where claims
// could be fetched.
func (v *verifier) buildAssertion(id *idToken) sso.Assertion {
	authn := v.readAuthn(id)
	for name := range id.claims {
		if slices.Contains([]string{"nonce", "at_hash", "c_hash", "s_hash"}, name) ||
			isOrBelow(name, "_claim_sources") {
			delete(id.claims, name)
		}
	}
	for name := range id.mixed {
		if isOrBelow(name, "_claim_names") || isOrBelow(name, "_claim_sources") {
			delete(id.mixed, name)
		}
	}
	if len(id.mixed) == 0 {
		id.mixed = nil
	}
	sum := sha256.Sum256([]byte(
		v.config.Issuer + "|" + id.subject + "|" + v.pending.Nonce.Reveal(),
	))
	session, _ := id.stringMember("sid") // left out if it is not a string: nothing depends on it
	return sso.Assertion{
		Issuer:          v.config.Issuer,
		Subject:         id.subject,
		Claims:          id.claims,
		Mixed:           id.mixed,
		Authn:           authn,
		ResponseID:      hex.EncodeToString(sum[:]),
		NotOnOrAfter:    id.expires,
		SessionIndex:    session,
		SessionEnd:      id.sessionEnd,
		GroupsUnfetched: v.userinfoFailed && !v.mentionsGroups(id.claims),
	}
}
