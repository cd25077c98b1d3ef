package storetest

import (
	"slices"
	"testing"
	"time"

	"gatehouse/sso"
)

// Held plans that everything is kept, and that what would have been done waits.
func Held(asserted sso.AssertedGroups, remove ...sso.Group) sso.Decide {
	return func(facts sso.SignInFacts) (sso.Verdict, error) {
		held := &sso.HeldChanges{Mode: sso.SyncReset, Cause: sso.HeldLastAdmin}
		for _, g := range remove {
			held.Remove = append(held.Remove, g.ID)
			held.Removed = append(held.Removed, sso.GroupChange{
				Group:            g.ID,
				Name:             g.Name,
				Organization:     g.Organization,
				OrganizationName: facts.Groups.Organizations[g.Organization],
			})
		}
		return sso.Verdict{Memberships: sso.MembershipChanges{
			Held: held,
			Record: sso.SyncRecord{
				Mode:     sso.SyncKeep,
				Asserted: asserted,
				Note:     "Held.",
			},
		}}, nil
	}
}

// hold makes a sign-in that would remove the user from web/dev and is held, and gives what
// waits.
func (w *world) hold(subject string) sso.HeldSync {
	w.Helper()
	s := w.signIn(subject)
	u, r, err := w.db.RecordLogin(
		w.Context(), s, Held(s.Identity.Groups, w.group["web/dev"]),
	)
	w.ok(err)
	h, err := w.db.HeldSync(w.Context(), w.ent.ID, r.Held)
	w.ok(err)
	if h.User != u.ID ||
		h.State != sso.HeldWaiting ||
		h.Record != r.ID ||
		len(h.Changes.Removed) != 1 {
		w.Errorf("what waits is %+v", h)
	}
	return h
}

// at returns the groups of a user at a time, as memberships gives them.
func (w *world) at(u sso.UserID, at time.Time) []string {
	w.Helper()
	all, err := w.db.UserMembershipsAt(w.Context(), w.ent.ID, u, at)
	w.ok(err)
	names := []string{}
	for _, p := range all {
		names = append(
			names, p.Group.OrganizationName+"/"+p.Group.Name+"="+string(p.Source),
		)
	}
	slices.Sort(names)
	return names
}

func testHistory(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	begin := w.clock.Now()
	u, first, third := w.changeGroups()
	both := []string{
		"Org app/Members=default", "Org app/dev=jit", "Org web/Members=default",
		"Org web/dev=jit",
	}
	ops := []string{"Org app/Members=default", "Org app/ops=jit"}
	for _, c := range []struct {
		after time.Duration
		want  []string
	}{
		{-time.Second, nil},
		{0, both},
		{time.Hour, both},
		{2*time.Hour - time.Second, both},
		{2 * time.Hour, ops},
		{
			3 * time.Hour,
			append(
				[]string{"Org web/Members=default", "Org web/sre=manual"}, ops...,
			),
		},
		{4 * time.Hour, ops},
		{100 * time.Hour, ops},
	} {
		slices.Sort(c.want)
		w.same(c.want, w.at(u.ID, begin.Add(c.after)))
	}
	w.memberThen(begin, u, first, third)
	w.historyHolds()
}

func (w *world) changeGroups() (sso.User, sso.SyncRecord, sso.SyncRecord) {
	ctx := w.Context()
	u, first := w.enter("ada", "dev")
	w.clock.Move(time.Hour)
	w.enter("ada", "dev") // nothing changes
	w.clock.Move(time.Hour)
	_, third := w.enter("ada", "ops")
	w.clock.Move(time.Hour)
	w.ok(w.db.AddMember(ctx, by, w.ent.ID, w.group["web/sre"].ID, u.ID))
	w.clock.Move(time.Hour)
	w.ok(w.db.RemoveMember(ctx, by, w.ent.ID, w.group["web/sre"].ID, u.ID))
	return u, first, third
}

func (w *world) memberThen(begin time.Time, u sso.User, first, third sso.SyncRecord) {
	ctx := w.Context()
	members, next, err := w.db.GroupMembersAt(
		ctx, w.ent.ID, w.group["web/dev"].ID, begin.Add(time.Hour), sso.Page{},
	)
	w.ok(err)
	if len(members) != 1 || next != "" || members[0].User.ID != u.ID {
		w.Fatalf("got %+v", members)
	}
	m := members[0].Membership
	if m.Cause != string(first.Attempt) ||
		m.EndedBy != string(third.Attempt) ||
		!m.From.Equal(begin) ||
		!m.Until.Equal(begin.Add(2*time.Hour)) {
		w.Errorf("why: %+v", m)
	}
}

// historyHolds asserts that what is open in the history is what is.
func (w *world) historyHolds() {
	w.Helper()
	db := Raw(w, w.dsn)
	defer db.Close() //nolint:errcheck // a connection of a test
	const columns = "enterprise_id, user_id, group_id, source"
	w.same(
		rows(w, db, "select "+columns+" from memberships"),
		rows(w, db, "select "+columns+" from membership_history where until_at = 0"),
	)
	w.same([]string{}, rows(w, db, "select * from membership_history where until_at <> 0 and until_at < from_at"))
}

func testHistoryOfGone(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	u, _ := w.enter("ada", "dev", "sre")
	then := w.clock.Now()
	w.clock.Move(time.Hour)
	w.ok(w.db.DeleteGroup(ctx, by, w.ent.ID, w.group["web/sre"].ID))
	w.clock.Move(time.Hour)
	w.ok(w.db.DeleteOrganization(ctx, by, w.ent.ID, w.orgs["web"].ID))
	w.same(
		[]string{
			"Org app/Members=default", "Org app/dev=jit", "Org web/Members=default",
			"Org web/dev=jit", "Org web/sre=jit",
		},
		w.at(u.ID, then),
	)
	w.same(
		[]string{"Org app/Members=default", "Org app/dev=jit"},
		w.at(u.ID, w.clock.Now()),
	)
	members, _, err := w.db.GroupMembersAt(
		ctx, w.ent.ID, w.group["web/sre"].ID, then, sso.Page{},
	)
	w.ok(err)
	if len(members) != 1 ||
		members[0].Membership.EndedBy != string(by) ||
		!members[0].Membership.Until.Equal(then.Add(time.Hour)) {
		t.Errorf("got %+v", members)
	}
	_, _, err = w.db.GroupMembersAt(ctx, w.ent.ID, "group-unknown", then, sso.Page{})
	w.fails(err, sso.NotFoundKind, "not_found")
	w.historyHolds()
}

func testRestoreUser(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	u, _ := w.enter("ada", "dev", "sre")
	then := w.clock.Now()
	w.clock.Move(time.Hour)
	w.enter("ada", "ops")
	w.ok(w.db.DeleteGroup(ctx, by, w.ent.ID, w.group["web/sre"].ID))
	w.clock.Move(time.Hour)
	before := w.dump()
	var shown sso.Restoration
	_, err := w.db.RestoreUser(ctx, by, w.ent.ID, u.ID, then, func(r sso.Restoration) (bool, error) {
		shown = r
		return false, nil
	})
	w.ok(err)
	w.same(before, w.dump())
	if len(shown.Add) != 2 ||
		len(shown.Remove) != 1 ||
		len(shown.Gone) != 1 ||
		shown.Gone[0].Group.Name != "sre" {
		t.Errorf("shown: %+v", shown)
	}
	done, err := w.db.RestoreUser(ctx, by, w.ent.ID, u.ID, then, yes)
	w.ok(err)
	if !done.Done {
		t.Error("not done")
	}
	w.in(
		u.ID, "app/Members=default", "app/dev=jit", "web/Members=default",
		"web/dev=jit",
	)
	w.restoreRecorded(u)
	w.historyHolds()
	w.chainHolds()
	w.momentNotKnown(u, then)
	w.restoreRefused(u, then)
}

func (w *world) restoreRecorded(u sso.User) {
	ctx := w.Context()
	records, _, err := w.db.SyncRecords(
		ctx, w.ent.ID, sso.SyncFilter{User: u.ID}, sso.Page{},
	)
	w.ok(err)
	if r := records[0]; r.Mode != sso.SyncRestore ||
		len(r.Added) != 2 ||
		len(r.Removed) != 1 ||
		r.Note == "" {
		w.Errorf("the record says %+v", r)
	}
	if got := w.actions(1); got[0] != "memberships.restored" {
		w.Errorf("the audit trail says %v", got)
	}
}

func (w *world) momentNotKnown(u sso.User, then time.Time) {
	ctx := w.Context()
	var err error
	for _, unknown := range []time.Time{
		then.Add(-time.Second), w.clock.Now().Add(time.Second), {},
	} {
		_, err = w.db.RestoreUser(ctx, by, w.ent.ID, u.ID, unknown, yes)
		w.fails(err, sso.Invalid, "moment_not_known")
		_, err = w.db.RestoreGroup(
			ctx, by, w.ent.ID, w.group["web/dev"].ID, unknown, yes,
		)
		w.fails(err, sso.Invalid, "moment_not_known")
	}
}

func (w *world) restoreRefused(u sso.User, then time.Time) {
	ctx := w.Context()
	before := w.dump()
	refused := sso.InvalidField("x", "x", "No.")
	_, err := w.db.RestoreUser(ctx, by, w.ent.ID, u.ID, then, func(sso.Restoration) (bool, error) {
		return true, refused
	})
	w.fails(err, sso.Invalid, "x")
	w.same(before, w.dump())
}

func testRestoreGroup(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	var people []sso.User
	for _, name := range []string{"ada", "bob", "eve"} {
		u, _ := w.enter(name, "sre")
		people = append(people, u)
	}
	then := w.clock.Now()
	w.clock.Move(time.Hour)
	w.enter("ada")
	w.enter("bob", "dev")
	w.enter("new", "sre")
	group := w.group["web/sre"].ID
	before := w.dump()
	shown, err := w.db.RestoreGroup(ctx, by, w.ent.ID, group, then, func(r sso.Restoration) (bool, error) {
		return false, nil
	})
	w.ok(err)
	w.same(before, w.dump())
	if len(shown.Add) != 2 || len(shown.Remove) != 1 || shown.Members != 2 {
		t.Errorf("shown: %+v", shown)
	}
	_, err = w.db.RestoreGroup(ctx, by, w.ent.ID, group, then, yes)
	w.ok(err)
	w.restoredMembers(people, group)
	w.historyHolds()
	w.chainHolds()
	_, err = w.db.RestoreGroup(
		ctx, by, w.ent.ID, w.group["web/Members"].ID, then, yes,
	)
	w.fails(err, sso.Conflict, "default_group")
}

func (w *world) restoredMembers(people []sso.User, group sso.GroupID) {
	ctx := w.Context()
	members, _, err := w.db.GroupMembers(ctx, w.ent.ID, group, sso.Page{})
	w.ok(err)
	if len(members) != 3 {
		w.Errorf("%d members; want 3", len(members))
	}
	w.in(people[0].ID, "web/Members=default", "web/sre=jit")
	w.in(
		people[1].ID, "app/Members=default", "app/dev=jit", "web/Members=default",
		"web/dev=jit", "web/sre=jit",
	)
}

func testNear(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	addWorld(t, w.db, w.clock, "other") // has groups of the same names
	for _, c := range []struct {
		asserted []string
		want     []string
	}{
		{[]string{"dev", "Dev", "sre", "ops"}, nil},
		// the second with a Cyrillic letter
		{
			[]string{"OPS", "оps", "dev"},
			[]string{"app/ops"},
		},
		{[]string{" sre"}, []string{"web/sre"}},
		{[]string{"DEV"}, []string{"app/Dev", "app/dev", "web/dev"}},
		{[]string{"Members"}, []string{"app/Members", "web/Members"}},
		{[]string{"nowhere", "", "'; drop table users", "\x00", "\xff", `a"b\`}, nil},
	} {
		s := w.signIn("ada", c.asserted...)
		got := []string{}
		_, _, err := w.db.RecordLogin(t.Context(), s, func(facts sso.SignInFacts) (sso.Verdict, error) {
			for _, g := range facts.Groups.Near {
				for _, o := range w.orgs {
					if o.ID == g.Organization &&
						facts.Groups.Organizations[o.ID] == o.Name {
						got = append(got, o.Key+"/"+g.Name)
					}
				}
			}
			return sso.Verdict{Memberships: sso.MembershipChanges{Record: sso.SyncRecord{
				Mode:       sso.SyncKeep,
				NearMisses: nearMisses(),
			}}}, nil
		})
		w.ok(err)
		slices.Sort(got)
		w.same(c.want, got)
	}
	w.nearMissRecorded()
}

func nearMisses() []sso.NearMiss {
	return []sso.NearMiss{{
		Asserted: "x",
		Group:    "group-x",
		Name:     "X",
		Why:      sso.DiffersInCase,
	}}
}

func (w *world) nearMissRecorded() {
	records, _, err := w.db.SyncRecords(
		w.Context(), w.ent.ID, sso.SyncFilter{}, sso.Page{},
	)
	w.ok(err)
	if len(records[0].NearMisses) != 1 ||
		records[0].NearMisses[0].Why != sso.DiffersInCase {
		w.Errorf("the record says %+v", records[0])
	}
}

func testAdmins(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	w.wantAdmins(nil, false)(w.seesAdmins("ada", "ops"))
	g, err := w.db.UpdateGroup(
		ctx, by, w.ent.ID, w.group["app/ops"].ID,
		func(g sso.Group) (sso.Group, error) {
			g.Admin = true
			return g, nil
		},
	)
	w.ok(err)
	if stored, err := w.db.Group(ctx, w.ent.ID, g.ID); err != nil || !stored.Admin {
		t.Errorf("stored: %+v, %v", stored, err)
	}
	admins := []sso.GroupID{g.ID}
	w.wantAdmins(nil, false)(w.seesAdmins("bob", "dev")) // has nothing to do with it
	w.wantAdmins(admins, false)(w.seesAdmins("ada", "ops"))
	w.wantAdmins(admins, false)(w.seesAdmins("bob", "ops")) // is none yet, so no query asks
	w.wantAdmins(admins, true)(w.seesAdmins("ada", "ops"))
	bob, _ := w.enter("bob", "ops")
	_, err = w.db.UpdateUser(ctx, by, w.ent.ID, bob.ID, func(u sso.User) (sso.User, error) {
		u.Status = sso.UserDeactivated
		return u, nil
	})
	w.ok(err)
	w.wantAdmins(admins, false)(w.seesAdmins("ada", "ops")) // a user who may not act is not an admin
}

func (w *world) seesAdmins(subject string, groups ...string) (admins []sso.GroupID, others bool) {
	w.Helper()
	s := w.signIn(subject, groups...)
	_, _, err := w.db.RecordLogin(w.Context(), s, func(facts sso.SignInFacts) (sso.Verdict, error) {
		admins, others = facts.Groups.AdminGroups, facts.Groups.OtherAdmins
		return Reset(s.Identity.Groups)(facts)
	})
	w.ok(err)
	return admins, others
}

func (w *world) wantAdmins(admins []sso.GroupID, others bool) func([]sso.GroupID, bool) {
	return func(gotAdmins []sso.GroupID, gotOthers bool) {
		w.Helper()
		w.same(admins, gotAdmins)
		w.same(others, gotOthers)
	}
}

func testHeld(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	u, _ := w.enter("ada", "dev")
	w.clock.Move(time.Hour)
	first := w.hold("ada")
	w.in(
		u.ID, "app/Members=default", "app/dev=jit", "web/Members=default",
		"web/dev=jit",
	)
	w.clock.Move(time.Hour)
	second := w.hold("ada")
	w.same(map[sso.HeldSyncID]sso.HeldState{
		first.ID:  sso.HeldSuperseded,
		second.ID: sso.HeldWaiting,
	}, w.heldStates(u))
	_, err := w.db.ApproveHeldSync(ctx, by, w.ent.ID, first.ID)
	w.fails(err, sso.Conflict, "held_sync_decided")
	w.sayNothing()
	w.clock.Move(time.Hour)
	w.approveHeld(u, second)
	w.historyHolds()
	w.chainHolds()
	third, fourth := w.discardAndSupersede()
	w.same(map[sso.HeldSyncID]sso.HeldState{
		first.ID:  sso.HeldSuperseded,
		second.ID: sso.HeldApproved,
		third.ID:  sso.HeldDiscarded,
		fourth.ID: sso.HeldSuperseded,
	}, w.heldStates(u))
	waiting, _, err := w.db.HeldSyncs(
		ctx, w.ent.ID, sso.HeldFilter{State: sso.HeldWaiting}, sso.Page{},
	)
	w.ok(err)
	w.same(0, len(waiting))
	_, err = w.db.DiscardHeldSync(ctx, by, w.ent.ID, fourth.ID)
	w.fails(err, sso.Conflict, "held_sync_decided")
}

func (w *world) heldStates(u sso.User) map[sso.HeldSyncID]sso.HeldState {
	all, _, err := w.db.HeldSyncs(
		w.Context(), w.ent.ID, sso.HeldFilter{User: u.ID}, sso.Page{},
	)
	w.ok(err)
	m := map[sso.HeldSyncID]sso.HeldState{}
	for _, h := range all {
		m[h.ID] = h.State
	}
	return m
}

func (w *world) sayNothing() {
	ctx := w.Context()
	w.clock.Move(time.Hour)
	unknown := w.signIn("ada") // says nothing, and so does not supersede
	_, _, err := w.db.RecordLogin(ctx, unknown, func(sso.SignInFacts) (sso.Verdict, error) {
		return sso.Verdict{
			Memberships: sso.MembershipChanges{
				Record: sso.SyncRecord{Mode: sso.SyncKeep},
			},
		}, nil
	})
	w.ok(err)
}

func (w *world) approveHeld(u sso.User, second sso.HeldSync) {
	ctx := w.Context()
	done, err := w.db.ApproveHeldSync(ctx, by, w.ent.ID, second.ID)
	w.ok(err)
	if done.State != sso.HeldApproved ||
		done.DecidedBy != by ||
		!done.DecidedAt.Equal(w.clock.Now()) {
		w.Errorf("got %+v", done)
	}
	w.in(u.ID, "app/Members=default", "app/dev=jit")
	records, _, err := w.db.SyncRecords(
		ctx, w.ent.ID, sso.SyncFilter{User: u.ID}, sso.Page{},
	)
	w.ok(err)
	if r := records[0]; r.Mode != sso.SyncReset ||
		len(r.Removed) != 1 ||
		r.Removed[0].Name != "dev" ||
		r.Note == "" {
		w.Errorf("the record says %+v", r)
	}
	if got := w.actions(1); got[0] != "sync.approved" {
		w.Errorf("the audit trail says %v", got)
	}
}

func (w *world) discardAndSupersede() (sso.HeldSync, sso.HeldSync) {
	ctx := w.Context()
	w.clock.Move(time.Hour)
	third := w.hold("ada")
	_, err := w.db.DiscardHeldSync(ctx, by, w.ent.ID, third.ID)
	w.ok(err)
	w.clock.Move(time.Hour)
	fourth := w.hold("ada")
	w.clock.Move(time.Hour)
	w.enter("ada", "dev")
	return third, fourth
}

func testHeldOnce(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.enter("ada", "dev")
	h := w.hold("ada")
	done := make(chan error)
	for range 8 {
		go func() {
			_, err := w.db.ApproveHeldSync(w.Context(), by, w.ent.ID, h.ID)
			done <- err
		}()
	}
	approved := 0
	for range 8 {
		if err := <-done; err == nil {
			approved++
		} else {
			w.fails(err, sso.Conflict, "held_sync_decided")
		}
	}
	if approved != 1 {
		t.Errorf("%d of eight approved the same", approved)
	}
}
