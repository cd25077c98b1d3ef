package scim

import (
	"slices"
	"strings"

	"gatehouse/scim/filter"
)

// Document is a resource in canonical form, without id, meta, groups and
// members: the attributes of the core schema by their names, and each extension
// as an object under its URN.
type Document map[string]any

// Document returns the canonical form of a resource that a client sent in a POST
// or PUT. An error names the attribute.
func (t *Type) Document(body map[string]any) (Document, error) {
	doc := Document{}
	for _, name := range sortedNames(body) {
		if err := t.set(doc, name, body[name]); err != nil {
			return nil, err
		}
	}
	return doc, t.complete(doc)
}

// complete checks that the required attributes are there.
func (t *Type) complete(doc Document) error {
	for i := range t.core.Attributes {
		a := &t.core.Attributes[i]
		if a.Required && doc[a.Name] == nil {
			return badRequest(InvalidValue, "%s is required.", a.Name)
		}
	}
	return nil
}

// set puts one member of a body into the document.
func (t *Type) set(doc Document, name string, v any) error {
	if saysNothing(v) {
		return nil
	}
	if extension := t.extension(name); extension != nil {
		return setExtension(doc, extension, v)
	}
	if _, isObject := v.(map[string]any); isObject && isURN(name) {
		doc[name] = v
		return nil
	}
	path, err := filter.ParsePath(name)
	if err != nil {
		return nil //nolint:nilerr // no attribute has such a name, and unknown ones are ignored
	}
	path, a := t.attribute(path)
	if a == nil || a.readOnly() || path.Is("members", "") {
		return nil
	}
	normalized, refused := normalize(a, path.String(), v)
	if refused != nil {
		return refused
	}
	doc.put(path, normalized)
	return nil
}

func setExtension(doc Document, extension *schema, v any) error {
	object, is := v.(map[string]any)
	if !is {
		return badRequest(InvalidValue, "%s: an object is expected.", extension.ID)
	}
	normalized, refused := normalizeObject(extension.Attributes, extension.ID+":", object)
	if refused != nil {
		return refused
	}
	if len(normalized) > 0 {
		doc[extension.ID] = normalized
	}
	return nil
}

func isURN(name string) bool {
	return len(name) > len("urn:") && strings.EqualFold(name[:len("urn:")], "urn:")
}

// put sets an attribute, or a sub-attribute of a single complex one. A value
// that says nothing removes it.
func (d Document) put(p filter.Path, v any) {
	target := map[string]any(d)
	var parents []string
	if p.URN != "" {
		parents = append(parents, p.URN)
	}
	name := p.Name
	if p.Sub != "" {
		parents, name = append(parents, p.Name), p.Sub
	}
	putBelow(target, parents, name, v)
}

// putBelow sets a member of an object inside others, makes those that are
// missing, and removes those that are left empty.
func putBelow(object map[string]any, parents []string, name string, v any) {
	if len(parents) == 0 {
		if saysNothing(v) {
			delete(object, name)
			return
		}
		object[name] = v
		return
	}
	inner, is := object[parents[0]].(map[string]any)
	if !is {
		inner = map[string]any{}
	}
	putBelow(inner, parents[1:], name, v)
	object[parents[0]] = inner
	if len(inner) == 0 {
		delete(object, parents[0])
	}
}

// get returns the value of an attribute, or of a sub-attribute of a single
// complex one; nil if there is none.
func (d Document) get(p filter.Path) any {
	object := map[string]any(d)
	if p.URN != "" {
		object, _ = object[p.URN].(map[string]any)
	}
	v := object[p.Name]
	if p.Sub == "" {
		return v
	}
	inner, _ := v.(map[string]any)
	return inner[p.Sub]
}

// normalize returns the canonical value of an attribute, nil if the value says
// nothing.
func normalize(a *attribute, place string, v any) (any, *Error) {
	if saysNothing(v) {
		return nil, nil //nolint:nilnil // no value is a value
	}
	if a.MultiValued {
		return normalizeList(a, place, v)
	}
	return normalizeOne(a, place, unwrapped(v))
}

func normalizeList(a *attribute, place string, v any) (any, *Error) {
	var list []any
	for _, element := range wrapped(v) {
		normalized, refused := normalizeOne(a, place, element)
		if refused != nil {
			return nil, refused
		}
		if !saysNothing(normalized) {
			list = append(list, normalized)
		}
	}
	keepOnePrimary(list, 0)
	if len(list) == 0 {
		return nil, nil //nolint:nilnil // no value is a value
	}
	return list, nil
}

func normalizeOne(a *attribute, place string, v any) (any, *Error) {
	if saysNothing(v) {
		return nil, nil //nolint:nilnil // no value is a value
	}
	switch a.Type {
	case complexType:
		object, is := bareValue(v).(map[string]any)
		if !is {
			return nil, badRequest(InvalidValue, "%s: an object is expected.", place)
		}
		return normalizeObject(a.SubAttributes, place+".", object)
	case booleanType:
		b, is := stringBoolean(v)
		if !is {
			return nil, badRequest(InvalidValue, "%s: true or false is expected.", place)
		}
		return b, nil
	default:
		return normalizeText(place, v)
	}
}

func normalizeText(place string, v any) (any, *Error) {
	if s, is := v.(string); is {
		if _, err := readText(s); err != nil { // from a filter: a body with one is refused
			return nil, badRequest(InvalidValue, "%s: a text has a NUL character.", place)
		}
		return s, nil
	}
	if s, is := numberText(v); is {
		return s, nil
	}
	return nil, badRequest(InvalidValue, "%s: a string is expected.", place)
}

// normalizeObject returns the canonical form of an object; unknown members are
// dropped.
func normalizeObject(attributes []attribute, place string, in map[string]any) (map[string]any, *Error) {
	out := map[string]any{}
	for _, name := range sortedNames(in) {
		a := find(attributes, name)
		if a == nil {
			continue
		}
		v, refused := normalize(a, place+a.Name, in[name])
		if refused != nil {
			return nil, refused
		}
		if !saysNothing(v) {
			out[a.Name] = v
		}
	}
	return out, nil
}

// keepOnePrimary leaves at most one element of a list primary (RFC 7643, section
// 2.4): of those at or behind index from the first one, else the first of all.
func keepOnePrimary(list []any, from int) {
	chosen := -1
	for _, indexes := range [][2]int{{from, len(list)}, {0, from}} {
		for i := indexes[0]; i < indexes[1] && chosen < 0; i++ {
			if isPrimary(list[i]) {
				chosen = i
			}
		}
	}
	for i, element := range list {
		if i != chosen && isPrimary(element) {
			element.(map[string]any)["primary"] = false
		}
	}
}

func isPrimary(element any) bool {
	object, _ := element.(map[string]any)
	return object["primary"] == true
}

// clone returns a deep copy of decoded JSON.
func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		object := make(map[string]any, len(v))
		for name, member := range v {
			object[name] = clone(member)
		}
		return object
	case []any:
		list := make([]any, len(v))
		for i, element := range v {
			list[i] = clone(element)
		}
		return list
	default:
		return v
	}
}

// sortedNames makes errors and results independent of the order of a map.
func sortedNames(object map[string]any) []string {
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
