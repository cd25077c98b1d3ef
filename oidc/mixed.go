package oidc

import (
	"slices"
	"strings"

	"gatehouse/sso"
)

// values are the values of one claim.
type values struct {
	all   []string       // strings and scalars; nil if there are only objects
	texts []string       // all without the scalars, if other is not nil
	other []sso.RawGroup // values that are not strings, in order
}

// addNonString records a value that is not a string.
func (v *values) addNonString(raw string, why sso.RawReason) {
	if v.other == nil {
		v.texts = slices.Clone(v.all)
	}
	v.other = append(v.other, sso.RawGroup{Raw: raw, Why: why})
}

// valuesOf returns the values of a claim.
func (f *flattener) valuesOf(c claim) *values {
	claims := f.nested
	if c.top {
		claims = f.top
	}
	v := claims[c.path]
	if v == nil {
		v = &values{}
		claims[c.path] = v
	}
	return v
}

// sourceFrom returns the source from an offset up to what was read last.
func (f *flattener) sourceFrom(start int64) string {
	return f.sourceOf(span{start, f.dec.InputOffset()})
}

func (f *flattener) sourceOf(s span) string {
	return strings.TrimLeft(f.source[s.from:s.to], " \t\r\n,:")
}

// span is a part of the source, including the separator in front of it.
type span struct{ from, to int64 }

// list is a list that is being read. A path through the objects in a list has
// values only in the objects with that member; missing values would otherwise
// go unnoticed.
type list struct {
	prefix   string // the dotted path of its claim, with a trailing dot
	elements []span
	members  map[string]*member
}

// member is a path below a list.
type member struct {
	next    int   // the first element not examined yet
	missing []int // elements without a value at the path, at most sso.MaxRawGroups and one
}

// recordValue records that the current element has a value at path.
func (l *list) recordValue(path string) {
	if !strings.HasPrefix(path, l.prefix) {
		return
	}
	m := l.members[path]
	if m == nil {
		m = &member{}
		l.members[path] = m
	}
	m.addMissing(len(l.elements))
	m.next = len(l.elements) + 1
}

func (m *member) addMissing(to int) {
	for i := m.next; i < to && len(m.missing) <= sso.MaxRawGroups; i++ {
		m.missing = append(m.missing, i)
	}
}

// recordMissing records, for each path below a list, the elements that have no
// value there.
func (f *flattener) recordMissing(l *list) {
	for path, m := range l.members {
		m.addMissing(len(l.elements))
		for _, i := range m.missing {
			f.valuesOf(claim{path: path}).addNonString(f.sourceOf(l.elements[i]), sso.RawNoMember)
		}
	}
}

// result returns all claims, and those with values that are not strings. A
// member name as written wins over a path with the same spelling.
func (f *flattener) result() (sso.Claims, map[string]sso.MixedClaim) {
	claims, mixed := sso.Claims{}, map[string]sso.MixedClaim{}
	for _, group := range []map[string]*values{f.nested, f.top} {
		for name, v := range group {
			_, exists := claims[name]
			if v.all != nil {
				claims[name] = v.all
				delete(mixed, name)
			} else if exists {
				continue
			}
			if v.other != nil {
				mixed[name] = sso.MixedClaim{Texts: v.texts, Other: v.other}
			}
		}
	}
	return claims, mixed
}

// isScalarClaim reports whether a claim is a number or a boolean by definition
// (OpenID Connect Core §5.1), so that such a value is expected.
func isScalarClaim(name string) bool {
	switch name {
	case "exp", "iat", "nbf", "auth_time", "updated_at", "email_verified", "phone_number_verified":
		return true
	}
	return false
}
