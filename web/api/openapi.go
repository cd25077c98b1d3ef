package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

func information() *huma.Info {
	return &huma.Info{
		Title:       "Gatehouse REST API",
		Version:     "1",
		License:     &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
		Description: introduction(),
	}
}

// introduction returns the text at the beginning of the document, in Markdown.
func introduction() string {
	return "For the product's own backend and for automation: enterprises, their organizations, groups, " +
		"connections and users, and the records of their activity.\n\n" +

		"**Authentication.** A bearer token, created with `gatehouse admin token`. It is for the whole " +
		"installation or for one enterprise. Each operation names the scope that it needs; a token without it gets 403 " +
		"scope_missing. To a token of one enterprise, every other enterprise is 404, as if it did not exist.\n\n" +

		"**Errors** are application/problem+json (RFC 9457) with a stable `code`; `errors` lists each " +
		"invalid member. 400: the request cannot be read. 422: the request can be read, but is not valid. " +
		"404: the object does not exist, or not in this enterprise. 409: the request conflicts with the " +
		"current state. 412: the object has changed since the revision in If-Match. " +
		"429 and 503 have Retry-After. Unknown members and query parameters are refused, and so is null.\n\n" +

		"**Lists** are paginated: a page has at most `limit` items, and `next` is the `cursor` of the next " +
		"page, or null on the last page.\n\n" +

		"**Idempotency.** A POST with an Idempotency-Key is carried out once. A repetition within 24 hours " +
		"with the same key, path, If-Match and body gets the same response, with Idempotency-Replayed: true. " +
		"Only successful responses are kept. The same key with another request is 422 " +
		"idempotency_key_reused; while the first request is in progress, it is 409 idempotency_key_in_use.\n\n" +

		"**Values.** Times are RFC 3339 in UTC. Identifiers begin with a prefix for their type; a member " +
		"named after a type of object holds the object's identifier. Secrets are never returned."
}

func bearer() *huma.SecurityScheme {
	return &huma.SecurityScheme{
		Type:         "http",
		Scheme:       "bearer",
		BearerFormat: "gw_api_…",
		Description:  "API token, created with `gatehouse admin token`.",
	}
}

func tags() []*huma.Tag {
	return []*huma.Tag{
		{
			Name:        "enterprises",
			Description: "Customer companies. Enterprises share no data.",
		},
		{Name: "organizations", Description: "Units of an enterprise, which own groups."},
		{Name: "groups", Description: "Named sets of users in an organization."},
		{
			Name:        "connections",
			Description: "Connections to identity providers: first a draft, then enabled or disabled.",
		},
		{Name: "domains", Description: "DNS names whose ownership an enterprise can prove."},
		{Name: "users", Description: "Users of an enterprise."},
		{Name: "api-tokens", Description: "Tokens of this API, of the installation or of one enterprise."},
		{Name: "token-rules", Description: "What an enterprise allows the personal tokens of its users."},
		{Name: "sessions", Description: "Sessions of signed-in users."},
		{Name: "attempts", Description: "Sign-in attempts and their checks."},
		{Name: "sync-records", Description: "Records of group syncs: asserted groups and changes."},
		{
			Name:        "setup-links",
			Description: "Links that open the setup assistant for a person without an account.",
		},
		{
			Name:        "provisioning-events",
			Description: "Requests of identity providers over SCIM.",
		},
		{
			Name:        "applications",
			Description: "Applications behind the gateway. They belong to the installation, not to an enterprise.",
		},
		{
			Name:        "roles",
			Description: "Roles of the applications, which groups carry. They belong to the installation.",
		},
		{
			Name:        "brand",
			Description: "What visitors see in place of Gatehouse's name and colors: of the installation, and of enterprises.",
		},
		{
			Name:        "audit-events",
			Description: "Every change, with its actor and object, in a tamper-evident chain.",
		},
	}
}

// tagOf returns the tag of a path: its first collection below an enterprise, or
// the first collection.
func tagOf(path string) string {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	if len(segments) > 2 && segments[0] == "enterprises" {
		return segments[2]
	}
	return segments[0]
}

// pathParameter documents a wildcard. The schema does not refuse an identifier
// of another form; the response is 404.
func pathParameter(noun string) *huma.Param {
	if noun == "attribute" {
		return attributeParameter()
	}
	prefix := map[string]string{
		"enterprise":   "ent",
		"organization": "org",
		"group":        "group",
		"user":         "user",
		"connection":   "conn",
		"domain":       "dom",
		"session":      "ses",
		"attempt":      "att",
		"test":         "test",
		"application":  "app",
		"role":         "role",
		"setup_link":   "link",
		"scim_token":   "scimtok",

		"identity":       "conn",
		"personal_token": "pat",
		"api_token":      "tok",
	}[noun]
	return &huma.Param{
		Name:        noun,
		In:          "path",
		Required:    true,
		Description: "Identifier of the " + strings.ReplaceAll(noun, "_", " ") + ".",
		Schema: &huma.Schema{
			Type:     huma.TypeString,
			Pattern:  "^" + prefix + "-[0-9a-hjkmnp-tv-z]{26}$",
			Examples: []any{prefix + "-06d5x0wkj3n8p7r5t2v4y6z8ab"},
		},
	}
}

// attributeParameter documents the wildcard of an attribute, which has a name for an
// identifier.
func attributeParameter() *huma.Param {
	return &huma.Param{
		Name:        "attribute",
		In:          "path",
		Required:    true,
		Description: "Name of the attribute.",
		Schema: &huma.Schema{
			Type:     huma.TypeString,
			Pattern:  "^[a-z][a-z0-9_]{0,31}$",
			Examples: []any{"department"},
		},
	}
}

func keyParameter() *huma.Param {
	length := 255
	return &huma.Param{
		Name:        keyHeader,
		In:          "header",
		Description: "Key that makes it safe to repeat the request; see Idempotency.",
		Schema: &huma.Schema{
			Type:      huma.TypeString,
			MaxLength: &length,
			Examples:  []any{"5f0c6a1e-create-acme"},
		},
	}
}

func operationsOf(p *huma.PathItem) map[string]*huma.Operation {
	all := map[string]*huma.Operation{}
	for method, op := range map[string]*huma.Operation{
		http.MethodGet:    p.Get,
		http.MethodPost:   p.Post,
		http.MethodPut:    p.Put,
		http.MethodPatch:  p.Patch,
		http.MethodDelete: p.Delete,
	} {
		if op != nil {
			all[method] = op
		}
	}
	return all
}

// finish adds descriptions and enums for the types of other packages to the
// document, and encodes it. A member without a description is an error.
func finish(o *huma.OpenAPI) ([]byte, error) {
	said, schemas := descriptions(), o.Components.Schemas.Map()
	maps.Copy(said, provisioningDescriptions())
	var missing []error
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		for _, member := range slices.Sorted(maps.Keys(schemas[name].Properties)) {
			p := schemas[name].Properties[member]
			if text := cmp.Or(said[name+"."+member], said["."+member]); p.Description == "" {
				p.Description = text
			}
			if p.Type == huma.TypeArray {
				p.Nullable = false // checkJSON and the views ensure that
			}
			if p.Description == "" {
				missing = append(missing, fmt.Errorf("%s.%s has no description", name, member))
			}
		}
	}
	for _, enum := range enums() {
		s := schemas[enum.schema]
		if s == nil || s.Properties[enum.member] == nil {
			missing = append(missing, fmt.Errorf("%s.%s does not exist", enum.schema, enum.member))
			continue
		}
		for _, value := range enum.values {
			s.Properties[enum.member].Enum = append(s.Properties[enum.member].Enum, value)
		}
		s.Properties[enum.member].PrecomputeMessages()
	}
	if err := errors.Join(missing...); err != nil {
		return nil, err
	}
	document, err := json.MarshalIndent(o, "", "  ")
	return append(document, '\n'), err
}
