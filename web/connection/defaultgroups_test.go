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
	o, err := f.db.CreateOrganization(
		t.Context(), sso.ActorOperator,
		sso.Organization{
			Enterprise: f.ent.ID,
			Key:        "web",
			Name:       "Web",
		},
	)
	f.ok(err)
	g, err := f.db.CreateGroup(t.Context(), sso.ActorOperator, f.ent.ID, sso.Group{
		Organization: o.ID,
		Name:         "everyone",
	})
	f.ok(err)
	f.says(422, "POST", f.home+"/settings", url.Values{
		"name":           {"Okta"},
		"default_groups": {"web/everyone\r\nweb/nobody"},
	},
		"This company has no group", "web/nobody", `id="default-groups-error"`)
	f.says(303, "POST", f.home+"/settings", url.Values{
		"name":           {"Okta"},
		"default_groups": {" web/everyone \r\n\r\n"},
		"email_optional": {"yes"},
	})
	c, err := f.db.Connection(t.Context(), f.ent.ID, f.conn.ID)
	f.ok(err)
	if c.Draft == nil ||
		len(c.Draft.DefaultGroups) != 1 ||
		c.Draft.DefaultGroups[0] != g.ID ||
		!c.Draft.EmailOptional {
		t.Errorf("the draft is %+v", c.Draft)
	}
	f.says(
		200, "GET", f.home, nil, "Default groups", "web/everyone",
		"Allow people without an e-mail address",
	)
	if _, body := f.do("olive", "GET", f.home, nil); strings.Contains(body, string(g.ID)) {
		t.Error("the page of the connection names a group by its ID")
	}
	f.says(200, "GET", f.home+"/settings", nil, "web/everyone</textarea>")
}

// TestDefaultGroupsInMatrix: Verify groups marks a default group of the connection
// where its name was never sent, where it was, and where an IdP name of it was.
func TestDefaultGroupsInMatrix(t *testing.T) {
	t.Parallel()
	const mark = "default group of the connection"
	for _, test := range []struct {
		name  string
		group sso.Group
		want  []string
	}{
		{
			"never sent",
			sso.Group{Name: "everyone"},
			[]string{`">` + mark + `</span>`, "never sent"},
		},
		{
			"sent",
			sso.Group{Name: "No group here"},
			[]string{"matched", `<bdi class="soft">` + mark + `</bdi>`},
		},
		{
			"sent by another name",
			sso.Group{
				Name:     "staff",
				IDPNames: []string{"No group here"},
			},
			[]string{
				"matched as IdP name", `<bdi class="soft">staff, ` + mark + `</bdi>`,
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFixture(t)
			o, err := f.db.CreateOrganization(
				t.Context(), sso.ActorOperator,
				sso.Organization{
					Enterprise: f.ent.ID,
					Key:        "web",
					Name:       "Web",
				},
			)
			f.ok(err)
			test.group.Organization = o.ID
			g, err := f.db.CreateGroup(
				t.Context(), sso.ActorOperator, f.ent.ID, test.group,
			)
			f.ok(err)
			groups := f.home + "/groups"
			if _, body := f.do("olive", "GET", groups, nil); strings.Contains(body, mark) {
				t.Error("a group is marked before it is a default group")
			}
			f.conn.Live.DefaultGroups = []sso.GroupID{g.ID}
			_, err = f.db.UpdateConnection(
				t.Context(),
				sso.ActorOperator,
				f.ent.ID,
				f.conn.ID,
				"connection_updated",
				func(c sso.Connection) (sso.Connection, error) {
					c.Live = f.conn.Live
					return c, nil
				},
			)
			f.ok(err)
			f.says(200, "GET", groups, nil, test.want...)
		})
	}
}
