package api

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store/storetest"
)

// TestAPITokens makes a token by the API, uses it, and revokes it.
func TestAPITokens(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		made := f.do("POST", Prefix+"api-tokens", m{
			"name":       "reports",
			"enterprise": f.acme["enterprise"],
			"scopes":     []string{"users:read", "tokens:write", "users:read"},
			"expires_at": time.Now().Add(time.Hour),
		}, keyHeader, "k")
		f.wants(made, 201, "")
		bearer, path := "Bearer "+made.text("token"), made.Header().Get("Location")
		again := f.do("POST", Prefix+"api-tokens", f.body(made), keyHeader, "k")
		if again.Code == 201 || strings.Contains(f.do("GET", path, nil).Body.String(), made.text("token")) {
			t.Errorf("the token is shown again: %s", again.Body)
		}
		f.wants(f.with(bearer, "GET", f.acme.in("/enterprises/{enterprise}/users"), nil, "User-Agent", "curl/8"), 200, "")
		got := f.do("GET", path, nil)
		if got.text("last_client") != "curl/8" || got.text("created_by") != string(f.actor) ||
			got.json["live"] != true || len(got.json["scopes"].([]any)) != 2 {
			t.Errorf("%s", got.Body)
		}
		f.wants(f.do("DELETE", path, nil), 204, "")
		f.wants(f.do("DELETE", path, nil), 204, "")
		f.wants(f.with(bearer, "GET", f.acme.in("/enterprises/{enterprise}/users"), nil), 401, "invalid_token")
		if got := f.do("GET", path, nil); got.json["live"] != false || got.json["revoked_at"] == nil {
			t.Errorf("%s", got.Body)
		}
		for name, body := range map[string]m{
			"scopes":     {"name": "x", "scopes": []string{"users:admin"}},
			"enterprise": {"name": "x", "scopes": []string{"all"}, "enterprise": "ent-unknown"},
			"expires_at": {"name": "x", "scopes": []string{"all"}, "expires_at": "2020-01-01T00:00:00Z"},
			"name":       {"name": "", "scopes": []string{"all"}},
		} {
			got := f.do("POST", Prefix+"api-tokens", body)
			f.wants(got, 422, "validation_failed")
			if fields := got.fields(); len(fields) != 1 || fields[0] != name {
				t.Errorf("%s: %v", name, fields)
			}
		}
	})
}

// body is the request that asks for what a reply has.
func (f *fixture) body(made reply) m {
	return m{"name": made.text("name"), "scopes": made.json["scopes"]}
}

// TestTokensMakeNoMoreThanTheyHave: a token makes none with another scope, another
// company or a later end, and sees and revokes those of its company only.
func TestTokensMakeNoMoreThanTheyHave(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite)
	acme, other := f.acme["enterprise"], f.other["enterprise"]
	f.scoped(other, "users:read")
	bound, free := f.scoped(acme, "tokens:write", "users:write"), f.scoped("", "tokens:write", "users:read")
	path := Prefix + "api-tokens"
	for name, c := range map[string]struct {
		bearer string
		ent    string
		scope  sso.Scope
	}{
		"another scope":           {bound, acme, "groups:read"},
		"another company":         {bound, other, "users:read"},
		"an unknown company":      {bound, string(sso.NewID[sso.EnterpriseID](time.Now())), "users:read"},
		"the installation":        {bound, "", "users:read"},
		"all":                     {bound, acme, "all"},
		"all that is read":        {free, "", "all:read"},
		"writing":                 {free, acme, "users:write"},
		"a scope it never had":    {free, "", "applications:write"},
		"its own, and one beside": {free, other, "domains:read"},
	} {
		body := m{"name": "x", "scopes": []sso.Scope{"users:read", c.scope}}
		if c.ent != "" {
			body["enterprise"] = c.ent
		}
		f.unchanged(func() {
			got := f.with(c.bearer, "POST", path, body)
			if got.Code != 403 || got.code() != "scope_exceeds_owner" {
				t.Errorf("%s: %d %s", name, got.Code, got.Body)
			}
		})
	}
	child := f.with(bound, "POST", path, m{"name": "x", "scopes": []string{"users:read"}, "enterprise": acme})
	f.wants(child, 201, "")
	for _, item := range f.with(bound, "GET", path, nil).items() {
		if item.(map[string]any)["enterprise"] != acme {
			t.Errorf("a token of one company sees %v", item)
		}
	}
	for _, item := range f.do("GET", path, nil).items() {
		theirs := item.(map[string]any)
		if theirs["enterprise"] == acme {
			continue
		}
		f.unchanged(func() {
			f.wants(f.with(bound, "GET", path+"/"+theirs["id"].(string), nil), 404, "not_found")
			f.wants(f.with(bound, "DELETE", path+"/"+theirs["id"].(string), nil), 404, "not_found")
		})
	}
}

// TestRegressionsOfScopes are flaws by which tokens of other software did more than
// their scopes say. Those about one forgotten route are TestScopeMatrix.
func TestRegressionsOfScopes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(*testing.T, *fixture){
		"CVE-2026-28699 the scope is lost where the token is sent as Basic":  tokenAsBasic,
		"CVE-2026-28744 the scope is read for one scheme only":               tokenAsBasic,
		"CVE-2026-27761 another view of the same records":                    otherViews,
		"CVE-2026-20706 a route beside one that is checked":                  neighbours,
		"CVE-2026-25714 a narrowed token sees all in a list":                 narrowedLists,
		"CVE-2026-24791 paths about the token itself are not narrowed":       narrowedLists,
		"CVE-2026-56654 a token creates one with more scopes":                scopeCeiling,
		"CVE-2026-58429 a narrowed token lists by parameters":                narrowedQueries,
		"CVE-2026-58431 a path that does not name the owner is not narrowed": narrowedPaths,
		"CVE-2026-56443 each category is narrowed in its own way":            narrowedCategories,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newFixture(t, storetest.SQLite))
		})
	}
}

// tokenAsBasic sends a token in every way but the one: none opens anything.
func tokenAsBasic(t *testing.T, f *fixture) {
	bearer := f.scoped("", "users:read")
	value := strings.TrimPrefix(bearer, "Bearer ")
	basic := func(user, password string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	}
	path := f.acme.in("/enterprises/{enterprise}/users")
	for _, header := range []string{
		basic("token", value), basic(value, ""), basic(value, "x-oauth-basic"), basic("", value), "token " + value,
		"Token " + value, value,
	} {
		f.wants(f.with(header, "GET", path, nil), 401, "invalid_token")
	}
	for _, scheme := range []string{"Bearer ", "bearer ", "BEARER "} {
		f.wants(f.with(scheme+value, "GET", path, nil), 200, "")
		f.wants(f.with(scheme+value, "POST", f.acme.in(userPath+"/deactivate"), nil), 403, "scope_missing")
	}
	r := f.request("GET", path+"?token="+value, nil)
	r.Header.Del("Authorization")
	f.wants(f.send(r), 401, "invalid_token")
}

// otherViews asks for people by every path but those about users.
func otherViews(t *testing.T, f *fixture) {
	bearer := f.scoped("", "connections:read", "groups:read")
	for _, e := range f.endpoints() {
		if noun, _, _ := strings.Cut(string(e.scope()), ":"); noun == "connections" || noun == "groups" {
			continue
		}
		got := f.with(bearer, e.method, f.acme.in(e.path), e.body())
		f.wants(got, 403, "scope_missing")
	}
	for _, path := range []string{connectionPath, connectionPath + "/tests", enterprisePath + "/groups"} {
		if got := f.with(bearer, "GET", f.acme.in(path), nil); strings.Contains(got.Body.String(), "ada@") {
			t.Errorf("%s tells of people: %s", path, got.Body)
		}
	}
}

// neighbours asks every operation with a token that has all scopes but those of its
// noun, of the routes beside it among them, and with one that may only read it.
func neighbours(t *testing.T, f *fixture) {
	tokens := map[string]string{}
	for _, e := range f.endpoints() {
		noun, verb, _ := strings.Cut(string(e.scope()), ":")
		if tokens[noun] == "" {
			tokens[noun] = f.scoped("", slices.DeleteFunc(sso.Scopes(), func(s sso.Scope) bool {
				own, _, _ := strings.Cut(string(s), ":")
				return own == noun || own == "all"
			})...)
			tokens[noun+":read"] = f.scoped("", sso.Scope(noun+":read"))
		}
		f.wants(f.with(tokens[noun], e.method, f.acme.in(e.path), e.body()), 403, "scope_missing")
		if verb == "write" {
			f.wants(f.with(tokens[noun+":read"], e.method, f.acme.in(e.path), e.body()), 403, "scope_missing")
		}
	}
}

// narrowedLists asks for everything that can be read without an enterprise in the path,
// with a token of one enterprise: nothing in it is another's.
func narrowedLists(t *testing.T, f *fixture) {
	f.scoped("", "all")
	f.scoped(f.other["enterprise"], "all")
	bearer := f.scoped(f.acme["enterprise"], "all")
	for _, e := range f.endpoints() {
		if e.method != "GET" || strings.Contains(e.path, "{") {
			continue
		}
		got := f.with(bearer, "GET", f.acme.in(e.path), nil)
		if got.Code != 403 && (got.Code != 200 || len(got.items()) == 0) ||
			strings.Contains(got.Body.String(), f.other["enterprise"]) {
			t.Errorf("%s: %d %s", e, got.Code, got.Body)
		}
	}
}
