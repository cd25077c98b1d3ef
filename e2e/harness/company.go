package harness

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
)

// Company is an enterprise created through the REST API.
type Company struct {
	ID, Key string

	t   testing.TB
	g   *Gateway
	api *API
}

// Connection is a connection of a company.
type Connection struct {
	ID       string `json:"id"`
	State    string `json:"state"`
	Provider struct {
		EntityID    string `json:"entity_id"`
		ACSURL      string `json:"acs_url"`
		MetadataURL string `json:"metadata_url"`
	} `json:"service_provider"`
	Party struct {
		RedirectURI string `json:"redirect_uri"`
		Backchannel string `json:"backchannel_logout_uri"`
	} `json:"relying_party"`
}

// NewCompany creates an enterprise with organizations and their groups.
func NewCompany(g *Gateway, api *API, key string, organizations map[string][]string) *Company {
	g.t.Helper()
	c := &Company{
		Key: key,
		t:   g.t,
		g:   g,
		api: api,
	}
	var made struct{ ID string }
	api.Do(http.MethodPost, "/enterprises", Object{
		"key":  key,
		"name": strings.ToUpper(key[:1]) + key[1:],
	}, &made)
	c.ID = made.ID
	for _, name := range slices.Sorted(maps.Keys(organizations)) {
		api.Do(http.MethodPost, c.path("/organizations"), Object{
			"key":  strings.ToLower(name),
			"name": name,
		}, &made)
		org := made.ID
		for _, group := range organizations[name] {
			api.Do(
				http.MethodPost, c.path("/organizations/"+org+"/groups"),
				Object{"name": group}, &made,
			)
		}
	}
	return c
}

func (c *Company) path(rest string) string { return "/enterprises/" + c.ID + rest }

// Connect creates a connection, which is a draft.
func (c *Company) Connect(definition Object) Connection {
	c.t.Helper()
	var made Connection
	c.api.Do(http.MethodPost, c.path("/connections"), definition, &made)
	return made
}

// Switch performs an action of a connection, such as enabling it.
func (c *Company) Switch(id, action string) {
	c.t.Helper()
	c.api.Do(http.MethodPost, c.path("/connections/"+id+"/"+action), nil, nil)
}

// OldMetadata waits until a response signed with an unknown key makes the
// program fetch the identity provider's metadata again, which it does once a
// minute.
func (c *Company) OldMetadata(id string) {
	c.t.Helper()
	var made struct {
		Metadata struct {
			CheckedAt time.Time `json:"checked_at"`
		} `json:"metadata"`
	}
	c.api.Do(http.MethodGet, c.path("/connections/"+id), nil, &made)
	time.Sleep(time.Until(made.Metadata.CheckedAt.Add(61 * time.Second)))
}

// Metadata returns the gateway's SAML metadata for a connection, fetched as an
// admin of the identity provider does.
func (c *Company) Metadata(conn Connection) []byte {
	c.t.Helper()
	resp, err := http.Get(
		"http://" + c.g.Addr +
			strings.TrimPrefix(conn.Provider.MetadataURL, c.g.URL),
	)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	doc, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		c.t.Fatalf("our metadata: %s %v", resp.Status, err)
	}
	return doc
}

// mapping returns the mapping of a development identity provider's claims.
func mapping(protocol sso.Protocol) Object {
	m := demoidp.Mapping(protocol)
	read := Object{
		"login":       m.Login,
		"email":       m.Email,
		"name":        m.Name,
		"groups":      m.Groups,
		"group_limit": m.GroupLimit,
	}
	if len(m.EmailVerified) > 0 {
		read["email_verified"] = m.EmailVerified
	}
	return read
}

// noCode exempts users from the code by e-mail, which few tests are about.
func noCode() Object { return Object{"mode": "never"} }

// ConnectSAML creates and enables a connection to a development identity
// provider, and registers it there.
func (c *Company) ConnectSAML(idp *demoidp.IdP) Connection {
	c.t.Helper()
	return c.connectSAML(idp, Object{
		"metadata_url":  idp.MetadataURL(),
		"sign_requests": true,
	})
}

// ConnectSAMLDirect is ConnectSAML with unsolicited responses accepted.
func (c *Company) ConnectSAMLDirect(idp *demoidp.IdP) Connection {
	c.t.Helper()
	return c.connectSAML(idp, Object{
		"metadata_url":        idp.MetadataURL(),
		"sign_requests":       true,
		"allow_idp_initiated": "direct",
	})
}

func (c *Company) connectSAML(idp *demoidp.IdP, settings Object) Connection {
	c.t.Helper()
	conn := c.Connect(Object{
		"name":               "Test Directory over SAML",
		"protocol":           "saml",
		"provider":           "custom",
		"saml":               settings,
		"mapping":            mapping(sso.SAML),
		"email_verification": noCode(),
	})
	sp, err := demoidp.SPFromMetadata(c.Metadata(conn))
	if err != nil {
		c.t.Fatal(err)
	}
	idp.RegisterSAML(sp)
	c.Switch(conn.ID, "enable")
	return conn
}

// ConnectOIDC is ConnectSAML over OpenID Connect.
func (c *Company) ConnectOIDC(idp *demoidp.IdP) Connection {
	c.t.Helper()
	secret := sso.NewSecret()
	c.g.hide(secret.Reveal())
	conn := c.Connect(Object{
		"name":     "Test Directory over OIDC",
		"protocol": "oidc",
		"provider": "custom",
		"oidc": Object{
			"issuer":        idp.Issuer(),
			"client_id":     "gatehouse-" + c.Key,
			"client_secret": secret.Reveal(),
			"scopes":        []string{"openid", "profile", "email", "groups"},
		},
		"mapping":            mapping(sso.OIDC),
		"email_verification": noCode(),
	})
	idp.RegisterOIDC(demoidp.Client{
		ID:             "gatehouse-" + c.Key,
		Secret:         secret,
		RedirectURIs:   []string{conn.Party.RedirectURI},
		PostLogoutURIs: []string{c.g.URL + "/logout", c.g.URL + "/"},
	})
	c.Switch(conn.ID, "enable")
	return conn
}

// User is a user of a company.
type User struct {
	ID     string `json:"id"`
	Login  string `json:"login"`
	Name   string `json:"name"`
	Email  string `json:"email"`
	Status string `json:"status"`
}

// Users returns the users of a company; only those with the login, if it is not
// empty.
func (c *Company) Users(login string) []User {
	c.t.Helper()
	path := c.path("/users")
	if login != "" {
		path += "?login=" + url.QueryEscape(login)
	}
	return List[User](c.api, path)
}

// membership is one of a user's memberships.
type membership struct {
	Organization string `json:"organization_name"`
	Group        string `json:"group_name"`
}

// Groups returns a user's groups as "Organization/group", sorted.
func (c *Company) Groups(login string) []string {
	c.t.Helper()
	users := c.Users(login)
	if len(users) != 1 {
		c.t.Fatalf("%d users have the login %s", len(users), login)
	}
	var names []string
	for _, m := range List[membership](
		c.api, c.path("/users/"+users[0].ID+"/memberships"),
	) {
		names = append(names, m.Organization+"/"+m.Group)
	}
	slices.Sort(names)
	return names
}

// Session is one session of a user.
type Session struct {
	ID string `json:"id"`
}

// Sessions returns the sessions of a user; none if no user has that login.
func (c *Company) Sessions(login string) []Session {
	c.t.Helper()
	users := c.Users(login)
	if len(users) == 0 {
		return nil
	}
	return List[Session](c.api, c.path("/users/"+users[0].ID+"/sessions"))
}

// Attempt is the record of a sign-in.
type Attempt struct {
	ID      string  `json:"id"`
	Outcome string  `json:"outcome"`
	Code    string  `json:"code"`
	Checks  []Check `json:"checks"`
}

// Check is one check of an attempt.
type Check struct {
	Name string `json:"name"`
	Want string `json:"want"`
	Got  string `json:"got"`
	OK   bool   `json:"ok"`
}

// Attempts returns the attempts, newest first.
func (c *Company) Attempts() []Attempt {
	c.t.Helper()
	return List[Attempt](c.api, c.path("/attempts"))
}

// Refresh has a connection's metadata fetched now and returns the status of the
// response.
func (c *Company) Refresh(id string) int {
	c.t.Helper()
	// The caller looks at the status.
	status, _ := c.api.Try(
		http.MethodPost, c.path("/connections/"+id+"/refresh-metadata"), nil, nil,
	)
	return status
}

// MetadataError returns the error of the last fetch of a connection's metadata.
func (c *Company) MetadataError(id string) string {
	c.t.Helper()
	var made struct {
		Metadata struct {
			Error string `json:"error"`
		} `json:"metadata"`
	}
	c.api.Do(http.MethodGet, c.path("/connections/"+id), nil, &made)
	return made.Metadata.Error
}

// Certificates returns the certificates that a connection trusts, as text.
func (c *Company) Certificates(id string) string {
	c.t.Helper()
	var made struct {
		Live struct {
			SAML struct {
				IDPEntityID  string `json:"idp_entity_id"`
				Certificates []any  `json:"certificates"`
			} `json:"saml"`
		} `json:"live"`
	}
	c.api.Do(http.MethodGet, c.path("/connections/"+id), nil, &made)
	return fmt.Sprint(made.Live.SAML)
}

// EndSessions ends every session of a user, as an admin does.
func (c *Company) EndSessions(login string) {
	c.t.Helper()
	for _, u := range c.Users(login) {
		c.api.Do(http.MethodDelete, c.path("/users/"+u.ID+"/sessions"), nil, nil)
	}
}
