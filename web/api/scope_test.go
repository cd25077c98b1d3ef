package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store/storetest"
)

// scoped creates a token with scopes, of an enterprise or of the installation, and
// returns its Authorization header.
func (f *fixture) scoped(ent string, scopes ...sso.Scope) string {
	f.Helper()
	secret := sso.APIToken.New()
	_, err := f.db.CreateToken(f.Context(), sso.ActorOperator, sso.Token{
		Enterprise: sso.EnterpriseID(ent),
		Name:       "scoped",
		Hash:       secret.Hash(),
		Scopes:     scopes,
	})
	f.ok(err)
	return "Bearer " + secret.Reveal()
}

// with sends a request with another token.
func (f *fixture) with(bearer, method, target string, body any, header ...string) reply {
	f.Helper()
	return f.do(method, target, body, append([]string{"Authorization", bearer}, header...)...)
}

// scope is that of an operation, as the document has it.
func (e endpoint) scope() sso.Scope { return sso.Scope(e.op.Security[0]["token"][0]) }

// onlyInstance are operations of an enterprise that no token of one may call.
var onlyInstance = map[string]bool{
	"create-personal-token": true, // which acts as any user
	"approve-trust-change":  true,
}

// may is what the table of scopes in docs/api.md says.
func may(e endpoint, has sso.Scope, bound bool) bool {
	want := e.scope()
	if bound && (onlyInstance[e.op.OperationID] ||
		!strings.HasPrefix(e.path, "/enterprises/{enterprise}") && e.op.OperationID != "list-enterprises" &&
			!strings.HasPrefix(e.path, "/api-tokens") ||
		want == "enterprises:write" || want == "applications:read" || want == "applications:write" ||
		want == "roles:write") {
		return false
	}
	noun, verb, _ := strings.Cut(string(want), ":")
	switch string(has) {
	case "all", string(want), noun + ":write":
		return true
	case "all:read":
		return verb == "read"
	}
	return false
}

// TestScopeMatrix asks every operation with every scope, with tokens of the
// installation and of one enterprise. A request that is allowed is refused for its
// query only, so that nothing changes either way.
func TestScopeMatrix(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite)
	tokens := map[sso.Scope][2]string{}
	for _, s := range sso.Scopes() {
		tokens[s] = [2]string{f.scoped("", s), f.scoped(f.acme["enterprise"], s)}
	}
	allowed := 0
	f.unchanged(func() {
		for _, e := range f.endpoints() {
			for s, bearers := range tokens {
				for i, bearer := range bearers {
					got := f.with(bearer, e.method, f.acme.in(e.path)+"?surprise=1", e.body())
					want, code := 403, "scope_missing"
					if may(e, s, i == 1) {
						allowed++
						want, code = 422, "validation_failed"
					}
					if got.Code != want || got.code() != code {
						t.Errorf("%s with %s (of one enterprise: %t): %d %s", e, s, i == 1, got.Code, got.Body)
					}
				}
			}
		}
	})
	if allowed < 500 {
		t.Errorf("only %d requests were allowed: this test sees too little", allowed)
	}
}

// TestScopeSuffices reads everything with exactly the scope that the document names.
func TestScopeSuffices(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite)
	f.claim("newcomer")
	f.moved()
	for _, e := range f.endpoints() {
		if e.method != http.MethodGet {
			continue
		}
		scopes := []sso.Scope{e.scope()}
		if e.op.OperationID == "export-user" {
			f.wants(f.with(f.scoped("", scopes...), "GET", f.acme.in(e.path), nil), 403, "scope_missing")
			scopes = append(scopes, exportScopes()...)
		}
		f.wants(f.with(f.scoped("", scopes...), "GET", f.acme.in(e.path), nil), 200, "")
		if may(e, e.scope(), true) {
			f.wants(f.with(f.scoped(f.acme["enterprise"], scopes...), "GET", f.acme.in(e.path), nil), 200, "")
		}
	}
}

// TestBoundTokenSeesOneCompany asks for everything of another enterprise with a token
// of one that has all scopes: the answer is that for an unknown ID, to the byte.
func TestBoundTokenSeesOneCompany(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		bearer := f.scoped(f.acme["enterprise"], sso.ScopeAll)
		nowhere := world{}
		for name, id := range f.other {
			nowhere[name] = id
		}
		nowhere["enterprise"] = string(sso.NewID[sso.EnterpriseID](time.Now()))
		f.unchanged(func() {
			for _, e := range f.endpoints() {
				if !may(e, sso.ScopeAll, true) || !strings.Contains(e.path, "{enterprise}") {
					continue
				}
				theirs := f.with(bearer, e.method, f.other.in(e.path), e.body())
				f.wants(theirs, 404, "not_found")
				unknown := f.with(bearer, e.method, nowhere.in(e.path), e.body())
				if a, b := anonymous(theirs), anonymous(unknown); a != b {
					t.Errorf("%s: %s differs from that for an unknown enterprise: %s", e, a, b)
				}
			}
		})
		list := f.with(bearer, "GET", Prefix+"enterprises?limit=1", nil)
		f.wants(list, 200, "")
		if items := list.items(); len(items) != 1 || list.json["next"] != nil ||
			items[0].(map[string]any)["id"] != f.acme["enterprise"] {
			t.Errorf("enterprises: %s", list.Body)
		}
		// A cursor of another token leads to nothing that is not in the list.
		f.wants(f.with(bearer, "GET", Prefix+"enterprises?cursor="+f.other["enterprise"], nil), 422, "invalid_cursor")
		for _, query := range []string{"organization=" + f.other["organization"], "name=engineering"} {
			for _, item := range f.with(
				bearer, "GET", f.acme.in("/enterprises/{enterprise}/groups?"+query), nil,
			).items() {
				if item.(map[string]any)["id"] == f.other["group"] {
					t.Errorf("groups by %s: %v", query, item)
				}
			}
		}
	})
}

// anonymous is a reply without the identifier of its request.
func anonymous(r reply) string {
	return strings.ReplaceAll(r.Body.String(), r.text("request_id"), "")
}

// TestBoundTokenIsNoOperator: a change of trust by a token of one enterprise waits for
// an approval, as that of the enterprise's admins, and no such token approves one.
func TestBoundTokenIsNoOperator(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite)
	bearer := f.scoped(f.acme["enterprise"], sso.ScopeAll)
	path := f.acme.in(connectionPath)
	f.wants(f.do("DELETE", path+"/draft", nil), 200, "")
	f.wants(f.with(bearer, "PATCH", path, m{"mapping": m{"subject": "another"}}), 200, "")
	f.wants(f.with(bearer, "POST", path+"/enable", nil), 409, sso.CodeApprovalNeeded)
	change := f.with(bearer, "GET", path+"/trust-changes", nil).items()[0].(map[string]any)
	f.wants(f.with(bearer, "POST", path+"/trust-changes/approve", m{"digest": change["digest"]}), 403, "scope_missing")
	f.wants(f.do("POST", path+"/trust-changes/approve", m{"digest": change["digest"]}), 200, "")
	// Nothing but the identity provider, which does not exist, is in the way now.
	f.wants(f.with(bearer, "POST", path+"/enable", nil), 502, "idp_unusable")
}

// TestRepeatedRequestNeedsItsScope: scopes come before a stored response, so a key
// says nothing to a token that lacks the scope of the request.
func TestRepeatedRequestNeedsItsScope(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite)
	bearer := f.scoped("", "groups:write")
	f.wants(f.with(bearer, "POST", f.acme.in(organizationPath+"/groups"), m{"name": "x"}, keyHeader, "k"), 201, "")
	got := f.with(bearer, "POST", f.acme.in(userPath+"/deactivate"), nil, keyHeader, "k")
	f.wants(got, 403, "scope_missing")
	want := `Bearer realm="Gatehouse API", error="insufficient_scope", scope="users:write"`
	if got.Header().Get("WWW-Authenticate") != want {
		t.Errorf("%v", got.Header())
	}
}

// TestEveryOperationHasAScope: an operation without a scope that fits its method does
// not start, and the panic says what to add.
func TestEveryOperationHasAScope(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]operation{
		"none":            {method: "GET", path: "x"},
		"unknown noun":    {method: "GET", path: "x", scope: "groupz:read"},
		"unknown verb":    {method: "GET", path: "x", scope: "groups:admin"},
		"all":             {method: "POST", path: "x", scope: "all"},
		"all read":        {method: "GET", path: "x", scope: "all:read"},
		"GET that writes": {method: "GET", path: "x", scope: "groups:write"},
		"POST that reads": {method: "POST", path: "x", scope: "groups:read"},
		"DELETE, reading": {method: "DELETE", path: "x", scope: "groups:read"},
		"reads and write": {method: "POST", path: "x", scope: "groups:write", reads: true},
		"own and not":     {method: "GET", path: "x", scope: "groups:read", own: true, instance: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				text, _ := recover().(string)
				if !strings.Contains(text, `scope: "NOUN:read"`) || !strings.Contains(text, `"do-x"`) {
					t.Errorf("panicked with %q", text)
				}
			}()
			f := newFixture(t, storetest.SQLite)
			o.id = "do-x"
			add(f.api, o, func(context.Context, caller, *struct{}) (*done, error) { return nil, nil })
		})
	}
}

// TestHeadAndOptions: HEAD needs the scope of GET, and other methods tell nothing.
func TestHeadAndOptions(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite)
	bearer := f.scoped("", "groups:read")
	for path, status := range map[string]int{"/users": 403, "/groups": 200} {
		target := f.acme.in("/enterprises/{enterprise}" + path)
		head := httptest.NewRecorder()
		f.ServeHTTP(head, f.request("HEAD", target, nil, "Authorization", bearer))
		if head.Code != status {
			t.Errorf("HEAD %s: %d", path, head.Code)
		}
		f.wants(f.with(bearer, "OPTIONS", target, nil), 405, "method_not_allowed")
	}
}

// TestScopeOfWildcardPaths: no other spelling of a path has another scope.
func TestScopeOfWildcardPaths(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite)
	bearer := f.scoped(f.acme["enterprise"], "groups:read")
	ent, other := f.acme["enterprise"], f.other["enterprise"]
	for _, path := range []string{
		ent + "/users", ent + "/users/", "/" + ent + "/users", ent + "//users", ent + "/groups/../users",
		ent + "/groups/%2e%2e/users", ent + "%2Fusers", ent + "/%75sers", ent + "/groups%2F..%2Fusers",
		ent + ";/users", ent + "/users;x=/groups", ent + "/USERS", other + "/groups", ent + "%00/groups",
		other + "%2F..%2F" + ent + "/groups", "../enterprises/" + other + "/groups",
		strings.ToUpper(ent) + "/groups", ent + "/groups/../../" + other + "/groups",
	} {
		got := f.with(bearer, "GET", Prefix+"enterprises/"+path, nil)
		if got.Code != 403 && got.Code != 404 && got.Code != 400 {
			t.Errorf("%s: %d %s", path, got.Code, got.Body)
		}
	}
	f.wants(f.with(bearer, "GET", Prefix+"enterprises/"+ent+"/groups", nil), 200, "")
}
