package mapping

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"gatehouse/sso"
)

var errTooManyGroups = errors.New("too many groups")

// Names under which Entra ID says that a list was too long to send.
const (
	samlOverage   = "http://schemas.microsoft.com/claims/groups.link"
	oidcPointer   = "_claim_names." // followed by the claim's name (OpenID Connect Core §5.6.2)
	oidcHasGroups = "hasgroups"     // implicit and hybrid flows
)

// groups tells which of the six states the assertion is in. Names stay as they
// were sent, byte for byte: nothing is trimmed, folded or normalised.
func (r *reader) groups(m sso.Mapping) sso.AssertedGroups {
	if r.failed != nil {
		return sso.AssertedGroups{}
	}
	want := strings.Join(m.Groups, ", ")
	g, sent := r.assertedGroups(m)
	if len(g.Names) > sso.MaxGroups {
		r.fail("groups", fmt.Sprintf("at most %d names", sso.MaxGroups), fmt.Sprintf("%d names in %s", len(g.Names), g.Source), errTooManyGroups)
		return sso.AssertedGroups{}
	}
	names, unusable, err := selectNames(g.Names, m)
	if err != nil {
		r.fail("groups", want, "an expression that does not compile", err)
		return sso.AssertedGroups{}
	}
	g.Names = names
	got := g.State.String()
	if g.Source != "" {
		got = fmt.Sprintf("%s: %d in %s, %d after include and exclude", g.State, sent, g.Source, len(names))
	}
	if g.Unfetched {
		got = "unknown: userinfo, which would say it, could not be read"
	}
	if unusable > 0 {
		got += fmt.Sprintf("; %d with invisible characters or over %d bytes can match no group", unusable, sso.MaxGroupNameLength)
	}
	known := g.State == sso.GroupsValues || g.State == sso.GroupsEmpty
	r.checks = append(r.checks, sso.Check{Name: "groups", Want: want, Got: got, OK: true, Warning: !known || unusable > 0})
	return g
}

// assertedGroups prefers a list to a pointer and a pointer to nothing. A list
// that stands beside a pointer is not the whole of it, and neither is one of the
// length at which the provider cuts off, counted as it was sent: with blanks and
// repetitions. sent is that length.
func (r *reader) assertedGroups(m sso.Mapping) (g sso.AssertedGroups, sent int) {
	pointer, pointed := r.pointer(m.Groups)
	empty := ""
	for _, name := range m.Groups {
		values, present := r.values(name)
		if !present {
			continue
		}
		names, sent := splitNames(values, m.Delimiter)
		switch {
		case len(names) > 0 && (pointed || sent == m.GroupLimit):
			return sso.AssertedGroups{State: sso.GroupsTruncated, Names: names, Source: name}, sent
		case len(names) > 0:
			return sso.AssertedGroups{State: sso.GroupsValues, Names: names, Source: name}, sent
		case empty == "":
			empty = name
		}
	}
	switch {
	case pointed:
		return sso.AssertedGroups{State: sso.GroupsOverage, Source: pointer}, 0
	case empty != "":
		return sso.AssertedGroups{State: sso.GroupsEmpty, Source: empty}, 0
	}
	return sso.AssertedGroups{Unfetched: r.unfetched}, 0
}

func (r *reader) pointer(candidates []string) (string, bool) {
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

// splitNames removes blanks and duplicates and keeps the order; sent counts them
// too.
func splitNames(values []string, delimiter string) (names []string, sent int) {
	seen := make(map[string]bool, len(values))
	for _, v := range values {
		parts := []string{v}
		if delimiter != "" {
			parts = strings.Split(v, delimiter)
		}
		sent += len(parts)
		for _, p := range parts {
			if strings.TrimSpace(p) != "" && !seen[p] {
				seen[p] = true
				names = append(names, p)
			}
		}
	}
	return names, sent
}

// selectNames applies include and exclude, and drops what no group can be
// called.
func selectNames(names []string, m sso.Mapping) (kept []string, unusable int, err error) {
	include, err := compile(m.Include)
	if err != nil {
		return nil, 0, fmt.Errorf("include: %w", err)
	}
	exclude, err := compile(m.Exclude)
	if err != nil {
		return nil, 0, fmt.Errorf("exclude: %w", err)
	}
	for _, n := range names {
		switch {
		case len(n) > sso.MaxGroupNameLength || !sso.Printable(n):
			unusable++
		case include != nil && !include.MatchString(n), exclude != nil && exclude.MatchString(n):
		default:
			kept = append(kept, n)
		}
	}
	return kept, unusable, nil
}

// Narrow does to names that came another way what Apply does to those that are
// asserted: only included ones stay, and such as a group can have.
func Narrow(m sso.Mapping, names []string) ([]string, error) {
	kept, _, err := selectNames(names, m)
	return kept, err
}

func compile(expression string) (*regexp.Regexp, error) {
	if expression == "" {
		return nil, nil
	}
	return regexp.Compile(expression)
}
