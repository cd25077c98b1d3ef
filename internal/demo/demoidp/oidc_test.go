package demoidp_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"golang.org/x/oauth2"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
)

const callbackURL = "https://gw.example/oidc/conn-2/callback"

// relyingParty is a client on go-oidc and x/oauth2, independent implementations.
type relyingParty struct {
	provider *gooidc.Provider
	config   oauth2.Config
	idp      *demoidp.IdP
}

func newRelyingParty(t *testing.T, idp *demoidp.IdP, client demoidp.Client) relyingParty {
	t.Helper()
	client.ID, client.RedirectURIs = "gw", []string{callbackURL}
	client.PostLogoutURIs = []string{"https://gw.example/"}
	if client.Key == nil {
		client.Secret = "s3cret:+/ä"
	}
	idp.RegisterOIDC(client)
	provider, err := gooidc.NewProvider(t.Context(), idp.Issuer())
	if err != nil {
		t.Fatal(err)
	}
	return relyingParty{
		provider,
		oauth2.Config{
			ClientID:     "gw",
			ClientSecret: client.Secret.Reveal(),
			Endpoint:     provider.Endpoint(),
			RedirectURL:  callbackURL,
			Scopes:       []string{"openid", "profile", "email", "groups"},
		},
		idp,
	}
}

type claims struct {
	Nonce         string            `json:"nonce"`
	Login         string            `json:"preferred_username"`
	Email         string            `json:"email"`
	EmailVerified bool              `json:"email_verified"`
	Name          string            `json:"name"`
	Groups        []string          `json:"groups"`
	ClaimNames    map[string]string `json:"_claim_names"`
}

// signedIn is what a sign-in returns; tokens only if the callback has a code.
type signedIn struct {
	callback url.Values
	token    *oauth2.Token
	id       *gooidc.IDToken
}

// signIn performs a whole sign-in.
func (rp relyingParty) signIn(ctx context.Context, style oauth2.AuthStyle) (signedIn, error) {
	rp.config.Endpoint.AuthStyle = style
	verifier := oauth2.GenerateVerifier()
	to := rp.config.AuthCodeURL(
		"state-1", oauth2.S256ChallengeOption(verifier), gooidc.Nonce("nonce-1"),
	)
	var got signedIn
	back, err := rp.idp.RespondOIDC("p-ada", sso.Redirect{URL: to})
	if err != nil {
		return got, err
	}
	u, err := url.Parse(back)
	if err != nil {
		return got, err
	}
	got.callback = u.Query()
	if got.callback.Get("code") == "" {
		return got, nil
	}
	got.token, err = rp.config.Exchange(
		ctx, got.callback.Get("code"), oauth2.VerifierOption(verifier),
	)
	if err != nil {
		return signedIn{callback: got.callback}, err
	}
	raw, _ := got.token.Extra("id_token").(string)
	got.id, err = rp.provider.Verifier(&gooidc.Config{ClientID: "gw"}).Verify(ctx, raw)
	return got, err
}

func TestOIDCAgainstGoOIDC(t *testing.T) {
	for name, style := range map[string]oauth2.AuthStyle{
		"basic": oauth2.AuthStyleInHeader,
		"post":  oauth2.AuthStyleInParams,
	} {
		t.Run(name, func(t *testing.T) {
			idp := start(t, demoidp.Options{BaseURL: "/demo/idp"})
			rp := newRelyingParty(t, idp, demoidp.Client{})
			in, err := rp.signIn(t.Context(), style)
			if err != nil {
				t.Fatal(err)
			}
			if in.callback.Get("state") != "state-1" ||
				in.callback.Get("iss") != idp.Issuer() {
				t.Errorf("callback = %v", in.callback)
			}
			if err := in.id.VerifyAccessToken(in.token.AccessToken); err != nil {
				t.Error(err)
			}
			var got claims
			if err := in.id.Claims(&got); err != nil {
				t.Fatal(err)
			}
			if in.id.Subject != "p-ada" ||
				got.Nonce != "nonce-1" ||
				got.Login != "ada@acme.example" ||
				got.Name != "Ada Lovelace" ||
				!got.EmailVerified ||
				!slices.Equal(got.Groups, []string{"developers", "admins"}) {
				t.Errorf("subject %q, claims %+v", in.id.Subject, got)
			}
			info, err := rp.provider.UserInfo(
				t.Context(), oauth2.StaticTokenSource(in.token),
			)
			if err != nil || info.Subject != "p-ada" {
				t.Errorf("userinfo: %+v, %v", info, err)
			}
		})
	}
}

func TestGroupsOnlyInUserinfo(t *testing.T) {
	idp := start(t, demoidp.Options{})
	rp := newRelyingParty(t, idp, demoidp.Client{GroupsInUserinfo: true})
	in, err := rp.signIn(t.Context(), oauth2.AuthStyleInHeader)
	if err != nil {
		t.Fatal(err)
	}
	var inToken, inInfo claims
	if err := in.id.Claims(&inToken); err != nil || inToken.Groups != nil {
		t.Errorf("groups in the ID token: %v, %v", inToken.Groups, err)
	}
	info, err := rp.provider.UserInfo(t.Context(), oauth2.StaticTokenSource(in.token))
	if err != nil {
		t.Fatal(err)
	}
	if err := info.Claims(&inInfo); err != nil || len(inInfo.Groups) != 2 {
		t.Errorf("groups in userinfo: %v, %v", inInfo.Groups, err)
	}
}

// oidcResult is the result of a sign-in with a fault.
type oidcResult struct {
	callback url.Values
	claims   claims
	err      error
}

type oidcCheck func(t *testing.T, r oidcResult)

func refusedWith(words string) oidcCheck {
	return func(t *testing.T, r oidcResult) {
		if r.err == nil || !strings.Contains(r.err.Error(), words) {
			t.Errorf("got %v, want a refusal with %q", r.err, words)
		}
	}
}

func acceptedIf(ok func(oidcResult) bool) oidcCheck {
	return func(t *testing.T, r oidcResult) {
		if r.err != nil || !ok(r) {
			t.Errorf("%v, callback %v, claims %+v", r.err, r.callback, r.claims)
		}
	}
}

func oidcChecks() map[demoidp.Fault]oidcCheck {
	return map[demoidp.Fault]oidcCheck{
		demoidp.WrongAudience: refusedWith("expected audience"),
		demoidp.WrongIssuer:   refusedWith("different provider"),
		demoidp.Unsigned:      refusedWith("malformed"),
		demoidp.WrongKey:      refusedWith("signature"),
		demoidp.NoKey:         refusedWith("signature"),
		demoidp.OtherUserinfo: acceptedIf(func(r oidcResult) bool {
			return r.claims.Login != ""
		}),
		demoidp.GroupIDs: acceptedIf(func(r oidcResult) bool {
			return len(r.claims.Groups) > 0 && len(r.claims.Groups[0]) == 36
		}),
		demoidp.Expired:  refusedWith("expired"),
		demoidp.ClockOff: refusedWith("before the nbf"),
		demoidp.Down:     refusedWith("503"),
		demoidp.MixUp: acceptedIf(func(r oidcResult) bool {
			return r.callback.Get("iss") == "https://other-idp.example"
		}),
		demoidp.Denied: acceptedIf(func(r oidcResult) bool {
			return r.callback.Get("error") == "access_denied" &&
				!r.callback.Has("code")
		}),
		demoidp.WrongNonce: acceptedIf(func(r oidcResult) bool {
			return r.claims.Nonce != "nonce-1" && r.claims.Nonce != ""
		}),
		demoidp.NoGroups: acceptedIf(func(r oidcResult) bool {
			return r.claims.Groups == nil && r.claims.ClaimNames == nil
		}),
		demoidp.EmptyGroups: acceptedIf(func(r oidcResult) bool {
			return r.claims.Groups != nil && len(r.claims.Groups) == 0
		}),
		demoidp.Overage: acceptedIf(func(r oidcResult) bool {
			return r.claims.Groups == nil && r.claims.ClaimNames["groups"] == "src1"
		}),
		demoidp.DirectoryDown: acceptedIf(func(r oidcResult) bool {
			return r.claims.Groups == nil && r.claims.ClaimNames["groups"] == "src1"
		}),
		demoidp.ManyGroups: acceptedIf(func(r oidcResult) bool {
			return len(r.claims.Groups) == 300
		}),
		demoidp.Truncated: acceptedIf(func(r oidcResult) bool {
			return len(r.claims.Groups) == demoidp.GroupLimit
		}),
		demoidp.NoEmail: acceptedIf(func(r oidcResult) bool {
			return r.claims.Email == ""
		}),
		demoidp.NoLogin: acceptedIf(func(r oidcResult) bool {
			return r.claims.Login == ""
		}),
		demoidp.OtherCompanyEmail: acceptedIf(func(r oidcResult) bool {
			return r.claims.Email == "ada@rival.example" && !r.claims.EmailVerified
		}),
	}
}

func TestOIDCFaults(t *testing.T) {
	tests := oidcChecks()
	idp := start(t, demoidp.Options{})
	rp := newRelyingParty(t, idp, demoidp.Client{})
	for _, info := range demoidp.Faults() {
		if !info.OIDC || info.Fault == demoidp.Replay {
			continue
		}
		t.Run(string(info.Fault), func(t *testing.T) {
			check, ok := tests[info.Fault]
			if !ok {
				t.Fatal("no test for this fault")
			}
			idp.SetFaultOnce(info.Fault)
			in, err := rp.signIn(t.Context(), oauth2.AuthStyleInHeader)
			r := oidcResult{callback: in.callback, err: err}
			if in.id != nil {
				if err := in.id.Claims(&r.claims); err != nil {
					t.Fatal(err)
				}
			}
			check(t, r)
		})
	}
}

func TestOIDCReplay(t *testing.T) {
	idp := start(t, demoidp.Options{})
	rp := newRelyingParty(t, idp, demoidp.Client{})
	first, err := rp.signIn(t.Context(), oauth2.AuthStyleInHeader)
	if err != nil {
		t.Fatal(err)
	}
	idp.SetFaultOnce(demoidp.Replay)
	second, err := rp.signIn(t.Context(), oauth2.AuthStyleInHeader)
	if err != nil {
		t.Fatal(err)
	}
	if first.token.Extra("id_token") != second.token.Extra("id_token") {
		t.Error("another ID token")
	}
}

// exchange posts to the token endpoint and returns the status.
func exchange(t *testing.T, idp *demoidp.IdP, form url.Values) int {
	t.Helper()
	resp, err := http.PostForm(idp.Issuer()+"/oidc/token", form)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode
}

func TestTokenRefusals(t *testing.T) {
	idp := start(t, demoidp.Options{})
	rp := newRelyingParty(t, idp, demoidp.Client{})
	verifier := oauth2.GenerateVerifier()
	code := func() string {
		back, err := idp.RespondOIDC("p-ada", sso.Redirect{
			URL: rp.config.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier)),
		})
		if err != nil {
			t.Fatal(err)
		}
		u, _ := url.Parse(back)
		return u.Query().Get("code")
	}
	form := func(change ...string) url.Values {
		f := url.Values{
			"grant_type":    {"authorization_code"},
			"code":          {code()},
			"redirect_uri":  {callbackURL},
			"code_verifier": {verifier},
			"client_id":     {"gw"},
			"client_secret": {rp.config.ClientSecret},
		}
		if len(change) == 2 {
			f.Set(change[0], change[1])
		}
		return f
	}
	good := form()
	for name, step := range map[string]struct {
		form url.Values
		want int
	}{
		"wrong secret": {form("client_secret", "x"), http.StatusUnauthorized},
		"empty secret": {form("client_secret", ""), http.StatusUnauthorized},
		"wrong verifier": {
			form("code_verifier", oauth2.GenerateVerifier()), http.StatusBadRequest,
		},
		"wrong redirect URI": {
			form("redirect_uri", callbackURL+"/"), http.StatusBadRequest,
		},
		"wrong grant type": {form("grant_type", "password"), http.StatusBadRequest},
		"unknown code":     {form("code", "x"), http.StatusBadRequest},
	} {
		if got := exchange(t, idp, step.form); got != step.want {
			t.Errorf("%s: status %d, want %d", name, got, step.want)
		}
	}
	if got := exchange(t, idp, good); got != http.StatusOK {
		t.Errorf("good code: status %d", got)
	}
	if got := exchange(t, idp, good); got != http.StatusBadRequest {
		t.Errorf("same code again: status %d", got)
	}
}

func TestPrivateKeyJWT(t *testing.T) {
	idp := start(t, demoidp.Options{})
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	rp := newRelyingParty(t, idp, demoidp.Client{Key: &key.PublicKey})
	verifier := oauth2.GenerateVerifier()
	try := func(audience string, expires time.Time) int {
		back, err := idp.RespondOIDC("p-ada", sso.Redirect{
			URL: rp.config.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier)),
		})
		if err != nil {
			t.Fatal(err)
		}
		u, _ := url.Parse(back)
		signer, err := jose.NewSigner(
			jose.SigningKey{Algorithm: jose.RS256, Key: key}, nil,
		)
		if err != nil {
			t.Fatal(err)
		}
		assertion, err := jwt.Signed(signer).Claims(jwt.Claims{
			Issuer:   "gw",
			Subject:  "gw",
			Audience: jwt.Audience{audience},
			ID:       "1",
			Expiry:   jwt.NewNumericDate(expires),
		}).Serialize()
		if err != nil {
			t.Fatal(err)
		}
		return exchange(t, idp, url.Values{
			"grant_type":            {"authorization_code"},
			"code":                  {u.Query().Get("code")},
			"redirect_uri":          {callbackURL},
			"code_verifier":         {verifier},
			"client_assertion":      {assertion},
			"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		})
	}
	soon := time.Now().Add(time.Minute)
	if got := try(idp.Issuer()+"/oidc/token", soon); got != http.StatusOK {
		t.Errorf("token endpoint as audience: status %d", got)
	}
	if got := try(idp.Issuer(), soon); got != http.StatusOK {
		t.Errorf("issuer as audience: status %d", got)
	}
	if got := try("https://other.example", soon); got != http.StatusUnauthorized {
		t.Errorf("another audience: status %d", got)
	}
	if got := try(idp.Issuer(), time.Now().Add(-time.Minute)); got != http.StatusUnauthorized {
		t.Errorf("expired: status %d", got)
	}
}

func TestAuthorizeRefusals(t *testing.T) {
	idp := start(t, demoidp.Options{})
	rp := newRelyingParty(t, idp, demoidp.Client{})
	good := rp.config.AuthCodeURL(
		"s", oauth2.S256ChallengeOption(oauth2.GenerateVerifier()),
	)
	change := func(name, value string) string {
		u, _ := url.Parse(good)
		q := u.Query()
		q.Set(name, value)
		u.RawQuery = q.Encode()
		return u.String()
	}
	if _, err := idp.RespondOIDC("p-ada", sso.Redirect{URL: good}); err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string]string{
		"no PKCE":        change("code_challenge", ""),
		"plain PKCE":     change("code_challenge_method", "plain"),
		"implicit":       change("response_type", "id_token"),
		"other redirect": change("redirect_uri", "https://evil.example/"),
		"other client":   change("client_id", "x"),
		"no openid":      change("scope", "profile"),
		"state twice":    good + "&state=x",
	} {
		if back, err := idp.RespondOIDC("p-ada", sso.Redirect{URL: to}); err == nil {
			t.Errorf("%s: accepted, goes to %s", name, back)
		}
	}
}

func TestEndSession(t *testing.T) {
	idp := start(t, demoidp.Options{})
	rp := newRelyingParty(t, idp, demoidp.Client{})
	in, err := rp.signIn(t.Context(), oauth2.AuthStyleInHeader)
	if err != nil {
		t.Fatal(err)
	}
	hint, _ := in.token.Extra("id_token").(string)
	logout := func(to, hint string) *http.Response {
		return get(t, idp.Issuer()+"/oidc/logout?"+url.Values{
			"post_logout_redirect_uri": {to},
			"id_token_hint":            {hint},
			"state":                    {"a b"},
		}.Encode())
	}
	if got := logout("https://gw.example/", hint).Header.Get(
		"Location",
	); got != "https://gw.example/?state=a+b" {
		t.Errorf("goes to %q", got)
	}
	for name, resp := range map[string]*http.Response{
		"unregistered": logout("https://evil.example/", hint),
		"no hint":      logout("https://gw.example/", ""),
	} {
		if resp.StatusCode != http.StatusBadRequest ||
			resp.Header.Get("Location") != "" {
			t.Errorf(
				"%s: status %d to %q", name, resp.StatusCode,
				resp.Header.Get("Location"),
			)
		}
	}
}
