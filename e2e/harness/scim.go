package harness

import "net/http"

// SCIM creates a provisioning token of a connection, and returns the base URL of
// its SCIM endpoints and the token. Without scopes it is for everything.
func (c *Company) SCIM(connection, name string, scopes ...string) (url, token string) {
	c.t.Helper()
	wanted := Object{"name": name}
	if len(scopes) > 0 {
		wanted["scopes"] = scopes
	}
	var made struct {
		Token string `json:"token"`
	}
	c.api.Do(http.MethodPost, c.path("/connections/"+connection+"/scim-tokens"), wanted, &made)
	c.g.hide(made.Token)
	return c.g.URL + "/scim/v2/connections/" + connection, made.Token
}
