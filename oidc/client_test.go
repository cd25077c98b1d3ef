package oidc_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http/httptest"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"gatehouse/internal/outbound"
	"gatehouse/oidc"
	"gatehouse/sso"
)

func TestClientAuthentication(t *testing.T) {
	t.Parallel()
	basic := "Basic " +
		base64.StdEncoding.EncodeToString([]byte(
			"gatehouse-client:s3cret%26%2B%2F%3D",
		))
	for method, want := range map[sso.AuthMethod][3]string{
		sso.ClientSecretBasic: {basic, "", ""},
		"":                    {basic, "", ""},
		sso.ClientSecretPost:  {"", clientID, secret},
	} {
		p := newIDP(t)
		p.config.OIDC.AuthMethod = method
		if _, _, err := p.signIn(p.party()); err != nil {
			t.Fatal(err)
		}
		if got := [3]string{p.basic, p.posted.Get("client_id"), p.posted.Get("client_secret")}; got != want {
			t.Errorf("%s: %q, want %q", method, got, want)
		}
		if n := p.count("/token"); n != 1 {
			t.Errorf("%s: the code was sent %d times", method, n)
		}
	}
}

func TestCodeAndSecretAreSentOnceEvenIfRefused(t *testing.T) {
	t.Parallel()
	for _, method := range []sso.AuthMethod{
		sso.ClientSecretBasic, sso.ClientSecretPost,
	} {
		p := newIDP(t)
		p.config.OIDC.AuthMethod = method
		p.override["/token"] = verifier(
			401, "application/json", `{"error":"invalid_client"}`,
		)
		if _, _, err := p.signIn(p.party()); sso.CodeOf(err) != "idp_denied" {
			t.Error(err)
		}
		if n := p.count("/token"); n != 1 {
			t.Errorf("%s: sent %d times", method, n)
		}
	}
}

func TestPrivateKeyJWT(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	der, err := x509.MarshalPKCS8PrivateKey(otherKey())
	if err != nil {
		t.Fatal(err)
	}
	p.conn.Keys = []sso.KeyPair{{
		ID:          "key-1",
		Certificate: []byte("DER"),
		Private: sso.Secret(pem.EncodeToMemory(&pem.Block{
			Type:  "PRIVATE KEY",
			Bytes: der,
		})),
	}}
	p.config.OIDC.AuthMethod = sso.PrivateKeyJWT
	rp := p.party()
	doc, err := rp.ClientKeys(p.conn)
	if err != nil {
		t.Fatal(err)
	}
	var published jose.JSONWebKeySet
	if err := json.Unmarshal(doc, &published); err != nil ||
		len(published.Keys) != 1 ||
		!published.Keys[0].IsPublic() {
		t.Fatalf("%s: %v", doc, err)
	}
	ids := map[string]bool{}
	for range 2 {
		if _, _, err := p.signIn(rp); err != nil {
			t.Fatal(err)
		}
		if p.basic != "" ||
			p.posted.Has("client_secret") ||
			p.posted.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
			t.Errorf("%q %v", p.basic, p.posted)
		}
		token, err := jwt.ParseSigned(
			p.posted.Get("client_assertion"), []jose.SignatureAlgorithm{jose.RS256},
		)
		if err != nil {
			t.Fatal(err)
		}
		if token.Headers[0].KeyID != published.Keys[0].KeyID {
			t.Errorf(
				"kid %q, published %q", token.Headers[0].KeyID,
				published.Keys[0].KeyID,
			)
		}
		var claims jwt.Claims
		if err := token.Claims(published.Keys[0].Key, &claims); err != nil {
			t.Fatal(err)
		}
		want := jwt.Expected{
			Issuer:      clientID,
			Subject:     clientID,
			AnyAudience: jwt.Audience{p.issuer() + "/token"},
			Time:        at(),
		}
		if err := claims.ValidateWithLeeway(want, 0); err != nil ||
			claims.Expiry.Time().Sub(at()).Seconds() != 60 ||
			len(claims.ID) < 22 {
			t.Errorf("%+v: %v", claims, err)
		}
		ids[claims.ID] = true
	}
	if len(ids) != 2 {
		t.Error("the same jti twice")
	}
	p.conn.Keys = nil
	if _, _, err := p.signIn(rp); err == nil || p.count("/token") != 2 {
		t.Errorf("without a key: %v, %d requests", err, p.count("/token"))
	}
}

// TestTLS checks that the identity provider must present a certificate for its
// name.
func TestTLS(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	secure := httptest.NewTLSServer(p)
	defer secure.Close()
	old := httptest.NewUnstartedServer(p)
	old.TLS = &tls.Config{
		MaxVersion: tls.VersionTLS11,
		MinVersion: tls.VersionTLS10,
	} //nolint:gosec // to be refused
	old.StartTLS()
	defer old.Close()
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	trusting := oidc.New(oidc.Options{
		BaseURL: base,
		Now:     at,
		Client:  client(t, outbound.Options{RootCAs: roots}),
	})
	p.discovery = set(map[string]any{"issuer": secure.URL})
	if _, err := trusting.Discover(t.Context(), oidc.Source{Address: secure.URL}); err != nil {
		t.Errorf("right certificate: %v", err)
	}
	for name, try := range map[string]struct {
		rp  *oidc.RelyingParty
		url string
	}{
		"self-signed": {p.party(), secure.URL},
		"wrong name": {
			trusting,
			"https://localhost" + secure.URL[len("https://127.0.0.1"):],
		},
		"TLS 1.1": {trusting, old.URL},
	} {
		if _, err := try.rp.Discover(
			t.Context(), oidc.Source{Address: try.url},
		); sso.CodeOf(err) != "idp_unusable" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
