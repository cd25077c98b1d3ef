package provisioning

import (
	"net/http"
	"testing"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
	"gatehouse/internal/demo/demoscim"
)

// organization is the name of the organization of every company.
const organization = "Platform"

// company is a company whose connection provisions by SCIM.
type company struct {
	*harness.Company

	api        *harness.API
	gateway    *harness.Gateway
	connection harness.Connection
	path       string // of the connection in the REST API
}

// newCompany creates a company with groups. Its connection is enabled, and signs
// in until [company.provision].
func newCompany(t *testing.T, g *harness.Gateway, api *harness.API, key string, idp *demoidp.IdP, groups ...string) *company {
	t.Helper()
	c := &company{
		Company: harness.NewCompany(g, api, key, map[string][]string{organization: groups}),
		api:     api,
		gateway: g,
	}
	c.connection = c.ConnectSAML(idp)
	c.path = "/enterprises/" + c.ID + "/connections/" + c.connection.ID
	return c
}

// provision switches the connection to SCIM.
func (c *company) provision() {
	c.api.Do(http.MethodPatch, c.path, harness.Object{"provisioning": "scim"}, nil)
	c.Switch(c.connection.ID, "enable")
}

// token is a provisioning token.
type token struct {
	ID    string
	Token string
}

// newToken creates a token; without scopes it has the default ones.
func (c *company) newToken(name string, scopes ...string) token {
	var made token
	definition := harness.Object{"name": name}
	if len(scopes) > 0 {
		definition["scopes"] = scopes
	}
	c.api.Do(http.MethodPost, c.path+"/scim-tokens", definition, &made)
	return made
}

// allow changes the scopes of a token.
func (c *company) allow(k token, scopes ...string) {
	c.api.Do(http.MethodPatch, c.path+"/scim-tokens/"+k.ID, harness.Object{"scopes": scopes}, nil)
}

// client returns a client of the connection, which sends over transport.
func (c *company) client(dialect demoscim.Dialect, secret string, transport http.RoundTripper) *demoscim.Client {
	return &demoscim.Client{
		Base:    "http://" + c.gateway.Addr + "/scim/v2/connections/" + c.connection.ID,
		Host:    c.gateway.URL[len("http://"):],
		Token:   secret,
		Dialect: dialect,
		HTTP:    &http.Client{Transport: transport},
	}
}

// members returns the logins of the members of each group.
func (c *company) members() map[string][]string {
	all := map[string][]string{}
	for _, g := range harness.List[struct{ ID, Name string }](c.api, "/enterprises/"+c.ID+"/groups") {
		logins := []string{}
		for _, m := range harness.List[struct{ Login string }](
			c.api, "/enterprises/"+c.ID+"/groups/"+g.ID+"/members",
		) {
			logins = append(logins, m.Login)
		}
		all[g.Name] = logins
	}
	return all
}

// statuses returns the status of each user by login.
func (c *company) statuses() map[string]string {
	all := map[string]string{}
	for _, u := range harness.List[struct{ Login, Status string }](c.api, "/enterprises/"+c.ID+"/users") {
		all[u.Login] = u.Status
	}
	return all
}
