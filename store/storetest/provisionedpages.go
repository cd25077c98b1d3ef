package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"gatehouse/scim/filter"
	"gatehouse/sso"
)

// fillProvisioned puts so many users into a connection behind the store's back, as
// positions 1 to n.
func (w *world) fillProvisioned(n int) {
	w.Helper()
	FillProvisioned(w, w.dsn, w.ent.ID, w.conn.ID, Provisioned{Users: n})
}

func (w *world) userPage(f filter.Expr, page sso.ResourcePage) sso.ResourceList[sso.ProvisionedUser] {
	w.Helper()
	list, err := w.db.ProvisionedUsers(w.Context(), w.ent.ID, w.conn.ID, f, page)
	w.ok(err)
	return list
}

// testProvisionedPages reads pages by index and behind a position, over positions
// that were left by deleted users.
func testProvisionedPages(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.fillProvisioned(2500)
	all := w.userPage(nil, sso.ResourcePage{
		Limit: 5000,
		Total: true,
	})
	w.same(2500, all.Total)
	for _, i := range []int{0, 998, 999, 1000, 1001, 1999, 2499} {
		w.ok(w.db.DeleteProvisionedUser(t.Context(), w.push(), all.Items[i].ID))
	}
	all = w.userPage(nil, sso.ResourcePage{
		Limit: 5000,
		Total: true,
	})
	if all.Total != 2493 || len(all.Items) != 2493 || all.Next != 0 {
		t.Fatalf("%d users of %d", len(all.Items), all.Total)
	}
	for _, filtered := range []filter.Expr{nil, filter.Present{Path: filter.Path{Name: "userName"}}} {
		for _, offset := range []int{0, 1, 990, 996, 997, 998, 999, 1000, 1993, 1994, 2000, 2492, 2493, 9999} {
			w.pageIs(all.Items, filtered, offset)
		}
	}
	var walked []sso.ProvisionedUser
	for page := (sso.ResourcePage{Limit: 400}); ; {
		list := w.userPage(nil, page)
		walked = append(walked, list.Items...)
		if page.After = list.Next; page.After == 0 {
			break
		}
	}
	w.same(len(all.Items), len(walked))
	w.same(all.Items[2492], walked[2492])
	w.same(2493, w.userPage(nil, sso.ResourcePage{Total: true}).Total)
}

// pageIs asserts that the page from an index is that part of all.
func (w *world) pageIs(all []sso.ProvisionedUser, f filter.Expr, offset int) {
	w.Helper()
	list := w.userPage(f, sso.ResourcePage{
		Offset: offset,
		Limit:  7,
		Total:  true,
	})
	from := min(offset, len(all))
	var want, got []sso.ResourceID
	for _, u := range all[from:min(from+7, len(all))] {
		want = append(want, u.ID)
	}
	for _, u := range list.Items {
		got = append(got, u.ID)
	}
	if !slices.Equal(want, got) || list.Total != len(all) || (list.Next == 0) != (offset+7 >= len(all)) {
		w.Errorf("offset %d: got %q of %d, next %d; want %q", offset, got, list.Total, list.Next, want)
	}
}

// testProvisionedBounds fills what an identity provider can make the store keep.
func testProvisionedBounds(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	g := w.pushGroup("Night")
	unknown := make([]sso.ResourceID, 10_050)
	for i := range unknown {
		unknown[i] = sso.ResourceID(fmt.Sprintf("unknown-%05d", i))
	}
	got := w.changeGroup(g.ID, sso.MemberChange{Add: unknown}, 0, 0, unknown...)
	if got.Waiting != 10_000 || got.Version != 1 {
		t.Errorf("%d wait in version %d", got.Waiting, got.Version)
	}
	got = w.changeGroup(g.ID, sso.MemberChange{Remove: unknown[:20]}, 0, 0)
	w.same(9_980, got.Waiting)
	got = w.changeGroup(g.ID, sso.MemberChange{
		Replace: true,
		Add:     unknown[10:30],
	}, 0, 0, unknown[10:30]...)
	w.same(20, got.Waiting)
	w.tooManyEmails()
	long := make([]byte, 1100)
	for i := range long {
		long[i] = 'x'
	}
	for _, name := range []string{string(long), "a\x00b"} {
		_, err := w.db.CreateProvisionedUser(t.Context(), w.push(), sso.ProvisionedUser{UserName: name})
		w.fails(err, sso.Invalid, "resource_invalid")
		_, _, err = w.db.CreateProvisionedGroup(
			t.Context(), w.push(), sso.ProvisionedGroup{DisplayName: name}, sso.MemberChange{},
		)
		w.fails(err, sso.Invalid, "resource_invalid")
		w.changeGroup(g.ID, sso.MemberChange{Add: []sso.ResourceID{sso.ResourceID(name)}}, 0, 0, sso.ResourceID(name))
	}
}

func (w *world) tooManyEmails() {
	w.Helper()
	u := pushed("many")
	u.Emails = make([]sso.ProvisionedEmail, 201)
	_, err := w.db.CreateProvisionedUser(w.Context(), w.push(), u)
	w.fails(err, sso.Invalid, "resource_invalid")
}

// testProvisionedGone deletes more users than are remembered.
func testProvisionedGone(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.fillProvisioned(3)
	all := w.userPage(nil, sso.ResourcePage{Limit: 3}).Items
	w.ok(w.db.DeleteProvisionedUser(t.Context(), w.push(), all[0].ID))
	w.forgetGone(10_000)
	w.ok(w.db.DeleteProvisionedUser(t.Context(), w.push(), all[1].ID))
	_, err := w.db.ProvisionedUser(t.Context(), w.ent.ID, w.conn.ID, all[1].ID)
	w.gone(err, all[1].UserName)
	_, err = w.db.ProvisionedUser(t.Context(), w.ent.ID, w.conn.ID, all[0].ID)
	w.fails(err, sso.NotFoundKind, "not_found")
	if w.isGone(err) {
		t.Error("more deleted users are remembered than may be")
	}
}

// testProvisionedAtOnce writes one group with many requests at once.
func testProvisionedAtOnce(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.fillProvisioned(64)
	users := w.userPage(nil, sso.ResourcePage{Limit: 64}).Items
	g := w.pushGroup("Night", users[0].ID)
	w.atOnce(len(users), func(i int) error {
		change := sso.MemberChange{Add: []sso.ResourceID{users[i].ID}}
		if i == 0 {
			change = sso.MemberChange{Remove: []sso.ResourceID{users[0].ID}}
		}
		_, effect, err := w.db.ChangeProvisionedGroup(
			t.Context(), w.push(), g.ID,
			func(g sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error) { return g, change, nil },
		)
		if err == nil && effect.Added+effect.Removed != 1 {
			err = fmt.Errorf("request %d changed %+v", i, effect)
		}
		return err
	})
	w.members(g.ID, users[1:]...)
	got, err := w.db.ProvisionedGroup(t.Context(), w.ent.ID, w.conn.ID, g.ID)
	w.ok(err)
	w.same(int64(65), got.Version)
}

// atOnce runs a function n times at once, and fails with the first error.
func (w *world) atOnce(n int, fn func(i int) error) {
	w.Helper()
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = fn(i) })
	}
	all.Wait()
	for _, err := range errs {
		w.ok(err)
	}
}

// testWaitingAtOnce adds members while their users are provisioned: each becomes a
// member, whichever came first.
func testWaitingAtOnce(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	g := w.pushGroup("Night")
	const users = 12
	w.atOnce(2*users, func(i int) error {
		name := fmt.Sprint("user-", i%users)
		if i >= users {
			_, err := w.db.CreateProvisionedUser(t.Context(), w.push(), pushed(name))
			return err
		}
		change := sso.MemberChange{Add: []sso.ResourceID{sso.ResourceID("ext-" + name)}}
		_, _, err := w.db.ChangeProvisionedGroup(
			t.Context(), w.push(), g.ID,
			func(g sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error) { return g, change, nil },
		)
		return err
	})
	w.members(g.ID, w.sortedUsers()...)
}

func (w *world) sortedUsers() []sso.ProvisionedUser {
	all := w.userPage(nil, sso.ResourcePage{Limit: 100}).Items
	slices.SortFunc(all, func(a, b sso.ProvisionedUser) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return all
}

// testProvisionedNamesAtOnce gives one name to many users and groups at once.
func testProvisionedNamesAtOnce(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	var mu sync.Mutex
	made := 0
	w.atOnce(16, func(i int) error {
		var err error
		if i%2 == 0 {
			_, err = w.db.CreateProvisionedUser(t.Context(), w.push(), pushed("ada"))
		} else {
			_, _, err = w.db.CreateProvisionedGroup(t.Context(), w.push(), pushedGroup("Night"), sso.MemberChange{})
		}
		if err == nil {
			mu.Lock()
			made++
			mu.Unlock()
		}
		if sso.CodeOf(err) == "resource_exists" {
			return nil
		}
		return err
	})
	w.same(2, made)
	w.same(1, w.userPage(nil, sso.ResourcePage{Total: true}).Total)
}

// testReplaceDifference replaces a list with one that differs in one member.
func testReplaceDifference(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	FillProvisioned(w, w.dsn, w.ent.ID, w.conn.ID, Provisioned{
		Users:   2002,
		Groups:  1,
		Members: 2000,
	})
	list, err := w.db.ProvisionedGroups(t.Context(), w.ent.ID, w.conn.ID, nil, sso.ResourcePage{Limit: 100})
	w.ok(err)
	i := slices.IndexFunc(list.Items, func(g sso.ProvisionedGroup) bool { return g.Members == 2000 })
	g := list.Items[i]
	members, err := w.db.ProvisionedGroupMembers(t.Context(), w.ent.ID, w.conn.ID, g.ID, "", 3000)
	w.ok(err)
	is := map[sso.ResourceID]bool{}
	for _, m := range members {
		is[m.ID] = true
	}
	var ids []sso.ResourceID
	for _, m := range members[1:] {
		ids = append(ids, m.ID)
	}
	for _, u := range w.userPage(nil, sso.ResourcePage{Limit: 3000}).Items {
		if !is[u.ID] {
			ids = append(ids, u.ID)
			break
		}
	}
	got := w.changeGroup(g.ID, sso.MemberChange{
		Replace: true,
		Add:     ids,
	}, 1, 1)
	w.same(g.Version+1, got.Version)
	w.same(2000, got.Members)
	got = w.changeGroup(g.ID, sso.MemberChange{
		Replace: true,
		Add:     ids,
	}, 0, 0)
	w.same(g.Version+1, got.Version)
}
