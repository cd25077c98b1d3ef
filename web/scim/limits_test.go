package scim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/provisioning"
	"gatehouse/store/memory"
	"gatehouse/store/storetest"
)

// TestPathsAreNormalized: slashes more or less lead to the same resource, and
// nothing is redirected.
func TestPathsAreNormalized(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite, options{})
	ada := f.newUser("ada@acme.test").text("id")
	b := f.base()
	for _, target := range []string{
		b + "/Users/" + ada, b + "//Users/" + ada, b + "/Users/" + ada + "/", b + "/Users//" + ada + "//",
		strings.Replace(b, "/scim/v2", "/scim//v2/", 1) + "/Users/" + ada, "/" + b + "/Users/" + ada,
		b + "///Users////" + ada + "/?aadOptscim062020",
	} {
		if got := f.send("GET", target, ""); got.text("id") != ada {
			t.Errorf("%s: %d %s", target, got.Code, got.Body)
		}
	}
	for _, target := range []string{
		"/scim", "/scim/", "/scim/v2", "/scim/v2/Users", b, b + "/", b + "/users", b + "//Users/../Groups", b + "/./Users",
		b + "/Users%2F" + ada, b + "/Users/" + ada + "/groups", b + "/Users;x=1", b + `/Users\`, b + "//Users/%2e%2e/Users",
		"/scim/v2/connections//Users", "/SCIM/v2/connections/x/Users", "/scim/v1/connections/x/Users",
	} {
		got := f.sendAny("GET", target, "")
		if got.Code != 404 || got.Header().Get("Location") != "" {
			t.Errorf("%s: %d %v", target, got.Code, got.Header())
		}
	}
}

// TestBodiesAreLimited: what is too large is refused before it is decoded, with
// the limit and what to do.
func TestBodiesAreLimited(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite, options{})
	big := `{"userName": "` + strings.Repeat("x", provisioning.MaxBody) + `"}`
	for name, send := range map[string]func() reply{
		"of known length": func() reply { return f.do("POST", "/Users", big) },
		"chunked":         func() reply { return f.do("POST", "/Users", big, "Transfer-Encoding: chunked") },
	} {
		got := send()
		if got.Code != 413 || !strings.Contains(got.detail(), "10485760") || !strings.Contains(got.detail(), "10000 members") {
			t.Errorf("%s: %d %s", name, got.Code, got.Body)
		}
	}
	group := f.want(f.do("POST", "/Groups", `{"displayName": "g"}`), 201).text("id")
	operation := `{"op": "add", "path": "displayName", "value": "x"},`
	for name, body := range map[string]string{
		"operations":     `{"Operations": [` + strings.TrimSuffix(strings.Repeat(operation, 10_001), ",") + `]}`,
		"members":        `{"Operations": [{"op": "add", "path": "members", "value": [` + members(10_001) + `]}]}`,
		"members of PUT": `{"displayName": "g", "members": [` + members(10_001) + `]}`,
	} {
		method := "PATCH"
		if strings.HasSuffix(name, "PUT") {
			method = "PUT"
		}
		got := f.do(method, "/Groups/"+group, body)
		if got.Code != 413 || !strings.Contains(got.detail(), "10001") {
			t.Errorf("%s: %d %s", name, got.Code, got.Body)
		}
	}
	if got := f.do("GET", "/Groups/"+group, ""); got.Header().Get("ETag") != `W/"1"` {
		t.Errorf("the group changed: %s", got.Body)
	}
}

// TestMembersOfOneRequest: as many as may be are accepted in one request.
func TestMembersOfOneRequest(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite, options{})
	group := f.want(f.do("POST", "/Groups", `{"displayName": "g"}`), 201).text("id")
	f.want(f.do("PATCH", "/Groups/"+group, `{"Operations": [{"op": "add", "path": "members", "value": [`+members(10_000)+`]}]}`), 204)
}

func members(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"value": "external-%d"},`, i)
	}
	return strings.TrimSuffix(b.String(), ",")
}

// TestBadBodies: JSON that can be read in two ways, or costs too much, is refused.
func TestBadBodies(t *testing.T) {
	t.Parallel()
	for name, database := range databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, database, options{})
			for name, body := range map[string]string{
				"depth":           `{"userName": "a", "urn:x:y": ` + strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40) + `}`,
				"text behind it":  `{"userName": "a"} {}`,
				"a list":          `[{"userName": "a"}]`,
				"a name twice":    `{"userName": "a", "userName": "b"}`,
				"names alike":     `{"userName": "a", "username": "b"}`,
				"NaN":             `{"userName": NaN}`,
				"no UTF-8":        "{\"userName\": \"\xff\"}",
				"half a pair":     `{"userName": "\ud800"}`,
				"a NUL":           `{"userName": "a\u0000b"}`,
				"a NUL elsewhere": `{"userName": "a", "urn:x:y": {"a": "\u0000"}}`,
				"a NUL in a name": `{"userName": "a", "urn:x:\u0000": {"a": "b"}}`,
				"a long name":     `{"userName": "` + strings.Repeat("x", 2000) + `"}`,
				"an object":       `{"userName": {"a": "b"}}`,
			} {
				if got := f.do("POST", "/Users", body); got.Code != 400 || got.text("scimType") == "" {
					t.Errorf("%s: %d %s", name, got.Code, got.Body)
				}
			}
			large := `{"userName": "a", "urn:x:y": {"a": "` + strings.Repeat("x", 2<<20) + `"}}`
			if got := f.do("POST", "/Users", large); got.Code != 413 {
				t.Errorf("a large document: %d %s", got.Code, got.Body)
			}
			f.want(f.do("POST", "/Users", "\ufeff"+`{"userName": "with a byte order mark"}`), 201)
		})
	}
}

// TestRequestsAreLimited: a connection that is too fast hears when to come back;
// another one does not notice.
func TestRequestsAreLimited(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite, options{
		limiter:   memory.NewLimiter(time.Now),
		perMinute: 60,
	})
	for range 60 {
		f.want(f.do("GET", "/ServiceProviderConfig", ""), 200)
	}
	got := f.want(f.do("GET", "/Users", ""), 429)
	if got.Header().Get("Retry-After") != "1" ||
		got.detail() != `Limit of 60 requests a minute for connection "Directory" reached; try again in 1 s.` {
		t.Errorf("%v %s", got.Header(), got.Body)
	}
	sibling := f.connect(f.enterprise.ID, sso.Okta)
	_, bearer := f.newToken(sibling, "okta")
	f.want(f.send("GET", "/scim/v2/connections/"+string(sibling.ID)+"/Users", "",
		"Authorization: Bearer "+bearer.Reveal()), 200)
	f.want(f.do("GET", "/Users", "", "Authorization: Bearer x"), 401)
}

// TestOverload: a node that is busy says so before it reads anything, also to a
// connection that is too fast.
func TestOverload(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite, options{
		limiter:   memory.NewLimiter(time.Now),
		perMinute: 1,
	})
	f.want(f.do("GET", "/Users", ""), 200)
	f.want(f.do("GET", "/Users", ""), 429)
	var leave []func()
	for range maxRequests {
		done, err := f.handlers.load.enter(0)
		f.ok(err)
		leave = append(leave, done)
	}
	got := f.want(f.do("GET", "/Users", ""), 503)
	if got.Header().Get("Retry-After") != "2" || got.text("status") != "503" {
		t.Errorf("%v %s", got.Header(), got.Body)
	}
	for _, done := range leave {
		done()
	}
	f.want(f.do("GET", "/Users", ""), 429)
	for range maxBytes / provisioning.MaxBody {
		done, err := f.handlers.load.enter(-1)
		f.ok(err)
		defer done()
	}
	large := `{"userName": "` + strings.Repeat("x", provisioning.MaxBody/2) + `"}`
	f.want(f.do("POST", "/Users", large), 503)
	f.want(f.do("POST", "/Users", large, "Authorization: Bearer "+sso.SCIMToken.New().Reveal()), 503)
	f.overloadIsRecorded()
}

// overloadIsRecorded asserts that the ledger has two refusals of each kind, as one
// row. A token that does not exist leaves none.
func (f *fixture) overloadIsRecorded() {
	f.Helper()
	f.ok(f.ledger.Flush(f.Context()))
	all, _, err := f.db.ProvisioningRefusals(f.Context(), f.enterprise.ID, sso.RefusalFilter{Open: true}, sso.Page{})
	f.ok(err)
	counts := map[int]int{}
	for _, r := range all {
		counts[r.Status] += r.Count
		if r.Token != f.token.ID || r.Connection != f.connection.ID {
			f.Errorf("refused is %+v", r)
		}
	}
	if len(all) != 2 || counts[429] != 2 || counts[503] != 2 {
		f.Errorf("refused are %+v", all)
	}
}

// TestStoreIsDown: what the database cannot answer is 503 and not 401, 404 or an
// empty list, and comes with a time to try again.
func TestStoreIsDown(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite, options{})
	f.ok(f.db.Close())
	got := f.want(f.do("GET", "/Users", ""), 503)
	if got.Header().Get("Retry-After") == "" || got.text("status") != "503" {
		t.Errorf("%v %s", got.Header(), got.Body)
	}
}

// TestGroupsOff: a connection that does not provision groups says so to every
// token, and does not offer them.
func TestGroupsOff(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite, options{provider: sso.Okta})
	_, err := f.db.UpdateConnection(t.Context(), sso.ActorOperator, f.enterprise.ID, f.connection.ID, "test",
		func(c sso.Connection) (sso.Connection, error) {
			c.Live.SCIM.GroupsOff = true
			return c, nil
		})
	f.ok(err)
	_, narrow := f.newToken(f.connection, "narrow", sso.ScopeUsersRead)
	for _, as := range []string{f.bearer.Reveal(), narrow.Reveal()} {
		got := f.want(f.do("GET", "/Groups", "", "Authorization: Bearer "+as), 403)
		want := `Group provisioning is switched off for connection "Directory"; a new token will not help. Switch it on under ` +
			"SSO & provisioning > Directory > Settings in the console, then press Push now on each group in Okta."
		if got.detail() != want || got.Header().Get("WWW-Authenticate") != "" {
			t.Errorf("%s, %v", got.detail(), got.Header())
		}
	}
	for _, path := range []string{"/ResourceTypes", "/Schemas"} {
		if got := f.do("GET", path, ""); strings.Contains(got.Body.String(), `"id":"Group"`) ||
			strings.Contains(got.Body.String(), "core:2.0:Group") {
			t.Errorf("%s has groups: %s", path, got.Body)
		}
	}
	f.want(f.do("GET", "/ResourceTypes/Group", ""), 404)
	f.newUser("ada@acme.test")
}

// TestDraftsAndDisabledConnectionsAreAnswered: what is pushed before a connection
// is enabled, or after it was disabled, is kept.
func TestDraftsAndDisabledConnectionsAreAnswered(t *testing.T) {
	t.Parallel()
	for _, state := range []sso.ConnectionState{sso.ConnectionDraft, sso.ConnectionDisabled} {
		f := newFixture(t, storetest.SQLite, options{state: state})
		ada := f.newUser("ada@acme.test").text("id")
		group := f.want(f.do("POST", "/Groups", `{"displayName": "g", "members": [{"value": "`+ada+`"}]}`), 201)
		if list, _ := group.json["members"].([]any); len(list) != 1 {
			t.Errorf("%s: %s", state, group.Body)
		}
		if got := f.do("GET", "/Users/"+ada, ""); got.Code != 200 {
			t.Errorf("%s: %s", state, got.Body)
		}
	}
}
