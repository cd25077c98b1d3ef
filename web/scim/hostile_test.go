package scim

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store/memory"
	"gatehouse/store/storetest"
)

// TestUserNamesAreLogins: a userName becomes a login, so it is what a sign-in could
// assert: it reaches applications in headers, and readers must be able to tell it from
// others.
func TestUserNamesAreLogins(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite, options{})
	ada := f.newUser("ada@acme.test").text("id")
	for _, name := range []string{
		"a\nX-Admin: 1", "a\r\nb", "a\tb", "\u202ea", "a\u200bb", "a\u00adb", "\ufeffa", "\ue000", strings.Repeat("x", 255), "a\u007fb",
	} {
		quoted, err := json.Marshal(name)
		f.ok(err)
		for what, got := range map[string]reply{
			"POST":  f.do("POST", "/Users", `{"userName": `+string(quoted)+`}`),
			"PUT":   f.do("PUT", "/Users/"+ada, `{"userName": `+string(quoted)+`}`),
			"PATCH": f.do("PATCH", "/Users/"+ada, `{"Operations": [{"op": "replace", "path": "userName", "value": `+string(quoted)+`}]}`),
		} {
			if got.Code != 400 || got.text("scimType") != "invalidValue" || len(got.detail()) > 200 {
				t.Errorf("%s %q: %d %s", what, name, got.Code, got.Body)
			}
		}
	}
	f.newUser(strings.Repeat("x", 254))
	f.newUser("Zoë Ünal-Øster 王")
	if got := f.do("GET", "/Users/"+ada, ""); got.text("userName") != "ada@acme.test" {
		t.Errorf("the user became %s", got.Body)
	}
}

// TestEndedTokensAreNotRecordedEndlessly: an expired or revoked token that leaked
// fills no ledger, and takes no request from the others.
func TestEndedTokensAreNotRecordedEndlessly(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite, options{
		limiter:   memory.NewLimiter(time.Now),
		perMinute: 60,
	})
	leaked, secret := f.newToken(f.connection, "leaked")
	f.ok(f.tokens.Revoke(t.Context(), sso.ActorOperator, f.enterprise.ID, f.connection.ID, leaked.ID))
	for range 100 {
		got := f.want(f.do("GET", "/Users", "", "Authorization: Bearer "+secret.Reveal()), 401)
		if !strings.Contains(got.detail(), "was revoked on") {
			t.Fatalf("refused by %s", got.detail())
		}
	}
	f.want(f.do("GET", "/Users", ""), 200)
	f.ok(f.ledger.Flush(t.Context()))
	events, _, err := f.db.ProvisioningEvents(t.Context(), f.enterprise.ID, sso.ProvisioningEventFilter{}, sso.Page{Limit: 100})
	f.ok(err)
	if len(events) == 0 || len(events) > 15 {
		t.Errorf("%d events are kept", len(events))
	}
}

// TestOneConnectionLeavesRoom: a connection that sends much, or slowly, does not keep
// the others out.
func TestOneConnectionLeavesRoom(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite, options{})
	other := f.another(options{key: "other"})
	f.newUser("ada@acme.test")
	for i := range 3 {
		done, err := f.handlers.load.enterFor(f.connection.ID, -1)
		f.ok(err)
		defer done()
		leave, err := f.handlers.load.enter(-1)
		f.ok(err)
		defer leave()
		f.newUser(fmt.Sprintf("user%d@acme.test", i))
	}
	got := f.want(f.do("POST", "/Users", `{"userName": "x"}`, "Transfer-Encoding: chunked"), 503)
	if got.Header().Get("Retry-After") != "2" {
		t.Errorf("%v", got.Header())
	}
	other.want(other.do("POST", "/Users", `{"userName": "x"}`, "Transfer-Encoding: chunked"), 201)
	for range maxRequests/2 - 3 {
		done, err := f.handlers.load.enterFor(f.connection.ID, 0)
		f.ok(err)
		defer done()
	}
	f.want(f.do("GET", "/Users", ""), 503)
	other.want(other.do("GET", "/Users", ""), 200)
	if n := len(f.handlers.load.connections); n != 1 {
		t.Errorf("%d connections are counted", n)
	}
}

// TestOddTargets: no path and no parameter reaches another resource or fails in the
// database.
func TestOddTargets(t *testing.T) {
	t.Parallel()
	for name, database := range databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, database, options{})
			ada := f.newUser("ada@acme.test").text("id")
			for _, path := range []string{
				"/Users/%00", "/Users/%ff", "/Users/" + ada + "%00", "/Users/" + ada + "%2f", "/Users/x%2f" + ada,
				"/Users/%2e%2e/Users/" + ada, "/Users/" + ada + ";x=1", "/Users/" + ada + "%3bx",
				"/Users/%252e%252e", "/Users/" + strings.ToUpper(ada), "/Users/" + ada + "%20", "/Users/%F0%9F%98%80",
				"/Groups/../Users/" + ada, "/Groups/" + ada, "/Users/.search", "/users/" + ada, "/Users/" + strings.Repeat("x", 4000),
				"/Schemas/%ff", "/ResourceTypes/%00",
			} {
				for _, method := range []string{"GET", "DELETE", "PUT", "PATCH"} {
					body := ""
					if method == "PUT" || method == "PATCH" {
						body = `{"userName": "eve", "displayName": "eve", "Operations": [{"op": "remove", "path": "title"}]}`
					}
					got := f.sendAny(method, f.base()+path, body)
					if got.Code < 400 || got.Code >= 500 {
						t.Errorf("%s %s: %d %s", method, path, got.Code, got.Body)
					}
				}
			}
			for _, query := range []string{
				"filter=" + url.QueryEscape("userName eq \"\xff\""), "filter=%ff", "filter=userName+eq+%22%5Cu0000%22",
				"startIndex=9223372036854775808", "startIndex=-9223372036854775808&count=-1", "count=1e3", "startIndex=0x10",
				"attributes=%ff", "attributes=\u202e", "cursor=%ff", "count=100000000000", "filter=id+eq+%22%5Cud800%22",
				"filter=meta.created+gt+%22292277026596-12-04T15%3A30%3A08Z%22",
			} {
				if got := f.do("GET", "/Users?"+query, ""); got.Code != 200 && got.Code != 400 {
					t.Errorf("%s: %d %s", query, got.Code, got.Body)
				}
			}
			if got := f.want(f.do("GET", "/Users/"+ada, ""), 200); got.Header().Get("ETag") != `W/"1"` {
				t.Errorf("the user became %s", got.Body)
			}
		})
	}
}

// TestPagesOfLargeResources: a page is as large as memory allows, and says how many
// resources came.
func TestPagesOfLargeResources(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite, options{})
	for i := range 20 {
		f.want(f.do("POST", "/Users", fmt.Sprintf(`{"userName": "user%d", "urn:x:y": {"a": "%s"}}`, i,
			strings.Repeat("x", 255<<10))), 201)
	}
	f.want(f.do("POST", "/Groups", `{"displayName": "g"}`), 201)
	seen := map[any]bool{}
	for start := 1; start <= 20; {
		page := f.want(f.do("GET", fmt.Sprintf("/Users?count=1000&startIndex=%d", start), ""), 200)
		some := list(page, "Resources")
		if page.json["totalResults"] != 20.0 || page.json["itemsPerPage"] != float64(len(some)) || len(some) == 0 || len(some) > 16 {
			t.Fatalf("%v of %v, %d there", page.json["itemsPerPage"], page.json["totalResults"], len(some))
		}
		for _, u := range some {
			seen[u.(map[string]any)["id"]] = true
		}
		start += len(some)
	}
	if len(seen) != 20 {
		t.Errorf("%d users on all pages", len(seen))
	}
	all := f.want(f.do("POST", "/.search", `{"count": 1000}`), 200)
	for _, r := range list(all, "Resources") {
		if r.(map[string]any)["displayName"] == "g" {
			t.Error("the group is there before all users are")
		}
	}
	last := f.want(f.do("POST", "/.search", `{"count": 1000, "startIndex": 17}`), 200)
	if some := list(last, "Resources"); len(some) != 5 || some[4].(map[string]any)["displayName"] != "g" {
		t.Errorf("%d on the last page", len(some))
	}
}
