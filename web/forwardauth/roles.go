package forwardauth

import (
	"slices"
	"strings"

	"gatehouse/sso"
)

// rolesLimit is the most bytes of the header with a user's roles.
const rolesLimit = 2048

// shared is what an application is told of a user's groups, of the roles that they carry,
// and of the user's attributes.
type shared struct {
	groups, roles *refList
	attributes    attributeList
}

func (a *application) shared(p *sso.Principal) shared {
	attributes := a.sharedAttributes(p.Attributes)
	return shared{
		groups:     a.sharedGroups(p.Groups, a.Limit()-len(attributes.header)),
		roles:      a.sharedRoles(p.Groups),
		attributes: attributes,
	}
}

// sharedRoles returns the roles of the groups that the application may see, as
// "organization/role". Roles are told also of groups that did not fit into the list.
func (a *application) sharedRoles(groups []sso.PrincipalGroup) *refList {
	told := slices.DeleteFunc(slices.Clone(groups), func(g sso.PrincipalGroup) bool {
		return g.Roles == "" || !a.shares(g.Organization, g.Ref())
	})
	l := newRefList(rolesLimit)
	for _, ref := range sso.RolesOf(told) {
		l.add(ref)
	}
	return l
}

// refList is a list that is told as a header and as a claim; what does not fit into
// the header is in neither.
type refList struct {
	limit   int
	refs    []string
	header  strings.Builder
	omitted int
}

func newRefList(limit int) *refList {
	return &refList{
		limit: limit - len(truncationMark) - 1,
		refs:  []string{},
	}
}

func (l *refList) add(ref string) { l.addEncoded(ref, headerValue(ref, ",")) }

// addEncoded adds a part of the list that is encoded for the header.
func (l *refList) addEncoded(ref, encoded string) {
	if l.omitted > 0 || l.header.Len()+len(encoded)+1 > l.limit {
		l.omitted++
		return
	}
	if l.header.Len() > 0 {
		l.header.WriteByte(',')
	}
	l.header.WriteString(encoded)
	l.refs = append(l.refs, ref)
}

// text returns the header, with a mark at its end if a part is missing.
func (l *refList) text() string {
	switch {
	case l.omitted == 0:
		return l.header.String()
	case l.header.Len() == 0:
		return truncationMark
	}
	return l.header.String() + "," + truncationMark
}
