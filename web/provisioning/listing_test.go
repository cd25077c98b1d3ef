package provisioning_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"gatehouse/groupsync/entra"
	"gatehouse/groupsync/okta"
	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
)

const tenant = "5b973f99-77df-4beb-b27d-aa0c70b8482c"

// directory starts an Entra ID with 150 people in a group, which an application may
// read.
func directory(t *testing.T) *entra.Client {
	t.Helper()
	idp, err := demoidp.New(demoidp.Options{
		BaseURL: "https://idp.example/entra",
		Tenant:  tenant,
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 150 {
		idp.AddPerson(demoidp.Person{
			ID:     fmt.Sprint("id-", i),
			Login:  fmt.Sprintf("p%d@acme.example", i),
			Groups: []string{"everyone"},
		})
	}
	idp.LetRead("reader", "directory-secret")
	server := httptest.NewServer(idp.Graph())
	t.Cleanup(server.Close)
	c, err := entra.New(entra.Options{
		HTTP:     server.Client(),
		LoginURL: server.URL,
		GraphURL: server.URL,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// configure changes the connection.
func (f *fixture) configure(change func(*sso.Connection)) {
	f.Helper()
	_, err := f.db.UpdateConnection(
		f.Context(), sso.ActorOperator, f.ent.ID, f.conn.ID, "test",
		func(c sso.Connection) (sso.Connection, error) {
			change(&c)
			return c, nil
		},
	)
	f.ok(err)
}

// TestReadGraph reads the members of a group from Microsoft Graph.
func TestReadGraph(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page, form := f.home+"/drift", url.Values{"group": {"Everyone"}}
	f.groupHere("everyone")
	f.shows("ada", page, 200, "Read the members from Microsoft Graph", "Enter the application in the settings",
		"NOT Read the members</button>")
	code, body := f.do("ada", "POST", page+"/read", form)
	f.says("without an application", code, body, 422, "has no application at Microsoft Graph")
	secret := sso.Secret("wrong")
	access := func(c *sso.Connection) {
		c.Live.Directory = &sso.Directory{
			Tenant:       tenant,
			ClientID:     "reader",
			ClientSecret: secret,
		}
	}
	f.configure(access)
	code, body = f.do("ada", "POST", page+"/read", form)
	f.says("wrong secret", code, body, 502, "Microsoft Graph refused", `value="Everyone"`)
	secret = "directory-secret"
	f.configure(access)
	f.says("read", 200, f.post("ada", page+"/read", form), 200, "The members were read",
		"150 expected, 0 actual", "The directory’s list of")
	code, body = f.do("ada", "POST", page+"/read", url.Values{"group": {"nothing"}})
	f.says("unknown", code, body, 422, "Entra ID has no group with this display name")
	if code, _ := f.do("gus", "POST", page+"/read", form); code != 404 {
		t.Errorf("another company: status %d", code)
	}
}

// TestReadOkta reads the members of a group from Okta with a token that is not kept.
func TestReadOkta(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/groups", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `[{"id": "00g1", "profile": {"name": "everyone"}}]`)
	})
	mux.HandleFunc("GET /api/v1/groups/00g1/users", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "SSWS canary-token" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, `[{"profile": {"login": "ada@acme.example"}}]`)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	f.configure(func(c *sso.Connection) { c.Provider = sso.Okta })
	f.groupHere("everyone")
	page := f.home + "/drift"
	f.shows("ada", page, 200, "Read the members from Okta", "API token")
	form := url.Values{
		"group": {"everyone"},
		"url":   {server.URL},
		"token": {"canary-wrong"},
	}
	code, body := f.do("ada", "POST", page+"/read", form)
	f.says("wrong token", code, body, 502, "Okta refused the token", server.URL, "NOT canary")
	form.Set("token", "canary-token")
	f.says("read", 200, f.post("ada", page+"/read", form), 200, "1 expected, 0 actual")
	form.Set("url", "acme")
	code, body = f.do("ada", "POST", page+"/read", form)
	f.says("no address", code, body, 422, "Enter the address of your Okta organization", "NOT canary")
}

func newOkta() *okta.Client { return okta.New(okta.Options{HTTP: http.DefaultClient}) }
