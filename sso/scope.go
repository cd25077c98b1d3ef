package sso

import (
	"slices"
	"strings"
)

// Scope is what a token of the REST API allows: "all", "all:read", or reading or
// writing one kind of objects, such as "users:read". Writing includes reading.
type Scope string

// Scopes of every kind of objects, also later ones.
const (
	ScopeAll     Scope = "all"
	ScopeAllRead Scope = "all:read"
)

const (
	scopeRead  = ":read"
	scopeWrite = ":write"
)

// scopeResources are the kinds of objects that scopes name.
var scopeResources = [...]string{
	"enterprises", "organizations", "groups", "members", "users", "sessions", "connections", "domains",
	"provisioning", "records", "setup-links", "settings", "tokens", "admins", "roles", "applications",
}

// Scopes returns all scopes of API tokens, in the order in which they are shown.
func Scopes() []Scope {
	all := []Scope{ScopeAll, ScopeAllRead}
	for _, r := range scopeResources {
		all = append(all, Scope(r+scopeRead), Scope(r+scopeWrite))
	}
	return all
}

// includes reports whether a token with the scope may do what want allows. A scope
// that does not exist includes nothing and is included by none.
func (s Scope) includes(want Scope) bool {
	if !s.Known() || !want.Known() {
		return false
	}
	switch s {
	case want, ScopeAll:
		return true
	case ScopeAllRead:
		return !want.Writes()
	}
	resource, _ := strings.CutSuffix(string(s), scopeWrite)
	return want == Scope(resource+scopeRead)
}

// Known reports whether the scope exists.
func (s Scope) Known() bool {
	if s == ScopeAll || s == ScopeAllRead {
		return true
	}
	resource, verb, _ := strings.Cut(string(s), ":")
	return (verb == "read" || verb == "write") && slices.Contains(scopeResources[:], resource)
}

// Writes reports whether the scope allows changes.
func (s Scope) Writes() bool { return s == ScopeAll || strings.HasSuffix(string(s), scopeWrite) }

// OfInstallation reports whether the scope is about objects that belong to no
// enterprise, so that a token of one enterprise cannot have it.
func (s Scope) OfInstallation() bool {
	switch s {
	case "enterprises:write", "applications:read", "applications:write", "roles:write":
		return true
	}
	return false
}

// OrderScopes returns the scopes of a list, each once and in the order of [Scopes],
// and those that do not exist.
func OrderScopes(scopes []Scope) (set, unknown []Scope) {
	for _, s := range Scopes() {
		if slices.Contains(scopes, s) {
			set = append(set, s)
		}
	}
	for _, s := range scopes {
		if !slices.Contains(set, s) {
			unknown = append(unknown, s)
		}
	}
	return set, unknown
}
