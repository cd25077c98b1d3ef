package groupsync

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"gatehouse/sso"
)

// NearMisses says which of groups the unmatched names nearly are, in an order
// that does not depend on how they were found. A name that one organization has
// and another has not is no miss, since names match in all organizations.
func NearMisses(unmatched []string, groups []sso.Group, organizations map[sso.OrganizationID]string) []sso.NearMiss {
	byFold := make(map[string][]sso.Group, len(groups))
	for _, g := range groups {
		key := Fold(g.Name)
		byFold[key] = append(byFold[key], g)
	}
	var all []sso.NearMiss
	for _, name := range unmatched {
		for _, g := range byFold[Fold(name)] {
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

// nearness compares two names of one Fold. Equal names are near only if they
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

// Fold is the same for all names that a reader could take for each other: it
// undoes case, space, compatibility forms, what is invisible, and letters of
// Greek and Cyrillic that look Latin. It is for finding near misses alone; what
// matches is decided by bytes.
func Fold(name string) string {
	s := strings.Map(look, norm.NFKC.String(strings.ToValidUTF8(name, "")))
	s = strings.Map(look, norm.NFKC.String(cases.Fold().String(s))) // folding can bring in letters that look Latin
	return strings.Join(strings.Fields(s), " ")
}

// look gives the Latin letter for one that looks like it, and drops what nobody
// sees. Cherokee it makes capitals, which is how Unicode folds it: cases.Fold
// makes small letters of capitals and capitals of small ones.
func look(r rune) rune {
	if unicode.Is(unicode.Cherokee, r) {
		return unicode.ToUpper(r)
	}
	if i := strings.IndexRune(foreign, r); i >= 0 {
		return []rune(latin)[len([]rune(foreign[:i]))]
	}
	if unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

// Each letter of foreign is drawn as the one of latin at its place: capitals of
// Greek and Cyrillic, then small letters.
const (
	foreign = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" + "АВЕЅІЈКМНОРСТУХ" + "ονρ" + "аеѕіјорсухһԁԛԝ"
	latin   = "ABEZHIKMNOPTYX" + "ABESIJKMHOPCTYX" + "ovp" + "aesijopcyxhdqw"
)
