package sso

import (
	"encoding/hex"
	"regexp"
	"strings"
	"unicode/utf8"
)

// CommonName returns the CN of the first relative distinguished name of dn (RFC
// 4514): "CN=Engineering,OU=Groups,DC=acme" gives "Engineering". It reads
// escapes, quoted values (RFC 2253), values in hexadecimal (#, the BER form),
// space around the parts, multi-valued relative distinguished names, and a
// semicolon in place of the comma. It returns false if dn is not a
// distinguished name or its first part has no CN; a CN further on names a
// container.
func CommonName(dn string) (string, bool) {
	first, found := "", false
	for at, rest := 0, dn; ; at++ {
		part, after, more := cutRDN(rest)
		name, ok, valid := commonNameOf(part)
		if !valid {
			return "", false
		}
		if at == 0 {
			first, found = name, ok
		}
		if !more {
			return first, found && first != ""
		}
		rest = after
	}
}

// cutRDN splits at the first separator that is neither escaped nor quoted.
func cutRDN(s string) (part, rest string, more bool) { return cutUnescaped(s, ",;") }

func cutUnescaped(s, separators string) (part, rest string, more bool) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && strings.IndexByte(separators, c) >= 0:
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

var attributeType = regexp.MustCompile(`^(?:[A-Za-z][A-Za-z0-9-]*|(?:[Oo][Ii][Dd]\.)?[0-9]+(?:\.[0-9]+)*)$`)

// commonNameOf returns the CN of one relative distinguished name, and whether
// it is valid.
func commonNameOf(rdn string) (name string, found, valid bool) {
	for rest, more := rdn, true; more; {
		var pair string
		pair, rest, more = cutUnescaped(rest, "+")
		kind, value, is := strings.Cut(pair, "=")
		kind = strings.TrimSpace(kind)
		if !is || !attributeType.MatchString(kind) {
			return "", false, false
		}
		text, ok := attributeValue(value)
		if !ok {
			return "", false, false
		}
		kind = strings.TrimPrefix(strings.ToLower(kind), "oid.")
		if !found && (kind == "cn" || kind == "2.5.4.3") {
			name, found = text, true
		}
	}
	return name, found, true
}

// attributeValue decodes an attribute value.
func attributeValue(s string) (string, bool) {
	s = strings.TrimLeft(s, " ")
	if code, ok := strings.CutPrefix(s, "#"); ok {
		return berText(strings.TrimRight(code, " "))
	}
	quoted := strings.HasPrefix(s, `"`)
	if quoted {
		s = strings.TrimRight(s, " ")
		if len(s) < 2 || !strings.HasSuffix(s, `"`) {
			return "", false
		}
		s = s[1 : len(s)-1]
	}
	var out []byte
	kept := 0 // length up to the last escaped character: only space after it is trimmed
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			out = append(out, s[i])
			continue
		}
		if i+2 < len(s) {
			if b, err := hex.DecodeString(s[i+1 : i+3]); err == nil {
				out = append(out, b...)
				kept, i = len(out), i+2
				continue
			}
		}
		if i++; i == len(s) {
			return "", false
		}
		out = append(out, s[i])
		kept = len(out)
	}
	if !quoted {
		for len(out) > kept && out[len(out)-1] == ' ' {
			out = out[:len(out)-1]
		}
	}
	return string(out), utf8.Valid(out)
}

// berText decodes a BER string of short length: a tag, a length below 128, and
// that many bytes.
func berText(code string) (string, bool) {
	b, err := hex.DecodeString(code)
	if err != nil || len(b) < 2 || b[1] >= 0x80 || int(b[1]) != len(b)-2 {
		return "", false
	}
	switch b[0] {
	case 0x0c, 0x13, 0x16: // UTF8String, PrintableString, IA5String
		return string(b[2:]), utf8.Valid(b[2:])
	}
	return "", false
}

// LastSegment returns what follows the last slash of a path: "/acme/developers"
// gives "developers". A trailing slash is ignored. It returns false if there is
// no slash.
func LastSegment(path string) (string, bool) {
	path = strings.TrimRight(path, "/")
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", false
	}
	last := strings.TrimSpace(path[i+1:])
	return last, last != ""
}

var objectID = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)

// LooksLikeObjectID reports whether a name has the form of an object ID, which
// Entra ID sends in place of group names by default.
func LooksLikeObjectID(name string) bool { return objectID.MatchString(name) }
