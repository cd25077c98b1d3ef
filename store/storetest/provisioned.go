package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

func provisionedTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"a user is created, changed, deleted":  testProvisionedUser,
		"a group is created, changed, deleted": testProvisionedGroup,
		"filters are those of package filter":  testFilters,
		"accounts are found":                   testFoundUser,
		"a found user is adopted":              testFoundUserAdopted,
		"a found user follows its account":     testFoundUserFollows,
		"many accounts are found":              testFoundUsersMany,
		"groups of organizations are found":    testFoundGroups,
		"a found group is renamed over":        testRenamedOverFound,
		"another connection sees nothing":      testOtherConnection,
		"pages":                                testProvisionedPages,
		"bounds":                               testProvisionedBounds,
		"deleted ones are forgotten":           testProvisionedGone,
		"many changes of one group at once":    testProvisionedAtOnce,
		"members and users at once":            testWaitingAtOnce,
		"one name at once":                     testProvisionedNamesAtOnce,
		"a list is replaced":                   testReplaceDifference,
		"members are added and removed":        testProvisionedMembers,
		"a page of large resources":            testProvisionedLargePages,
		"searches leave room for sign-ins":     testSearchesLeaveRoom,
		"tables counted while empty":           testEmptiedTables,
	}
}

// push returns a request of the world's connection.
func (w *world) push() sso.Push {
	return sso.Push{
		Enterprise: w.ent.ID,
		Connection: w.conn.ID,
		Token:      "scimtok-test",
	}
}

// pushed returns a user as an identity provider sends it.
func pushed(name string) sso.ProvisionedUser {
	login := name + "@acme.test"
	document, err := json.Marshal(map[string]any{
		"userName":    login,
		"externalId":  "ext-" + name,
		"active":      true,
		"displayName": strings.ToUpper(name),
		"emails": []any{map[string]any{
			"value":   login,
			"type":    "work",
			"primary": true,
		}},
	})
	if err != nil {
		panic(err) // these values marshal
	}
	return sso.ProvisionedUser{
		UserName:   login,
		ExternalID: "ext-" + name,
		Active:     true,
		Name:       strings.ToUpper(name),
		Emails: []sso.ProvisionedEmail{{
			Value:   login,
			Type:    "work",
			Primary: true,
		}},
		Document: document,
	}
}

func pushedGroup(name string) sso.ProvisionedGroup {
	return sso.ProvisionedGroup{
		DisplayName: name,
		Document:    json.RawMessage(fmt.Sprintf(`{"displayName":%q}`, name)),
	}
}

func (w *world) pushUser(name string) sso.ProvisionedUser {
	w.Helper()
	u, err := w.db.CreateProvisionedUser(w.Context(), w.push(), pushed(name))
	w.ok(err)
	return u
}

func (w *world) pushGroup(name string, members ...sso.ResourceID) sso.ProvisionedGroup {
	w.Helper()
	g, _, err := w.db.CreateProvisionedGroup(w.Context(), w.push(), pushedGroup(name), sso.MemberChange{Add: members})
	w.ok(err)
	return g
}

func testProvisionedUser(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	u := w.pushUser("ada")
	if !strings.HasPrefix(string(u.ID), "user-") || u.Version != 1 || !u.Provisioned() {
		t.Errorf("got %+v", u)
	}
	got, err := w.db.ProvisionedUser(ctx, w.ent.ID, w.conn.ID, u.ID)
	w.ok(err)
	w.same(u, got)
	w.clock.Move(time.Minute)
	same := func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) { return u, nil }
	_, after, err := w.db.ChangeProvisionedUser(ctx, w.push(), u.ID, same)
	w.ok(err)
	w.same(u, after)
	before, after, err := w.db.ChangeProvisionedUser(
		ctx, w.push(), u.ID, func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) {
			u.Active = false
			u.ID = "user-other"
			return u, nil
		},
	)
	w.ok(err)
	w.same(u, before)
	u.Active = false
	u.Version = 2
	u.ModifiedAt = w.clock.Now()
	w.same(u, after)
	w.deletedProvisionedUser(u)
}

func (w *world) deletedProvisionedUser(u sso.ProvisionedUser) {
	ctx := w.Context()
	w.ok(w.db.DeleteProvisionedUser(ctx, w.push(), u.ID))
	_, err := w.db.ProvisionedUser(ctx, w.ent.ID, w.conn.ID, u.ID)
	w.gone(err, u.UserName)
	w.gone(w.db.DeleteProvisionedUser(ctx, w.push(), u.ID), u.UserName)
	if again := w.pushUser("ada"); again.ID == u.ID {
		w.Error("the ID was used again")
	}
}

// forgetGone makes it look as if n more resources had been deleted.
func (w *world) forgetGone(n int) {
	w.Helper()
	_, err := Raw(w, w.dsn).Exec(
		"update provisioned_counters set gone = gone + $3 where enterprise_id = $1 and connection_id = $2",
		string(w.ent.ID), string(w.conn.ID), n,
	)
	w.ok(err)
}

func (w *world) isGone(err error) bool {
	_, is := errors.AsType[*sso.ResourceGoneError](err)
	return is
}

// gone asserts that err says when a resource of a name was deleted.
func (w *world) gone(err error, name string) {
	w.Helper()
	w.fails(err, sso.NotFoundKind, "not_found")
	gone, is := errors.AsType[*sso.ResourceGoneError](err)
	if !is || gone.Name != name || !gone.DeletedAt.Equal(w.clock.Now()) {
		w.Errorf("got %v; want when %q was deleted", err, name)
	}
}

func testProvisionedGroup(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	g := w.pushGroup("Night")
	got, err := w.db.ProvisionedGroup(ctx, w.ent.ID, w.conn.ID, g.ID)
	w.ok(err)
	w.same(g, got)
	_, _, err = w.db.CreateProvisionedGroup(ctx, w.push(), pushedGroup("NIGHT"), sso.MemberChange{})
	w.fails(err, sso.Conflict, "resource_exists")
	if exists, is := errors.AsType[*sso.ResourceExistsError](err); !is || exists.ID != g.ID || exists.Name != "Night" {
		t.Errorf("got %v", err)
	}
	w.clock.Move(time.Minute)
	got, _, err = w.db.ChangeProvisionedGroup(
		ctx, w.push(), g.ID, func(g sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error) {
			g.DisplayName = "night"
			return g, sso.MemberChange{}, nil
		},
	)
	w.ok(err)
	g.DisplayName = "night"
	g.Version = 2
	g.ModifiedAt = w.clock.Now()
	w.same(g, got)
	w.ok(w.db.DeleteProvisionedGroup(ctx, w.push(), g.ID))
	_, err = w.db.ProvisionedGroup(ctx, w.ent.ID, w.conn.ID, g.ID)
	w.gone(err, "night")
}

// changeGroup changes the members of a group, and asserts how many rows that
// changed.
func (w *world) changeGroup(
	id sso.ResourceID, change sso.MemberChange, added, removed int, unknown ...sso.ResourceID,
) sso.ProvisionedGroup {
	w.Helper()
	g, effect, err := w.db.ChangeProvisionedGroup(
		w.Context(), w.push(), id,
		func(g sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error) { return g, change, nil },
	)
	w.ok(err)
	w.same(sso.MemberEffect{
		Added:   added,
		Removed: removed,
		Unknown: unknown,
	}, effect)
	return g
}

// members asserts who is in a group.
func (w *world) members(id sso.ResourceID, users ...sso.ProvisionedUser) {
	w.Helper()
	got, err := w.db.ProvisionedGroupMembers(w.Context(), w.ent.ID, w.conn.ID, id, "", 100)
	w.ok(err)
	var want []sso.ProvisionedMember
	for _, u := range users {
		want = append(want, sso.ProvisionedMember{
			ID:   u.ID,
			Name: u.UserName,
		})
	}
	w.same(want, got)
	g, err := w.db.ProvisionedGroup(w.Context(), w.ent.ID, w.conn.ID, id)
	w.ok(err)
	if g.Members != len(users) {
		w.Errorf("%d members are counted; want %d", g.Members, len(users))
	}
}

func testProvisionedMembers(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada := w.pushUser("ada")
	w.clock.Move(time.Millisecond)
	bob := w.pushUser("bob")
	w.clock.Move(time.Millisecond)
	cleo := w.pushUser("cleo")
	g := w.pushGroup("Night", ada.ID)
	w.members(g.ID, ada)
	w.changeGroup(g.ID, sso.MemberChange{Add: []sso.ResourceID{bob.ID, ada.ID}}, 1, 0)
	changed := w.changeGroup(g.ID, sso.MemberChange{Add: []sso.ResourceID{bob.ID}}, 0, 0)
	if changed.Version != 2 {
		t.Errorf("a member who was one already made version %d", changed.Version)
	}
	w.changeGroup(g.ID, sso.MemberChange{
		Replace: true,
		Add:     []sso.ResourceID{cleo.ID, bob.ID},
	}, 1, 1)
	w.members(g.ID, bob, cleo)
	w.changeGroup(g.ID, sso.MemberChange{Remove: []sso.ResourceID{bob.ID, ada.ID}}, 0, 1)
	w.waitingMember(g, bob, cleo)
}

// waitingMember adds a member whose user is provisioned later.
func (w *world) waitingMember(g sso.ProvisionedGroup, bob, cleo sso.ProvisionedUser) {
	w.changeGroup(g.ID, sso.MemberChange{Add: []sso.ResourceID{"ext-dora", bob.ID}}, 1, 0, "ext-dora")
	w.clock.Move(time.Millisecond)
	dora := w.pushUser("dora")
	w.members(g.ID, bob, cleo, dora)
	groups, err := w.db.ProvisionedUserGroups(w.Context(), w.ent.ID, w.conn.ID, dora.ID, cleo.ID)
	w.ok(err)
	of := []sso.ProvisionedMember{{
		ID:   g.ID,
		Name: "Night",
	}}
	w.same(map[sso.ResourceID][]sso.ProvisionedMember{
		dora.ID: of,
		cleo.ID: of,
	}, groups)
	w.ok(w.db.DeleteProvisionedUser(w.Context(), w.push(), bob.ID))
	w.members(g.ID, cleo, dora)
	w.changeGroup(g.ID, sso.MemberChange{Replace: true}, 0, 2)
	w.members(g.ID)
	w.ok(w.db.DeleteProvisionedGroup(w.Context(), w.push(), g.ID))
}
