package groupsync_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gatehouse/groupsync"
	"gatehouse/sso"
)

// people returns n users.
func people(n int) []sso.UserID {
	all := make([]sso.UserID, n)
	for i := range all {
		all[i] = sso.UserID(fmt.Sprintf("user-%d", i))
	}
	return all
}

// rowsOf returns memberships of users with one source.
func rowsOf(source sso.MembershipSource, users ...sso.UserID) map[sso.UserID]sso.MembershipSource {
	rows := map[sso.UserID]sso.MembershipSource{}
	for _, u := range users {
		rows[u] = source
	}
	return rows
}

func TestPlanMany(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	ops := sso.Group{ID: "ops"}
	admins := sso.Group{ID: "ops", Admin: true}
	two := people(2)
	mass := people(30)
	stop := sso.BrakeStop{Cause: sso.HeldGroupShare, Group: "ops", At: at, Last: at}
	allowed := stop
	allowed.Until = at.Add(time.Hour)
	brake := func(lost, members int, rules sso.Brake, stops ...sso.BrakeStop) sso.BrakeFacts {
		return sso.BrakeFacts{
			Rules:  rules,
			At:     at,
			Stops:  stops,
			Losses: map[sso.GroupID]sso.GroupLosses{"ops": {People: lost, Members: members}},
		}
	}
	for _, c := range []struct {
		name  string
		facts groupsync.ManyFacts
		want  string // numbers: joined, confirmed, left, held; cause; stop begun
	}{
		{"join", groupsync.ManyFacts{Group: ops, Added: two}, "2 0 0 0  false"},
		{
			"confirm", groupsync.ManyFacts{Group: ops, Added: two, Rows: rowsOf(sso.SourceJIT, two...)},
			"0 2 0 0  false",
		},
		{
			"again", groupsync.ManyFacts{Group: ops, Added: two, Rows: rowsOf(sso.SourceSCIM, two...)},
			"0 0 0 0  false",
		},
		{
			"by hand before", groupsync.ManyFacts{Group: ops, Added: two, Rows: rowsOf(sso.SourceManual, two...)},
			"0 0 0 0  false",
		},
		{
			"leave", groupsync.ManyFacts{Group: ops, Removed: two, Rows: rowsOf(sso.SourceSCIM, two...)},
			"0 0 2 0  false",
		},
		{
			"leave after a sign-in", groupsync.ManyFacts{Group: ops, Removed: two, Rows: rowsOf(sso.SourceJIT, two...)},
			"0 0 2 0  false",
		},
		{
			"not adopted", groupsync.ManyFacts{
				Group:     ops,
				Removed:   two,
				Rows:      rowsOf(sso.SourceJIT, two...),
				Strangers: map[sso.UserID]bool{two[0]: true},
			},
			"0 0 1 0  false",
		},
		{
			"not adopted, but by SCIM", groupsync.ManyFacts{
				Group:     ops,
				Removed:   two,
				Rows:      rowsOf(sso.SourceSCIM, two...),
				Strangers: map[sso.UserID]bool{two[0]: true},
			},
			"0 0 2 0  false",
		},
		{
			"by hand", groupsync.ManyFacts{Group: ops, Removed: two, Rows: rowsOf(sso.SourceManual, two...)},
			"0 0 0 0  false",
		},
		{"no member", groupsync.ManyFacts{Group: ops, Removed: two}, "0 0 0 0  false"},
		{
			"kept by another group", groupsync.ManyFacts{
				Group:     ops,
				Removed:   two,
				Rows:      rowsOf(sso.SourceSCIM, two...),
				Elsewhere: map[sso.UserID]bool{two[0]: true},
			}, "0 0 1 0  false",
		},
		{
			"a default group", groupsync.ManyFacts{Group: sso.Group{ID: "ops", Default: true}, Added: two},
			"0 0 0 0  false",
		},
		{
			"the last admin", groupsync.ManyFacts{Group: admins, Removed: two, Rows: rowsOf(sso.SourceSCIM, two...)},
			"0 0 0 2 last_admin false",
		},
		{
			"not the last admin", groupsync.ManyFacts{
				Group:       admins,
				Removed:     two,
				Rows:        rowsOf(sso.SourceSCIM, two...),
				OtherAdmins: true,
			}, "0 0 2 0  false",
		},
		{
			"too many", groupsync.ManyFacts{
				Group:   ops,
				Removed: mass,
				Rows:    rowsOf(sso.SourceSCIM, mass...),
				Brake:   brake(0, 40, sso.Brake{}),
			}, "0 0 0 30 group_share true",
		},
		{
			"too many with those before", groupsync.ManyFacts{
				Group:   ops,
				Removed: two,
				Rows:    rowsOf(sso.SourceSCIM, two...),
				Brake:   brake(20, 40, sso.Brake{}),
			}, "0 0 0 2 group_share true",
		},
		{
			"many of very many", groupsync.ManyFacts{
				Group:   ops,
				Removed: mass,
				Rows:    rowsOf(sso.SourceSCIM, mass...),
				Brake:   brake(0, 400, sso.Brake{}),
			}, "0 0 30 0  false",
		},
		{
			"the brake is off", groupsync.ManyFacts{
				Group:   ops,
				Removed: mass,
				Rows:    rowsOf(sso.SourceSCIM, mass...),
				Brake:   brake(0, 40, sso.Brake{Off: true}),
			}, "0 0 30 0  false",
		},
		{
			"a stop stands", groupsync.ManyFacts{
				Group:   ops,
				Removed: two,
				Rows:    rowsOf(sso.SourceSCIM, two...),
				Brake:   brake(0, 0, sso.Brake{}, stop),
			}, "0 0 0 2 group_share false",
		},
		{
			"an admin allowed it", groupsync.ManyFacts{
				Group:   ops,
				Removed: mass,
				Rows:    rowsOf(sso.SourceSCIM, mass...),
				Brake:   brake(0, 30, sso.Brake{}, allowed),
			}, "0 0 30 0  false",
		},
	} {
		p := groupsync.PlanMany(c.facts)
		got := fmt.Sprint(
			len(p.Join), len(p.Confirm), len(p.Leave), len(p.Held), " ", p.Cause, " ", p.Begun != nil,
		)
		if want := c.want; !slices.Equal(strings.Fields(want), strings.Fields(got)) {
			t.Errorf("%s: got %s; want %s", c.name, got, want)
		}
	}
}

// TestPlanManyHoldsOrLeaves: a removal leaves, is held, or was not by a push; no
// manual membership changes, and every added user becomes a member.
func TestPlanManyHoldsOrLeaves(t *testing.T) {
	t.Parallel()
	sources := []sso.MembershipSource{
		sso.SourceJIT, sso.SourceSCIM, sso.SourceManual, sso.SourceConnection,
	}
	rapid.Check(t, func(t *rapid.T) {
		all := people(rapid.IntRange(0, 60).Draw(t, "people"))
		cut := rapid.IntRange(0, len(all)).Draw(t, "added")
		f := groupsync.ManyFacts{
			Group:   sso.Group{ID: "ops", Admin: rapid.Bool().Draw(t, "admin")},
			Added:   all[:cut],
			Removed: all[cut:],
			Rows:    map[sso.UserID]sso.MembershipSource{},
			Brake: sso.BrakeFacts{Losses: map[sso.GroupID]sso.GroupLosses{"ops": {
				Members: rapid.IntRange(0, 100).Draw(t, "members"),
			}}},
			OtherAdmins: rapid.Bool().Draw(t, "others"),
		}
		for _, u := range all {
			if rapid.Bool().Draw(t, "member") {
				f.Rows[u] = rapid.SampledFrom(sources).Draw(t, "source")
			}
		}
		p := groupsync.PlanMany(f)
		removable, missing := 0, 0
		for _, u := range f.Removed {
			if s, is := f.Rows[u]; is && s != sso.SourceManual {
				removable++
			}
		}
		for _, u := range f.Added {
			if _, is := f.Rows[u]; !is {
				missing++
			}
		}
		if len(p.Leave)+len(p.Held) != removable || len(p.Leave) > 0 && len(p.Held) > 0 || len(p.Join) != missing {
			t.Fatalf("of %d and %d: %+v", removable, missing, p)
		}
	})
}

func TestCreates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rules   sso.CreateGroups
		name    string
		created int
		want    bool
	}{
		{sso.CreateGroups{}, "ops", 0, true},
		{sso.CreateGroups{}, "ops", 199, true},
		{sso.CreateGroups{}, "ops", 200, false},
		{sso.CreateGroups{Cap: 1}, "ops", 1, false},
		{sso.CreateGroups{Filter: "^grp_"}, "grp_ops", 0, true},
		{sso.CreateGroups{Filter: "^grp_"}, "ops", 0, false},
		{sso.CreateGroups{Filter: "("}, "ops", 0, false},
		{sso.CreateGroups{}, sso.DefaultGroupName, 0, false},
		{sso.CreateGroups{}, "", 0, false},
	} {
		if got := groupsync.Creates(c.rules, c.name, c.created); got != c.want {
			t.Errorf("%q after %d by %+v: %v", c.name, c.created, c.rules, got)
		}
	}
}
