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

// reject records a value that is not a string.
func (v *values) reject(raw string, why sso.RawReason) {
	if v.other == nil {
		v.texts = slices.Clone(v.all)
	}
	v.other = append(v.other, sso.RawGroup{Raw: raw, Why: why})
}

// of returns the values of a claim.
func (f *flattener) of(c claim) *values {
	into := f.nested
	if c.top {
		into = f.top
	}
	v := into[c.path]
	if v == nil {
		v = &values{}
		into[c.path] = v
	}
	return v
}

// since returns the source from an offset up to what was read last.
func (f *flattener) since(start int64) string { return f.cut(span{start, f.dec.InputOffset()}) }

func (f *flattener) cut(s span) string {
	return strings.TrimLeft(f.source[s.from:s.to], " \t\r\n,:")
}

// span is a part of the source, including the separator in front of it.
type span struct{ from, to int64 }

// list is a list that is being read. A path through the objects in a list has
// values only in the objects with that member; missing values would otherwise
// go unnoticed.
type list struct {
	below    string // the dotted path of its claim, with a trailing dot
	elements []span
	members  map[string]*member
}

// member is a path below a list.
type member struct {
	next    int   // the first element not examined yet
	missing []int // elements without a value at the path, at most sso.MaxRawGroups and one
}

// has records that the current element has a value at path.
func (l *list) has(path string) {
	if !strings.HasPrefix(path, l.below) {
		return
	}
	m := l.members[path]
	if m == nil {
		m = &member{}
		l.members[path] = m
	}
	m.skip(len(l.elements))
	m.next = len(l.elements) + 1
}

func (m *member) skip(to int) {
	for i := m.next; i < to && len(m.missing) <= sso.MaxRawGroups; i++ {
		m.missing = append(m.missing, i)
	}
}

// incomplete records, for each path below a list, the elements that have no
// value there.
func (f *flattener) incomplete(l *list) {
	for path, m := range l.members {
		m.skip(len(l.elements))
		for _, i := range m.missing {
			f.of(claim{path: path}).reject(f.cut(l.elements[i]), sso.RawNoMember)
		}
	}
}

// found returns all claims, and those with values that are not strings. A
// member name as written wins over a path with the same spelling.
func (f *flattener) found() (sso.Claims, map[string]sso.MixedClaim) {
	claims, mixed := sso.Claims{}, map[string]sso.MixedClaim{}
	for _, from := range []map[string]*values{f.nested, f.top} {
		for name, v := range from {
			_, taken := claims[name]
			if v.all != nil {
				claims[name] = v.all
				delete(mixed, name)
			} else if taken {
				continue
			}
			if v.other != nil {
				mixed[name] = sso.MixedClaim{Texts: v.texts, Other: v.other}
			}
		}
	}
	return claims, mixed
}

// unmixed reports whether a claim is a number or a boolean by definition
// (OpenID Connect Core §5.1), so that such a value is expected.
func unmixed(name string) bool {
	switch name {
	case "exp", "iat", "nbf", "auth_time", "updated_at", "email_verified", "phone_number_verified":
		return true
	}
	return false
}
