package connection_test

import (
	"net/url"
	"strings"
	"testing"

	"gatehouse/sso"
)

// TestChooseSCIM: the settings offer SCIM, keep what is entered about it, and show
// it again.
func TestChooseSCIM(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.do("olive", "POST", f.home+"/settings", url.Values{
		"name":                      {"Okta"},
		"provisioning":              {"scim"},
		"unprovisioned":             {"refuse"},
		"scim.groups":               {"yes"},
		"scim.create_groups.filter": {"^grp_"},
		"scim.pilot.groups":         {"grp_pilot\r\n"},
		"scim.pilot.users":          {"ada@acme.example\r\nbob@acme.example"},
	})
	c, err := f.db.Connection(t.Context(), f.ent.ID, f.conn.ID)
	f.ok(err)
	if c.Draft == nil ||
		c.Draft.Provisioning != sso.ProvisionSCIM ||
		c.Draft.Unprovisioned != sso.UnprovisionedRefuse ||
		c.Draft.SCIM.GroupsOff ||
		c.Draft.SCIM.CreateGroups.Filter != "^grp_" ||
		!c.Draft.SCIM.Pilot.Equal(sso.Pilot{
			Groups: []string{"grp_pilot"},
			Users:  []string{"ada@acme.example", "bob@acme.example"},
		}) {
		t.Fatalf("the draft is %+v", c.Draft)
	}
	_, body := f.do("olive", "GET", f.home+"/settings", nil)
	for _, want := range []string{
		`value="scim" selected`, `value="refuse" selected`, `value="^grp_"`, "By SCIM",
		"grp_pilot", "bob@acme.example",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the settings lack %s", want)
		}
	}
}
