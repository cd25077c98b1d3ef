package scim

import (
	"encoding/json"
	"strings"

	"gatehouse/scim/filter"
)

// MemberChange is what a request says about the members of a group: its size is
// that of the request. No id is in both lists, and none is there twice.
type MemberChange struct {
	Replace bool     // the members are those of Add, and no others
	Add     []string // ids, in the order in which they were sent
	Remove  []string // empty with Replace
	Nested  []string // ids that were sent as groups: they are noted and not added
}

// Members returns the members of a group that a client sent in a POST or PUT.
// present is false if the body does not mention members.
func Members(body map[string]any) (change MemberChange, present bool, err error) {
	key, v := filter.Lookup(body, "members")
	fold := newMemberFold()
	if refused := fold.set(v); refused != nil {
		return MemberChange{}, true, refused.in("members")
	}
	return fold.change(), key != "", nil
}

// memberFold folds operations about members, in their order, into one change.
type memberFold struct {
	replace     bool
	add, remove *idSet
	nested      *idSet
}

func newMemberFold() *memberFold {
	return &memberFold{
		add:    newIDSet(),
		remove: newIDSet(),
		nested: newIDSet(),
	}
}

func (f *memberFold) change() MemberChange {
	return MemberChange{
		Replace: f.replace,
		Add:     f.add.list(),
		Remove:  f.remove.list(),
		Nested:  f.nested.list(),
	}
}

func (f *memberFold) operation(op opName, target filter.Target, v any) *Error {
	if target.Path.Sub != "" {
		return badRequest(Mutability, "what is known of a member is not changed by way of a group.")
	}
	if target.Filter != nil {
		return f.filtered(op, target.Filter, v)
	}
	switch op {
	case opReplace:
		return f.set(v)
	case opRemove:
		return f.removed(v)
	default:
		ids, refused := f.read(v)
		f.addAll(ids)
		return refused
	}
}

// filtered removes the members that a filter names. Entra ID with its flag and
// Okta send one operation for each: members[value eq "id"].
func (f *memberFold) filtered(op opName, e filter.Expr, v any) *Error {
	ids, is := valuesNamed(e)
	if !is {
		return badRequest(InvalidFilter, `members can be chosen by value eq "id" alone.`)
	}
	if op != opRemove {
		return badRequest(NoTarget, "a member is added by its id: path members, value [{value: id}].")
	}
	if !saysNothing(v) {
		return badRequest(InvalidValue, "remove has no value if its path names the member.")
	}
	f.removeAll(ids)
	return nil
}

// valuesNamed returns the ids of value eq "a" or value eq "b".
func valuesNamed(e filter.Expr) ([]string, bool) {
	switch e := e.(type) {
	case filter.Compare:
		id, is := e.Value.(string)
		return []string{id}, is && e.Op == filter.Equal && e.Path.Is("value", "")
	case filter.Any:
		var all []string
		for _, part := range e {
			ids, is := valuesNamed(part)
			if !is {
				return nil, false
			}
			all = append(all, ids...)
		}
		return all, true
	default:
		return nil, false
	}
}

// set makes the members those of a list. null, "" and [] empty the group.
func (f *memberFold) set(v any) *Error {
	ids, refused := f.read(v)
	if refused != nil {
		return refused
	}
	f.replace = true
	f.add = newIDSet()
	f.remove = newIDSet()
	f.addAll(ids)
	return nil
}

// removed removes the members of a list; without a list it removes all, and an
// empty list removes none.
func (f *memberFold) removed(v any) *Error {
	if v == nil {
		return f.set(nil)
	}
	ids, refused := f.read(v)
	f.removeAll(ids)
	return refused
}

func (f *memberFold) addAll(ids []string) {
	for _, id := range ids {
		f.remove.delete(id)
		f.add.insert(id)
	}
}

func (f *memberFold) removeAll(ids []string) {
	for _, id := range ids {
		f.add.delete(id)
		if !f.replace {
			f.remove.insert(id)
		}
	}
}

// read returns the ids of a list of members. Those sent as groups are put aside.
func (f *memberFold) read(v any) ([]string, *Error) {
	if saysNothing(v) {
		return nil, nil
	}
	var ids []string
	for _, element := range wrapped(v) {
		if element == nil {
			continue
		}
		member, is := bareValue(element).(map[string]any)
		if !is {
			return nil, badRequest(InvalidValue, "a member is an object with the id as its value.")
		}
		id, refused := memberID(member)
		if refused != nil {
			return nil, refused
		}
		if isGroup(member) {
			f.nested.insert(id)
			continue
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func memberID(member map[string]any) (string, *Error) {
	_, v := filter.Lookup(member, "value")
	switch id := v.(type) {
	case string:
		if id != "" {
			return id, nil
		}
	case json.Number:
		return id.String(), nil
	}
	return "", badRequest(InvalidValue, "a member has no id as its value.")
}

// isGroup reports whether a member is a group: by its type, or by its address.
func isGroup(member map[string]any) bool {
	_, t := filter.Lookup(member, "type")
	_, ref := filter.Lookup(member, "$ref")
	name, _ := t.(string)
	address, _ := ref.(string)
	return strings.EqualFold(name, "Group") || strings.Contains(address, "/Groups/")
}

// idSet is a set of ids in the order of their insertion.
type idSet struct {
	order []string
	at    map[string]int // index in order
}

func newIDSet() *idSet {
	return &idSet{at: map[string]int{}}
}

func (s *idSet) insert(id string) {
	if _, is := s.at[id]; !is {
		s.at[id] = len(s.order)
		s.order = append(s.order, id)
	}
}

func (s *idSet) delete(id string) {
	if i, is := s.at[id]; is {
		s.order[i] = "" // no id is empty
		delete(s.at, id)
	}
}

func (s *idSet) list() []string {
	var ids []string
	for _, id := range s.order {
		if id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}
