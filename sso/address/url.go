package address

import (
	"errors"
	"net/url"
	"strings"
)

// errHost refuses an address whose host no resolver could look up.
var errHost = errors.New("the host is not a domain name")

// URL returns an absolute address with its host in ASCII, and the rest byte for
// byte: "https://xn--bcher-kva.example/ä" for "https://bücher.example/ä". An
// address whose host is ASCII is returned unchanged, even if it is otherwise
// invalid.
//
// Hosts are refused by the same rules as the domain of an e-mail address, see
// [Email]. A percent-encoded host (RFC 3986 §3.2.2) is decoded first.
func URL(s string) (string, error) {
	start, end, found := findHost(s)
	if !found {
		return s, nil
	}
	host := s[start:end]
	if strings.Contains(host, "%") {
		decoded, err := url.PathUnescape(host)
		if err != nil {
			return "", errHost
		}
		host = decoded
	}
	if isASCII(host) {
		return s, nil // also if every reader refuses it, such as %2f in a host
	}
	converted, err := Host(host)
	if err != nil {
		return "", err
	}
	return s[:start] + converted + s[end:], nil
}

// Host returns the name of a host in ASCII, as [URL] does.
func Host(name string) (string, error) {
	if isASCII(name) {
		return name, nil
	}
	converted, ok := convertStrict(name)
	if !ok || !isResolvable(converted) {
		return "", errHost
	}
	return converted, nil
}

// isResolvable reports whether a name and its labels have lengths that DNS allows
// (RFC 1035 §2.3.4).
func isResolvable(name string) bool {
	for label := range strings.SplitSeq(strings.TrimSuffix(name, "."), ".") {
		if label == "" || len(label) > 63 {
			return false
		}
	}
	return len(name) <= 253
}

// Origins returns the origins of an application with their hosts in ASCII, as
// browsers write them. One that cannot be converted stays as it is, for
// [sso.Application.Validate] to refuse.
func Origins(entered []string) []string {
	var all []string
	for _, origin := range entered {
		if converted, err := URL(origin); err == nil {
			origin = converted
		}
		all = append(all, origin)
	}
	return all
}

// findHost finds the host in an address, without user name and port. It does not
// find an IP literal, which is ASCII or invalid.
func findHost(s string) (start, end int, found bool) {
	scheme := strings.Index(s, "://")
	if scheme < 0 {
		return 0, 0, false
	}
	start = scheme + len("://")
	end = len(s)
	if rest := strings.IndexAny(s[start:], `/?#\`); rest >= 0 {
		end = start + rest
	}
	if user := strings.LastIndexByte(s[start:end], '@'); user >= 0 {
		start += user + 1
	}
	if strings.HasPrefix(s[start:end], "[") {
		return 0, 0, false
	}
	if port := strings.LastIndexByte(s[start:end], ':'); port >= 0 {
		end = start + port
	}
	return start, end, true
}

// SameIssuer reports whether two issuers differ at most in how their host is
// written and in a trailing slash. It is for an address that an admin enters.
// What a token or a document asserts is compared byte by byte with the
// configuration (OpenID Connect Core §3.1.3.7).
func SameIssuer(a, b string) bool {
	first, err := URL(a)
	second, err2 := URL(b)
	return err == nil &&
		err2 == nil &&
		strings.TrimSuffix(first, "/") == strings.TrimSuffix(second, "/")
}
