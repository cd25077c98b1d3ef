package mapping

import (
	"strings"

	"gatehouse/sso"
)

// Origins returns, for each field of the identity that Apply makes of a, the
// claim its value came from. Fields without a value are left out.
func Origins(m sso.Mapping, protocol sso.Protocol, a sso.Assertion) map[string]string {
	r := newReader(a)
	subject := []string{subjectClaim}
	if m.Subject != "" {
		subject = strings.Split(m.Subject, "|")
	}
	origins := map[string]string{}
	for field, candidates := range map[string][]string{
		"subject":        subject,
		"login":          m.Login,
		"email":          m.Email,
		"name":           m.Name,
		"email_verified": m.EmailVerified,
	} {
		from, _, ok := r.firstValue(candidates)
		switch {
		case !ok:
		case !isSubject(from):
			origins[field] = from
		case protocol == sso.OIDC:
			origins[field] = "sub"
		default:
			origins[field] = "NameID"
		}
	}
	for name, candidates := range m.Attributes {
		if from, _, sent := r.candidateValues(candidates); sent {
			origins["attributes."+name] = from
		}
	}
	if g, _, err := r.assertedGroups(m); err == nil && g.Source != "" {
		origins["groups"] = g.Source
	}
	return origins
}
