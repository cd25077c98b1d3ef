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

// mostObjectIDs is how many object IDs are reported as near misses. One tells
// as much as a thousand.
const mostObjectIDs = 50

// NearMisses returns the groups whose names the unmatched names resemble, in a
// stable order. A name that only some organizations have a group for is no near
// miss, since names match in all organizations. An object ID is a near miss of
// no particular group.
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
		if len(seen) == 0 &&
			objectIDs < mostObjectIDs &&
			sso.LooksLikeObjectID(strings.TrimSpace(asserted)) {
			objectIDs++
			all = append(all, sso.NearMiss{
				Asserted: asserted,
				Why:      sso.IsObjectID,
			})
		}
	}
	slices.SortFunc(all, func(a, b sso.NearMiss) int {
		return cmp.Or(
			cmp.Compare(a.Asserted, b.Asserted),
			cmp.Compare(a.OrganizationName, b.OrganizationName), cmp.Compare(a.Group, b.Group),
		)
	})
	return all
}

// named is a group with one of its names.
type named struct {
	sso.Group
	by string
}

// nearness compares two names with the same fold. Equal names are near only for
// a default group: any other would have matched. A name found inside the
// asserted one is near for the reason it was found.
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
	case norm.NFKC.IsNormalString(a) && cases.Fold().String(a) == cases.Fold().String(b):
		// folding would otherwise expand ligatures
		return sso.DiffersInCase, true
	}
	return sso.DiffersInLookAlike, true
}

// visible returns s without invisible characters.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s)
}
