package storetest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/sso"
)

func testSetupLinks(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	link := func(change func(*sso.SetupLink)) sso.SetupLink {
		t.Helper()
		l := sso.SetupLink{
			Enterprise: w.ent.ID,
			Token:      sso.NewSecret().Hash(),
			For:        "Ada <ada@acme.test>",
			MaxOpens:   2,
			ExpiresAt:  w.clock.Now().Add(24 * time.Hour),
		}
		if change != nil {
			change(&l)
		}
		made, err := w.db.CreateSetupLink(ctx, by, l)
		w.ok(err)
		l.ID, l.CreatedAt, l.CreatedBy = made.ID, w.clock.Now(), by
		w.same(l, made)
		got, err := w.db.SetupLink(ctx, w.ent.ID, made.ID)
		w.ok(err)
		w.same(l, got)
		w.clock.Move(time.Second)
		return made
	}
	open := func(l sso.SetupLink) (sso.Hash, error) {
		session := sso.NewSecret().Hash()
		_, err := w.db.OpenSetupLink(ctx, l.Token, session, time.Hour, "192.0.2.1")
		return session, err
	}
	gone := func(l sso.SetupLink) {
		t.Helper()
		_, err := w.db.SetupLinkByToken(ctx, l.Token)
		w.fails(err, sso.NotFoundKind, "setup_link_gone")
		_, err = open(l)
		w.fails(err, sso.NotFoundKind, "setup_link_gone")
	}
	holds := func(session sso.Hash, want bool) {
		t.Helper()
		if _, err := w.db.SetupSession(ctx, session); want {
			w.ok(err)
		} else {
			w.fails(err, sso.Unauthenticated, "session_ended")
		}
	}
	gone(sso.SetupLink{Token: sso.NewSecret().Hash()})
	l := link(nil)
	first, err := open(l)
	w.ok(err)
	second, err := open(l)
	w.ok(err)
	gone(l) // used up, and who is in stays in
	holds(first, true)
	w.ok(w.db.EndSetupSession(ctx, first))
	holds(first, false)
	w.clock.Move(time.Hour)
	holds(second, false)

	short := link(func(l *sso.SetupLink) {
		l.ExpiresAt = w.clock.Now().Add(30 * time.Minute)
	})
	session, err := open(short)
	w.ok(err)
	w.clock.Move(30 * time.Minute)
	gone(short) // expired, with what was begun by it
	holds(session, false)

	revoked := link(nil)
	session, err = open(revoked)
	w.ok(err)
	w.ok(w.db.RevokeSetupLink(ctx, by, w.ent.ID, revoked.ID))
	w.ok(w.db.RevokeSetupLink(ctx, by, w.ent.ID, revoked.ID))
	gone(revoked)
	holds(session, false)

	bound := link(nil)
	session, err = open(bound)
	w.ok(err)
	w.ok(w.db.BindSetupLink(ctx, w.ent.ID, bound.ID, w.conn.ID))
	w.ok(w.db.BindSetupLink(ctx, w.ent.ID, bound.ID, w.conn.ID))
	held, err := w.db.SetupSession(ctx, session)
	w.ok(err)
	if held.Connection != w.conn.ID ||
		held.Opens != 1 ||
		held.OpenedAt.IsZero() {
		t.Errorf("got %+v", held)
	}
	another := w.connection("Another")
	w.fails(
		w.db.BindSetupLink(ctx, w.ent.ID, bound.ID, another.ID), sso.Conflict,
		"setup_link_bound",
	)
	all, _, err := w.db.SetupLinks(ctx, w.ent.ID, sso.Page{})
	w.ok(err)
	if len(all) != 4 || all[0].ID != bound.ID || all[3].ID != l.ID {
		t.Errorf("%d links, or in another order", len(all))
	}
	w.ok(w.db.DeleteConnection(ctx, by, w.ent.ID, w.conn.ID, func(sso.ConnectionReach) error {
		return nil
	}))
	gone(bound) // with its connection
	holds(session, false)
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
