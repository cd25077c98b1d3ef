package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"gatehouse/scim"
	"gatehouse/sso"
)

// foundUsers returns the users that satisfy a filter, "" for all.
func (w *world) foundUsers(text string) []sso.ProvisionedUser {
	w.Helper()
	page := sso.ResourcePage{
		Limit: 100,
		Total: true,
	}
	e, err := scim.Users().ParseFilter(text)
	if text == "" {
		e, err = nil, nil
	}
	w.ok(err)
	list, err := w.db.ProvisionedUsers(w.Context(), w.ent.ID, w.conn.ID, e, page)
	w.ok(err)
	if list.Total != len(list.Items) || list.Next != 0 {
		w.Errorf("%s: %d users of %d, next %d", text, len(list.Items), list.Total, list.Next)
	}
	return list.Items
}

// foundGroups returns the names of the groups that satisfy a filter, "" for all.
func (w *world) foundGroups(text string) (names []string) {
	w.Helper()
	page := sso.ResourcePage{
		Limit: 100,
		Total: true,
	}
	e, err := scim.Groups().ParseFilter(text)
	if text == "" {
		e, err = nil, nil
	}
	w.ok(err)
	list, err := w.db.ProvisionedGroups(w.Context(), w.ent.ID, w.conn.ID, e, page)
	w.ok(err)
	if list.Total != len(list.Items) {
		w.Errorf("%s: %d groups of %d", text, len(list.Items), list.Total)
	}
	for _, g := range list.Items {
		names = append(names, g.DisplayName)
	}
	slices.Sort(names)
	return names
}

func testFoundUser(t *testing.T, fresh fresh) {
	for _, text := range []string{
		`userName eq "ADA@acme.test"`, `emails[type eq "work"].value eq "Ada@acme.test"`, `emails eq "ada@acme.test"`,
		`externalId eq "ada"`, ``, `title eq "none" or active eq true`,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fresh)
			account, _ := w.enter("ada", "dev")
			w.clock.Move(time.Minute)
			all := w.foundUsers(text)
			if len(all) != 1 || string(all[0].ID) != string(account.ID) || all[0].Account != account.ID ||
				all[0].Provisioned() || all[0].UserName != account.Login || all[0].Version != 1 {
				t.Fatalf("got %+v", all)
			}
			w.same(all, w.foundUsers(text))
			got, err := w.db.ProvisionedUser(t.Context(), w.ent.ID, w.conn.ID, all[0].ID)
			w.ok(err)
			w.same(all[0], got)
		})
	}
}

func testFoundUserAdopted(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	account, _ := w.enter("ada", "dev")
	_, err := w.db.CreateProvisionedUser(ctx, w.push(), pushed("ada"))
	exists, is := errors.AsType[*sso.ResourceExistsError](err)
	if !is || string(exists.ID) != string(account.ID) || exists.Origin != sso.OriginFound {
		t.Fatalf("got %v", err)
	}
	found, err := w.db.ProvisionedUser(ctx, w.ent.ID, w.conn.ID, exists.ID)
	w.ok(err)
	before, after, err := w.db.ChangeProvisionedUser(
		ctx, w.push(), exists.ID, func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) { return u, nil },
	)
	w.ok(err)
	w.same(found, before)
	if !after.Provisioned() || after.Version != found.Version || after.Account != account.ID {
		t.Errorf("got %+v", after)
	}
	w.same([]sso.ProvisionedUser{after}, w.foundUsers(""))
	w.ok(w.db.DeleteProvisionedUser(ctx, w.push(), after.ID))
	w.same([]sso.ProvisionedUser(nil), w.foundUsers(`userName eq "ada@acme.test"`))
	w.same([]sso.ProvisionedUser(nil), w.foundUsers(""))
	if again := w.pushUser("ada"); again.ID == after.ID {
		t.Error("the ID was used again")
	}
}

func testFoundUserFollows(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	account, _ := w.enter("ada", "dev")
	w.same(1, len(w.foundUsers("")))
	change := func(fn func(*sso.User)) {
		w.clock.Move(time.Minute)
		_, err := w.db.UpdateUser(ctx, by, w.ent.ID, account.ID, func(u sso.User) (sso.User, error) {
			fn(&u)
			return u, nil
		})
		w.ok(err)
	}
	change(func(u *sso.User) { u.Login = "countess@acme.test" })
	w.same(0, len(w.foundUsers(`userName eq "ada@acme.test"`)))
	got := w.foundUsers(`userName eq "countess@acme.test"`)
	if len(got) != 1 || got[0].Version != 2 || !got[0].ModifiedAt.Equal(w.clock.Now()) {
		t.Errorf("got %+v", got)
	}
	change(func(u *sso.User) { u.Email = "countess@acme.test" })
	w.same("countess@acme.test", w.foundUsers("")[0].Emails[0].Value)
	change(func(u *sso.User) { u.Status = sso.UserDeactivated })
	before := w.adoptUser(got[0].ID)
	if before.Active || before.Provisioned() {
		t.Errorf("the first write saw %+v", before)
	}
	change(func(u *sso.User) { u.Name = "Ada King" })
	w.same(before.Name, w.foundUsers(`userName eq "countess@acme.test"`)[0].Name)
}

// adoptUser writes a found user, and returns what the write saw.
func (w *world) adoptUser(id sso.ResourceID) sso.ProvisionedUser {
	before, _, err := w.db.ChangeProvisionedUser(
		w.Context(), w.push(), id, func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) { return u, nil },
	)
	w.ok(err)
	return before
}

func testFoundUsersMany(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	const accounts = 1200 // more than become found users at once
	Fill(t, w.dsn, w.ent.ID, w.orgs["web"].ID, 20*accounts)
	Bind(t, w.dsn, w.ent.ID, w.conn.ID)
	page := sso.ResourcePage{
		Limit: 10,
		Total: true,
	}
	list, err := w.db.ProvisionedUsers(t.Context(), w.ent.ID, w.conn.ID, nil, page)
	w.ok(err)
	if list.Total != accounts || len(list.Items) != 10 {
		t.Fatalf("found %d users", list.Total)
	}
	seen := map[sso.ResourceID]bool{}
	for _, u := range list.Items {
		seen[u.ID] = true
	}
	for page = (sso.ResourcePage{After: list.Next, Limit: 700}); page.After > 0; page.After = list.Next {
		list, err = w.db.ProvisionedUsers(t.Context(), w.ent.ID, w.conn.ID, nil, page)
		w.ok(err)
		for _, u := range list.Items {
			seen[u.ID] = true
		}
	}
	page = sso.ResourcePage{Total: true}
	list, err = w.db.ProvisionedUsers(t.Context(), w.ent.ID, w.conn.ID, nil, page)
	w.ok(err)
	w.same(list.Total, len(seen))
}

func testFoundGroups(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	// "dev" is in two organizations, "Dev" in one of them.
	w.same([]string{"dev"}, w.foundGroups(`displayName eq "dev"`))
	w.same([]string{"Dev", "dev"}, w.foundGroups(`displayName eq "DEV"`))
	w.same([]string{"Dev", "dev", "ops", "sre"}, w.foundGroups(""))
	w.same([]string(nil), w.foundGroups(`displayName eq "Members"`))
	greek, err := w.db.CreateGroup(ctx, by, w.ent.ID, sso.Group{
		Organization: w.orgs["web"].ID,
		Name:         "Αθήνα",
	})
	w.ok(err)
	w.same([]string{"Αθήνα"}, w.foundGroups(`displayName eq "αθήνα"`))
	w.ok(w.db.DeleteGroup(ctx, by, w.ent.ID, greek.ID))
	_, err = w.db.UpdateGroup(ctx, by, w.ent.ID, w.group["web/sre"].ID, func(g sso.Group) (sso.Group, error) {
		g.Name = "reliability"
		g.IDPNames = []string{"grp_sre"}
		return g, nil
	})
	w.ok(err)
	w.same([]string(nil), w.foundGroups(`displayName eq "sre"`))
	w.same([]string{"grp_sre"}, w.foundGroups(`displayName eq "GRP_sre"`))
	w.same([]string{"Dev", "dev", "grp_sre", "ops", "reliability"}, w.foundGroups(""))
	w.ok(w.db.DeleteGroup(ctx, by, w.ent.ID, w.group["app/ops"].ID))
	w.same([]string{"Dev", "dev", "grp_sre", "reliability"}, w.foundGroups(""))
	w.pushGroup("ops")
	w.adoptedGroup()
}

// adoptedGroup writes a found group.
func (w *world) adoptedGroup() {
	ctx := w.Context()
	_, _, err := w.db.CreateProvisionedGroup(ctx, w.push(), pushedGroup("Dev"), sso.MemberChange{})
	exists, is := errors.AsType[*sso.ResourceExistsError](err)
	if !is || exists.Origin != sso.OriginFound || exists.Name != "Dev" {
		w.Fatalf("got %v", err)
	}
	ada := w.pushUser("ada")
	g := w.changeGroup(exists.ID, sso.MemberChange{Add: []sso.ResourceID{ada.ID}}, 1, 0)
	if g.Origin != sso.OriginPushed || g.Version != 2 {
		w.Errorf("got %+v", g)
	}
	w.ok(w.db.DeleteGroup(ctx, by, w.ent.ID, w.group["app/Dev"].ID))
	w.same([]string{"Dev", "dev", "grp_sre", "ops", "reliability"}, w.foundGroups(""))
	w.same([]string{"Dev"}, w.foundGroups(fmt.Sprintf("members.value eq %q", ada.ID)))
}

// testRenamedOverFound renames a pushed group to the name of a found one: that is the
// same group of the organization, so it takes the place of the found one, whether
// that was looked up before or not. A name that differs in letter case is refused, as
// in a POST.
func testRenamedOverFound(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada := w.pushUser("ada")
	g := w.pushGroup("temporary", ada.ID)
	w.same([]string{"Dev", "dev", "ops", "sre", "temporary"}, w.foundGroups(""))
	rename := func(name string) error {
		_, _, err := w.db.ChangeProvisionedGroup(
			t.Context(), w.push(), g.ID,
			func(g sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error) {
				g.DisplayName = name
				g.Document = pushedGroup(name).Document
				return g, sso.MemberChange{}, nil
			},
		)
		return err
	}
	w.ok(rename("ops"))
	w.same([]string{"Dev", "dev", "ops", "sre"}, w.foundGroups(""))
	w.same([]string{"ops"}, w.foundGroups(fmt.Sprintf("members.value eq %q", ada.ID)))
	exists, is := errors.AsType[*sso.ResourceExistsError](rename("SRE"))
	if !is || exists.Name != "sre" || exists.Origin != sso.OriginFound {
		t.Errorf("got %v", exists)
	}
	other := w.pushGroup("other")
	if exists, is := errors.AsType[*sso.ResourceExistsError](rename("other")); !is || exists.ID != other.ID {
		t.Errorf("got %v", exists)
	}
	w.same([]string{"Dev", "dev", "ops", "other", "sre"}, w.foundGroups(""))
}
