package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gatehouse/groupsync"
	"gatehouse/sso"
	"gatehouse/store"
)

func expectedTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"counted":          testExpectedCounted,
		"lists of members": testExpectedListed,
		"changed groups":   testChangedGroups,
		"explained":        testExpectedExplained,
		"extra":            testExpectedExtra,
		"expectations":     testExpectations,
		"reconciled":       testMembersReconciled,
		"held by brake":    testMembersHeld,
		"applied again":    testAppliedAgain,
		"sign-ins":         testProvisionedAsserts,
		"pilot":            testExpectedOfPilot,
		"leaver":           testExpectedLeaver,
		"visits":           testProvisioningVisits,
	}
}

// expectedMembers returns the numbers of a group.
func (w *world) expectedMembers(group string) sso.ExpectedMembers {
	w.Helper()
	r, err := w.db.MembershipReport(w.Context(), w.ent.ID, w.conn.ID)
	w.ok(err)
	return r.Members[w.group[group].ID]
}

// explained counts the people of a group who differ by their reason.
func (w *world) explained(group string) map[sso.DriftReason]int {
	w.Helper()
	all, err := w.db.MemberClasses(w.Context(), w.ent.ID, w.conn.ID, w.group[group].ID)
	w.ok(err)
	people := map[sso.DriftReason]int{}
	for _, c := range all {
		if c.Group != w.group[group].ID {
			w.Errorf("a class of %s", c.Group)
		}
		people[groupsync.ExplainMember(groupsync.PushedGroup{Applied: true}, c.Facts)] += c.People
	}
	w.namesAgree(group, people)
	return people
}

// namesAgree asserts that the listed people are those who are counted.
func (w *world) namesAgree(group string, counted map[sso.DriftReason]int) {
	w.Helper()
	missing, extra, err := w.db.DriftingMembers(w.Context(), w.ent.ID, w.conn.ID, w.group[group].ID, 1000)
	w.ok(err)
	listed := map[sso.DriftReason]int{}
	for _, m := range slices.Concat(missing, extra) {
		listed[groupsync.ExplainMember(groupsync.PushedGroup{Applied: true}, m.Facts)]++
		if m.Login == "" {
			w.Errorf("no login: %+v", m)
		}
	}
	w.same(counted, listed)
}

func testExpectedCounted(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.enter("ada", "ops")
	w.enter("eve", "ops")
	w.enter("out", "dev")
	w.provision()
	ada, bob := w.provisionUser("ada"), w.provisionUser("bob")
	w.provisionGroup("ops", ada.ID, bob.ID, "user-unknown")
	w.same(sso.ExpectedMembers{
		Expected: 4, // eve asserts it
		Pushed:   3,
		Asserted: 2,
		Matched:  3,
		Actual:   3,
	}, w.expectedMembers("app/ops"))
	w.same(sso.ExpectedMembers{
		Expected: 1,
		Asserted: 1,
		Matched:  1,
		Actual:   1,
	}, w.expectedMembers("web/dev"))
	w.same(map[sso.DriftReason]int{sso.DriftWaitingForUser: 1}, w.explained("app/ops"))
	report, err := w.db.MembershipReport(t.Context(), w.ent.ID, w.conn.ID)
	w.ok(err)
	if len(report.Pushed) != 1 || report.Users != 2 || report.Unsettled != 0 || report.Applying {
		t.Errorf("got %+v", report)
	}
}

// testExpectedListed: sign-ins say nothing of a group of which all members were
// sent.
func testExpectedListed(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.enter("ada", "ops")
	w.enter("eve", "ops")
	w.provision()
	ada := w.provisionUser("ada")
	g := w.provisionGroup("ops", ada.ID)
	w.same(2, w.expectedMembers("app/ops").Expected)
	w.listed(g)
	w.same(1, w.expectedMembers("app/ops").Expected)
	w.same(map[sso.DriftReason]int{sso.DriftUnconfirmed: 1}, w.explained("app/ops"))
}

// testExpectedLeaver: the sign-ins of a user who was deactivated since say nothing.
func testExpectedLeaver(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.enter("ada", "ops")
	w.enter("eve", "ops")
	w.provision()
	ada := w.provisionUser("ada")
	w.same(2, w.expectedMembers("app/ops").Expected)
	w.ok(w.db.DeleteProvisionedUser(t.Context(), w.scimPush(), ada.ID))
	w.same(sso.ExpectedMembers{
		Expected: 1,
		Asserted: 1,
		Matched:  1,
		Actual:   1,
	}, w.expectedMembers("app/ops"))
	w.same(map[sso.DriftReason]int{}, w.explained("app/ops"))
}

// testChangedGroups: a rename and a deletion by the identity provider are told for two
// weeks, unless the group was pushed again.
func testChangedGroups(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	told := func() (renamed map[sso.ResourceID]sso.GroupRename, deleted []sso.DeletedGroup) {
		t.Helper()
		r, err := w.db.MembershipReport(t.Context(), w.ent.ID, w.conn.ID)
		w.ok(err)
		return r.Renamed, r.Deleted
	}
	ops, web := w.provisionGroup("ops"), w.provisionGroup("web")
	w.clock.Move(time.Minute)
	at := w.clock.Now()
	_, _, err := w.db.ChangeProvisionedGroup(t.Context(), w.scimPush(), ops.ID,
		func(sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error) {
			return pushedGroup("OPS"), sso.MemberChange{}, nil
		})
	w.ok(err)
	w.ok(w.db.DeleteProvisionedGroup(t.Context(), w.scimPush(), web.ID))
	w.ok(w.db.DeleteProvisionedUser(t.Context(), w.scimPush(), w.provisionUser("ada").ID))
	renamed, deleted := told()
	w.same(map[sso.ResourceID]sso.GroupRename{ops.ID: {
		Former: "ops",
		At:     at,
	}}, renamed)
	w.same([]sso.DeletedGroup{{
		Name: "web",
		At:   at,
	}}, deleted)
	w.provisionGroup("web")
	w.clock.Move(14*24*time.Hour + time.Second)
	renamed, deleted = told()
	w.same(0, len(renamed)+len(deleted))
}

func testExpectedExplained(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	w.provision()
	names := []string{"in", "lost", "unsent", "gone", "off", "refused"}
	ids := map[string]sso.ResourceID{}
	var logins []string
	for _, name := range names {
		ids[name] = w.provisionUser(name).ID
		logins = append(logins, pushed(name).UserName)
	}
	g := w.provisionGroup("ops", ids["in"], ids["lost"], ids["gone"])
	w.clock.Move(time.Minute)
	w.pushMembers(g.ID, sso.MemberChange{Remove: []sso.ResourceID{ids["gone"]}})
	w.ok(w.db.RemoveMember(ctx, by, w.ent.ID, w.group["app/ops"].ID, w.accountOf(w.resource(ids["lost"])).ID))
	w.setActive(w.resource(ids["off"]), false)
	w.recordPushes(refusedWith(w.pushed("PATCH", sso.ScopeUsersWrite, pushed("refused").UserName), 400, "scim_invalid_value"))
	since := w.clock.Now()
	w.expect("OPS", 7, append(logins, "Stranger@ACME.test")...)
	w.same(map[sso.DriftReason]int{
		sso.DriftLost:           1,
		sso.DriftNeverSent:      1,
		sso.DriftRemoved:        1,
		sso.DriftDeactivated:    1,
		sso.DriftUserRefused:    1,
		sso.DriftNotProvisioned: 1,
	}, w.explained("app/ops"))
	w.same(sso.ExpectedMembers{
		Expected: 7,
		Pushed:   2,
		Named:    7,
		Matched:  1,
		Actual:   1,
	}, w.expectedMembers("app/ops"))
	w.missingSince(since)
}

// missingSince asserts since when people are missing at the latest, and of whom
// requests are refused.
func (w *world) missingSince(latest time.Time) {
	w.Helper()
	missing, _, err := w.db.DriftingMembers(w.Context(), w.ent.ID, w.conn.ID, w.group["app/ops"].ID, 100)
	w.ok(err)
	for _, m := range missing {
		if m.Since.IsZero() || m.Since.After(latest) {
			w.Errorf("%s is missing since %s, want %s", m.Login, m.Since, latest)
		}
		if (m.Refusals.Refusals > 0) != (m.Login == pushed("refused").UserName) {
			w.Errorf("refused of %s: %+v", m.Login, m.Refusals)
		}
	}
}

// expect keeps how many members a group should have, or which.
func (w *world) expect(group string, people int, logins ...string) {
	w.Helper()
	_, err := w.db.SaveExpectation(w.Context(), by, sso.Expectation{
		Enterprise: w.ent.ID,
		Connection: w.conn.ID,
		Group:      group,
		Source:     sso.ExpectedByAdmin,
		People:     people,
		Logins:     logins,
	})
	w.ok(err)
}

// listed records that the identity provider sent all members of a group.
func (w *world) listed(g sso.ProvisionedGroup) {
	w.Helper()
	all := w.pushed("PUT", sso.ScopeGroupsWrite, g.DisplayName)
	all.Changed, all.Resource, all.Effects.Listed = true, g.ID, true
	w.recordPushes(all)
}

// testExpectedExtra: members whom nothing names, by where they come from.
func testExpectedExtra(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	ops := w.group["app/ops"].ID
	w.enter("former", "ops")
	w.provision()
	ada, left := w.provisionUser("ada"), w.provisionUser("left")
	g := w.provisionGroup("ops", ada.ID)
	hand, _ := w.enter("hand")
	w.ok(w.db.AddMember(ctx, by, w.ent.ID, ops, hand.ID))
	other := *w
	other.conn = w.connection("Another")
	other.enter("other", "ops")
	w.listed(g)
	raw := Raw(t, w.dsn)
	_, err := raw.Exec(fmt.Sprintf(
		"insert into memberships (enterprise_id, user_id, group_id, source, since, cause) values ('%s', '%s', '%s', 'scim', 1, 'push-x')",
		w.ent.ID, w.accountOf(left).ID, ops,
	))
	w.ok(err)
	w.same(map[sso.DriftReason]int{
		sso.DriftUnconfirmed: 1,
		sso.DriftManual:      1,
		sso.DriftElsewhere:   1,
		sso.DriftLeftOver:    1,
	}, w.explained("app/ops"))
}

func testExpectations(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	w.provisionGroup("Grp_All")
	w.expect("grp_all", 269)
	w.clock.Move(time.Second)
	w.expect("GRP_ALL", 2, "ada@acme.test", "Straße@acme.test")
	w.expect("OPS", 3)
	w.expect("Nowhere", 1)
	all, err := w.db.Expectations(ctx, w.ent.ID, w.conn.ID)
	w.ok(err)
	var seen []string
	for _, e := range all {
		seen = append(seen, fmt.Sprint(e.Group, " ", e.People, " ", e.Listed, " ", e.By))
	}
	w.same([]string{"Grp_All 2 true " + string(by), "Nowhere 1 false " + string(by), "ops 3 false " + string(by)}, seen)
	w.same(
		[]string{"[Straße@acme.test strasse@acme.test]", "[ada@acme.test ada@acme.test]"},
		rows(t, Raw(t, w.dsn), "select login, login_folded from provisioning_expected"),
	)
	w.ok(w.db.RemoveExpectation(ctx, by, w.ent.ID, w.conn.ID, "GRP_all"))
	w.fails(w.db.RemoveExpectation(ctx, by, w.ent.ID, w.conn.ID, "grp_all"), sso.NotFoundKind, "not_found")
	w.same([]string(nil), rows(t, Raw(t, w.dsn), "select login from provisioning_expected"))
	w.same([]string{"provisioning.expectation_removed", "provisioning.expected"}, w.actions(2))
}

func reconcileAll(f sso.MemberFacts) (add, remove bool) {
	return groupsync.ReconcileMember(groupsync.PushedGroup{Applied: true}, f)
}

func agreed(sso.MemberReconciliation) (bool, error) { return true, nil }

func testMembersReconciled(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	ops := w.group["app/ops"].ID
	w.enter("former", "ops")
	_, err := w.db.ReconcileMembers(ctx, by, w.ent.ID, w.conn.ID, ops, reconcileAll, agreed)
	w.fails(err, sso.Conflict, "not_provisioning")
	w.provision()
	ada, bob := w.provisionUser("ada"), w.provisionUser("bob")
	g := w.provisionGroup("ops", ada.ID, bob.ID)
	w.listed(g)
	w.ok(w.db.RemoveMember(ctx, by, w.ent.ID, ops, w.accountOf(ada).ID))
	before := w.dump()
	shown, err := w.db.ReconcileMembers(
		ctx, by, w.ent.ID, w.conn.ID, ops, reconcileAll,
		func(sso.MemberReconciliation) (bool, error) { return false, nil },
	)
	w.ok(err)
	w.same(before, w.dump())
	w.same([]int{1, 1, 0}, []int{len(shown.Add), len(shown.Remove), len(shown.Held)})
	done, err := w.db.ReconcileMembers(ctx, by, w.ent.ID, w.conn.ID, ops, reconcileAll, agreed)
	w.ok(err)
	w.same([]any{true, "former@acme.test"}, []any{done.Done, done.Remove[0].Login})
	w.in(w.accountOf(ada).ID, "app/Members=default", "app/ops=scim")
	w.same([]string{}, w.memberships(done.Remove[0].User))
	w.nothingToReconcile()
}

// nothingToReconcile asserts that members were just reconciled, and that doing it
// again changes nothing.
func (w *world) nothingToReconcile() {
	w.Helper()
	w.same([]string{"memberships.reconciled", "memberships.provisioned"}, w.actions(2))
	w.same(map[sso.DriftReason]int{}, w.explained("app/ops"))
	w.historyHolds()
	events := w.chainHolds()
	_, err := w.db.ReconcileMembers(
		w.Context(), by, w.ent.ID, w.conn.ID, w.group["app/ops"].ID, reconcileAll, agreed,
	)
	w.ok(err)
	w.same(events, w.chainHolds())
}

// testMembersHeld: the brake holds what reconciling would remove, as at a push.
func testMembersHeld(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	ops := w.group["app/ops"].ID
	for i := range 30 {
		w.enter(fmt.Sprint("former-", i), "ops")
	}
	w.clock.Move(2 * time.Hour)
	w.provision()
	g := w.provisionGroup("ops", w.provisionUser("ada").ID)
	w.listed(g)
	r, err := w.db.ReconcileMembers(ctx, by, w.ent.ID, w.conn.ID, ops, reconcileAll, agreed)
	w.ok(err)
	w.same([]int{0, 0, 30}, []int{len(r.Add), len(r.Remove), len(r.Held)})
	w.same(map[sso.DriftReason]int{sso.DriftHeld: 30}, w.explained("app/ops"))
	w.same(31, w.expectedMembers("app/ops").Actual)
}

func testAppliedAgain(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	w.fails(w.db.ApplyAgain(ctx, by, w.ent.ID, w.conn.ID), sso.Conflict, "not_provisioning")
	w.provision()
	ada := w.provisionUser("ada")
	w.provisionGroup("ops", ada.ID)
	w.ok(w.db.RemoveMember(ctx, by, w.ent.ID, w.group["app/ops"].ID, w.accountOf(ada).ID))
	w.same(map[sso.DriftReason]int{sso.DriftLost: 1}, w.explained("app/ops"))
	w.ok(w.db.ApplyAgain(ctx, by, w.ent.ID, w.conn.ID))
	w.same(map[sso.DriftReason]int{}, w.explained("app/ops"))
}

// testProvisionedAsserts: a sign-in that changes no membership leaves what it
// asserts as evidence, and one that does not know the groups leaves what was there.
func testProvisionedAsserts(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	w.provisionUser("ada")
	says := func(a sso.AssertedGroups) {
		s := w.signIn("ada", a.Names...)
		_, _, err := w.db.RecordLogin(t.Context(), s, func(sso.SignInFacts) (sso.Verdict, error) {
			return sso.Verdict{Memberships: sso.MembershipChanges{Record: sso.SyncRecord{
				Mode:     sso.SyncKeep,
				Asserted: a,
			}}}, nil
		})
		w.ok(err)
	}
	says(sso.AssertedGroups{State: sso.GroupsValues, Names: []string{"ops"}})
	w.same(map[sso.DriftReason]int{sso.DriftNeverSent: 1}, w.explained("app/ops"))
	says(sso.AssertedGroups{State: sso.GroupsOverage})
	w.same(1, w.expectedMembers("app/ops").Asserted)
	says(sso.AssertedGroups{State: sso.GroupsEmpty})
	w.same(0, w.expectedMembers("app/ops").Asserted)
}

// testExpectedOfPilot: who is outside of a pilot is told apart, and stays where
// sign-ins put them.
func testExpectedOfPilot(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.enter("eve", "ops")
	w.provision(func(cfg *sso.Config) { cfg.SCIM.Pilot.Users = []string{pushed("ada").UserName} })
	ada, bob := w.provisionUser("ada"), w.provisionUser("bob")
	w.listed(w.provisionGroup("ops", ada.ID, bob.ID))
	w.same(map[sso.DriftReason]int{sso.DriftOutsidePilot: 2}, w.explained("app/ops")) // bob and eve
	r, err := w.db.ReconcileMembers(
		t.Context(), by, w.ent.ID, w.conn.ID, w.group["app/ops"].ID, reconcileAll, agreed,
	)
	w.ok(err)
	w.same([]int{0, 0, 0}, []int{len(r.Add), len(r.Remove), len(r.Held)})
	w.same(2, w.expectedMembers("app/ops").Actual)
}

// testProvisioningVisits: contacts within ten minutes are one, and old ones go.
func testProvisioningVisits(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	k := w.provisioningToken("entra", nil)
	begin := w.clock.Now().Truncate(time.Minute)
	for range 4 {
		w.ok(w.db.UseProvisioningToken(ctx, k, "Azure"))
		w.clock.Move(5 * time.Minute)
	}
	visits, err := w.db.ProvisioningVisits(ctx, w.ent.ID)
	w.ok(err)
	w.same(map[sso.ConnectionID][]time.Time{w.conn.ID: {begin, begin.Add(10 * time.Minute)}}, visits)
	all, err := w.db.EnterprisesProvisioned(ctx)
	w.ok(err)
	w.same(0, len(all))
	w.provision()
	all, err = w.db.EnterprisesProvisioned(ctx)
	w.ok(err)
	w.same(1, len(all))
	w.clock.Move(14 * 24 * time.Hour)
	w.ok(w.db.Sweep(ctx, store.Retention{}))
	visits, err = w.db.ProvisioningVisits(ctx, w.ent.ID)
	w.ok(err)
	w.same(map[sso.ConnectionID][]time.Time{}, visits)
}
