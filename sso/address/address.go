package address

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"gatehouse/sso"
)

// Why an address cannot be used.
var (
	errPlain = errors.New("not one plain e-mail address")
	// Mail to such a mailbox needs SMTPUTF8 (RFC 6531) at every hop, and two
	// spellings of it are not comparable.
	errLocal  = errors.New("not one plain e-mail address: the part before the @ has characters other than ASCII")
	errDomain = errors.New("not one plain e-mail address: the domain after the @ is not a domain name")
)

// Email returns s with the domain in ASCII: "ada@xn--bcher-kva.example" for
// "ada@bücher.example". An address that is ASCII already is returned unchanged.
//
// The local part must be ASCII. A domain is refused if the conversion would do
// more than change letter case and compose characters (full-width letters,
// U+212A for k, zero-width space), or if one of its labels mixes scripts that
// no language mixes: each has been used to make an address look like another.
func Email(s string) (string, error) {
	local, domain, found := strings.Cut(s, "@")
	switch {
	case !found || strings.Contains(domain, "@"):
		return "", errPlain
	case !isASCII(local):
		return "", errLocal
	case !isASCII(domain):
		converted, ok := convertStrict(domain)
		if !ok {
			return "", errDomain
		}
		s = local + "@" + converted
	}
	if !sso.ValidEmail(s) {
		return "", errPlain
	}
	return s, nil
}

// Domain returns a domain name in lower case and ASCII. It applies all mappings
// of IDNA (UTS #46), so it is for names whose result is shown before it counts.
func Domain(name string) (string, error) {
	if isASCII(name) {
		return strings.ToLower(name), nil
	}
	return idna.Lookup.ToASCII(name)
}

// convertStrict converts a domain with characters other than ASCII if the conversion
// changes only case and composition.
func convertStrict(domain string) (string, bool) {
	if !utf8.ValidString(domain) {
		return "", false
	}
	for _, r := range domain {
		if r >= utf8.RuneSelf && unicode.ToLower(r) < utf8.RuneSelf { // U+212A is k in lower case
			return "", false
		}
	}
	lower := norm.NFC.String(strings.ToLower(norm.NFC.String(domain)))
	converted, err := idna.Lookup.ToASCII(domain)
	if err != nil {
		return "", false
	}
	decoded, err := idna.Lookup.ToUnicode(converted)
	if err != nil {
		return "", false
	}
	want, got := strings.Split(lower, "."), strings.Split(decoded, ".")
	if len(want) != len(got) {
		return "", false
	}
	for i, label := range want {
		// A label that was Punycode before must not change.
		if label != got[i] && !strings.HasPrefix(label, "xn--") || !isSingleScript(got[i]) {
			return "", false
		}
	}
	return converted, true
}

// isSingleScript reports whether the letters of a label are of one script, or of
// scripts that are written together (UTS #39, "highly restrictive").
func isSingleScript(label string) bool {
	var scripts []string
	for _, r := range label {
		if !unicode.IsLetter(r) {
			continue
		}
		name := scriptOf(r)
		if name != "" && !slices.Contains(scripts, name) {
			scripts = append(scripts, name)
		}
	}
	if len(scripts) <= 1 {
		return true
	}
	for _, combination := range [...][]string{
		{"Latin", "Han", "Hiragana", "Katakana"},
		{"Latin", "Han", "Hangul"},
		{"Latin", "Han", "Bopomofo"},
	} {
		if !slices.ContainsFunc(scripts, func(s string) bool {
			return !slices.Contains(combination, s)
		}) {
			return true
		}
	}
	return false
}

// scriptOf returns the script of a letter, or "" for a letter that several
// scripts share.
func scriptOf(r rune) string {
	if r < utf8.RuneSelf {
		return "Latin"
	}
	for name, table := range unicode.Scripts {
		if name != "Common" && name != "Inherited" && unicode.Is(table, r) {
			return name
		}
	}
	return ""
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}
