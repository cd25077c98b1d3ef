package scim

import (
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store/storetest"
)

func TestAddressed(t *testing.T) {
	t.Parallel()
	id := sso.NewID[sso.ConnectionID](time.Now())
	base := "/scim/v2/connections/" + string(id)
	for path, wrong := range map[string]bool{
		base:                                      false, // a person opens it in a browser
		base + "/Agents":                          false, // an endpoint that others have
		base + "/Groups/x/y":                      false,
		base + "/Users/Users":                     true,
		base + "/scim/v2/Users":                   true,
		base + base + "/Groups":                   true,
		base + "x/y/Users":                        true,
		"/connections/" + string(id) + "/Users":   true,
		"/v2/connections/" + string(id):           true,
		"/scim/connections/" + string(id):         true,
		"/Groups/" + string(id):                   true,
		"/scim/v1/connections/" + string(id) + "": true,
	} {
		found, is := addressed(path)
		if is != wrong || wrong && found != id && !strings.Contains(path, "x/y/") {
			t.Errorf("%s: %q, %t", path, found, is)
		}
	}
	if found, wrong := addressed("/Users"); found != "" || !wrong {
		t.Errorf("without an ID: %q, %t", found, wrong)
	}
}

// TestElsewhere sends requests to wrong addresses. Those with a token, or the ID of a
// connection, are told to the connection, and none counts as a use of the token.
func TestElsewhere(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite, options{})
	other := f.another(options{key: "globex"})
	reached := func() sso.ProvisioningReach {
		t.Helper()
		f.contacts.Flush(t.Context())
		r, err := f.db.ProvisioningReach(t.Context(), f.enterprise.ID, f.connection.ID)
		f.ok(err)
		return r
	}
	refused := func(target string, headers ...string) {
		t.Helper()
		f.clock.Move(time.Second)
		got := f.want(f.send("GET", target, "", headers...), 404)
		if !strings.HasPrefix(got.detail(), "There is no SCIM endpoint at this address.") {
			t.Errorf("%s: %s", target, got.Body)
		}
	}
	without := strings.TrimPrefix(f.base(), "/scim/v2")
	refused("/connections/conn-none/Users", "Authorization: none")
	if state, _ := reached().State(); state != sso.ReachNothing {
		t.Errorf("a stranger at no address: %s", state)
	}
	refused(without+"/Users", "Authorization: none")
	if r := reached(); r.Known.Any() || r.Unknown.Last.Request != "GET https://"+host+without+"/Users" {
		t.Errorf("without a token: %+v", r)
	}
	for _, target := range []string{
		f.base() + "/Users/Users?filter=x", without + "/Groups", "/Users", "/v2/Groups", "/scim/v2/Users",
	} {
		refused(target)
		path, _, _ := strings.Cut(target, "?")
		if state, last := reached().State(); state != sso.ReachElsewhere || last.Request != "GET https://"+host+path {
			t.Errorf("%s: %s %+v", target, state, last)
		}
	}
	f.clock.Move(time.Second)
	f.want(f.do("GET", "/Users", ""), 200)
	if state, _ := reached().State(); state != sso.ReachWell {
		t.Errorf("at the right address: %s", state)
	}
	f.clock.Move(time.Second)
	f.want(f.send("GET", other.base()+"/Users", ""), 401)
	if state, last := reached().State(); state != sso.ReachElsewhere || !strings.HasSuffix(last.Request, other.base()+"/Users") {
		t.Errorf("at the address of another: %s %+v", state, last)
	}
	f.want(f.send("GET", f.base()+"/Agents", ""), 404)
	if state, last := reached().State(); state != sso.ReachElsewhere || strings.Contains(last.Request, "Agents") {
		t.Errorf("at an endpoint that there is not: %s %+v", state, last)
	}
}
