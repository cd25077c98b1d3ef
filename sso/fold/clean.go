package fold

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Clean returns the form in which names of groups are compared: without space
// and default-ignorable characters at both ends, in Unicode normalization form
// C. Case stays. It is idempotent and changes no valid group name.
//
// A variation selector at the end stays: it belongs to the character before it,
// as in an emoji.
func Clean(name string) string {
	if isASCII(name) {
		return strings.TrimFunc(name, unicode.IsSpace)
	}
	for {
		cleaned := trimIgnorable(norm.NFC.String(name))
		if cleaned == name {
			return name
		}
		name = cleaned // what was trimmed may have kept two characters apart
	}
}

func trimIgnorable(name string) string {
	name = strings.TrimLeftFunc(name, func(r rune) bool {
		return isIgnorable(r) || unicode.Is(unicode.Variation_Selector, r)
	})
	return strings.TrimRightFunc(name, isIgnorable)
}

// isIgnorable reports whether a character is space, or has no glyph of its own
// (Default_Ignorable_Code_Point without variation selectors).
func isIgnorable(r rune) bool {
	return unicode.IsSpace(r) ||
		unicode.Is(unicode.Cf, r) ||
		unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}
