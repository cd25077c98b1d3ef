package api

import (
	"strings"
	"testing"

	"gatehouse/sso"
)

// scopeCeiling asks for a token with each scope that the caller's has not.
func scopeCeiling(t *testing.T, f *fixture) {
	for _, ent := range []string{"", f.acme["enterprise"]} {
		bearer := f.scoped(ent, "tokens:write")
		value := strings.TrimPrefix(bearer, "Bearer ")
		for _, scope := range sso.Scopes() {
			if scope == "tokens:write" || scope == "tokens:read" {
				continue
			}
			body := m{"name": "x", "scopes": []sso.Scope{"tokens:write", scope}}
			if ent != "" {
				body["enterprise"] = ent
			}
			f.unchanged(func() {
				want, code := 403, "scope_exceeds_owner"
				if ent != "" && strings.Contains(f.with(bearer, "POST", Prefix+"api-tokens", body).Body.String(), "one enterprise") {
					want, code = 422, "validation_failed" // no token of an enterprise can have it
				}
				f.wants(f.with(bearer, "POST", Prefix+"api-tokens", body), want, code)
				r := f.request("POST", Prefix+"api-tokens", body)
				r.SetBasicAuth(value, "x-oauth-basic")
				f.wants(f.send(r), 401, "invalid_token")
			})
		}
	}
}

// narrowedPaths asks with a token of one enterprise for what each path leads to, where only
// the enterprise in the path is the token's, and where only it is not.
func narrowedPaths(t *testing.T, f *fixture) {
	bearer := f.scoped(f.acme["enterprise"], "all")
	f.unchanged(func() {
		for _, e := range f.endpoints() {
			names := wildcardsOf(e.path)
			if len(names) < 2 || names[0] != "enterprise" {
				continue
			}
			inside, outside := world{}, world{}
			for _, name := range names {
				inside[name], outside[name] = f.other[name], f.acme[name]
			}
			inside["enterprise"], outside["enterprise"] = f.acme["enterprise"], f.other["enterprise"]
			for _, w := range []world{inside, outside} {
				got := f.with(bearer, e.method, w.in(e.path), e.body())
				if got.Code != 404 && got.Code != 403 || strings.Contains(got.Body.String(), f.other["enterprise"]) {
					t.Errorf("%s: %d %s", w.in(e.path), got.Code, got.Body)
				}
			}
		}
	})
}

// narrowedQueries names another enterprise, and what it has, in the parameters of lists.
func narrowedQueries(t *testing.T, f *fixture) {
	bearer := f.scoped(f.acme["enterprise"], "all")
	for _, e := range f.endpoints() {
		if e.method != "GET" {
			continue
		}
		for _, name := range []string{"enterprise", "organization", "group", "user", "connection"} {
			got := f.with(bearer, "GET", f.acme.in(e.path)+"?"+name+"="+f.other[name], nil)
			for _, id := range []string{"organization", "group", "user", "connection", "session"} {
				// What was asked for may be named in the message about it.
				if id != name && strings.Contains(got.Body.String(), f.other[id]) {
					t.Errorf("%s by %s tells of another enterprise's %s: %s", e, name, id, got.Body)
				}
			}
		}
	}
}

// narrowedCategories asks with a token of one enterprise, with one scope after the other,
// for everything of another enterprise and of the installation.
func narrowedCategories(t *testing.T, f *fixture) {
	for _, scope := range sso.Scopes() {
		if scope == sso.ScopeAll {
			continue // which narrowedPaths has
		}
		bearer := f.scoped(f.acme["enterprise"], scope)
		for _, e := range f.endpoints() {
			if e.scope() != scope || !strings.Contains(e.path, "{") {
				continue
			}
			got := f.with(bearer, e.method, f.other.in(e.path), e.body())
			if got.Code != 404 && got.Code != 403 {
				t.Errorf("%s with %s: %d %s", e, scope, got.Code, got.Body)
			}
		}
	}
}
