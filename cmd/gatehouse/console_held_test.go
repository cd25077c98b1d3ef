package main

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"gatehouse/groupsync"
	"gatehouse/sso"
)

// sends records a sign-in at acme with these asserted group names.
func (d *consoleTest) sends(login string, names ...string) {
	d.Helper()
	now := time.Now()
	attempt := sso.NewID[sso.AttemptID](now)
	asserted := sso.AssertedGroups{State: sso.GroupsValues, Names: names}
	_, _, err := d.g.db.RecordLogin(d.Context(), sso.SignIn{
		Identity: sso.Identity{
			Connection: d.conn.ID,
			Subject:    login,
			Login:      login,
			Name:       login,
			Groups:     asserted,
		},
		Replay: sso.ReplayMark{
			Connection: d.conn.ID,
			ResponseID: string(attempt),
			Until:      now.Add(time.Hour),
		},
		Attempt: sso.Attempt{
			ID:         attempt,
			Enterprise: d.acme.ID,
			Connection: d.conn.ID,
			Login:      login,
			Outcome:    sso.OutcomeSucceeded,
			Groups:     asserted,
			At:         now,
		},
		Session: sso.Session{
			ID:          sso.NewID[sso.SessionID](now),
			Token:       sso.NewSecret().Hash(),
			Enterprise:  d.acme.ID,
			Connection:  d.conn.ID,
			Attempt:     attempt,
			CreatedAt:   now,
			LastSeenAt:  now,
			IdleTimeout: time.Hour,
			ExpiresAt:   now.Add(time.Hour),
		},
	}, func(f sso.SignInFacts) (v sso.Verdict, err error) {
		v.Memberships, err = groupsync.Plan(
			sso.GroupSync{Mode: sso.SyncReset}, asserted, f.Groups,
		)
		return v, err
	})
	d.ok(err)
}

// TestOverviewWhileRemovalsAreHeld tests that one held sync is shown as pending and
// that a connection whose removals are all held is shown as an error, on the
// overview of its enterprise only, until an admin decides.
func TestOverviewWhileRemovalsAreHeld(t *testing.T) {
	t.Parallel()
	d := newConsoleTest(t)
	const (
		at  = "/admin/enterprises/acme"
		red = `<span class="tag" data-state="error">removals held</span>`
	)
	for i := range 4 {
		d.sends(fmt.Sprintf("p%d@acme.test", i), "admins")
	}
	d.get(named, at, 200, "healthy", "NOT removals held")
	for i := range 2 {
		d.sends(
			fmt.Sprintf("p%d@acme.test", i),
			fmt.Sprintf("6f1c1a%02x-3b5d-4c7e-9a1b-2c3d4e5f6071", i),
		)
	}
	d.get(
		named, at, 200, "NOT removals held",
		"None of the group names that Directory sent matches a group here. 2 people signed in with the old groups.",
	)
	for i := 2; i < 4; i++ {
		d.sends(
			fmt.Sprintf("p%d@acme.test", i),
			fmt.Sprintf("6f1c1a%02x-3b5d-4c7e-9a1b-2c3d4e5f6071", i),
		)
	}
	d.get(
		named, at, 200, red, `<li data-state="error">`,
		"The group names that Directory sends no longer match the groups here, so every removal is held. 4 people signed in with the old groups.",
		`href="`+at+`/held">Decide</a>`, "NOT healthy",
	)
	d.get(operator, "/admin/enterprises/globex", 200, "healthy", "NOT removals held")

	d.get(
		named, at+"/held", 200, "Directory: the group names stopped matching", red,
		"4 people wait", "Discard all",
	)
	w := d.post(named, at+"/held/discard", url.Values{
		"cause":      {"connection_names_changed"},
		"connection": {string(d.conn.ID)},
	})
	if to := w.Header().Get("Location"); to != at+"/held?done=all-discarded" {
		t.Errorf("a discard leads to %q with %d", to, w.Code)
	}
	d.get(named, at, 200, "NOT removals held")
	d.get(
		named, at+"/held", 200, red, "no one waits", "Allow removals",
		"No group syncs are held", "NOT Discard all", "NOT Approve all",
	)
}
