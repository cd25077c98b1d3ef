package oidc_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/sso"
)

// defect is one thing a provider does wrong, and what must come of it: the code,
// and the check that says why ("" where nothing is recorded).
type defect struct {
	name  string
	code  string
	check string
	do    func(*fakeIDP)
}

func TestMisbehavingProviders(t *testing.T) {
	t.Parallel()
	all := slices.Concat(
		badHeaders(), badSignatures(), badClaims(), badDocuments(), badUserinfo(),
		badCallbacks(), badTokenEndpoints(), badDiscovery(), badKeySets(),
	)
	if len(all) < 110 {
		t.Errorf("only %d cases", len(all))
	}
	for _, d := range all {
		t.Run(d.name, d.refused)
	}
}

// refused signs in at a provider with the defect: the sign-in fails with its
// code, and the check that failed is the last and the only one that did.
func (d defect) refused(t *testing.T) {
	t.Parallel()
	kinds := map[string]sso.Kind{
		"id_token_invalid":         sso.Forbidden,
		"idp_denied":               sso.Forbidden,
		"idp_unavailable":          sso.Upstream,
		"idp_unusable":             sso.Upstream,
		"issuer_mismatch":          sso.Invalid,
		"bad_request":              sso.Invalid,
		"duplicate_parameter":      sso.Invalid,
		"idp_interaction_required": sso.Invalid,
	}
	p := newIDP(t)
	d.do(p)
	start := time.Now()
	a, checks, err := p.signIn(p.party())
	if err == nil {
		t.Fatalf("accepted as %+v", a)
	}
	if sso.CodeOf(err) != d.code || sso.KindOf(err) != kinds[d.code] {
		t.Errorf(
			"got %s (%s), want %s (%s): %v", sso.CodeOf(err), sso.KindOf(err),
			d.code, kinds[d.code], err,
		)
	}
	if a.Subject != "" || a.Claims != nil {
		t.Errorf("an assertion came with the error: %+v", a)
	}
	if took := time.Since(start); took > 8*time.Second {
		t.Errorf("took %s", took)
	}
	if p.unwanted.Load() > 0 {
		t.Error("an address was fetched that only an attacker named")
	}
	if d.check == "" {
		return
	}
	if len(checks) == 0 {
		t.Fatalf("no checks: %v", err)
	}
	last := checks[len(checks)-1]
	if last.Name != d.check || last.OK || last.Want == "" || last.Got == "" {
		t.Errorf("last check %+v, want a failed %q", last, d.check)
	}
	for _, c := range checks[:len(checks)-1] {
		if !c.OK {
			t.Errorf("a failed check before the last: %+v", c)
		}
	}
}

func invalid(name, check string, do func(*fakeIDP)) defect {
	return defect{name, "id_token_invalid", check, do}
}

func token(make func(p *fakeIDP, good string) any) func(*fakeIDP) {
	return func(p *fakeIDP) {
		p.idToken = func(good string) any {
			return make(p, good)
		}
	}
}

func header(h map[string]any) func(*fakeIDP) {
	return func(p *fakeIDP) {
		p.header = h
	}
}

// reheader swaps the header and keeps the rest, signature included.
func reheader(h string) func(*fakeIDP) {
	return token(func(_ *fakeIDP, good string) any {
		_, rest, _ := strings.Cut(good, ".")
		return base64.RawURLEncoding.EncodeToString([]byte(h)) + "." + rest
	})
}

func badHeaders() []defect {
	return []defect{
		invalid(
			"typ logout+jwt", "signature",
			header(map[string]any{"typ": "logout+jwt"}),
		),
		invalid("typ at+jwt", "signature", header(map[string]any{"typ": "at+jwt"})),
		invalid(
			"typ application/logout+jwt", "signature",
			header(map[string]any{"typ": "application/logout+jwt"}),
		),
		invalid("crit", "signature", header(map[string]any{
			"crit": []string{"exp"},
			"exp":  1,
		})),
		invalid("crit b64", "signature", header(map[string]any{
			"crit": []string{"b64"},
			"b64":  false,
		})),
		invalid(
			"header of 1 MB", "signature",
			header(map[string]any{"x": strings.Repeat("x", 1<<19)}),
		),
		invalid(
			"header of 17 kB", "signature",
			header(map[string]any{"x": strings.Repeat("x", 17<<10)}),
		),
		invalid(
			"alg twice", "signature",
			reheader(`{"alg":"RS256","kid":"k1","alg":"RS256"}`),
		),
		invalid(
			"ALG beside alg", "signature",
			reheader(`{"alg":"RS256","kid":"k1","ALG":"none"}`),
		),
		invalid("alg missing", "signature", reheader(`{"kid":"k1"}`)),
		invalid("alg a number", "signature", reheader(`{"alg":5,"kid":"k1"}`)),
		invalid("header not JSON", "signature", reheader(`alg=RS256`)),
		invalid(
			"header with a null byte after it", "signature",
			reheader("{\"alg\":\"RS256\",\"kid\":\"k1\"}\x00"),
		),
		invalid("header padded", "signature", token(func(_ *fakeIDP, good string) any {
			first, rest, _ := strings.Cut(good, ".")
			return first + "==." + rest
		})),
		invalid("two parts", "signature", token(func(_ *fakeIDP, good string) any {
			return good[:strings.LastIndexByte(good, '.')]
		})),
		invalid("four parts", "signature", token(func(_ *fakeIDP, good string) any {
			return good + ".x"
		})),
		invalid("encrypted", "signature", token(func(_ *fakeIDP, _ string) any {
			return forge(
				`{"alg":"RSA-OAEP","enc":"A128GCM","zip":"DEF"}`, "x", "x",
			) +
				".eA.eA"
		})),
		invalid("JSON serialization", "signature", token(func(_ *fakeIDP, good string) any {
			parts := strings.Split(good, ".")
			return fmt.Sprintf(
				`{"protected":%q,"payload":%q,"signature":%q}`, parts[0], parts[1],
				parts[2],
			)
		})),
		invalid("not a token", "signature", token(func(*fakeIDP, string) any {
			return "hello"
		})),
		invalid("spaces around", "signature", token(func(_ *fakeIDP, good string) any {
			return " " + good
		})),
		invalid("token of 600 kB", "signature", token(func(_ *fakeIDP, good string) any {
			return good + strings.Repeat("A", 600<<10)
		})),
		invalid("no id_token", "code_exchange", func(p *fakeIDP) {
			p.tokens = without("id_token")
		}),
		invalid("id_token null", "code_exchange", token(func(*fakeIDP, string) any {
			return nil
		})),
		invalid("id_token an object", "code_exchange", token(func(*fakeIDP, string) any {
			return map[string]any{"alg": "none"}
		})),
		invalid("id_token empty", "code_exchange", token(func(*fakeIDP, string) any {
			return ""
		})),
	}
}

func hs256(key []byte) func(p *fakeIDP, good string) any {
	return func(_ *fakeIDP, good string) any {
		signed := forge(`{"alg":"HS256","kid":"k1"}`, string(payloadOf(good)), "")
		signed = strings.TrimSuffix(signed, ".")
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(signed))
		return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	}
}

func badSignatures() []defect {
	der, err := x509.MarshalPKIXPublicKey(&signingKey().PublicKey)
	if err != nil {
		panic(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	return []defect{
		invalid("alg none", "signature", token(func(_ *fakeIDP, good string) any {
			return forge(`{"alg":"none"}`, string(payloadOf(good)), "")
		})),
		invalid("alg None", "signature", token(func(_ *fakeIDP, good string) any {
			return forge(`{"alg":"None"}`, string(payloadOf(good)), "")
		})),
		invalid("HS256 with the public key", "signature", token(hs256(public))),
		invalid(
			"HS256 with the client secret", "signature",
			token(hs256([]byte(secret))),
		),
		invalid("HS256 with an empty key", "signature", token(hs256(nil))),
		invalid("HS256 with a published oct key", "signature", func(p *fakeIDP) {
			p.override["/keys"] = func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprint(
					w,
					`{"keys":[{"kty":"oct","kid":"k1","alg":"HS256","k":"c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}]}`,
				)
			}
			p.idToken = func(good string) any {
				return hs256([]byte("secretsecretsecretsecretsecret"))(p, good)
			}
		}),
		invalid("ES256 header over an RSA signature", "signature", func(p *fakeIDP) {
			p.discovery = set(map[string]any{
				"id_token_signing_alg_values_supported": []string{"RS256", "ES256"},
			})
			reheader(`{"alg":"ES256","kid":"k1"}`)(p)
		}),
		invalid("an algorithm discovery does not name", "signature", func(p *fakeIDP) {
			p.discovery = set(map[string]any{
				"id_token_signing_alg_values_supported": []string{"ES256"},
			})
		}),
		invalid("a bit of the signature", "signature", token(func(_ *fakeIDP, good string) any {
			b := []byte(good)
			b[len(b)-20] ^= 1
			return string(b)
		})),
		invalid("a bit of the payload", "signature", token(func(_ *fakeIDP, good string) any {
			parts := strings.Split(good, ".")
			doc := bytes.Replace(
				payloadOf(good), []byte(`"sub":"ada"`), []byte(`"sub":"eve"`), 1,
			)
			return parts[0] + "." + base64.RawURLEncoding.EncodeToString(doc) + "." +
				parts[2]
		})),
		invalid("signature removed", "signature", token(func(_ *fakeIDP, good string) any {
			return good[:strings.LastIndexByte(good, '.')+1]
		})),
		invalid("another key under our kid", "signature", func(p *fakeIDP) {
			p.signer = otherKey()
		}),
		invalid("unknown kid", "signature", func(p *fakeIDP) { p.kid = "k2" }),
		invalid("no kid, none of two fits", "signature", func(p *fakeIDP) {
			p.kid, p.signer = "", otherKey()
			p.keys = append(p.keys, jose.JSONWebKey{
				Key:   &signingKey().PublicKey,
				KeyID: "k0",
			})
		}),
		invalid("key for another algorithm", "signature", func(p *fakeIDP) {
			p.keys[0].Algorithm = "RS512"
		}),
		{"RSA of 1024 bits", "idp_unusable", "signature", func(p *fakeIDP) {
			p.signer, p.keys = weakKey(), []jose.JSONWebKey{{
				Key:   &weakKey().PublicKey,
				KeyID: "k1",
			}}
		}},
		invalid("RSA of 1024 bits beside a good one", "signature", func(p *fakeIDP) {
			p.signer, p.kid = weakKey(), "k2"
			p.keys = append(p.keys, jose.JSONWebKey{
				Key:   &weakKey().PublicKey,
				KeyID: "k2",
			})
		}),
		{"key for encryption", "idp_unusable", "signature", func(p *fakeIDP) {
			p.keys[0].Use = "enc"
		}},
		invalid("key for encryption beside a good one", "signature", func(p *fakeIDP) {
			p.signer, p.kid = otherKey(), "k2"
			p.keys = append(p.keys, jose.JSONWebKey{
				Key:   &otherKey().PublicKey,
				KeyID: "k2",
				Use:   "enc",
			})
		}),
		invalid("key in the header", "signature", func(p *fakeIDP) {
			p.signer = otherKey()
			p.header = map[string]any{"jwk": jose.JSONWebKey{
				Key:   &otherKey().PublicKey,
				KeyID: "k1",
			}}
		}),
		invalid("jku and x5u in the header", "signature", func(p *fakeIDP) {
			p.signer = otherKey()
			p.header = map[string]any{
				"jku": p.issuer() + "/evil-keys",
				"x5u": p.issuer() + "/evil-cert",
			}
		}),
	}
}

func claims(c map[string]any) func(*fakeIDP) {
	return func(p *fakeIDP) {
		p.claims = set(c)
	}
}

func noClaim(names ...string) func(*fakeIDP) {
	return func(p *fakeIDP) { p.claims = without(names...) }
}

func badClaims() []defect {
	now := at().Unix()
	one := func(name string, value any) func(*fakeIDP) {
		return claims(map[string]any{name: value})
	}
	return []defect{
		invalid("iss wrong", "issuer", one("iss", "https://evil.example")),
		invalid("iss with a slash more", "issuer", func(p *fakeIDP) {
			p.claims = set(map[string]any{"iss": p.issuer() + "/"})
		}),
		invalid("iss missing", "issuer", noClaim("iss")),
		invalid("iss a list", "issuer", func(p *fakeIDP) {
			p.claims = set(map[string]any{"iss": []string{p.issuer()}})
		}),
		invalid("aud another client", "audience", one("aud", "other")),
		invalid("aud missing", "audience", noClaim("aud")),
		invalid("aud empty list", "audience", one("aud", []string{})),
		invalid("aud list of an empty text", "audience", one("aud", []string{""})),
		invalid("aud a number", "audience", one("aud", 5)),
		invalid(
			"aud an object", "audience", one("aud", map[string]any{clientID: true}),
		),
		invalid("aud with null", "audience", one("aud", []any{nil, clientID})),
		invalid(
			"aud in another case", "audience", one("aud", strings.ToUpper(clientID)),
		),
		invalid(
			"aud of two, no azp", "authorized_party",
			one("aud", []string{clientID, "other"}),
		),
		invalid("azp another client", "authorized_party", one("azp", "other")),
		invalid("azp empty", "authorized_party", one("azp", "")),
		invalid("azp a list", "authorized_party", one("azp", []string{clientID})),
		invalid("expired", "expiry", one("exp", now-61)),
		invalid("exp missing", "expiry", noClaim("exp")),
		invalid("exp null", "expiry", one("exp", nil)),
		invalid("exp a string", "expiry", one("exp", fmt.Sprint(now+300))),
		invalid("exp negative", "expiry", one("exp", -1)),
		invalid("exp without end", "expiry", one("exp", 1e300)),
		invalid("iat in the future", "issued_at", one("iat", now+61)),
		invalid("iat a year ago", "issued_at", one("iat", now-365*86400)),
		invalid("iat 11 min ago", "issued_at", one("iat", now-661)),
		invalid("iat missing", "issued_at", noClaim("iat")),
		invalid("iat a string", "issued_at", one("iat", "now")),
		invalid("nbf in the future", "not_before", one("nbf", now+61)),
		invalid("nbf a string", "not_before", one("nbf", "now")),
		invalid("session_expiry in the past", "session_expiry", one("session_expiry", now-61)),
		invalid("session_expiry a string", "session_expiry", one("session_expiry", "1795525200")),
		invalid("session_expiry zero", "session_expiry", one("session_expiry", 0)),
		invalid("session_expiry a list", "session_expiry", one("session_expiry", []int64{now + 60})),
		invalid("session_expiry null", "session_expiry", one("session_expiry", nil)),
		invalid("nonce missing", "nonce", noClaim("nonce")),
		invalid("nonce another", "nonce", one("nonce", "n-0S6_WzA2Mj")),
		invalid("nonce empty", "nonce", one("nonce", "")),
		invalid("nonce a number", "nonce", one("nonce", 7)),
		invalid("sub missing", "subject", noClaim("sub")),
		invalid("sub empty", "subject", one("sub", "")),
		invalid("sub blank", "subject", one("sub", "  ")),
		invalid("sub null", "subject", one("sub", nil)),
		invalid("sub a number", "subject", one("sub", 1000)),
		invalid("sub of 256 bytes", "subject", one("sub", strings.Repeat("s", 256))),
		invalid(
			"sub of 300 kB", "subject", one("sub", strings.Repeat("s", 300<<10)),
		),
		invalid("sub with a control character", "subject", one("sub", "ada\x00")),
		invalid("sub with a newline", "subject", one("sub", "ada\n")),
		invalid("sub with a direction mark", "subject", one("sub", "ada\u202e")),
		invalid("sub with a zero width space", "subject", one("sub", "ada\u200b")),
		invalid(
			"at_hash wrong", "access_token_hash",
			one("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
		),
		invalid("at_hash empty", "access_token_hash", one("at_hash", "")),
		invalid("access token exchanged", "access_token_hash", func(p *fakeIDP) {
			p.tokens = set(map[string]any{"access_token": "another"})
		}),
		invalid("at_hash a number", "id_token", one("at_hash", 5)),
		invalid(
			"distributed claims without a source", "id_token",
			one("_claim_names", map[string]string{"groups": "src1"}),
		),
	}
}

// rewrite changes the payload as text.
func rewrite(old, new string) func(*fakeIDP) {
	return func(p *fakeIDP) {
		p.payload = func(doc []byte) []byte {
			if !bytes.Contains(doc, []byte(old)) {
				p.t.Errorf("%s is not in %s", old, doc)
			}
			return bytes.Replace(doc, []byte(old), []byte(new), 1)
		}
	}
}

func payload(text string) func(*fakeIDP) {
	return func(p *fakeIDP) {
		p.payload = func([]byte) []byte {
			return []byte(text)
		}
	}
}

func badDocuments() []defect {
	deep := strings.Repeat(`{"a":`, 12) + "1" + strings.Repeat("}", 12)
	return []defect{
		invalid("payload not JSON", "claims", payload("hello")),
		invalid("payload empty", "claims", payload("")),
		invalid("payload a list", "claims", payload(`[{"sub":"ada"}]`)),
		invalid("payload with something after it", "claims", rewrite(`}`, `} {}`)),
		invalid("payload with a byte order mark", "claims", rewrite(`{`, "\ufeff{")),
		invalid(
			"payload not UTF-8", "claims",
			rewrite(`"name":"Ada"`, "\"name\":\"Ad\xff\""),
		),
		invalid(
			"sub twice", "claims", rewrite(`"sub":"ada"`, `"sub":"eve","sub":"ada"`),
		),
		invalid(
			"sub twice, once escaped", "claims",
			rewrite(`"sub":"ada"`, `"s\u0075b":"eve","sub":"ada"`),
		),
		invalid(
			"SUB beside sub", "claims",
			rewrite(`"sub":"ada"`, `"sub":"ada","SUB":"eve"`),
		),
		invalid(
			"SUB instead of sub", "subject", rewrite(`"sub":"ada"`, `"SUB":"ada"`),
		),
		invalid(
			"sub with a long s", "claims",
			rewrite(`"sub":"ada"`, `"sub":"ada","ſub":"eve"`),
		),
		invalid(
			"EMAIL beside email", "claims",
			rewrite(`"email":`, `"EMAIL":"root@acme.test","email":`),
		),
		invalid(
			"a repeated name further down",
			"claims",
			rewrite(`"sub":"ada"`, `"sub":"ada","x":{"y":{"z":1,"z":2}}`),
		),
		invalid(
			"one path in two places",
			"claims",
			rewrite(`"sub":"ada"`, `"sub":"ada","x.y":{"z":1},"x":{"y.z":2}`),
		),
		invalid(
			"12 levels of objects", "claims",
			rewrite(`"sub":"ada"`, `"sub":"ada","x":`+deep),
		),
		invalid(
			"10,000 levels of lists",
			"claims",
			rewrite(
				`"sub":"ada"`,
				`"sub":"ada","x":`+strings.Repeat("[", 10_000)+
					strings.Repeat("]", 10_000),
			),
		),
		invalid(
			"60,000 values",
			"claims",
			rewrite(`"groups":[`, `"groups":[`+strings.Repeat(`"g",`, 60_000)),
		),
		invalid(
			"60,000 nulls",
			"claims",
			rewrite(`"groups":[`, `"groups":[`+strings.Repeat(`null,`, 60_000)),
		),
	}
}
