package connection_test

import (
	"net/url"
	"strings"
	"testing"

	"gatehouse/sso"
)

// TestDefaultGroupsInSettings: they are typed and shown by name, what is no group
// is blamed where it was typed, and the draft says what changes.
func TestDefaultGroupsInSettings(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	o, err := f.db.CreateOrganization(t.Context(), sso.ActorOperator, sso.Organization{Enterprise: f.ent.ID, Key: "web", Name: "Web"})
	f.ok(err)
	g, err := f.db.CreateGroup(t.Context(), sso.ActorOperator, f.ent.ID, sso.Group{Organization: o.ID, Name: "everyone"})
	f.ok(err)
	f.says(422, "POST", f.home+"/settings", url.Values{"name": {"Okta"}, "default_groups": {"web/everyone\r\nweb/nobody"}},
		"This company has no group", "web/nobody", `id="default-groups-error"`)
	f.says(303, "POST", f.home+"/settings", url.Values{
		"name":           {"Okta"},
		"default_groups": {" web/everyone \r\n\r\n"},
		"email_optional": {"yes"},
	})
	c, err := f.db.Connection(t.Context(), f.ent.ID, f.conn.ID)
	f.ok(err)
	if c.Draft == nil || len(c.Draft.DefaultGroups) != 1 || c.Draft.DefaultGroups[0] != g.ID || !c.Draft.EmailOptional {
		t.Errorf("the draft is %+v", c.Draft)
	}
	f.says(200, "GET", f.home, nil, "Default groups", "web/everyone", "People without an e-mail address get in")
	if _, body := f.do("olive", "GET", f.home, nil); strings.Contains(body, string(g.ID)) {
		t.Error("the page of the connection names a group by its ID")
	}
	f.says(200, "GET", f.home+"/settings", nil, "web/everyone</textarea>")
}
