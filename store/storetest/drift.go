package storetest

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
)

func testDrift(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	w.enter("ada", "dev")
	out, _ := w.enter("out", "dev")
	w.enter("in", "ops")
	in, _ := w.enter("in", "ops")
	group := w.group["web/dev"].ID
	d := w.drift(group, 2, 2)
	w.same(0, len(d))
	w.clock.Move(time.Hour)
	w.ok(w.db.RemoveMember(ctx, by, w.ent.ID, group, out.ID))
	w.ok(w.db.AddMember(ctx, by, w.ent.ID, group, in.ID))
	d = w.drift(group, 2, 2)
	missing, extra := d["out@acme.test"], d["in@acme.test"]
	w.same(2, len(d))
	w.same(
		sso.PastMembership{Until: w.clock.Now(), EndedBy: string(by)}, missing.Ended,
	)
	w.same(
		[]any{true, true, true, sso.SyncReset, (*sso.Membership)(nil)},
		[]any{
			missing.Expected, missing.Known, missing.Certain, missing.Last.Mode,
			missing.Membership,
		},
	)
	w.same(&sso.Membership{
		Group:  group,
		User:   in.ID,
		Source: sso.SourceManual,
		Since:  w.clock.Now(),
		Cause:  string(by),
	}, extra.Membership)
	w.same([]any{false, sso.PastMembership{}}, []any{extra.Expected, extra.Ended})

	w.keepsAssertion()
	w.drift(group, 2, 2)
}

func (w *world) keepsAssertion() {
	ctx := w.Context()
	w.clock.Move(time.Hour)
	s := w.signIn("ada") // says nothing: what was said before stays, and is certain no more
	_, _, err := w.db.RecordLogin(ctx, s, func(sso.SignInFacts) (sso.Verdict, error) {
		return sso.Verdict{
			Memberships: sso.MembershipChanges{
				Record: sso.SyncRecord{Mode: sso.SyncKeep},
			},
		}, nil
	})
	w.ok(err)
	certain := rows(w.T, Raw(w.T, w.dsn), "select asserted_certain from users where login = $1", "ada@acme.test")
	w.same([]string{"[false]"}, normal(certain))
}

// testExpected: who is named is counted with every group, also with one that is
// made later.
func testExpected(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	w.enter("ada", "dev")
	w.enter("bob", "dev", "ops")
	w.clock.Move(time.Hour)
	later, err := w.db.CreateGroup(ctx, by, w.ent.ID, sso.Group{
		Organization: w.orgs["web"].ID,
		Name:         "ops",
	})
	w.ok(err)
	d := w.drift(later.ID, 1, 0)["bob@acme.test"]
	if !d.Expected || !d.Group.CreatedAt.After(d.Last.At) {
		t.Errorf("a group made later: %+v", d)
	}
	counts, _, err := w.db.Groups(
		ctx, w.ent.ID, sso.GroupFilter{Organization: w.orgs["web"].ID}, sso.Page{},
	)
	w.ok(err)
	seen := []string{}
	for _, c := range counts {
		seen = append(seen, fmt.Sprint(c.Group.Name, c.Expected, " ", c.Members))
	}
	slices.Sort(seen)
	w.same([]string{"Members0 2", "dev2 2", "ops1 0", "sre0 0"}, seen)
}

// drift gives who strays, by login.
func (w *world) drift(group sso.GroupID, expected, actual int) map[string]sso.DriftingUser {
	w.Helper()
	d, err := w.db.GroupDrift(w.Context(), w.ent.ID, group)
	w.ok(err)
	if d.Expected != expected || d.Actual != actual || d.More {
		w.Errorf("got %+v; want %d expected, %d actual", d, expected, actual)
	}
	byLogin := map[string]sso.DriftingUser{}
	for _, x := range d.Drifting {
		byLogin[x.User.Login] = x
	}
	return byLogin
}

// normal makes booleans of both databases look the same.
func normal(lines []string) []string {
	for i, l := range lines {
		if l == "[0]" {
			lines[i] = "[false]"
		}
	}
	return lines
}

func testReconcile(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	out, _ := w.enter("out", "dev")
	in, _ := w.enter("in", "ops")
	group := w.group["web/dev"].ID
	w.clock.Move(time.Hour)
	w.ok(w.db.RemoveMember(ctx, by, w.ent.ID, group, out.ID))
	w.ok(w.db.AddMember(ctx, by, w.ent.ID, group, in.ID))
	before := w.dump()
	shown, err := w.db.ReconcileGroup(ctx, by, w.ent.ID, group, asExpected, func(sso.Restoration) (bool, error) {
		return false, nil
	})
	w.ok(err)
	w.same(before, w.dump())
	if len(shown.Add) != 1 ||
		len(shown.Remove) != 1 ||
		shown.Members != 1 ||
		shown.Done {
		t.Errorf("shown: %+v", shown)
	}
	_, err = w.db.ReconcileGroup(ctx, by, w.ent.ID, group, asExpected, yes)
	w.ok(err)
	w.in(
		out.ID, "app/Members=default", "app/dev=jit", "web/Members=default",
		"web/dev=jit",
	)
	w.in(in.ID, "app/Members=default", "app/ops=jit")
	if got := w.actions(1); got[0] != "group.reconciled" {
		t.Errorf("the audit trail says %v", got)
	}
	w.reconcileAgain(group)
	w.historyHolds()
}

func asExpected(d sso.DriftingUser) (add, remove bool) {
	return d.Expected, !d.Expected
}

func (w *world) reconcileAgain(group sso.GroupID) {
	ctx := w.Context()
	events := w.chainHolds()
	again, err := w.db.ReconcileGroup(ctx, by, w.ent.ID, group, asExpected, yes)
	w.ok(err)
	if len(again.Add)+len(again.Remove) != 0 || w.chainHolds() != events {
		w.Errorf("a second time: %+v", again)
	}
}

// testInvalidated: a user whose groups change is reloaded by every node, and no
// other user is.
func testInvalidated(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	last := int64(0)
	forgotten := func(want ...sso.Revocation) {
		t.Helper()
		all, err := w.db.Revocations(ctx, last+1)
		w.ok(err)
		for i := range all {
			last, all[i].Sequence = all[i].Sequence, 0
		}
		w.same(want, all)
	}
	ada, _ := w.enter("ada", "dev")
	forgotten() // no node has cached a new user
	w.enter("ada", "dev")
	forgotten()
	w.enter("ada", "sre")
	person, company := sso.Revocation{User: ada.ID}, sso.Revocation{
		Enterprise: w.ent.ID,
	}
	forgotten(person)
	ops := w.group["app/ops"].ID
	w.ok(w.db.AddMember(ctx, by, w.ent.ID, ops, ada.ID))
	forgotten(person)
	w.ok(w.db.AddMember(ctx, by, w.ent.ID, ops, ada.ID))
	forgotten()
	w.ok(w.db.RemoveMember(ctx, by, w.ent.ID, ops, ada.ID))
	forgotten(person)
	h := w.hold("ada")
	forgotten()
	_, err := w.db.ApproveHeldSync(ctx, by, w.ent.ID, h.ID)
	w.ok(err)
	forgotten(person)
	w.groupChangesInvalidate(forgotten, company, ops)
}

func (w *world) groupChangesInvalidate(
	forgotten func(want ...sso.Revocation), company sso.Revocation, ops sso.GroupID,
) {
	ctx := w.Context()
	_, err := w.db.UpdateGroup(ctx, by, w.ent.ID, ops, rename[sso.Group])
	w.ok(err)
	forgotten() // it has no members
	eve, _ := w.enter("eve")
	w.ok(w.db.AddMember(ctx, by, w.ent.ID, ops, eve.ID))
	member := sso.Revocation{User: eve.ID}
	forgotten(member)
	_, err = w.db.UpdateGroup(ctx, by, w.ent.ID, ops, rename[sso.Group])
	w.ok(err)
	forgotten(member)
	_, err = w.db.UpdateGroup(ctx, by, w.ent.ID, ops, func(g sso.Group) (sso.Group, error) {
		g.Admin = true
		return g, nil
	})
	w.ok(err)
	forgotten()
	w.ok(w.db.DeleteGroup(ctx, by, w.ent.ID, ops))
	forgotten(member)
	w.ok(w.db.DeleteOrganization(ctx, by, w.ent.ID, w.orgs["app"].ID))
	forgotten(company)
}

// testManyInvalidated: a change of many users reloads these, and no other user
// of the enterprise.
func testManyInvalidated(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	const many = 120
	w.enter("eve", "sre")
	want := map[sso.UserID]bool{}
	for i := range many {
		u, _ := w.enter(fmt.Sprint("member-", i), "dev")
		want[u.ID] = true
	}
	last, err := w.db.LastRevocation(ctx)
	w.ok(err)
	_, err = w.db.UpdateGroup(ctx, by, w.ent.ID, w.group["web/dev"].ID, rename[sso.Group])
	w.ok(err)
	revoked, err := w.db.Revocations(ctx, last+1)
	w.ok(err)
	for _, r := range revoked {
		if !want[r.User] || r.Session != "" || r.Enterprise != "" {
			t.Errorf("revoked: %+v", r)
		}
		delete(want, r.User)
	}
	if len(want) > 0 || len(revoked) != many {
		t.Errorf("%d revocations, of %d users too few", len(revoked), len(want))
	}
}

func testPreview(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	ada, _ := w.enter("ada", "ops")
	before := w.dump()
	for name, c := range map[string]struct {
		user  sso.UserID
		login string
		want  sso.User
		rows  int
	}{
		"user":     {ada.ID, "", ada, 2},
		"login":    {"", "ada@acme.test", ada, 2},
		"newcomer": {"", "nobody@acme.test", sso.User{}, 0},
		"odd":      {"", "\x00\xff", sso.User{}, 0},
	} {
		u, s, err := w.db.Snapshot(
			ctx, w.ent.ID, w.conn.ID, c.user, c.login, []string{"dev", "OPS"},
			sso.Brake{}, nil,
		)
		w.ok(err)
		w.same(c.want, u)
		if len(s.Memberships) != c.rows ||
			len(s.Near) != 1 ||
			s.Near[0].Name != "ops" ||
			!slices.ContainsFunc(s.Groups, func(g sso.Group) bool {
				return reflect.DeepEqual(g, w.group["web/dev"])
			}) {
			t.Errorf("%s: got %+v", name, s)
		}
	}
	w.same(before, w.dump())
	_, _, err := w.db.Snapshot(
		ctx, w.ent.ID, w.conn.ID, "user-unknown", "", nil, sso.Brake{}, nil,
	)
	w.fails(err, sso.NotFoundKind, "not_found")
	_, _, err = w.db.Snapshot(
		ctx, w.ent.ID, "conn-unknown", ada.ID, "", nil, sso.Brake{}, nil,
	)
	w.fails(err, sso.NotFoundKind, "not_found")
}

// testFolded: folds of another version, and of groups older than folds, are made
// again when the store is opened.
func testFolded(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	db := Raw(t, w.dsn)
	w.idpNames("web/dev", "OBJ-1")
	for _, change := range []string{
		"update groups set folded = ''", "update group_idp_names set folded = ''",
		"delete from meta where key = 'groups_folded'",
	} {
		if _, err := db.Exec(change); err != nil {
			t.Fatal(err)
		}
	}
	Open(t, w.dsn, store.Keyring{Current: w.keys.Current}, w.clock.Now)
	w.same(
		[]string{
			"[Dev dev]", "[Members members]", "[Members members]", "[dev dev]",
			"[dev dev]", "[ops ops]", "[sre sre]",
		},
		rows(t, db, "select name, folded from groups"),
	)
	w.same(
		[]string{"[OBJ-1 obj-1]"},
		rows(t, db, "select name, folded from group_idp_names"),
	)
}
