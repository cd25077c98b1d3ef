package scim

import (
	"reflect"
	"slices"

	"gatehouse/scim/filter"
)

// attribute applies an operation to an attribute that a schema describes. The
// path is canonical.
func (p *patcher) attribute(op opName, target filter.Target, v any) *Error {
	whole := target.Path
	whole.Sub = ""
	_, parent := p.t.attribute(whole)
	if parent.MultiValued {
		return p.list(op, parent, whole, target, v)
	}
	if target.Filter != nil {
		return badRequest(InvalidPath, "%s has one value, so there is nothing to filter.", whole)
	}
	if op == opRemove {
		p.doc.put(target.Path, nil)
		return nil
	}
	_, a := p.t.attribute(target.Path)
	normalized, refused := normalize(a, target.Path.String(), v)
	if refused != nil {
		return refused
	}
	if normalized == nil && a.Required {
		return badRequest(Mutability, "%s is required and cannot be removed.", target.Path)
	}
	if object, is := normalized.(map[string]any); is {
		normalized = p.merged(a, target.Path, object, v)
	}
	p.doc.put(target.Path, normalized)
	return nil
}

// merged returns a complex value after add or replace: sub-attributes that are
// not mentioned stay, those that are sent without a value are removed (RFC 7644,
// section 3.5.2.3).
func (p *patcher) merged(a *attribute, path filter.Path, object map[string]any, sent any) map[string]any {
	old, _ := p.doc.get(path).(map[string]any)
	merged := merge(old, object)
	if given, is := bareValue(unwrapped(sent)).(map[string]any); is {
		for name, v := range given {
			if sub := find(a.SubAttributes, name); sub != nil && saysNothing(v) {
				delete(merged, sub.Name)
			}
		}
	}
	return merged
}

// list applies an operation to a multi-valued attribute.
func (p *patcher) list(op opName, a *attribute, whole filter.Path, target filter.Target, v any) *Error {
	list, _ := p.doc.get(whole).([]any)
	if refused := p.spend(listWork(op, target, list, v)); refused != nil {
		return refused
	}
	change := listChange{
		attribute: a,
		place:     target.String(),
		sub:       target.Path.Sub,
		list:      list,
	}
	if target.Filter != nil {
		expr, unknown := p.t.canonical(target.Filter, whole)
		if unknown != "" {
			return badRequest(InvalidPath, "%s has no sub-attribute %q.", whole, unknown)
		}
		change.filter = expr
		change.matches = func(element any) bool {
			in := map[string]any{a.Name: []any{element}}
			return filter.Match(filter.Element{
				Path:   filter.Path{Name: a.Name},
				Filter: expr,
			}, in, p.t.Kind)
		}
	}
	if refused := change.apply(op, v); refused != nil {
		return refused
	}
	if len(change.list) == 0 {
		p.doc.put(whole, nil)
		return nil
	}
	p.doc.put(whole, change.list)
	return nil
}

// listWork returns how many values an operation on a list looks at: a filter looks at
// each element for each of its comparisons, and a value that is added or removed is
// compared with each element. Long texts count by their length.
func listWork(op opName, target filter.Target, list []any, sent any) int {
	elements := 0
	for _, element := range list {
		elements++
		object, _ := element.(map[string]any)
		for _, v := range object {
			text, _ := v.(string)
			elements += len(text) / 8
		}
	}
	values := len(wrapped(sent))
	switch {
	case target.Filter != nil:
		return values + elements*comparisons(target.Filter)
	case target.Path.Sub != "" || op == opReplace:
		return values + elements
	default:
		return elements + values*(elements+values)
	}
}

// comparisons returns the number of comparisons of a filter.
func comparisons(e filter.Expr) int {
	n := 1
	var parts []filter.Expr
	switch e := e.(type) {
	case filter.All:
		parts = e
	case filter.Any:
		parts = e
	case filter.Not:
		return comparisons(e.Expr)
	}
	for _, part := range parts {
		n += comparisons(part)
	}
	return n
}

// listChange is an operation on the elements of a multi-valued attribute.
type listChange struct {
	attribute *attribute
	place     string
	sub       string         // "" for whole elements
	filter    filter.Expr    // nil for all elements
	matches   func(any) bool // nil for all elements
	list      []any
}

func (c *listChange) apply(op opName, v any) *Error {
	switch {
	case op == opRemove && c.sub != "":
		return c.setSub(opRemove, nil)
	case op == opRemove:
		return c.remove(v)
	case c.sub != "":
		return c.setSub(op, v)
	case c.matches != nil:
		return c.mergeInto(v)
	case op == opReplace:
		return c.replaceAll(v)
	default:
		return c.add(v)
	}
}

func (c *listChange) selected(element any) bool {
	return c.matches == nil || c.matches(element)
}

// remove removes the elements that match the filter. With a list of values it
// removes those alone: Entra ID, JumpCloud and OneLogin send one. An empty list
// removes nothing.
func (c *listChange) remove(v any) *Error {
	var named []any
	if v != nil {
		normalized, refused := normalizeList(c.attribute, c.place, v)
		if refused != nil {
			return refused
		}
		named, _ = normalized.([]any)
	}
	c.list = slices.DeleteFunc(c.list, func(element any) bool {
		if !c.selected(element) {
			return false
		}
		return v == nil || slices.ContainsFunc(named, func(n any) bool { return sameElement(n, element) })
	})
	return nil
}

// sameElement reports whether a value that a client sent names an element: its
// "value" where it has one, otherwise all that was sent.
func sameElement(sent, element any) bool {
	a, isObject := sent.(map[string]any)
	b, alsoObject := element.(map[string]any)
	if !isObject || !alsoObject {
		return reflect.DeepEqual(sent, element)
	}
	if a["value"] != nil {
		return a["value"] == b["value"] && (a["type"] == nil || a["type"] == b["type"])
	}
	for name, v := range a {
		if !reflect.DeepEqual(v, b[name]) {
			return false
		}
	}
	return true
}

// setSub sets or removes a sub-attribute of the elements selected. If none is,
// the element that the filter describes is made.
func (c *listChange) setSub(op opName, v any) *Error {
	sub := find(c.attribute.SubAttributes, c.sub)
	normalized, refused := normalize(sub, c.place, v)
	if refused != nil {
		return refused
	}
	found := -1
	for i, element := range c.list {
		if object, is := element.(map[string]any); is && c.selected(element) {
			found = i
			setMember(object, sub.Name, normalized)
		}
	}
	if found < 0 && op != opRemove && normalized != nil {
		if refused := c.create(sub.Name, normalized); refused != nil {
			return refused
		}
		found = len(c.list) - 1
	}
	c.list = slices.DeleteFunc(c.list, func(element any) bool { return isBare(element) })
	keepOnePrimary(c.list, min(max(found, 0), len(c.list)))
	return nil
}

// isBare reports whether an element has lost all that identifies a value: Entra
// ID clears an address by clearing its parts one by one.
func isBare(element any) bool {
	object, is := element.(map[string]any)
	if !is {
		return false
	}
	for name := range object {
		if name != "type" && name != "primary" && name != "display" {
			return false
		}
	}
	return true
}

func setMember(object map[string]any, name string, v any) {
	if v == nil {
		delete(object, name)
		return
	}
	object[name] = v
}

// create appends the element that the filter describes, with one sub-attribute
// more.
func (c *listChange) create(sub string, v any) *Error {
	described := map[string]any{}
	if c.filter != nil {
		var is bool
		if described, is = elementOf(c.filter); !is {
			return badRequest(NoTarget, "no value matches the filter.")
		}
	}
	described[sub] = v
	normalized, refused := normalizeOne(c.attribute, c.place, described)
	if refused != nil {
		return refused
	}
	c.list = append(c.list, normalized)
	return nil
}

// mergeInto changes the elements that match a filter.
func (c *listChange) mergeInto(v any) *Error {
	normalized, refused := normalizeOne(c.attribute, c.place, unwrapped(v))
	if refused != nil {
		return refused
	}
	object, _ := normalized.(map[string]any)
	found := -1
	for i, element := range c.list {
		old, is := element.(map[string]any)
		if is && c.matches(element) {
			found = i
			c.list[i] = merge(old, object)
		}
	}
	if found < 0 {
		return badRequest(NoTarget, "no value matches the filter.")
	}
	keepOnePrimary(c.list, found)
	return nil
}

func (c *listChange) replaceAll(v any) *Error {
	normalized, refused := normalize(c.attribute, c.place, v)
	c.list, _ = normalized.([]any)
	return refused
}

// add appends the elements that are not there yet.
func (c *listChange) add(v any) *Error {
	normalized, refused := normalize(c.attribute, c.place, v)
	if refused != nil {
		return refused
	}
	added, _ := normalized.([]any)
	before := len(c.list)
	for _, element := range added {
		if !slices.ContainsFunc(c.list, func(old any) bool { return reflect.DeepEqual(old, element) }) {
			c.list = append(c.list, element)
		}
	}
	keepOnePrimary(c.list, before)
	return nil
}
