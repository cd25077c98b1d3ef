package directory_test

import (
	"testing"
	"time"

	"gatehouse/sso"
)

// TestMergePages chooses another account by search, shows what a merge would do, merges,
// and undoes it.
func TestMergePages(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ada := f.acme.user
	other, _ := f.enter(&f.acme, "ada.contractor", "Ada Byron", "on-call")
	person := f.acme.at("people", string(ada.ID))
	list := f.acme.at("merges")
	f.shows(f.get(list), 200, "No merges.")
	f.shows(f.get(person), 200, "Merge with another person")
	f.shows(f.get(person+"/merge?q=ada"), 200, "Ada Byron", "Choose")
	f.shows(f.get(person+"/merge?q=zz"), 200, "Nothing matches.")
	with := person + "/merge?with=" + string(other.ID)
	f.shows(
		f.get(with), 200, "Is kept", "Nothing has changed yet", "ada.contractor", "Sessions that end1",
		"sign-ins do not change ada", "can be undone for 30 days",
	)
	f.shows(
		f.get(with+"&keep="+string(other.ID)), 200,
		"Ada Lovelace ("+ada.Login+") is deactivated and keeps its history",
	)
	f.status(other.ID, sso.UserActive)
	f.shows(
		f.done(f.post(person+"/merge", "with", string(other.ID), "keep", string(ada.ID)), person), 200,
		"The accounts are merged", "Ada Byron (ada.contractor) into Ada Lovelace (ada)", "Undo",
	)
	f.status(other.ID, sso.UserDeactivated)
	f.shows(f.get(f.acme.at("people", string(other.ID))), 200, "merged into Ada Lovelace", "See the merge", "lead to the other one")
	f.shows(f.get(list), 200, "Ada Byron (ada.contractor) into Ada Lovelace (ada)", "in effect",
		"Undo: the merge of ada.contractor into ada")
	f.shows(f.post(person+"/merge", "with", string(other.ID)), 422, "was merged into")

	all, _, err := f.db.Merges(t.Context(), f.acme.ent.ID, sso.MergeFilter{}, sso.Page{})
	f.ok(err)
	if len(all) != 1 || all[0].From != other.ID || all[0].Into != ada.ID {
		t.Fatalf("merges: %+v", all)
	}
	undo := f.acme.at("merges", string(all[0].ID), "undo")
	if got := f.do("globex", "POST", undo, nil).status; got != 404 {
		t.Errorf("an admin of another company undoes the merge: %d", got)
	}
	theirs, _ := f.enter(&f.globex, "gus.contractor", "Gus")
	foreign, err := f.db.MergeUsers(t.Context(), sso.ActorOperator, f.globex.ent.ID, theirs.ID, f.globex.user.ID)
	f.ok(err)
	for _, id := range []string{string(foreign.ID), string(sso.NewID[sso.MergeID](time.Now())), "x"} {
		if got := f.post(f.acme.at("merges", id, "undo")).status; got != 404 {
			t.Errorf("undoing the merge %s of another company: %d", id, got)
		}
	}
	f.shows(f.done(f.post(undo), list), 200, "The merge is undone", "undone")
	f.status(other.ID, sso.UserActive)
	f.shows(f.post(undo), 422, "undone")
	f.shows(f.get(f.acme.at("people", string(other.ID))), 200, "Merge with another person")
}

// TestMergeKeepsTheOther merges the user of the page into the other one, and leads to
// that one.
func TestMergeKeepsTheOther(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	other, _ := f.enter(&f.acme, "ada.contractor", "Ada Byron")
	person := f.acme.at("people", string(f.acme.user.ID))
	f.shows(
		f.done(
			f.post(person+"/merge", "with", string(other.ID), "keep", string(other.ID)),
			f.acme.at("people", string(other.ID)),
		),
		200, "The accounts are merged", "Ada Lovelace (ada) into Ada Byron (ada.contractor)",
	)
	f.status(f.acme.user.ID, sso.UserDeactivated)
	f.status(other.ID, sso.UserActive)
}

// TestMergeRefusals merges no one with a person who is not there, is inactive, or is the
// same, and says why.
func TestMergeRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	person := f.acme.at("people", string(f.acme.user.ID))
	for _, with := range []string{
		"", "x", string(f.globex.user.ID), string(sso.NewID[sso.UserID](time.Now())), string(f.acme.group.ID),
	} {
		f.shows(f.get(person+"/merge?with="+with), 422, "There is no such person here")
		f.shows(f.post(person+"/merge", "with", with), 422, "There is no such person here")
	}
	f.shows(f.get(person+"/merge?with="+string(f.acme.user.ID)), 200, "Both are the same account")
	f.shows(f.post(person+"/merge", "with", string(f.acme.user.ID)), 422, "Both are the same account")
	other, _ := f.enter(&f.acme, "ada.contractor", "Ada Byron")
	f.done(f.post(f.acme.at("people", string(other.ID), "deactivate")), f.acme.at("people", string(other.ID)))
	keep := []string{"with", string(other.ID), "keep", string(other.ID)}
	f.shows(f.get(person+"/merge?with="+keep[1]+"&keep="+keep[3]), 200, "The account to keep is not active")
	f.shows(f.post(person+"/merge", keep...), 422, "The account to keep is not active")
	all, _, err := f.db.Merges(t.Context(), f.acme.ent.ID, sso.MergeFilter{}, sso.Page{})
	f.ok(err)
	if len(all) != 0 {
		t.Errorf("merges: %+v", all)
	}
}

// status fails unless a user of acme has a status.
func (f *fixture) status(id sso.UserID, want sso.UserStatus) {
	f.Helper()
	u, err := f.db.User(f.Context(), f.acme.ent.ID, id)
	f.ok(err)
	if u.Status != want {
		f.Errorf("%s is %s, not %s", u.Login, u.Status, want)
	}
}
