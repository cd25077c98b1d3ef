package fold

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Version grows whenever Name gives something else for a name: what was kept
// has to be made again.
const Version = "1"

// Name is the same for all names that a reader could take for each other: it
// undoes case, space, compatibility forms, what is invisible, and letters of
// Greek and Cyrillic that look Latin.
func Name(name string) string {
	if ascii(name) {
		return plain(name)
	}
	s := strings.Map(look, norm.NFKC.String(strings.ToValidUTF8(name, "")))
	s = strings.Map(look, norm.NFKC.String(cases.Fold().String(s))) // folding can bring in letters that look Latin
	return strings.Join(strings.Fields(s), " ")
}

// ascii is about the names that most groups have. They are folded for every
// sign-in that asserts them, so it is done without what they cannot need.
func ascii(name string) bool {
	for i := range len(name) {
		if name[i] >= 0x80 {
			return false
		}
	}
	return true
}

// plain folds what is ASCII.
func plain(name string) string {
	name = strings.ToLower(name)
	if name == "" ||
		name[0] <= ' ' ||
		name[len(name)-1] <= ' ' ||
		strings.Contains(name, "  ") ||
		strings.ContainsAny(name, "\t\n\v\f\r") {
		return strings.Join(strings.Fields(name), " ")
	}
	return name
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
