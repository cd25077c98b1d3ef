package mapping

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gatehouse/sso"
)

// Claims by which Entra ID says that a list was too long to send.
const (
	samlOverage   = "http://schemas.microsoft.com/claims/groups.link"
	oidcPointer   = "_claim_names." // followed by the claim's name (OpenID Connect Core §5.6.2)
	oidcHasGroups = "hasgroups"     // implicit and hybrid flows
)

// readGroups reads the groups and their state from the assertion.
func (r *reader) readGroups(m sso.Mapping) sso.AssertedGroups {
	if r.err != nil {
		return sso.AssertedGroups{}
	}
	g, sent, err := r.assertedGroups(m)
	if err != nil {
		r.fail("groups", strings.Join(m.Groups, ", "), "an expression that does not compile", err)
		return sso.AssertedGroups{}
	}
	r.checks = append(r.checks, groupsCheck(m, g, sent))
	return g
}

// groupsCheck returns the check that says what was sent and what of it counts.
func groupsCheck(m sso.Mapping, g sso.AssertedGroups, sent int) sso.Check {
	got := g.State.String()
	if g.Source != "" {
		got = fmt.Sprintf(
			"%s: %d in %s, %d after include and exclude", g.State, sent, g.Source,
			len(g.Names)+g.Unread,
		)
	}
	if g.Unfetched {
		got = "unknown: userinfo or an encrypted attribute could not be read"
	}
	if g.Unread > 0 {
		got += fmt.Sprintf("; the first %d are read", len(g.Names))
	}
	if g.NotUnderstoodCount > 0 {
		got += fmt.Sprintf(
			"; %d not understood, which removes no membership: %s",
			g.NotUnderstoodCount, summarizeRaw(g.NotUnderstood),
		)
	}
	return sso.Check{
		Name:    "groups",
		Want:    strings.Join(m.Groups, ", "),
		Got:     got,
		OK:      true,
		Warning: !g.State.Complete(),
	}
}

// summarizeRaw says why the first few values were not understood.
func summarizeRaw(all []sso.RawGroup) string {
	const few = 3
	var texts []string
	for _, raw := range all[:min(few, len(all))] {
		texts = append(texts, raw.Raw+" "+raw.Why.String())
	}
	return strings.Join(texts, ", ")
}

// assertedGroups prefers a list to a pointer, and a pointer to nothing. A list
// beside a pointer is incomplete, and so is one of the length at which the
// provider truncates, counted as it was sent: with blanks and duplicates. sent
// is that length.
func (r *reader) assertedGroups(m sso.Mapping) (g sso.AssertedGroups, sent int, err error) {
	pointer, pointed := r.overagePointer(m.Groups)
	empty := ""
	for _, name := range m.Groups {
		list, present := r.claimList(name)
		if !present {
			continue
		}
		s, err := newSelection(m)
		if err != nil {
			return sso.AssertedGroups{}, 0, err
		}
		sent := s.read(list)
		if s.blank {
			if empty == "" {
				empty = name
			}
			continue
		}
		s.groups.Source = name
		s.groups.State = sso.GroupsValues
		s.setState()
		if pointed || sent == m.GroupLimit {
			s.groups.State = sso.GroupsTruncated
		}
		return s.groups, sent, nil
	}
	if !pointed && empty == "" {
		if g, sent := r.groupsWithoutObjects(m.Groups); sent > 0 {
			return g, sent, nil
		}
	}
	switch {
	case pointed:
		return sso.AssertedGroups{State: sso.GroupsOverage, Source: pointer}, 0, nil
	case empty != "":
		return sso.AssertedGroups{State: sso.GroupsEmpty, Source: empty}, 0, nil
	}
	return sso.AssertedGroups{Unfetched: r.unfetched}, 0, nil
}

// claimList returns the values of a claim. In most claims all of them are strings.
func (r *reader) claimList(name string) (sso.MixedClaim, bool) {
	if mixed, ok := r.mixed[name]; ok {
		return mixed, true
	}
	texts, ok := r.values(name)
	if ok {
		return sso.MixedClaim{Texts: texts}, true
	}
	return r.listWithoutMember(name)
}

// listWithoutMember handles a name such as groups.name if groups is a list of
// objects and none has that member: none of them is understood. A single object
// without the member is no list, and says nothing about groups.
func (r *reader) listWithoutMember(name string) (sso.MixedClaim, bool) {
	for dot := strings.LastIndexByte(name, '.'); dot > 0; dot = strings.LastIndexByte(
		name[:dot], '.',
	) {
		parent := name[:dot]
		sent, listed := r.mixed[parent]
		if _, present := r.values(parent); !present ||
			!listed ||
			!slices.ContainsFunc(sent.Other, isObject) {
			continue
		}
		var list sso.MixedClaim
		for _, other := range sent.Other {
			list.Other = append(list.Other, sso.RawGroup{
				Raw: other.Raw,
				Why: sso.RawNoMember,
			})
		}
		for _, text := range sent.Texts {
			list.Other = append(list.Other, sso.RawGroup{
				Raw: strconv.Quote(text),
				Why: sso.RawNoMember,
			})
		}
		return list, true
	}
	return sso.MixedClaim{}, false
}

// groupsWithoutObjects handles a name such as groups.name if groups has strings or
// scalars in place of objects, and no candidate of the mapping has a value:
// something was said about groups, so they are not absent. sent is the number
// of values.
func (r *reader) groupsWithoutObjects(candidates []string) (g sso.AssertedGroups, sent int) {
	for _, name := range candidates {
		for dot := strings.LastIndexByte(name, '.'); dot > 0; dot = strings.LastIndexByte(
			name[:dot], '.',
		) {
			texts, present := r.values(name[:dot])
			if !present {
				continue
			}
			list, mixed := r.mixed[name[:dot]]
			if !mixed {
				list.Texts = texts
			}
			g = sso.AssertedGroups{State: sso.GroupsPartial, Source: name}
			for _, other := range list.Other {
				g.AddRaw(other.Raw, sso.RawNoMember)
			}
			for _, text := range list.Texts {
				g.AddRaw(strconv.Quote(text), sso.RawNoMember)
			}
			if g.NotUnderstoodCount > 0 {
				return g, g.NotUnderstoodCount
			}
		}
	}
	return sso.AssertedGroups{}, 0
}

func isObject(g sso.RawGroup) bool { return strings.HasPrefix(g.Raw, "{") }

func (r *reader) overagePointer(candidates []string) (string, bool) {
	if _, ok := r.values(samlOverage); ok {
		return samlOverage, true
	}
	for _, name := range candidates {
		if _, ok := r.values(oidcPointer + name); ok {
			return oidcPointer + name, true
		}
	}
	if v, _ := r.claims(oidcHasGroups); v == "true" {
		return oidcHasGroups, true
	}
	return "", false
}

// Narrow applies to groups from another source what Apply does to asserted
// ones: it selects and cleans the names, and a value that is no name makes the
// list partial.
func Narrow(m sso.Mapping, g sso.AssertedGroups) (sso.AssertedGroups, error) {
	if len(g.Names) == 0 {
		return g, nil
	}
	s, err := newSelection(m)
	if err != nil {
		return sso.AssertedGroups{}, err
	}
	names := g.Names
	s.groups = g
	s.groups.Names = nil
	for _, name := range names {
		s.addName(name)
	}
	s.setState()
	return s.groups, nil
}

func compileExpression(expression string) (*regexp.Regexp, error) {
	if expression == "" {
		return nil, nil
	}
	return regexp.Compile(expression)
}
