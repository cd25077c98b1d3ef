package demoidp_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	crewjam "github.com/crewjam/saml"
	"golang.org/x/oauth2"

	"gatehouse/groupsync/entra"
	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
)

const tenant = "0a1b2c3d-0000-4000-8000-00000000000a"

// startEntra serves a provider that resembles Entra ID, and its Graph, which an
// application may read. Ada is in more further groups.
func startEntra(t *testing.T, more int) (*demoidp.IdP, *httptest.Server) {
	t.Helper()
	idp := start(t, demoidp.Options{Tenant: tenant})
	who := ada()
	who.MoreGroups = more
	idp.AddPerson(who)
	idp.LetRead("reader", "reader-secret")
	graph := httptest.NewServer(idp.Graph())
	t.Cleanup(graph.Close)
	return idp, graph
}

// TestGraph sends the requests that the gateway sends.
func TestGraph(t *testing.T) {
	t.Parallel()
	idp, graph := startEntra(t, 230)
	client, err := entra.New(entra.Options{
		HTTP:     graph.Client(),
		LoginURL: graph.URL,
		GraphURL: graph.URL,
	})
	if err != nil {
		t.Fatal(err)
	}
	app := entra.Application{
		Tenant:   tenant,
		ClientID: "reader",
		Secret:   "reader-secret",
	}
	m, err := client.Memberships(t.Context(), app, idp.ObjectID("p-ada"))
	if err != nil {
		t.Fatal(err)
	}
	if g := m.Groups; g.State != sso.GroupsValues ||
		len(g.Names) != 232 ||
		!slices.Contains(g.Names, "admins") ||
		!slices.Contains(g.Names, "department-232") ||
		len(m.Duplicates) > 0 {
		t.Errorf(
			"%v, %d groups, %d names given twice", g.State, len(g.Names),
			len(m.Duplicates),
		)
	}
	app.ByID = true
	if byID, err := client.Memberships(
		t.Context(), app, strings.ToUpper(idp.ObjectID("p-ada")),
	); err != nil || len(byID.Groups.Names) != 232 {
		t.Errorf("%d by ID: %v", len(byID.Groups.Names), err)
	}
	for name, c := range map[string]struct {
		change func(*entra.Application)
		oid    string
	}{
		"someone else": {func(*entra.Application) {}, idp.ObjectID("p-eve")},
		"wrong secret": {
			func(a *entra.Application) {
				a.Secret = "guess"
			},
			idp.ObjectID("p-ada"),
		},
		"another app": {
			func(a *entra.Application) {
				a.ClientID = "stranger"
			},
			idp.ObjectID("p-ada"),
		},
		"another tenant": {
			func(a *entra.Application) {
				a.Tenant = "elsewhere.example"
			},
			idp.ObjectID("p-ada"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			app := app
			c.change(&app)
			if _, err := client.Memberships(t.Context(), app, c.oid); sso.CodeOf(err) != "directory_denied" {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestGraphRefuses tests that this Graph refuses what the real one does, so that the
// gateway's client is tested against it.
func TestGraphRefuses(t *testing.T) {
	t.Parallel()
	idp, graph := startEntra(t, 0)
	form := url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {"reader"},
		"client_secret": {"reader-secret"},
		"scope":         {"https://graph.example/.default"},
	}
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if status := answer(
		t, post(t, graph.URL+"/"+tenant+"/oauth2/v2.0/token", form), &token,
	); status != http.StatusOK || token.AccessToken == "" {
		t.Fatalf("status %d", status)
	}
	for name, change := range map[string]url.Values{
		"another grant": {"grant_type": {"password"}},
		"no resource":   {"scope": {"User.Read"}},
		"no secret":     {"client_secret": nil},
	} {
		t.Run(name, func(t *testing.T) {
			form := url.Values{
				"grant_type":    form["grant_type"],
				"client_id":     form["client_id"],
				"client_secret": form["client_secret"],
				"scope":         form["scope"],
			}
			for key, v := range change {
				form[key] = v
			}
			if status := answer(
				t, post(t, graph.URL+"/"+tenant+"/oauth2/v2.0/token", form), nil,
			); status < 400 {
				t.Errorf("status %d", status)
			}
		})
	}
	const groups = "/transitiveMemberOf/microsoft.graph.group"
	for name, c := range map[string]struct {
		bearer, consistency, query string
		status                     int
	}{
		"as it should be": {
			token.AccessToken, "eventual", "$count=true&$top=1", http.StatusOK,
		},
		"no token":      {"", "eventual", "$count=true", http.StatusUnauthorized},
		"another token": {"x", "eventual", "$count=true", http.StatusUnauthorized},
		"no consistency": {
			token.AccessToken, "", "$count=true", http.StatusBadRequest,
		},
		"no count": {token.AccessToken, "eventual", "", http.StatusBadRequest},
		"a size in letters": {
			token.AccessToken, "eventual", "$count=true&$top=many",
			http.StatusBadRequest,
		},
		"a negative page": {
			token.AccessToken, "eventual", "$count=true&$skiptoken=-1",
			http.StatusBadRequest,
		},
		"beyond the end": {
			token.AccessToken, "eventual", "$count=true&$skiptoken=99",
			http.StatusOK,
		},
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(
				t.Context(), http.MethodGet,
				graph.URL+"/v1.0/users/"+idp.ObjectID("p-ada")+groups+"?"+c.query,
				nil,
			)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+c.bearer)
			req.Header.Set("ConsistencyLevel", c.consistency)
			var page struct {
				Error struct{ Code string }
				Value []any
			}
			if status := answer(t, req, &page); status != c.status ||
				(page.Error.Code == "") != (status == http.StatusOK) ||
				(page.Value == nil) != (status != http.StatusOK) {
				t.Errorf("status %d, %+v", status, page)
			}
		})
	}
}

func post(t *testing.T, to string, form url.Values) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(
		t.Context(), http.MethodPost, to, strings.NewReader(form.Encode()),
	)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return req
}

func answer(t *testing.T, req *http.Request, into any) int {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if into != nil {
		if err := json.Unmarshal(body, into); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
	}
	return resp.StatusCode
}

// TestTooManyGroups tests that all groups are listed up to the protocol's limit, and
// only a pointer beyond it.
func TestTooManyGroups(t *testing.T) {
	t.Parallel()
	for more, c := range map[int]struct{ saml, oidc bool }{
		0:   {},
		148: {},
		149: {saml: true},
		198: {saml: true},
		199: {true, true},
	} {
		idp, _ := startEntra(t, more)
		in, err := newRelyingParty(t, idp, demoidp.Client{}).signIn(
			t.Context(), oauth2.AuthStyleInHeader,
		)
		if err != nil {
			t.Fatal(err)
		}
		var told struct {
			claims
			OID string `json:"oid"`
			TID string `json:"tid"`
		}
		if err := in.id.Claims(&told); err != nil {
			t.Fatal(err)
		}
		if pointed := told.ClaimNames["groups"] != ""; pointed != c.oidc ||
			pointed == (len(told.Groups) > 0) ||
			told.OID != idp.ObjectID("p-ada") ||
			told.TID != tenant {
			t.Errorf(
				"OIDC, %d more: %d groups, pointer %v, of %s in %s",
				more, len(told.Groups), pointed, told.OID, told.TID,
			)
		}
		sp := peer(t, idp, demoidp.SP{})
		redirect, requestID := ask(t, sp, crewjam.HTTPRedirectBinding)
		form, _, err := idp.RespondSAML("p-ada", redirect)
		if err != nil {
			t.Fatal(err)
		}
		a, err := read(sp, decode(t, form), requestID)
		if err != nil {
			t.Fatal(err)
		}
		_, pointed := values(a, demoidp.ClaimOverage)
		oid, _ := values(a, "http://schemas.microsoft.com/identity/claims/objectidentifier")
		if groups, listed := values(a, "groups"); pointed != c.saml ||
			pointed == listed ||
			listed && len(groups) != more+2 ||
			!slices.Equal(oid, []string{idp.ObjectID("p-ada")}) {
			t.Errorf(
				"SAML, %d more: %d groups, pointer %v, of %s", more, len(groups),
				pointed, oid,
			)
		}
	}
}
