package sessions_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/sessions"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// unreadable is a store whose list of revocations cannot be read some times.
type unreadable struct {
	*store.DB
	fails atomic.Int64 // how often it fails yet; negative after more reads
}

func (u *unreadable) Revocations(
	ctx context.Context, from int64, missing ...sso.RevocationGap,
) ([]sso.Revocation, error) {
	if u.fails.Add(-1) >= 0 {
		return nil, errors.New("connection reset")
	}
	return u.DB.Revocations(ctx, from, missing...)
}

// TestOlderDatabaseUnreadable: a node that finds an older copy of the database, and
// cannot read its list at first, forgets the sessions of the newer one.
func TestOlderDatabaseUnreadable(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite(t), newClock().Now)
	u := &unreadable{DB: w.db}
	n := &node{
		Cache: sessions.New(sessions.Options{
			Store: u,
			Log:   slog.New(slog.DiscardHandler),
			Now:   w.now,
		}),
		store: &faulty{DB: w.db},
	}
	w.revokeOthers(0, 10)
	n.Revoked(t.Context())
	ada := w.signIn("ada")
	w.alive(n, ada)
	w.exec("delete from sessions; delete from revocations where sequence > 2")
	u.fails.Store(1)
	w.runs(n)
	for deadline := time.Now().Add(10 * time.Second); u.fails.Load() >= 0 && time.Now().Before(deadline); {
		time.Sleep(20 * time.Millisecond)
	}
	time.Sleep(100 * time.Millisecond) // until what was read is applied
	w.over(n, ada)
}
