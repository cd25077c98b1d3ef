package access

import (
	"time"

	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

const exampleDay = 24 * time.Hour

func galleryAdminAccounts() []gallery.Example {
	trail := ui.Link{Label: "Admins & recovery", Href: "/admin/admins"}
	empty := &adminAccountPage{
		Base:   gallery.Console(trail.Label, trail),
		Facts:  exampleAdminFacts(),
		Fields: examplePasswordFields(),
		Next: &ui.Link{
			Label: "Next: the first steps",
			Href:  "/admin/enterprises",
		},
	}
	full := exampleFullAccount(trail)
	late := &adminAccountPage{
		Base:     full.Base,
		Facts:    exampleAdminFacts(),
		Fields:   examplePasswordFields(),
		Passkeys: full.Passkeys,
		CanTie:   full.CanTie,
		Confirm:  "/admin/confirm?return_to=%2Fadmin%2Fadmins%2Fme",
	}
	tied := exampleTiedAccount(trail)
	one := &adminsPage{
		Base:     gallery.Console(trail.Label),
		Rows:     []adminRow{exampleAdminRow()},
		Recovery: exampleRecoveryBox(),
	}
	many := exampleManyAdmins(trail)
	invited := exampleInvited(trail)
	last := &adminsPage{
		Base:     gallery.Console(trail.Label),
		Rows:     []adminRow{exampleAdminRow()},
		Recovery: exampleRecoveryBox(),
		Wrong: []ui.Wrong{
			{
				Message: "This is the last recovery admin. Make another one first, or no one could get in if single sign-on fails.",
			},
		},
	}
	return []gallery.Example{
		{Name: "AdminAccount-new", Status: 200, Page: empty},
		{Name: "AdminAccount-can-tie", Status: 200, Page: full},
		{Name: "AdminAccount-confirm", Status: 200, Page: late},
		{Name: "AdminAccount-problem", Status: 422, Page: tied},
		{Name: "Admins-one", Status: 200, Page: one},
		{Name: "Admins-many", Status: 200, Page: many},
		{Name: "Admins-invited", Status: 200, Page: invited},
		{Name: "Admins-last-recovery", Status: 422, Page: last},
	}
}

func examplePasswordFields() []ui.Field {
	return []ui.Field{
		{
			ID:           "current",
			Name:         "current",
			Label:        "Current password",
			Kind:         "password",
			Autocomplete: "current-password",
			Most:         128,
		},
		{
			ID:           "password",
			Name:         "password",
			Label:        "New password",
			Hint:         "At least 12 characters; several words are easiest.",
			Kind:         "password",
			Autocomplete: "new-password",
			Most:         128,
		},
	}
}

func exampleAdminFacts() []ui.Fact {
	return []ui.Fact{
		{Label: "Name", Value: "Olive Operator"},
		{Label: "Login", Value: "olive", Badge: &ui.Badge{Label: "recovery admin", State: "ok"}},
		{Label: "Last sign-in", Time: &ui.Time{Relative: "just now"}},
	}
}

func exampleFullAccount(trail ui.Link) *adminAccountPage {
	return &adminAccountPage{
		Base:   gallery.Console(trail.Label, trail),
		Facts:  exampleAdminFacts(),
		Fields: examplePasswordFields(),
		Add: &passkeyChallenge{
			Action:  "/admin/admins/me/passkeys",
			Options: "{}",
			Token:   "t",
		},
		Passkeys: []passkeyRow{{
			Name: "Passkey of 20 November 2026",
			Made: gallery.Ago(4 * exampleDay),
			Used: gallery.Ago(time.Hour),
			Remove: ui.Confirm{
				Label:  "Remove",
				Text:   "It no longer signs you in.",
				Action: "/x",
				Button: "Remove it",
			},
		}},
		CanTie: &tiedTo{"Olive Operator", "olive@acme.example", "Acme Corporation"},
	}
}

func exampleTiedAccount(trail ui.Link) *adminAccountPage {
	tied := &adminAccountPage{
		Base:   gallery.Console(trail.Label, trail),
		Facts:  exampleAdminFacts(),
		Fields: append([]ui.Field(nil), examplePasswordFields()...),
		Tied:   &tiedTo{"Olive", gallery.LongLogin, gallery.LongName},
	}
	tied.Fields[0].Error = "This is not your password."
	tied.Wrong = []ui.Wrong{{
		ID:      "current",
		Label:   "Current password",
		Message: tied.Fields[0].Error,
	}}
	return tied
}

func exampleRecoveryBox() ui.Field {
	return ui.Field{
		ID:       "recovery",
		Name:     "recovery",
		Label:    "A recovery admin",
		Hint:     "Can sign in with a password even when single sign-on is enforced.",
		Kind:     "check",
		Value:    "yes",
		Optional: true,
	}
}

func exampleAdminRow() adminRow {
	return adminRow{
		Name:     "Olive Operator",
		Login:    "olive",
		Mine:     true,
		Badges:   []ui.Badge{{Label: "recovery", State: "ok"}},
		SignedIn: gallery.Ago(0),
		Passkeys: 1,
	}
}

func exampleRowActs(about string, labels ...string) (all []rowAct) {
	for _, l := range labels {
		all = append(all, rowAct{l, "/x", about})
	}
	return all
}

func exampleManyAdmins(trail ui.Link) *adminsPage {
	return &adminsPage{
		Base:     gallery.Console(trail.Label),
		Recovery: exampleRecoveryBox(),
		Pager:    ui.Pager{Next: "?after=x"},
		Rows: []adminRow{
			exampleAdminRow(),
			{
				Name:     gallery.LongName,
				Login:    gallery.LongLogin,
				SignedIn: gallery.Ago(90 * exampleDay),
				Acts:     exampleRowActs(gallery.LongLogin, "Make a recovery admin", "Disable"),
			},
			{
				Name:     "Otto",
				Login:    "otto",
				Badges:   []ui.Badge{{Label: "disabled", State: "warn"}},
				SignedIn: ui.Time{Relative: "never"},
				Acts:     exampleRowActs("otto", "Make a recovery admin", "Enable"),
			},
		},
		Uses: []adminUse{
			{gallery.Ago(0), true, "olive", "Signed in with a passkey", true, "192.0.2.17"},
			{gallery.Ago(time.Hour), false, gallery.LongLogin, "Wrong password", false, "2001:db8::7"},
			{gallery.Ago(2 * exampleDay), true, "otto", "Signed in", false, ""},
		},
	}
}

func exampleInvited(trail ui.Link) *adminsPage {
	return &adminsPage{
		Base:     gallery.Console(trail.Label),
		Rows:     []adminRow{exampleAdminRow()},
		Recovery: exampleRecoveryBox(),
		Invited: &newLink{
			URL: ui.Copyable{
				ID:    "invited",
				Value: "https://login.example.com/admin/welcome/6bJ1l2Yz0v8a9d3e7f5g4h2i1j0k9l8m7n6o5p4q3r2",
			},
			Expires: ui.NewTime(gallery.Now().Add(exampleDay), gallery.Now()),
		},
	}
}
