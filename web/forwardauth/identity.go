package forwardauth

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
)

// identityHeaders are in every 200, named in the canonical form of net/http, each with
// its value.
var identityHeaders = [...]struct {
	name  string
	value func(told *identity) string
}{
	{"X-Auth-Request-Id", func(told *identity) string { return string(told.User.ID) }},
	{"X-Auth-Request-User", func(told *identity) string { return told.login }},
	{"X-Auth-Request-Email", func(told *identity) string { return told.email }},
	{"X-Auth-Request-Email-Verified", func(told *identity) string {
		return strconv.FormatBool(told.User.EmailVerified)
	}},
	{"X-Auth-Request-Preferred-Username", func(told *identity) string { return told.login }},
	{"X-Auth-Request-Name", func(told *identity) string { return told.name }},
	{"X-Auth-Request-Groups", func(told *identity) string { return told.groups }},
	{"X-Auth-Request-Roles", func(told *identity) string { return told.roles }},
	{"X-Auth-Request-Attributes", func(told *identity) string { return told.attributes }},
	{"X-Auth-Request-Enterprise", func(told *identity) string { return told.Enterprise.Key }},
	{"X-Auth-Request-Auth-Method", func(told *identity) string { return methodOf(told.Principal) }},
	{"X-Auth-Request-Acr", func(told *identity) string { return headerValue(told.Session.Authn.Acr, "") }},
	{"X-Auth-Request-Jwt", func(told *identity) string { return told.assertion }},
	{"Remote-User", func(told *identity) string { return told.login }},
	{"Remote-Email", func(told *identity) string { return told.email }},
	{"Remote-Name", func(told *identity) string { return told.name }},
	{"Remote-Groups", func(told *identity) string { return told.groups }},
}

// identity is what the headers tell: of texts that may need encoding, their encoded form.
type identity struct {
	*sso.Principal
	login, email, name string
	groups, roles      string
	attributes         string
	assertion          string
}

// methodOf returns how the request was authenticated: the protocol of the sign-in, or
// "token".
func methodOf(p *sso.Principal) string {
	if p.Token != nil {
		return "token"
	}
	return string(p.Protocol)
}

// claims is the content of the assertion. Its audience is the application's key.
type claims struct {
	Issuer        string   `json:"iss"`
	Subject       string   `json:"sub"` // the user's ID, which never changes
	Audience      string   `json:"aud"`
	IssuedAt      int64    `json:"iat"`
	Expires       int64    `json:"exp"`
	ID            string   `json:"jti"`
	Session       string   `json:"sid"` // a hash
	Login         string   `json:"login"`
	Email         string   `json:"email,omitempty"`
	EmailVerified bool     `json:"email_verified"`
	Name          string   `json:"name,omitempty"`
	Groups        []string `json:"groups"`
	Omitted       int      `json:"groups_omitted,omitempty"` // groups that did not fit
	Roles         []string `json:"roles"`
	RolesOmitted  int      `json:"roles_omitted,omitempty"`
	// Attributes are by name, typed; left out if the application asks for none.
	Attributes        map[string]any `json:"attributes,omitzero"`
	AttributesOmitted int            `json:"attributes_omitted,omitempty"`
	Enterprise        string         `json:"enterprise"`
	Method            string         `json:"auth_method"`
	// How and when the user authenticated at the identity provider, by the names of
	// OpenID Connect Core 1.0, section 2; left out if it did not state that.
	AuthTime int64    `json:"auth_time,omitempty"`
	Acr      string   `json:"acr,omitempty"`
	Amr      []string `json:"amr,omitempty"`
}

// An assertion is valid long enough for slow applications, and is renewed after
// half its lifetime.
const (
	lifetime   = 2 * time.Minute
	renewAfter = time.Minute
)

func claimsOf(issuer string, a *application, p *sso.Principal, told shared, now time.Time) claims {
	sid := sha256.Sum256([]byte(p.Session.ID))
	c := claims{
		Issuer:            issuer,
		Subject:           string(p.User.ID),
		Audience:          a.Key,
		IssuedAt:          now.Unix(),
		Expires:           now.Add(lifetime).Unix(),
		ID:                sso.NewSecret().Reveal()[:22],
		Session:           base64.RawURLEncoding.EncodeToString(sid[:16]),
		Login:             p.User.Login,
		Email:             p.User.Email,
		EmailVerified:     p.User.EmailVerified,
		Name:              p.User.Name,
		Groups:            told.groups.refs,
		Omitted:           told.groups.omitted,
		Roles:             told.roles.refs,
		RolesOmitted:      told.roles.omitted,
		Attributes:        told.attributes.values,
		AttributesOmitted: told.attributes.omitted,
		Enterprise:        p.Enterprise.Key,
		Method:            methodOf(p),
		Acr:               p.Session.Authn.Acr,
		Amr:               p.Session.Authn.Amr,
	}
	if at := p.Session.Authn.AuthnAt; !at.IsZero() {
		c.AuthTime = at.Unix()
	}
	return c
}

// truncationMark ends a truncated list of groups or roles. Without a slash it cannot
// be one.
const truncationMark = "..."

// sharedGroups returns the groups that the application may see. Those that grant
// access come first, so that they are omitted last. limit is the most bytes of the list.
func (a *application) sharedGroups(groups []sso.PrincipalGroup, limit int) *refList {
	l := newRefList(limit)
	for _, first := range [...]bool{true, false} {
		for _, g := range groups {
			ref := g.Ref()
			if a.required[ref] == first && a.shares(g.Organization, ref) {
				l.add(ref)
			}
		}
	}
	return l
}

func (a *application) shares(organization, ref string) bool {
	return len(a.told) == 0 || a.told[ref] || a.told[organization+"/*"]
}

// headerValue encodes text as one reversible header value: bytes that are not
// printable ASCII, the percent sign, the characters in also, and a leading or
// trailing space are percent-encoded.
func headerValue(s, also string) string {
	plain := true
	for i := range len(s) {
		if mustEncode(s, i, also) {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	var out strings.Builder
	for i := range len(s) {
		if !mustEncode(s, i, also) {
			out.WriteByte(s[i])
			continue
		}
		const hex = "0123456789ABCDEF"
		out.Write([]byte{'%', hex[s[i]>>4], hex[s[i]&15]})
	}
	return out.String()
}

func mustEncode(s string, i int, also string) bool {
	c := s[i]
	return c < ' ' ||
		c > '~' ||
		c == '%' ||
		strings.IndexByte(also, c) >= 0 ||
		c == ' ' && (i == 0 || i == len(s)-1)
}

// headersOf returns the values of all identity headers, in the order of
// identityHeaders.
func headersOf(p *sso.Principal, told shared, assertion string) (all [len(identityHeaders)][]string) {
	id := identity{
		Principal:  p,
		login:      headerValue(p.User.Login, ""),
		email:      headerValue(p.User.Email, ""),
		name:       headerValue(p.User.Name, ""),
		groups:     told.groups.text(),
		roles:      told.roles.text(),
		attributes: told.attributes.header,
		assertion:  assertion,
	}
	for i, header := range identityHeaders {
		all[i] = []string{header.value(&id)}
	}
	return all
}
