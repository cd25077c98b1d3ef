package api

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
	"gatehouse/store/storetest"
)

// TestNoSecretInAnySchema (CVE-2026-40166, GHSA-m9h4-7j9c-55x9, CVE-2026-58511):
// no response of the document has a place for a secret. What an admin may enter,
// a response only reports as set or not.
func TestNoSecretInAnySchema(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite)
	secret := regexp.MustCompile(
		`(?i)secret|password|passwd|private|token|cookie|credential|bearer|verifier|nonce|hash`,
	)
	// An audit event has the digest that chains it; with_token and without_token are
	// times of requests, scim_token is the ID of a token, and personal_tokens a number.
	harmless := regexp.MustCompile(
		`^(has_.*|hash|token_endpoint_auth_method|with_token|without_token|scim_token|personal_tokens)$`,
	)
	// A provisioning or personal token is in the response that created it. In all others the
	// member is null, as TestSCIMTokens asserts.
	nulled := regexp.MustCompile(`-(scim|personal|api|service)-tokens?$`)
	seen, reported := map[string]bool{}, false
	for _, e := range f.endpoints() {
		for status, response := range e.op.Responses {
			for _, media := range response.Content {
				for _, name := range propertiesOf(
					f.api.huma.OpenAPI(), media.Schema,
				) {
					seen[name] = true
					reported = reported || name == "has_client_secret"
					if secret.MatchString(name) && !harmless.MatchString(name) &&
						(name != "token" || !nulled.MatchString(e.op.OperationID)) {
						t.Errorf("%s answers %s with a %q", e, status, name)
					}
				}
			}
		}
	}
	if len(seen) < 100 || !reported {
		t.Errorf(
			"only %d members were seen: %v", len(seen),
			slices.Sorted(maps.Keys(seen)),
		)
	}
}

// propertiesOf are the names of all members at any depth.
func propertiesOf(document *huma.OpenAPI, s *huma.Schema) []string {
	visited := map[*huma.Schema]bool{}
	var names []string
	var walk func(s *huma.Schema)
	walk = func(s *huma.Schema) {
		if s == nil {
			return
		}
		if s.Ref != "" {
			s = document.Components.Schemas.SchemaFromRef(s.Ref)
		}
		if s == nil || visited[s] {
			return
		}
		visited[s] = true
		for name, member := range s.Properties {
			names = append(names, name)
			walk(member)
		}
		walk(s.Items)
		if more, ok := s.AdditionalProperties.(*huma.Schema); ok {
			walk(more)
		}
		for _, several := range [][]*huma.Schema{s.AllOf, s.AnyOf, s.OneOf} {
			for _, one := range several {
				walk(one)
			}
		}
	}
	walk(s)
	return names
}

// TestIdentitiesCannotBeChanged (CVE-2026-49448): which subject of which
// connection a user is, is decided by sign-ins, and by the one operation that ties an
// identity: see TestIdentities. No other operation takes a subject, a user or a
// connection in its body, and none changes an identity.
func TestIdentitiesCannotBeChanged(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite)
	before := f.identities()
	if len(before) == 0 {
		t.Fatal("no one has an identity: this test sees nothing")
	}
	names := []string{
		"subject", "sub", "nameid", "identity", "identities", "user", "user_id",
		"connection_id", "external_id", "source",
	}
	tried := 0
	for _, e := range f.endpoints() {
		body, ok := e.body().(m)
		if !ok || e.method == http.MethodGet {
			continue
		}
		for _, media := range e.op.RequestBody.Content {
			for _, name := range propertiesOf(f.api.huma.OpenAPI(), media.Schema) {
				if slices.Contains(
					[]string{"identity", "identities", "user_id", "external_id"},
					name,
				) {
					t.Errorf("%s takes %q in its body", e, name)
				}
			}
		}
		if e.op.OperationID == "link-identity" {
			continue
		}
		if e.op.OperationID == "preview-sync" {
			continue // takes a user to ask about, and changes nothing
		}
		for _, name := range names {
			for _, value := range []any{
				"id-of-somebody-else",
				f.other["user"],
				m{"subject": "x"},
				[]any{m{
					"connection": f.acme["connection"],
					"subject":    "x",
				}},
			} {
				crossed := maps.Clone(body)
				crossed[name] = value
				tried++
				if got := f.do(e.method, f.acme.in(e.path), crossed); got.Code < 400 && !takes(f, e, name) {
					t.Errorf("%s takes a %s: %d %s", e, name, got.Code, got.Body)
				}
			}
		}
	}
	if diff := cmp.Diff(before, f.identities()); diff != "" {
		t.Errorf("identities were changed: %s", diff)
	}
	if tried < 500 {
		t.Errorf("only %d bodies were tried", tried)
	}
}

// takes reports whether the document has a member of that name at the top of the
// operation's body.
func takes(f *fixture, e endpoint, name string) bool {
	for _, media := range e.op.RequestBody.Content {
		s := media.Schema
		if s.Ref != "" {
			s = f.api.huma.OpenAPI().Components.Schemas.SchemaFromRef(s.Ref)
		}
		if _, ok := s.Properties[name]; ok {
			return true
		}
	}
	return false
}

// identities are all identities of both enterprises.
func (f *fixture) identities() []sso.UserIdentity {
	f.Helper()
	var all []sso.UserIdentity
	for _, w := range []world{f.acme, f.other} {
		ent := sso.EnterpriseID(w["enterprise"])
		users, _, err := f.db.Users(
			f.Context(), ent, sso.UserFilter{}, sso.Page{Limit: 200},
		)
		f.ok(err)
		for _, u := range users {
			some, err := f.db.UserIdentities(f.Context(), ent, u.ID)
			f.ok(err)
			all = append(all, some...)
		}
	}
	return all
}
