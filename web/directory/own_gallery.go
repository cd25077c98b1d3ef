package directory

import (
	"time"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

const galleryOwn = galleryOrgs + "/x"

// galleryOwnBase is the frame of an admin of two organizations.
func galleryOwnBase(area string, trail ...ui.Link) ui.Base {
	b := gallery.Console(area, trail...)
	b.Console.Role = "admin of Research"
	b.Console.Home = galleryOwn + "/groups"
	b.Console.Areas = nil
	for _, o := range []struct{ name, at string }{
		{"Research", galleryOwn},
		{"Sales & marketing", galleryOrgs + "/y"},
	} {
		b.Console.Areas = append(b.Console.Areas, ui.Area{
			Heading: o.name,
			Links: []ui.Link{
				{Label: console.AreaGroups, Href: o.at + "/groups"},
				{Label: console.AreaPeople, Href: o.at + "/people"},
				{Label: console.AreaServices, Href: o.at + "/service-tokens"},
			},
		})
	}
	links := b.Console.Areas[0].Links
	for i := range links {
		links[i].Current = links[i].Label == area
	}
	return b
}

func galleryOwnPages() []gallery.Example {
	empty := galleryOwnGroups()
	empty.Rows, empty.Search.All = nil, ""
	wrong := galleryOwnGroups()
	wrong.Name.Value = "local:engineering"
	wrong.Wrong = ui.Blame(sso.InvalidField(
		"validation_failed", "name", "An identity provider sends this name. Choose another one.",
	), &wrong.Name)
	open := galleryOwnGroup("local:reviewers")
	closed := galleryOwnGroup("it-admins")
	closed.Badge = &ui.Badge{Label: "admins", State: "warn"}
	closed.AddHref, closed.Settings = "", nil
	closed.Closed = publicOf(sso.Reach{
		Appointed: true,
		Inside:    true,
		Group:     sso.Group{Admin: true},
	}.OfMembers())
	for i := range closed.Rows {
		closed.Rows[i].Remove = nil
	}
	none := galleryOwnGroup("Members")
	none.Default, none.Settings, none.Rows = true, nil, nil
	none.Badge = &ui.Badge{Label: "default"}
	return []gallery.Example{
		{Name: "OwnGroups-typical", Status: 200, Page: galleryOwnGroups()},
		{Name: "OwnGroups-empty", Status: 200, Page: empty},
		{Name: "OwnGroups-wrong", Status: 422, Page: wrong},
		{Name: "OwnGroup-typical", Status: 200, Page: open},
		{Name: "OwnGroup-closed", Status: 200, Page: closed},
		{Name: "OwnGroup-default", Status: 200, Page: none},
		{Name: "OwnPeople-typical", Status: 200, Page: galleryOwnPeople()},
		{Name: "OwnPerson-typical", Status: 200, Page: galleryOwnPerson()},
	}
}

func galleryOwnGroups() *ownGroupsPage {
	row := func(name string, actual int, expected string, badge *ui.Badge, closed bool) ownGroupRow {
		return ownGroupRow{
			groupCountRow: groupCountRow{
				Group:    ui.Link{Label: name, Href: galleryOwn + "/groups/x"},
				Actual:   actual,
				Expected: expected,
				Badge:    badge,
			},
			Closed: closed,
		}
	}
	off := row("engineering", 12, "14", nil, false)
	off.Off = true
	return &ownGroupsPage{
		Base:         galleryOwnBase(console.AreaGroups),
		Organization: "Research",
		Search:       gallerySearch(galleryOwn+"/groups", "Part of a name", ""),
		Action:       galleryOwn + "/groups",
		Name:         ownNameField(""),
		Rows: []ownGroupRow{
			row("Members", 26, "not synced", &ui.Badge{Label: "default"}, false),
			off,
			row("it-admins", 3, "3", &ui.Badge{Label: "admins", State: "warn"}, true),
			row("editors", 5, "5", nil, true),
			row("local:reviewers", 4, "by hand", nil, false),
		},
	}
}

func galleryOwnMember(name, login, source string) memberRow {
	return memberRow{
		Person: personRef{
			Name:  name,
			Login: login,
			Href:  galleryOwn + "/people/x",
		},
		Source: source,
		Since:  ui.NewTime(gallery.Now().Add(-48*time.Hour), gallery.Now()),
		Remove: &ui.Press{
			Label:  "Remove",
			About:  "Remove: " + name,
			Action: galleryOwn + "/groups/x/members/x/remove",
		},
	}
}

func galleryOwnGroup(name string) *ownGroupPage {
	here := galleryOwn + "/groups/x"
	return &ownGroupPage{
		Base: galleryOwnBase(console.AreaGroups, ui.Link{Label: "Groups", Href: galleryOwn + "/groups"}),
		Name: name,
		Facts: []ui.Fact{
			{Label: "Applications see", Value: "research/" + name, Code: true},
			{Label: "Members", Value: "2"},
		},
		Search: gallerySearch(here, "Name, login or e-mail", ""),
		Rows: []memberRow{
			galleryOwnMember("Ada Lovelace", "ada@acme.example", "by hand"),
			galleryOwnMember("Grace Hopper", "grace.brewster.murray.hopper@research.acme.example", "sign-in"),
		},
		AddHref: here + "/add",
		Settings: &ownGroupForm{
			Action:   here,
			Revision: ui.HiddenField{Name: "revision", Value: "3"},
			Name:     ownNameField(name),
			Remove: ui.Confirm{
				Label:  "Delete this group",
				Text:   "2 members leave it. This cannot be undone.",
				Action: here + "/delete",
				Button: "Delete",
				Danger: true,
			},
		},
	}
}

func galleryOwnPeople() *ownPeoplePage {
	row := func(name, login, email string, status sso.UserStatus) personRow {
		return personRow{
			Person: personRef{
				Name:  name,
				Login: login,
				Href:  galleryOwn + "/people/x",
			},
			Email:      email,
			Status:     statusBadge(status),
			LastSignIn: ui.NewTime(gallery.Now().Add(-time.Hour), gallery.Now()),
		}
	}
	return &ownPeoplePage{
		Base:         galleryOwnBase(console.AreaPeople),
		Organization: "Research",
		Search:       gallerySearch(galleryOwn+"/people", "Name, login or e-mail", ""),
		Rows: []personRow{
			row("Ada Lovelace", "ada@acme.example", "ada@acme.example", sso.UserActive),
			row("grace@acme.example", "", "", sso.UserDeactivated),
		},
	}
}

func galleryOwnPerson() *ownPersonPage {
	last := ui.NewTime(gallery.Now().Add(-time.Hour), gallery.Now())
	row := func(name, source string, remove bool) ownMembershipRow {
		m := ownMembershipRow{
			Group:  ui.Link{Label: name, Href: galleryOwn + "/groups/x"},
			Source: source,
			Since:  ui.NewTime(gallery.Now().Add(-48*time.Hour), gallery.Now()),
		}
		if remove {
			m.Remove = &ui.Press{
				Label:  "Remove",
				About:  "Remove: Ada Lovelace, of " + name,
				Action: galleryOwn + "/groups/x/members/x/remove",
			}
		}
		return m
	}
	return &ownPersonPage{
		Base:         galleryOwnBase(console.AreaPeople, ui.Link{Label: "People", Href: galleryOwn + "/people"}),
		Name:         "Ada Lovelace",
		Organization: "Research",
		Status:       statusBadge(sso.UserActive),
		Facts: []ui.Fact{
			{Label: "Login", Value: "ada@acme.example"},
			{Label: "E-mail", Value: "ada@acme.example"},
			{Label: "Last sign-in", Time: &last},
		},
		Rows: []ownMembershipRow{
			row("Members", "in another group here", false),
			row("engineering", "sign-in", true),
			row("editors", "sign-in", false),
		},
	}
}
