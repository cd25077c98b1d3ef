package groupsync_test

import (
	"testing"

	"gatehouse/groupsync"
	"gatehouse/sso"
)

func TestExplainMember(t *testing.T) {
	t.Parallel()
	live := groupsync.PushedGroup{Applied: true}
	refused := groupsync.PushedGroup{
		Applied: true,
		Refused: true,
	}
	known := sso.MemberFacts{
		Named:       true,
		Provisioned: true,
		Account:     true,
	}
	with := func(f sso.MemberFacts, change func(*sso.MemberFacts)) sso.MemberFacts {
		change(&f)
		return f
	}
	extra := func(source sso.MembershipSource, change func(*sso.MemberFacts)) sso.MemberFacts {
		return with(sso.MemberFacts{
			Source:  source,
			Account: true,
		}, change)
	}
	nothing := func(*sso.MemberFacts) {}
	held := func(f *sso.MemberFacts) { f.Held = true }
	for name, c := range map[string]struct {
		group  groupsync.PushedGroup
		facts  sso.MemberFacts
		want   sso.DriftReason
		change string
	}{
		"a connection without effect": {groupsync.PushedGroup{}, known, sso.DriftNotApplied, ""},
		"groups off": {
			groupsync.PushedGroup{
				Applied:   true,
				GroupsOff: true,
			}, known, sso.DriftGroupsOff, "",
		},
		"no group": {
			groupsync.PushedGroup{
				Applied: true,
				NoGroup: true,
			}, known, sso.DriftNoGroup, "",
		},
		"held":                 {live, with(known, held), sso.DriftHeld, ""},
		"pushed and lost":      {live, with(known, func(f *sso.MemberFacts) { f.Pushed = true }), sso.DriftLost, "add"},
		"pushed, undecided":    {live, sso.MemberFacts{Pushed: true, Provisioned: true}, sso.DriftUndecided, ""},
		"outside the pilot":    {live, with(known, func(f *sso.MemberFacts) { f.Pushed, f.Outside = true, true }), sso.DriftOutsidePilot, ""},
		"extra, outside":       {live, extra(sso.SourceJIT, func(f *sso.MemberFacts) { f.Outside = true }), sso.DriftOutsidePilot, ""},
		"waits for the user":   {live, sso.MemberFacts{Waiting: true}, sso.DriftWaitingForUser, ""},
		"account deactivated":  {live, with(known, func(f *sso.MemberFacts) { f.Deactivated = true }), sso.DriftDeactivated, ""},
		"resource deactivated": {live, with(known, func(f *sso.MemberFacts) { f.Inactive = true }), sso.DriftDeactivated, ""},
		"removed since":        {live, with(known, func(f *sso.MemberFacts) { f.Removed = true }), sso.DriftRemoved, ""},
		"user refused": {
			refused, with(known, func(f *sso.MemberFacts) { f.Refused = true }), sso.DriftUserRefused, "",
		},
		"not provisioned":       {refused, sso.MemberFacts{Named: true}, sso.DriftNotProvisioned, ""},
		"group refused":         {refused, known, sso.DriftGroupRefused, ""},
		"never sent":            {live, known, sso.DriftNeverSent, ""},
		"extra, by hand":        {live, extra(sso.SourceManual, held), sso.DriftManual, ""},
		"extra, by default":     {live, extra(sso.SourceConnection, nothing), sso.DriftConfigured, ""},
		"extra, removal held":   {live, extra(sso.SourceSCIM, held), sso.DriftHeld, ""},
		"extra, left over":      {live, extra(sso.SourceSCIM, nothing), sso.DriftLeftOver, "remove"},
		"extra, by sign-in":     {live, extra(sso.SourceJIT, nothing), sso.DriftUnconfirmed, "remove"},
		"extra, of another one": {live, extra(sso.SourceJIT, func(f *sso.MemberFacts) { f.Elsewhere = true }), sso.DriftElsewhere, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := groupsync.ExplainMember(c.group, c.facts); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			change := ""
			switch add, remove := groupsync.ReconcileMember(c.group, c.facts); {
			case add && remove:
				change = "both"
			case add:
				change = "add"
			case remove:
				change = "remove"
			}
			if change != c.change {
				t.Errorf("reconciling does %q, want %q", change, c.change)
			}
		})
	}
}
