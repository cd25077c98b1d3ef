package scim

import (
	"fmt"
	"testing"

	"gatehouse/sso"
	"gatehouse/store/storetest"
)

// TestChecklist: each step of the checklist is ticked by the request that shows it,
// and by no other.
func TestChecklist(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite, options{})
	f.signIn("ada@acme.example")
	patch := func(path, op string) reply {
		t.Helper()
		return f.do("PATCH", path, `{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [`+op+`]}`)
	}
	f.ticked()
	ada := "/Users/" + match(f.do("GET", "/Users?filter="+`userName%20eq%20%22ada@acme.example%22`, ""))
	f.want(patch(ada, `{"op": "replace", "path": "externalId", "value": "1"}`), 200)
	f.ticked(sso.UserArrived)
	f.want(patch(ada, `{"op": "replace", "path": "title", "value": "Countess"}`), 200)
	f.ticked(sso.UserArrived, sso.UserUpdated)
	bob := f.want(f.do("POST", "/Users", `{"userName": "bob", "externalId": "2"}`), 201).text("id")
	g := "/Groups/" + f.want(f.do("POST", "/Groups", `{"displayName": "pilot"}`), 201).text("id")
	f.ticked(sso.UserArrived, sso.UserUpdated, sso.GroupArrived)
	f.want(patch(g, fmt.Sprintf(`{"op": "add", "path": "members", "value": [{"value": %q}]}`, bob)), 204)
	f.want(patch(g, fmt.Sprintf(`{"op": "remove", "path": "members[value eq \"%s\"]"}`, bob)), 204)
	three := []sso.Milestone{sso.UserArrived, sso.UserUpdated, sso.GroupArrived}
	f.ticked(append(three, sso.MemberAdded, sso.MemberRemoved)...)
	f.want(patch("/Users/"+bob, `{"op": "Replace", "path": "active", "value": "False"}`), 200)
	list := f.ticked(append(three, sso.MemberAdded, sso.MemberRemoved, sso.UserOut)...)
	if r := list.Items[5].Receipt; r == nil || r.Login != "bob" || list.Items[5].Name != "bob" {
		t.Errorf("the receipt is %+v", r)
	}
	f.want(patch("/Users/"+bob, `{"op": "Replace", "path": "active", "value": "True"}`), 200)
	list = f.ticked(sso.Milestones[:]...)
	if list.Pushed != 2 || list.Adopted != 2 {
		t.Errorf("%d of %d are adopted", list.Adopted, list.Pushed)
	}
}

// ticked asserts the steps of the checklist that are done.
func (f *fixture) ticked(want ...sso.Milestone) sso.ProvisioningChecklist {
	f.Helper()
	f.ok(f.ledger.Flush(f.Context()))
	list, err := f.db.ProvisioningChecklist(f.Context(), f.enterprise.ID, f.connection.ID, sso.Pilot{})
	f.ok(err)
	var done []sso.Milestone
	for _, i := range list.Items {
		if !i.FirstAt.IsZero() {
			done = append(done, i.Milestone)
		}
	}
	if fmt.Sprint(done) != fmt.Sprint(want) {
		f.Errorf("ticked %v; want %v", done, want)
	}
	return list
}
