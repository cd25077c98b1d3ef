package connection

import (
	"time"

	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func galleryHeld() []gallery.Example {
	row := exampleWaitingRow()
	before := heldRow{
		ID:      "held-0",
		Person:  gallery.LongLogin,
		At:      gallery.Ago(50 * time.Hour),
		State:   ui.Badge{Label: "superseded", State: ""},
		Removed: []string{"admins (" + gallery.LongName + ")"},
		Decided: "the identity provider sent other groups since",
	}
	cause := exampleNamesChanged()
	standing := exampleGroupShare()
	full := &heldSyncsPage{
		Base:    exampleHeldBase(),
		Causes:  []heldCause{cause, standing},
		Waiting: []heldRow{row},
		Before:  []heldRow{before},
		Pager:   ui.Pager{Next: "?after=x"},
	}
	late := &heldSyncsPage{
		Base:   exampleHeldBase(),
		Before: []heldRow{before},
		Wrong: []ui.Wrong{
			{
				Message: "This does not wait any more: it was decided, or the identity provider has said something else since.",
			},
		},
	}
	return []gallery.Example{
		{Name: "HeldSyncs-waiting", Status: 200, Page: full},
		{Name: "HeldSyncs-empty", Status: 200, Page: &heldSyncsPage{Base: exampleHeldBase()}},
		{Name: "HeldSyncs-decided", Status: 422, Page: late},
	}
}

func exampleHeldBase() ui.Base {
	return gallery.Console("SSO & provisioning", ui.Link{
		Label: "SSO & provisioning",
		Href:  "/admin/enterprises/acme/connections",
	})
}

func exampleWaitingRow() heldRow {
	return heldRow{
		ID:      "held-1",
		Person:  "Ada Lovelace, ada",
		Href:    "/admin/enterprises/acme/people/user-1",
		At:      gallery.Ago(time.Hour),
		State:   ui.Badge{Label: "waits", State: "warn"},
		Removed: []string{"admins (Operations)"},
		Added:   []string{"engineering (Research)"},
		Text:    "Approving removes this person from the company’s admin groups, as its identity provider says. The admin groups may then be empty.",
		Approve: &ui.Confirm{
			Label:  "Approve",
			Text:   "The changes are applied now.",
			Action: "/admin/enterprises/acme/held/held-1/approve",
			Button: "Approve",
			Danger: true,
		},
		Discard: &ui.Confirm{
			Label:  "Discard",
			Text:   "Memberships stay as they are until the person’s next sign-in.",
			Action: "/admin/enterprises/acme/held/held-1/discard",
			Button: "Discard",
		},
	}
}

func exampleNamesChanged() heldCause {
	return heldCause{
		Title: "Okta: the group names stopped matching",
		State: ui.Badge{Label: "removals held", State: "error"},
		Since: gallery.Ago(time.Hour),
		Count: "25 people wait",
		Text:  "Several people in a row would lose groups because the names that the identity provider sends match nothing here. Were groups renamed there, or does it send object IDs? Before it was noticed, 2 people lost groups.",
		Approve: &ui.Confirm{
			Label:  "Approve all",
			Text:   "The changes are applied now, as they are listed.",
			Action: "/admin/enterprises/acme/held/approve",
			Fields: []ui.HiddenField{{Name: "cause", Value: "connection_names_changed"}},
			Button: "Approve all",
			Danger: true,
		},
		Discard: &ui.Confirm{
			Label:  "Discard all and restore 2 people",
			Text:   "Memberships stay as they are.",
			Action: "/admin/enterprises/acme/held/discard",
			Fields: []ui.HiddenField{{Name: "cause", Value: "connection_names_changed"}},
			Button: "Discard and restore",
		},
	}
}

func exampleGroupShare() heldCause {
	return heldCause{
		Title: "Okta: too many people would leave Research/engineering",
		State: ui.Badge{Label: "removals held", State: "error"},
		Since: gallery.Ago(50 * time.Hour),
		Count: "no one waits",
		Text:  "Sign-ins would remove more people from one group within a short time than the connection’s settings allow.",
		Approve: &ui.Confirm{
			Label:  "Allow removals",
			Text:   "Groups that were kept are removed at each person’s next sign-in. For the next seven days, removals are not held for this cause.",
			Action: "/admin/enterprises/acme/held/approve",
			Fields: []ui.HiddenField{{Name: "cause", Value: "group_share"}},
			Button: "Allow removals",
			Danger: true,
		},
	}
}
