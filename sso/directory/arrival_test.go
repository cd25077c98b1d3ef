package directory_test

import (
	"errors"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/directory"
)

// TestDefaultApplication accepts an application only if people of the enterprise can
// arrive there, and says why not.
func TestDefaultApplication(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		ctx := f.Context()
		create := func(key, origin string, enterprises ...sso.EnterpriseID) sso.ApplicationID {
			name := "Wiki"
			a, err := f.CreateApplication(ctx, admin, sso.ForwardAuth, directory.ApplicationEdit{
				Key:         &key,
				Name:        &name,
				Origins:     []string{origin},
				Enterprises: enterprises,
			})
			f.ok(err)
			return a.ID
		}
		other, err := f.CreateEnterprise(ctx, admin, directory.NewEnterprise{Key: "other", Name: "Other"})
		f.ok(err)
		wiki := create("wiki", "https://wiki.example.com")
		for id, why := range map[sso.ApplicationID]string{
			create("far", "https://far.example"):                     "The session cookie",
			create("theirs", "https://theirs.example.com", other.ID): "This application does not admit",
			"app-00000000000000000000000000":                         "There is no application with the ID",
			"wiki":                                                   `There is no application with the ID "wiki". default_`,
		} {
			_, err := f.UpdateEnterprise(ctx, admin, f.ent.ID, directory.EnterpriseEdit{DefaultApplication: &id})
			e, ok := errors.AsType[*sso.Error](err)
			if !ok || len(e.Fields) != 1 || e.Fields[0].Field != "default_application" ||
				e.Fields[0].Message[:len(why)] != why {
				f.Errorf("%s: %v", id, err)
			}
		}
		_, err = f.UpdateEnterprise(ctx, admin, f.ent.ID, directory.EnterpriseEdit{DefaultApplication: &wiki})
		f.ok(err)
		e, err := f.UpdateEnterprise(ctx, admin, f.ent.ID, directory.EnterpriseEdit{Name: new("New")})
		f.ok(err)
		if e.DefaultApplication != wiki {
			f.Errorf("a new name leaves %q", e.DefaultApplication)
		}
		none := directory.EnterpriseEdit{DefaultApplication: new(sso.ApplicationID(""))}
		e, err = f.UpdateEnterprise(ctx, admin, f.ent.ID, none)
		f.ok(err)
		if e.DefaultApplication != "" {
			f.Errorf("not cleared: %q", e.DefaultApplication)
		}
	})
}
