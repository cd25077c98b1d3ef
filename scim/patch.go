package scim

import (
	"fmt"
	"strings"

	"gatehouse/scim/filter"
)

// opName is what an operation does.
type opName string

const (
	opAdd     opName = "add"
	opReplace opName = "replace"
	opRemove  opName = "remove"
)

// Operation is one operation of a PATCH request (RFC 7644, section 3.5.2).
type Operation struct {
	op    opName
	path  string // as sent; "" without one
	value any    // decoded JSON; nil without one
	index int
}

// Operations reads the operations of a PATCH request; at most limit are allowed.
func Operations(body map[string]any, limit int) ([]Operation, error) {
	_, v := filter.Lookup(body, "Operations")
	list, is := v.([]any)
	if !is || len(list) == 0 {
		return nil, badRequest(InvalidSyntax, "The request has no list Operations.")
	}
	if len(list) > limit {
		return nil, tooMuch("%d operations are too many; send at most %d in a request.", len(list), limit)
	}
	operations := make([]Operation, len(list))
	for i, v := range list {
		operation, refused := readOperation(v)
		if refused != nil {
			return nil, refused.in(fmt.Sprintf("Operations[%d]", i))
		}
		operation.index = i
		operations[i] = operation
	}
	return operations, nil
}

func readOperation(v any) (Operation, *Error) {
	object, is := v.(map[string]any)
	if !is {
		return Operation{}, badRequest(InvalidSyntax, "an object is expected")
	}
	_, op := filter.Lookup(object, "op")
	name, _ := op.(string)
	operation := Operation{op: opName(strings.ToLower(name))}
	switch operation.op {
	case opAdd, opReplace, opRemove:
	default:
		return Operation{}, badRequest(InvalidSyntax, "op %q is not one of add, replace and remove", brief(name))
	}
	_, path := filter.Lookup(object, "path")
	if operation.path, is = path.(string); !is && path != nil {
		return Operation{}, badRequest(InvalidPath, "path is not a string")
	}
	_, operation.value = filter.Lookup(object, "value")
	return operation, nil
}

// place names the operation in an error.
func (o Operation) place() string {
	if o.path == "" {
		return fmt.Sprintf("Operations[%d] (%s)", o.index, o.op)
	}
	return fmt.Sprintf("Operations[%d] (%s, path %q)", o.index, o.op, brief(o.path))
}

// patcher applies operations to a document. Members of a group are collected.
type patcher struct {
	t       *Type
	id      string // of the resource
	doc     Document
	members *memberFold // nil for a user
	work    int
}

// maxWork is how many values the operations of a request may look at. Operations on
// long lists compare each value with each other, and a resource is locked meanwhile.
const maxWork = 500_000

// spend counts values that an operation looks at.
func (p *patcher) spend(values int) *Error {
	if p.work += values; p.work > maxWork {
		return tooMuch("the operations compare too many values; send fewer in a request, or replace the whole list.")
	}
	return nil
}

// Patch applies operations to a document in their order and returns a new one;
// doc stays as it is. If one operation is refused, nothing is applied. id is
// that of the resource: clients send it along, and may not change it.
func (t *Type) Patch(doc Document, id string, operations []Operation) (Document, error) {
	p := patcher{
		t:   t,
		id:  id,
		doc: Document(clone(map[string]any(doc)).(map[string]any)),
	}
	return p.doc, p.apply(operations)
}

// PatchGroup is Patch for a group: what is said about its members is returned
// as a change.
func PatchGroup(doc Document, id string, operations []Operation) (Document, MemberChange, error) {
	p := patcher{
		t:       groups,
		id:      id,
		doc:     Document(clone(map[string]any(doc)).(map[string]any)),
		members: newMemberFold(),
	}
	err := p.apply(operations)
	return p.doc, p.members.change(), err
}

func (p *patcher) apply(operations []Operation) error {
	for _, operation := range operations {
		if refused := p.operation(operation); refused != nil {
			refused = refused.in(operation.place())
			refused.Detail += " Nothing was changed."
			return refused
		}
	}
	return p.t.complete(p.doc)
}

func (p *patcher) operation(o Operation) *Error {
	if o.path != "" {
		return p.pathed(o.op, o.path, o.value)
	}
	if o.op == opRemove {
		return badRequest(NoTarget, "remove needs a path.")
	}
	object, is := o.value.(map[string]any)
	if !is {
		return badRequest(InvalidValue, "without a path, value has to be an object.")
	}
	for _, name := range sortedNames(object) {
		if refused := p.pathless(o.op, name, object[name]); refused != nil {
			return refused
		}
	}
	return nil
}

// pathless applies one member of the value of an operation without a path. Its
// name can be a path itself: Entra ID with the flag aadOptscim062020 sends
// "name.givenName" and "urn:…:User:department". As in the body of a PUT, unknown
// and read-only attributes are ignored.
func (p *patcher) pathless(op opName, name string, v any) *Error {
	if strings.EqualFold(name, "id") {
		if v != p.id {
			return badRequest(Mutability, "id cannot be changed.")
		}
		return nil
	}
	if extension := p.t.extension(name); extension != nil || isURN(name) && p.isOpaque(name, v) {
		return p.pathed(op, name, v)
	}
	target, err := filter.ParseTarget(name)
	if err != nil {
		return nil //nolint:nilerr // no attribute has such a name
	}
	path, a := p.t.attribute(target.Path)
	if path.URN == "" && (a == nil || a.readOnly()) {
		return nil
	}
	return p.pathed(op, name, v)
}

// isOpaque reports whether a member is a whole extension that no schema knows.
func (p *patcher) isOpaque(name string, v any) bool {
	_, isObject := v.(map[string]any)
	path, err := filter.ParsePath(name)
	if err != nil {
		return isObject
	}
	_, a := p.t.attribute(path)
	return isObject && a == nil
}

// pathed applies an operation with a path.
func (p *patcher) pathed(op opName, text string, v any) *Error {
	if strings.EqualFold(text, "schemas") {
		return nil // follows from the attributes that are there
	}
	if extension := p.t.extension(text); extension != nil {
		return p.extension(op, extension, v)
	}
	target, err := filter.ParseTarget(text)
	switch {
	case err != nil && isURN(text): // such as urn:acme:2.0
		return p.opaqueNamed(op, text, v, err)
	case err != nil:
		return badRequest(InvalidPath, "the path is %s.", err)
	}
	var a *attribute
	if target.Path, a = p.t.attribute(target.Path); a == nil {
		return p.opaque(op, text, target, v)
	}
	if target.Path.Is("members", target.Path.Sub) && p.members != nil {
		return p.members.operation(op, target, v)
	}
	whole := target.Path
	whole.Sub = ""
	if _, parent := p.t.attribute(whole); parent.readOnly() || a.readOnly() {
		return badRequest(Mutability, "%s is read-only.", target.Path)
	}
	if op == opRemove && a.Required {
		return badRequest(Mutability, "%s is required and cannot be removed.", target.Path)
	}
	return p.attribute(op, target, v)
}

// extension applies an operation to a whole extension that a schema describes.
func (p *patcher) extension(op opName, extension *schema, v any) *Error {
	if op == opRemove || saysNothing(v) {
		delete(p.doc, extension.ID)
		return nil
	}
	object, is := v.(map[string]any)
	if !is {
		return badRequest(InvalidValue, "an object is expected.")
	}
	for _, name := range sortedNames(object) {
		if find(extension.Attributes, name) == nil {
			continue
		}
		if refused := p.pathed(op, extension.ID+":"+name, object[name]); refused != nil {
			return refused
		}
	}
	return nil
}

// opaque applies an operation to an extension that no schema knows, or to an
// attribute of one. Its values are kept as they came.
func (p *patcher) opaque(op opName, text string, target filter.Target, v any) *Error {
	core := strings.EqualFold(target.Path.URN, p.t.core.ID)
	known := p.t.extension(target.Path.URN) != nil
	if target.Path.URN == "" || core || known || target.Filter != nil {
		return badRequest(InvalidPath, "no schema of %s has this attribute.", p.t.Name)
	}
	if refused := p.spend(2 * len(p.doc)); refused != nil { // a name is looked for among all
		return refused
	}
	if key, _ := filter.Lookup(p.doc, text); key != "" || isObject(v) {
		if key == "" {
			key = text
		}
		return p.opaqueWhole(op, key, v)
	}
	if op == opRemove {
		v = nil
	}
	return p.opaqueAttribute(target.Path, v)
}

// opaqueAttribute sets an attribute of an extension that no schema knows. Names that
// are there already, in whatever letter case, stay as they are.
func (p *patcher) opaqueAttribute(path filter.Path, v any) *Error {
	object := map[string]any(p.doc)
	for _, name := range []*string{&path.URN, &path.Name, &path.Sub} {
		if refused := p.spend(len(object)); refused != nil {
			return refused
		}
		key, inner := filter.Lookup(object, *name)
		if key != "" {
			*name = key
		}
		object, _ = inner.(map[string]any)
	}
	p.doc.put(path, v)
	return nil
}

// opaqueNamed applies an operation to a whole extension whose URN cannot be read as
// the path of an attribute.
func (p *patcher) opaqueNamed(op opName, text string, v any, cause error) *Error {
	if refused := p.spend(len(p.doc)); refused != nil {
		return refused
	}
	key, _ := filter.Lookup(p.doc, text)
	switch {
	case key != "":
		return p.opaqueWhole(op, key, v)
	case isObject(v):
		return p.opaqueWhole(op, text, v)
	default:
		return badRequest(InvalidPath, "the path is %s.", cause)
	}
}

func (p *patcher) opaqueWhole(op opName, key string, v any) *Error {
	if op == opRemove || saysNothing(v) {
		delete(p.doc, key)
		return nil
	}
	object, is := v.(map[string]any)
	if !is {
		return badRequest(InvalidValue, "an object is expected.")
	}
	merged, _ := p.doc[key].(map[string]any)
	p.doc[key] = merge(merged, object)
	return p.spend(len(merged) + len(object))
}

func isObject(v any) bool {
	_, is := v.(map[string]any)
	return is
}

// merge returns an object with the members of both; those of change win. A name that
// is there in another letter case stays as it is: no document has a name twice.
func merge(object, change map[string]any) map[string]any {
	merged := make(map[string]any, len(object)+len(change))
	known := make(map[string]string, len(object))
	for name, v := range object {
		merged[name] = v
		known[foldedName(name)] = name
	}
	for name, v := range change {
		if as, is := known[foldedName(name)]; is {
			name = as
		}
		merged[name] = v
	}
	return merged
}
