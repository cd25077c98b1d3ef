package drift_test

import (
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/drift"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// fixture is a company with some groups, and a connection that provisions.
type fixture struct {
	*testing.T
	db   *store.DB
	ent  sso.EnterpriseID
	conn sso.ConnectionID
}

func newFixture(t *testing.T, groups ...string) *fixture {
	t.Helper()
	f := &fixture{
		T:  t,
		db: storetest.Open(t, storetest.SQLite(t), store.Keyring{Current: store.NewKey()}, nil),
	}
	ctx, by := t.Context(), sso.ActorOperator
	e, err := f.db.CreateEnterprise(ctx, by, sso.Enterprise{Key: "acme", Name: "Acme"})
	f.ok(err)
	o, err := f.db.CreateOrganization(ctx, by, sso.Organization{Enterprise: e.ID, Key: "platform", Name: "Platform"})
	f.ok(err)
	for _, name := range groups {
		_, err := f.db.CreateGroup(ctx, by, e.ID, sso.Group{Organization: o.ID, Name: name})
		f.ok(err)
	}
	c, err := f.db.CreateConnection(ctx, by, sso.Connection{
		Enterprise: e.ID,
		Name:       "Entra",
		Protocol:   sso.OIDC,
		Provider:   sso.Entra,
		State:      sso.ConnectionEnabled,
		Live: &sso.Config{
			Version:      1,
			OIDC:         &sso.OIDCConfig{Issuer: "https://idp.example", ClientID: "x"},
			Mapping:      sso.Mapping{Login: []string{"sub"}},
			Provisioning: sso.ProvisionSCIM,
		},
	})
	f.ok(err)
	f.ent, f.conn = e.ID, c.ID
	return f
}

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) push() sso.Push {
	return sso.Push{
		Enterprise: f.ent,
		Connection: f.conn,
		Event:      sso.NewID[sso.ProvisioningEventID](time.Now()),
	}
}

// document returns a pushed group of a name.
func document(name string) sso.ProvisionedGroup {
	return sso.ProvisionedGroup{
		DisplayName: name,
		Document:    []byte(`{}`),
	}
}

// pushed pushes a group with a user in it. A group that was there is matched.
func (f *fixture) pushed(name string) sso.ProvisionedGroup {
	f.Helper()
	u, err := f.db.CreateProvisionedUser(f.Context(), f.push(), sso.ProvisionedUser{
		UserName: string(sso.NewID[sso.AttemptID](time.Now())),
		Active:   true,
		Document: []byte(`{}`),
	})
	f.ok(err)
	change := sso.MemberChange{Add: []sso.ResourceID{u.ID}}
	g, _, err := f.db.CreateProvisionedGroup(f.Context(), f.push(), document(name), change)
	if err == nil {
		return g
	}
	list, err := f.db.ProvisionedGroups(f.Context(), f.ent, f.conn, nil, sso.ResourcePage{Limit: 100})
	f.ok(err)
	for _, x := range list.Items {
		if x.DisplayName == name {
			g = x
		}
	}
	g, _, err = f.db.ChangeProvisionedGroup(f.Context(), f.push(), g.ID,
		func(sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error) {
			return document(name), change, nil
		})
	f.ok(err)
	return g
}

func (f *fixture) rename(g sso.ProvisionedGroup, name string) {
	f.Helper()
	_, _, err := f.db.ChangeProvisionedGroup(f.Context(), f.push(), g.ID,
		func(sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error) {
			return document(name), sso.MemberChange{}, nil
		})
	f.ok(err)
}

// changes returns what the comparison says of each group whose name was changed there.
func (f *fixture) changes() map[string]drift.Remedy {
	f.Helper()
	s := drift.New(drift.Options{
		Facts:  f.db,
		Writer: f.db,
		Now:    time.Now,
	})
	r, err := s.Report(f.Context(), f.ent, f.conn)
	f.ok(err)
	all := map[string]drift.Remedy{}
	for _, l := range r.Changed() {
		all[l.Name] = l.Change.Remedy()
	}
	return all
}

// says asserts that one group is told of, with these words.
func (f *fixture) says(group, text, do string) {
	f.Helper()
	all := f.changes()
	if got := all[group]; len(all) != 1 || !strings.Contains(got.Text, text) || !strings.Contains(got.Do, do) {
		f.Errorf("want %s: %q, %q; got %+v", group, text, do, all)
	}
}

func (f *fixture) quiet(when string) {
	f.Helper()
	if all := f.changes(); len(all) > 0 {
		f.Errorf("%s: %+v", when, all)
	}
}

func TestRenamedThere(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "Staff", "Cooks")
	g := f.pushed("Staff")
	f.quiet("pushed")
	f.rename(g, "Employees")
	f.says("Staff", "renamed the group from “Staff” to “Employees” on ", "Add “Employees” to the IdP names")
	f.rename(g, "Cooks")
	f.quiet("renamed to a group that is here")
	f.rename(g, "Others")
	f.says("Cooks", "renamed the group from “Cooks” to “Others” on ", "“Others”")
	f.rename(g, "Cooks")
	f.quiet("renamed back")
}

func TestDeletedThere(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "Staff")
	g := f.pushed("Staff")
	f.ok(f.db.DeleteProvisionedGroup(f.Context(), f.push(), g.ID))
	f.says("Staff", "the identity provider deleted the group on ", "assign the group to the application again")
	f.pushed("Staff")
	f.quiet("pushed again")
	other := f.pushed("nowhere")
	f.ok(f.db.DeleteProvisionedGroup(f.Context(), f.push(), other.ID))
	f.quiet("no group here had the name")
}

func TestNamedAlmostAlike(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "Staff")
	f.rename(f.pushed("Staff"), "staff")
	f.pushed("elsewhere")
	f.says("staff", "pushes “staff”, and the group here is “Staff”: upper and lower case differ", "IdP names of “Staff”")
}
