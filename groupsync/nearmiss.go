package groupsync

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"gatehouse/sso"
	"gatehouse/sso/fold"
)

// mostObjectIDs is how many object IDs are near misses: one tells as much as a
// thousand.
const mostObjectIDs = 50

// NearMisses says which of groups the unmatched names nearly are, in an order
// that does not depend on how they were found. A name that one organization has
// and another has not is no miss, since names match in all organizations. An
// object ID is a miss of no group.
func NearMisses(unmatched []string, groups []sso.Group, organizations map[sso.OrganizationID]string) []sso.NearMiss {
	byFold := make(map[string][]named, len(groups))
	for _, g := range groups {
		for _, name := range append([]string{g.Name}, g.IDPNames...) {
			key := fold.Name(name)
			byFold[key] = append(byFold[key], named{g, name})
		}
	}
	var all []sso.NearMiss
	objectIDs := 0
	for _, asserted := range unmatched {
		seen := map[sso.GroupID]bool{}
		for _, reading := range fold.Readings(asserted) {
			for _, n := range byFold[fold.Name(reading.Text)] {
				why, ok := nearness(asserted, reading, n)
				if !ok || seen[n.ID] || n.Named(asserted) {
					continue
				}
				seen[n.ID] = true
				all = append(all, sso.NearMiss{
					Asserted:         asserted,
					Group:            n.ID,
					Name:             n.Name,
					Organization:     n.Organization,
					OrganizationName: organizations[n.Organization],
					Why:              why,
				})
			}
		}
		if len(seen) == 0 && objectIDs < mostObjectIDs && sso.LooksLikeObjectID(strings.TrimSpace(asserted)) {
			objectIDs++
			all = append(all, sso.NearMiss{Asserted: asserted, Why: sso.IsObjectID})
		}
	}
	slices.SortFunc(all, func(a, b sso.NearMiss) int {
		return cmp.Or(cmp.Compare(a.Asserted, b.Asserted), cmp.Compare(a.OrganizationName, b.OrganizationName), cmp.Compare(a.Group, b.Group))
	})
	return all
}

// named is a group by one of its names.
type named struct {
	sso.Group
	by string
}

// nearness compares two names of one fold. Equal names are near only if they
// are a default group's: any other would have matched. What is only contained in
// the asserted name is near for that.
func nearness(asserted string, reading fold.Reading, n named) (sso.Nearness, bool) {
	if reading.Why != "" {
		return reading.Why, !n.Default
	}
	a, b := strings.Join(strings.Fields(asserted), " "), strings.Join(strings.Fields(n.by), " ")
	switch {
	case n.Default && asserted == n.by:
		return sso.IsDefaultGroup, true
	case asserted == n.by:
		return "", false
	case a == b:
		return sso.DiffersInSpace, true
	case visible(a) == b:
		return sso.DiffersInvisibly, true
	case norm.NFKC.IsNormalString(a) && cases.Fold().String(a) == cases.Fold().String(b): // else folding would undo ligatures
		return sso.DiffersInCase, true
	}
	return sso.DiffersInLookAlike, true
}

// visible is s without what nobody sees.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s)
}
