package scim

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// read decodes JSON of a test.
func read(t *testing.T, text string) map[string]any {
	t.Helper()
	object, err := Read([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return object
}

func operations(t *testing.T, list string) []Operation {
	t.Helper()
	ops, err := Operations(read(t, `{"Operations": [`+list+`]}`), 1000)
	if err != nil {
		t.Fatalf("%s: %v", list, err)
	}
	return ops
}

func document(t *testing.T, of *Type, text string) Document {
	t.Helper()
	doc, err := of.Document(read(t, text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return doc
}

func encode(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

const jensen = `{
	"userName": "bjensen", "displayName": "Babs", "title": "Guide", "active": true,
	"name": {"familyName": "Jensen", "givenName": "Barbara"},
	"emails": [
		{"type": "work", "value": "b@example.test", "primary": true},
		{"type": "home", "value": "b@home.test"}
	],
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Sales", "manager": {"value": "m1"}},
	"urn:acme:2.0:Badge": {"color": "red", "level": 3}
}`

// TestPatch lists what an operation makes of the user above: the members of the
// document that differ, null for one that is gone.
func TestPatch(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ ops, want string }{
		"Entra, flag off, one operation for each attribute": {
			`{"op": "Replace", "path": "displayName", "value": "B"},
			 {"op": "Add", "path": "name.familyName", "value": "J"}`,
			`{"displayName": "B", "name": {"familyName": "J", "givenName": "Barbara"}}`,
		},
		"Entra, flag off, disable": {
			`{"op": "Replace", "path": "active", "value": "False"}`,
			`{"active": false}`,
		},
		"Entra, flag on, disable": {
			`{"op": "replace", "value": {"active": false}}`,
			`{"active": false}`,
		},
		"Keycloak, disable with a string": {
			`{"op": "replace", "value": {"active": "false"}}`,
			`{"active": false}`,
		},
		"Entra, flag on, dotted names and URNs": {
			`{"op": "replace", "value": {
				"id": "u1", "displayName": "B", "name.givenName": "Bar", "unknown": 1, "meta": {"version": "x"},
				"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": "Ops",
				"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.division": "West"}}`,
			`{"displayName": "B", "name": {"familyName": "Jensen", "givenName": "Bar"},
			  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
			  	{"department": "Ops", "division": "West", "manager": {"value": "m1"}}}`,
		},
		"a path with the URN of the core schema": {
			`{"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:title", "value": "Chief"}`,
			`{"title": "Chief"}`,
		},
		"value path that matches": {
			`{"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "new@example.test"}`,
			`{"emails": [{"type": "work", "value": "new@example.test", "primary": true},
				{"type": "home", "value": "b@home.test"}]}`,
		},
		"value path that matches nothing makes the element": {
			`{"op": "Replace", "path": "addresses[type eq \"work\"].locality", "value": "Bonn"}`,
			`{"addresses": [{"type": "work", "locality": "Bonn"}]}`,
		},
		"value path with a boolean as a string": {
			`{"op": "Add", "path": "roles[primary eq \"True\"].value", "value": "admin"},
			 {"op": "Add", "path": "roles[primary eq \"True\"].value", "value": "owner"}`,
			`{"roles": [{"primary": true, "value": "owner"}]}`,
		},
		"value path without a sub-attribute merges": {
			`{"op": "replace", "path": "emails[type eq \"home\"]", "value": {"primary": true}}`,
			`{"emails": [{"type": "work", "value": "b@example.test", "primary": false},
				{"type": "home", "value": "b@home.test", "primary": true}]}`,
		},
		"remove an element": {
			`{"op": "remove", "path": "emails[type eq \"work\"]"}`,
			`{"emails": [{"type": "home", "value": "b@home.test"}]}`,
		},
		"remove an element twice": {
			`{"op": "remove", "path": "emails[type eq \"work\"]"}, {"op": "remove", "path": "emails[type eq \"work\"]"}`,
			`{"emails": [{"type": "home", "value": "b@home.test"}]}`,
		},
		"remove elements by value": {
			`{"op": "Remove", "path": "emails", "value": [{"value": "b@home.test"}]}`,
			`{"emails": [{"type": "work", "value": "b@example.test", "primary": true}]}`,
		},
		"remove with an empty list removes nothing": {
			`{"op": "Remove", "path": "emails", "value": []}`, `{}`,
		},
		"remove all elements": {
			`{"op": "Remove", "path": "emails"}`, `{"emails": null}`,
		},
		"clear the only part of an element": {
			`{"op": "replace", "path": "emails[type eq \"home\"].value", "value": ""}`,
			`{"emails": [{"type": "work", "value": "b@example.test", "primary": true}]}`,
		},
		"add an element twice": {
			`{"op": "add", "path": "phoneNumbers", "value": [{"value": "1"}]},
			 {"op": "add", "path": "phoneNumbers", "value": {"value": "1"}}`,
			`{"phoneNumbers": [{"value": "1"}]}`,
		},
		"add a primary element": {
			`{"op": "add", "path": "emails", "value": {"value": "c@example.test", "primary": "True"}}`,
			`{"emails": [{"type": "work", "value": "b@example.test", "primary": false},
				{"type": "home", "value": "b@home.test"}, {"value": "c@example.test", "primary": true}]}`,
		},
		"replace a list": {
			`{"op": "replace", "path": "emails", "value": [{"value": "c@example.test", "bogus": 1}, null]}`,
			`{"emails": [{"value": "c@example.test"}]}`,
		},
		"replace a complex attribute merges": {
			`{"op": "replace", "path": "name", "value": {"givenName": "B", "familyName": null}}`,
			`{"name": {"givenName": "B"}}`,
		},
		"set the manager by a string": {
			`{"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", "value": "m2"}`,
			`{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
				{"department": "Sales", "manager": {"value": "m2"}}}`,
		},
		"set the manager by a list": {
			`{"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
				"value": [{"$ref": "../Users/m2", "value": "m2"}]}`,
			`{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
				{"department": "Sales", "manager": {"$ref": "../Users/m2", "value": "m2"}}}`,
		},
		"remove the manager by an empty string": {
			`{"op": "Replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", "value": ""}`,
			`{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Sales"}}`,
		},
		"remove an extension": {
			`{"op": "remove", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"}`,
			`{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": null}`,
		},
		"merge an extension": {
			`{"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
				"value": {"costCenter": 17}}`,
			`{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
				{"department": "Sales", "costCenter": "17", "manager": {"value": "m1"}}}`,
		},
		"an unknown extension, by attribute and as a whole": {
			`{"op": "replace", "path": "urn:acme:2.0:Badge:color", "value": "blue"},
			 {"op": "add", "path": "urn:acme:2.0:Badge", "value": {"shape": "round"}},
			 {"op": "add", "value": {"urn:other:1.0:Thing": {"a": [1]}}}`,
			`{"urn:acme:2.0:Badge": {"color": "blue", "level": 3, "shape": "round"}, "urn:other:1.0:Thing": {"a": [1]}}`,
		},
		"null and empty values remove": {
			`{"op": "replace", "path": "title", "value": null}, {"op": "replace", "value": {"displayName": ""}}`,
			`{"title": null, "displayName": null}`,
		},
		"an operation sees what the one before did": {
			`{"op": "remove", "path": "emails"}, {"op": "add", "path": "emails", "value": [{"value": "n@example.test"}]}`,
			`{"emails": [{"value": "n@example.test"}]}`,
		},
		"names in another letter case": {
			`{"OP": "ADD", "PATH": "NAME.FAMILYNAME", "VALUE": "J"}`,
			`{"name": {"familyName": "J", "givenName": "Barbara"}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := document(t, Users(), jensen)
			was := encode(t, before)
			want := document(t, Users(), jensen)
			for name, v := range read(t, test.want) {
				if v == nil {
					delete(want, name)
					continue
				}
				want[name] = v
			}
			got, err := Users().Patch(before, "u1", operations(t, test.ops))
			if err != nil {
				t.Fatal(err)
			}
			if encode(t, got) != encode(t, want) {
				t.Errorf("got  %s\nwant %s", encode(t, got), encode(t, want))
			}
			if encode(t, before) != was {
				t.Errorf(
					"the document that was patched changed: %s", encode(t, before),
				)
			}
		})
	}
}

func TestPatchRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ ops, want string }{
		{
			`{"op": "remove"}`,
			`400 noTarget: Operations[0] (remove): remove needs a path.`,
		},
		{
			`{"op": "add", "path": "nope", "value": 1}`,
			`400 invalidPath`,
		},
		{
			`{"op": "add", "path": "name.nope", "value": 1}`,
			`400 invalidPath`,
		},
		{
			`{"op": "add", "path": "emails[", "value": 1}`,
			`400 invalidPath`,
		},
		{
			`{"op": "add", "path": "emails[nope eq 1].value", "value": "x"}`,
			`400 invalidPath`,
		},
		{
			`{"op": "add", "path": "title[value eq 1]", "value": "x"}`,
			`400 invalidPath`,
		},
		{
			`{"op": "replace", "path": "emails[value co \"zz\"].type", "value": "x"}`,
			`400 noTarget`,
		},
		{
			`{"op": "replace", "path": "emails[type eq \"x\"]", "value": {"value": "y"}}`,
			`400 noTarget`,
		},
		{
			`{"op": "replace", "path": "id", "value": "x"}`,
			`400 mutability`,
		},
		{
			`{"op": "replace", "path": "meta.created", "value": "x"}`,
			`400 mutability`,
		},
		{
			`{"op": "add", "path": "groups", "value": [{"value": "g"}]}`,
			`400 mutability`,
		},
		{
			`{"op": "replace", "value": {"id": "other"}}`,
			`400 mutability`,
		},
		{
			`{"op": "remove", "path": "userName"}`,
			`400 mutability`,
		},
		{
			`{"op": "replace", "path": "userName", "value": ""}`,
			`400 mutability`,
		},
		{
			`{"op": "replace", "path": "active", "value": "maybe"}`,
			`400 invalidValue`,
		},
		{
			`{"op": "replace", "path": "title", "value": {"a": 1}}`,
			`400 invalidValue`,
		},
		{
			`{"op": "replace", "path": "title", "value": true}`,
			`400 invalidValue`,
		},
		{
			`{"op": "replace", "value": "x"}`,
			`400 invalidValue`,
		},
		{
			`{"op": "replace", "path": "displayName", "value": "ok"}, {"op": "remove", "path": "nope"}`,
			`Operations[1] (remove, path "nope"): no schema of User has this attribute. Nothing was changed.`,
		},
	} {
		doc := document(t, Users(), jensen)
		was := encode(t, doc)
		_, err := Users().Patch(doc, "u1", operations(t, c.ops))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, c.want %s", c.ops, err, c.want)
		}
		if encode(t, doc) != was {
			t.Errorf("%s changed the document although it was refused", c.ops)
		}
	}
}

func TestOperationsRefuses(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{}`:                                         `invalidSyntax`,
		`{"Operations": []}`:                         `invalidSyntax`,
		`{"Operations": {"op": "add"}}`:              `invalidSyntax`,
		`{"Operations": ["add"]}`:                    `invalidSyntax`,
		`{"Operations": [{"op": "move"}]}`:           `op "move" is not one of add, replace and remove`,
		`{"Operations": [{"op": 1}]}`:                `op "" is not one`,
		`{"Operations": [{"op": "add", "path": 1}]}`: `invalidPath`,
		`{"Operations": [{"op": "add"}, {"op": "add"}, {"op": "add"}]}`: `413: 3 operations are too many; send at most 2`,
	} {
		if _, err := Operations(read(t, body), 2); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
	}
}

func TestPatchGroup(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		ops  string
		want MemberChange
	}{
		"Entra adds members": {
			`{"op": "Add", "path": "members", "value": [{"$ref": null, "value": "a"}, {"$ref": null, "value": "b"}]}`,
			MemberChange{Add: []string{"a", "b"}},
		},
		"Entra removes members, flag off": {
			`{"op": "Remove", "path": "members", "value": [{"$ref": null, "value": "a"}]}`,
			MemberChange{Remove: []string{"a"}},
		},
		"Entra removes members, flag on": {
			`{"op": "remove", "path": "members[value eq \"a\"]"}, {"op": "remove", "path": "members[value eq \"b\"]"}`,
			MemberChange{Remove: []string{"a", "b"}},
		},
		"members chosen with or": {
			`{"op": "remove", "path": "members[value eq \"a\" or value eq \"b\"]"}`,
			MemberChange{Remove: []string{"a", "b"}},
		},
		"an empty list removes no one": {
			`{"op": "Remove", "path": "members", "value": []}`, MemberChange{},
		},
		"remove without a value empties": {
			`{"op": "Remove", "path": "members"}`, MemberChange{Replace: true},
		},
		"Okta pushes the whole list": {
			`{"op": "replace", "path": "members", "value": [{"value": "a", "display": "A"}]}`,
			MemberChange{
				Replace: true,
				Add:     []string{"a"},
			},
		},
		"Okta pushes an empty group": {
			`{"op": "replace", "value": {"id": "g1", "displayName": "Ops", "members": []}}`,
			MemberChange{Replace: true},
		},
		"Okta renames": {
			`{"op": "replace", "value": {"id": "g1", "displayName": "Operations"}}`, MemberChange{},
		},
		"the last word counts": {
			`{"op": "add", "path": "members", "value": [{"value": "a"}, {"value": "b"}]},
			 {"op": "remove", "path": "members", "value": [{"value": "a"}]},
			 {"op": "remove", "path": "members", "value": [{"value": "c"}]},
			 {"op": "add", "path": "members", "value": {"value": "c"}}`,
			MemberChange{
				Add:    []string{"b", "c"},
				Remove: []string{"a"},
			},
		},
		"replace, then remove": {
			`{"op": "add", "path": "members", "value": "z"},
			 {"op": "replace", "path": "members", "value": [{"value": "a"}, {"value": "b"}]},
			 {"op": "remove", "path": "members[value eq \"a\"]"}`,
			MemberChange{
				Replace: true,
				Add:     []string{"b"},
			},
		},
		"doubles, numbers and bare strings": {
			`{"op": "add", "path": "members", "value": ["a", {"value": "a"}, {"VALUE": 7}, null]}`,
			MemberChange{Add: []string{"a", "7"}},
		},
		"groups are noted": {
			`{"op": "add", "path": "members", "value": [{"value": "g2", "type": "Group"}, {"value": "a"},
				{"value": "g3", "$ref": "https://sso.test/scim/v2/connections/c/Groups/g3"}]}`,
			MemberChange{
				Add:    []string{"a"},
				Nested: []string{"g2", "g3"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := document(t, Groups(), `{"displayName": "Ops", "externalId": "x"}`)
			_, got, err := PatchGroup(doc, "g1", operations(t, test.ops))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestPatchGroupRefuses(t *testing.T) {
	t.Parallel()
	for ops, want := range map[string]string{
		`{"op": "add", "path": "members", "value": [{"display": "A"}]}`:                  `invalidValue`,
		`{"op": "add", "path": "members", "value": [{"value": true}]}`:                   `invalidValue`,
		`{"op": "add", "path": "members", "value": [7.5, [1]]}`:                          `invalidValue`,
		`{"op": "remove", "path": "members[display eq \"A\"]"}`:                          `invalidFilter`,
		`{"op": "remove", "path": "members[not (value eq \"a\")]"}`:                      `invalidFilter`,
		`{"op": "add", "path": "members[value eq \"a\"]", "value": {"value": "b"}}`:      `noTarget`,
		`{"op": "remove", "path": "members[value eq \"a\"]", "value": [{"value": "a"}]}`: `invalidValue`,
		`{"op": "replace", "path": "members[value eq \"a\"].display", "value": "A"}`:     `mutability`,
		`{"op": "remove", "path": "displayName"}`:                                        `mutability`,
		`{"op": "replace", "path": "displayName", "value": ""}`:                          `mutability`,
	} {
		doc := document(t, Groups(), `{"displayName": "Ops"}`)
		if _, _, err := PatchGroup(
			doc, "g1", operations(t, ops),
		); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", ops, err, want)
		}
	}
}
