package oidc_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/sso"
)

// rsaKey is a JWK of our signing key with members added or replaced; a nil value
// takes one away.
func rsaKey(more map[string]any) map[string]any {
	public := &signingKey().PublicKey
	k := map[string]any{
		"kty": "RSA",
		"kid": "k1",
		"use": "sig",
		"alg": "RS256",
		"n":   base64.RawURLEncoding.EncodeToString(public.N.Bytes()),
		"e":   "AQAB",
	}
	for name, value := range more {
		if k[name] = value; value == nil {
			delete(k, name)
		}
	}
	return k
}

func (p *fakeIDP) publish(keys ...map[string]any) {
	p.override["/keys"] = func(w http.ResponseWriter, _ *http.Request) {
		reply(w, map[string]any{"keys": keys})
	}
}

// TestOptionalMembersOfAKey: a key is usable if the members that make it are
// there; what else is in it decides nothing.
func TestOptionalMembersOfAKey(t *testing.T) {
	t.Parallel()
	n := signingKey().PublicKey.N.Bytes()
	null := json.RawMessage("null") // as programs write members that a key does not have
	for name, members := range map[string]map[string]any{
		"x5t is the kid": {"x5t": "k1"},
		"x5t of another certificate": {
			"x5t": base64.RawURLEncoding.EncodeToString(make([]byte, 20)),
			"x5c": []string{"MIIB"},
		},
		"x5t in padded standard base64": {"x5t": "K+5/aGVsbG8gd29ybGQgaGVsbG8="},
		"x5t#S256 of the wrong length":  {"x5t#S256": "AAAA"},
		"x5c with PEM lines": {
			"x5c": []string{"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"},
		},
		"x5c in base64url":           {"x5c": []string{"MIIB-_8"}},
		"x5c a text":                 {"x5c": "MIIB"},
		"x5c empty":                  {"x5c": []string{}},
		"x5u no address":             {"x5u": "not an address"},
		"n padded":                   {"n": base64.URLEncoding.EncodeToString(n)},
		"n in the standard alphabet": {"n": base64.StdEncoding.EncodeToString(n)},
		"n with a leading zero": {
			"n": base64.RawURLEncoding.EncodeToString(append([]byte{0}, n...)),
		},
		"n with line breaks": {
			"n": base64.RawURLEncoding.EncodeToString(n[:96]) + "\r\n" +
				base64.RawURLEncoding.EncodeToString(n[96:]),
		},
		"e padded":               {"e": "AQAB=="},
		"no use, no alg":         {"use": nil, "alg": nil},
		"use and alg null":       {"use": nil, "alg": nil, "x": nil},
		"a kid that is a number": {"kid": 7},
		"no kid":                 {"kid": nil},
		"an empty kid":           {"kid": ""},
		"unknown members": {
			"issuer":  "https://idp.example",
			"exp":     "soon",
			"key_ops": "verify",
		},
		"private members that are null": {
			"d":   null,
			"k":   null,
			"p":   null,
			"x":   null,
			"crv": null,
			"x5c": null,
		},
		"an expired x5c beside a wrong x5t":    {"x5c": []string{"AAAA"}, "x5t": "AAAA"},
		"a key in another case beside the key": {"N": "AAAA", "KTY": "oct"},
	} {
		p := newIDP(t)
		p.publish(rsaKey(members))
		if _, checks, err := p.signIn(p.party()); err != nil {
			t.Errorf("%s: %v %+v", name, err, checks[len(checks)-1:])
		}
	}
}

// TestUnusableKeysAreNamed: what cannot be used is left out, spoils no other key,
// and is named to the admin.
func TestUnusableKeysAreNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		members map[string]any
		why     string
	}{
		"n missing":        {map[string]any{"n": nil}, "n: missing"},
		"n not base64":     {map[string]any{"n": "%%%"}, "n: not base64url"},
		"n a number":       {map[string]any{"n": 5}, "not a JSON object"},
		"e missing":        {map[string]any{"e": nil}, "e: missing"},
		"exponent 1":       {map[string]any{"e": "AQ"}, "malformed"},
		"an even exponent": {map[string]any{"e": "AQAA"}, "exponent 65536"},
		"of 1024 bits": {
			map[string]any{
				"n": base64.RawURLEncoding.EncodeToString(weakKey().N.Bytes()),
			},
			"RSA of 1024 bits",
		},
		"for encryption": {map[string]any{"use": "enc"}, `for use "enc"`},
		"a private key":  {map[string]any{"d": "AQAB"}, "a private key"},
		"a shared key": {
			map[string]any{
				"kty": "oct",
				"k":   "c2VjcmV0",
			},
			"a shared key",
		},
		"of an unknown type":  {map[string]any{"kty": "XYZ"}, `of type "XYZ"`},
		"of a type in a case": {map[string]any{"kty": "rsa"}, `of type "rsa"`},
		"EC without y": {
			map[string]any{
				"kty": "EC",
				"crv": "P-256",
				"x":   "AQAB",
			},
			"y: missing",
		},
		"EC off the curve": {
			map[string]any{
				"kty": "EC",
				"crv": "P-256",
				"x":   "AQAB",
				"y":   "AQAB",
			},
			"malformed",
		},
		"EC of a small curve": {
			map[string]any{
				"kty": "EC",
				"crv": "P-192",
				"x":   "AQAB",
				"y":   "AQAB",
			},
			"malformed",
		},
	} {
		bad := rsaKey(c.members)
		bad["kid"] = "bad"
		p := newIDP(t)
		p.publish(bad, rsaKey(nil))
		if _, _, err := p.signIn(p.party()); err != nil {
			t.Errorf("%s: beside a good key: %v", name, err)
		}
		p = newIDP(t)
		p.publish(bad)
		_, checks, err := p.signIn(p.party())
		last := checks[len(checks)-1]
		if sso.CodeOf(err) != "idp_unusable" ||
			last.Name != "signature" ||
			!strings.Contains(last.Got, c.why) ||
			!strings.Contains(last.Got, "key bad") && c.why != "not a JSON object" {
			t.Errorf("%s: %v, %+v", name, err, last)
		}
		p = newIDP(t)
		p.signer, p.kid = otherKey(), "bad"
		p.publish(bad, rsaKey(nil))
		_, checks, err = p.signIn(p.party())
		if last := checks[len(checks)-1]; sso.CodeOf(err) != "id_token_invalid" ||
			!strings.Contains(last.Got, c.why) {
			t.Errorf("%s: signed with the key that was left out: %v, %+v", name, err, last)
		}
	}
}

// TestEllipticKeys: coordinates without their leading zeros are the same point.
func TestEllipticKeys(t *testing.T) {
	t.Parallel()
	short, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	for err == nil && short.X.BitLen() > 248 {
		short, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	number := func(n *big.Int) string {
		return base64.RawURLEncoding.EncodeToString(n.Bytes())
	}
	for _, c := range []struct {
		signer    crypto.Signer
		algorithm jose.SignatureAlgorithm
		jwk       map[string]any
	}{
		{short, jose.ES256, map[string]any{
			"kty": "EC",
			"kid": "k1",
			"crv": "P-256",
			"x":   number(short.X),
			"y":   number(short.Y),
			"x5t": "no",
		}},
		{edwards, jose.EdDSA, map[string]any{
			"kty": "OKP",
			"kid": "k1",
			"crv": "Ed25519",
			"x":   base64.URLEncoding.EncodeToString(edwards[32:]),
			"x5c": "no",
		}},
	} {
		p := newIDP(t)
		p.signer, p.algorithm = c.signer, c.algorithm
		p.publish(c.jwk)
		if _, _, err := p.signIn(p.party()); err != nil {
			t.Errorf("%s: %v", c.algorithm, err)
		}
	}
}

// TestKeysWithoutAnID: the only key without an ID is the one that is meant; a key
// with another ID never is.
func TestKeysWithoutAnID(t *testing.T) {
	t.Parallel()
	nameless, other := rsaKey(map[string]any{"kid": nil}), map[string]any{
		"kty": "RSA",
		"kid": "k9",
		"n":   base64.RawURLEncoding.EncodeToString(otherKey().N.Bytes()),
		"e":   "AQAB",
	}
	for name, c := range map[string]struct {
		kid  string
		keys []map[string]any
		code string
	}{
		"the only key": {"k1", []map[string]any{nameless}, ""},
		"beside a key of another ID": {
			"k1",
			[]map[string]any{other, nameless},
			"",
		},
		"token without an ID, one suitable key": {
			"",
			[]map[string]any{other, rsaKey(nil)},
			"",
		},
		"both without an ID": {"", []map[string]any{nameless}, ""},
		"a key of another ID": {
			"k1",
			[]map[string]any{rsaKey(map[string]any{"kid": "k2"})},
			"id_token_invalid",
		},
		"without an ID for another algorithm": {
			"k1",
			[]map[string]any{rsaKey(map[string]any{
				"kid": nil,
				"alg": "RS512",
			})},
			"id_token_invalid",
		},
	} {
		p := newIDP(t)
		p.kid = c.kid
		p.publish(c.keys...)
		if _, _, err := p.signIn(p.party()); sso.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %q", name, err, c.code)
		}
	}
}

// TestKeysRotatedSeveralTimesWithinSeconds: strangers who make up key IDs in
// logout tokens do not use up what a sign-in needs.
func TestKeysRotatedSeveralTimesWithinSeconds(t *testing.T) {
	t.Parallel()
	keys := []*rsa.PrivateKey{otherKey(), newRSA(2048), newRSA(2048)}
	for _, hostile := range []bool{false, true} {
		p := newIDP(t)
		now := at()
		p.now = func() time.Time { return now }
		rp := p.party()
		if _, _, err := p.signIn(rp); err != nil {
			t.Fatal(err)
		}
		for i, k := range keys {
			now = now.Add(2 * time.Second)
			if hostile {
				for n := range 50 {
					p.kid = fmt.Sprintf("made-up-%d-%d", i, n)
					if _, err := rp.BackchannelLogout(
						t.Context(), p.conn, p.config, p.logoutToken(nil, nil),
					); sso.CodeOf(err) != "logout_token_invalid" {
						t.Fatal(err)
					}
				}
			}
			p.signer, p.kid = k, fmt.Sprintf("r%d", i)
			p.keys = []jose.JSONWebKey{{Key: &k.PublicKey, KeyID: p.kid}}
			if _, _, err := p.signIn(rp); err != nil {
				t.Errorf("hostile %v, rotation %d: %v", hostile, i+1, err)
			}
		}
		if n := p.count("/keys"); n > 1+len(keys)+2 {
			t.Errorf("hostile %v: %d fetches", hostile, n)
		}
	}
}

// TestEndlessRotationEndsInARefusal: a provider whose keys never fit cannot make
// us fetch without end.
func TestEndlessRotationEndsInARefusal(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	rp := p.party()
	if _, _, err := p.signIn(rp); err != nil {
		t.Fatal(err)
	}
	p.kid = "never published"
	for range 20 {
		if _, _, err := p.signIn(rp); sso.CodeOf(err) != "id_token_invalid" {
			t.Fatal(err)
		}
	}
	if n := p.count("/keys"); n > 5 {
		t.Errorf("%d fetches", n)
	}
}
