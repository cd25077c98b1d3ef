package oidc_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"gatehouse/oidc"
	"gatehouse/sso"
)

// TestNoAccessToken: it is needed for nothing but userinfo.
func TestNoAccessToken(t *testing.T) {
	t.Parallel()
	for name, tokens := range map[string]func(map[string]any){
		"missing": without("access_token"),
		"empty":   set(map[string]any{"access_token": ""}),
		"null":    set(map[string]any{"access_token": nil}),
		"with expires": func(m map[string]any) {
			without("access_token", "token_type")(m)
			m["expires_in"] = "3600"
		},
	} {
		p := newIDP(t)
		p.tokens = tokens
		if a, _, err := p.signIn(p.party()); err != nil || a.Subject != "ada" {
			t.Errorf("%s, with at_hash: %v", name, err)
		}
		p.claims = without("at_hash")
		if _, _, err := p.signIn(p.party()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		groupsInUserinfo(nil)(p) // e-mail would come from there
		_, checks, err := p.signIn(p.party())
		last := checks[len(checks)-1]
		if sso.CodeOf(err) != "idp_unusable" ||
			last.Name != "userinfo" ||
			!strings.Contains(last.Got, "no access token") {
			t.Errorf("%s, where userinfo is needed: %v, %+v", name, err, last)
		}
	}
}

// TestUserinfoThatFails: a sign-in whose ID token has login and e-mail goes on.
// Groups that would have come from userinfo are unknown, not absent.
func TestUserinfoThatFails(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(*fakeIDP){
		"401": userinfoAnswer(verifier(
			401, "application/json", `{"error":"invalid_token"}`,
		)),
		"403":        userinfoAnswer(verifier(403, "text/html", "no")),
		"404":        userinfoAnswer(verifier(404, "text/html", "no")),
		"500":        userinfoAnswer(verifier(500, "text/html", "oops")),
		"hanging up": userinfoAnswer(hangUp),
		"plain text": userinfoAnswer(verifier(200, "text/plain", "hello")),
		"HTML":       userinfoAnswer(verifier(200, "text/html", "<p>hello</p>")),
		"a list":     userinfoAnswer(verifier(200, "application/json", `[]`)),
		"UTF-16": userinfoAnswer(verifier(
			200, "application/json", "\xff\xfe{\x00}\x00",
		)),
		"unsigned": signedUserinfo(nil, func(*fakeIDP) string {
			return forge(`{"alg":"none"}`, `{"sub":"ada"}`, "")
		}),
		"signed for another": signedUserinfo(map[string]any{"aud": "other"}, nil),
		"encrypted": signedUserinfo(nil, func(*fakeIDP) string {
			return "a.b.c.d.e"
		}),
		"a token that is not": userinfoAnswer(verifier(
			200, "application/jwt", "hello",
		)),
		"groups twice": userinfoAnswer(verifier(
			200, "application/json", `{"sub":"ada","groups":["a"],"GROUPS":["b"]}`,
		)),
		"too large": userinfoAnswer(endless),
		"at a metadata service": func(p *fakeIDP) {
			groupsInUserinfo(nil)(p)
			p.discovery = set(map[string]any{
				"userinfo_endpoint": "https://169.254.169.254/",
			})
		},
	} {
		p := newIDP(t)
		do(p)
		p.claims = without("groups")
		a, checks, err := p.signIn(p.party())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		at := slices.IndexFunc(checks, func(c sso.Check) bool {
			return c.Name == "userinfo"
		})
		if at < 0 ||
			!checks[at].OK ||
			!checks[at].Warning ||
			checks[at].Got == "" {
			t.Errorf("%s: no warning: %+v", name, checks)
		}
		if _, there := a.Claims["groups"]; there || !a.GroupsUnfetched {
			t.Errorf(
				"%s: groups %q, unread %v", name, a.Claims["groups"],
				a.GroupsUnfetched,
			)
		}
		p.claims = without("groups", "email")
		if a, _, err := p.signIn(p.party()); err == nil {
			t.Errorf("%s: signed in without the e-mail that is mapped: %+v", name, a)
		}
	}
	for name, do := range map[string]func(*fakeIDP){
		"about another subject": groupsInUserinfo(map[string]any{"sub": "eve"}),
		"without sub": userinfoAnswer(verifier(
			200, "application/json", `{"groups":["root"]}`,
		)),
		"signed for another subject": signedUserinfo(
			map[string]any{"sub": "eve"}, nil,
		),
	} {
		p := newIDP(t)
		do(p)
		p.claims = without("groups")
		if a, _, err := p.signIn(p.party()); sso.CodeOf(err) != "id_token_invalid" {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
	p := newIDP(t)
	userinfoAnswer(verifier(403, "text/html", "no"))(p)
	p.claims = without("name") // groups are in the ID token
	if a, _, err := p.signIn(p.party()); err != nil ||
		a.GroupsUnfetched ||
		len(a.Claims["groups"]) != 2 {
		t.Errorf("only the name is missing: %+v, %v", a, err)
	}
}

// TestNamesThatDifferInCase checks that such names are accepted where nothing
// reads them.
func TestNamesThatDifferInCase(t *testing.T) {
	t.Parallel()
	for text, code := range map[string]string{
		`"Department":"a","department":"b"`:                     "",
		`"x":{"Level":1,"level":2}`:                             "",
		`"x":[{"Id":1,"id":2},{"ID":3}]`:                        "",
		`"k":1,"\u212a":2`:                                      "",
		`"TITLE":"a","title":"b","Title":"c"`:                   "",
		`"GROUPS":["root"]`:                                     "id_token_invalid",
		`"Name":"Eve"`:                                          "id_token_invalid",
		`"Preferred_Username":"eve"`:                            "id_token_invalid",
		`"Email_Verified":true,"email_verified":false`:          "id_token_invalid",
		`"custom":{"Roles":["a"]},"Custom":{"roles":["b"]}`:     "id_token_invalid",
		`"Given_name":"Eve","given_name":"Ada"`:                 "id_token_invalid",
		`"_CLAIM_NAMES":{},"_claim_names":{}`:                   "id_token_invalid",
		`"EVENTS":{},"events":{}`:                               "id_token_invalid",
		`"x":{"sub":"a","SUB":"b"}`:                             "",
		`"oid":"1","OID":"2"`:                                   "id_token_invalid",
		`"realm":{"access":{"a":1}},"Realm":{"access":{"b":1}}`: "",
	} {
		p := newIDP(t)
		p.config.Mapping.Login = append(p.config.Mapping.Login, "{given_name}.x")
		p.config.Mapping.Groups = append(p.config.Mapping.Groups, "custom.roles")
		rewrite(`"sub":"ada"`, `"sub":"ada",`+text)(p)
		if _, checks, err := p.signIn(p.party()); sso.CodeOf(err) != code {
			t.Errorf("%s: %v, want %q; %+v", text, err, code, checks[len(checks)-1])
		}
	}
}

// TestByteOrderMarks: no document of a provider minds one in front.
func TestByteOrderMarks(t *testing.T) {
	t.Parallel()
	marked := func(v any) string {
		doc, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return "\ufeff" + string(doc)
	}
	p := newIDP(t)
	groupsInUserinfo(map[string]any{"email": "ada@acme.test"})(p)
	p.override["/.well-known/openid-configuration"] = func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, marked(p.discoveryDocument()))
	}
	p.override["/keys"] = func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, marked(map[string]any{"keys": p.keys}))
	}
	p.override["/userinfo"] = func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, marked(p.userinfo))
	}
	p.override["/token"] = func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, marked(map[string]any{
			"access_token": "the-access-token",
			"token_type":   "Bearer",
			"id_token":     p.makeIDToken(p.request.Get("nonce")),
		}))
	}
	a, _, err := p.signIn(p.party())
	if err != nil || a.Claims["email"] == nil {
		t.Errorf("%+v, %v", a, err)
	}
	if _, err := p.party().Discover(t.Context(), oidc.Source{Address: p.issuer()}); err != nil {
		t.Error(err)
	}
}

// TestConfirmedIssuer: an address may state another issuer, if an admin says that
// this issuer is the right one. Tokens are then checked against it.
func TestConfirmedIssuer(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	stated := p.issuer() + "/tenant/v2.0/" // where no document is
	p.discovery = set(map[string]any{"issuer": stated})
	document := p.issuer() + "/policy/v2.0/.well-known/openid-configuration"
	p.override["/policy/v2.0/.well-known/openid-configuration"] = func(w http.ResponseWriter, _ *http.Request) {
		reply(w, p.discoveryDocument())
	}
	rp := p.party()
	for _, address := range []string{
		p.issuer() + "/policy/v2.0", p.issuer() + "/policy/v2.0/", document,
	} {
		_, err := rp.Discover(t.Context(), oidc.Source{Address: address})
		if sso.CodeOf(err) != "issuer_mismatch" ||
			!strings.Contains(asError(t, err).Public, stated) {
			t.Errorf("%s: %v", address, err)
		}
		for _, wrong := range []string{
			p.issuer(),
			stated[:len(stated)-1],
			"https://evil.example",
			strings.ToUpper(stated),
		} {
			if _, err := rp.Discover(t.Context(), oidc.Source{
				Address:   address,
				Confirmed: wrong,
			}); sso.CodeOf(err) != "issuer_mismatch" {
				t.Errorf("%s confirmed as %s: %v", address, wrong, err)
			}
		}
		d, err := rp.Discover(t.Context(), oidc.Source{
			Address:   address,
			Confirmed: stated,
		})
		if err != nil || d.Issuer != stated || d.URL != document {
			t.Errorf("%s: %+v, %v", address, d, err)
		}
	}
	query := document + "?p=B2C_1_policy"
	if d, err := rp.Discover(t.Context(), oidc.Source{
		Address:   query,
		Confirmed: stated,
	}); err != nil || d.URL != query {
		t.Errorf("an address with a query: %+v, %v", d, err)
	}

	p.config.OIDC.Issuer, p.config.OIDC.DiscoveryURL = stated, document
	p.claims = set(map[string]any{"iss": stated})
	p.callback = func(v url.Values) { v["iss"] = []string{stated} }
	if a, _, err := p.signIn(rp); err != nil || a.Issuer != stated {
		t.Errorf("%+v, %v", a, err)
	}
	p.claims = set(map[string]any{"iss": p.issuer() + "/policy/v2.0"}) // the address, not the issuer
	if _, _, err := p.signIn(rp); sso.CodeOf(err) != "id_token_invalid" {
		t.Errorf("a token of the address: %v", err)
	}
	p.claims = set(map[string]any{"iss": stated})
	p.discovery = set(map[string]any{"issuer": "https://evil.example"}) // changed after it was confirmed
	if _, _, err := p.signIn(p.party()); sso.CodeOf(err) != "idp_unusable" {
		t.Errorf("the address states another issuer now: %v", err)
	}
}

// TestPatternsAreNoIssuers: what stands for every tenant cannot be confirmed.
func TestPatternsAreNoIssuers(t *testing.T) {
	t.Parallel()
	for _, stated := range []string{
		"https://login.microsoftonline.com/{tenantid}/v2.0",
		"https://login.microsoftonline.com/{tenant}/v2.0",
		"https://login.microsoftonline.com/%7Btenantid%7D/v2.0",
		"https://*.idp.example/",
		"https://<tenant>.idp.example/",
		"http://idp.example/",
		"urn:issuer",
		"https://idp.example/?tenant=x",
		"",
	} {
		p := newIDP(t)
		p.discovery = set(map[string]any{"issuer": stated})
		_, err := p.party().Discover(t.Context(), oidc.Source{
			Address:   p.issuer(),
			Confirmed: stated,
		})
		if sso.CodeOf(err) != "issuer_mismatch" {
			t.Errorf("%q: %v", stated, err)
		}
	}
}
