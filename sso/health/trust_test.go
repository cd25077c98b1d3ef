package health_test

import (
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store/storetest"
)

// TestTrustChangeIsReported tells the admins and the operators within minutes that
// a change of trust waits, once for each content, and no more once it is decided.
func TestTrustChangeIsReported(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite, 900*day)
	w.admin("ada", "ada@acme.test")
	token := sso.NewSecret()
	invitation := sso.Invitation{
		Token:     token.Hash(),
		ExpiresAt: w.clock.Now().Add(time.Hour),
	}
	_, err := w.db.CreateInvitation(t.Context(), sso.ActorOperator, invitation)
	w.ok(err)
	_, err = w.db.AcceptInvitation(t.Context(), token.Hash(), sso.Admin{
		Login:    "olive@host.test",
		Name:     "Olive",
		Password: "x",
	})
	w.ok(err)
	connections, err := w.db.Connections(t.Context(), w.ent.ID)
	w.ok(err)
	set := func(change *sso.TrustChange) {
		t.Helper()
		replace := func(c sso.Connection) (sso.Trust, error) {
			c.Trust.Draft = change
			return c.Trust, nil
		}
		_, err := w.db.UpdateTrust(
			t.Context(), "link-x", w.ent.ID, connections[0].ID,
			"connection.trust_asked", replace,
		)
		w.ok(err)
	}
	at := w.clock.Now().UTC()
	set(&sso.TrustChange{
		Digest:  "first",
		AskedBy: "link-x",
		AskedAt: at,
	})
	for range 3 {
		w.minute()
	}
	mails := w.mails()
	to := strings.Join(mails, "\n")
	if len(mails) != 2 ||
		!strings.Contains(to, "ada@acme.test") ||
		!strings.Contains(to, "olive@host.test") {
		t.Fatalf("mailed %q", mails)
	}
	if !strings.Contains(strings.ReplaceAll(to, "\r\n", " "), "waits for approval") {
		t.Errorf("mailed %q", mails)
	}
	w.clock.Move(time.Minute)
	set(&sso.TrustChange{
		Digest:  "second",
		AskedBy: "link-x",
		AskedAt: w.clock.Now().UTC(),
	})
	w.minute()
	if mails := w.mails(); len(mails) != 4 {
		t.Errorf("another content: mailed %d", len(mails))
	}
	set(&sso.TrustChange{
		Digest:    "second",
		AskedBy:   "link-x",
		AskedAt:   at,
		DecidedBy: "adm-olive",
		DecidedAt: at,
		Approved:  true,
	})
	w.hour()
	events, _, err := w.db.HealthEvents(t.Context(), w.ent.ID, sso.HealthFilter{
		Kind: sso.HealthTrust,
		Open: true,
	}, sso.Page{})
	w.ok(err)
	if len(events) != 0 {
		t.Errorf("once it is decided: %+v", events)
	}
}

// TestTestedTrustIsReported tells the admins and the operators of a change of trust
// that a passed test alone made live, for a week.
func TestTestedTrustIsReported(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite, 900*day)
	w.admin("ada", "ada@acme.test")
	token := sso.NewSecret()
	invitation := sso.Invitation{
		Token:     token.Hash(),
		ExpiresAt: w.clock.Now().Add(time.Hour),
	}
	_, err := w.db.CreateInvitation(t.Context(), sso.ActorOperator, invitation)
	w.ok(err)
	_, err = w.db.AcceptInvitation(t.Context(), token.Hash(), sso.Admin{
		Login:    "olive@host.test",
		Name:     "Olive",
		Password: "x",
	})
	w.ok(err)
	connections, err := w.db.Connections(t.Context(), w.ent.ID)
	w.ok(err)
	replace := func(c sso.Connection) (sso.Trust, error) {
		c.Trust.Since = w.clock.Now().UTC()
		c.Trust.Tested = &sso.TrustChange{
			Digest:   "first",
			Approved: true,
			Test:     "test-1",
		}
		return c.Trust, nil
	}
	_, err = w.db.UpdateTrust(
		t.Context(), "link-x", w.ent.ID, connections[0].ID, "connection.enabled",
		replace,
	)
	w.ok(err)
	for range 3 {
		w.minute()
	}
	mails := w.mails()
	to := strings.ReplaceAll(strings.Join(mails, "\n"), "\r\n", " ")
	if len(mails) != 2 ||
		!strings.Contains(to, "ada@acme.test") ||
		!strings.Contains(to, "olive@host.test") {
		t.Fatalf("mailed %q", mails)
	}
	if !strings.Contains(to, "no admin approved it") {
		t.Errorf("mailed %q", mails)
	}
	open := func() int {
		t.Helper()
		events, _, err := w.db.HealthEvents(t.Context(), w.ent.ID, sso.HealthFilter{
			Kind: sso.HealthTrusted,
			Open: true,
		}, sso.Page{})
		w.ok(err)
		return len(events)
	}
	if open() != 1 {
		t.Errorf("%d open", open())
	}
	w.clock.Move(8 * day)
	w.hour()
	if open() != 0 {
		t.Errorf("%d open after a week", open())
	}
}
