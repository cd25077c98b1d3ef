package connections_test

import (
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/store/storetest"
)

// firstByLink is the first connection of the enterprise, which a setup link wrote
// and enabled.
func (w *world) firstByLink() sso.Connection {
	w.Helper()
	c, _, err := w.Create(w.Context(), linkOne, w.ent, sso.SAML, connections.Edit{
		Name: new("First"),
		SAML: &connections.SAMLEdit{
			MetadataURL: new(newDirectory(w.T).metadataURL()),
		},
	})
	w.ok(err)
	return w.enables(linkOne, c.ID)
}

// enter signs a user in through a connection.
func (w *world) enter(c sso.Connection, subject string) {
	w.Helper()
	now := w.clock.Now()
	attempt := sso.NewID[sso.AttemptID](now)
	_, _, err := w.db.RecordLogin(w.Context(), sso.SignIn{
		Identity: sso.Identity{
			Connection: c.ID,
			Subject:    subject,
			Login:      subject,
		},
		Replay: sso.ReplayMark{
			Connection: c.ID,
			ResponseID: string(attempt),
			Until:      now.Add(time.Minute),
		},
		Attempt: sso.Attempt{
			ID:         attempt,
			Enterprise: w.ent,
			Connection: c.ID,
			Login:      subject,
			Outcome:    sso.OutcomeSucceeded,
			At:         now,
		},
		Session: sso.Session{
			ID:          sso.NewID[sso.SessionID](now),
			Token:       sso.NewSecret().Hash(),
			Enterprise:  w.ent,
			Connection:  c.ID,
			Attempt:     attempt,
			Subject:     subject,
			CreatedAt:   now,
			LastSeenAt:  now,
			IdleTimeout: time.Hour,
			ExpiresAt:   now.Add(time.Hour),
		},
	}, storetest.Reset(sso.AssertedGroups{State: sso.GroupsEmpty}))
	w.ok(err)
}

// Before the first sign-in there is no user whom another trust could take over:
// the holder of a setup link who enabled a first connection may correct it.
func TestLinkCorrectsWhatItEnabled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.firstByLink()
	for range 2 {
		w.evil(linkOne, c.ID)
		if changes, err := w.TrustChanges(t.Context(), w.load(c.ID)); err != nil || len(changes) != 0 {
			t.Errorf("%+v %v", changes, err)
		}
		w.enables(linkOne, c.ID)
	}
	// Disabled in between, it is the same connection.
	_, err := w.Disable(t.Context(), by, w.ent, c.ID, 0)
	w.ok(err)
	w.evil(linkOne, c.ID)
	w.enables(linkOne, c.ID)
}

func TestCorrectionEndsWithTheFirstSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.firstByLink()
	w.evil(linkOne, c.ID) // written before, enabled after
	w.enter(c, "ada")
	w.needs(linkOne, c.ID)
	w.ok(w.decide(ada, c, w.load(c.ID).Draft.TrustDigest(), false))
	w.needs(linkOne, c.ID)
}

func TestCorrectionIsOfTheSameLink(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(*world, sso.ConnectionID){
		"another link": func(w *world, id sso.ConnectionID) {
			w.evil(linkTwo, id)
		},
		"another link before it": func(w *world, id sso.ConnectionID) {
			w.evil(linkTwo, id)
			w.evil(linkOne, id)
		},
		"an admin of the company": func(w *world, id sso.ConnectionID) {
			w.evil(ada, id)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.firstByLink()
			write(w, c.ID)
			w.needs(linkOne, c.ID)
		})
	}
}

// What an operator enabled or approved was decided by an operator, and so is its
// correction.
func TestNoCorrectionOfWhatAnOperatorEnabled(t *testing.T) {
	t.Parallel()
	for name, enable := range map[string]func(*world, sso.Connection){
		"written by an operator": func(w *world, c sso.Connection) {
			w.evil(by, c.ID)
			w.enables(linkOne, c.ID)
		},
		"enabled by an operator": func(w *world, c sso.Connection) {
			w.evil(linkOne, c.ID)
			w.enables(by, c.ID)
		},
		"rolled back by an operator": func(w *world, c sso.Connection) {
			w.evil(linkOne, c.ID)
			w.enables(linkOne, c.ID)
			_, err := w.Rollback(w.Context(), by, w.ent, c.ID, 0)
			w.ok(err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.firstByLink()
			enable(w, c)
			w.evil(linkOne, c.ID)
			w.needs(linkOne, c.ID)
		})
	}
}

// A second live connection is trust of the company, even without any sign-in.
func TestNoCorrectionBesideAnotherConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.firstByLink()
	w.live(newDirectory(t))
	w.evil(linkOne, c.ID)
	w.needs(linkOne, c.ID)
}
