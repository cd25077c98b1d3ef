package directory_test

import (
	"fmt"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store/storetest"
)

// changesSubjects signs five people in twice: with a subject each, and then with another
// one.
func (f *fixture) changesSubjects() {
	f.Helper()
	for _, subject := range []string{"old", "new"} {
		for i := range 5 {
			now := time.Now()
			attempt := sso.NewID[sso.AttemptID](now)
			groups := sso.AssertedGroups{State: sso.GroupsEmpty}
			_, _, err := f.db.RecordLogin(f.Context(), sso.SignIn{
				Identity: sso.Identity{
					Connection: f.acme.conn.ID,
					Subject:    fmt.Sprintf("%s-%d", subject, i),
					Login:      fmt.Sprintf("p-%d@acme.test", i),
					Name:       "A person",
				},
				Replay: sso.ReplayMark{
					Connection: f.acme.conn.ID,
					ResponseID: string(attempt),
					Until:      now.Add(time.Hour),
				},
				Attempt: sso.Attempt{
					ID:         attempt,
					Enterprise: f.acme.ent.ID,
					Connection: f.acme.conn.ID,
					Outcome:    sso.OutcomeSucceeded,
					At:         now,
				},
				Session: sso.Session{
					ID:          sso.NewID[sso.SessionID](now),
					Token:       sso.NewSecret().Hash(),
					Enterprise:  f.acme.ent.ID,
					Connection:  f.acme.conn.ID,
					Attempt:     attempt,
					CreatedAt:   now,
					LastSeenAt:  now,
					IdleTimeout: time.Hour,
					ExpiresAt:   now.Add(time.Hour),
				},
			}, storetest.Reset(groups))
			if sso.CodeOf(err) != "subjects_changed" {
				f.ok(err)
			}
		}
	}
}

// TestSubjectsChanged shows one question about a connection, above those about logins,
// and does what is decided.
func TestSubjectsChanged(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.changesSubjects()
	list := f.acme.at("questions")
	f.shows(
		f.get(list), 200, "sends new identifiers for people who are known here", "5 people",
		"p-4@acme.test", "They are the same people", "refused until you decide",
	)
	all, _, err := f.db.SubjectChanges(t.Context(), f.acme.ent.ID, sso.Page{})
	f.ok(err)
	if len(all) != 1 {
		t.Fatalf("%d changes", len(all))
	}
	at := f.acme.at("subject-changes", string(all[0].ID))
	f.shows(f.post(at, "answer", "all"), 422, "Choose what to do", "They are the same people")
	f.shows(f.done(f.post(at, "answer", "refuse"), list), 200, "refused, as was decided")
	f.shows(f.done(f.post(at, "answer", "same"), list), 200, "It is decided", "Nothing to decide")
	f.shows(f.post(at, "answer", "other"), 422, "does not wait any more")
	f.shows(f.post(f.acme.at("subject-changes", "x"), "answer", "same"), 404)
}
