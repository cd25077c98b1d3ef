package sso

import (
	"slices"
	"strings"
	"testing"
)

// TestScopes compares every pair of scopes with the rule in words: writing includes
// reading of the same noun, and the two of all nouns include what their names say.
func TestScopes(t *testing.T) {
	t.Parallel()
	all := Scopes()
	for _, has := range all {
		if !has.Known() {
			t.Errorf("%s is not known", has)
		}
		for _, want := range all {
			noun, _, _ := strings.Cut(string(has), ":")
			expected := has == want || has == ScopeAll ||
				has == ScopeAllRead && strings.HasSuffix(string(want), ":read") ||
				has.Writes() && string(want) == noun+":read" && want != ScopeAllRead
			if got := has.includes(want); got != expected {
				t.Errorf("%s includes %s: %t", has, want, got)
			}
			bound := Token{Enterprise: "ent-1", Scopes: []Scope{has}}
			if got := bound.Allows(want); got != (expected && !want.OfInstallation()) {
				t.Errorf("a token of one enterprise with %s allows %s: %t", has, want, got)
			}
		}
	}
}

// TestUnknownScopes: a scope that does not exist is worth nothing, also one that a
// later version wrote.
func TestUnknownScopes(t *testing.T) {
	t.Parallel()
	for _, s := range []Scope{
		"", ":", ":read", "users", "users:", "users:read:write", "users:admin", "USERS:READ", "users:read ",
		"users :read", "all:write", "all:", "*", "users:*", "userss:read", "self:read",
	} {
		for _, known := range Scopes() {
			if s.Known() || s.includes(known) || known.includes(s) || s.includes(s) {
				t.Errorf("%q is worth something beside %s", s, known)
			}
		}
	}
	set, unknown := OrderScopes([]Scope{"users:read", "nonsense", "all", "users:read"})
	if !slices.Equal(set, []Scope{"all", "users:read"}) || !slices.Equal(unknown, []Scope{"nonsense"}) {
		t.Errorf("%v, unknown %v", set, unknown)
	}
}

// TestCompanyToken: the actor of a token of one enterprise is none of an operator.
func TestCompanyToken(t *testing.T) {
	t.Parallel()
	const id = TokenID("tok-06d5x0wkj3n8p7r5t2v4y6z8ab")
	bound, free := Token{ID: id, Enterprise: "ent-1"}.Actor(), Token{ID: id}.Actor()
	if bound.OfOperator() || bound.OfLink() || !free.OfOperator() {
		t.Errorf("%s is of an operator: %t", bound, bound.OfOperator())
	}
	if got, ok := bound.CompanyToken(); !ok || got != id {
		t.Errorf("%s is %s", bound, got)
	}
	for _, a := range []Actor{free, "", "company-", "company-user-06d5x0wkj3n8p7r5t2v4y6z8ab", ActorOperator} {
		if got, ok := a.CompanyToken(); ok {
			t.Errorf("%q is the token %s", a, got)
		}
	}
}
