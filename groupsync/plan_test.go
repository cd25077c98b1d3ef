package groupsync_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gatehouse/groupsync"
	"gatehouse/sso"
)

// world is three organizations written as "org/name"; "Members" is the default
// group of its organization.
func world(names ...string) []sso.Group {
	var groups []sso.Group
	for _, n := range names {
		org, name, _ := strings.Cut(n, "/")
		groups = append(groups, sso.Group{
			ID:           sso.GroupID(n),
			Organization: sso.OrganizationID(org),
			Name:         name,
			Default:      name == sso.DefaultGroupName,
		})
	}
	return groups
}

var acme = world(
	"web/Members", "web/dev", "web/sre", "app/Members", "app/dev", "app/Dev",
	"data/Members", "data/dev", "data/admins",
)

// aliased is acme with IdP names.
func aliased() []sso.Group {
	groups := slices.Clone(acme)
	for i, g := range groups {
		groups[i].IDPNames = map[sso.GroupID][]string{
			"web/sre":     {"object-1", "object-2"},
			"app/dev":     {"object-1"},
			"web/Members": {"object-3"},
		}[g.ID]
	}
	return groups
}

func in(rows ...string) []sso.Membership {
	var out []sso.Membership
	for _, r := range rows {
		id, source, _ := strings.Cut(r, "=")
		out = append(out, sso.Membership{
			Group:  sso.GroupID(id),
			Source: sso.MembershipSource(source),
		})
	}
	return out
}

func summary(c sso.MembershipChanges) string {
	var parts []string
	for _, m := range c.Add {
		parts = append(parts, "+"+string(m.Group)+"="+string(m.Source))
	}
	for _, g := range c.Remove {
		parts = append(parts, "-"+string(g))
	}
	return strings.Join(parts, " ")
}

func values(names ...string) sso.AssertedGroups {
	if len(names) == 0 {
		return sso.AssertedGroups{State: sso.GroupsEmpty}
	}
	return sso.AssertedGroups{State: sso.GroupsValues, Names: names}
}

func state(s sso.GroupsState, names ...string) sso.AssertedGroups {
	return sso.AssertedGroups{State: s, Names: names}
}

func TestPlan(t *testing.T) {
	t.Parallel()
	reset := sso.GroupSync{
		Mode:      sso.SyncReset,
		OnAbsent:  sso.KeepGroups,
		OnOverage: sso.KeepGroups,
	}
	unread := sso.AssertedGroups{State: sso.GroupsAbsent, Unfetched: true}
	synced := sso.GroupSync{Mode: sso.SyncResetSynced}
	add := sso.GroupSync{Mode: sso.SyncAddOnly}
	tests := map[string]struct {
		rules    sso.GroupSync
		asserted sso.AssertedGroups
		current  []sso.Membership
		want     string
		mode     sso.SyncMode
	}{
		"one name in three organizations is three memberships": {
			reset,
			values("dev"),
			nil,
			"+app/Members=default +app/dev=jit +data/Members=default +data/dev=jit +web/Members=default +web/dev=jit",
			sso.SyncReset,
		},
		"case counts": {
			reset, values("Dev"), nil, "+app/Dev=jit +app/Members=default",
			sso.SyncReset,
		},
		"no such group": {
			reset, values("dev ", "DEV"), nil, "", sso.SyncReset,
		},
		"the default group matches nothing": {
			reset, values("Members"), nil, "", sso.SyncReset,
		},
		"nothing to do": {
			reset, values("sre"), in("web/sre=jit", "web/Members=default"), "",
			sso.SyncReset,
		},
		"moved": {
			reset,
			values("admins"),
			in("web/sre=jit", "web/Members=default"),
			"+data/Members=default +data/admins=jit -web/Members -web/sre",
			sso.SyncReset,
		},
		"an empty list removes all": {
			reset, values(), in("web/sre=jit", "web/Members=default"),
			"-web/Members -web/sre", sso.SyncReset,
		},
		"reset loses manual additions": {
			reset,
			values("sre"),
			in("web/sre=jit", "web/dev=manual", "web/Members=default"),
			"-web/dev",
			sso.SyncReset,
		},
		"a manual default row stays": {
			reset, values(), in("web/sre=jit", "web/Members=manual"), "-web/sre",
			sso.SyncReset,
		},
		"a default row alone is not touched": {
			reset, values(), in("web/Members=default"), "", sso.SyncReset,
		},
		"reset-synced keeps manual ones": {
			synced,
			values(),
			in(
				"web/sre=jit", "web/dev=manual", "app/dev=scim",
				"web/Members=default", "app/Members=default",
			),
			"-app/Members -app/dev -web/sre",
			sso.SyncResetSynced,
		},
		"add-only removes nothing": {
			add,
			values("dev"),
			in("web/sre=jit", "web/Members=default"),
			"+app/Members=default +app/dev=jit +data/Members=default +data/dev=jit +web/dev=jit",
			sso.SyncAddOnly,
		},
		"absent keeps": {
			reset, state(sso.GroupsAbsent), in("web/sre=jit", "web/Members=default"),
			"", sso.SyncKeep,
		},
		"a list that could not be fetched clears nothing": {
			sso.GroupSync{
				Mode:     sso.SyncReset,
				OnAbsent: sso.ClearGroups,
			},
			unread,
			in("web/sre=jit", "web/Members=default"),
			"",
			sso.SyncKeep,
		},
		"nor does it add to what is kept": {
			sso.GroupSync{
				Mode:     sso.SyncAddOnly,
				OnAbsent: sso.ClearGroups,
			},
			unread,
			in("web/sre=manual", "web/Members=default"),
			"",
			sso.SyncKeep,
		},
		"it is unknown by default, too": {
			reset, unread, in("web/sre=jit", "web/Members=default"), "",
			sso.SyncKeep,
		},
		"absent may clear": {
			sso.GroupSync{
				Mode:     sso.SyncReset,
				OnAbsent: sso.ClearGroups,
			},
			state(sso.GroupsAbsent),
			in("web/sre=jit", "web/Members=default"),
			"-web/Members -web/sre",
			sso.SyncReset,
		},
		"absent clears only what sync made": {
			sso.GroupSync{
				Mode:     sso.SyncResetSynced,
				OnAbsent: sso.ClearGroups,
			},
			state(sso.GroupsAbsent),
			in("web/sre=manual", "web/Members=default"),
			"",
			sso.SyncResetSynced,
		},
		"the zero rules keep": {
			sso.GroupSync{},
			sso.AssertedGroups{},
			in("web/sre=jit", "web/Members=default"),
			"",
			sso.SyncKeep,
		},
		"overage keeps": {
			reset, state(sso.GroupsOverage),
			in("web/sre=jit", "web/Members=default"), "", sso.SyncKeep,
		},
		"overage never clears": {
			sso.GroupSync{
				Mode:      sso.SyncReset,
				OnOverage: sso.ClearGroups,
			},
			state(sso.GroupsOverage),
			in("web/sre=jit", "web/Members=default"),
			"",
			sso.SyncKeep,
		},
		"partial only adds": {
			reset, state(sso.GroupsPartial, "admins"),
			in("web/sre=jit", "web/Members=default"),
			"+data/Members=default +data/admins=jit", sso.SyncAddOnly,
		},
		"partial without a name": {
			reset, state(sso.GroupsPartial),
			in("web/sre=jit", "web/Members=default"), "", sso.SyncAddOnly,
		},
		"partial is not absent": {
			sso.GroupSync{
				Mode:      sso.SyncReset,
				OnAbsent:  sso.ClearGroups,
				OnOverage: sso.DenySignIn,
			},
			state(sso.GroupsPartial),
			in("web/sre=jit", "web/Members=default"),
			"",
			sso.SyncAddOnly,
		},
		"an IdP name is a name": {
			reset,
			values("object-1"),
			nil,
			"+app/Members=default +app/dev=jit +web/Members=default +web/sre=jit",
			sso.SyncReset,
		},
		"both kinds of name are one row": {
			reset, values("sre", "object-1", "object-2"),
			in("app/dev=jit", "app/Members=default"),
			"+web/Members=default +web/sre=jit", sso.SyncReset,
		},
		"case counts in IdP names": {
			reset, values("Object-1"), nil, "", sso.SyncReset,
		},
		"a default group has no IdP name": {
			reset, values("object-3"), nil, "", sso.SyncReset,
		},
		"an IdP name keeps": {
			reset,
			values("object-2"),
			in("web/sre=jit", "web/dev=jit", "web/Members=default"),
			"-web/dev",
			sso.SyncReset,
		},
		"truncated only adds": {
			reset, state(sso.GroupsTruncated, "admins"),
			in("web/sre=jit", "web/Members=default"),
			"+data/Members=default +data/admins=jit", sso.SyncAddOnly,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := groupsync.Plan(tt.rules, tt.asserted, sso.GroupSnapshot{
				Groups:      aliased(),
				Memberships: tt.current,
			})
			if err != nil {
				t.Fatal(err)
			}
			if summary(got) != tt.want || got.Record.Mode != tt.mode {
				t.Errorf(
					"got  %s (%s)\nwant %s (%s)", summary(got), got.Record.Mode,
					tt.want, tt.mode,
				)
			}
			if unknown := tt.asserted.State != sso.GroupsValues &&
				tt.asserted.State !=
					sso.GroupsEmpty; unknown && got.Record.Note == "" {
				t.Error("the record does not say why memberships were kept")
			}
		})
	}
}

func TestPlanMayRefuseUnknownGroups(t *testing.T) {
	t.Parallel()
	rules := sso.GroupSync{
		Mode:      sso.SyncReset,
		OnAbsent:  sso.DenySignIn,
		OnOverage: sso.DenySignIn,
	}
	for _, s := range []sso.GroupsState{sso.GroupsAbsent, sso.GroupsOverage} {
		if _, err := groupsync.Plan(
			rules, state(s), sso.GroupSnapshot{},
		); sso.CodeOf(err) != "groups_unknown" ||
			sso.KindOf(err) != sso.Forbidden {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func TestPlanRecords(t *testing.T) {
	t.Parallel()
	snapshot := sso.GroupSnapshot{
		Groups:        acme,
		Organizations: map[sso.OrganizationID]string{"web": "Web team"},
		Memberships:   in("web/dev=jit", "web/Members=default"),
	}
	got, err := groupsync.Plan(
		sso.GroupSync{Mode: sso.SyncReset}, values("sre", "SRE", "Members"),
		snapshot,
	)
	if err != nil {
		t.Fatal(err)
	}
	want := sso.SyncRecord{
		Mode:      sso.SyncReset,
		Asserted:  values("sre", "SRE", "Members"),
		Matched:   []string{"sre"},
		Unmatched: []string{"Members", "SRE"},
		Added: []sso.GroupChange{{
			Group:            "web/sre",
			Name:             "sre",
			Organization:     "web",
			OrganizationName: "Web team",
		}},
		Removed: []sso.GroupChange{{
			Group:            "web/dev",
			Name:             "dev",
			Organization:     "web",
			OrganizationName: "Web team",
		}},
	}
	if diff := cmp.Diff(want, got.Record); diff != "" {
		t.Error(diff)
	}
}

// apply does what the store does with a plan.
func apply(current []sso.Membership, c sso.MembershipChanges) []sso.Membership {
	out := slices.DeleteFunc(slices.Clone(current), func(m sso.Membership) bool {
		return slices.Contains(c.Remove, m.Group)
	})
	out = append(out, c.Add...)
	slices.SortFunc(out, func(a, b sso.Membership) int {
		return strings.Compare(string(a.Group), string(b.Group))
	})
	return out
}

type scenario struct {
	rules    sso.GroupSync
	asserted sso.AssertedGroups
	snapshot sso.GroupSnapshot
}

// anything draws a consistent enterprise: who is in a group is in its
// organization's default group.
func anything(t *rapid.T) scenario {
	var s scenario
	names := []string{"a", "A", "b", "c", "Members ", "ﬁ", "fi"}
	var groups []string
	for org := range rapid.IntRange(1, 4).Draw(t, "organizations") {
		groups = append(groups, fmt.Sprintf("o%d/Members", org))
		for _, n := range names {
			if rapid.Bool().Draw(t, "has") {
				groups = append(groups, fmt.Sprintf("o%d/%s", org, n))
			}
		}
	}
	s.snapshot.Groups = alias(
		t, rapid.Permutation(world(groups...)).Draw(t, "order"),
	)
	sources := []sso.MembershipSource{
		sso.SourceJIT, sso.SourceSCIM, sso.SourceManual,
	}
	inside := map[sso.OrganizationID]bool{}
	for _, g := range s.snapshot.Groups {
		if !g.Default && rapid.Bool().Draw(t, "member") {
			inside[g.Organization] = true
			s.snapshot.Memberships = append(s.snapshot.Memberships, sso.Membership{
				Group:  g.ID,
				Source: rapid.SampledFrom(sources).Draw(t, "source"),
			})
		}
	}
	for _, g := range s.snapshot.Groups {
		if g.Default && inside[g.Organization] {
			s.snapshot.Memberships = append(s.snapshot.Memberships, sso.Membership{
				Group: g.ID,
				Source: rapid.SampledFrom([]sso.MembershipSource{
					sso.SourceDefault, sso.SourceManual,
				}).Draw(t, "default"),
			})
		}
	}
	s.snapshot.Brake.Rules.Off = true // it has properties of its own
	s.rules.Mode = rapid.SampledFrom([]sso.SyncMode{
		sso.SyncReset, sso.SyncResetSynced, sso.SyncAddOnly,
	}).Draw(t, "mode")
	s.rules.OnAbsent = rapid.SampledFrom([]sso.WhenUnknown{
		"", sso.KeepGroups, sso.ClearGroups,
	}).Draw(t, "absent")
	s.asserted.State = sso.GroupsState(rapid.IntRange(0, 5).Draw(t, "state"))
	if s.asserted.State.NamesGroups() {
		s.asserted.Names = rapid.SliceOfNDistinct(
			rapid.SampledFrom(append(
				names, "Members", "nowhere", "object-1", "object-2",
			)),
			1,
			8,
			rapid.ID,
		).Draw(t, "names")
	}
	return s
}

// alias gives some of the groups IdP names that are free in their organization.
func alias(t *rapid.T, groups []sso.Group) []sso.Group {
	taken := map[string]bool{}
	for _, g := range groups {
		taken[string(g.Organization)+g.Name] = true
	}
	for i, g := range groups {
		for _, name := range []string{"object-1", "object-2", "a", "nowhere"} {
			if key := string(g.Organization) + name; !g.Default &&
				!taken[key] &&
				rapid.Bool().Draw(t, "alias") {
				taken[key] = true
				groups[i].IDPNames = append(groups[i].IDPNames, name)
			}
		}
	}
	return groups
}

func plan(t *rapid.T, s scenario) sso.MembershipChanges {
	c, err := groupsync.Plan(s.rules, s.asserted, s.snapshot)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPlanProperties(t *testing.T) {
	t.Parallel()
	group := func(s scenario, id sso.GroupID) sso.Group {
		return s.snapshot.Groups[slices.IndexFunc(s.snapshot.Groups, func(g sso.Group) bool {
			return g.ID == id
		})]
	}
	properties := map[string]func(t *rapid.T, s scenario, c sso.MembershipChanges){
		"unknown never removes anyone": func(t *rapid.T, s scenario, c sso.MembershipChanges) {
			unknown := s.asserted.State != sso.GroupsAbsent &&
				!s.asserted.State.Complete() ||
				s.asserted.State == sso.GroupsAbsent &&
					s.rules.OnAbsent != sso.ClearGroups
			if unknown && len(c.Remove) > 0 {
				t.Fatalf("%s removed %v", s.asserted.State, c.Remove)
			}
		},
		"adding an IdP name removes no member": func(t *rapid.T, s scenario, c sso.MembershipChanges) {
			s.snapshot.Groups = slices.Clone(s.snapshot.Groups)
			i := rapid.IntRange(0, len(s.snapshot.Groups)-1).Draw(t, "group")
			s.snapshot.Groups[i].IDPNames = append(
				slices.Clone(s.snapshot.Groups[i].IDPNames), "fresh",
			)
			s.asserted.Names = append(slices.Clone(s.asserted.Names), "fresh")
			with := plan(t, s)
			for _, id := range with.Remove {
				if !slices.Contains(c.Remove, id) {
					t.Fatalf("removed from %s, and was not before", id)
				}
			}
		},
		"idempotent": func(t *rapid.T, s scenario, c sso.MembershipChanges) {
			s.snapshot.Memberships = apply(s.snapshot.Memberships, c)
			if again := summary(plan(t, s)); again != "" {
				t.Fatalf("a second sync changed %s", again)
			}
		},
		"the order of names and groups does not matter": func(t *rapid.T, s scenario, c sso.MembershipChanges) {
			s.asserted.Names = slices.Clone(s.asserted.Names)
			slices.Reverse(s.asserted.Names)
			s.snapshot.Groups = slices.Clone(s.snapshot.Groups)
			slices.Reverse(s.snapshot.Groups)
			if again := plan(t, s); summary(again) != summary(c) ||
				!slices.Equal(again.Record.Unmatched, c.Record.Unmatched) {
				t.Fatalf("%s, then %s", summary(c), summary(again))
			}
		},
		"a reset ends with exactly the asserted groups": func(t *rapid.T, s scenario, c sso.MembershipChanges) {
			if s.rules.Mode != sso.SyncReset ||
				s.asserted.State != sso.GroupsValues {
				return
			}
			after := apply(s.snapshot.Memberships, c)
			for _, g := range s.snapshot.Groups {
				is := slices.ContainsFunc(after, func(m sso.Membership) bool {
					return m.Group == g.ID
				})
				if !g.Default &&
					is != slices.ContainsFunc(s.asserted.Names, g.Named) {
					t.Fatalf("%s: member %v", g.ID, is)
				}
			}
		},
		"default groups follow the others": func(t *rapid.T, s scenario, c sso.MembershipChanges) {
			after := apply(s.snapshot.Memberships, c)
			inside := map[sso.OrganizationID]bool{}
			for _, m := range after {
				if g := group(s, m.Group); !g.Default {
					inside[g.Organization] = true
				}
			}
			for _, g := range s.snapshot.Groups {
				i := slices.IndexFunc(after, func(m sso.Membership) bool {
					return m.Group == g.ID
				})
				if g.Default && inside[g.Organization] && i < 0 {
					t.Fatalf(
						"in a group of %s but not in its default group",
						g.Organization,
					)
				}
				if g.Default &&
					!inside[g.Organization] &&
					i >= 0 &&
					after[i].Source == sso.SourceDefault {
					t.Fatalf(
						"left every group of %s but is still in it", g.Organization,
					)
				}
			}
		},
		"sync never touches a default group by itself": func(t *rapid.T, s scenario, c sso.MembershipChanges) {
			for _, m := range c.Add {
				if group(s, m.Group).Default != (m.Source == sso.SourceDefault) {
					t.Fatalf("added %+v", m)
				}
			}
		},
		"matched and unmatched are what was asserted": func(t *rapid.T, s scenario, c sso.MembershipChanges) {
			if got := len(c.Record.Matched) + len(c.Record.Unmatched); got != len(s.asserted.Names) {
				t.Fatalf("%d names recorded of %d", got, len(s.asserted.Names))
			}
		},
	}
	for name, holds := range properties {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				s := anything(t)
				holds(t, s, plan(t, s))
			})
		})
	}
}
