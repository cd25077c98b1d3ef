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
	})
	c, err := f.db.Connection(t.Context(), f.ent.ID, f.conn.ID)
	f.ok(err)
	if c.Draft == nil ||
		c.Draft.Provisioning != sso.ProvisionSCIM ||
		c.Draft.Unprovisioned != sso.UnprovisionedRefuse ||
		c.Draft.SCIM.GroupsOff ||
		c.Draft.SCIM.CreateGroups.Filter != "^grp_" {
		t.Fatalf("the draft is %+v", c.Draft)
	}
	_, body := f.do("olive", "GET", f.home+"/settings", nil)
	for _, want := range []string{
		`value="scim" selected`, `value="refuse" selected`, `value="^grp_"`, "By SCIM",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the settings lack %s", want)
		}
	}
}
