package groupsync

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"gatehouse/sso"
	"gatehouse/sso/fold"
)

// NearMisses says which of groups the unmatched names nearly are, in an order
// that does not depend on how they were found. A name that one organization has
// and another has not is no miss, since names match in all organizations.
func NearMisses(unmatched []string, groups []sso.Group, organizations map[sso.OrganizationID]string) []sso.NearMiss {
	byFold := make(map[string][]sso.Group, len(groups))
	for _, g := range groups {
		key := fold.Name(g.Name)
		byFold[key] = append(byFold[key], g)
	}
	var all []sso.NearMiss
	for _, name := range unmatched {
		for _, g := range byFold[fold.Name(name)] {
			if why, ok := nearness(name, g); ok {
				all = append(all, sso.NearMiss{Asserted: name, Group: g.ID, Name: g.Name,
					Organization: g.Organization, OrganizationName: organizations[g.Organization], Why: why})
			}
		}
	}
	slices.SortFunc(all, func(a, b sso.NearMiss) int {
		return cmp.Or(cmp.Compare(a.Asserted, b.Asserted), cmp.Compare(a.OrganizationName, b.OrganizationName), cmp.Compare(a.Group, b.Group))
	})
	return all
}

// nearness compares two names of one fold. Equal names are near only if they
// are a default group's: any other would have matched.
func nearness(asserted string, g sso.Group) (sso.Nearness, bool) {
	a, b := strings.Join(strings.Fields(asserted), " "), strings.Join(strings.Fields(g.Name), " ")
	switch {
	case g.Default && asserted == g.Name:
		return sso.IsDefaultGroup, true
	case asserted == g.Name:
		return "", false
	case a == b:
		return sso.DiffersInSpace, true
	case norm.NFKC.IsNormalString(a) && cases.Fold().String(a) == cases.Fold().String(b): // else folding would undo ligatures
		return sso.DiffersInCase, true
	}
	return sso.DiffersInLookAlike, true
}
