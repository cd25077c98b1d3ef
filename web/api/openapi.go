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
		Title:   "Gatehouse REST API",
		Version: "1",
		License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
		Description: `For the product's own backend and for automation: enterprises, their organizations, groups, connections and people, and what happened.

**Authentication.** A bearer token, made with ` + "`gatehouse admin token`" + `. It reaches every enterprise.

**Errors** are application/problem+json (RFC 9457): ` + "`code`" + ` is stable, ` + "`errors`" +
			` names each member that is wrong. 400: the request cannot be read. 422: it can, and cannot be accepted. 404: it does not exist, or not in this enterprise. 409: it contradicts what is there. 412: it was changed meanwhile. 429 and 503 come with Retry-After. Unknown members and query parameters are refused, and so is null.

**Lists** come in pages: ` + "`limit`" + ` items at most, and ` + "`next`" + ` is the ` +
			"`cursor`" + ` of the page after; null on the last.

**Repeating.** A POST with an Idempotency-Key is done once: sent again within 24 hours with the same key, address and body, it is answered as before, with Idempotency-Replayed: true. Only success is remembered. The same key with another request is 422 idempotency_key_reused; while the first is being worked on it is 409 idempotency_key_in_use.

**Values.** Times are RFC 3339 in UTC. Identifiers have a prefix that says of what; a member named like a noun is the identifier of one. Secrets are never given back.`,
	}
}

func bearer() *huma.SecurityScheme {
	return &huma.SecurityScheme{
		Type:         "http",
		Scheme:       "bearer",
		BearerFormat: "gw_api_…",
		Description:  "An API token, made with `gatehouse admin token`.",
	}
}

func tags() []*huma.Tag {
	return []*huma.Tag{
		{
			Name:        "enterprises",
			Description: "One customer company each; nothing is shared between two.",
		},
		{Name: "organizations", Description: "Units of an enterprise, which own groups."},
		{Name: "groups", Description: "Named sets of people inside an organization."},
		{
			Name:        "connections",
			Description: "Links to identity providers: draft, then enabled, then disabled or enabled again.",
		},
		{Name: "domains", Description: "DNS names that an enterprise has proven to be its own."},
		{Name: "users", Description: "The people of an enterprise."},
		{Name: "sessions", Description: "Who is signed in."},
		{Name: "attempts", Description: "Sign-ins that were tried, and what was checked."},
		{Name: "sync-records", Description: "What group syncs saw and did."},
		{
			Name:        "setup-links",
			Description: "Ways into the setup assistant for someone without an account.",
		},
		{
			Name:        "applications",
			Description: "What sits behind the gateway. They belong to the installation, not to an enterprise.",
		},
		{
			Name:        "audit-events",
			Description: "Every change, who made it and to what, in a chain that cannot be altered unseen.",
		},
	}
}

// tagOf is the first collection below the enterprise, or the enterprises.
func tagOf(path string) string {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	if len(segments) > 2 && segments[0] == "enterprises" {
		return segments[2]
	}
	return segments[0]
}

// pathParameter documents a wildcard; what has another form is not refused by
// the schema but found nowhere.
func pathParameter(noun string) *huma.Param {
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
		"setup_link":   "link",
	}[noun]
	return &huma.Param{
		Name:        noun,
		In:          "path",
		Required:    true,
		Description: "The " + noun + "'s identifier.",
		Schema: &huma.Schema{
			Type:     huma.TypeString,
			Pattern:  "^" + prefix + "-[0-9a-hjkmnp-tv-z]{26}$",
			Examples: []any{prefix + "-06d5x0wkj3n8p7r5t2v4y6z8ab"},
		},
	}
}

func keyParameter() *huma.Param {
	length := 255
	return &huma.Param{
		Name:        keyHeader,
		In:          "header",
		Description: "Makes it safe to send this again; see Repeating.",
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
	var missing []error
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		for _, member := range slices.Sorted(maps.Keys(schemas[name].Properties)) {
			p := schemas[name].Properties[member]
			if text := cmp.Or(said[name+"."+member], said["."+member]); p.Description == "" {
				p.Description = text
			}
			if p.Type == huma.TypeArray {
				p.Nullable = false // checkJSON and the views see to it
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
