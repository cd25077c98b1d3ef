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

// maxObjectIDs limits the object IDs that are reported as near misses. One tells
// as much as a thousand.
const maxObjectIDs = 50

// NearMisses returns the groups whose names the unmatched names resemble, in a
// stable order. A name that only some organizations have a group for is no near
// miss, since names match in all organizations. An object ID is a near miss of
// no particular group.
func NearMisses(unmatched []string, groups []sso.Group, organizations map[sso.OrganizationID]string) []sso.NearMiss {
	byFold := make(map[string][]namedGroup, len(groups))
	for _, g := range groups {
		for _, name := range append([]string{g.Name}, g.IDPNames...) {
			key := fold.Name(name)
			byFold[key] = append(byFold[key], namedGroup{g, name})
		}
	}
	var misses []sso.NearMiss
	objectIDs := 0
	for _, asserted := range unmatched {
		seen := map[sso.GroupID]bool{}
		for _, reading := range fold.Readings(asserted) {
			for _, n := range byFold[fold.Name(reading.Text)] {
				why, ok := compareNames(asserted, reading, n)
				if !ok || seen[n.ID] || n.Named(asserted) {
					continue
				}
				seen[n.ID] = true
				misses = append(misses, sso.NearMiss{
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
			objectIDs < maxObjectIDs &&
			sso.LooksLikeObjectID(strings.TrimSpace(asserted)) {
			objectIDs++
			misses = append(misses, sso.NearMiss{
				Asserted: asserted,
				Why:      sso.IsObjectID,
			})
		}
	}
	slices.SortFunc(misses, func(a, b sso.NearMiss) int {
		return cmp.Or(
			cmp.Compare(a.Asserted, b.Asserted),
			cmp.Compare(a.OrganizationName, b.OrganizationName), cmp.Compare(a.Group, b.Group),
		)
	})
	return misses
}

// namedGroup is a group with one of its names.
type namedGroup struct {
	sso.Group
	name string
}

// compareNames compares two names with the same fold. Equal names are near only for
// a default group: any other would have matched. A name found inside the
// asserted one is near for the reason it was found.
func compareNames(asserted string, reading fold.Reading, n namedGroup) (sso.Nearness, bool) {
	if reading.Why != "" {
		return reading.Why, !n.Default
	}
	a, b := strings.Join(strings.Fields(asserted), " "), strings.Join(strings.Fields(n.name), " ")
	switch {
	case n.Default && asserted == n.name:
		return sso.IsDefaultGroup, true
	case asserted == n.name:
		return "", false
	case a == b:
		return sso.DiffersInSpace, true
	case withoutInvisible(a) == b:
		return sso.DiffersInvisibly, true
	case norm.NFKC.IsNormalString(a) && cases.Fold().String(a) == cases.Fold().String(b):
		// folding would otherwise expand ligatures
		return sso.DiffersInCase, true
	}
	return sso.DiffersInLookAlike, true
}

// withoutInvisible returns s without invisible characters.
func withoutInvisible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s)
}
