package forwardauth

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
)

// names are the identity headers, all of them in every 200. They are in the form
// in which net/http keeps them.
var names = [...]string{
	"X-Auth-Request-Id", "X-Auth-Request-User", "X-Auth-Request-Email",
	"X-Auth-Request-Email-Verified", "X-Auth-Request-Preferred-Username", "X-Auth-Request-Name",
	"X-Auth-Request-Groups", "X-Auth-Request-Enterprise", "X-Auth-Request-Jwt",
	"Remote-User", "Remote-Email", "Remote-Name", "Remote-Groups",
}

// claims are what the assertion says. Its audience is the application's key.
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
	Enterprise    string   `json:"enterprise"`
}

// The assertion lives long enough for slow applications, and is renewed when
// half of that has gone.
const (
	lifetime   = 2 * time.Minute
	renewAfter = time.Minute
)

func claimsOf(issuer string, a *application, p *sso.Principal, groups []string, omitted int, now time.Time) claims {
	sid := sha256.Sum256([]byte(p.Session.ID))
	return claims{
		Issuer:        issuer,
		Subject:       string(p.User.ID),
		Audience:      a.Key,
		IssuedAt:      now.Unix(),
		Expires:       now.Add(lifetime).Unix(),
		ID:            sso.NewSecret().Reveal()[:22],
		Session:       base64.RawURLEncoding.EncodeToString(sid[:16]),
		Login:         p.User.Login,
		Email:         p.User.Email,
		EmailVerified: p.User.EmailVerified,
		Name:          p.User.Name,
		Groups:        groups,
		Omitted:       omitted,
		Enterprise:    p.Enterprise.Key,
	}
}

// more ends a list of groups that was cut off. It has no slash, so it is no
// group.
const more = "..."

// toldGroups are the groups that an application learns of, as they are and as
// the header has them. What does not fit into the header is in neither; those
// that let people in come first, so that they are cut off last.
func (a *application) toldGroups(groups []sso.PrincipalGroup) (refs []string, header string, omitted int) {
	refs = make([]string, 0, len(groups))
	var text strings.Builder
	limit := a.Limit() - len(more) - 1
	add := func(ref string) {
		encoded := headerValue(ref, ",")
		if omitted > 0 || text.Len()+len(encoded)+1 > limit {
			omitted++
			return
		}
		if text.Len() > 0 {
			text.WriteByte(',')
		}
		text.WriteString(encoded)
		refs = append(refs, ref)
	}
	for _, first := range [...]bool{true, false} {
		for _, g := range groups {
			ref := g.Ref()
			if a.required[ref] == first && a.tells(g.Organization, ref) {
				add(ref)
			}
		}
	}
	if omitted > 0 {
		if text.Len() > 0 {
			text.WriteByte(',')
		}
		text.WriteString(more)
	}
	return refs, text.String(), omitted
}

func (a *application) tells(organization, ref string) bool {
	return len(a.told) == 0 || a.told[ref] || a.told[organization+"/*"]
}

// headerValue writes text so that it is one value in any header, and can be read
// back: what is not printable ASCII, a percent sign, what is also given, and a
// space at either end are percent-encoded, byte by byte.
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

// headersOf are the values of all identity headers, in the order of names.
func headersOf(p *sso.Principal, groups, token string) [len(names)][]string {
	login := headerValue(p.User.Login, "")
	email := headerValue(p.User.Email, "")
	name := headerValue(p.User.Name, "")
	var all [len(names)][]string
	for i, v := range [len(names)]string{
		string(p.User.ID), login, email, strconv.FormatBool(p.User.EmailVerified), login, name,
		groups, p.Enterprise.Key, token, login, email, name, groups,
	} {
		all[i] = []string{v}
	}
	return all
}
