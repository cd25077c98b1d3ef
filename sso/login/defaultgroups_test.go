package login_test

import (
	"slices"
	"testing"

	"gatehouse/groupsync"
	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
	"gatehouse/sso/trial"
)

// joins makes these the default groups of the company's connection.
func (w *world) joins(c *company, groups ...string) {
	w.Helper()
	w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
		cfg.DefaultGroups = c.ids(groups...)
	})
}

func (c *company) ids(groups ...string) (ids []sso.GroupID) {
	for _, name := range groups {
		ids = append(ids, c.groups[name].ID)
	}
	return ids
}

// TestEveryoneJoinsDefaultGroups: every user who signs in through the connection
// joins them, whatever groups the identity provider asserts.
func TestEveryoneJoinsDefaultGroups(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			w.joins(c, "app/ops")
			r := w.enters(c, "ada")
			w.in(
				c, r.User.ID, "web/dev=jit", "web/Members=default", "app/dev=jit",
				"app/ops=connection", "app/Members=default",
			)
			added := r.Sync.Added
			i := slices.IndexFunc(added, func(g sso.GroupChange) bool {
				return g.Name == "ops"
			})
			if i < 0 ||
				added[i].Source != sso.SourceConnection ||
				!slices.Equal(r.Sync.Matched, []string{"dev"}) {
				w.Errorf("%s: the record says %+v", c.Key, r.Sync)
			}
			c.idp.SetFaultOnce(demoidp.NoGroups)
			r = w.enters(c, "bob")
			w.in(c, r.User.ID, "app/ops=connection", "app/Members=default")
			c.idp.SetFaultOnce(demoidp.EmptyGroups)
			r = w.enters(c, "ada")
			w.in(c, r.User.ID, "app/ops=connection", "app/Members=default")

			w.joins(c, "web/sre") // another one: the former is left, in any state
			c.idp.SetFaultOnce(demoidp.NoGroups)
			r = w.enters(c, "bob")
			w.in(c, r.User.ID, "web/sre=connection", "web/Members=default")
			w.joins(c)
			c.idp.SetFaultOnce(demoidp.NoGroups)
			r = w.enters(c, "bob")
			w.in(c, r.User.ID)

			w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
				cfg.DefaultGroups, cfg.Mapping.Exclude, cfg.Mapping.Include = c.ids(
					"app/ops",
				), "^ops$", "^nothing$"
			})
			r = w.enters(c, "eve")
			w.in(c, r.User.ID, "app/ops=connection", "app/Members=default")
			w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
				cfg.DefaultGroups, cfg.Provisioning = c.ids(
					"web/sre",
				), sso.ProvisionSCIM
			})
			r = w.enters(c, "eve")
			w.in(c, r.User.ID, "app/ops=connection", "app/Members=default")
		}
	})
}

// TestDefaultGroupsOfAnotherEnterprise: an ID of another enterprise adds no
// member.
func TestDefaultGroupsOfAnotherEnterprise(t *testing.T) {
	each(t, func(w *world) {
		w.edit(w.acme, func(_ *sso.Connection, cfg *sso.Config) {
			cfg.DefaultGroups = w.globex.ids("app/ops")
		})
		c := w.acme
		c.idp.SetFaultOnce(demoidp.NoGroups)
		r := w.enters(c, "ada")
		w.in(c, r.User.ID)
		members, _, err := w.db.GroupMembers(
			w.Context(), w.globex.ID, w.globex.groups["app/ops"].ID, sso.Page{},
		)
		if err != nil || len(members) != 0 {
			w.Errorf("%v, %v", members, err)
		}
	})
}

// TestDefaultGroupsBeforehand: test connection, preview and shadow mode say who
// would join, and why; and who is in one for that reason is no drift.
func TestDefaultGroupsBeforehand(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			s := w.shadow(c, func(cfg *sso.Config) {
				cfg.DefaultGroups = c.ids("app/ops")
			})
			r, err := w.completeBy(s, c, w.answer(c, "ada", w.begin(c)))
			w.ok(err)
			_, all := w.tally(c, 1)
			if len(all) != 1 ||
				names(all[0].Detail.Added) != "app/ops" ||
				all[0].Detail.Added[0].Source != sso.SourceConnection {
				w.Errorf("%s: shadow mode says %+v", c.Key, all)
			}
			p, err := w.login.PreviewSync(
				w.Context(), c.ID, c.conn.ID,
				trial.PreviewRequest{
					User:   r.User.ID,
					Draft:  true,
					Groups: sso.AssertedGroups{},
				},
			)
			w.ok(err)
			var why []string
			for _, o := range p.Organizations {
				for _, g := range o.Added {
					why = append(why, o.Name+"/"+g.Name+" "+string(g.Source))
				}
			}
			if !slices.Equal(why, []string{"app/ops connection"}) {
				w.Errorf("%s: the preview says %q", c.Key, why)
			}
			run, _ := w.beginTest(c)
			run = w.ended(c, run, w.tryOut(c, run, w.browser))
			var defaults []string
			for _, o := range run.Result.Changes {
				defaults = append(defaults, o.Defaults...)
			}
			if !slices.Equal(defaults, []string{"ops"}) {
				w.Errorf("%s: the test says %+v", c.Key, run.Result.Changes)
			}

			w.edit(c, func(conn *sso.Connection, cfg *sso.Config) {
				conn.Draft, cfg.DefaultGroups = nil, c.ids("app/ops")
			})
			w.enters(c, "ada")
			ops := c.groups["app/ops"].ID
			drift := func() sso.GroupDrift {
				w.Helper()
				d, err := w.db.GroupDrift(w.Context(), c.ID, ops)
				w.ok(err)
				return d
			}
			if d := drift(); d.Expected != 1 ||
				d.Actual != 1 ||
				len(d.Drifting) != 0 {
				w.Errorf("%s: drift %+v", c.Key, d)
			}
			w.joins(c)
			if d := drift(); d.Expected != 0 ||
				d.Actual != 1 ||
				len(d.Drifting) != 1 ||
				groupsync.Explain(d.Drifting[0]) != sso.DriftFormer {
				w.Errorf("%s: drift of a former default group %+v", c.Key, d)
			}
			done, err := w.db.ReconcileGroup(
				w.Context(),
				by,
				c.ID,
				ops,
				groupsync.Reconcile,
				func(sso.Restoration) (bool, error) {
					return true, nil
				},
			)
			w.ok(err)
			if len(done.Remove) != 1 {
				w.Errorf("%s: reconciling did %+v", c.Key, done)
			}
		}
	})
}

// TestHeldSyncKeepsDefaultGroups: a sync that is held and approved later puts
// people into default groups as what they are.
func TestHeldSyncKeepsDefaultGroups(t *testing.T) {
	each(t, func(w *world) {
		c := w.acme
		r := w.enters(c, "ada")
		w.joins(c, "app/ops")
		w.ok(c.idp.SetGroups("id-ada", []string{"renamed"}))
		r = w.enters(c, "ada")
		if r.Sync.Held == "" {
			w.Fatalf("nothing is held: %+v", r.Sync)
		}
		_, err := w.db.ApproveHeldSync(w.Context(), by, c.ID, r.Sync.Held)
		w.ok(err)
		w.in(c, r.User.ID, "app/ops=connection", "app/Members=default")
	})
}
