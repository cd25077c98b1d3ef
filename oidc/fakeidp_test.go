package oidc_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/internal/outbound"
	"gatehouse/oidc"
	"gatehouse/sso"
)

const (
	base       = "https://gate.example.com"
	clientID   = "gatehouse-client"
	secret     = "s3cret&+/="
	connection = sso.ConnectionID("conn-01k0000000000000000000000a")
)

// at is what all clocks of these tests say.
func at() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

var (
	signingKey = sync.OnceValue(func() *rsa.PrivateKey { return newRSA(2048) })
	otherKey   = sync.OnceValue(func() *rsa.PrivateKey { return newRSA(2048) })
	weakKey    = sync.OnceValue(func() *rsa.PrivateKey { return newRSA(1024) })
)

func newRSA(bits int) *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return k
}

// fakeIDP is an OpenID provider that behaves unless told otherwise: each hook
// breaks one thing.
type fakeIDP struct {
	t      testing.TB
	server *httptest.Server
	config sso.Config
	conn   sso.Connection
	now    func() time.Time

	// What it signs with and how; keys is what it publishes.
	signer    crypto.Signer
	algorithm jose.SignatureAlgorithm
	kid       string
	header    map[string]any
	keys      []jose.JSONWebKey

	discovery func(map[string]any)
	claims    func(map[string]any)
	payload   func([]byte) []byte // of the ID token, before it is signed
	idToken   func(string) any    // the finished token
	tokens    func(map[string]any)
	userinfo  map[string]any // nil: no such endpoint
	callback  func(url.Values)

	override map[string]http.HandlerFunc // by path
	mu       sync.Mutex
	hits     map[string]int
	request  url.Values // the last authorization request
	posted   url.Values // the last token request
	basic    string     // its Authorization header
	unwanted atomic.Int32
}

func newIDP(t testing.TB) *fakeIDP {
	t.Helper()
	p := &fakeIDP{
		t:         t,
		now:       at,
		signer:    signingKey(),
		algorithm: jose.RS256,
		kid:       "k1",
		hits:      map[string]int{},
		override:  map[string]http.HandlerFunc{},
		header:    map[string]any{"typ": "JWT"},
		keys: []jose.JSONWebKey{{
			Key:       &signingKey().PublicKey,
			KeyID:     "k1",
			Use:       "sig",
			Algorithm: "RS256",
		}},
	}
	p.server = httptest.NewServer(p)
	t.Cleanup(p.server.Close)
	p.config = sso.Config{
		OIDC: &sso.OIDCConfig{
			Issuer:       p.issuer(),
			ClientID:     clientID,
			ClientSecret: secret,
			AuthMethod:   sso.ClientSecretBasic,
			Scopes:       []string{"openid", "profile", "email", "groups"},
		},
		Mapping: sso.Mapping{
			Login:  []string{"preferred_username"},
			Email:  []string{"email"},
			Name:   []string{"name"},
			Groups: []string{"groups"},
		},
	}
	p.conn = sso.Connection{
		ID:       connection,
		Protocol: sso.OIDC,
		State:    sso.ConnectionEnabled,
		Revision: 1,
	}
	return p
}

func (p *fakeIDP) issuer() string { return p.server.URL }

// party is a relying party with the real outbound client.
func (p *fakeIDP) party() *oidc.RelyingParty {
	return oidc.New(oidc.Options{
		BaseURL: base,
		Now:     func() time.Time { return p.now() },
		Client:  client(p.t, outbound.Options{}),
	})
}

func client(t testing.TB, o outbound.Options) *http.Client {
	o.AllowPrivate = true
	if o.Timeout == 0 {
		o.Timeout = 2 * time.Second
	}
	c := outbound.NewClient(o)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func (p *fakeIDP) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.hits[r.URL.Path]++
	handler := p.override[r.URL.Path]
	p.mu.Unlock()
	if handler != nil {
		handler(w, r)
		return
	}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		reply(w, p.discoveryDocument())
	case "/keys":
		reply(w, jose.JSONWebKeySet{Keys: p.keys})
	case "/token":
		p.token(w, r)
	case "/userinfo":
		if r.Header.Get("Authorization") != "Bearer the-access-token" {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		reply(w, p.userinfo)
	default:
		p.unwanted.Add(1)
		http.NotFound(w, r)
	}
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

func (p *fakeIDP) discoveryDocument() map[string]any {
	d := map[string]any{
		"issuer":                 p.issuer(),
		"authorization_endpoint": p.issuer() + "/authorize",
		"token_endpoint":         p.issuer() + "/token",
		"jwks_uri":               p.issuer() + "/keys",
		"id_token_signing_alg_values_supported": []string{
			string(p.algorithm), "HS256", "none",
		},
		"response_types_supported": []string{"code"},
		"end_session_endpoint": p.issuer() +
			"/logout?from=rp",
		"authorization_response_iss_parameter_supported": true,
	}
	if p.userinfo != nil {
		d["userinfo_endpoint"] = p.issuer() + "/userinfo"
	}
	if p.discovery != nil {
		p.discovery(d)
	}
	return d
}

func (p *fakeIDP) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, "form", http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	p.posted, p.basic = r.PostForm, r.Header.Get("Authorization")
	request := p.request
	p.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	if r.PostForm.Get("code") != "the-code" ||
		r.PostForm.Get("redirect_uri") != request.Get("redirect_uri") ||
		base64.RawURLEncoding.EncodeToString(
			sum[:],
		) != request.Get("code_challenge") ||
		request.Get("code_challenge_method") != "S256" {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		reply(w, map[string]any{
			"error":             "invalid_grant",
			"error_description": "code, redirect_uri or verifier",
		})
		return
	}
	answer := map[string]any{
		"access_token": "the-access-token",
		"token_type":   "Bearer",
		"expires_in":   300,
		"id_token":     p.makeIDToken(request.Get("nonce")),
	}
	if p.tokens != nil {
		p.tokens(answer)
	}
	reply(w, answer)
}

func (p *fakeIDP) makeIDToken(nonce string) any {
	now := p.now()
	half := sha256.Sum256([]byte("the-access-token"))
	claims := map[string]any{
		"iss":                p.issuer(),
		"sub":                "ada",
		"aud":                clientID,
		"nonce":              nonce,
		"iat":                now.Unix(),
		"exp":                now.Add(5 * time.Minute).Unix(),
		"auth_time":          now.Add(-time.Minute).Unix(),
		"sid":                "session-1",
		"preferred_username": "ada",
		"email":              "ada@acme.test",
		"name":               "Ada",
		"groups":             []string{"dev", "ops"},
	}
	if p.algorithm == jose.RS256 {
		claims["at_hash"] = base64.RawURLEncoding.EncodeToString(half[:16])
	}
	if p.claims != nil {
		p.claims(claims)
	}
	doc, err := json.Marshal(claims)
	if err != nil {
		p.t.Error(err)
	}
	if p.payload != nil {
		doc = p.payload(doc)
	}
	token := p.sign(doc)
	if p.idToken != nil {
		return p.idToken(token)
	}
	return token
}

// sign makes a compact JWS with whatever header the test wants.
func (p *fakeIDP) sign(payload []byte) string {
	options := &jose.SignerOptions{ExtraHeaders: map[jose.HeaderKey]any{}}
	for name, value := range p.header {
		options.ExtraHeaders[jose.HeaderKey(name)] = value
	}
	signer, err := jose.NewSigner(jose.SigningKey{
		Algorithm: p.algorithm,
		Key:       jose.JSONWebKey{Key: p.signer, KeyID: p.kid},
	}, options)
	if err != nil {
		p.t.Error(err)
		return ""
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		p.t.Error(err)
		return ""
	}
	token, err := jws.CompactSerialize()
	if err != nil {
		p.t.Error(err)
	}
	return token
}

// forge makes a token with any header and signature at all.
func forge(header, payload, signature string) string {
	enc := base64.RawURLEncoding
	return enc.EncodeToString([]byte(header)) + "." +
		enc.EncodeToString([]byte(payload)) + "." +
		enc.EncodeToString([]byte(signature))
}

func payloadOf(token string) []byte {
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		panic(err)
	}
	return jws.UnsafePayloadWithoutVerification()
}

func (p *fakeIDP) count(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hits[path]
}

func pendingLogin(now time.Time) sso.PendingLogin {
	return sso.PendingLogin{
		ID:         "gh0123456789abcdef0123456789abcdef01234567",
		Connection: connection,
		Nonce:      sso.NewSecret(),
		Verifier:   sso.NewSecret(),
		CreatedAt:  now,
		ExpiresAt:  now.Add(10 * time.Minute),
	}
}

// authorize takes the browser to the provider and back.
func (p *fakeIDP) authorize(rp *oidc.RelyingParty, pending sso.PendingLogin) (sso.Callback, error) {
	redirect, err := rp.Begin(p.t.Context(), p.conn, p.config, pending)
	if err != nil {
		return sso.Callback{}, err
	}
	u, err := url.Parse(redirect.URL)
	if err != nil {
		return sso.Callback{}, err
	}
	p.mu.Lock()
	p.request = u.Query()
	p.mu.Unlock()
	form := url.Values{
		"code":  {"the-code"},
		"state": {u.Query().Get("state")},
		"iss":   {p.issuer()},
	}
	if p.callback != nil {
		p.callback(form)
	}
	cb := sso.Callback{Form: form}
	if id, err := rp.Correlate(cb); err != nil || id != pending.ID {
		return cb, errors.Join(
			err, errors.New("state does not name the pending login"),
		)
	}
	return cb, nil
}

// signIn is a whole sign-in.
func (p *fakeIDP) signIn(rp *oidc.RelyingParty) (sso.Assertion, []sso.Check, error) {
	pending := pendingLogin(p.now())
	cb, err := p.authorize(rp, pending)
	if err != nil {
		return sso.Assertion{}, nil, err
	}
	x, err := rp.Complete(p.t.Context(), p.conn, p.config, &pending, cb)
	return x.Assertion, x.Checks, err
}

func set(claims map[string]any) func(map[string]any) {
	return func(m map[string]any) { maps.Copy(m, claims) }
}

func without(names ...string) func(map[string]any) {
	return func(m map[string]any) {
		for _, name := range names {
			delete(m, name)
		}
	}
}
