package provisioning

import (
	"time"

	"gatehouse/sso"
	"gatehouse/sso/drift"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func galleryDrift() []gallery.Example {
	none := exampleDrift()
	none.Base = ofConnection(true)
	wrong := exampleDrift()
	wrong.Rows, wrong.Total = exampleDriftRows()[:1], "269 expected, 21 actual"
	wrong.Form = typedExpectation{
		group:  "grp_all@acme.example",
		people: "many",
	}.form(examplePath + "/drift/expect")
	wrong.Open = true
	wrong.Wrong = ui.Blame(
		sso.InvalidField("validation_failed", "people", "Enter a number, or logins, one per line."),
		&wrong.Form.Group, &wrong.Form.People,
	)
	equal := exampleGroupDrift("engineering", "40 expected, 40 actual")
	equal.Row.Evidence = "All members sent on 24 November 2026."
	renamed := exampleGroupDrift("Staff", "0 expected, 0 actual")
	renamed.Row.Evidence = "Nothing is known."
	renamed.Reasons = []remedyRow{changeRow(exampleChange(), renamed.Group)}
	return []gallery.Example{
		{Name: "ConnectionGroupDrift-renamed", Status: 200, Page: renamed},
		{Name: "ConnectionDrift-many", Status: 200, Page: exampleManyDrift()},
		{Name: "ConnectionDrift-none", Status: 200, Page: none},
		{Name: "ConnectionDrift-wrong", Status: 422, Page: wrong},
		{Name: "ConnectionDrift-denied", Status: 502, Page: exampleDenied()},
		{Name: "ConnectionGroupDrift-missing", Status: 200, Page: exampleMissing()},
		{Name: "ConnectionGroupDrift-equal", Status: 200, Page: equal},
		{Name: "ConnectionReconcile-many", Status: 200, Page: exampleReconcile()},
		{Name: "ConnectionReconcile-none", Status: 200, Page: &connectionReconcilePage{
			Base:   belowDrift(),
			Action: examplePath + "/drift/reconcile",
			Back:   examplePath + "/drift",
		}},
	}
}

// exampleManyDrift is the page of a connection with every kind of group.
func exampleManyDrift() *connectionDriftPage {
	p := exampleDrift()
	p.Rows, p.Total, p.Reconcile = exampleDriftRows(), "313 expected, 64 actual", examplePath+"/drift/reconcile"
	p.Notes = []string{"3 of 272 people who were sent have no account here yet."}
	p.Warnings = []ui.Todo{twinWarning([]string{"Engineering", "engineering"})}
	p.Read = &listingForm{
		Action: examplePath + "/drift/read",
		From:   "Microsoft Graph",
		About:  aboutGraph,
		Group:  listedGroup("", "Its display name, or its object ID."),
	}
	return p
}

// exampleDenied is the page after Okta refused a token.
func exampleDenied() *connectionDriftPage {
	p := exampleDrift()
	p.Rows, p.Total = exampleDriftRows()[:1], "269 expected, 21 actual"
	p.Read = &listingForm{
		Action: examplePath + "/drift/read",
		From:   "Okta",
		About:  aboutOkta,
		Group:  listedGroup("grp_all@acme.example", "Its name there."),
		Access: oktaFields("https://acme.okta.com"),
		Open:   true,
	}
	p.Read.blame(&sso.Error{
		Kind:   sso.Upstream,
		Code:   sso.CodeDirectoryDenied,
		Public: "Okta refused the token. Check that it is active, and that its user may view groups and users.",
	})
	p.Wrong = p.Read.Wrong
	return p
}

func belowDrift() ui.Base {
	b := ofConnection(true)
	b.Console.Trail = append(b.Console.Trail, ui.Link{Label: placeDrift, Href: examplePath + "/drift"})
	return b
}

func exampleDrift() *connectionDriftPage {
	return &connectionDriftPage{
		Base:   ofConnection(true),
		Places: examplePlaces(placeDrift),
		Lead:   driftLead,
		Form:   typedExpectation{}.form(examplePath + "/drift/expect"),
	}
}

// exampleChange is a rename by the identity provider.
func exampleChange() drift.Change {
	return drift.Change{
		Former: "Staff",
		Name:   "Employees",
		At:     gallery.Now(),
	}
}

func exampleDriftRows() []driftRow {
	differs := &ui.Badge{Label: "differs", State: "warn"}
	return []driftRow{
		{
			Name:         "grp_all@acme.example",
			Organization: "Platform",
			Href:         examplePath + "/drift/group-1",
			State:        differs,
			Expected:     269,
			Evidence:     "An admin’s list of 24 November 2026, 21 by sign-ins.",
			Actual:       21,
			Missing:      248,
			Why: []string{
				"240 missing: 14 requests about the group refused since 21 November 2026",
				"8 missing: not provisioned: the identity provider sent no such user",
			},
			Refused:  "14 requests about it refused",
			Problems: examplePath + "/problems",
		},
		{
			Name:     "engineering",
			Href:     examplePath + "/drift/group-2",
			State:    &ui.Badge{Label: "equal", State: "ok"},
			Expected: 40,
			Evidence: "All members sent on 24 November 2026.",
			Actual:   41,
			Extra:    1,
			Why:      []string{"1 extra: added by hand"},
		},
		{
			Name:     gallery.LongName,
			Href:     examplePath + "/drift/group-3",
			State:    differs,
			Expected: 4,
			Evidence: "4 sent so far.",
			Actual:   2,
			Missing:  2,
			Why:      []string{"2 missing: sent as a member, and not a member here"},
		},
		{
			Name:     "grp_elsewhere",
			State:    &ui.Badge{Label: "no such group here"},
			Expected: 12,
			Evidence: "12 sent so far.",
			Missing:  12,
			Why:      []string{"12 missing: no group here has the name"},
		},
		{
			Name:     "Staff",
			Href:     examplePath + "/drift/group-4",
			State:    &ui.Badge{Label: "changed there", State: "warn"},
			Evidence: "Nothing is known.",
			Why:      []string{sso.Sentence(exampleChange().Remedy().Text)},
			Mend:     "/admin/enterprises/acme/groups/group-4#h-change",
		},
	}
}

func exampleGroupDrift(name, counts string) *connectionGroupDriftPage {
	return &connectionGroupDriftPage{
		Base:   belowDrift(),
		Name:   name,
		Counts: counts,
		Group:  gallery.EnterprisePath + "/groups/group-1",
		Expect: examplePath + "/drift?group=" + name + "#h-expect",
	}
}

func exampleMissing() *connectionGroupDriftPage {
	p := exampleGroupDrift("grp_all@acme.example", "269 expected, 21 actual")
	p.Row = exampleDriftRows()[0]
	p.Row.Refused = ""
	here, there := sideBadge("you"), sideBadge("company")
	p.Reasons = []remedyRow{
		{
			Text: "240 missing: 14 requests about the group refused since 21 November 2026.",
			Do:   "The identity provider was told: " + exampleRefusal,
			Side: &here,
			Link: &ui.Link{Label: placeProblems, Href: examplePath + "/problems"},
		},
		{
			Text: "8 missing: not provisioned: the identity provider sent no such user.",
			Do: "Assign them to the application at the identity provider, and check that userName there is the login " +
				"on the list. Press Restart provisioning in the Entra admin center.",
			Side: &there,
		},
		{Text: "1 extra: added by hand."},
	}
	p.Missing = []personRow{
		{
			Name:  "Ada Lovelace",
			Login: "ada@acme.example",
			Href:  gallery.EnterprisePath + "/people/user-1",
			Why:   "14 requests about the group refused since 21 November 2026.",
			Since: gallery.Ago(3 * exampleDay),
		},
		{
			Name:  gallery.LongLogin,
			Why:   "Not provisioned: the identity provider sent no such user.",
			Since: gallery.Ago(time.Hour),
		},
		{
			Name:       "Grace Hopper",
			Login:      "grace@acme.example",
			Href:       gallery.EnterprisePath + "/people/user-2",
			Why:        "Sent as a member, and not a member here.",
			Since:      gallery.Ago(time.Hour),
			Reconciled: true,
		},
	}
	p.Extra = []personRow{{
		Name:  "Eve",
		Login: "eve@acme.example",
		Href:  gallery.EnterprisePath + "/people/user-3",
		Why:   "Added by hand.",
		Since: gallery.Ago(exampleDay),
	}}
	p.More = true
	p.Reconcile = examplePath + "/drift/group-1/reconcile"
	return p
}

func exampleReconcile() *connectionReconcilePage {
	return &connectionReconcilePage{
		Base:   belowDrift(),
		Action: examplePath + "/drift/reconcile",
		Back:   examplePath + "/drift",
		Rows: []reconcileRow{
			{
				Group:  "engineering",
				Of:     "Platform",
				What:   "1 person to add",
				People: []ui.Link{{Label: "ada@acme.example", Href: gallery.EnterprisePath + "/people/user-1"}},
			},
			{
				Group:  gallery.LongName,
				What:   "60 people to remove",
				People: []ui.Link{{Label: gallery.LongLogin, Href: gallery.EnterprisePath + "/people/user-2"}},
				More:   "59 more",
			},
		},
		Confirm: &ui.Field{
			ID:    "sure",
			Name:  "sure",
			Kind:  "check",
			Value: "yes",
			Label: "Remove 60 people at once",
			Hint:  "This is more than half of a group, which is usually a mistake.",
		},
	}
}
