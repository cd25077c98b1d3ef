package oidc

import (
	"fmt"
	"slices"
	"strings"

	"gatehouse/sso"
)

// protocolClaims returns the claims that the protocol reads whatever the mapping
// is.
func protocolClaims() []string {
	return []string{
		"iss", "sub", "aud", "azp", "exp", "iat", "nbf", "jti", "nonce", "sid", "auth_time", "acr",
		"amr", "session_expiry", "tid", "oid",
		"at_hash", "c_hash", "s_hash", "events", "email", "email_verified", "xms_edov", "hasgroups",
		"_claim_names", "_claim_sources",
	}
}

// strictDocument parses a document in which every name has a meaning, such as a
// JOSE header: no two names may differ only in case.
func strictDocument(data []byte) (document, error) {
	d, err := parseDocument(data)
	if err == nil && len(d.caseDuplicates) > 0 {
		err = d.caseDuplicateError(d.caseDuplicates[0])
	}
	return d, err
}

func (d document) caseDuplicateError(pair [2]string) error {
	return fmt.Errorf(
		"%q and %q are the same name to some readers", sso.Sanitize(pair[0]), sso.Sanitize(pair[1]),
	)
}

// checkCaseDuplicates refuses names that differ only in case if the protocol or the
// mapping reads one of them. Other names cannot be confused.
func (v *verifier) checkCaseDuplicates(d document) error {
	if len(d.caseDuplicates) == 0 {
		return nil
	}
	relevant := append(protocolClaims(), mappedClaims(v.mapping)...)
	for _, pair := range d.caseDuplicates {
		if slices.ContainsFunc(relevant, func(name string) bool {
			return overlaps(pair[0], name) || overlaps(pair[1], name)
		}) {
			return errToken(d.caseDuplicateError(pair))
		}
	}
	return nil
}

// overlaps reports whether path equals name, contains it, or is below it,
// ignoring case.
func overlaps(path, name string) bool {
	path, name = foldName(path), foldName(name)
	return path == name ||
		strings.HasPrefix(name, path+".") ||
		strings.HasPrefix(path, name+".")
}

// mappedClaims returns the claims that a mapping reads.
func mappedClaims(m sso.Mapping) []string {
	candidates := slices.Concat(
		strings.Split(m.Subject, "|"), m.Login, m.Email, m.EmailVerified, m.Name, m.Groups,
	)
	var names []string
	for _, candidate := range candidates {
		if !strings.Contains(candidate, "{") {
			if candidate != "" {
				names = append(names, candidate)
			}
			continue
		}
		for _, part := range strings.Split(candidate, "{")[1:] {
			name, _, _ := strings.Cut(part, "}")
			names = append(names, name)
		}
	}
	return names
}
