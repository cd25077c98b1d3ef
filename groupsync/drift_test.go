package groupsync_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gatehouse/groupsync"
	"gatehouse/sso"
)

// day is a moment that is easy to order.
func day(n int) time.Time { return time.Date(2026, 11, n, 12, 0, 0, 0, time.UTC) }

// strays returns a user whose last sign-in was on the tenth and asserted all
// groups.
func strays(change func(*sso.DriftingUser)) sso.DriftingUser {
	d := sso.DriftingUser{
		User:     sso.User{Status: sso.UserActive},
		Expected: true,
		Known:    true,
		Certain:  true,
		Group:    sso.Group{CreatedAt: day(1)},
		Last:     sso.SyncRecord{Mode: sso.SyncReset, At: day(10)},
	}
	change(&d)
	return d
}

func isIn(source sso.MembershipSource, since int) func(*sso.DriftingUser) {
	return func(d *sso.DriftingUser) {
		d.Expected, d.Membership = false, &sso.Membership{
			Source: source,
			Since:  day(since),
		}
	}
}

func TestExplainAndReconcile(t *testing.T) {
	t.Parallel()
	with := func(all ...func(*sso.DriftingUser)) sso.DriftingUser {
		return strays(func(d *sso.DriftingUser) {
			for _, f := range all {
				f(d)
			}
		})
	}
	mode := func(m sso.SyncMode) func(*sso.DriftingUser) {
		return func(d *sso.DriftingUser) {
			d.Last.Mode = m
		}
	}
	uncertain := func(d *sso.DriftingUser) { d.Certain = false }
	off := func(d *sso.DriftingUser) { d.User.Status = sso.UserDeactivated }
	held := func(d *sso.DriftingUser) { d.Held = "held-x" }
	left := func(n int) func(*sso.DriftingUser) {
		return func(d *sso.DriftingUser) {
			d.Ended.Until = day(n)
		}
	}
	for name, c := range map[string]struct {
		d      sso.DriftingUser
		why    sso.DriftReason
		change string
	}{
		"a default group": {
			with(func(d *sso.DriftingUser) {
				d.Group.Default = true
			}),
			sso.DriftDefault,
			"",
		},
		"missing, held": {with(held), sso.DriftHeld, ""},
		"missing, provisioned": {
			with(func(d *sso.DriftingUser) {
				d.Provisioned = true
			}),
			sso.DriftNeverSent,
			"",
		},
		"missing, not provisioned yet": {with(mode(sso.SyncKeep)), sso.DriftNotProvisioned, ""},
		"missing, deactivated":         {with(off), sso.DriftDeactivated, ""},
		"missing, the group is newer": {
			with(func(d *sso.DriftingUser) {
				d.Group.CreatedAt = day(11)
			}),
			sso.DriftGroupNewer,
			"add",
		},
		"missing, renamed since":   {with(), sso.DriftGroupNewer, "add"},
		"missing, taken out since": {with(left(12)), sso.DriftManual, "add"},
		"missing, left long ago":   {with(left(5)), sso.DriftOther, "add"},
		"missing, the last was unknown": {
			with(uncertain, mode(sso.SyncKeep)), sso.DriftUnknown, "",
		},
		"missing, cut off": {
			with(uncertain, left(12), mode(sso.SyncAddOnly)), sso.DriftManual, "add",
		},
		"extra, by hand": {
			with(isIn(sso.SourceManual, 12)), sso.DriftManual, "remove",
		},
		"extra, by hand, kept": {
			with(isIn(sso.SourceManual, 12), mode(sso.SyncResetSynced)),
			sso.DriftManual,
			"",
		},
		"extra, by SCIM": {
			with(isIn(sso.SourceSCIM, 5)), sso.DriftProvisioned, "remove",
		},
		"extra, held": {
			with(isIn(sso.SourceJIT, 5), held), sso.DriftHeld, "",
		},
		"extra, nothing was ever said": {
			with(isIn(sso.SourceJIT, 5), func(d *sso.DriftingUser) {
				d.Known = false
				d.Certain = false
			}),
			sso.DriftNeverSaid,
			"",
		},
		"extra, deactivated": {
			with(isIn(sso.SourceJIT, 5), off), sso.DriftDeactivated, "",
		},
		"extra, unknown": {
			with(isIn(sso.SourceJIT, 5), uncertain, mode(sso.SyncKeep)),
			sso.DriftUnknown,
			"",
		},
		"extra, restored": {
			with(isIn(sso.SourceJIT, 12)), sso.DriftRestored, "remove",
		},
		"extra, nothing is taken away": {
			with(isIn(sso.SourceJIT, 5), mode(sso.SyncAddOnly)),
			sso.DriftMode,
			"",
		},
		"extra, renamed since": {
			with(isIn(sso.SourceJIT, 5)), sso.DriftGroupNewer, "remove",
		},
	} {
		add, remove := groupsync.Reconcile(c.d)
		change := map[[2]bool]string{
			{true, false}: "add",
			{false, true}: "remove",
		}[[2]bool{add, remove}]
		if why := groupsync.Explain(c.d); why != c.why ||
			change != c.change ||
			add && remove {
			t.Errorf("%s: %s, %q; want %s, %q", name, why, change, c.why, c.change)
		}
	}
}

// TestReconcileKeepsMembersOfUnknownGroups checks that unknown groups remove no
// member, whatever else is true.
func TestReconcileKeepsMembersOfUnknownGroups(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		flag := func(name string) bool { return rapid.Bool().Draw(t, name) }
		d := strays(func(d *sso.DriftingUser) {
			d.Expected, d.Known, d.Certain = flag(
				"expected",
			), flag("known"), flag("certain")
			d.Last.Mode = rapid.SampledFrom([]sso.SyncMode{
				sso.SyncReset, sso.SyncResetSynced, sso.SyncAddOnly, sso.SyncKeep,
			}).Draw(t, "mode")
			if flag("member") {
				d.Membership = &sso.Membership{
					Source: rapid.SampledFrom([]sso.MembershipSource{
						sso.SourceJIT, sso.SourceManual, sso.SourceSCIM,
					}).Draw(t, "source"),
				}
			}
		})
		add, remove := groupsync.Reconcile(d)
		if remove && (!d.Certain || !d.Known || d.Expected || d.Membership == nil) ||
			add &&
				(!d.Expected ||
					d.Membership != nil ||
					!d.Certain && d.Last.Mode != sso.SyncAddOnly) ||
			groupsync.Explain(d) == "" {
			t.Fatalf(
				"%+v: add %v, remove %v, %q", d, add, remove, groupsync.Explain(d),
			)
		}
	})
}

func TestShareBrake(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		members, removed int
		want             bool
	}{
		{0, 0, false},
		{20, 20, false},
		{21, 21, true},
		{40, 20, false},
		{41, 21, true},
		{42, 21, false},
		{42, 22, true},
		{1000, 500, false},
		{1000, 501, true},
		{30, 0, false},
	} {
		if got := groupsync.ShareBrake(c.members, c.removed); got != c.want {
			t.Errorf("%d of %d: %v", c.removed, c.members, got)
		}
	}
	if err := groupsync.ErrShareBrake(41, 21); sso.KindOf(err) != sso.Conflict ||
		sso.CodeOf(err) != "share_brake" {
		t.Error(err)
	}
}

func TestRulesOf(t *testing.T) {
	t.Parallel()
	rules := sso.GroupSync{Mode: sso.SyncAddOnly, OnAbsent: sso.DenySignIn}
	for _, c := range []struct {
		name          string
		owner         sso.Provisioning
		unprovisioned sso.Unprovisioned
		provisioned   bool
		keeps         bool
	}{
		{"at sign-in", sso.ProvisionJIT, "", false, false},
		{"at sign-in, pushed before", sso.ProvisionJIT, "", true, false},
		{"pushed", sso.ProvisionSCIM, "", true, true},
		{"pushed, claims for others", sso.ProvisionSCIM, sso.UnprovisionedClaims, true, true},
		{"not pushed", sso.ProvisionSCIM, "", false, true},
		{"not pushed, no groups", sso.ProvisionSCIM, sso.UnprovisionedNoGroups, false, true},
		{"not pushed, claims", sso.ProvisionSCIM, sso.UnprovisionedClaims, false, false},
		{"not pushed, refused", sso.ProvisionSCIM, sso.UnprovisionedRefuse, false, true},
		{"in the pilot", sso.ProvisionSCIM, "", true, true},
		{"outside of the pilot", sso.ProvisionSCIM, sso.UnprovisionedRefuse, false, false},
	} {
		cfg := sso.Config{
			GroupSync:     rules,
			Provisioning:  c.owner,
			Unprovisioned: c.unprovisioned,
		}
		if strings.HasSuffix(c.name, "pilot") {
			cfg.SCIM.Pilot.Users = []string{"ada"}
		}
		got := groupsync.RulesOf(cfg, c.provisioned)
		kept := got.Mode == sso.SyncKeep && got.Kept != ""
		if kept != c.keeps || !c.keeps && !reflect.DeepEqual(got, rules) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

// TestByOrganization: a plan that is told by organization tells the same plan,
// held or not.
func TestByOrganization(t *testing.T) {
	t.Parallel()
	snapshot := sso.GroupSnapshot{
		Groups:      acme,
		Memberships: in("data/admins=jit", "data/Members=default"),
		AdminGroups: []sso.GroupID{"data/admins"},
		Organizations: map[sso.OrganizationID]string{
			"web":  "Web",
			"app":  "App",
			"data": "Data",
		},
	}
	for _, others := range []bool{true, false} {
		snapshot.OtherAdmins = others
		snapshot.Near = world("app/Sre")
		changes, err := groupsync.Plan(
			sso.GroupSync{Mode: sso.SyncReset}, values("dev", "SRE"), snapshot,
		)
		if err != nil || (changes.Held == nil) != others {
			t.Fatal(err, changes.Held)
		}
		words := func(all []sso.GroupChange) (names []string) {
			for _, g := range all {
				names = append(names, g.Name)
			}
			return names
		}
		got := map[string][][]string{}
		for _, o := range groupsync.ByOrganization(changes, snapshot) {
			near := []string(nil)
			for _, m := range o.NearMisses {
				near = append(near, m.Name)
			}
			got[o.Name] = [][]string{
				words(o.Added), words(o.Removed), words(o.Kept), near,
				o.OnlyElsewhere,
			}
		}
		want := map[string][][]string{
			"App":  {{"Members", "dev"}, nil, nil, {"Sre"}, nil},
			"Data": {{"dev"}, {"admins"}, {"Members"}, nil, nil},
			"Web":  {{"Members", "dev"}, nil, nil, nil, nil},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("others %v: %s", others, diff)
		}
	}
	snapshot.Groups = world("web/Members", "web/dev", "data/Members", "data/admins")
	changes, err := groupsync.Plan(
		sso.GroupSync{Mode: sso.SyncAddOnly}, values("dev"), snapshot,
	)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range groupsync.ByOrganization(changes, snapshot) {
		if want := map[string][]string{
			"Web":  nil,
			"Data": {"dev"},
		}[o.Name]; cmp.Diff(want, o.OnlyElsewhere) != "" {
			t.Errorf("%s: only elsewhere: %v", o.Name, o.OnlyElsewhere)
		}
	}
}
