package connections_test

import (
	"slices"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/connections"
)

// TestDefaultGroups: they are groups of this company, given by ID or by name, and
// nothing that would make everyone an admin.
func TestDefaultGroups(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	ctx := t.Context()
	made := func(ent sso.EnterpriseID, key string) (sso.Organization, sso.Group, sso.Group) {
		t.Helper()
		o, err := w.db.CreateOrganization(ctx, by, sso.Organization{
			Enterprise: ent,
			Key:        key,
			Name:       key,
		})
		w.ok(err)
		dev, err := w.db.CreateGroup(ctx, by, ent, sso.Group{
			Organization: o.ID,
			Name:         "dev",
		})
		w.ok(err)
		admins, err := w.db.CreateGroup(ctx, by, ent, sso.Group{
			Organization: o.ID,
			Name:         "admins",
			Admin:        true,
		})
		w.ok(err)
		return o, dev, admins
	}
	web, dev, admins := made(w.ent, "web")
	rival, err := w.db.CreateEnterprise(ctx, by, sso.Enterprise{
		Key:  "rival-of-this",
		Name: "Rival",
	})
	w.ok(err)
	_, foreign, _ := made(rival.ID, "theirs")
	c := w.live(d)
	edit := func(entries ...string) (sso.Connection, error) {
		c, _, err := w.Edit(ctx, by, w.ent, c.ID, connections.Edit{
			DefaultGroups: append([]string{}, entries...),
		})
		return c, err
	}
	for name, x := range map[string]struct {
		entries []string
		want    []sso.GroupID
		wrong   string // the fields
	}{
		"by ID":   {[]string{string(dev.ID)}, []sso.GroupID{dev.ID}, ""},
		"by name": {[]string{" web/dev "}, []sso.GroupID{dev.ID}, ""},
		"twice": {
			[]string{"web/dev", string(dev.ID)},
			[]sso.GroupID{dev.ID},
			"",
		},
		"none": {nil, nil, ""},
		"of another enterprise": {
			[]string{"web/dev", string(foreign.ID)},
			nil,
			"default_groups[1]",
		},
		"of another by name":      {[]string{"theirs/dev"}, nil, "default_groups[0]"},
		"of another organization": {[]string{"app/dev"}, nil, "default_groups[0]"},
		"unknown": {
			[]string{"web/nothing", "group-unknown", ""},
			nil,
			"default_groups[0] default_groups[1] default_groups[2]",
		},
		"other letter case": {[]string{"web/Dev"}, nil, "default_groups[0]"},
		"an admin group": {
			[]string{string(admins.ID)},
			nil,
			"default_groups[0]",
		},
		"the organization's own": {
			[]string{string(web.DefaultGroup)},
			nil,
			"default_groups[0]",
		},
		"its own, by name": {[]string{"web/Members"}, nil, "default_groups[0]"},
		"more than there may be": {
			slices.Repeat([]string{"web/dev"}, sso.MaxDefaultGroups+1),
			nil,
			"default_groups",
		},
		"as many as there may be": {
			slices.Repeat([]string{"web/dev"}, sso.MaxDefaultGroups),
			[]sso.GroupID{dev.ID},
			"",
		},
		"a name with a line break": {
			[]string{"web/dev\nweb/ops"},
			nil,
			"default_groups[0]",
		},
	} {
		got, err := edit(x.entries...)
		if x.wrong != "" {
			w.fails(
				err, sso.Invalid, "invalid_configuration",
				strings.Fields(x.wrong)...,
			)
			continue
		}
		w.ok(err)
		var ids []sso.GroupID
		if got.Draft != nil {
			ids = got.Draft.DefaultGroups
		}
		if !slices.Equal(ids, x.want) {
			t.Errorf("%s: %q, want %q", name, ids, x.want)
		}
	}

	_, err = edit("web/dev")
	w.ok(err)
	w.fails(
		w.db.DeleteGroup(ctx, by, w.ent, dev.ID), sso.Conflict, "group_is_default",
	)
	w.fails(
		w.db.DeleteOrganization(ctx, by, w.ent, web.ID), sso.Conflict,
		"group_is_default",
	)
	_, err = w.db.UpdateGroup(ctx, by, w.ent, dev.ID, func(g sso.Group) (sso.Group, error) {
		g.Admin = true
		return g, nil
	})
	w.fails(err, sso.Conflict, "group_is_default")
	live, err := w.Enable(ctx, by, w.ent, c.ID, 0)
	w.ok(err)
	w.same([]sso.GroupID{dev.ID}, live.Live.DefaultGroups)
	events, _, err := w.db.AuditEvents(
		ctx, w.ent, sso.AuditFilter{Action: "connection.enabled"}, sso.Page{},
	)
	w.ok(err)
	if events[0].Detail["default_groups"] != string(dev.ID) {
		t.Errorf("the audit log says %+v", events[0].Detail)
	}
	w.fails(
		w.db.DeleteGroup(ctx, by, w.ent, dev.ID), sso.Conflict, "group_is_default",
	)
	w.ok(w.db.DeleteGroup(ctx, by, w.ent, admins.ID))

	_, err = edit()
	w.ok(err)
	w.fails(w.db.DeleteGroup(ctx, by, w.ent, dev.ID), sso.Conflict, "group_is_default") // still live
	_, err = w.Enable(ctx, by, w.ent, c.ID, 0)
	w.ok(err)
	w.ok(w.db.DeleteGroup(ctx, by, w.ent, dev.ID)) // only the version before has it
	_, err = w.Rollback(ctx, by, w.ent, c.ID, 0)
	w.ok(err)
}
