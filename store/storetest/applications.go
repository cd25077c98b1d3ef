package storetest

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"gatehouse/sso"
)

func wiki() sso.Application {
	return sso.Application{
		Key:  "wiki",
		Name: "Wiki",
		Kind: sso.ForwardAuth,
		Origins: []string{
			"https://wiki.acme.test", "https://docs.acme.test:8443",
		},
		Groups:      []string{"web/dev"},
		Told:        []string{"web/*", "app/Größe, \"alles\""},
		Attributes:  []string{"badge", "department"},
		GroupsLimit: 4096,
		Revision:    1,
	}
}

// unchanged is an edit that changes nothing.
func unchanged(a sso.Application) (sso.Application, error) { return a, nil }

func testApplications(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	last := int64(0)
	revision := func(changed bool) {
		t.Helper()
		now, err := w.db.ApplicationRevision(ctx)
		w.ok(err)
		if (now != last) != changed {
			t.Errorf(
				"the revision went from %d to %d; want changed %v", last, now,
				changed,
			)
		}
		last = now
	}
	want, made := w.createWiki()
	revision(true)
	got, err := w.db.Application(ctx, made.ID)
	w.ok(err)
	w.same(want, got)
	_, err = w.db.CreateApplication(ctx, by, wiki())
	w.fails(err, sso.Conflict, "key_taken")
	w.clock.Move(time.Second) // identifiers sort by when they were made
	other, err := w.db.CreateApplication(ctx, by, sso.Application{
		Key:     "api",
		Name:    "API",
		Kind:    sso.ForwardAuth,
		Origins: []string{"https://api.acme.test"},
	})
	w.ok(err)
	revision(true)
	all, _, err := w.db.Applications(ctx, sso.Page{})
	w.ok(err)
	w.same([]sso.Application{want, other}, all)

	w.refuseApplicationChanges(other)
	revision(false)
	w.changeApplication(other)
	revision(true)
	w.ok(w.db.DeleteApplication(ctx, by, other.ID))
	revision(true)
	w.applicationGone(other)
	revision(false)
	applicationOutlives(w, want)
}

func (w *world) createWiki() (sso.Application, sso.Application) {
	ctx := w.Context()
	want := wiki()
	want.Enterprises, want.SignIn = []sso.EnterpriseID{w.ent.ID}, w.ent.ID
	made, err := w.db.CreateApplication(ctx, by, want)
	w.ok(err)
	want.ID, want.CreatedAt = made.ID, w.clock.Now()
	w.same(want, made)
	return want, made
}

func (w *world) refuseApplicationChanges(other sso.Application) {
	ctx := w.Context()
	_, err := w.db.UpdateApplication(ctx, by, other.ID, func(a sso.Application) (sso.Application, error) {
		a.Key = "wiki"
		return a, nil
	})
	w.fails(err, sso.Conflict, "key_taken")
	_, err = w.db.UpdateApplication(ctx, by, other.ID, func(a sso.Application) (sso.Application, error) {
		return a, errors.New("refused")
	})
	if err == nil {
		w.Error("a change was made that was refused")
	}
	_, err = w.db.UpdateApplication(ctx, by, other.ID, unchanged)
	w.ok(err)
}

func (w *world) changeApplication(other sso.Application) {
	ctx := w.Context()
	changed, err := w.db.UpdateApplication(
		ctx, by, other.ID,
		func(a sso.Application) (sso.Application, error) {
			return sso.Application{
				ID:      "app-x",
				Key:     "service",
				Name:    "Service",
				Kind:    "other",
				Origins: []string{"https://service.acme.test"},
			}, nil
		},
	)
	w.ok(err)
	w.same(sso.Application{
		ID:        other.ID,
		Key:       "service",
		Name:      "Service",
		Kind:      sso.ForwardAuth,
		Origins:   []string{"https://service.acme.test"},
		Revision:  2,
		CreatedAt: other.CreatedAt,
	}, changed)
}

func (w *world) applicationGone(other sso.Application) {
	ctx := w.Context()
	w.fails(w.db.DeleteApplication(ctx, by, other.ID), sso.NotFoundKind, "not_found")
	_, err := w.db.Application(ctx, other.ID)
	w.fails(err, sso.NotFoundKind, "not_found")
	_, err = w.db.UpdateApplication(ctx, by, other.ID, unchanged)
	w.fails(err, sso.NotFoundKind, "not_found")
}

// applicationOutlives: an application whose only enterprise is deleted admits
// no user, instead of all; the trail says all that was done.
func applicationOutlives(w *world, want sso.Application) {
	w.Helper()
	ctx := w.Context()
	w.ok(w.db.DeleteEnterprise(ctx, by, w.ent.ID))
	got, err := w.db.Application(ctx, want.ID)
	w.ok(err)
	w.same(want, got)
	events, _, err := w.db.AuditEvents(ctx, "", sso.AuditFilter{}, sso.Page{})
	w.ok(err)
	var actions []string
	for _, e := range events {
		actions = append(actions, e.Action)
	}
	w.same(
		[]string{
			"application.deleted", "application.updated", "application.created",
			"application.created",
		},
		actions,
	)
	_, err = w.db.VerifyAudit(ctx, "")
	w.ok(err)
}

func testSigningKeys(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	key := sso.SigningKey{
		Public:  []byte{1, 2, 3},
		Private: "canary-signing-key",
	}
	first := func(have []sso.SigningKey) (*sso.SigningKey, []sso.KeyID, error) {
		if len(have) > 0 {
			return nil, nil, nil
		}
		return &key, nil, nil
	}
	var at sync.WaitGroup
	for range 8 {
		at.Go(func() {
			if keys, err := w.db.ChangeSigningKeys(ctx, first); err != nil || len(keys) != 1 {
				t.Errorf("%d keys: %v", len(keys), err)
			}
		})
	}
	at.Wait()
	keys, err := w.db.SigningKeys(ctx)
	w.ok(err)
	if len(keys) != 1 ||
		keys[0].Private.Reveal() != "canary-signing-key" ||
		!slices.Equal(keys[0].Public, key.Public) ||
		!keys[0].CreatedAt.Equal(w.clock.Now()) {
		t.Fatalf("got %+v", keys)
	}
	key = w.refuseSigningKey(key)
	changed, err := w.db.ChangeSigningKeys(ctx, func(have []sso.SigningKey) (*sso.SigningKey, []sso.KeyID, error) {
		return &key, []sso.KeyID{have[0].ID}, nil
	})
	w.ok(err)
	again, err := w.db.SigningKeys(ctx)
	w.ok(err)
	w.same(changed, again)
	if len(again) != 1 || again[0].ID == keys[0].ID {
		t.Errorf("got %+v", again)
	}
}

func (w *world) refuseSigningKey(key sso.SigningKey) sso.SigningKey {
	ctx := w.Context()
	w.clock.Move(time.Hour)
	_, err := w.db.ChangeSigningKeys(ctx, func(have []sso.SigningKey) (*sso.SigningKey, []sso.KeyID, error) {
		return &key, nil, errors.New("refused")
	})
	if err == nil {
		w.Error("a change was made that was refused")
	}
	return key
}

// testPrincipalGroups: a session speaks for the groups its user is in now, of
// all organizations, and for no others.
func testPrincipalGroups(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	other := addWorld(t, w.db, w.clock, "other")
	other.enter("ada", "sre", "ops")
	w.enter("bob", "sre")
	s := w.signIn("ada", "dev", "Dev")
	u, _ := w.record(s)
	w.principalGroups(
		s, "app/Dev", "app/Members", "app/dev", "web/Members", "web/dev",
	)
	w.ok(w.db.RemoveMember(ctx, by, w.ent.ID, w.group["web/dev"].ID, u.ID))
	w.principalGroups(s, "app/Dev", "app/Members", "app/dev")
	w.ok(w.db.RemoveMember(ctx, by, w.ent.ID, w.group["app/dev"].ID, u.ID))
	w.ok(w.db.RemoveMember(ctx, by, w.ent.ID, w.group["app/Dev"].ID, u.ID))
	w.principalGroups(s)
	odd, err := w.db.CreateGroup(ctx, by, w.ent.ID, sso.Group{
		Organization: w.orgs["web"].ID,
		Name:         `a "b", \c/ d` + "\u2028Ü",
	})
	if err == nil {
		w.group["web/"+odd.Name] = odd
		w.ok(w.db.AddMember(ctx, by, w.ent.ID, odd.ID, u.ID))
		w.principalGroups(s, "web/Members", "web/"+odd.Name)
	}
}

func (w *world) principalGroups(s sso.SignIn, want ...string) {
	w.Helper()
	p, err := w.db.Principal(w.Context(), s.Session.Token)
	w.ok(err)
	var got []string
	for _, g := range p.Groups {
		got = append(got, g.Ref())
		if g.ID != w.group[g.Ref()].ID {
			w.Errorf("%s has another group's identifier", g.Ref())
		}
	}
	w.same(want, got)
}
