package groupsync_test

import (
	"testing"

	"pgregory.net/rapid"

	"gatehouse/groupsync"
	"gatehouse/sso"
)

func TestBrake(t *testing.T) {
	t.Parallel()
	admins := []sso.GroupID{"data/admins", "web/sre"}
	for name, c := range map[string]struct {
		rules    sso.GroupSync
		asserted sso.AssertedGroups
		admins   []sso.GroupID
		others   bool
		want     string // of what is done, or held
		held     bool
	}{
		"the last one": {
			sso.GroupSync{Mode: sso.SyncReset},
			values("dev"),
			admins,
			false,
			"+app/Members=default +app/dev=jit +data/dev=jit +web/Members=default +web/dev=jit -data/admins",
			true,
		},
		"by an empty list": {
			sso.GroupSync{Mode: sso.SyncReset},
			values(),
			admins,
			false,
			"-data/Members -data/admins",
			true,
		},
		"by a missing attribute": {
			sso.GroupSync{
				Mode:     sso.SyncReset,
				OnAbsent: sso.ClearGroups,
			},
			state(sso.GroupsAbsent),
			admins,
			false,
			"-data/Members -data/admins",
			true,
		},
		"there are others": {
			sso.GroupSync{Mode: sso.SyncReset},
			values(),
			admins,
			true,
			"-data/Members -data/admins",
			false,
		},
		"moves to another": {
			sso.GroupSync{Mode: sso.SyncReset},
			values("sre"),
			admins,
			false,
			"+web/Members=default +web/sre=jit -data/Members -data/admins",
			false,
		},
		"stays": {
			sso.GroupSync{Mode: sso.SyncReset},
			values("admins"),
			admins,
			false,
			"",
			false,
		},
		"no admin groups": {
			sso.GroupSync{Mode: sso.SyncReset},
			values(),
			nil,
			false,
			"-data/Members -data/admins",
			false,
		},
		"never was one": {
			sso.GroupSync{Mode: sso.SyncReset},
			values(),
			admins[1:],
			false,
			"-data/Members -data/admins",
			false,
		},
		"unknown": {
			sso.GroupSync{Mode: sso.SyncReset},
			state(sso.GroupsOverage),
			admins,
			false,
			"",
			false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := groupsync.Plan(c.rules, c.asserted, sso.GroupSnapshot{
				Groups:      acme,
				Memberships: in("data/admins=jit", "data/Members=default"),
				AdminGroups: c.admins,
				OtherAdmins: c.others,
			})
			if err != nil {
				t.Fatal(err)
			}
			if (got.Held != nil) != c.held {
				t.Fatalf("held: %v", got.Held)
			}
			if c.held {
				if summary(got) != "" ||
					len(got.Record.Added)+len(got.Record.Removed) > 0 ||
					got.Record.Mode != sso.SyncKeep ||
					got.Record.Note == "" {
					t.Errorf(
						"held, but did %s and recorded %+v", summary(got),
						got.Record,
					)
				}
				got.Add, got.Remove = got.Held.Add, got.Held.Remove
			}
			if summary(got) != c.want {
				t.Errorf("got %s, want %s", summary(got), c.want)
			}
		})
	}
}

// TestBrakeAlwaysLeavesAnAdmin: whatever is asserted, a sole admin is in an
// admin group afterwards.
func TestBrakeAlwaysLeavesAnAdmin(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := anything(t)
		was := false
		for _, g := range s.snapshot.Groups {
			if !g.Default && rapid.Bool().Draw(t, "admin") {
				s.snapshot.AdminGroups = append(s.snapshot.AdminGroups, g.ID)
				was = was || is(s.snapshot.Memberships, g.ID)
			}
		}
		after := apply(s.snapshot.Memberships, plan(t, s))
		left := false
		for _, id := range s.snapshot.AdminGroups {
			left = left || is(after, id)
		}
		if was && !left {
			t.Fatal("no admin is left")
		}
	})
}
