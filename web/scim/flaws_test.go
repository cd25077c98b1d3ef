package scim

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/provisioning"
	"gatehouse/store/storetest"
)

// TestEveryEndpointNeedsItsToken (CVE-2025-4210): no endpoint does anything for a
// request without a token, with one of another kind or connection, or with one
// that is over.
func TestEveryEndpointNeedsItsToken(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite, options{})
	before := f.newUser("ada@acme.test")
	for name, header := range f.strangers() {
		t.Run(name, func(t *testing.T) {
			for _, e := range f.handlers.endpoints() {
				method, path, _ := strings.Cut(e.Pattern, " ")
				path = strings.NewReplacer("{connection}", string(f.connection.ID), "{id}", before.text("id")).Replace(path)
				body := ""
				if method != http.MethodGet && method != http.MethodDelete {
					body = `{"userName": "new", "displayName": "new", "Operations": [{"op": "replace", "path": "active", "value": false}]}`
				}
				got := f.send(method, path, body, header...)
				if got.Code != http.StatusUnauthorized || got.text("status") != "401" ||
					!strings.HasPrefix(got.Header().Get("WWW-Authenticate"), "Bearer realm=") {
					t.Errorf("%s: %d %v %s", e.Pattern, got.Code, got.Header(), got.Body)
				}
				if strings.Contains(got.Body.String(), "gw_") && !strings.Contains(got.Body.String(), "start with gw_scim_.") {
					t.Errorf("%s echoes the token: %s", e.Pattern, got.Body)
				}
			}
		})
	}
	after := f.want(f.do("GET", "/Users/"+before.text("id"), ""), 200)
	if after.Header().Get("ETag") != before.Header().Get("ETag") {
		t.Errorf("the user changed: %s", after.Body)
	}
	if list := f.do("GET", `/Users?filter=userName+eq+"new"`, ""); list.json["totalResults"] != 0.0 {
		t.Errorf("a user was created: %s", list.Body)
	}
}

// strangers are the headers of requests that are not the connection's.
func (f *fixture) strangers() map[string][]string {
	f.Helper()
	api := sso.APIToken.New()
	_, err := f.db.CreateToken(f.Context(), sso.ActorOperator, sso.Token{
		Name: "automation",
		Hash: api.Hash(),
	})
	f.ok(err)
	session := sso.NewSecret()
	f.signInAs("admin@acme.test", session)
	sibling := f.connect(f.enterprise.ID, sso.Okta)
	_, siblings := f.newToken(sibling, "entra-1")
	other, err := f.db.CreateEnterprise(f.Context(), sso.ActorOperator, sso.Enterprise{
		Key:  "other",
		Name: "Other",
	})
	f.ok(err)
	_, others := f.newToken(f.connect(other.ID, sso.Entra), "entra-1")
	revoked, revokedSecret := f.newToken(f.connection, "revoked")
	f.ok(f.tokens.Revoke(f.Context(), sso.ActorOperator, f.enterprise.ID, f.connection.ID, revoked.ID))
	_, expired, err := f.tokens.Create(f.Context(), sso.ActorOperator, f.enterprise.ID, f.connection.ID,
		provisioning.NewToken{
			Name:      "expired",
			ExpiresAt: f.clock.Now().Add(time.Hour),
		})
	f.ok(err)
	f.clock.Move(2 * time.Hour)
	authorization := func(s sso.Secret) []string { return []string{"Authorization: Bearer " + s.Reveal()} }
	return map[string][]string{
		"no token":                      {"Authorization:"},
		"an empty token":                {"Authorization: Bearer"},
		"a token that there is not":     authorization(sso.SCIMToken.New()),
		"a token cut off":               {"Authorization: Bearer " + f.bearer.Reveal()[:20]},
		"the token by Basic":            {"Authorization: Basic " + f.bearer.Reveal()},
		"an API token":                  authorization(api),
		"a session cookie":              {"Authorization:", "Cookie: gatehouse=" + session.Reveal()},
		"a session as a token":          authorization(session),
		"a token of another connection": authorization(siblings),
		"a token of another company":    authorization(others),
		"a revoked token":               authorization(revokedSecret),
		"an expired token":              authorization(expired),
		"the token's hash":              {"Authorization: Bearer " + f.token.Hash.String()},
		"the token in another header":   {"Authorization:", "X-Access-Token: " + f.bearer.Reveal()},
	}
}

// TestTokensAreOfIDs (CVE-2026-67330, GHSA-j8v8-g9cx-5qf4): what a token opens
// follows from IDs. Connections and tokens of one name do not meet, and a token
// does not follow a connection that is renamed or made again.
func TestTokensAreOfIDs(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite, options{})
	other, err := f.db.CreateEnterprise(f.Context(), sso.ActorOperator, sso.Enterprise{
		Key:  "other",
		Name: "Acme",
	})
	f.ok(err)
	twin := f.connect(other.ID, sso.Custom)
	_, bearer := f.newToken(twin, f.token.Name)
	ada := f.newUser("ada@acme.test")
	theirs := "/scim/v2/connections/" + string(twin.ID)
	authorization := "Authorization: Bearer " + bearer.Reveal()
	if got := f.send("GET", theirs+"/Users", "", authorization); got.json["totalResults"] != 0.0 {
		t.Errorf("the twin lists %s", got.Body)
	}
	f.want(f.send("GET", theirs+"/Users/"+ada.text("id"), "", authorization), 404)
	f.want(f.send("GET", f.base()+"/Users", "", authorization), 401)
	f.want(f.send("GET", theirs+"/Users", ""), 401)
	f.want(f.send("GET", "/scim/v2/connections/Directory/Users", ""), 401)
}

// TestExternalIDIsText (CVE-2025-41115): an externalId is a text of the identity
// provider's, whatever it looks like; it never names a user of ours.
func TestExternalIDIsText(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite, options{})
	victim := f.newUser("victim@acme.test").text("id")
	owner := f.signInAs("owner@acme.test", sso.NewSecret())
	for i, external := range []string{"1", victim, "../" + victim, string(owner.ID), "' or 1=1 --", "%", "null"} {
		quoted := strings.ReplaceAll(external, `"`, `\"`)
		made := f.want(f.do("POST", "/Users", fmt.Sprintf(`{"userName": "user-%d@acme.test", "externalId": "%s"}`, i, quoted)), 201)
		if id := made.text("id"); id == external || id == victim || made.text("externalId") != external {
			t.Errorf("externalId %q became %s", external, made.Body)
		}
		found := f.do("GET", "/Users?filter="+url.QueryEscape(`externalId eq "`+quoted+`"`), "")
		if found.json["totalResults"] != 1.0 {
			t.Errorf("externalId %q finds %s", external, found.Body)
		}
		if external != victim && external != string(owner.ID) {
			f.want(f.do("GET", "/Users/"+url.PathEscape(external), ""), 404)
		}
	}
	if got := f.do("GET", "/Users/"+victim, ""); got.text("userName") != "victim@acme.test" {
		t.Errorf("the victim is %s", got.Body)
	}
	group := f.want(f.do("POST", "/Groups", `{"displayName": "g", "members": [{"value": "`+victim+`"}]}`), 201)
	members, _ := group.json["members"].([]any)
	if len(members) != 1 || members[0].(map[string]any)["value"] != victim {
		t.Errorf("the members are %s", group.Body)
	}
}

// TestForeignUsersAreNotTouched (CVE-2022-1680): a user of another company or
// connection is neither taken over nor changed.
func TestForeignUsersAreNotTouched(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite, options{})
	other, err := f.db.CreateEnterprise(f.Context(), sso.ActorOperator, sso.Enterprise{
		Key:  "other",
		Name: "Other",
	})
	f.ok(err)
	theirs := f.connect(other.ID, sso.Custom)
	_, bearer := f.newToken(theirs, "theirs")
	as := "Authorization: Bearer " + bearer.Reveal()
	base := "/scim/v2/connections/" + string(theirs.ID)
	victim := f.newUser("ada@acme.test")
	path := "/Users/" + victim.text("id")
	patch := `{"Operations": [{"op": "replace", "path": "emails", "value": [{"value": "eve@other.test"}]}]}`
	f.want(f.send("PATCH", base+path, patch, as), 404)
	f.want(f.send("PUT", base+path, `{"userName": "ada@acme.test"}`, as), 404)
	f.want(f.send("DELETE", base+path, "", as), 404)
	f.want(f.send("GET", base+path, "", as), 404)
	own := f.want(f.send("POST", base+"/Users", `{"userName": "ada@acme.test", "externalId": "`+victim.text("id")+`"}`, as), 201)
	if own.text("id") == victim.text("id") {
		t.Error("the other company's user was taken over")
	}
	group := f.want(f.send("POST", base+"/Groups", `{"displayName": "g", "members": [{"value": "`+victim.text("id")+`"}]}`, as), 201)
	if members, _ := group.json["members"].([]any); len(members) == 1 &&
		members[0].(map[string]any)["value"] == victim.text("id") {
		t.Errorf("a member of another company: %s", group.Body)
	}
	if got := f.do("GET", path, ""); got.Header().Get("ETag") != `W/"1"` || got.Body.String() != victim.Body.String() {
		t.Errorf("the victim became %s", got.Body)
	}
}

// hostile are pieces of filters that reach a database badly.
var hostile = []string{
	`' or '1'='1`, `"; drop table users; --`, `%`, `_`, `\`, `''`, `$1`, `?`, `:x`, `/*`, `*/`, `--`, `;`,
	`pg_sleep(5)`, `randomblob(1e9)`, `x' union select hash from provisioning_tokens --`, "\u202e", "\ufeff",
	`(((((`, `)))))`, `[`, `]`, `not`, `and`, `or`, `eq`, `"`, `\"`, `null`, `1e999`, `-0`, `true`,
}

// TestHostileFilters (CVE-2019-11278): filters find what they say, or are
// refused; attributes that no schema has are not reached.
func TestHostileFilters(t *testing.T) {
	t.Parallel()
	for name, database := range databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, database, options{})
			f.newUser("ada@acme.test")
			random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // inputs of a test
			refused := 0
			for i := range 500 {
				text := hostileFilter(random, i)
				got := f.do("GET", "/Users?filter="+url.QueryEscape(text), "")
				switch {
				case got.Code == 400 && got.text("scimType") == "invalidFilter":
					refused++
				case got.Code != 200:
					t.Errorf("%s: %d %s", text, got.Code, got.Body)
				case strings.HasPrefix(text, "userName eq ") && got.json["totalResults"] != 0.0:
					t.Errorf("%s found %s", text, got.Body)
				}
			}
			if refused < 100 || refused > 450 {
				t.Errorf("%d of 500 were refused", refused)
			}
			for _, attribute := range []string{"password", "hash", "enterprise_id", "document", "userName.x", "rowid"} {
				got := f.do("GET", "/Users?filter="+url.QueryEscape(attribute+` sw "a"`), "")
				if got.Code != 400 || got.text("scimType") != "invalidFilter" {
					t.Errorf("%s: %d %s", attribute, got.Code, got.Body)
				}
			}
			f.want(f.do("GET", "/Users", ""), 200)
		})
	}
}

func hostileFilter(random *rand.Rand, i int) string {
	piece := func() string { return hostile[random.IntN(len(hostile))] }
	quoted := `"` + strings.ReplaceAll(strings.ReplaceAll(piece()+piece(), `\`, `\\`), `"`, `\"`) + `"`
	switch i % 5 {
	case 0:
		return "userName eq " + quoted
	case 1:
		return []string{"userName", "emails.value", "externalId", "displayName", "title"}[i%25/5] +
			" " + []string{"co", "sw", "ew", "ne", "gt"}[i%25/5] + " " + quoted
	case 2:
		return "userName eq " + piece() + piece()
	case 3:
		return piece() + " eq " + quoted
	default:
		return `emails[type eq ` + quoted + ` or value co ` + quoted + `]`
	}
}

// TestCursorsAreSigned (CVE-2026-33503, 33504, 33505): a cursor of which one bit is
// another, of another list, company or time, is refused.
func TestCursorsAreSigned(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite, options{})
	for i := range 3 {
		f.newUser(fmt.Sprintf("user-%d@acme.test", i))
	}
	cursor := f.want(f.do("GET", "/Users?cursor=&count=1", ""), 200).text("nextCursor")
	if f.want(f.do("GET", "/Users?count=1&cursor="+cursor, ""), 200).json["totalResults"] != 3.0 {
		t.Error("the second page has another total")
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	f.ok(err)
	for bit := range len(raw) * 8 {
		forged := slices.Clone(raw)
		forged[bit/8] ^= 1 << (bit % 8)
		got := f.do("GET", "/Users?count=1&cursor="+base64.RawURLEncoding.EncodeToString(forged), "")
		if got.Code != 400 || got.text("scimType") != "invalidCursor" {
			t.Errorf("bit %d: %d %s", bit, got.Code, got.Body)
		}
	}
	for _, forged := range []string{cursor[1:], cursor + "A", "' or 1=1", "AAAA", cursor + "=", strings.Repeat("A", 4096)} {
		if got := f.do("GET", "/Users?cursor="+url.QueryEscape(forged), ""); got.text("scimType") != "invalidCursor" {
			t.Errorf("%q: %d %s", forged, got.Code, got.Body)
		}
	}
	sibling := f.connect(f.enterprise.ID, sso.Okta)
	_, bearer := f.newToken(sibling, "okta")
	got := f.send("GET", "/scim/v2/connections/"+string(sibling.ID)+"/Users?cursor="+cursor, "",
		"Authorization: Bearer "+bearer.Reveal())
	if got.text("scimType") != "invalidCursor" {
		t.Errorf("another connection: %d %s", got.Code, got.Body)
	}
	f.clock.Move(61 * time.Minute)
	if got := f.do("GET", "/Users?cursor="+cursor, ""); got.Code != 400 || got.text("scimType") != "expiredCursor" {
		t.Errorf("an hour later: %d %s", got.Code, got.Body)
	}
}

// TestProvisionedAddressesAreNotVerified (GitLab issue 11643): the identity
// provider's word does not verify an address; the proof of its domain does.
func TestProvisionedAddressesAreNotVerified(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite, options{})
	id := f.want(f.do("POST", "/Users", `{"userName": "ada", "emails": [
		{"value": "ada@not-proven.test", "type": "work", "primary": true, "verified": true}]}`), 201).text("id")
	u, err := f.db.ProvisionedUser(t.Context(), f.enterprise.ID, f.connection.ID, sso.ResourceID(id))
	f.ok(err)
	account, err := f.db.User(t.Context(), f.enterprise.ID, u.Account)
	f.ok(err)
	if account.Email != "ada@not-proven.test" || account.EmailVerified {
		t.Errorf("the account is %+v", account)
	}
}

// TestLoginOfAnotherConnection (CVE-2022-1680): a user whose login an account of
// another connection has is not created and takes nothing over; the refusal names
// the account, and an admin decides.
func TestLoginOfAnotherConnection(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite, options{})
	ada := f.signInAs("ada@acme.test", sso.NewSecret())
	sibling := f.connect(f.enterprise.ID, sso.Okta)
	_, bearer := f.newToken(sibling, "okta")
	as := "Authorization: Bearer " + bearer.Reveal()
	base := "/scim/v2/connections/" + string(sibling.ID)
	body := `{"userName": "ADA@acme.test", "emails": [{"value": "eve@acme.test"}]}`
	got := f.want(f.send("POST", base+"/Users", body, as), 409)
	if got.text("scimType") != "uniqueness" || !strings.Contains(got.detail(), string(ada.ID)) {
		t.Errorf("refused by %s", got.Body)
	}
	account, err := f.db.User(t.Context(), f.enterprise.ID, ada.ID)
	f.ok(err)
	if account.Login != "ada@acme.test" || account.Email != "ada@acme.test" || account.Status != sso.UserActive {
		t.Errorf("the account became %+v", account)
	}
}
