package groupsync_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gatehouse/groupsync"
	"gatehouse/sso"
)

// TestPlanKeepsWithinBounds are properties about what a plan may touch at all.
func TestPlanKeepsWithinBounds(t *testing.T) {
	t.Parallel()
	properties := map[string]func(t *rapid.T, s scenario, c sso.MembershipChanges){
		"only groups it was shown, so none of another enterprise": func(
			t *rapid.T, s scenario, c sso.MembershipChanges,
		) {
			shown := func(id sso.GroupID) bool {
				return slices.ContainsFunc(s.snapshot.Groups, func(g sso.Group) bool {
					return g.ID == id
				})
			}
			for _, m := range c.Add {
				if !shown(m.Group) || is(s.snapshot.Memberships, m.Group) {
					t.Fatalf("joins %s", m.Group)
				}
			}
			for _, id := range c.Remove {
				if !shown(id) || !is(s.snapshot.Memberships, id) {
					t.Fatalf("leaves %s", id)
				}
			}
		},
		"a default group is left only with the last other group of its organization, and only if no admin put the person there": func(
			t *rapid.T, s scenario, c sso.MembershipChanges,
		) {
			after := apply(s.snapshot.Memberships, c)
			for _, g := range s.snapshot.Groups {
				if !g.Default || !slices.Contains(c.Remove, g.ID) {
					continue
				}
				if row := s.snapshot.Memberships[slices.IndexFunc(
					s.snapshot.Memberships, member(g.ID),
				)]; row.Source != sso.SourceDefault {
					t.Fatalf("%s was removed, a row of source %s", g.ID, row.Source)
				}
				for _, other := range s.snapshot.Groups {
					if other.Organization == g.Organization &&
						!other.Default &&
						is(after, other.ID) {
						t.Fatalf("out of %s, though in %s", g.ID, other.ID)
					}
				}
			}
		},
		"a name is a membership in each organization that has a group of these bytes, as name or IdP name, and in no other": func(
			t *rapid.T, s scenario, c sso.MembershipChanges,
		) {
			if c.Record.Mode == sso.SyncKeep {
				return
			}
			after := apply(s.snapshot.Memberships, c)
			for _, g := range s.snapshot.Groups {
				named := slices.ContainsFunc(s.asserted.Names, g.Named)
				if named && !is(after, g.ID) ||
					!named && !g.Default && is(c.Add, g.ID) {
					t.Fatalf(
						"%q is asserted %v: in it afterwards %v", g.ID, named,
						is(after, g.ID),
					)
				}
			}
		},
		"a membership added by hand is removed only by mode reset": func(
			t *rapid.T, s scenario, c sso.MembershipChanges,
		) {
			for _, m := range s.snapshot.Memberships {
				if m.Source == sso.SourceManual &&
					slices.Contains(c.Remove, m.Group) &&
					c.Record.Mode != sso.SyncReset {
					t.Fatalf("%s removed %s", c.Record.Mode, m.Group)
				}
			}
		},
		"the record says what is done": func(t *rapid.T, s scenario, c sso.MembershipChanges) {
			var added []sso.GroupID
			for _, m := range c.Add {
				added = append(added, m.Group)
			}
			if !slices.Equal(added, ids(c.Record.Added)) ||
				!slices.Equal(c.Remove, ids(c.Record.Removed)) {
				t.Fatalf(
					"added %v, recorded %v; removed %v, recorded %v", added,
					ids(c.Record.Added), c.Remove, ids(c.Record.Removed),
				)
			}
			if diff := cmp.Diff(s.asserted, c.Record.Asserted); diff != "" {
				t.Fatal(diff)
			}
		},
		"nothing changes where memberships come by provisioning": func(
			t *rapid.T, s scenario, _ sso.MembershipChanges,
		) {
			s.rules = sso.GroupSync{
				Mode:      sso.SyncKeep,
				OnAbsent:  s.rules.OnAbsent,
				OnOverage: sso.DenySignIn,
				Kept:      "provisioned",
			}
			if c := plan(t, s); summary(c) != "" ||
				c.Record.Mode != sso.SyncKeep ||
				c.Record.Note != "provisioned" {
				t.Fatalf("%s (%s)", summary(c), c.Record.Mode)
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

func member(id sso.GroupID) func(sso.Membership) bool {
	return func(m sso.Membership) bool { return m.Group == id }
}

func is(all []sso.Membership, id sso.GroupID) bool { return slices.ContainsFunc(all, member(id)) }

func ids(changes []sso.GroupChange) []sso.GroupID {
	var all []sso.GroupID
	for _, c := range changes {
		all = append(all, c.Group)
	}
	return all
}

// TestPlanChangesNothingItIsGiven: the store may run a plan again on the same
// snapshot.
func TestPlanChangesNothingItIsGiven(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := anything(t)
		groups := slices.Clone(s.snapshot.Groups)
		memberships := slices.Clone(s.snapshot.Memberships)
		names := slices.Clone(s.asserted.Names)
		first := plan(t, s)
		if diff := cmp.Diff(
			[]any{groups, memberships, names},
			[]any{s.snapshot.Groups, s.snapshot.Memberships, s.asserted.Names},
		); diff != "" {
			t.Fatal(diff)
		}
		if diff := cmp.Diff(first, plan(t, s)); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestUnknownNeverRemovesAnyone follows one person through a thousand sign-ins:
// whenever the groups are not known, all that was there before is there after,
// however they came.
func TestUnknownNeverRemovesAnyone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := anything(t)
		s.rules.OnAbsent = rapid.SampledFrom([]sso.WhenUnknown{"", sso.KeepGroups}).Draw(t, "absent")
		random := rapid.SliceOfN(rapid.Uint32(), 1000, 1000).Draw(t, "sign-ins")
		names := []string{
			"a", "A", "b", "c", "Members ", "ﬁ", "fi", "Members", "nowhere",
		}
		unknown := 0
		for _, n := range random {
			s.asserted = sso.AssertedGroups{State: sso.GroupsState(n % 6)}
			if s.asserted.State.NamesGroups() {
				for i, name := range names {
					if n>>(8+i)&1 == 1 {
						s.asserted.Names = append(s.asserted.Names, name)
					}
				}
			}
			c, err := groupsync.Plan(s.rules, s.asserted, s.snapshot)
			if err != nil {
				t.Fatal(err)
			}
			after := apply(s.snapshot.Memberships, c)
			if !s.asserted.State.Complete() {
				unknown++
				for _, m := range s.snapshot.Memberships {
					if !is(after, m.Group) {
						t.Fatalf("%s removed %s", s.asserted.State, m.Group)
					}
				}
			}
			s.snapshot.Memberships = after
		}
		if unknown == 0 {
			t.Skip("every list was whole")
		}
	})
}
