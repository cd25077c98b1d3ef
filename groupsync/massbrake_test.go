package groupsync_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gatehouse/groupsync"
	"gatehouse/sso"
)

func begin() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

// signed are signs of other people, the last of them a minute ago.
func signed(kinds ...sso.SignKind) (signs []sso.BrakeSign) {
	for i, k := range kinds {
		name := []string{"dev", "sre", "admins"}[i%3]
		signs = append(signs, sso.BrakeSign{
			User:   sso.UserID(fmt.Sprint(i)),
			Kind:   k,
			Groups: []sso.GroupID{sso.GroupID("web/" + name)},
			Names:  []string{name},
			At:     begin().Add(-time.Duration(i+1) * time.Minute),
		})
	}
	return signs
}

// TestMassBrake has a user who is in web/dev and web/sre by sign-ins, and in
// data/admins by hand.
func TestMassBrake(t *testing.T) {
	t.Parallel()
	const renamed, nothing, matches = sso.SignRenamed, sso.SignNothing, sso.SignMatches
	standing := sso.BrakeStop{
		Cause:  sso.HeldNamesChanged,
		Groups: []sso.GroupID{"web/sre"},
		At:     begin().Add(-time.Hour),
		Last:   begin().Add(-time.Hour),
	}
	allowed := standing
	allowed.Until = begin().Add(time.Second)
	quiet := standing
	quiet.Last = begin().Add(-sso.BrakeQuiet)
	full := func(people, members int) map[sso.GroupID]sso.GroupLosses {
		return map[sso.GroupID]sso.GroupLosses{"web/sre": {
			People:  people,
			Members: members,
		}}
	}
	share := sso.BrakeStop{
		Cause: sso.HeldGroupShare,
		Group: "web/sre",
		At:    begin(),
		Last:  begin(),
	}
	meant := share
	meant.Until = begin().Add(time.Second)
	for name, c := range map[string]struct {
		asserted sso.AssertedGroups
		facts    sso.BrakeFacts
		rules    sso.Brake
		cause    sso.HeldCause // "": it is done
		sign     sso.SignKind
		begun    bool
		ended    bool
		losses   int
	}{
		"all is well": {asserted: values("dev", "sre"), losses: 1},
		"all is well, as others doubt": {
			asserted: values("dev", "sre"),
			facts:    sso.BrakeFacts{Signs: signed(renamed, renamed)},
			sign:     matches,
			losses:   1,
		},
		"nothing matches": {
			asserted: values("DEV"),
			cause:    sso.HeldMatchesNothing,
			sign:     renamed,
		},
		"nothing matches, as before": {
			asserted: values("vpn"),
			facts:    sso.BrakeFacts{AssertedBefore: []string{"vpn"}},
			cause:    sso.HeldMatchesNothing,
			sign:     nothing,
		},
		"an empty list is a statement": {asserted: values(), sign: nothing, losses: 3},
		"only what is reserved": {
			asserted: values(sso.DefaultGroupName),
			cause:    sso.HeldMatchesNothing,
			sign:     nothing,
		},
		"one group is gone": {asserted: values("dev"), losses: 2},
		"one name is new": {
			asserted: values("dev", "SRE"),
			sign:     renamed,
			losses:   2,
		},
		"one name is new, of a third": {
			asserted: values("dev", "SRE"),
			facts:    sso.BrakeFacts{Signs: signed(renamed, renamed)},
			cause:    sso.HeldNamesChanged,
			sign:     renamed,
			begun:    true,
		},
		"of a third, and one matches": {
			asserted: values("dev", "SRE"),
			facts:    sso.BrakeFacts{Signs: signed(matches, renamed, renamed)},
			cause:    sso.HeldNamesChanged,
			sign:     renamed,
			begun:    true,
		},
		"of a third, and three match": {
			asserted: values("dev", "SRE"),
			facts: sso.BrakeFacts{
				Signs: signed(matches, renamed, matches, renamed, matches),
			},
			sign:   renamed,
			losses: 2,
		},
		"the others were long ago": {
			asserted: values("dev", "SRE"),
			facts:    sso.BrakeFacts{Signs: signed(renamed, renamed)},
			rules:    sso.Brake{Window: 90},
			sign:     renamed,
			losses:   2,
		},
		"a third empty list": {
			asserted: values(),
			facts:    sso.BrakeFacts{Signs: signed(nothing, nothing)},
			cause:    sso.HeldNamesChanged,
			sign:     nothing,
			begun:    true,
		},
		"switched off": {
			asserted: values("DEV"),
			facts:    sso.BrakeFacts{Signs: signed(renamed, renamed)},
			rules:    sso.Brake{Off: true},
		},
		"stopped": {
			asserted: values("dev"),
			facts:    sso.BrakeFacts{Stops: []sso.BrakeStop{standing}},
			cause:    sso.HeldNamesChanged,
		},
		"stopped long ago": {
			asserted: values("dev"),
			facts:    sso.BrakeFacts{Stops: []sso.BrakeStop{quiet}},
			losses:   2,
		},
		"allowed": {
			asserted: values("DEV"),
			facts: sso.BrakeFacts{
				Stops: []sso.BrakeStop{allowed},
				Signs: signed(renamed, renamed, renamed),
			},
			losses: 3,
		},
		"they match again": {
			asserted: values("dev", "sre"),
			facts: sso.BrakeFacts{
				Stops: []sso.BrakeStop{standing},
				Signs: signed(matches, matches),
			},
			sign:   matches,
			ended:  true,
			losses: 1,
		},
		"too few match again": {
			asserted: values("dev", "sre"),
			facts: sso.BrakeFacts{
				Stops: []sso.BrakeStop{standing},
				Signs: signed(matches, matches, renamed, renamed, renamed, renamed),
			},
			sign:  matches,
			cause: sso.HeldNamesChanged,
		},
		"the twentieth": {
			asserted: values("dev"),
			facts:    sso.BrakeFacts{Losses: full(19, 20)},
			losses:   2,
		},
		"the twenty-first of fifty": {
			asserted: values("dev"),
			facts:    sso.BrakeFacts{Losses: full(20, 50)},
			losses:   2,
		},
		"the twenty-first of forty": {
			asserted: values("dev"),
			facts:    sso.BrakeFacts{Losses: full(20, 40)},
			cause:    sso.HeldGroupShare,
			begun:    true,
			losses:   2,
		},
		"half, exactly": {
			asserted: values("dev"),
			facts:    sso.BrakeFacts{Losses: full(24, 50)},
			losses:   2,
		},
		"more than a tenth": {
			asserted: values("dev"),
			facts:    sso.BrakeFacts{Losses: full(5, 59)},
			rules:    sso.Brake{Share: 10, People: 5},
			cause:    sso.HeldGroupShare,
			begun:    true,
			losses:   2,
		},
		"a group is stopped": {
			asserted: values("dev"),
			facts:    sso.BrakeFacts{Stops: []sso.BrakeStop{share}},
			cause:    sso.HeldGroupShare,
			losses:   2,
		},
		"that is meant": {
			asserted: values("dev"),
			facts: sso.BrakeFacts{
				Stops:  []sso.BrakeStop{meant},
				Losses: full(90, 100),
			},
			losses: 2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.facts.At, c.facts.Rules = begin(), c.rules
			got, err := groupsync.Plan(
				sso.GroupSync{Mode: sso.SyncReset}, c.asserted,
				sso.GroupSnapshot{
					Groups: acme,
					Memberships: in(
						"web/dev=jit", "web/sre=jit", "web/Members=default",
						"data/admins=manual",
					),
					Brake: c.facts,
				},
			)
			if err != nil {
				t.Fatal(err)
			}
			cause := sso.HeldCause("")
			if got.Held != nil {
				cause = got.Held.Cause
				if len(got.Add)+len(got.Remove) > 0 ||
					got.Record.Note == "" ||
					got.Record.Mode != sso.SyncKeep {
					t.Errorf("held, but %+v", got)
				}
			}
			note := got.Brake
			if cause != c.cause ||
				note.Sign.Kind != c.sign ||
				len(note.Begun) > 0 != c.begun ||
				len(note.Ended) > 0 != c.ended ||
				len(note.Losses) != c.losses {
				t.Errorf("held for %q, and noted %+v", cause, note)
			}
		})
	}
}

// TestLastAdminIsNotCounted checks that a sync held for the last admin removes
// no membership and so does not count towards its share. It still records
// whether names match.
func TestLastAdminIsNotCounted(t *testing.T) {
	t.Parallel()
	full := map[sso.GroupID]sso.GroupLosses{"web/sre": {People: 20, Members: 20}}
	for name, c := range map[string]struct {
		asserted sso.AssertedGroups
		facts    sso.BrakeFacts
		others   bool
		cause    sso.HeldCause
		sign     sso.SignKind
		begun    sso.HeldCause
		losses   int
	}{
		"alone": {
			asserted: values("dev"),
			cause:    sso.HeldLastAdmin,
		},
		"one among others": {
			asserted: values("dev"),
			others:   true,
			losses:   1,
		},
		"the share would be full": {
			asserted: values("dev"),
			facts:    sso.BrakeFacts{Losses: full},
			cause:    sso.HeldLastAdmin,
		},
		"the share is full": {
			asserted: values("dev"),
			facts:    sso.BrakeFacts{Losses: full},
			others:   true,
			cause:    sso.HeldGroupShare,
			begun:    sso.HeldGroupShare,
			losses:   1,
		},
		"a group is stopped": {
			asserted: values("dev"),
			facts: sso.BrakeFacts{Stops: []sso.BrakeStop{{
				Cause: sso.HeldGroupShare,
				Group: "web/sre",
				Last:  begin(),
			}}},
			cause: sso.HeldLastAdmin,
		},
		"the third whose names change": {
			asserted: values("dev", "SRE"),
			facts: sso.BrakeFacts{
				Signs: signed(sso.SignRenamed, sso.SignRenamed),
			},
			cause: sso.HeldLastAdmin,
			sign:  sso.SignRenamed,
			begun: sso.HeldNamesChanged,
		},
		"nothing matches": {
			asserted: values("SRE"),
			cause:    sso.HeldLastAdmin,
			sign:     sso.SignRenamed,
		},
		"the brake is off": {
			asserted: values("dev"),
			facts:    sso.BrakeFacts{Rules: sso.Brake{Off: true}},
			cause:    sso.HeldLastAdmin,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.facts.At = begin()
			got, err := groupsync.Plan(
				sso.GroupSync{Mode: sso.SyncReset}, c.asserted,
				sso.GroupSnapshot{
					Groups: acme,
					Memberships: in(
						"web/dev=jit", "app/dev=jit", "data/dev=jit", "web/sre=jit",
					),
					AdminGroups: []sso.GroupID{"web/sre"},
					OtherAdmins: c.others,
					Brake:       c.facts,
				},
			)
			if err != nil {
				t.Fatal(err)
			}
			cause, group := sso.HeldCause(""), sso.GroupID("")
			if got.Held != nil {
				cause, group = got.Held.Cause, got.Held.Group
			}
			begun := sso.HeldCause("")
			for _, s := range got.Brake.Begun {
				begun = s.Cause
			}
			if cause != c.cause ||
				(group != "") != (cause == sso.HeldGroupShare) ||
				got.Brake.Sign.Kind != c.sign ||
				begun != c.begun ||
				len(got.Brake.Losses) != c.losses {
				t.Errorf("held for %q of %q, and noted %+v", cause, group, got.Brake)
			}
		})
	}
}

// TestMassBrakeLimitsLosses: whatever lists come in place of the right ones, for
// however many people in whatever order, at most two lose anything before
// removals are held, as long as a new name comes in place of one that they lose.
func TestMassBrakeLimitsLosses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		names := []string{"dev", "sre", "admins"}
		facts, lost := sso.BrakeFacts{At: begin()}, 0
		for i := range rapid.IntRange(3, 40).Draw(t, "people") {
			had := rapid.Permutation(names).Draw(
				t, "had",
			)[:rapid.IntRange(1, 3).Draw(t, "groups")]
			var rows []string
			for _, n := range had {
				for _, g := range acme {
					if g.Name == n {
						rows = append(rows, string(g.ID)+"=jit")
					}
				}
			}
			sent := slices.Clone(had)
			for j := range sent {
				if j == 0 || rapid.Bool().Draw(t, "renamed") {
					sent[j] = "ACME-" + sent[j]
				}
			}
			facts.At = facts.At.Add(time.Second)
			got, err := groupsync.Plan(
				sso.GroupSync{Mode: sso.SyncReset}, values(sent...),
				sso.GroupSnapshot{
					Groups:      acme,
					Memberships: in(rows...),
					Brake:       facts,
				},
			)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Remove) > 0 {
				lost++
			}
			facts.Stops = append(facts.Stops, got.Brake.Begun...)
			if s := got.Brake.Sign; s.Kind != "" {
				s.User = sso.UserID(fmt.Sprint(i))
				facts.Signs = append([]sso.BrakeSign{s}, facts.Signs...)
			}
		}
		if lost > 2 {
			t.Fatalf("%d people lost something", lost)
		}
	})
}
