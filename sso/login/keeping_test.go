package login_test

import (
	"fmt"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/trial"
)

// TestLastAdminStays is F-52: whatever is said about the last admin, a hundred
// times, they stay one; the person gets in, and each time it is kept for an
// admin to decide.
func TestLastAdminStays(t *testing.T) {
	each(t, func(w *world) {
		c := w.globex
		_, err := w.db.UpdateGroup(w.Context(), by, c.ID, c.groups["web/sre"].ID, func(g sso.Group) (sso.Group, error) {
			g.Admin = true
			return g, nil
		})
		w.ok(err)
		w.ok(c.idp.SetGroups("id-ada", []string{"sre"}))
		user := w.enters(c, "ada").User.ID
		for i := range 100 {
			w.clock.Move(time.Second)
			w.ok(c.idp.SetGroups(
				"id-ada", [][]string{nil, {"dev"}, {"ops", "nowhere"}}[i%3],
			))
			r := w.enters(c, "ada")
			if r.Sync.Held == "" || len(r.Sync.Added)+len(r.Sync.Removed) != 0 {
				w.Fatalf("sign-in %d: %+v", i, r.Sync)
			}
		}
		w.in(c, user, "web/sre=jit", "web/Members=default")
		waiting, _, err := w.db.HeldSyncs(
			w.Context(), c.ID, sso.HeldFilter{State: sso.HeldWaiting}, sso.Page{},
		)
		w.ok(err)
		if len(waiting) != 1 {
			w.Fatalf("%d wait; want the last one alone", len(waiting))
		}
		events, _, err := w.db.AuditEvents(
			w.Context(), c.ID, sso.AuditFilter{Action: "sync.held"},
			sso.Page{Limit: 200},
		)
		w.ok(err)
		if len(events) != 100 {
			w.Errorf("%d audit events; want 100", len(events))
		}
		w.ok(c.idp.SetGroups("id-bob", []string{"sre"}))
		w.enters(c, "bob")
		w.ok(c.idp.SetGroups("id-ada", []string{"dev"}))
		w.enters(c, "ada") // there is another admin now
		w.in(
			c, user, "web/dev=jit", "web/Members=default", "app/dev=jit",
			"app/Members=default",
		)
	})
}

// TestOtherSessionsLearn: what changed a person's groups makes every node read
// their sessions again; what changed nothing, or made the person, does not.
func TestOtherSessionsLearn(t *testing.T) {
	each(t, func(w *world) {
		c := w.acme
		w.enters(c, "ada")
		w.enters(c, "ada")
		if w.revoked != 0 {
			w.Errorf("%d times although nothing changed", w.revoked)
		}
		w.clock.Move(time.Second)
		w.ok(c.idp.SetGroups("id-ada", []string{"sre"}))
		w.enters(c, "ada")
		if w.revoked != 1 {
			w.Errorf("%d times; want once", w.revoked)
		}
	})
}

// TestPreview: the next sign-in changes the groups that the preview shows.
func TestPreview(t *testing.T) {
	each(t, func(w *world) {
		c := w.acme
		s := w.with(func(*options) {})
		user := w.enters(c, "ada").User.ID
		names := []string{"sre", "OPS", "nowhere"}
		p, err := s.PreviewSync(w.Context(), c.ID, c.conn.ID, trial.PreviewRequest{
			Login:  "ada",
			Groups: sso.AssertedGroups{State: sso.GroupsValues, Names: names},
		})
		w.ok(err)
		w.in(
			c, user, "web/dev=jit", "web/Members=default", "app/dev=jit",
			"app/Members=default",
		)
		w.ok(c.idp.SetGroups("id-ada", names))
		r := w.enters(c, "ada")
		was, is := p.Changes.Record, r.Sync
		if p.User.ID != user ||
			fmt.Sprint(
				was.Added, was.Removed, was.Matched, was.Unmatched, was.NearMisses,
			) != fmt.Sprint(
				is.Added, is.Removed, is.Matched, is.Unmatched, is.NearMisses,
			) ||
			len(is.NearMisses) != 1 || is.NearMisses[0].Why != sso.DiffersInCase {
			w.Errorf("shown %+v\ndone %+v", was, is)
		}
		w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
			cfg.GroupSync.OnOverage = sso.DenySignIn
		})
		p, err = s.PreviewSync(w.Context(), c.ID, c.conn.ID, trial.PreviewRequest{
			User:   user,
			Groups: sso.AssertedGroups{State: sso.GroupsOverage},
		})
		w.ok(err)
		if p.Refused == nil || p.Refused.Code != "groups_unknown" {
			w.Errorf("got %+v", p)
		}
		_, err = s.PreviewSync(w.Context(), c.ID, c.conn.ID, trial.PreviewRequest{
			User:  user,
			Draft: true,
		})
		w.fails(err, sso.Conflict, "no_configuration")
		_, err = s.PreviewSync(
			w.Context(), w.globex.ID, c.conn.ID, trial.PreviewRequest{User: user},
		)
		w.fails(err, sso.NotFoundKind, "not_found")
	})
}
