package scim

import "time"

// CursorTimeout is how long a cursor of a list can be used.
const CursorTimeout = time.Hour

// Features is what a connection offers; the discovery documents tell the truth
// about it.
type Features struct {
	Groups        bool // whether groups are provisioned
	MaxOperations int  // of a PATCH request
	MaxPayload    int  // bytes of a body
}

// ServiceProviderConfig returns the document of RFC 7643, section 5, to be
// encoded as JSON.
func ServiceProviderConfig(base string, f Features) map[string]any {
	type supported struct {
		Supported bool `json:"supported"`
	}
	return map[string]any{
		"schemas": []string{providerURN},
		"patch":   supported{true},
		"bulk": map[string]any{
			"supported":      false,
			"maxOperations":  0,
			"maxPayloadSize": 0,
		},
		"filter": map[string]any{
			"supported":  true,
			"maxResults": maxCount,
		},
		"changePassword": supported{false},
		"sort":           supported{false},
		"etag":           supported{true},
		"pagination": map[string]any{
			"cursor":                  true,
			"index":                   true,
			"defaultPaginationMethod": "index",
			"defaultPageSize":         defaultCount,
			"maxPageSize":             maxCount,
			"cursorTimeout":           int(CursorTimeout.Seconds()),
		},
		"authenticationSchemes": []any{
			map[string]any{
				"type":        "oauthbearertoken",
				"name":        "Bearer token",
				"description": "A token of this connection, in the header Authorization (RFC 6750).",
				"specUri":     "https://www.rfc-editor.org/rfc/rfc6750",
				"primary":     true,
			},
		},
		"meta": map[string]any{
			"resourceType": "ServiceProviderConfig",
			"location":     base + "/ServiceProviderConfig",
		},
	}
}

// types returns the resource types of a connection.
func (f Features) types() []*Type {
	if f.Groups {
		return []*Type{users, groups}
	}
	return []*Type{users}
}

// ResourceTypes returns the documents of RFC 7643, section 6.
func ResourceTypes(base string, f Features) []map[string]any {
	var all []map[string]any
	for _, t := range f.types() {
		document := map[string]any{
			"schemas":     []string{typeURN},
			"id":          t.Name,
			"name":        t.Name,
			"endpoint":    t.Endpoint,
			"description": t.core.Description,
			"schema":      t.core.ID,
			"meta": map[string]any{
				"resourceType": "ResourceType",
				"location":     base + "/ResourceTypes/" + t.Name,
			},
		}
		if len(t.extensions) > 0 {
			var extensions []any
			for _, extension := range t.extensions {
				extensions = append(extensions, map[string]any{
					"schema":   extension.ID,
					"required": false,
				})
			}
			document["schemaExtensions"] = extensions
		}
		all = append(all, document)
	}
	return all
}

// Schemas returns the documents of RFC 7643, section 7.
func Schemas(base string, f Features) []map[string]any {
	var all []map[string]any
	for _, t := range f.types() {
		for _, s := range append([]schema{t.core}, t.extensions...) {
			all = append(all, map[string]any{
				"schemas":     []string{schemaURN},
				"id":          s.ID,
				"name":        s.Name,
				"description": s.Description,
				"attributes":  s.Attributes,
				"meta": map[string]any{
					"resourceType": "Schema",
					"location":     base + "/Schemas/" + s.ID,
				},
			})
		}
	}
	return all
}
