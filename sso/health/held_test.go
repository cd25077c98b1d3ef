package health_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/groupsync"
	"gatehouse/sso"
	"gatehouse/sso/health"
	"gatehouse/store/storetest"
)

func TestHeldByCause(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		tally  sso.HeldTally
		text   string // "": nothing is found
		urgent bool
	}{
		"names": {
			sso.HeldTally{
				Cause:    sso.HeldNamesChanged,
				Waiting:  25,
				Standing: true,
				Lost:     2,
			},
			"Okta sends no longer match the groups here, so every removal is held. 25 people signed in with the old groups. 2 lost groups",
			true,
		},
		"names that are over": {
			sso.HeldTally{
				Cause:   sso.HeldNamesChanged,
				Waiting: 1,
			},
			"1 person signed in",
			false,
		},
		"share": {
			sso.HeldTally{
				Cause:     sso.HeldGroupShare,
				GroupName: "web/sre",
				Group:     "group-1",
				Waiting:   10,
				Standing:  true,
			},
			"from web/sre at once",
			true,
		},
		"a group that is gone": {
			sso.HeldTally{
				Cause:   sso.HeldGroupShare,
				Group:   "group-1",
				Waiting: 1,
			},
			"from a group that was deleted since at once",
			false,
		},
		"one person": {
			sso.HeldTally{
				Cause:   sso.HeldMatchesNothing,
				Waiting: 1,
			},
			"None of the group names that Okta sent",
			false,
		},
		"last admin": {
			sso.HeldTally{
				Cause:   sso.HeldLastAdmin,
				Waiting: 1,
			},
			"last member from the admin groups",
			false,
		},
		"all decided": {
			sso.HeldTally{
				Cause:     sso.HeldGroupShare,
				GroupName: "web/sre",
				Standing:  true,
			},
			"",
			false,
		},
	} {
		x.tally.Connection = "conn-1"
		found := health.Evaluate(health.State{
			Now: begin,
			Connections: []sso.Connection{
				samlConnection(expires(t, begin.Add(900*day))),
			},
			Vitals: sso.Vitals{HeldBy: []sso.HeldTally{x.tally}},
		})
		switch {
		case x.text == "" && len(found) == 0:
		case len(found) != 1 ||
			!strings.Contains(found[0].Text, x.text) ||
			found[0].Urgent != x.urgent ||
			found[0].Connection != "conn-1" ||
			found[0].Do == "" ||
			found[0].Path != "held":
			t.Errorf("%s: %+v", name, found)
		}
	}
}

// TestHeldIsMailedWithinFiveMinutes: object IDs come in place of the names of
// groups. Two nodes look every minute; the admin gets one mail about it within
// five minutes of the first sign-in, and the finding is urgent.
func TestHeldIsMailedWithinFiveMinutes(t *testing.T) {
	t.Parallel()
	for name, fresh := range map[string]func(testing.TB) string{
		"SQLite":     storetest.SQLite,
		"PostgreSQL": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fresh, 900*day)
			w.admin("ada", "ada@acme.test")
			org, err := w.db.CreateOrganization(
				t.Context(), sso.ActorSystem,
				sso.Organization{
					Enterprise: w.ent.ID,
					Key:        "web",
					Name:       "Web",
				},
			)
			w.ok(err)
			for _, g := range []string{"dev", "sre"} {
				_, err = w.db.CreateGroup(
					t.Context(), sso.ActorSystem, w.ent.ID,
					sso.Group{
						Organization: org.ID,
						Name:         g,
					},
				)
				w.ok(err)
			}
			for i := range 26 {
				w.says(i, []string{"dev", "sre"}[i%2])
			}
			w.clock.Move(24 * time.Hour)
			w.minute()
			if mails := w.mails(); len(mails) != 0 {
				t.Fatalf("told of nothing: %q", mails)
			}
			for i := range 26 {
				w.clock.Move(time.Second)
				w.says(i, fmt.Sprintf("6f1c1a%02x-3b5d-4c7e-9a1b-2c3d4e5f6071", i))
			}
			for range 4 {
				w.minute()
			}
			mails := w.mails()
			if len(mails) != 1 ||
				!strings.Contains(mails[0], "ada@acme.test") ||
				!strings.Contains(
					strings.ReplaceAll(mails[0], "\r\n", " "),
					"no longer match the groups here",
				) {
				t.Errorf("mailed %q", mails)
			}
			events, _, err := w.db.HealthEvents(
				t.Context(), w.ent.ID,
				sso.HealthFilter{
					Kind: sso.HealthHeld,
					Open: true,
				},
				sso.Page{},
			)
			w.ok(err)
			if len(events) != 1 ||
				!events[0].Urgent ||
				events[0].MailedAt.IsZero() ||
				events[0].Subject != string(sso.HeldNamesChanged) {
				t.Errorf("found %+v", events)
			}
			_, err = w.db.DecideHeldSyncs(
				t.Context(), sso.ActorSystem, w.ent.ID,
				sso.HeldDecision{
					Cause:   sso.HeldNamesChanged,
					Restore: true,
				},
			)
			w.ok(err)
			w.hour()
			events, _, err = w.db.HealthEvents(
				t.Context(), w.ent.ID,
				sso.HealthFilter{
					Kind: sso.HealthHeld,
					Open: true,
				},
				sso.Page{},
			)
			w.ok(err)
			if len(events) != 0 {
				t.Errorf("once it is decided: %+v", events)
			}
		})
	}
}

// minute lets all nodes look at once for what was held, a minute later.
func (w *world) minute() {
	w.Helper()
	w.clock.Move(time.Minute)
	var all sync.WaitGroup
	for _, n := range w.nodes {
		all.Go(func() {
			if err := n.RunHeld(w.Context()); err != nil {
				w.Errorf("look: %v", err)
			}
		})
	}
	all.Wait()
}

// says signs a user in with one group.
func (w *world) says(person int, group string) {
	w.Helper()
	now, login := w.clock.Now(), fmt.Sprintf("p%02d", person)
	attempt := sso.NewID[sso.AttemptID](now)
	groups := sso.AssertedGroups{
		State: sso.GroupsValues,
		Names: []string{group},
	}
	s := sso.SignIn{
		Identity: sso.Identity{
			Connection: w.conn.ID,
			Subject:    login,
			Login:      login,
			Name:       login,
			Groups:     groups,
		},
		Replay: sso.ReplayMark{
			Connection: w.conn.ID,
			ResponseID: string(attempt),
			Until:      now.Add(time.Hour),
		},
		Attempt: sso.Attempt{
			ID:         attempt,
			Enterprise: w.ent.ID,
			Connection: w.conn.ID,
			Login:      login,
			Outcome:    sso.OutcomeSucceeded,
			Groups:     groups,
			At:         now,
		},
		Session: sso.Session{
			ID:          sso.NewID[sso.SessionID](now),
			Token:       sso.NewSecret().Hash(),
			Enterprise:  w.ent.ID,
			Connection:  w.conn.ID,
			Attempt:     attempt,
			CreatedAt:   now,
			LastSeenAt:  now,
			IdleTimeout: time.Hour,
			ExpiresAt:   now.Add(time.Hour),
		},
	}
	_, _, err := w.db.RecordLogin(w.Context(), s, func(f sso.SignInFacts) (v sso.Verdict, err error) {
		v.Memberships, err = groupsync.Plan(
			sso.GroupSync{Mode: sso.SyncReset}, groups, f.Groups,
		)
		return v, err
	})
	w.ok(err)
}

// TestHeldMailIsTriedAgain: a mail server that refuses for a minute delays the
// mail, and no more.
func TestHeldMailIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite, 900*day)
	w.admin("ada", "ada@acme.test")
	_, err := w.db.RecordHealth(t.Context(), w.ent.ID, []sso.Finding{
		{HealthKey: sso.HealthKey{Kind: sso.HealthHeld}},
	})
	w.ok(err)
	claimed, err := w.db.ClaimHealthMail(
		t.Context(), w.ent.ID, w.clock.Now().Add(time.Hour),
	)
	w.ok(err)
	again, err := w.db.ClaimHealthMail(
		t.Context(), w.ent.ID, w.clock.Now().Add(time.Hour),
	)
	w.ok(err)
	w.ok(w.db.ReleaseHealthMail(t.Context(), w.ent.ID, []sso.HealthEventID{
		claimed[0].ID,
	}))
	released, err := w.db.ClaimHealthMail(
		t.Context(), w.ent.ID, w.clock.Now().Add(time.Hour),
	)
	w.ok(err)
	if len(claimed) != 1 || len(again) != 0 || len(released) != 1 {
		t.Errorf(
			"claimed %d, meanwhile %d, released %d", len(claimed), len(again),
			len(released),
		)
	}
}
