package access_test

import (
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/access"
)

func (f *fixture) organization() sso.Organization {
	f.Helper()
	o, err := f.db.CreateOrganization(f.Context(), sso.ActorOperator, sso.Organization{
		Enterprise: f.ent.ID,
		Key:        "research",
		Name:       "Research",
	})
	f.ok(err)
	return o
}

// TestOnlyAdminsAppoint: neither a setup link nor an admin of an organization appoints or
// dismisses an admin of one.
func TestOnlyAdminsAppoint(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx, o := t.Context(), f.organization()
	ada, bob := f.user("ada@acme.test").User.ID, f.user("bob@acme.test").User.ID
	appoint := func(by sso.Actor, r access.AppointRequest) error {
		r.Organization = o.ID
		_, err := f.Appoint(ctx, by, f.ent.ID, r)
		return err
	}
	dismiss := func(by sso.Actor, user sso.UserID) error {
		return f.Dismiss(ctx, by, f.ent.ID, o.ID, user)
	}
	f.ok(appoint("adm-olive", access.AppointRequest{User: ada}))
	for what, by := range map[string]sso.Actor{
		"a setup link":                 "link-1",
		"an admin of the organization": sso.Actor(ada),
		"a user":                       sso.Actor(bob),
		"a user who is gone":           sso.Actor(sso.NewID[sso.UserID](f.Now())),
	} {
		t.Log(what)
		f.fails(appoint(by, access.AppointRequest{User: bob}), "appointment_needs_admin")
		f.fails(appoint(by, access.AppointRequest{Login: "bob@acme.test"}), "appointment_needs_admin")
		f.fails(appoint(by, access.AppointRequest{
			User:  ada,
			Roles: true,
		}), "appointment_needs_admin")
		f.fails(dismiss(by, ada), "appointment_needs_admin")
	}
	f.fails(appoint("adm-olive", access.AppointRequest{Login: "nobody@acme.test"}), "validation_failed")
	f.fails(appoint("adm-olive", access.AppointRequest{}), "validation_failed")
	f.ok(f.db.AddEnterpriseAdmin(ctx, sso.ActorOperator, f.ent.ID, bob))
	f.ok(appoint(sso.Actor(bob), access.AppointRequest{Login: "bob@acme.test"}))
	f.ok(dismiss(sso.Actor(bob), ada))
	f.fails(dismiss(sso.Actor(bob), ada), "not_found")
}

// TestOrganizationAdminVisits: an admin of organizations visits as one until dismissed;
// rights over the company come first, and a setup link of their own company replaces
// theirs while it is open.
func TestOrganizationAdminVisits(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx, o := t.Context(), f.organization()
	p := f.user("ada@acme.test")
	visits := func(setup sso.Secret, role sso.Role) {
		t.Helper()
		v, err := f.Visitor(ctx, access.Browser{
			Principal: p,
			Setup:     setup,
		})
		f.ok(err)
		if v.Role != role || (len(v.Organizations) == 1) != (role == sso.RoleOrganizationAdmin) {
			t.Errorf("visits as %s, want %s: %+v", v.Role, role, v)
		}
		for _, i := range sso.Intents() {
			if v.May(i) && role == sso.RoleOrganizationAdmin {
				t.Errorf("opens %s of the setup", i)
			}
		}
	}
	_, err := f.Appoint(ctx, sso.ActorOperator, f.ent.ID, access.AppointRequest{
		Organization: o.ID,
		User:         p.User.ID,
	})
	f.ok(err)
	visits("", sso.RoleOrganizationAdmin)
	visits(sso.NewSecret(), sso.RoleOrganizationAdmin)
	_, token, err := f.CreateLink(ctx, sso.ActorOperator, f.ent, access.NewLink{
		For:        "Ada",
		Connection: f.conn.ID,
	})
	f.ok(err)
	setup, err := f.OpenLink(ctx, token, "")
	f.ok(err)
	visits(setup, sso.RoleSetupLink)
	f.ok(f.db.AddEnterpriseAdmin(ctx, sso.ActorOperator, f.ent.ID, p.User.ID))
	visits("", sso.RoleEnterpriseAdmin)
	visits(setup, sso.RoleEnterpriseAdmin)
	f.ok(f.db.RemoveEnterpriseAdmin(ctx, sso.ActorOperator, f.ent.ID, p.User.ID))
	f.ok(f.Dismiss(ctx, sso.ActorOperator, f.ent.ID, o.ID, p.User.ID))
	_, err = f.Visitor(ctx, access.Browser{Principal: p})
	f.fails(err, "not_an_admin")
}
