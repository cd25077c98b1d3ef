package demoidp

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"gatehouse/sso"
)

const idTokenLifetime = 5 * time.Minute

// discovery serves the provider's metadata (OpenID Connect Discovery 1.0 §3).
func (p *IdP) discovery(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, map[string]any{
		"issuer":                                p.base,
		"authorization_endpoint":                p.base + "/oidc/authorize",
		"token_endpoint":                        p.base + "/oidc/token",
		"userinfo_endpoint":                     p.base + "/oidc/userinfo",
		"jwks_uri":                              p.base + "/oidc/keys",
		"end_session_endpoint":                  p.base + "/oidc/logout",
		"response_types_supported":              []string{"code"},
		"response_modes_supported":              []string{"query"},
		"grant_types_supported":                 []string{"authorization_code"},
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": []string{string(jose.ES256)},
		"scopes_supported": []string{
			"openid", "profile", "email", "groups",
		},
		"claims_supported": []string{
			"sub", "name", "given_name", "family_name", "preferred_username", "email",
			"email_verified", "groups",
		},
		"code_challenge_methods_supported": []string{"S256"},
		"token_endpoint_auth_methods_supported": []string{
			"client_secret_basic", "client_secret_post", "private_key_jwt",
		},
		"authorization_response_iss_parameter_supported": true,
	})
}

func (p *IdP) jwks(w http.ResponseWriter, _ *http.Request) error {
	keys, err := p.keys.forOIDC()
	if err != nil {
		return err
	}
	var set jose.JSONWebKeySet
	for _, key := range keys {
		set.Keys = append(set.Keys, jose.JSONWebKey{
			Key:       &key.private.PublicKey,
			KeyID:     key.id,
			Algorithm: string(jose.ES256),
			Use:       "sig",
		})
	}
	return writeJSON(w, http.StatusOK, set)
}

// token redeems a code (RFC 6749 §4.1.3, RFC 7636 §4.6).
func (p *IdP) token(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxMessage)
	if err := r.ParseForm(); err != nil {
		return refuseOAuth(http.StatusBadRequest, "invalid_request", "the form cannot be read")
	}
	client, err := p.authenticate(r)
	if err != nil {
		return err
	}
	if r.PostForm.Get("grant_type") != "authorization_code" {
		return refuseOAuth(
			http.StatusBadRequest, "unsupported_grant_type", "only authorization_code is supported",
		)
	}
	g, ok := p.codes.take(p.now(), r.PostForm.Get("code"))
	sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	switch {
	case !ok:
		return refuseOAuth(
			http.StatusBadRequest, "invalid_grant", "the code is unknown, used or expired",
		)
	case g.Client.ID != client.ID:
		return refuseOAuth(
			http.StatusBadRequest, "invalid_grant", "the code was given to another client",
		)
	case g.RedirectURI != r.PostForm.Get("redirect_uri"):
		return refuseOAuth(
			http.StatusBadRequest, "invalid_grant", "the redirect_uri is not that of the request",
		)
	case base64.RawURLEncoding.EncodeToString(sum[:]) != g.Challenge:
		return refuseOAuth(http.StatusBadRequest, "invalid_grant", "the code_verifier does not fit")
	case g.fault == Down:
		// Not an OAuth error: a failing server does not speak the protocol.
		http.Error(w, "<h1>503 Service Unavailable</h1>", http.StatusServiceUnavailable)
		return nil
	}
	access := p.tokens.put(p.now(), g)
	idToken, err := p.idToken(g, access)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, map[string]any{
		"access_token": access,
		"token_type":   "Bearer",
		"expires_in":   int(p.tokens.lifetime.Seconds()),
		"id_token":     idToken,
		"scope":        strings.Join(g.Scopes, " "),
	})
}

// authenticate authenticates the client by one of the discovery document's methods.
func (p *IdP) authenticate(r *http.Request) (Client, error) {
	wrong := refuseOAuth(
		http.StatusUnauthorized, "invalid_client", "the client cannot be authenticated",
	)
	if assertion := r.PostForm.Get("client_assertion"); assertion != "" {
		return p.authenticateJWT(assertion, wrong)
	}
	id, secret := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	if user, password, ok := r.BasicAuth(); ok { // RFC 6749 §2.3.1: both are form-encoded
		var err, err2 error
		id, err = url.QueryUnescape(user)
		secret, err2 = url.QueryUnescape(password)
		if err != nil || err2 != nil {
			return Client{}, wrong
		}
	}
	client, err := p.client(id)
	if err != nil ||
		client.Secret == "" ||
		subtle.ConstantTimeCompare([]byte(client.Secret.Reveal()), []byte(secret)) != 1 {
		return Client{}, wrong
	}
	return client, nil
}

// authenticateJWT checks a private_key_jwt assertion (RFC 7523 §3).
func (p *IdP) authenticateJWT(assertion string, wrong error) (Client, error) {
	token, err := jwt.ParseSigned(assertion, []jose.SignatureAlgorithm{
		jose.RS256, jose.PS256, jose.ES256,
	})
	if err != nil {
		return Client{}, wrong
	}
	var claims jwt.Claims
	if err := token.UnsafeClaimsWithoutVerification(&claims); err != nil {
		return Client{}, wrong
	}
	client, err := p.client(claims.Subject)
	if err != nil ||
		client.Key == nil ||
		token.Claims(client.Key, &claims) != nil ||
		claims.ID == "" ||
		claims.Expiry == nil {
		return Client{}, wrong
	}
	for _, audience := range []string{p.base, p.base + "/oidc/token"} {
		want := jwt.Expected{
			Issuer:      client.ID,
			Subject:     client.ID,
			AnyAudience: jwt.Audience{audience},
			Time:        p.now(),
		}
		if claims.ValidateWithLeeway(want, 0) == nil {
			return client, nil
		}
	}
	return Client{}, wrong
}

// idToken returns the ID token, with the grant's fault.
func (p *IdP) idToken(g grant, access string) (string, error) {
	if g.fault == Replay {
		return p.replayed(g.Client.ID)
	}
	token, err := p.signToken(p.idClaims(g, access), g.fault)
	if err != nil {
		return "", err
	}
	if g.fault.none() {
		p.mu.Lock()
		p.lastToken[g.Client.ID] = token
		p.mu.Unlock()
	}
	return token, nil
}

// replayed returns the last ID token without a fault that a client got.
func (p *IdP) replayed(client string) (string, error) {
	p.mu.Lock()
	last := p.lastToken[client]
	p.mu.Unlock()
	if last == "" {
		return "", refuseOAuth(
			http.StatusBadRequest, "invalid_grant",
			"there is no earlier ID token to send again",
		)
	}
	return last, nil
}

// idClaims returns the claims of an ID token, with the grant's fault as far as it is one
// of them.
func (p *IdP) idClaims(g grant, access string) map[string]any {
	at := p.now()
	switch g.fault {
	case Expired:
		at = at.Add(-time.Hour - idTokenLifetime)
	case ClockOff:
		at = at.Add(10 * time.Minute)
	}
	half := sha256.Sum256([]byte(access))
	claims := map[string]any{
		"iss":       p.base,
		"sub":       g.person.ID,
		"aud":       g.Client.ID,
		"azp":       g.Client.ID,
		"iat":       at.Unix(),
		"nbf":       at.Unix(),
		"exp":       at.Add(idTokenLifetime).Unix(),
		"auth_time": at.Unix(),
		"at_hash":   base64.RawURLEncoding.EncodeToString(half[:16]),
		"sid":       g.sid,
	}
	if len(g.Contexts) > 0 { // every person here has every factor
		claims["acr"] = g.Contexts[0]
	}
	if g.Nonce != "" {
		claims["nonce"] = g.Nonce
	}
	switch g.fault {
	case WrongAudience:
		claims["aud"], claims["azp"] = elsewhere, elsewhere
	case WrongIssuer:
		claims["iss"] = otherIssuer
	case WrongNonce:
		claims["nonce"] = sso.NewSecret().Reveal()
	}
	profile := p.profile(g)
	if g.Client.GroupsInUserinfo {
		delete(profile, claimGroups)
	}
	maps.Copy(claims, profile)
	return claims
}

func (p *IdP) signToken(claims map[string]any, fault Fault) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("write ID token: %w", err)
	}
	if fault == Unsigned {
		enc := base64.RawURLEncoding
		return enc.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." +
			enc.EncodeToString(payload) + ".", nil
	}
	keys, err := p.keys.forOIDC()
	if err != nil {
		return "", err
	}
	key := keys[0]
	if fault == WrongKey || fault == NoKey {
		id := key.id // the same key ID, so that the signature is invalid
		if key, err = newOIDCKey(nil); err != nil {
			return "", err
		}
		if fault == WrongKey {
			key.id = id
		}
	}
	signer, err := jose.NewSigner(
		jose.SigningKey{
			Algorithm: jose.ES256,
			Key:       jose.JSONWebKey{Key: key.private, KeyID: key.id},
		},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", fmt.Errorf("prepare ID token signature: %w", err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign ID token: %w", err)
	}
	return signed.CompactSerialize()
}

// profile returns the claims about the person that the scopes permit. Groups are
// always included, as with a provider whose groups claim is configured.
func (p *IdP) profile(g grant) map[string]any {
	a := p.assert(g.person, g.fault, mostInToken)
	claims := map[string]any{}
	set := func(name, value string) {
		if value != "" {
			claims[name] = value
		}
	}
	if slices.Contains(g.Scopes, "profile") {
		set("preferred_username", a.login)
		set("given_name", a.givenName)
		set("family_name", a.surname)
		set("name", strings.TrimSpace(a.givenName+" "+a.surname))
	}
	if slices.Contains(g.Scopes, "email") && a.email != "" {
		claims["email"] = a.email
		claims["email_verified"] = g.fault != OtherCompanyEmail && !g.person.NoMailbox
	}
	if p.options.Tenant != "" {
		claims[claimTenant], claims[claimObject] = p.options.Tenant, p.ObjectID(g.person.ID)
	}
	switch {
	case a.overaged:
		claims["_claim_names"] = map[string]string{"groups": "src1"}
		claims["_claim_sources"] = map[string]any{"src1": map[string]string{
			"endpoint": p.pointer(g.person),
		}}
	case g.person.GroupsClaim != nil:
		claims[claimGroups] = g.person.GroupsClaim
	case a.groupsSent:
		claims[claimGroups] = append([]string{}, a.groups...) // [] and not null
	}
	return claims
}

// userinfo serves the claims for an access token (OpenID Connect Core §5.3).
func (p *IdP) userinfo(w http.ResponseWriter, r *http.Request) error {
	bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	g, known := p.tokens.get(p.now(), bearer)
	if !ok || !known {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		return refuseOAuth(
			http.StatusUnauthorized, "invalid_token", "the access token is unknown or expired",
		)
	}
	claims := p.profile(g)
	claims["sub"] = g.person.ID
	if g.fault == OtherUserinfo {
		claims["sub"] = g.person.ID + "-of-another"
	}
	return writeJSON(w, http.StatusOK, claims)
}

// audienceOf returns the client of an ID token of this provider, even an expired one,
// or "" for another token.
func (p *IdP) audienceOf(idToken string) string {
	token, err := jwt.ParseSigned(idToken, []jose.SignatureAlgorithm{jose.ES256})
	keys, keyErr := p.keys.forOIDC()
	if err != nil || keyErr != nil {
		return ""
	}
	for _, key := range keys {
		var claims jwt.Claims
		if token.Claims(&key.private.PublicKey, &claims) == nil && len(claims.Audience) == 1 {
			return claims.Audience[0]
		}
	}
	return ""
}

func writeJSON(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body)
	return nil
}
