package directory_test

import (
	"testing"

	"gatehouse/sso"
)

// TestErasePages shows what a deletion would do and what is in its way, deletes the
// person whose login was typed, and allows the person again.
func TestErasePages(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ada := f.acme.user
	person := f.acme.at("people", string(ada.ID))
	deleted := f.acme.at("deleted")
	f.shows(f.get(deleted), 200, "No one was deleted.")
	f.shows(f.get(person+"/delete"), 200, "cannot be deleted yet", "This person is active")
	f.shows(f.post(person+"/delete", "login", ada.Login), 422, "This person is active")
	f.done(f.post(person+"/deactivate"), person)

	f.shows(f.get(person), 200, "Delete this person")
	f.shows(f.get(person+"/delete"), 200, "Delete for good", "Type "+ada.Login+" to confirm", "Accountsthis one")
	for _, typed := range []string{"", "bob", ada.Login + " "} {
		f.shows(f.post(person+"/delete", "login", typed), 422, "Type "+ada.Login+" to delete this person")
	}
	for _, method := range []string{"GET", "POST"} {
		if got := f.do("globex", method, person+"/delete", nil).status; got != 404 {
			t.Errorf("an admin of another company: %s %d", method, got)
		}
	}
	f.status(ada.ID, sso.UserDeactivated)
	f.shows(
		f.done(f.post(person+"/delete", "login", ada.Login), deleted), 200,
		"The person is deleted", string(ada.ID), "refused", "Allow again",
	)
	f.shows(f.get(person), 404)
	allow := f.acme.at("deleted", string(ada.ID), "allow")
	if got := f.do("globex", "POST", allow, nil).status; got != 404 {
		t.Errorf("an admin of another company allows the person again: %d", got)
	}
	f.shows(f.done(f.post(allow), deleted), 200, "may come again")
	f.shows(f.post(f.acme.at("deleted", "x", "allow")), 404)
	f.shows(f.post(f.acme.at("deleted", string(f.globex.user.ID), "allow")), 404)
}
