package keycloak

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// person is a user of a realm. The password is the login.
type person struct {
	Login, Email, First, Last string
	Groups                    []string // paths, such as "/engineering/developers"
}

// realm is a company's realm at a Keycloak.
type realm struct {
	Name   string
	t      testing.TB
	server *server
	groups map[string]string // IDs by path
	users  map[string]string // IDs by login
}

type object = map[string]any

// newRealm creates a realm with users and groups; a group's path creates its
// parents. The realm is deleted at the end of the test.
func (s *server) newRealm(t testing.TB, name string, groups []string, people []person) *realm {
	t.Helper()
	r := &realm{
		Name:   name,
		t:      t,
		server: s,
		groups: map[string]string{},
		users:  map[string]string{},
	}
	r.call(http.MethodPost, "", object{
		"realm":       name,
		"enabled":     true,
		"sslRequired": "none",
	}, nil)
	t.Cleanup(func() { _, _ = s.call(http.MethodDelete, "/"+name, nil, nil) })
	for _, path := range groups {
		r.addGroup(path)
	}
	for _, p := range people {
		r.users[p.Login] = r.call(http.MethodPost, "/"+name+"/users", object{
			"username":      p.Login,
			"email":         p.Email,
			"firstName":     p.First,
			"lastName":      p.Last,
			"enabled":       true,
			"emailVerified": true,
			"credentials": []object{{
				"type":      "password",
				"value":     p.Login,
				"temporary": false,
			}},
		}, nil)
		for _, path := range p.Groups {
			r.join(p.Login, path)
		}
	}
	return r
}

func (r *realm) call(method, path string, in, out any) string {
	r.t.Helper()
	id, err := r.server.call(method, path, in, out)
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

func (r *realm) addGroup(path string) {
	r.t.Helper()
	parent, name := path[:strings.LastIndex(
		path, "/",
	)], path[strings.LastIndex(path, "/")+
		1:]
	if r.groups[path] != "" {
		return
	}
	if parent == "" {
		r.groups[path] = r.call(
			http.MethodPost, "/"+r.Name+"/groups", object{"name": name}, nil,
		)
		return
	}
	r.addGroup(parent)
	r.groups[path] = r.call(
		http.MethodPost, "/"+r.Name+"/groups/"+r.groups[parent]+"/children",
		object{"name": name}, nil,
	)
}

// join adds a user to a group.
func (r *realm) join(login, group string) { r.member(http.MethodPut, login, group) }

// leave removes a user from a group.
func (r *realm) leave(login, group string) { r.member(http.MethodDelete, login, group) }

func (r *realm) member(method, login, group string) {
	r.t.Helper()
	if r.groups[group] == "" || r.users[login] == "" {
		r.t.Fatalf("there is no group %q or no one %q", group, login)
	}
	r.call(
		method, "/"+r.Name+"/users/"+r.users[login]+"/groups/"+r.groups[group], nil,
		nil,
	)
}

// URL is the realm's issuer, in front of everything it answers.
func (r *realm) URL() string { return r.server.URL + "/realms/" + r.Name }

// MetadataURL returns the address of the realm's SAML metadata.
func (r *realm) MetadataURL() string { return r.URL() + "/protocol/saml/descriptor" }

// logOut ends all sessions of a user at Keycloak, which notifies clients with a
// back-channel.
func (r *realm) logOut(login string) {
	r.t.Helper()
	r.call(http.MethodPost, "/"+r.Name+"/users/"+r.users[login]+"/logout", nil, nil)
}

// Sessions returns how many sessions a user has at Keycloak.
func (r *realm) Sessions(login string) int {
	r.t.Helper()
	var all []json.RawMessage
	r.call(
		http.MethodGet, "/"+r.Name+"/users/"+r.users[login]+"/sessions", nil, &all,
	)
	return len(all)
}

// RotateKeys creates a new preferred signing key. With drop, the old key is no
// longer published, as after an incident.
func (r *realm) RotateKeys(drop bool) {
	r.t.Helper()
	const keys = "org.keycloak.keys.KeyProvider"
	var found struct{ ID string }
	r.call(http.MethodGet, "/"+r.Name, nil, &found)
	var old []struct {
		ID         string `json:"id"`
		ProviderID string `json:"providerId"`
	}
	r.call(http.MethodGet, "/"+r.Name+"/components?type="+keys, nil, &old)
	r.call(http.MethodPost, "/"+r.Name+"/components", object{
		"name":         "rotated",
		"providerId":   "rsa-generated",
		"providerType": keys,
		"parentId":     found.ID,
		"config": object{
			"priority": []string{"1000"},
			"enabled":  []string{"true"},
			"active":   []string{"true"},
			"keySize":  []string{"2048"},
		},
	}, nil)
	for _, c := range old {
		if drop && c.ProviderID == "rsa-generated" {
			r.call(http.MethodDelete, "/"+r.Name+"/components/"+c.ID, nil, nil)
		}
	}
}

// provider is the configuration of a service provider beyond its metadata.
type provider struct {
	Encryption string // algorithm of assertions; empty for unencrypted ones
	// Backchannel makes Keycloak post logout requests itself instead of sending
	// the browser.
	Backchannel bool
}

// addSAML registers a service provider from its metadata, as an admin of
// Keycloak does.
func (r *realm) addSAML(metadata []byte, p provider) {
	r.t.Helper()
	var client object
	r.call(
		http.MethodPost, "/"+r.Name+"/client-description-converter", metadata,
		&client,
	)
	all := map[string]string{
		"saml.server.signature":     "true",
		"saml.assertion.signature":  "true",
		"saml.signature.algorithm":  "RSA_SHA256",
		"saml.client.signature":     "true",
		"saml_force_name_id_format": "true",
		"saml_name_id_format":       "persistent",
	}
	if given, ok := client["attributes"].(map[string]any); ok {
		for name, value := range given {
			if text, ok := value.(string); ok && all[name] == "" {
				all[name] = text
			}
		}
	}
	// Keycloak enables it if the metadata has a key for it.
	all["saml.encrypt"] = strconv.FormatBool(p.Encryption != "")
	all["saml.encryption.algorithm"] = p.Encryption
	client["attributes"], client["frontchannelLogout"] = all, !p.Backchannel
	client["protocolMappers"] = []object{
		samlMapper("login", "saml-user-property-mapper", map[string]string{
			"user.attribute": "username",
		}),
		samlMapper("email", "saml-user-property-mapper", map[string]string{
			"user.attribute": "email",
		}),
		samlMapper("firstName", "saml-user-property-mapper", map[string]string{
			"user.attribute": "firstName",
		}),
		samlMapper("lastName", "saml-user-property-mapper", map[string]string{
			"user.attribute": "lastName",
		}),
		samlMapper("groups", "saml-group-membership-mapper", map[string]string{
			"full.path": "false",
			"single":    "false",
		}),
	}
	r.call(http.MethodPost, "/"+r.Name+"/clients", client, nil)
}

func samlMapper(attribute, kind string, config map[string]string) object {
	config["attribute.name"], config["attribute.nameformat"] = attribute, "Basic"
	return object{
		"name":           attribute,
		"protocol":       "saml",
		"protocolMapper": kind,
		"config":         config,
	}
}

// client is a relying party at the realm.
type client struct {
	ID, Secret     string
	Redirect       string
	SignedOut      string
	BackchannelURL string
}

// addOIDC registers a relying party that uses its secret and PKCE.
func (r *realm) addOIDC(c client) {
	r.t.Helper()
	r.call(http.MethodPost, "/"+r.Name+"/clients", object{
		"clientId":                  c.ID,
		"secret":                    c.Secret,
		"protocol":                  "openid-connect",
		"clientAuthenticatorType":   "client-secret",
		"publicClient":              false,
		"standardFlowEnabled":       true,
		"directAccessGrantsEnabled": false,
		"redirectUris":              []string{c.Redirect},
		"attributes": map[string]string{
			"pkce.code.challenge.method":          "S256",
			"post.logout.redirect.uris":           c.SignedOut,
			"backchannel.logout.url":              c.BackchannelURL,
			"backchannel.logout.session.required": "true",
		},
		"protocolMappers": []object{{
			"name":           "groups",
			"protocol":       "openid-connect",
			"protocolMapper": "oidc-group-membership-mapper",
			"config": map[string]string{
				"claim.name":           "groups",
				"full.path":            "false",
				"id.token.claim":       "true",
				"access.token.claim":   "false",
				"userinfo.token.claim": "true",
			},
		}},
	}, nil)
}

// LogoutURL is the page where a user signs out at Keycloak.
func (r *realm) LogoutURL() string { return r.URL() + "/protocol/openid-connect/logout" }
