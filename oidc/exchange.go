package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"gatehouse/sso"
)

// tokens are the tokens that a code was redeemed for. access is empty if the
// provider sent none: Azure AD B2C does so if only openid is requested.
type tokens struct {
	id     string
	access string
}

// tokenResponse is a response of a token endpoint (RFC 6749 §5.1, §5.2),
// limited to the members that are used.
type tokenResponse struct {
	AccessToken jsontext.Value `json:"access_token"`
	IDToken     jsontext.Value `json:"id_token"`
	Error       jsontext.Value `json:"error"`
	Description jsontext.Value `json:"error_description"`
}

// redeem exchanges the code, once: an exchange whose response was lost may have
// succeeded, and presenting a code twice revokes the tokens issued for it (RFC
// 6749 §4.1.2).
func (v *verifier) redeem(ctx context.Context, code string) (tokens, error) {
	const want = "tokens for the code"
	var resp response
	req, err := v.tokenRequest(ctx, code)
	if err != nil {
		return tokens{}, err
	}
	err = v.provider.call(ctx, func(context.Context) (err error) {
		resp, err = v.rp.do(req)
		return err
	})
	if err != nil {
		err = errUpstream(err)
	}
	var t tokens
	if err == nil {
		t, err = readTokens(req.URL.Host, resp.status, resp.body)
	}
	if err != nil {
		v.checks.Record(false, "code_exchange", want, explain(err))
		return tokens{}, fmt.Errorf("redeem code: %w", err)
	}
	if t.id == "" {
		v.checks.Record(false, "code_exchange", want, "no id_token")
		return tokens{}, errToken(errors.New("the token endpoint gave no id_token"))
	}
	v.checks.Record(
		true, "code_exchange", want, string(v.authMethod())+" at "+v.discovery.TokenEndpoint,
	)
	v.checks.Record(true, "pkce", "S256", "S256") // only the identity provider knows whether it requires PKCE
	return t, nil
}

// tokenRequest builds the token request. x/oauth2 is not used because it
// refuses a response without access_token.
func (v *verifier) tokenRequest(ctx context.Context, code string) (*http.Request, error) {
	form := url.Values{
		"grant_type":    {"authorization_code"},
		"code":          {code},
		"redirect_uri":  {v.rp.RedirectURI(v.connection.ID)},
		"code_verifier": {v.pending.Verifier.Reveal()},
	}
	switch v.authMethod() {
	case sso.ClientSecretPost:
		form.Set("client_id", v.config.ClientID)
		form.Set("client_secret", v.config.ClientSecret.Reveal())
	case sso.PrivateKeyJWT:
		assertion, err := v.rp.clientAssertion(
			v.connection, v.config.ClientID, v.discovery.TokenEndpoint,
		)
		if err != nil {
			return nil, err
		}
		form.Set("client_id", v.config.ClientID)
		form.Set("client_assertion", assertion)
		form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
	}
	req, err := http.NewRequestWithContext(
		ctx, http.MethodPost, v.discovery.TokenEndpoint, strings.NewReader(form.Encode()),
	)
	if err != nil {
		return nil, errUnusable(fmt.Errorf("make request: %w", err))
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	if v.authMethod() == sso.ClientSecretBasic {
		// RFC 6749 §2.3.1: both are form-encoded before they are joined.
		req.SetBasicAuth(
			url.QueryEscape(v.config.ClientID), url.QueryEscape(v.config.ClientSecret.Reveal()),
		)
	}
	return req, nil
}

// authMethod returns the configured method, or the default of RFC 7591 §2. It
// is always explicit: trying both methods would send the code and the secret
// twice.
func (v *verifier) authMethod() sso.AuthMethod {
	if v.config.AuthMethod == "" {
		return sso.ClientSecretBasic
	}
	return v.config.AuthMethod
}

// readTokens reads a token response and distinguishes a refusal, which is an
// OAuth error (RFC 6749 §5.2), from a failure. It does not keep the response,
// which may contain tokens.
func readTokens(host string, status int, body []byte) (tokens, error) {
	var r tokenResponse
	unreadable := json.Unmarshal(body, &r)
	code := stringOf(r.Error)
	temporary := status >= http.StatusInternalServerError || status == http.StatusTooManyRequests
	success := status >= http.StatusOK && status < http.StatusMultipleChoices
	switch {
	case unreadable == nil &&
		code != "" &&
		!temporary &&
		code != "server_error" &&
		code != "temporarily_unavailable":
		return tokens{}, errDenied(fmt.Errorf(
			"the token endpoint answered %d %s", status,
			sso.Sanitize(code+" "+stringOf(r.Description)),
		))
	case unreadable == nil && code != "":
		return tokens{}, errUpstream(fmt.Errorf(
			"the token endpoint answered %d %s", status, sso.Sanitize(code),
		))
	case !success:
		return tokens{}, errUpstream(&sso.StatusError{Host: host, Code: status})
	case len(body) == 0:
		return tokens{}, errUpstream(errors.New("the token endpoint's response is empty"))
	case unreadable != nil:
		// the cause may quote it
		return tokens{}, errUnusable(errors.New("the token endpoint's response is not a JSON object"))
	}
	return tokens{id: stringOf(r.IDToken), access: stringOf(r.AccessToken)}, nil
}

// stringOf returns raw as a string, or "" if it is missing or not a string.
func stringOf(raw jsontext.Value) string {
	var s string
	if raw.Kind() != '"' || json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// adminCause returns the part of an sso.Error that is meant for an admin.
func adminCause(err error) error {
	if e, ok := errors.AsType[*sso.Error](err); ok && e.Err != nil {
		return e.Err
	}
	return err
}

// explain returns what a check tells an admin about err.
func explain(err error) string {
	inner := adminCause(err)
	public, ok := errors.AsType[*sso.Error](inner)
	switch {
	case ok && public.Code == sso.CodeURLNotAllowed:
		return public.Text().String()
	case ok:
		return adminCause(inner).Error()
	}
	if failure := sso.ExplainFetch(inner); failure.Reason != "" {
		return failure.Reason
	}
	return inner.Error()
}
