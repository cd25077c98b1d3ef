package directory_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/directory"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// fixture is the service over a real database with one enterprise.
type fixture struct {
	*testing.T
	*directory.Service
	db    *store.DB
	ent   sso.Enterprise
	org   sso.Organization
	conn  sso.Connection
	group sso.Group
}

const admin = sso.ActorOperator

// onBoth runs a test on SQLite and on PostgreSQL.
func onBoth(t *testing.T, test func(f *fixture)) {
	t.Helper()
	for name, database := range map[string]func(testing.TB) string{
		"SQLite":     storetest.SQLite,
		"PostgreSQL": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(newFixture(t, database(t)))
		})
	}
}

func newFixture(t *testing.T, dsn string) *fixture {
	t.Helper()
	f := &fixture{
		T:  t,
		db: storetest.Open(t, dsn, store.Keyring{Current: store.NewKey()}, nil),
	}
	f.Service = directory.New(directory.Options{
		Enterprises:  f.db,
		Groups:       f.db,
		Admins:       f.db,
		Users:        f.db,
		Sessions:     f.db,
		Applications: f.db,
		Roles:        f.db,
		Rules:        f.db,
		Questions:    f.db,
		Attributes:   f.db,
		Lifetimes: directory.Lifetimes{
			Idle:     time.Hour,
			Lifetime: 8 * time.Hour,
		},
		InReach: func(a sso.Application) bool { return a.Origins[0] != "https://far.example" },
		Now:     time.Now,
	})
	ctx := t.Context()
	var err error
	f.ent, err = f.CreateEnterprise(ctx, admin, directory.NewEnterprise{
		Key:  "acme",
		Name: "Acme",
	})
	f.ok(err)
	f.org, err = f.CreateOrganization(ctx, admin, f.ent.ID, "research", "Research")
	f.ok(err)
	f.group, err = f.CreateGroup(ctx, admin, f.ent.ID, sso.Group{
		Organization: f.org.ID,
		Name:         "engineering",
	})
	f.ok(err)
	f.conn, err = f.db.CreateConnection(ctx, admin, sso.Connection{
		Enterprise: f.ent.ID,
		Name:       "Okta",
		Protocol:   sso.SAML,
		Provider:   sso.Okta,
		State:      sso.ConnectionEnabled,
		Live:       &sso.Config{GroupSync: sso.GroupSync{Mode: sso.SyncReset}},
	})
	f.ok(err)
	return f
}

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// refused fails unless err has the code and is about the field.
func (f *fixture) refused(what string, err error, code, field string) {
	f.Helper()
	if sso.CodeOf(err) != code {
		f.Errorf("%s: got %v; want code %s", what, err, code)
		return
	}
	known, _ := errors.AsType[*sso.Error](err)
	if field != "" && !slices.ContainsFunc(known.Fields, func(e sso.FieldError) bool {
		return e.Field == field
	}) {
		f.Errorf("%s: got problems %v; want one about %s", what, known.Fields, field)
	}
}

// signIn signs a user in who is named into the group.
func (f *fixture) signIn(login string) (sso.User, sso.SessionID) {
	f.Helper()
	now := time.Now()
	attempt := sso.NewID[sso.AttemptID](now)
	groups := sso.AssertedGroups{
		State: sso.GroupsValues,
		Names: []string{f.group.Name},
	}
	s := sso.SignIn{
		Identity: sso.Identity{
			Connection: f.conn.ID,
			Subject:    login,
			Login:      login,
			Email:      login + "@acme.example",
			Name:       login,
			Groups:     groups,
		},
		Replay: sso.ReplayMark{
			Connection: f.conn.ID,
			ResponseID: string(attempt),
			Until:      now.Add(time.Hour),
		},
		Attempt: sso.Attempt{
			ID:         attempt,
			Enterprise: f.ent.ID,
			Connection: f.conn.ID,
			Login:      login,
			Outcome:    sso.OutcomeSucceeded,
			At:         now,
		},
		Session: sso.Session{
			ID:          sso.NewID[sso.SessionID](now),
			Token:       sso.NewSecret().Hash(),
			Enterprise:  f.ent.ID,
			Connection:  f.conn.ID,
			Attempt:     attempt,
			CreatedAt:   now,
			LastSeenAt:  now,
			IdleTimeout: time.Hour,
			ExpiresAt:   now.Add(time.Hour),
		},
	}
	u, _, err := f.db.RecordLogin(f.Context(), s, storetest.Reset(groups))
	f.ok(err)
	return u, s.Session.ID
}

func (f *fixture) sessions(u sso.UserID) int {
	f.Helper()
	all, err := f.db.UserSessions(f.Context(), f.ent.ID, u)
	f.ok(err)
	return len(all)
}

func TestCreateEnterpriseWithFirstOrganization(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		ctx := f.Context()
		for _, c := range []struct{ key, given, want string }{
			{"globex", "", "Company"},
			{"initech", "Headquarters", "Headquarters"},
		} {
			e, err := f.CreateEnterprise(ctx, admin, directory.NewEnterprise{
				Key:          c.key,
				Name:         "Company",
				Organization: &c.given,
			})
			f.ok(err)
			all, _, err := f.db.Organizations(ctx, e.ID, sso.Page{})
			f.ok(err)
			if len(all) != 1 ||
				all[0].Name != c.want ||
				all[0].Key != "main" ||
				all[0].DefaultGroup == "" {
				f.Errorf("organizations of %s: %+v", c.key, all)
			}
		}
		_, err := f.CreateEnterprise(ctx, admin, directory.NewEnterprise{
			Key:          "hooli",
			Name:         "Hooli",
			Organization: new("\x00"),
		})
		f.refused("a name with a NUL", err, "validation_failed", "organization")
		broken := []sso.Organization{
			{
				Key:  "main",
				Name: "First",
			},
			{
				Key:  "main",
				Name: "Second",
			},
		}
		_, err = f.db.CreateEnterprise(ctx, admin, sso.Enterprise{
			Key:  "hooli",
			Name: "Hooli",
		}, broken...)
		f.refused("two organizations of one key", err, "key_taken", "")
		if _, err := f.db.EnterpriseByKey(ctx, "hooli"); sso.KindOf(err) != sso.NotFoundKind {
			f.Errorf("a failed creation left an enterprise: %v", err)
		}
		_, err = f.CreateEnterprise(ctx, admin, directory.NewEnterprise{
			Key:          "hooli",
			Name:         "Hooli",
			Organization: new(""),
		})
		f.ok(err)
	})
}

func TestGroupNames(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		ctx := f.Context()
		for _, name := range []string{
			"", " x", "e\u0301quipe", "lost \ufffd", "\u200bhidden",
		} {
			_, err := f.CreateGroup(ctx, admin, f.ent.ID, sso.Group{
				Organization: f.org.ID,
				Name:         name,
			})
			f.refused("create "+name, err, "group_name_invalid", "name")
			_, err = f.UpdateGroup(
				ctx, admin, f.ent.ID, f.group.ID, directory.GroupEdit{Name: &name},
			)
			f.refused("rename to "+name, err, "group_name_invalid", "name")
		}
		g, err := f.AddIDPName(ctx, admin, f.ent.ID, f.group.ID, " builders ")
		f.ok(err)
		g, err = f.AddIDPName(ctx, admin, f.ent.ID, g.ID, "artisans")
		f.ok(err)
		if !slices.Equal(g.IDPNames, []string{"artisans", "builders"}) {
			f.Errorf("IdP names: %q", g.IDPNames)
		}
		_, err = f.AddIDPName(ctx, admin, f.ent.ID, g.ID, sso.DefaultGroupName)
		f.refused("the name of default groups", err, "group_name_invalid", "name")
		_, err = f.UpdateGroup(ctx, admin, f.ent.ID, g.ID, directory.GroupEdit{
			IDPNames: &[]string{"ok", sso.DefaultGroupName},
		})
		f.refused("an IdP name in a list", err, "group_name_invalid", "idp_names[1]")
		// Names that an earlier version accepted do not stand in the way of other
		// changes.
		old, err := f.db.CreateGroup(ctx, admin, f.ent.ID, sso.Group{
			Organization: f.org.ID,
			Name:         "e\u0301quipe",
		})
		f.ok(err)
		old, err = f.UpdateGroup(ctx, admin, f.ent.ID, old.ID, directory.GroupEdit{
			Admin: new(true),
		})
		f.ok(err)
		if !old.Admin {
			f.Error("the group is no admin group")
		}
	})
}

func TestRestoreAndReconcileAskFirst(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		ctx := f.Context()
		const people = 25
		var users []sso.UserID
		before := time.Now()
		for i := range people {
			u, _ := f.signIn("user-" + string(rune('a'+i)))
			users = append(users, u.ID)
		}
		for _, c := range []struct {
			name     string
			move     directory.Move
			code     string
			done     bool
			left     int
			removals int
		}{
			{"dry run", directory.Move{DryRun: true}, "", false, people, people},
			{"not confirmed", directory.Move{}, "share_brake", false, people, people},
			{"confirmed", directory.Move{Confirmed: true}, "", true, 0, people},
		} {
			r, err := f.RestoreGroup(
				ctx, admin, f.ent.ID, f.group.ID, f.after(before), c.move,
			)
			if sso.CodeOf(err) != c.code ||
				r.Done != c.done ||
				len(r.Remove) != c.removals ||
				f.members() != c.left {
				f.Errorf(
					"%s: got %v, done %v, %d removals, %d members left",
					c.name, err, r.Done, len(r.Remove), f.members(),
				)
			}
		}
		// What one user loses is no burst.
		r, err := f.RestoreUser(ctx, admin, f.ent.ID, users[0], time.Now(), true)
		f.ok(err)
		if r.Done {
			f.Error("a dry run was done")
		}
		r, err = f.ReconcileGroup(ctx, admin, f.ent.ID, f.group.ID, directory.Move{})
		f.ok(err)
		if !r.Done || len(r.Add) != people || f.members() != people {
			f.Errorf(
				"reconcile: done %v, %d added, %d members", r.Done, len(r.Add),
				f.members(),
			)
		}
	})
}

// after returns the creation of the group, at which it had no members yet.
func (f *fixture) after(before time.Time) time.Time {
	f.Helper()
	if f.group.CreatedAt.After(before) {
		f.Fatal("the group is newer than its members")
	}
	return f.group.CreatedAt
}

func (f *fixture) members() int {
	f.Helper()
	all, _, err := f.db.Groups(
		f.Context(), f.ent.ID, sso.GroupFilter{Name: f.group.Name}, sso.Page{},
	)
	f.ok(err)
	return all[0].Members
}

func TestApplication(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		ctx := f.Context()
		edit := directory.ApplicationEdit{
			Key:            new("wiki"),
			Name:           new("Wiki"),
			Origins:        []string{"https://wikí.example"},
			EnterpriseKeys: []string{"acme"},
			SignInKey:      new("acme"),
		}
		a, err := f.CreateApplication(ctx, admin, sso.ForwardAuth, edit)
		f.ok(err)
		if !slices.Equal(a.Origins, []string{"https://xn--wik-tma.example"}) ||
			!slices.Equal(a.Enterprises, []sso.EnterpriseID{f.ent.ID}) ||
			a.SignIn != f.ent.ID {
			f.Errorf("created: %+v", a)
		}
		got, err := f.UpdateApplication(ctx, admin, a.ID, directory.ApplicationEdit{
			Name:   new("Handbook"),
			Groups: []string{"research/engineering"},
		})
		f.ok(err)
		if got.Name != "Handbook" ||
			got.Key != "wiki" ||
			!slices.Equal(got.Enterprises, a.Enterprises) ||
			len(got.Groups) != 1 {
			f.Errorf("changed: %+v", got)
		}
		got, err = f.UpdateApplication(ctx, admin, a.ID, directory.ApplicationEdit{
			Enterprises: []sso.EnterpriseID{},
			SignInKey:   new(""),
		})
		f.ok(err)
		if got.Enterprises != nil || got.SignIn != "" || len(got.Groups) != 1 {
			f.Errorf("emptied: %+v", got)
		}
		_, err = f.UpdateApplication(ctx, admin, a.ID, directory.ApplicationEdit{
			EnterpriseKeys: []string{"acme", "nowhere"},
			SignInKey:      new("!"),
		})
		f.refused("unknown keys", err, "validation_failed", "enterprises[1]")
		f.refused("unknown keys", err, "validation_failed", "sign_in")
		gone := sso.NewID[sso.EnterpriseID](time.Now())
		_, err = f.UpdateApplication(ctx, admin, a.ID, directory.ApplicationEdit{
			Enterprises: []sso.EnterpriseID{gone, "x"},
			SignIn:      &gone,
		})
		for _, field := range []string{
			"enterprises[0]", "enterprises[1]", "sign_in",
		} {
			f.refused("unknown identifiers", err, "validation_failed", field)
		}
		kept, err := f.db.Application(ctx, a.ID)
		f.ok(err)
		if kept.Enterprises != nil || kept.SignIn != "" {
			f.Errorf("a refused change was kept: %+v", kept)
		}
	})
}
