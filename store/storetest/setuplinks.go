package storetest

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/sso"
)

func testSetupLinks(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	w.setupLinkGone(sso.SetupLink{Token: sso.NewSecret().Hash()})
	l := w.newSetupLink(nil)
	first, err := w.openSetupLink(l)
	w.ok(err)
	second, err := w.openSetupLink(l)
	w.ok(err)
	w.setupLinkGone(l) // used up; its session goes on
	w.setupSessionOpen(first, true)
	w.ok(w.db.EndSetupSession(ctx, first))
	w.setupSessionOpen(first, false)
	w.clock.Move(time.Hour)
	w.setupSessionOpen(second, false)

	w.setupLinkExpires()

	w.setupLinkRevoked()

	w.setupLinkBound(l)
}

func (w *world) newSetupLink(change func(*sso.SetupLink)) sso.SetupLink {
	w.Helper()
	l := sso.SetupLink{
		Enterprise: w.ent.ID,
		Token:      sso.NewSecret().Hash(),
		Intents:    []sso.Intent{sso.IntentSignOn, sso.IntentProvisioning},
		For:        "Ada <ada@acme.test>",
		MaxOpens:   2,
		ExpiresAt:  w.clock.Now().Add(24 * time.Hour),
	}
	if change != nil {
		change(&l)
	}
	made, err := w.db.CreateSetupLink(w.Context(), by, l)
	w.ok(err)
	l.ID, l.CreatedAt, l.CreatedBy = made.ID, w.clock.Now(), by
	w.same(l, made)
	got, err := w.db.SetupLink(w.Context(), w.ent.ID, made.ID)
	w.ok(err)
	w.same(l, got)
	w.clock.Move(time.Second)
	return made
}

func (w *world) openSetupLink(l sso.SetupLink) (sso.Hash, error) {
	session := sso.NewSecret().Hash()
	_, err := w.db.OpenSetupLink(w.Context(), l.Token, session, time.Hour, "192.0.2.1")
	return session, err
}

func (w *world) setupLinkGone(l sso.SetupLink) {
	w.Helper()
	_, err := w.db.SetupLinkByToken(w.Context(), l.Token)
	w.fails(err, sso.NotFoundKind, "setup_link_gone")
	_, err = w.openSetupLink(l)
	w.fails(err, sso.NotFoundKind, "setup_link_gone")
}

func (w *world) setupSessionOpen(session sso.Hash, want bool) {
	w.Helper()
	if _, err := w.db.SetupSession(w.Context(), session); want {
		w.ok(err)
	} else {
		w.fails(err, sso.Unauthenticated, "session_ended")
	}
}

func (w *world) setupLinkExpires() {
	short := w.newSetupLink(func(l *sso.SetupLink) {
		l.ExpiresAt = w.clock.Now().Add(30 * time.Minute)
	})
	session, err := w.openSetupLink(short)
	w.ok(err)
	w.clock.Move(30 * time.Minute)
	w.setupLinkGone(short) // expired, with what was begun by it
	w.setupSessionOpen(session, false)
}

func (w *world) setupLinkRevoked() {
	ctx := w.Context()
	revoked := w.newSetupLink(nil)
	session, err := w.openSetupLink(revoked)
	w.ok(err)
	w.ok(w.db.RevokeSetupLink(ctx, by, w.ent.ID, revoked.ID))
	w.ok(w.db.RevokeSetupLink(ctx, by, w.ent.ID, revoked.ID))
	w.setupLinkGone(revoked)
	w.setupSessionOpen(session, false)
}

func (w *world) setupLinkBound(l sso.SetupLink) {
	ctx := w.Context()
	bound := w.newSetupLink(nil)
	session, err := w.openSetupLink(bound)
	w.ok(err)
	w.ok(w.db.BindSetupLink(ctx, w.ent.ID, bound.ID, w.conn.ID))
	w.ok(w.db.BindSetupLink(ctx, w.ent.ID, bound.ID, w.conn.ID))
	held, err := w.db.SetupSession(ctx, session)
	w.ok(err)
	if held.Connection != w.conn.ID ||
		!slices.Equal(held.Intents, bound.Intents) ||
		held.Opens != 1 ||
		held.OpenedAt.IsZero() {
		w.Errorf("got %+v", held)
	}
	another := w.connection("Another")
	w.fails(
		w.db.BindSetupLink(ctx, w.ent.ID, bound.ID, another.ID), sso.Conflict,
		"setup_link_bound",
	)
	all, _, err := w.db.SetupLinks(ctx, w.ent.ID, sso.Page{})
	w.ok(err)
	if len(all) != 4 || all[0].ID != bound.ID || all[3].ID != l.ID {
		w.Errorf("%d links, or in another order", len(all))
	}
	w.ok(w.db.DeleteConnection(ctx, by, w.ent.ID, w.conn.ID, func(sso.ConnectionReach) error {
		return nil
	}))
	w.setupLinkGone(bound) // with its connection
	w.setupSessionOpen(session, false)
}

// testSetupLinkRace: however many redeem a link at once, no more get in than it
// allows.
func testSetupLinkRace(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	for _, most := range []int{1, 3, 7} {
		l, err := w.db.CreateSetupLink(t.Context(), by, sso.SetupLink{
			Enterprise: w.ent.ID,
			Token:      sso.NewSecret().Hash(),
			For:        "Ada",
			MaxOpens:   most,
			ExpiresAt:  w.clock.Now().Add(time.Hour),
		})
		w.ok(err)
		var opened atomic.Int32
		var at sync.WaitGroup
		for range 20 {
			at.Go(func() {
				_, err := w.db.OpenSetupLink(
					t.Context(), l.Token, sso.NewSecret().Hash(), time.Hour, "",
				)
				switch {
				case err == nil:
					opened.Add(1)
				case sso.CodeOf(err) != "setup_link_gone":
					t.Error(err)
				}
			})
		}
		at.Wait()
		got, err := w.db.SetupLink(t.Context(), w.ent.ID, l.ID)
		if w.ok(err); int(opened.Load()) != most || got.Opens != most {
			t.Errorf(
				"%d got in, %d are counted; want %d", opened.Load(), got.Opens, most,
			)
		}
	}
}
