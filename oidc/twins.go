package oidc

import (
	"fmt"
	"slices"
	"strings"

	"gatehouse/sso"
)

// meaningful returns the claims that the protocol reads whatever the mapping
// is.
func meaningful() []string {
	return []string{
		"iss", "sub", "aud", "azp", "exp", "iat", "nbf", "jti", "nonce", "sid", "auth_time", "acr",
		"amr", "tid", "oid",
		"at_hash", "c_hash", "s_hash", "events", "email", "email_verified", "xms_edov", "hasgroups",
		"_claim_names", "_claim_sources",
	}
}

// strictDocument parses a document in which every name has a meaning, such as a
// JOSE header: no two names may differ only in case.
func strictDocument(data []byte) (document, error) {
	d, err := parseDocument(data)
	if err == nil && len(d.twins) > 0 {
		err = d.twinsError(d.twins[0])
	}
	return d, err
}

func (d document) twinsError(pair [2]string) error {
	return fmt.Errorf(
		"%q and %q are the same name to some readers", sso.Inert(pair[0]), sso.Inert(pair[1]),
	)
}

// unambiguous refuses names that differ only in case if the protocol or the
// mapping reads one of them. Other names cannot be confused.
func (a *answer) unambiguous(d document) error {
	if len(d.twins) == 0 {
		return nil
	}
	read := append(meaningful(), mapped(a.mapping)...)
	for _, pair := range d.twins {
		if slices.ContainsFunc(read, func(name string) bool {
			return concerns(pair[0], name) || concerns(pair[1], name)
		}) {
			return errToken(d.twinsError(pair))
		}
	}
	return nil
}

// concerns reports whether path equals name, contains it, or is below it,
// ignoring case.
func concerns(path, name string) bool {
	path, name = fold(path), fold(name)
	return path == name ||
		strings.HasPrefix(name, path+".") ||
		strings.HasPrefix(path, name+".")
}

// mapped returns the claims that a mapping reads.
func mapped(m sso.Mapping) []string {
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
