package directory

import (
	"fmt"
	"strings"
	"time"

	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

const galleryGroupAt = galleryEnt + "/groups/" + galleryGrp

func galleryGroupMembers() []gallery.Example {
	full := galleryFullGroup()
	empty := galleryGroupDetail("it-admins")
	empty.Badge = &ui.Badge{Label: "admins", State: "warn"}
	none := galleryGroupDetail("Members")
	none.Default = true
	none.Badge = &ui.Badge{Label: "default"}
	none.Remove = nil
	none.Search = gallerySearch(galleryGroupAt, "Name, login or e-mail", "zz")
	long := galleryGroupDetail(strings.Repeat("grp_all_employees_without_contractors_", 6))
	long.Fields[0].Error, long.Wrong = "The organization has a group of this name already.", []ui.Wrong{{
		ID:      "name",
		Label:   "Name",
		Message: "The organization has a group of this name already.",
	}}
	full.Pushed = galleryPushedGroups()
	drift := galleryDrift()
	same := &groupDriftPage{
		Base: gallery.Console("Groups", galleryGroupsLink(), ui.Link{
			Label: "engineering",
			Href:  galleryGroupAt,
		}),
		Heading:  "Expected in engineering",
		Expected: 2,
		Actual:   2,
		Sent: []ui.Link{{
			Label: "Employees",
			Href:  galleryEnt + "/connections/conn-1/provisioning/drift",
		}},
	}
	return []gallery.Example{
		{Name: "GroupDetail-typical", Status: 200, Page: full},
		{Name: "GroupDetail-empty", Status: 200, Page: empty},
		{Name: "GroupDetail-default", Status: 200, Page: none},
		{Name: "GroupDetail-long-name", Status: 422, Page: long},
		{Name: "GroupDrift-typical", Status: 200, Page: drift},
		{Name: "GroupDrift-same", Status: 200, Page: same},
	}
}

func galleryGroupsLink() ui.Link {
	return ui.Link{Label: "Groups", Href: galleryEnt + "/groups"}
}

func galleryGroupDetail(name string) *groupDetailPage {
	return &groupDetailPage{
		Base: gallery.Console("Groups", galleryGroupsLink()),
		Name: name,
		Lasting: []string{
			galleryReset,
			"Old directory only adds people. People added by hand stay, and people removed return at their next sign-in if the identity provider lists the group.",
		},
		Facts: []ui.Fact{
			{Label: "Organization", Value: "Research", Href: "/x"},
			{Label: "Applications see", Value: "research/" + name, Code: true},
			{Label: "Members", Value: "38"},
			{Label: "Expected", Value: "40", Href: galleryGroupAt + "/drift"},
		},
		Search:  gallerySearch(galleryGroupAt, "Name, login or e-mail", ""),
		AddHref: galleryGroupAt + "/add",
		Action:  galleryGroupAt,
		Fields:  galleryGroupForm(name, false),
		Moment:  galleryMoment("at", galleryGroupAt+"/history"),
		Restore: galleryMoment("restore-at", galleryGroupAt+"/restore"),
		Carried: galleryCarried(),
		Remove: &ui.Confirm{
			Label:  "Delete this group",
			Text:   "38 members leave it. Memberships of a deleted group cannot be restored.",
			Action: galleryGroupAt + "/delete",
			Button: "Delete",
			Danger: true,
		},
	}
}

func galleryPersonRef(name, login string, badge *ui.Badge) personRef {
	return personRef{name, login, galleryEnt + "/people/" + galleryUsr, badge}
}

func galleryDeactivated() *ui.Badge {
	return &ui.Badge{Label: "deactivated", State: "error"}
}

func galleryFullGroup() *groupDetailPage {
	full := galleryGroupDetail("engineering")
	full.Drift = []ui.Todo{{
		State: "warn",
		Text:  "40 expected, 38 in it.",
		Href:  galleryGroupAt + "/drift",
		Label: "See who, and why",
	}}
	for i := range 12 {
		full.Rows = append(full.Rows, memberRow{
			galleryPersonRef(
				fmt.Sprintf("Ada Number %d", i), fmt.Sprintf("ada%d@acme.example", i), nil,
			),
			"sign-in",
			gallery.Ago(time.Duration(i) * time.Hour),
			causeLink{"sign-in", "/x"},
			&ui.Press{
				Label:  "Remove",
				About:  fmt.Sprintf("Remove: Ada Number %d", i),
				Action: galleryGroupAt + "/members/x/remove",
			},
		})
	}
	full.Rows = append(
		full.Rows,
		memberRow{
			galleryPersonRef(odd, gallery.LongLogin, galleryDeactivated()),
			"by hand",
			gallery.Ago(time.Hour),
			causeLink{"an operator", ""},
			&ui.Press{
				Label:  "Remove",
				About:  "Remove: them",
				Action: galleryGroupAt + "/members/x/remove",
			},
		},
	)
	full.Pager = ui.Pager{Next: galleryGroupAt + "?cursor=x"}
	return full
}

func galleryDrift() *groupDriftPage {
	return &groupDriftPage{
		Base: gallery.Console("Groups", galleryGroupsLink(), ui.Link{
			Label: "engineering",
			Href:  galleryGroupAt,
		}),
		Heading:  "Expected in engineering",
		Expected: 40,
		Actual:   38,
		More:     true,
		Preview:  galleryGroupAt + "/reconcile",
		Missing: []driftRow{
			{
				galleryPersonRef("Ada Lovelace", "ada@acme.example", nil),
				"The group was created or renamed after their last sign-in.",
				true,
				ui.Link{
					Label: "sync-01hf7k3m9q2v5x8z1b4d6g8j0n",
					Href:  "/x",
				},
			},
			{
				galleryPersonRef("Grace", "", galleryDeactivated()),
				"They are deactivated, and do not sign in.",
				false,
				ui.Link{},
			},
		},
		Extra: []driftRow{{
			galleryPersonRef(odd, gallery.LongLogin, nil),
			"They were added by hand.",
			false,
			ui.Link{},
		}},
	}
}

func galleryGroups() []gallery.Example {
	groups := func(value string) *groupsPage {
		p := &groupsPage{
			Base:   gallery.Console("Groups"),
			Search: gallerySearch(galleryEnt+"/groups", "Part of a name", value),
			Action: galleryEnt + "/groups",
			Fields: galleryGroupForm("", true),
		}
		p.Search.Filter = &ui.Field{
			ID:    "in",
			Name:  "organization",
			Label: "Organization",
			Kind:  "select",
			Options: []ui.Option{
				{Label: "All of them"},
				{Value: "x", Label: "Research", Chosen: true},
			},
		}
		return p
	}
	none := groups("")
	none.Fields, none.Action = nil, galleryEnt+"/organizations"
	full := groups("")
	full.Rows = galleryGroupRows()
	full.Verify = []ui.Link{{
		Label: "Okta",
		Href:  galleryEnt + "/connections/x/groups",
	}}
	full.Pager = ui.Pager{Next: "?cursor=x"}
	wrong := groups("")
	wrong.Rows, wrong.Fields = full.Rows, galleryGroupForm(" engineering", true)
	wrong.Fields[1].Error = "Remove the space before or after the name: names are compared byte for byte."
	wrong.Wrong = []ui.Wrong{{ID: "name", Label: "Name", Message: wrong.Fields[1].Error}}
	return []gallery.Example{
		{Name: "Groups-no-organization", Status: 200, Page: none},
		{Name: "Groups-none-found", Status: 200, Page: groups("zz")},
		{Name: "Groups-typical", Status: 200, Page: full},
		{Name: "Groups-problem", Status: 422, Page: wrong},
	}
}

func galleryGroupForm(name string, organization bool) []ui.Field {
	fields := []ui.Field{
		{
			ID:    "name",
			Name:  "name",
			Label: "Name",
			Hint:  "Exactly as the identity provider sends it: names are matched byte for byte, so upper and lower case, spaces and accents count.",
			Value: name,
			Most:  255,
		},
		{
			ID:       "idp_names",
			Name:     "idp_names",
			Label:    "IdP names",
			Hint:     "Other names that the identity provider may send for this group, one per line: an object ID, a distinguished name, a path, an old name.",
			Kind:     "area",
			Lines:    2,
			Mono:     true,
			Optional: true,
			Value:    "6731de76-14a6-49ae-97bc-6eba6914391e\nCN=Engineering,OU=Groups,DC=acme,DC=example",
		},
		{
			ID:       "admin",
			Name:     "admin",
			Label:    "Its members are admins of this enterprise",
			Hint:     "They can open this console, and change connections, people and groups.",
			Kind:     "check",
			Value:    "yes",
			Optional: true,
		},
	}
	if organization {
		fields = append([]ui.Field{{
			ID:      "organization",
			Name:    "organization",
			Label:   "Organization",
			Kind:    "select",
			Options: []ui.Option{{Value: "x", Label: "Research (research)", Chosen: true}},
		}}, fields...)
	}
	return fields
}

func galleryGroupRows() []groupCountRow {
	row := func(name, org string, badge *ui.Badge, actual int, expected string, off bool) groupCountRow {
		return groupCountRow{
			ui.Link{
				Label: name,
				Href:  galleryEnt + "/groups/" + galleryGrp,
			},
			ui.Link{
				Label: org,
				Href:  galleryEnt + "/organizations/x",
			},
			badge,
			actual,
			expected,
			off,
		}
	}
	return []groupCountRow{
		row("Members", "Research", &ui.Badge{Label: "default"}, 41, "not synced", false),
		row("engineering", "Research", nil, 38, "40", true),
		row("it-admins", "Research", &ui.Badge{
			Label: "admins",
			State: "warn",
		}, 2, "2", false),
		row(odd, gallery.LongName, nil, 0, "0", false),
		row(
			strings.Repeat("grp_all_employees_without_contractors_", 6), "开发 مطورون", nil, 100000,
			"100000", false,
		),
	}
}
