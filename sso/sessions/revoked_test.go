package sessions_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store/storetest"
)

// TestRevoked covers T-INACTIVE for sessions (CVE-2025-53942, CVE-2024-46999)
// and ends them in every other way: they are over when Revoked returns, and no
// other session is read again.
func TestRevoked(t *testing.T) {
	t.Parallel()
	by := sso.ActorOperator
	for name, end := range map[string]func(w *world, s sso.Session) error{
		"session": func(w *world, s sso.Session) error {
			return w.db.RevokeSession(w.Context(), by, w.ent.ID, s.ID)
		},
		"user": func(w *world, s sso.Session) error {
			_, err := w.db.RevokeUserSessions(w.Context(), by, w.ent.ID, s.User)
			return err
		},
		"deactivated": func(w *world, s sso.Session) error {
			_, err := w.db.UpdateUser(w.Context(), by, w.ent.ID, s.User, func(u sso.User) (sso.User, error) {
				u.Status = sso.UserDeactivated
				return u, nil
			})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, inMemory, newClock().Now)
			n, ada, bob := w.caching(), w.signIn("ada"), w.signIn("bob")
			w.alive(n, ada, bob)
			w.ok(end(w, ada))
			n.Revoked(t.Context())
			w.over(n, ada)
			w.asks(n, 0, func() { w.alive(n, bob) })
			if name != "deactivated" { // signing in again is another session
				w.alive(n, w.signIn("ada"))
			}
			w.over(n, ada)
		})
	}
}

func TestWholeEnterpriseIsRevoked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inMemory, newClock().Now)
	n, ada, bob := w.caching(), w.signIn("ada"), w.signIn("bob")
	w.alive(n, ada, bob)
	w.ok(w.db.DeleteEnterprise(t.Context(), sso.ActorOperator, w.ent.ID))
	n.Revoked(t.Context())
	w.over(n, ada, bob)
}

func TestDeletedConnectionEndsItsSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inMemory, newClock().Now)
	n, ada := w.caching(), w.signIn("ada")
	w.alive(n, ada)
	w.ok(w.db.DeleteConnection(
		t.Context(), sso.ActorOperator, w.ent.ID, w.conn.ID, nil,
	))
	n.Revoked(t.Context())
	w.over(n, ada)
}

// TestLoadedBeforeRevokedAfter holds the store's answer back until the session
// was revoked: neither who asked before nor who asks later keeps it alive.
func TestLoadedBeforeRevokedAfter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inMemory, newClock().Now)
	n, ada := w.caching(), w.signIn("ada")
	answered, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	n.store.answered = func(p sso.Principal) sso.Principal {
		once.Do(func() {
			close(answered)
			<-release
		})
		return p
	}
	var early sync.WaitGroup
	early.Go(func() { _, _ = n.Principal(context.Background(), ada.Token) })
	<-answered
	w.ok(w.db.RevokeSession(t.Context(), sso.ActorOperator, w.ent.ID, ada.ID))
	n.Revoked(t.Context())
	w.over(n, ada) // does not join who is still waiting
	close(release)
	early.Wait()
	w.over(n, ada, ada)
}

// TestRevokedWhileUnreadable: if what was revoked cannot be read, nothing that
// is remembered is used.
func TestRevokedWhileUnreadable(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inMemory, newClock().Now)
	n, ada, bob := w.caching(), w.signIn("ada"), w.signIn("bob")
	w.alive(n, ada, bob)
	w.ok(w.db.RevokeSession(t.Context(), sso.ActorOperator, w.ent.ID, ada.ID))
	n.store.down.Store(true)
	n.Revoked(t.Context())
	w.fails(n, ada, sso.Unavailable, "temporarily_unavailable")
	w.fails(n, bob, sso.Unavailable, "temporarily_unavailable")
	n.store.down.Store(false)
	w.over(n, ada)
	w.alive(n, bob)
	if !strings.Contains(n.log.String(), "what was revoked cannot be read") {
		t.Error("nothing is said")
	}
}

// TestRevocationListWithGaps: where the list does not say what happened, everything is
// asked again.
func TestRevocationListWithGaps(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		more int // revocations of others, after the one that matters
		then func(w *world)
	}{
		"swept": {5, func(w *world) {
			w.exec("delete from revocations where sequence < (select max(sequence) from revocations)")
		}},
		"partly swept": {5, func(w *world) {
			w.exec("delete from revocations where sequence <= 103")
		}},
		"far behind": {210_000, func(*world) {}},
		"older database": {0, func(w *world) {
			w.exec("delete from revocations where sequence > 50")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, storetest.SQLite(t), newClock().Now)
			w.revokeOthers(0, 100)
			n, ada, bob := w.caching(), w.signIn("ada"), w.signIn("bob")
			w.alive(n, ada, bob)
			w.ok(w.db.RevokeSession(
				t.Context(), sso.ActorOperator, w.ent.ID, ada.ID,
			))
			w.revokeOthers(101, c.more)
			c.then(w)
			n.Revoked(t.Context())
			w.over(n, ada)
			w.alive(n, bob)
			w.asks(n, 0, func() { w.alive(n, bob) })
		})
	}
}

// revokeOthers writes that many revocations of unknown sessions.
func (w *world) revokeOthers(last, n int) {
	w.Helper()
	w.exec(fmt.Sprintf(`with recursive n(i) as (select %d union all select i + 1 from n where i < %d)
		insert into revocations (sequence, session_id, user_id, enterprise_id, at) select i, 'ses-' || i, '', '', 1 from n where i > %d`,
		last, last+n, last))
}

// TestManyRevocations marks as many as several large changes make: nothing
// revoked is alive, and no other session is read again.
func TestManyRevocations(t *testing.T) {
	t.Parallel()
	clock := newClock()
	w := newWorld(t, storetest.SQLite(t), clock.Now)
	n, ada, bob := w.caching(), w.signIn("ada"), w.signIn("bob")
	w.alive(n, ada, bob)
	w.ok(w.db.RevokeSession(t.Context(), sso.ActorOperator, w.ent.ID, ada.ID))
	const page = 1000 // read well within the time of a poll
	for i := range 120_000 / page {
		w.revokeOthers(1+i*page, page)
		n.Revoked(t.Context())
		w.asks(n, 0, func() { w.alive(n, bob) })
	}
	w.over(n, ada) // not looked at before: that would have forgotten it
	w.revokeOthers(120_001, 100_000)
	n.Revoked(t.Context())
	w.asks(n, 1, func() { w.alive(n, bob) }) // too many: every session is read again
	clock.Move(31 * time.Second)             // nothing is marked any more
	n.Revoked(t.Context())
	w.over(n, ada)
	w.alive(n, bob)
}

// TestMarksOutliveEntries revokes at every moment of the life of an entry, and
// others after it, which is when old notes are dropped. The entry is looked at
// once, late: looking forgets it.
func TestMarksOutliveEntries(t *testing.T) {
	t.Parallel()
	clock := newClock()
	w := newWorld(t, inMemory, clock.Now)
	for _, after := range []time.Duration{0, 10 * time.Second, 20 * time.Second} {
		for _, later := range []time.Duration{
			0, time.Second, 9 * time.Second, 16 * time.Second, 30*time.Second - 1,
		} {
			n := w.caching()
			ada := w.signIn("ada")
			bob := w.signIn("bob")
			eve := w.signIn("eve")
			w.alive(n, ada)
			clock.Move(after)
			for _, s := range []sso.Session{ada, bob} {
				w.ok(w.db.RevokeSession(
					t.Context(), sso.ActorOperator, w.ent.ID, s.ID,
				))
				n.Revoked(t.Context())
				clock.Move(min(later, 30*time.Second-1-after))
			}
			w.ok(w.db.RevokeSession(
				t.Context(), sso.ActorOperator, w.ent.ID, eve.ID,
			))
			n.Revoked(t.Context())
			w.over(n, ada, bob, eve)
		}
	}
}

func TestRevokedAfterCallerCancels(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inMemory, newClock().Now)
	n, ada := w.caching(), w.signIn("ada")
	w.alive(n, ada)
	w.ok(w.db.RevokeSession(t.Context(), sso.ActorOperator, w.ent.ID, ada.ID))
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	n.Revoked(gone)
	w.over(n, ada)
	if n.log.String() != "" {
		t.Errorf("complains about one who left:\n%s", n.log)
	}
}
