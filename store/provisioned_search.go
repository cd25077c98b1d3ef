package store

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"gatehouse/scim"
	"gatehouse/scim/filter"
)

func userSchema() *scim.Type { return scim.Users() }

func groupSchema() *scim.Type { return scim.Groups() }

// searchElement is a value of an attribute: its sub-attributes, or "value" alone of
// an attribute without any.
type searchElement map[string]string

// searchOf returns the values of a document in the form in which filters compare
// them: by the lower-case path of the attribute the elements of its list, a list of
// one if it is single. Text is folded unless the schema says that its case counts,
// booleans are "true" and "false".
func searchOf(schema *scim.Type, document json.RawMessage) (string, error) {
	var doc map[string]any
	if len(document) > 0 {
		if err := json.Unmarshal(document, &doc); err != nil {
			return "", fmt.Errorf("read the document of a resource: %w", err)
		}
	}
	search := map[string][]searchElement{}
	for name, v := range doc {
		attributes, isObject := v.(map[string]any)
		if !isObject || !strings.Contains(name, ":") {
			addSearch(search, schema, filter.Path{Name: name}, v)
			continue
		}
		for sub, v := range attributes {
			addSearch(search, schema, filter.Path{
				URN:  name,
				Name: sub,
			}, v)
		}
	}
	text, err := json.Marshal(search)
	return string(text), err
}

// searchKey returns the path of an attribute in a search text.
func searchKey(p filter.Path) string {
	if p.URN != "" {
		return strings.ToLower(p.URN + ":" + p.Name)
	}
	return strings.ToLower(p.Name)
}

func addSearch(search map[string][]searchElement, schema *scim.Type, p filter.Path, v any) {
	list, is := v.([]any)
	if !is {
		list = []any{v}
	}
	for _, v := range list {
		element := searchElement{}
		object, is := v.(map[string]any)
		if !is {
			element.put("value", schema.Kind(p), v)
		}
		for name, sub := range object {
			at := p
			at.Sub = name
			element.put(strings.ToLower(name), schema.Kind(at), sub)
		}
		if len(element) > 0 {
			search[searchKey(p)] = append(search[searchKey(p)], element)
		}
	}
}

func (e searchElement) put(name string, kind filter.Kind, v any) {
	if text := searchText(kind, v); text != "" {
		e[name] = text
	}
}

// searchText returns a value in the form in which filters compare it, "" if they
// do not.
func searchText(kind filter.Kind, v any) string {
	if kind == filter.Boolean {
		if b, is := filter.AsBool(v); is {
			return strconv.FormatBool(b)
		}
		return ""
	}
	text, is := v.(string)
	switch {
	case !is:
		return ""
	case kind == filter.Exact:
		return cleanNUL(text)
	default:
		return cleanNUL(filter.Fold(text))
	}
}

// cleanNUL replaces NUL, which PostgreSQL does not store.
func cleanNUL(text string) string { return strings.ReplaceAll(text, "\x00", "\uFFFD") }
