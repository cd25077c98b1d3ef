package oidc

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"gatehouse/sso"
)

// Begin returns the redirect that starts a sign-in: authorization code flow
// with PKCE S256 (RFC 7636) and a nonce, whether or not the provider announces
// support. The pending login's ID is the state.
func (rp *RelyingParty) Begin(
	ctx context.Context, c sso.Connection, cfg sso.Config, p sso.PendingLogin,
) (sso.Redirect, error) {
	known, err := rp.provider(c, cfg)
	if err != nil {
		return sso.Redirect{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	d, err := known.metadata(ctx)
	if err != nil {
		return sso.Redirect{}, fmt.Errorf("begin at %s: %w", cfg.OIDC.Issuer, err)
	}
	options := []oauth2.AuthCodeOption{
		gooidc.Nonce(p.Nonce.Reveal()), oauth2.S256ChallengeOption(p.Verifier.Reveal()),
	}
	if cfg.OIDC.Prompt != "" {
		options = append(options, oauth2.SetAuthURLParam("prompt", cfg.OIDC.Prompt))
	}
	options = append(options, asked(p.Need)...)
	for _, hint := range p.Hint.Parameters(c.Provider) {
		options = append(options, oauth2.SetAuthURLParam(hint.Name, hint.Value))
	}
	return sso.Redirect{URL: rp.oauthConfig(c, *cfg.OIDC, d).AuthCodeURL(p.ID, options...)}, nil
}

// asked returns the parameters that ask for what the response will be judged by. A
// provider that is asked for max_age must state auth_time (OpenID Connect Core 1.0,
// sections 2 and 3.1.2.1), which it may leave out otherwise.
func asked(need sso.AuthnNeed) []oauth2.AuthCodeOption {
	var options []oauth2.AuthCodeOption
	if need.MaxAge > 0 {
		seconds := strconv.FormatInt(int64(need.MaxAge/time.Second), 10)
		options = append(options, oauth2.SetAuthURLParam("max_age", seconds))
	}
	if need.Acr != "" {
		options = append(options, oauth2.SetAuthURLParam("acr_values", need.Acr))
	}
	return options
}

// oauthConfig returns the x/oauth2 configuration of the client. The authentication
// method is always explicit: without one, x/oauth2 tries both and sends the
// code and the secret twice.
func (rp *RelyingParty) oauthConfig(c sso.Connection, cfg sso.OIDCConfig, d Discovery) *oauth2.Config {
	o := &oauth2.Config{
		ClientID:    cfg.ClientID,
		RedirectURL: rp.RedirectURI(c.ID),
		Scopes:      []string{gooidc.ScopeOpenID},
		Endpoint: oauth2.Endpoint{
			AuthURL:   d.AuthorizationEndpoint,
			TokenURL:  d.TokenEndpoint,
			AuthStyle: oauth2.AuthStyleInParams,
		},
	}
	if cfg.AuthMethod != sso.PrivateKeyJWT {
		o.ClientSecret = cfg.ClientSecret.Reveal()
	}
	if cfg.AuthMethod == sso.ClientSecretBasic || cfg.AuthMethod == "" { // the default of RFC 7591 §2
		o.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
	}
	for _, s := range cfg.Scopes {
		if s != "" && !slices.Contains(o.Scopes, s) {
			o.Scopes = append(o.Scopes, s)
		}
	}
	return o
}

// maxState is the longest state parameter accepted, in bytes. It exceeds the
// length of every state we issue.
const maxState = 128

// Correlate returns the state parameter, or "" if there is none. It verifies
// nothing; a value that cannot be one of ours is Invalid "login_state_expired".
func (rp *RelyingParty) Correlate(cb sso.Callback) (string, error) {
	state, err := singleParameter(cb, "state")
	if err == nil && len(state) > maxState {
		err = sso.LoginExpired()
	}
	if err != nil {
		return "", err
	}
	return state, nil
}

// singleParameter returns one parameter of an authorization response and refuses a
// repeated one. The HTTP edge refuses repeated parameters too; this check
// covers other callers.
func singleParameter(cb sso.Callback, name string) (string, error) {
	switch sent := cb.Form[name]; len(sent) {
	case 0:
		return "", nil
	case 1:
		return sent[0], nil
	}
	return "", &sso.Error{
		Kind:   sso.Invalid,
		Code:   "duplicate_parameter",
		Public: "The response of your company’s identity provider has a parameter twice. Start again.",
		Err:    fmt.Errorf("parameter %q is repeated", name),
	}
}
