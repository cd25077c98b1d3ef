package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
)

// braked is a sign-in with what its plan holds and tells the brake.
type braked struct {
	subject    string
	connection sso.ConnectionID // "": the world's
	rules      sso.Brake
	cause      sso.HeldCause // "": not held
	group      sso.GroupID   // of the cause
	sign       sso.SignKind
	loses      []sso.Group
	begins     *sso.BrakeStop
}

// brake records such a sign-in, which changes no membership unless loses does,
// and returns the facts that it was planned with.
func (w *world) brake(b braked) (facts sso.BrakeFacts, user sso.User, record sso.SyncRecord) {
	w.Helper()
	s := w.signIn(b.subject, "dev")
	s.Brake = b.rules
	if b.connection != "" {
		s.Identity.Connection = b.connection
		s.Replay.Connection = b.connection
		s.Attempt.Connection = b.connection
		s.Session.Connection = b.connection
		s.Identity.Subject = string(b.connection) + b.subject
	}
	user, record, err := w.db.RecordLogin(w.Context(), s, func(f sso.SignInFacts) (v sso.Verdict, err error) {
		facts = f.Groups.Brake
		v.Memberships = b.plan(s.Identity.Groups, facts)
		return v, nil
	})
	w.ok(err)
	return facts, user, record
}

func (b braked) plan(asserted sso.AssertedGroups, facts sso.BrakeFacts) (c sso.MembershipChanges) {
	c.Record = sso.SyncRecord{Mode: sso.SyncReset, Asserted: asserted}
	for _, g := range b.loses {
		c.Brake.Losses = append(c.Brake.Losses, sso.Membership{
			Group:  g.ID,
			Source: sso.SourceJIT,
		})
	}
	switch {
	case b.cause != "":
		c.Record.Mode = sso.SyncKeep
		c.Held = &sso.HeldChanges{
			Mode:  sso.SyncReset,
			Cause: b.cause,
			Group: b.group,
		}
	default:
		for _, g := range b.loses {
			c.Remove = append(c.Remove, g.ID)
		}
	}
	if b.sign != "" {
		c.Brake.Sign = sso.BrakeSign{Kind: b.sign, At: facts.At}
		for _, g := range b.loses {
			c.Brake.Sign.Groups = append(c.Brake.Sign.Groups, g.ID)
			c.Brake.Sign.Names = append(c.Brake.Sign.Names, g.Name)
		}
	}
	if b.begins != nil {
		c.Brake.Begun = []sso.BrakeStop{*b.begins}
	}
	return c
}

// testBrakeWindow: what happened exactly a window ago no longer counts, a moment
// later does; users do not count for themselves; the members are those of the
// window's beginning.
func testBrakeWindow(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	dev := w.group["web/dev"]
	rules := sso.Brake{
		People: 1,
		Window: 3600,
		Share:  50,
	}
	for i := range 6 {
		w.enter(fmt.Sprintf("p%d", i), "dev")
	}
	w.clock.Move(24 * time.Hour)
	w.leave(dev, rules, "p0")
	w.clock.Move(time.Microsecond)
	w.leave(dev, rules, "p1")
	w.clock.Move(time.Hour - 2*time.Microsecond)
	w.leave(dev, rules, "p2")
	w.losses(dev, rules, 3, 6) // a microsecond less than an hour after p0 left
	w.clock.Move(time.Microsecond)
	w.losses(dev, rules, 2, 5) // exactly an hour
	w.clock.Move(time.Microsecond)
	w.losses(dev, rules, 1, 4)
	w.clock.Move(time.Hour)
	w.losses(dev, rules, 0, 0)

	w.uncountedLoss(dev, rules)

	w.signs(rules, 3)
	w.clock.Move(22*time.Hour - time.Microsecond) // exactly a day after p0's
	w.signs(rules, 2)
	w.clock.Move(time.Microsecond)
	w.signs(rules, 1)
	w.clock.Move(time.Hour)
	w.signs(rules, 0)
}

func (w *world) leave(dev sso.Group, rules sso.Brake, subject string) {
	w.brake(braked{
		subject: subject,
		rules:   rules,
		sign:    sso.SignRenamed,
		loses:   []sso.Group{dev},
	})
}

func (w *world) losses(dev sso.Group, rules sso.Brake, people, members int) {
	w.Helper()
	_, s, err := w.db.Snapshot(
		w.Context(), w.ent.ID, w.conn.ID, w.user("p3"), "",
		[]string{"elsewhere"}, rules, nil,
	)
	w.ok(err)
	w.same(
		sso.GroupLosses{People: people, Members: members},
		s.Brake.Losses[dev.ID],
	)
}

func (w *world) uncountedLoss(dev sso.Group, rules sso.Brake) {
	w.brake(braked{
		subject: "p3",
		rules:   rules,
		loses:   []sso.Group{dev},
	})
	_, s, err := w.db.Snapshot(
		w.Context(), w.ent.ID, w.conn.ID, w.user("p3"), "", []string{"elsewhere"},
		rules, nil,
	)
	w.ok(err)
	w.same(0, s.Brake.Losses[dev.ID].People)
	w.losses(dev, rules, 0, 0)
}

func (w *world) signs(rules sso.Brake, want int) {
	w.Helper()
	_, s, err := w.db.Snapshot(
		w.Context(), w.ent.ID, w.conn.ID, w.user("p4"), "", nil, rules, nil,
	)
	w.ok(err)
	w.same(want, len(s.Brake.Signs))
}

// user finds who signed in as a subject.
func (w *world) user(subject string) sso.UserID {
	w.Helper()
	all, _, err := w.db.Users(
		w.Context(), w.ent.ID, sso.UserFilter{Login: subject + "@acme.test"},
		sso.Page{},
	)
	w.ok(err)
	if len(all) != 1 {
		w.Fatalf("%d users are %s", len(all), subject)
	}
	return all[0].ID
}

// testBrakeSweep: signs are kept for a day, losses for thirty, stops for seven
// days after they last held something or after their approval ended.
func testBrakeSweep(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	const day = 24 * time.Hour
	dev := w.group["web/dev"]
	w.enter("ada", "dev")
	w.beginStops(dev)
	w.clock.Move(day / 2)
	w.brake(braked{subject: "ada", cause: sso.HeldNamesChanged})
	for _, step := range []struct {
		after time.Duration
		want  []int // signs, losses, stops
	}{
		{0, []int{1, 1, 2}},
		{day/2 - time.Microsecond, []int{1, 1, 2}},
		{time.Microsecond, []int{0, 1, 2}}, // a day
		{6 * day, []int{0, 1, 2}},          // half a day less than seven after it held something
		{day / 2, []int{0, 1, 1}},
		{13*day/2 - time.Microsecond, []int{0, 1, 1}}, // fourteen, nearly
		{time.Microsecond, []int{0, 1, 0}},
		{16*day - time.Microsecond, []int{0, 1, 0}},
		{time.Microsecond, []int{0, 0, 0}}, // thirty
	} {
		w.clock.Move(step.after)
		w.ok(w.db.Sweep(t.Context(), store.Retention{}))
		w.same(step.want, w.braking())
	}
}

func (w *world) beginStops(dev sso.Group) {
	names := sso.BrakeStop{
		Cause: sso.HeldNamesChanged,
		At:    w.clock.Now(),
		Since: w.clock.Now(),
		Last:  w.clock.Now(),
	}
	share := sso.BrakeStop{
		Cause: sso.HeldGroupShare,
		Group: dev.ID,
		At:    w.clock.Now(),
		Since: w.clock.Now(),
		Last:  w.clock.Now(),
	}
	w.brake(braked{
		subject: "ada",
		sign:    sso.SignRenamed,
		loses:   []sso.Group{dev},
		begins:  &names,
	})
	w.brake(braked{subject: "bob", begins: &share})
	_, err := w.db.DecideHeldSyncs(w.Context(), by, w.ent.ID, sso.HeldDecision{
		Cause:   sso.HeldGroupShare,
		Approve: true,
	})
	w.ok(err)
}

// braking counts signs, losses and stops.
func (w *world) braking() []int {
	w.Helper()
	dump := w.dump()
	return []int{
		len(dump["brake_signs"]), len(dump["brake_losses"]),
		len(dump["brake_stops"]),
	}
}

// testBrakeTakesOver: once the names of a connection are found to match no
// longer, what waits of it since the window began because of these names is
// decided with the rest. What waits for another reason stays as it is.
func testBrakeTakesOver(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	dev, other := w.group["web/dev"], w.connection("Other")
	w.holdForManyCauses(dev, other)
	got := map[string]string{}
	all, _, err := w.db.HeldSyncs(
		t.Context(), w.ent.ID, sso.HeldFilter{State: sso.HeldWaiting}, sso.Page{},
	)
	w.ok(err)
	for _, h := range all {
		u, err := w.db.User(t.Context(), w.ent.ID, h.User)
		w.ok(err)
		got[u.Login] = string(h.Changes.Cause)
		if (h.Changes.Group != "") != (h.Changes.Cause == sso.HeldGroupShare) {
			t.Errorf(
				"%s waits for %s of group %q", u.Login, h.Changes.Cause,
				h.Changes.Group,
			)
		}
	}
	w.same(map[string]string{
		"old@acme.test":       "matches_nothing",
		"nothing@acme.test":   "connection_names_changed",
		"renamed@acme.test":   "connection_names_changed",
		"empty@acme.test":     "connection_names_changed",
		"deleted@acme.test":   "group_share",
		"admin@acme.test":     "last_admin",
		"elsewhere@acme.test": "matches_nothing",
		"third@acme.test":     "connection_names_changed",
	}, got)
	done, err := w.db.DecideHeldSyncs(t.Context(), by, w.ent.ID, sso.HeldDecision{
		Cause:      sso.HeldNamesChanged,
		Connection: w.conn.ID,
		Restore:    true,
	})
	w.ok(err)
	w.same(sso.HeldResult{Decided: 4}, done)
	w.chainHolds()
}

func (w *world) holdForManyCauses(dev sso.Group, other sso.Connection) {
	for _, subject := range []string{
		"old", "nothing", "renamed", "empty", "deleted", "admin", "third",
	} {
		w.enter(subject, "dev")
	}
	share := func(subject string, sign sso.SignKind) {
		w.brake(braked{
			subject: subject,
			cause:   sso.HeldGroupShare,
			group:   dev.ID,
			sign:    sign,
			loses:   []sso.Group{dev},
		})
	}
	w.brake(braked{
		subject: "old",
		cause:   sso.HeldMatchesNothing,
		sign:    sso.SignRenamed,
	})
	w.clock.Move(time.Microsecond)
	since := w.clock.Now()
	w.brake(braked{
		subject: "nothing",
		cause:   sso.HeldMatchesNothing,
		sign:    sso.SignNothing,
	})
	share("renamed", sso.SignRenamed)
	share("empty", sso.SignNothing)
	share("deleted", "")
	w.brake(braked{
		subject: "admin",
		cause:   sso.HeldLastAdmin,
		sign:    sso.SignRenamed,
	})
	w.brake(braked{
		subject:    "elsewhere",
		connection: other.ID,
		cause:      sso.HeldMatchesNothing,
		sign:       sso.SignRenamed,
	})
	w.clock.Move(time.Minute)
	w.brake(braked{
		subject: "third",
		cause:   sso.HeldNamesChanged,
		sign:    sso.SignRenamed,
		loses:   []sso.Group{dev},
		begins: &sso.BrakeStop{
			Cause: sso.HeldNamesChanged,
			At:    w.clock.Now(),
			Since: since,
			Last:  w.clock.Now(),
		},
	})
}

// testBrakeOfOthers: what the brake knows of one enterprise says nothing about
// another, and cannot be decided there.
func testBrakeOfOthers(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	other := addWorld(t, w.db, w.clock, "globex")
	other.dsn, other.keys = w.dsn, w.keys
	dev := w.group["web/dev"]
	w.enter("ada", "dev")
	other.enter("ada", "dev")
	w.beginStop(dev)
	facts, _, _ := other.brake(braked{subject: "ada"})
	w.same(
		[]int{0, 0, 0}, []int{len(facts.Stops), len(facts.Signs), len(facts.Losses)},
	)
	tallies, err := w.db.HeldTallies(t.Context(), other.ent.ID)
	w.ok(err)
	w.same(0, len(tallies))
	w.decidesNothing(other, dev)
	w.same([]int{2, 1, 1}, w.braking())
	w.ok(w.db.DeleteEnterprise(t.Context(), by, other.ent.ID))
	w.same([]int{2, 1, 1}, w.braking())
	w.ok(w.db.DeleteEnterprise(t.Context(), by, w.ent.ID))
	w.same([]int{0, 0, 0}, w.braking())
}

func (w *world) beginStop(dev sso.Group) {
	stop := sso.BrakeStop{
		Cause: sso.HeldNamesChanged,
		At:    w.clock.Now(),
		Since: w.clock.Now().Add(-time.Hour),
		Last:  w.clock.Now(),
	}
	w.brake(braked{
		subject: "ada",
		sign:    sso.SignRenamed,
		loses:   []sso.Group{dev},
		begins:  &stop,
	})
	w.brake(braked{
		subject: "bob",
		cause:   sso.HeldNamesChanged,
		sign:    sso.SignRenamed,
	})
}

func (w *world) decidesNothing(other *world, dev sso.Group) {
	before := w.dump()
	for _, d := range []sso.HeldDecision{
		{}, {Connection: w.conn.ID}, {Connection: other.conn.ID}, {Group: dev.ID},
	} {
		for _, approve := range []bool{true, false} {
			d.Cause, d.Approve, d.Restore = sso.HeldNamesChanged, approve, true
			done, err := w.db.DecideHeldSyncs(w.Context(), by, other.ent.ID, d)
			w.ok(err)
			w.same(sso.HeldResult{}, done)
		}
	}
	w.same(before, w.dump())
}

// testHeldOfDeleted: nothing waits of a connection that is deleted, and nothing
// is held from then on. What waits of another stays.
func testHeldOfDeleted(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	other := w.connection("Other")
	stop := sso.BrakeStop{
		Cause: sso.HeldNamesChanged,
		At:    w.clock.Now(),
		Since: w.clock.Now(),
		Last:  w.clock.Now(),
	}
	_, ada, _ := w.brake(braked{subject: "ada", cause: sso.HeldMatchesNothing})
	w.clock.Move(time.Second)
	w.brake(braked{
		subject: "ada",
		cause:   sso.HeldNamesChanged,
		begins:  &stop,
	})
	w.brake(braked{subject: "bob", cause: sso.HeldLastAdmin})
	w.brake(braked{subject: "cy", cause: sso.HeldMatchesNothing})
	w.clock.Move(time.Second)
	w.enter("cy", "dev") // says something else, which supersedes it
	_, dan, _ := w.brake(braked{
		subject:    "dan",
		connection: other.ID,
		cause:      sso.HeldMatchesNothing,
	})
	w.clock.Move(time.Second)
	w.ok(w.db.DeleteConnection(t.Context(), by, w.ent.ID, w.conn.ID, nil))
	w.discardedWithConnection(dan)
	w.discardRecorded(other)
	w.in(ada.ID)
	w.chainHolds()
}

func (w *world) discardedWithConnection(dan sso.User) {
	states := map[sso.HeldState]int{}
	all, _, err := w.db.HeldSyncs(
		w.Context(), w.ent.ID, sso.HeldFilter{}, sso.Page{},
	)
	w.ok(err)
	for _, h := range all {
		states[h.State]++
		if h.State == sso.HeldDiscarded &&
			(h.DecidedBy != by || !h.DecidedAt.Equal(w.clock.Now())) {
			w.Errorf("discarded by %q at %v", h.DecidedBy, h.DecidedAt)
		}
		if h.State == sso.HeldWaiting && h.User != dan.ID {
			w.Errorf("%s waits", h.User)
		}
	}
	w.same(map[sso.HeldState]int{
		sso.HeldDiscarded:  2,
		sso.HeldSuperseded: 2,
		sso.HeldWaiting:    1,
	}, states)
}

func (w *world) discardRecorded(other sso.Connection) {
	tallies, err := w.db.HeldTallies(w.Context(), w.ent.ID)
	w.ok(err)
	if len(tallies) != 1 || tallies[0].Connection != other.ID {
		w.Errorf("there is %+v", tallies)
	}
	events, _, err := w.db.AuditEvents(
		w.Context(), w.ent.ID, sso.AuditFilter{}, sso.Page{Limit: 1},
	)
	w.ok(err)
	if e := events[0]; e.Action != "connection.deleted" || e.Detail["held_syncs_discarded"] != "2" {
		w.Errorf("the audit trail says %+v", e)
	}
}

// testStopOfDeleted: nothing is held from now on for a group that is deleted.
// What waits still does: it may be about other groups, too.
func testStopOfDeleted(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	dev, sre := w.group["web/dev"], w.group["web/sre"]
	for _, g := range []sso.Group{dev, sre} {
		stop := sso.BrakeStop{
			Cause: sso.HeldGroupShare,
			Group: g.ID,
			At:    w.clock.Now(),
			Since: w.clock.Now(),
			Last:  w.clock.Now(),
		}
		w.brake(braked{
			subject: "of " + g.Name,
			cause:   sso.HeldGroupShare,
			group:   g.ID,
			begins:  &stop,
		})
	}
	want := []sso.HeldTally{
		w.shareTally(dev, "Org web/dev", true),
		w.shareTally(sre, "Org web/sre", true),
	}
	slices.SortFunc(want, func(a, b sso.HeldTally) int {
		return cmp.Compare(a.Group, b.Group)
	})
	w.tallies(want...)
	w.ok(w.db.DeleteGroup(t.Context(), by, w.ent.ID, dev.ID))
	for i := range want {
		if want[i].Group == dev.ID {
			want[i].GroupName, want[i].Standing = "", false
		}
	}
	w.tallies(want...)
	done, err := w.db.DecideHeldSyncs(t.Context(), by, w.ent.ID, sso.HeldDecision{
		Cause:   sso.HeldGroupShare,
		Group:   dev.ID,
		Restore: true,
	})
	w.ok(err)
	w.same(sso.HeldResult{Decided: 1}, done)
	w.tallies(w.shareTally(sre, "Org web/sre", true))
}

func (w *world) tallies(want ...sso.HeldTally) {
	w.Helper()
	got, err := w.db.HeldTallies(w.Context(), w.ent.ID)
	w.ok(err)
	for i := range got {
		got[i].Newest, got[i].Since = "", time.Time{}
	}
	w.same(want, got)
}

func (w *world) shareTally(g sso.Group, name string, standing bool) sso.HeldTally {
	return sso.HeldTally{
		Cause:      sso.HeldGroupShare,
		Connection: w.conn.ID,
		Group:      g.ID,
		GroupName:  name,
		Waiting:    1,
		Standing:   standing,
	}
}
