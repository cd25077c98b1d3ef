package scim

import (
	"encoding/json"
	"strings"

	"gatehouse/scim/filter"
)

// The functions here accept what clients send and the RFC does not have. Each is
// used for every client: one connection can send several dialects.

// stringBoolean reads "True" and "false" as booleans: Entra ID (active,
// primary, without the flag aadOptscim062020) and a Keycloak extension send
// strings.
func stringBoolean(v any) (value, ok bool) { return filter.AsBool(v) }

// numberText reads a number as the string that was meant: employee numbers and
// external ids arrive as numbers from scripts and from directories that keep
// them so. They stay text; no number is ever taken for an id of ours.
func numberText(v any) (string, bool) {
	n, is := v.(json.Number)
	return n.String(), is
}

// wrapped reads a single value as a list of one: OneLogin sends emails as an
// object, Microsoft's collection a member as a string.
func wrapped(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case nil:
		return nil
	default:
		return []any{v}
	}
}

// unwrapped reads a list of one as its value, and an empty one as null: Entra ID
// sends the manager as a list.
func unwrapped(v any) any {
	list, is := v.([]any)
	switch {
	case !is:
		return v
	case len(list) == 0:
		return nil
	default:
		return list[0]
	}
}

// bareValue reads a string in place of a complex value as its "value": a
// manager, a member or an e-mail address.
func bareValue(v any) any {
	switch v := v.(type) {
	case string:
		return map[string]any{"value": v}
	case json.Number:
		return map[string]any{"value": v.String()}
	default:
		return v
	}
}

// saysNothing reports whether a value is the same as none: null, "" and [] are
// sent for attributes without a value by Entra ID and Okta.
func saysNothing(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	default:
		return false
	}
}

// dottedExtension reads "urn:…:2.0:User.department" as
// "urn:…:2.0:User:department": set-ups of Entra ID have a dot where the RFC has
// a colon. The parser takes the last part of the URN for the attribute.
func dottedExtension(t *Type, p filter.Path) filter.Path {
	if p.URN == "" || p.Sub == "" {
		return p
	}
	urn := p.URN + ":" + p.Name
	if t.extension(urn) == nil && !strings.EqualFold(urn, t.core.ID) {
		return p
	}
	return filter.Path{
		URN:  urn,
		Name: p.Sub,
	}
}

// elementOf returns the element that a filter describes, such as {"type":
// "work"} for type eq "work": Entra ID sets emails[type eq "work"].value before
// there is such an element, and expects that it is made. It reports false if the
// filter does not describe one element.
func elementOf(e filter.Expr) (map[string]any, bool) {
	switch e := e.(type) {
	case filter.Compare:
		if e.Op != filter.Equal || e.Value == nil {
			return nil, false
		}
		return map[string]any{e.Path.Name: e.Value}, true
	case filter.All:
		element := map[string]any{}
		for _, part := range e {
			described, is := elementOf(part)
			if !is {
				return nil, false
			}
			for name, v := range described {
				element[name] = v
			}
		}
		return element, true
	default:
		return nil, false
	}
}
