package scim

import "testing"

// FuzzPatch checks that no request breaks a document: what PATCH makes is
// canonical, and a second time the same operations that set values change
// nothing more than their lists.
func FuzzPatch(f *testing.F) {
	f.Add(
		[]byte(jensen),
		[]byte(`{"Operations": [{"op": "Add", "path": "emails[type eq \"x\"].value", "value": "y"}]}`),
	)
	f.Add([]byte(`{"userName": "a"}`), []byte(`{"Operations": [{"op": "replace", "value": {"name.givenName": "x"}}]}`))
	f.Add(
		[]byte(`{"userName": "a"}`),
		[]byte(`{"Operations": [{"op": "remove", "path": "roles[primary eq \"True\"]"}]}`),
	)
	f.Add(
		[]byte(`{"userName": "a", "urn:x:y": {"a": 1}}`),
		[]byte(`{"Operations": [{"op": "add", "value": {"urn:x:y": {"A": 2}}}, {"op": "add", "path": "URN:x:y:B", "value": 2}]}`),
	)
	f.Add([]byte(`{"displayName": "a"}`), []byte(`{"Operations": [{"op": "add", "path": "members", "value": ["x"]}]}`))
	f.Fuzz(func(t *testing.T, resource, patch []byte) {
		body, err := Read(resource)
		if err != nil {
			return
		}
		request, err := Read(patch)
		if err != nil {
			return
		}
		ops, err := Operations(request, 100)
		if err != nil {
			return
		}
		for _, of := range []*Type{Users(), Groups()} {
			doc, err := of.Document(body)
			if err != nil {
				continue
			}
			checkPatch(t, of, doc, ops)
		}
	})
}

func checkPatch(t *testing.T, of *Type, doc Document, ops []Operation) {
	t.Helper()
	before := encode(t, doc)
	patched, err := of.Patch(doc, "u1", ops)
	if of == Groups() {
		var change MemberChange
		patched, change, err = PatchGroup(doc, "u1", ops)
		checkDisjoint(t, change)
	}
	if got := encode(t, doc); got != before {
		t.Fatalf("the document changed from %s to %s", before, got)
	}
	if err != nil {
		return
	}
	after := encode(t, patched)
	if _, err := Read([]byte(after)); err != nil {
		t.Fatalf("%s cannot be read again: %v", after, err)
	}
	again, err := of.Document(clone(map[string]any(patched)).(map[string]any))
	if err != nil {
		t.Fatalf("%s is not accepted again: %v", after, err)
	}
	if got := encode(t, again); got != after {
		t.Fatalf("the document is not canonical:\n%s\nread again\n%s", after, got)
	}
}

func checkDisjoint(t *testing.T, change MemberChange) {
	t.Helper()
	seen := map[string]bool{}
	for _, ids := range [][]string{change.Add, change.Remove} {
		for _, id := range ids {
			if seen[id] || id == "" {
				t.Fatalf("%q is twice, or empty, in %+v", id, change)
			}
			seen[id] = true
		}
	}
}
