package connection

import (
	"strings"
	"time"

	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func galleryMatrix() []gallery.Example {
	typical := exampleMatrix()
	empty := &connectionGroupsPage{
		Base:   ofConnection(true),
		Show:   typical.Show,
		Search: typical.Search,
		Person: typical.Person,
		Ask:    typical.Ask,
		Here:   typical.Here,
		Total:  "0 names.",
	}
	empty.Facts = []ui.Fact{{Label: "Unmatched", Value: "0 names"}}
	said := gallery.Ago(time.Hour)
	person := examplePersonChanges(said)
	nobody := &connectionPersonPage{
		Base:   ofConnection(true),
		Person: "linus",
		Back:   gallery.ConnectionPath + "/groups",
		Notes:  []string{"No one here has this login. Go back and enter the full login of someone who has signed in."},
	}
	return []gallery.Example{
		{Name: "ConnectionGroups-typical", Status: 200, Page: typical},
		{Name: "ConnectionGroups-empty", Status: 200, Page: empty},
		{Name: "ConnectionPerson-changes", Status: 200, Page: person},
		{Name: "ConnectionPerson-nobody", Status: 200, Page: nobody},
	}
}

func exampleMatrix() *connectionGroupsPage {
	return &connectionGroupsPage{
		Base:  ofConnection(true),
		Facts: exampleMatrixFacts(),
		Show: []ui.Link{
			{Label: "All names (6)", Href: "?show=", Current: true},
			{Label: "Unmatched (2)", Href: "?show=nowhere"},
			{Label: "Near misses (1)", Href: "?show=near"},
			{Label: "Never sent (1)", Href: "?show=unsent"},
		},
		Search: ui.Field{
			ID:       "q",
			Name:     "q",
			Label:    "Part of a name",
			Optional: true,
		},
		Columns: []string{"Research", "Operations", gallery.LongName},
		Total:   "6 names.",
		Rows:    exampleMatrixRows(),
		Create:  exampleCreateGroup(),
		Accept:  exampleAcceptName(),
		Objects: true,
		Missing: []driftLine{{
			"engineering",
			"Research",
			share{"Members", "960 of 1180 expected", 81, "warn"},
			[]string{
				"220 missing: the group was created or renamed after their last sign-in",
				"3 not named: added or removed by hand since",
			},
			"/admin/enterprises/acme/groups/group-1/drift",
		}},
		Person: ui.Field{
			ID:    "person",
			Name:  "login",
			Label: "Login",
			Hint:  "The full login of someone who has signed in.",
		},
		Ask:  gallery.ConnectionPath + "/groups/person",
		Here: gallery.ConnectionPath + "/groups",
	}
}

func exampleMatched() matrixCell {
	return matrixCell{
		State: ui.Badge{Label: "matched", State: "ok"},
		Href:  "/admin/enterprises/acme/groups/group-1",
	}
}

func exampleNearMiss() matrixCell {
	return matrixCell{
		State:  ui.Badge{Label: "other letter case", State: "warn"},
		Detail: "engineering",
		Href:   "/admin/enterprises/acme/groups/group-2",
		Accept: &ui.Press{
			Label:  "Accept",
			About:  "Accept “Engineering” for engineering in Research",
			Action: gallery.ConnectionPath + "/groups/accept",
			Fields: []ui.HiddenField{
				{Name: "name", Value: "Engineering"},
				{Name: "group", Value: "group-2"},
			},
		},
	}
}

func exampleMatrixFacts() []ui.Fact {
	return []ui.Fact{
		{
			Label: "Unmatched",
			Value: "2 names",
			Href:  "?show=nowhere",
			Badge: &ui.Badge{Label: "review", State: "warn"},
		},
		{
			Label: "Near misses",
			Value: "1 name",
			Href:  "?show=near",
			Badge: &ui.Badge{Label: "review", State: "warn"},
		},
		{
			Label: "Never sent",
			Value: "1 name",
			Href:  "?show=unsent",
		},
	}
}

func exampleMatrixRows() []matrixRow {
	elsewhere := matrixCell{State: ui.Badge{Label: "only elsewhere", State: ""}}
	none := matrixCell{}
	carrying := exampleMatched()
	carrying.Roles = "roles: Editor, Reader"
	return []matrixRow{
		{
			"Engineering",
			"12 people",
			ui.Badge{
				Label: "unmatched",
				State: "warn",
			},
			[]matrixCell{exampleNearMiss(), none, none},
		},
		{
			"engineering",
			"1180 people",
			ui.Badge{},
			[]matrixCell{carrying, elsewhere, exampleMatched()},
		},
		{
			"Members",
			"3 people",
			ui.Badge{
				Label: "matches nothing",
				State: "",
			},
			[]matrixCell{
				{State: ui.Badge{Label: "default group excluded", State: ""}, Href: "/g"},
				{State: ui.Badge{Label: "default group excluded", State: ""}, Href: "/g"},
				{State: ui.Badge{Label: "default group excluded", State: ""}, Href: "/g"},
			},
		},
		{
			"on-call",
			"nobody",
			ui.Badge{
				Label: "never sent",
				State: "",
			},
			[]matrixCell{
				{
					State: ui.Badge{Label: "here", State: ""},
					Href:  "/g",
				},
				{
					State: ui.Badge{
						Label: "default group of the connection",
						State: "",
					},
					Href: "/g",
				},
				none,
			},
		},
		{"開発", "1 person", ui.Badge{}, []matrixCell{elsewhere, elsewhere, exampleMatched()}},
		{
			strings.Repeat("grp_all_employees_without_contractors_", 2),
			"2 people",
			ui.Badge{
				Label: "unmatched",
				State: "warn",
			},
			[]matrixCell{none, none, none},
		},
	}
}

func exampleCreateGroup() *groupForm {
	return &groupForm{
		Action: gallery.ConnectionPath + "/groups",
		Fields: []ui.Field{
			{
				ID:    "new-name",
				Name:  "name",
				Label: "Name",
				Kind:  "select",
				Options: []ui.Option{{
					Value: "Engineering",
					Label: "Engineering, of 12 people",
				}},
			},
			{
				ID:      "organization",
				Name:    "organization",
				Label:   "In the organization",
				Kind:    "select",
				Options: []ui.Option{{Value: "org-1", Label: "Research"}},
			},
		},
	}
}

func exampleAcceptName() *groupForm {
	return &groupForm{
		Action: gallery.ConnectionPath + "/groups/accept",
		Fields: []ui.Field{
			{
				ID:    "accept-name",
				Name:  "name",
				Label: "Name",
				Kind:  "select",
				Options: []ui.Option{{
					Value: "Engineering",
					Label: "Engineering, of 12 people",
				}},
			},
			{
				ID:      "accept-group",
				Name:    "group",
				Label:   "Of the group",
				Kind:    "select",
				Options: []ui.Option{{Value: "group-1", Label: "engineering in Research"}},
			},
		},
	}
}

func examplePersonChanges(said ui.Time) *connectionPersonPage {
	return &connectionPersonPage{
		Base:   ofConnection(true),
		Person: "Ada Lovelace",
		Href:   "/admin/enterprises/acme/people/user-1",
		Back:   gallery.ConnectionPath + "/groups",
		Facts: []ui.Fact{
			{Label: "Last sent", Time: &said},
			{Label: "Groups then", Value: "3 names, values"},
		},
		Unmatched: []string{"all-employees"},
		Notes:     []string{"It would take the last admin out of the admin groups, so it would need approval."},
		Organizations: []personChanges{
			{
				Name:    "Research",
				Added:   []string{"engineering"},
				Removed: []string{"on-call"},
				Kept:    []string{"Members"},
				Near:    []string{"“Sales” is nearly “sales”: other letter case"},
				Roles:   "Editor, Reader",
			},
			{Name: gallery.LongName, Kept: []string{"Members", "engineering"}},
		},
	}
}
