package directory_test

import (
	"net/url"
	"testing"
	"time"

	"gatehouse/sso"
)

// TestIdentityPages ties an identity to a person: first the page says what would happen,
// then the identity is there, and it is untied in the same way.
func TestIdentityPages(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ada := f.acme.user
	person := f.acme.at("people", string(ada.ID))
	conn := string(f.acme.conn.ID)
	form := func(by, value string) []string { return []string{"connection", conn, "by", by, "value", value} }
	query := func(by, value string) string {
		return person + "/link?" + url.Values{"connection": {conn}, "by": {by}, "value": {value}}.Encode()
	}
	f.shows(f.get(person), 200, "Link another identity", "Unlink")
	f.shows(f.get(person+"/link"), 200, "Show what would happen")
	for _, wrong := range []string{
		query("subject", ""), query("login", ""), query("subject", " x"), person + "/link?connection=x&value=y",
		person + "/link?connection=" + string(f.globex.conn.ID) + "&value=y",
	} {
		f.shows(f.get(wrong), 422, "Show what would happen", "problem with 1 field")
	}
	f.shows(f.get(query("subject", "second")), 200, "cannot be linked", "pass a test connection")
	f.shows(f.post(person+"/link", form("subject", "second")...), 422, "pass a test connection")
	f.passTest()
	f.shows(f.get(query("subject", "second")), 200, "Nothing has changed yet", "second", "Anyone who signs in")
	f.shows(f.get(person), 200, "Link another identity")
	f.shows(f.done(f.post(person+"/link", form("subject", "second")...), person), 200, "The identity is linked", "second")
	f.shows(f.post(person+"/link", form("subject", "second")...), 422, "It leads to this person already")
	f.shows(f.get(query("subject", "second")), 200, "cannot be linked", "It leads to this person already")

	all, err := f.db.UserIdentities(t.Context(), f.acme.ent.ID, ada.ID)
	if err != nil || len(all) != 2 {
		t.Fatalf("the identities are %+v (%v)", all, err)
	}
	var further sso.UserIdentity
	for _, i := range all {
		if i.Linked != "" {
			further = i
		}
	}
	unlink := person + "/identities/" + further.Ref() + "/unlink"
	f.shows(f.get(unlink), 200, "Nothing has changed yet", "Sessions that end")
	f.shows(f.get(person+"/identities/"+conn+"/unlink"), 200, "Nothing has changed yet")
	for _, method := range []string{"GET", "POST"} {
		if got := f.do("globex", method, unlink, nil).status; got != 404 {
			t.Errorf("an admin of another company: %s %d", method, got)
		}
	}
	f.shows(
		f.done(f.post(unlink), person), 200, "The identity is unlinked", "Former identities", "unlinked by an admin",
	)
	f.shows(f.post(unlink), 404)
	f.shows(f.get(person+"/identities/x/unlink"), 404)
}

// passTest records that the admin of acme passed a test of the connection as it is live.
func (f *fixture) passTest() {
	f.Helper()
	now := time.Now()
	run := sso.TestRun{
		ID:         sso.NewID[sso.TestRunID](now),
		Enterprise: f.acme.ent.ID,
		Connection: f.acme.conn.ID,
		Kind:       sso.TestLive,
		State:      sso.TestWaiting,
		By:         sso.Actor(f.acme.user.ID),
		Token:      sso.NewSecret().Hash(),
		Revision:   f.acme.conn.Revision,
		Version:    f.acme.conn.Live.Version,
		CreatedAt:  now,
		ExpiresAt:  now.Add(time.Hour),
	}
	f.ok(f.db.CreateTestRun(f.Context(), run))
	run.State, run.EndedAt = sso.TestPassed, now
	_, err := f.db.FinishTestRun(f.Context(), run, "")
	f.ok(err)
}
