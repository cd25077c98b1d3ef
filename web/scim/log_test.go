package scim

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/provisioning"
	"gatehouse/store/storetest"
)

// logged returns the log, oldest first, a line for each row.
func (f *fixture) logged() []string {
	f.Helper()
	f.ok(f.ledger.Flush(f.Context()))
	all, _, err := f.db.ProvisioningEvents(
		f.Context(), f.enterprise.ID, sso.ProvisioningEventFilter{}, sso.Page{Limit: 100},
	)
	f.ok(err)
	var lines []string
	for _, e := range all {
		line := fmt.Sprintf("%s %s %s %q", e.Result(), e.Method, e.Kind, e.Name)
		if r := e.Effects.Reads; r != nil {
			line += fmt.Sprintf(" %s by %q: %d requests, %d found, %d returned", r.Sort, r.By, e.Requests(), r.Found, r.Returned)
		}
		lines = append([]string{line}, lines...)
		text, err := json.Marshal(e)
		f.ok(err)
		if strings.Contains(string(text), "topsecret") {
			f.Errorf("the log has a value of a filter: %s", text)
		}
	}
	return lines
}

// TestEveryRequestIsLogged: each request is in the log with its effect, those that only
// read as sums, without values of filters.
func TestEveryRequestIsLogged(t *testing.T) {
	t.Parallel()
	for name, database := range databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, database, options{})
			ask := func(status int, method, path, body string) reply {
				f.clock.Move(time.Millisecond)
				return f.want(f.do(method, path, body), status)
			}
			ask(200, "GET", "/Users?filter=userName+eq+%22ada%22", "")
			ask(200, "GET", "/Users?filter=userName+eq+%22bob%22", "")
			ada := ask(201, "POST", "/Users", `{"userName": "ada"}`).json["id"].(string)
			ask(200, "GET", "/Users?filter=userName+eq+%22ada%22", "")
			ask(200, "PUT", "/Users/"+ada, `{"userName": "ada"}`)
			ask(200, "PATCH", "/Users/"+ada, `{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
				"Operations": [{"op": "replace", "path": "userName", "value": "ada"}]}`)
			ask(200, "GET", "/Users/"+ada, "")
			ask(404, "GET", "/Users/none", "")
			ask(200, "GET", "/Users", "")
			ask(200, "GET", "/Users?filter=title+eq+%22topsecret%22+or+title+eq+%22x%22", "")
			ask(200, "GET", "/Users?filter=title+eq+%22topsecret%22", "")
			ask(200, "POST", "/Groups/.search", `{"filter": "displayName eq \"dev\""}`)
			ask(200, "GET", "/ServiceProviderConfig", "")
			ask(200, "GET", "/Schemas", "")
			want := []string{
				`read GET users:read "ada" lookup by "userName": 3 requests, 1 found, 1 returned`,
				`changed POST users:write "ada"`,
				`unchanged PUT users:write "ada"`,
				`unchanged PATCH users:write "ada"`,
				`read GET users:read "ada" one by "": 1 requests, 1 found, 1 returned`,
				`refused GET users:read ""`,
				`read GET users:read "" list by "": 1 requests, 1 found, 1 returned`,
				`read GET users:read "" lookup by "": 1 requests, 0 found, 0 returned`,
				`read GET users:read "" lookup by "title": 1 requests, 0 found, 0 returned`,
				`read POST groups:read "dev" lookup by "displayName": 1 requests, 0 found, 0 returned`,
				`read GET  "" discovery by "": 2 requests, 2 found, 0 returned`,
			}
			if got := f.logged(); strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// BenchmarkLookup is a GET that looks for a user by userName, as an identity provider
// sends before each user that it creates, with and without the log.
func BenchmarkLookup(b *testing.B) {
	f := newFixture(b, storetest.SQLite, options{})
	for i := range 100 {
		f.newUser(fmt.Sprintf("user%d", i))
	}
	service := f.handlers.Admission.(*provisioning.Service)
	for name, ledger := range map[string]*provisioning.Ledger{
		"logged": f.ledger,
		"not":    nil,
	} {
		b.Run(name, func(b *testing.B) {
			service.Ledger = nil
			if ledger != nil {
				service.Ledger = ledger
			}
			for i := 0; b.Loop(); i++ {
				f.want(f.do("GET", fmt.Sprintf("/Users?filter=userName+eq+%%22user%d%%22", i%200), ""), 200)
			}
		})
	}
}
