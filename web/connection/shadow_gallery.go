package connection

import (
	"strings"
	"time"

	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func galleryShadow() []gallery.Example {
	since := gallery.Ago(5 * time.Hour)
	on := &connectionShadowPage{
		Base: ofConnection(true),
		On:   true,
		Stop: gallery.ConnectionPath + "/shadow/stop",
		Facts: []ui.Fact{
			{Label: "Since", Time: &since},
			{Label: "Compared", Value: "Version 4 with version 3", Href: gallery.ConnectionPath},
		},
		Promote: &ui.Confirm{
			Label:  "Promote the draft",
			Text:   "2 fields change for everyone who signs in from now on. Of 118 sign-ins compared, 7 differed, and 1 would have been refused.",
			Action: gallery.ConnectionPath + "/enable",
			Button: "Proceed",
		},
		Counts: []share{
			{"The same", "111 of 118 sign-ins", 94, "ok"},
			{"Something differs", "7 of 118 sign-ins", 5, "warn"},
			{"Admitted now, refused by the draft", "1 of 118 sign-ins", 1, "error"},
			{"Refused now, admitted by the draft", "0 of 118 sign-ins", 0, "ok"},
		},
		Rows:  exampleShadowRows(),
		Pager: ui.Pager{Next: "?after=x"},
	}
	off := &connectionShadowPage{
		Base:     ofConnection(true),
		Start:    gallery.ConnectionPath + "/shadow/start",
		Protocol: "A code of OpenID Connect can be redeemed once. So the draft’s mapping, rules and policies are tried on what was verified by what is live.",
	}
	none := &connectionShadowPage{
		Base:    ofConnection(true),
		Without: "There is no draft. Edit the settings or the set-up of this connection: what you change is compared here before it is enabled.",
		Wrong: []ui.Wrong{
			{
				Message: "There is nothing to compare: it takes a connection that people sign in through, and a draft beside it.",
			},
		},
	}
	return []gallery.Example{
		{Name: "ConnectionShadow-on", Status: 200, Page: on},
		{Name: "ConnectionShadow-off", Status: 200, Page: off},
		{Name: "ConnectionShadow-nothing", Status: 422, Page: none},
	}
}

func exampleShadowRows() []shadowRow {
	return []shadowRow{
		{
			"ada",
			"/admin/enterprises/acme/people/user-1",
			ui.Badge{
				Label: "gets in",
				State: "",
			},
			[]string{
				"Name: “Ada Lovelace” becomes “Lovelace, Ada”.",
				"Removed from engineering (Research), Members (Research).",
			},
			"3 times",
			gallery.Ago(time.Hour),
		},
		{
			gallery.LongLogin,
			"",
			ui.Badge{
				Label: "would be refused",
				State: "error",
			},
			[]string{"Would be refused with sign_in_denied."},
			"1 time",
			gallery.Ago(2 * time.Hour),
		},
		{
			"lcontractor",
			"/admin/enterprises/acme/people/user-2",
			ui.Badge{
				Label: "would get in",
				State: "warn",
			},
			[]string{
				"Was refused with sign_in_denied.",
				"Accepted names in addition: " +
					strings.Repeat("grp_all_employees_without_contractors_", 3) + ".",
			},
			"1 time",
			gallery.Ago(3 * time.Hour),
		},
	}
}
