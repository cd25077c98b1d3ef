package scim

import (
	"slices"
	"strings"
	"time"

	"gatehouse/scim/filter"
)

// Member is a member of a group, or a group of a user, as a resource shows it.
type Member struct {
	ID      string
	Display string
}

// Resource is a resource with what the service knows of it.
type Resource struct {
	ID       string
	Document Document
	Members  []Member // of a group its members, of a user the groups
	Created  time.Time
	Modified time.Time
	Version  string // the ETag, such as W/"7"
}

// Location returns the address of a resource below the base URL of the
// connection.
func (t *Type) Location(base, id string) string {
	return base + t.Endpoint + "/" + id
}

// Render returns a resource as it is sent, to be encoded as JSON. base is the
// base URL of the connection, without a slash at its end.
func (t *Type) Render(base string, r Resource, selection Selection) map[string]any {
	out := map[string]any{
		"schemas": t.schemasOf(r.Document),
		"id":      r.ID,
		"meta": map[string]any{
			"resourceType": t.Name,
			"created":      stamp(r.Created),
			"lastModified": stamp(r.Modified),
			"location":     t.Location(base, r.ID),
			"version":      r.Version,
		},
	}
	for name, v := range r.Document {
		out[name] = v
	}
	if len(r.Members) > 0 {
		out[t.membersName()] = t.renderMembers(base, r.Members, selection)
	}
	return selection.apply(out)
}

// RenderMembers returns members of a group as [Type.Render] shows them, for a
// group whose members are written some at a time.
func (t *Type) RenderMembers(base string, members []Member, selection Selection) []any {
	shown := selection.apply(map[string]any{t.membersName(): t.renderMembers(base, members, selection)})
	list, _ := shown[t.membersName()].([]any)
	return list
}

func stamp(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// membersName returns the attribute in which relations are shown.
func (t *Type) membersName() string {
	if t == users {
		return "groups"
	}
	return "members"
}

// renderMembers returns the members of a group, or the groups of a user. The name
// of a member is shown on request alone: what is read again equals what was
// written, which has no names.
func (t *Type) renderMembers(base string, members []Member, selection Selection) []any {
	named := t == users || selection.requests("members", "display")
	other := users
	if t == users {
		other = groups
	}
	list := make([]any, len(members))
	for i, m := range members {
		object := map[string]any{
			"value": m.ID,
			"$ref":  other.Location(base, m.ID),
		}
		if named && m.Display != "" {
			object["display"] = m.Display
		}
		if t == groups {
			object["type"] = other.Name
		}
		list[i] = object
	}
	return list
}

// schemasOf lists the schemas of a document: the core and the extensions that
// are there.
func (t *Type) schemasOf(doc Document) []string {
	schemas := []string{t.core.ID}
	for _, name := range sortedNames(doc) {
		if isURN(name) {
			schemas = append(schemas, name)
		}
	}
	return schemas
}

// Selection is what of a resource an answer has: the parameters attributes and
// excludedAttributes (RFC 7644, section 3.9).
type Selection struct {
	only     []filter.Path // if not empty, these alone
	excluded []filter.Path
}

// maxSelected is how many attributes a request may select: each is looked for in each
// resource. The schemas have half as many.
const maxSelected = 256

// ParseSelection reads the two parameters: lists of attributes, separated by
// commas. Names that no schema knows select nothing.
func (t *Type) ParseSelection(attributes, excluded string) (Selection, error) {
	switch {
	case attributes != "" && excluded != "":
		return Selection{}, badRequest(InvalidValue, "attributes and excludedAttributes exclude each other.")
	case strings.Count(attributes+excluded, ",") >= maxSelected:
		return Selection{}, badRequest(InvalidValue, "At most %d attributes can be selected.", maxSelected)
	}
	return Selection{
		only:     t.parsePaths(attributes),
		excluded: t.parsePaths(excluded),
	}, nil
}

func (t *Type) parsePaths(list string) []filter.Path {
	var paths []filter.Path
	for text := range strings.SplitSeq(list, ",") {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		if extension := t.extension(text); extension != nil {
			paths = append(paths, filter.Path{URN: extension.ID})
			continue
		}
		path, err := filter.ParsePath(text)
		if err != nil {
			path = filter.Path{Name: text}
		}
		path, _ = t.attribute(path)
		paths = append(paths, path)
	}
	return paths
}

// Shows reports whether an answer has the attribute of a name, so that what it
// leaves out need not be read.
func (s Selection) Shows(name string) bool {
	covers := func(p filter.Path) bool { return p.Is(name, "") }
	if len(s.only) > 0 {
		return slices.ContainsFunc(s.only, func(p filter.Path) bool { return p.Is(name, p.Sub) })
	}
	return !slices.ContainsFunc(s.excluded, covers)
}

// requests reports whether the request names a sub-attribute.
func (s Selection) requests(name, sub string) bool {
	return slices.ContainsFunc(s.only, func(p filter.Path) bool { return p.Is(name, sub) })
}

// IsEmpty reports whether the request selects nothing, so that an answer has the
// whole resource.
func (s Selection) IsEmpty() bool {
	return len(s.only) == 0 && len(s.excluded) == 0
}

// apply returns the selected part of a resource. schemas and id are always
// there.
func (s Selection) apply(resource map[string]any) map[string]any {
	out := resource
	schemas, id := resource["schemas"], resource["id"]
	if len(s.only) > 0 {
		out = map[string]any{}
		for _, p := range s.only {
			includeSteps(out, resource, steps(resource, p))
		}
	}
	for _, p := range s.excluded {
		excludeSteps(out, steps(out, p))
	}
	out["schemas"] = schemas
	out["id"] = id
	return out
}

// steps returns the names that lead to a path. An extension that no schema knows
// is one step, although its URN looks like the path of an attribute.
func steps(resource map[string]any, p filter.Path) []string {
	if whole, _ := filter.Lookup(resource, p.URN+":"+p.Name); whole != "" {
		return []string{whole}
	}
	var names []string
	for _, name := range []string{p.URN, p.Name, p.Sub} {
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

func includeSteps(out, from map[string]any, names []string) {
	key, v := filter.Lookup(from, names[0])
	if key == "" {
		return
	}
	if len(names) == 1 {
		out[key] = v
		return
	}
	switch v := v.(type) {
	case map[string]any:
		inner, is := out[key].(map[string]any)
		if !is {
			inner = map[string]any{}
		}
		includeSteps(inner, v, names[1:])
		if len(inner) > 0 {
			out[key] = inner
		}
	case []any:
		out[key] = includeEach(out[key], v, names[1:])
	}
}

// includeEach includes a sub-attribute in each element of a list.
func includeEach(have any, from []any, names []string) []any {
	list, is := have.([]any)
	if !is {
		list = make([]any, len(from))
		for i := range list {
			list[i] = map[string]any{}
		}
	}
	for i, element := range from {
		source, isObject := element.(map[string]any)
		target, known := list[i].(map[string]any)
		if isObject && known {
			includeSteps(target, source, names)
		}
	}
	return list
}

// excludeSteps removes a path from a resource. Values that are shared with the
// document are copied first.
func excludeSteps(out map[string]any, names []string) {
	key, v := filter.Lookup(out, names[0])
	if key == "" {
		return
	}
	if len(names) == 1 {
		delete(out, key)
		return
	}
	v = clone(v)
	for _, element := range wrapped(v) {
		if object, is := element.(map[string]any); is {
			excludeSteps(object, names[1:])
		}
	}
	out[key] = v
}
