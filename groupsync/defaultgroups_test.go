package groupsync_test

import (
	"slices"
	"strings"
	"testing"

	"gatehouse/groupsync"
	"gatehouse/sso"
)

// TestDefaultGroups: everyone joins them in every state of the asserted list, and
// leaves those that are none any more.
func TestDefaultGroups(t *testing.T) {
	t.Parallel()
	withDefaults := func(mode sso.SyncMode, ids ...sso.GroupID) sso.GroupSync {
		return sso.GroupSync{
			Mode:          mode,
			OnAbsent:      sso.KeepGroups,
			OnOverage:     sso.KeepGroups,
			DefaultGroups: ids,
		}
	}
	reset := withDefaults(sso.SyncReset, "web/dev")
	const joined = "+web/Members=default +web/dev=connection"
	clear := reset
	clear.OnAbsent = sso.ClearGroups
	for name, tt := range map[string]struct {
		rules    sso.GroupSync
		asserted sso.AssertedGroups
		current  []sso.Membership
		want     string
		note     string // part of it
	}{
		"absent": {reset, state(sso.GroupsAbsent), nil, joined, "do not depend"},
		"absent, cleared": {
			clear, state(sso.GroupsAbsent), in("app/dev=jit", "app/Members=default"),
			joined + " -app/Members -app/dev", "do not depend",
		},
		"empty":   {reset, values(), nil, joined, ""},
		"values":  {reset, values("sre"), nil, joined + " +web/sre=jit", ""},
		"overage": {reset, state(sso.GroupsOverage), nil, joined, "do not depend"},
		"truncated": {
			reset, state(sso.GroupsTruncated, "sre"), nil, joined + " +web/sre=jit",
			"do not depend",
		},
		"partial": {reset, state(sso.GroupsPartial), nil, joined, "do not depend"},
		"unfetched": {
			reset,
			sso.AssertedGroups{
				State:     sso.GroupsAbsent,
				Unfetched: true,
			},
			nil,
			joined,
			"do not depend",
		},
		"add-only": {withDefaults(sso.SyncAddOnly, "web/dev"), values(), nil, joined, ""},
		"reset-synced": {
			withDefaults(sso.SyncResetSynced, "web/dev"), values(),
			in("web/sre=jit", "web/Members=default"),
			"+web/dev=connection -web/sre", "",
		},
		"there already": {
			reset, values(), in("web/dev=connection", "web/Members=default"), "", "",
		},
		"by hand already": {
			reset, values(), in("web/dev=manual", "web/Members=default"), "", "",
		},
		"by name already": {
			reset, values(), in("web/dev=jit", "web/Members=default"), "", "",
		},
		"named as well": {
			reset,
			values("dev"),
			nil,
			"+app/Members=default +app/dev=jit +data/Members=default +data/dev=jit +web/Members=default +web/dev=jit",
			"",
		},
		"gone": {
			withDefaults(sso.SyncReset, "web/gone"), values(), nil, "", "",
		},
		"everyone's group": {
			withDefaults(sso.SyncReset, "web/Members"), values(), nil, "", "",
		},
		"an admin group": {
			withDefaults(sso.SyncReset, "data/admins"), values(), nil, "", "",
		},
		"provisioned": {
			groupsync.RulesOf(sso.Config{
				Provisioning:  sso.ProvisionSCIM,
				DefaultGroups: reset.DefaultGroups,
			}, true),
			values(),
			nil,
			"",
			"provisioning",
		},

		"former": {
			withDefaults(sso.SyncReset), values(),
			in("web/dev=connection", "web/Members=default"),
			"-web/Members -web/dev", "",
		},
		"former, absent": {
			withDefaults(sso.SyncReset),
			state(sso.GroupsAbsent),
			in("web/dev=connection", "web/sre=jit", "web/Members=default"),
			"-web/dev",
			"do not depend",
		},
		"former, partial": {
			withDefaults(sso.SyncReset), state(sso.GroupsPartial),
			in("web/dev=connection", "web/Members=default"),
			"-web/Members -web/dev", "do not depend",
		},
		"former, named": {
			withDefaults(sso.SyncReset),
			values("dev"),
			in("web/dev=connection", "app/dev=jit", "data/dev=jit"),
			"",
			"",
		},
		"former, reset-synced": {
			withDefaults(sso.SyncResetSynced),
			values(),
			in("web/dev=connection", "web/sre=manual", "web/Members=default"),
			"-web/dev",
			"",
		},
		"former, add-only": {
			withDefaults(sso.SyncAddOnly), values(),
			in("web/dev=connection", "web/Members=default"), "", "",
		},
		"former, by hand": {
			withDefaults(sso.SyncResetSynced), values(),
			in("web/dev=manual", "web/Members=default"), "", "",
		},
		"replaced by another one": {
			reset, values(), in("app/dev=connection", "app/Members=default"),
			joined + " -app/Members -app/dev", "",
		},
	} {
		groups := slices.Clone(acme)
		for i := range groups {
			groups[i].Admin = groups[i].ID == "data/admins"
		}
		c, err := groupsync.Plan(tt.rules, tt.asserted, sso.GroupSnapshot{
			Groups:      groups,
			Memberships: tt.current,
		})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := summary(c); got != tt.want || !strings.Contains(c.Record.Note, tt.note) {
			t.Errorf(
				"%s: got %q, %q; want %q, %q", name, got, c.Record.Note, tt.want,
				tt.note,
			)
		}
		if slices.Contains(c.Record.Matched, "dev") != slices.Contains(
			tt.asserted.Names, "dev",
		) {
			t.Errorf(
				"%s: a default group counts as named: %q", name, c.Record.Matched,
			)
		}
	}
}

// TestDefaultGroupsAreNotNamed: the brake does not take a default group for one
// that was matched, nor its loss for one of a synced group.
func TestDefaultGroupsAreNotNamed(t *testing.T) {
	t.Parallel()
	rules := sso.GroupSync{
		Mode:          sso.SyncReset,
		DefaultGroups: []sso.GroupID{"web/dev"},
	}
	held := func(current []sso.Membership, names ...string) sso.HeldCause {
		t.Helper()
		c, err := groupsync.Plan(rules, values(names...), sso.GroupSnapshot{
			Groups:      acme,
			Memberships: current,
		})
		if err != nil {
			t.Fatal(err)
		}
		if c.Held == nil {
			return ""
		}
		return c.Held.Cause
	}
	if got := held(
		in("web/sre=jit", "web/dev=connection", "web/Members=default"),
		"renamed-sre",
	); got != sso.HeldMatchesNothing {
		t.Errorf("a list that matches nothing: held for %q", got)
	}
	if got := held(in("web/dev=connection", "web/Members=default"), "renamed-sre"); got != "" {
		t.Errorf("nothing synced is lost: held for %q", got)
	}
	rules.DefaultGroups = nil
	if got := held(in("web/dev=connection", "web/Members=default"), "renamed-sre"); got != "" {
		t.Errorf("a former default group is left: held for %q", got)
	}
}

// TestDefaultGroupsSayWhy: records and previews tell default groups from named
// ones.
func TestDefaultGroupsSayWhy(t *testing.T) {
	t.Parallel()
	rules := sso.GroupSync{
		Mode:          sso.SyncReset,
		DefaultGroups: []sso.GroupID{"web/dev", "app/dev", "data/dev"},
	}
	snapshot := sso.GroupSnapshot{
		Groups: acme,
		Memberships: in(
			"app/dev=jit", "app/Members=default", "web/Members=default",
			"web/sre=jit",
		),
	}
	c, err := groupsync.Plan(rules, values("sre"), snapshot)
	if err != nil {
		t.Fatal(err)
	}
	why := map[sso.GroupID]sso.MembershipSource{}
	for _, o := range groupsync.ByOrganization(c, snapshot) {
		for _, g := range slices.Concat(o.Added, o.Kept) {
			why[g.Group] = g.Source
		}
	}
	for id, want := range map[sso.GroupID]sso.MembershipSource{
		"web/dev":      sso.SourceConnection,
		"data/dev":     sso.SourceConnection,
		"app/dev":      sso.SourceConnection,
		"web/sre":      "",
		"web/Members":  "",
		"data/Members": "",
	} {
		if why[id] != want {
			t.Errorf("%s: %q, want %q", id, why[id], want)
		}
	}
	for _, g := range c.Record.Added {
		if (g.Source == sso.SourceConnection) != strings.HasSuffix(g.Name, "dev") {
			t.Errorf("the record says %+v", g)
		}
	}
	drifting := sso.DriftingUser{
		Membership: &sso.Membership{Source: sso.SourceConnection},
		Known:      true,
		Certain:    true,
		User:       sso.User{Status: sso.UserActive},
	}
	if got := groupsync.Explain(drifting); got != sso.DriftFormer {
		t.Errorf("a former default group: %s", got)
	}
	drifting.Last.Mode = sso.SyncReset
	if _, remove := groupsync.Reconcile(drifting); !remove {
		t.Error("the next sign-in would take them out, reconciling does not")
	}
	drifting.Last.Mode = sso.SyncAddOnly
	if _, remove := groupsync.Reconcile(drifting); remove {
		t.Error("the next sign-in would keep them, reconciling does not")
	}
}
