package fold

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Version changes whenever Name changes for some name: stored values must then
// be computed again.
const Version = "1"

// Name returns the same string for all names that a reader could confuse: it
// removes differences of case, space, compatibility forms, invisible
// characters, and Greek and Cyrillic letters that look Latin.
func Name(name string) string {
	if isASCII(name) {
		return foldASCII(name)
	}
	s := strings.Map(latinLookAlike, norm.NFKC.String(strings.ToValidUTF8(name, "")))
	// folding can bring in letters that look Latin
	s = strings.Map(latinLookAlike, norm.NFKC.String(cases.Fold().String(s)))
	return strings.Join(strings.Fields(s), " ")
}

// isASCII reports whether name is ASCII, as most names of groups are. They are
// folded at every sign-in that asserts them, so they take a faster path.
func isASCII(name string) bool {
	for i := range len(name) {
		if name[i] >= 0x80 {
			return false
		}
	}
	return true
}

// foldASCII folds an ASCII name.
func foldASCII(name string) string {
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

// latinLookAlike returns the Latin letter that r looks like, and drops invisible
// characters. Cherokee becomes upper case, as Unicode folds it; cases.Fold
// swaps its case.
func latinLookAlike(r rune) rune {
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

// Each letter of foreign looks like the letter of latin at its index: Greek and
// Cyrillic capitals, then small letters.
const (
	foreign = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" + "АВЕЅІЈКМНОРСТУХ" + "ονρ" + "аеѕіјорсухһԁԛԝ"
	latin   = "ABEZHIKMNOPTYX" + "ABESIJKMHOPCTYX" + "ovp" + "aesijopcyxhdqw"
)
