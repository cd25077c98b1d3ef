package login_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
)

// refreshing is the service with a refresh that counts, and does what before
// says first.
func (w *world) refreshing(calls *int, before func(c sso.Connection) (sso.Connection, bool, error)) *services {
	return w.with(func(o *options) {
		o.Refresh = func(ctx context.Context, c sso.Connection) (sso.Connection, bool, error) {
			*calls++
			if before != nil {
				return before(c)
			}
			return w.refresh(ctx, c)
		}
	})
}

// TestUnknownKeyIsLookedForOnce: the identity provider rotated its keys without
// notice.
func TestUnknownKeyIsLookedForOnce(t *testing.T) {
	each(t, func(w *world) {
		w.enters(w.acme, "ada")
		w.ok(w.acme.idp.RotateKeys())
		calls := 0
		s := w.refreshing(&calls, nil)
		r, err := s.Complete(
			w.Context(), w.acme.conn.ID, w.answer(w.acme, "ada", w.begin(w.acme)),
		)
		w.ok(err)
		if calls != 1 || !w.alive(r) {
			w.Errorf("%d refreshes", calls)
		}
		// The checks are those of the judgement that counted.
		a, err := w.db.Attempt(w.Context(), w.acme.ID, r.Session.Attempt)
		w.ok(err)
		for _, c := range a.Checks {
			if !c.OK {
				w.Errorf("kept from the first try: %+v", c)
			}
		}
		if _, err := s.Complete(
			w.Context(), w.acme.conn.ID, w.answer(w.acme, "ada", w.begin(w.acme)),
		); err != nil || calls != 1 {
			w.Errorf("the next one: %v, %d refreshes", err, calls)
		}
	})
}

// TestUnknownKeyThatStaysUnknown: whatever the refresh does, an answer that is
// signed with no key of theirs is refused as that.
func TestUnknownKeyThatStaysUnknown(t *testing.T) {
	each(t, func(w *world) {
		for name, refresh := range map[string]func(sso.Connection) (sso.Connection, bool, error){
			"the same keys": nil,
			"nothing changed": func(c sso.Connection) (sso.Connection, bool, error) {
				return c, false, nil
			},
			"it cannot be had": func(c sso.Connection) (sso.Connection, bool, error) {
				return c, false, errDisk
			},
		} {
			w.acme.idp.SetFaultOnce(demoidp.WrongKey)
			calls := 0
			_, err := w.refreshing(&calls, refresh).Complete(
				w.Context(), w.acme.conn.ID,
				w.answer(w.acme, "ada", w.begin(w.acme)),
			)
			a := w.recorded(w.acme, err, sso.Forbidden, "saml_signature_invalid")
			w.failedCheck(a)
			if calls != 1 {
				w.Errorf("%s: %d refreshes", name, calls)
			}
			if failed := name == "it cannot be had"; errors.Is(err, errDisk) != failed ||
				strings.Contains(a.Detail, "refresh") != failed {
				w.Errorf("%s: the admin is told %q", name, a.Detail)
			}
		}
		if n := len(w.users(w.acme)); n != 0 {
			w.Errorf("%d users", n)
		}
	})
}

func TestKeysSetByHandAreNotLookedFor(t *testing.T) {
	each(t, func(w *world) {
		w.edit(w.acme, func(_ *sso.Connection, cfg *sso.Config) {
			cfg.SAML.MetadataURL = ""
		})
		calls := 0
		s := w.refreshing(&calls, nil)
		for _, fault := range []demoidp.Fault{demoidp.WrongKey, demoidp.Unsigned} {
			w.acme.idp.SetFaultOnce(fault)
			_, err := s.Complete(
				w.Context(), w.acme.conn.ID,
				w.answer(w.acme, "ada", w.begin(w.acme)),
			)
			w.recorded(w.acme, err, sso.Forbidden, "saml_signature_invalid")
		}
		// Nor is there anything to look for where the key was right.
		w.acme.idp.SetFaultOnce(demoidp.WrongAudience)
		_, err := s.Complete(
			w.Context(), w.acme.conn.ID, w.answer(w.acme, "ada", w.begin(w.acme)),
		)
		w.recorded(w.acme, err, sso.Forbidden, "saml_wrong_recipient")
		if calls != 0 {
			w.Errorf("%d refreshes", calls)
		}
	})
}

func (w *world) withTested(
	refresh func(ctx context.Context, c sso.Connection) (sso.Connection, bool, error),
) *services {
	return w.with(func(o *options) { o.trial.Refresh = refresh })
}

// tried is the result of a test connection of acme's.
func (w *world) tried() sso.TestRun {
	run, _ := w.beginTest(w.acme)
	return w.ended(w.acme, run, w.tryOut(w.acme, run, w.browser))
}

// TestTestConnectionFetchesNewKeys: a test of a draft picks up a key that the
// identity provider rolled since, and says so; without the address, or with the
// same keys, it fails as before.
func TestTestConnectionFetchesNewKeys(t *testing.T) {
	each(t, func(w *world) {
		refreshed := 0
		w.login = w.withTested(func(ctx context.Context, c sso.Connection) (sso.Connection, bool, error) {
			refreshed++
			metadata, err := w.sp.FetchMetadata(ctx, c.Draft.SAML.MetadataURL)
			w.ok(err)
			next, err := w.db.UpdateConnection(
				ctx,
				sso.ActorSystem,
				c.Enterprise,
				c.ID,
				"connection.refreshed",
				func(old sso.Connection) (sso.Connection, error) {
					cfg := *old.Draft
					saml, err := metadata.Apply(*cfg.SAML)
					cfg.SAML, old.Draft = &saml, &cfg
					return old, err
				},
			)
			return next, true, err
		})
		w.draft(w.acme, func(cfg *sso.Config) {
			cfg.Mapping.Name = []string{"email"}
		})
		w.ok(w.acme.idp.RotateKeys())
		run := w.tried()
		if run.State != sso.TestPassed || refreshed != 1 {
			w.Fatalf(
				"%s %s: %s, %d refreshes, %+v", run.State, run.Code, run.Detail,
				refreshed, run.Result.Checks,
			)
		}
		i := slices.IndexFunc(run.Result.Checks, func(c sso.Check) bool {
			return c.Name == "metadata"
		})
		if i < 0 ||
			!run.Result.Checks[i].Warning ||
			run.Revision == w.acme.conn.Revision {
			w.Errorf("checks %+v, revision %d", run.Result.Checks, run.Revision)
		}
		w.acme.idp.SetFaultOnce(demoidp.WrongKey)
		w.login = w.withTested(func(_ context.Context, c sso.Connection) (sso.Connection, bool, error) {
			return c, false, nil
		})
		if run := w.tried(); run.Code != "saml_signature_invalid" {
			w.Errorf("the same keys: %s %s", run.State, run.Code)
		}
		w.acme.idp.SetFaultOnce(demoidp.WrongKey)
		down := &sso.Error{
			Kind:   sso.Upstream,
			Code:   "metadata_unavailable",
			Public: "The server refuses connections.",
		}
		w.login = w.withTested(func(_ context.Context, c sso.Connection) (sso.Connection, bool, error) {
			return c, false, down
		})
		run = w.tried()
		if i := slices.IndexFunc(run.Result.Checks, func(c sso.Check) bool {
			return c.Name == "metadata" && c.Got == down.Public
		}); run.Code != "saml_signature_invalid" || i < 0 {
			w.Errorf(
				"it cannot be had: %s %s %+v", run.State, run.Code,
				run.Result.Checks,
			)
		}
	})
}

// TestWhatChangedDuringARefreshCounts: an admin who switches the connection off,
// or enables another mapping, while its metadata is fetched, is obeyed.
func TestWhatChangedDuringARefreshCounts(t *testing.T) {
	each(t, func(w *world) {
		w.ok(w.acme.idp.RotateKeys())
		cb := w.answer(w.acme, "ada", w.begin(w.acme))
		change := func(change func(*sso.Connection, *sso.Config)) func(sso.Connection) (sso.Connection, bool, error) {
			return func(c sso.Connection) (sso.Connection, bool, error) {
				metadata, err := w.sp.FetchMetadata(
					w.Context(), c.Live.SAML.MetadataURL,
				)
				w.ok(err)
				w.edit(w.acme, func(conn *sso.Connection, cfg *sso.Config) {
					saml, err := metadata.Apply(*cfg.SAML)
					w.ok(err)
					cfg.SAML = &saml
					change(conn, cfg)
				})
				return w.acme.conn, true, nil
			}
		}
		calls := 0
		off := w.refreshing(&calls, change(func(conn *sso.Connection, _ *sso.Config) {
			conn.State = sso.ConnectionDisabled
		}))
		_, err := off.Complete(w.Context(), w.acme.conn.ID, cb)
		w.recorded(w.acme, err, sso.Forbidden, "connection_disabled")
		if n := len(w.users(w.acme)); n != 0 {
			w.Fatalf("%d users", n)
		}
		w.ok(w.acme.idp.RotateKeys())
		w.edit(w.acme, func(conn *sso.Connection, _ *sso.Config) {
			conn.State = sso.ConnectionEnabled
		})
		mapped := w.refreshing(&calls, change(func(_ *sso.Connection, cfg *sso.Config) {
			cfg.Mapping.Name = []string{demoidp.ClaimLastName}
			cfg.GroupSync.Mode = sso.SyncAddOnly
		}))
		w.ok(w.acme.idp.RotateKeys()) // twice: the keys before the last stay published
		r, err := mapped.Complete(
			w.Context(), w.acme.conn.ID, w.answer(w.acme, "ada", w.begin(w.acme)),
		)
		w.ok(err)
		if r.User.Name != "X" || r.Sync.Mode != sso.SyncAddOnly || calls != 2 {
			w.Errorf("read with the mapping of before: %q, %s, %d refreshes", r.User.Name, r.Sync.Mode, calls)
		}
	})
}
