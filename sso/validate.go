package sso

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Maximum lengths, in bytes.
const (
	MaxNameLength      = 255
	MaxLoginLength     = 254
	MaxSubjectLength   = 255
	MaxGroupNameLength = 255
	MaxGroups          = 2000 // group names in one response of an identity provider
	MaxIDPNames        = 50   // a number of names, of one group beside its own
)

var keyPattern = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$`)

// ValidateKey accepts a key that needs no escaping in a sign-in link: 1 to 63
// lower-case letters, digits and inner hyphens (the form of a DNS label).
func ValidateKey(field, key string) []FieldError {
	if keyPattern.MatchString(key) {
		return nil
	}
	return []FieldError{{
		field,
		"Use 1 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit.",
	}}
}

// ValidateName accepts a display name: not blank, at most MaxNameLength bytes,
// nothing invisible.
func ValidateName(field, name string) []FieldError {
	switch {
	case strings.TrimSpace(name) == "":
		return []FieldError{{field, "Enter a name."}}
	case len(name) > MaxNameLength:
		return []FieldError{{field, "Use at most 255 bytes."}}
	case !Printable(name):
		return []FieldError{{field, "Remove control, invisible and text-direction characters."}}
	}
	return nil
}

// ValidateGroupName accepts a display name without surrounding space, so that
// an identity provider can assert it and a reader can recognise it.
func ValidateGroupName(field, name string) []FieldError {
	if name != strings.TrimSpace(name) {
		return []FieldError{{field, "Remove the space before or after the name: names are compared byte for byte."}}
	}
	return ValidateName(field, name)
}

// Printable reports whether s is valid UTF-8 without control, format (bidi,
// zero-width), private-use or unassigned characters.
func Printable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if r != ' ' && !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// ValidEmail reports whether s is one plain mail address that means the same to
// every reader: one @, ASCII, no quoting, at most 254 bytes. It is stricter
// than RFC 5322 on purpose: quoted local parts and look-alike characters have
// been used to have a code sent elsewhere (CVE-2023-7028, CVE-2026-40574).
func ValidEmail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && len(s) <= MaxLoginLength && len(local) <= 64 && emailLocal.MatchString(local) &&
		!strings.Contains(local, "..") && domainPattern.MatchString(domain)
}

var (
	emailLocal = regexp.MustCompile(
		"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]*[A-Za-z0-9!#$%&'*+/=?^_`{|}~-])?$",
	)
	// Not (?i): to that, the Kelvin sign is a k and the long s an s.
	domainPattern = regexp.MustCompile(
		`^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$`,
	)
)

// EmailDomain returns the lower-case domain of a valid address, "" otherwise.
func EmailDomain(email string) string {
	if !ValidEmail(email) {
		return ""
	}
	_, domain, _ := strings.Cut(email, "@")
	return strings.ToLower(domain)
}

// ValidateDomain accepts a DNS name in lower case with at least two labels.
func ValidateDomain(field, name string) []FieldError {
	if domainPattern.MatchString(name) &&
		name == strings.ToLower(name) &&
		len(name) <= 253 {
		return nil
	}
	return []FieldError{{field, "Enter a domain such as example.com, in lower case."}}
}

// maxReturnTo is in bytes. Links of applications are as long as their servers
// accept, and are part of such a path.
const maxReturnTo = 9 << 10

// ReturnTo returns raw if it is a path on our own origin, else "/". Browsers
// treat more as an origin than net/url does ("/\evil", "//evil", "/\t/evil"),
// so everything but plain absolute paths is refused.
func ReturnTo(raw string) string {
	if len(raw) > maxReturnTo ||
		!strings.HasPrefix(raw, "/") ||
		strings.HasPrefix(raw, "//") ||
		strings.ContainsFunc(raw, isMisread) {
		return "/"
	}
	u, err := url.Parse(raw)
	if err != nil ||
		u.Scheme != "" ||
		u.Host != "" ||
		u.User != nil ||
		u.Opaque != "" {
		return "/"
	}
	if isAmbiguous(u.Path) { // decoded: "/%2f/evil" and "/%09/evil" are refused as well
		return "/"
	}
	return raw
}

// isAmbiguous reports whether a path could become another path, or an origin,
// when it is decoded or cleaned once more: "/.//evil" is "//evil" without the
// dot.
func isAmbiguous(path string) bool {
	hidden := func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }
	return strings.HasPrefix(path, "//") || strings.ContainsFunc(path, hidden) ||
		strings.Contains(path, "/..") ||
		strings.Contains(path, "/./") ||
		strings.HasSuffix(path, "/.")
}

// isMisread reports whether browsers drop a character of an address, or treat it
// as another one.
func isMisread(c rune) bool { return c <= ' ' || c >= 0x7f || c == '\\' }
