package oidc

import (
	"slices"
	"strings"

	"gatehouse/sso"
)

// values are those of one claim as they are found.
type values struct {
	all   []string       // texts and scalars; nil if there are only objects
	texts []string       // all without the scalars, if other is not nil
	other []sso.RawGroup // what is not a text, in order
}

// reject records a value that is not a text.
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

func (f *flattener) cut(s span) string { return strings.TrimLeft(f.source[s.from:s.to], " \t\r\n,:") }

// span is a part of the source, with what separates it from the part before.
type span struct{ from, to int64 }

// list is a list that is being read. A path that leads through the objects in it
// finds values only in those that have such a member: the others would be lost
// in silence.
type list struct {
	below    string // the dotted path of its claim, with a dot at the end
	elements []span
	members  map[string]*member
}

// member is a path below a list.
type member struct {
	next    int   // the first element that is not looked at yet
	missing []int // elements that have no value at the path, at most sso.MaxRawGroups and one
}

// has records that the element being read has a value at path.
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

// incomplete records at each path below a list which elements have no value
// there.
func (f *flattener) incomplete(l *list) {
	for path, m := range l.members {
		m.skip(len(l.elements))
		for _, i := range m.missing {
			f.of(claim{path: path}).reject(f.cut(l.elements[i]), sso.RawNoMember)
		}
	}
}

// found returns all claims, and those of them with values that are not texts. A
// name as written wins over a path that spells the same.
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

// unmixed reports whether a claim is a number or a boolean by its definition
// (OpenID Connect Core §5.1), so that nothing is unusual about it.
func unmixed(name string) bool {
	switch name {
	case "exp", "iat", "nbf", "auth_time", "updated_at", "email_verified", "phone_number_verified":
		return true
	}
	return false
}
