package directory

import (
	"strings"
	"time"

	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

const galleryPersonAt = galleryEnt + "/people/" + galleryUsr

func galleryPerson() []gallery.Example {
	waits := galleryWaitingPerson()
	off := galleryDeactivatedPerson()
	off.EraseHref = galleryPersonAt + "/delete"
	return []gallery.Example{
		{Name: "PersonDetail-waits", Status: 200, Page: waits},
		{Name: "PersonDetail-full", Status: 200, Page: galleryFullPerson()},
		{Name: "PersonDetail-deactivated", Status: 422, Page: off},
		{Name: "PersonDetail-provisioned", Status: 200, Page: galleryProvisionedPerson()},
	}
}

// galleryFullPerson returns the page of a person with everything that it may show.
func galleryFullPerson() *personDetailPage {
	full := galleryPersonDetail("Ada Lovelace", ui.Badge{
		Label: "active",
		State: "ok",
	})
	full.Contested = "ada@acme.example"
	full.Question = ui.Link{
		Label: "See both and decide",
		Href:  galleryEnt + "/questions",
	}
	full.Merges = galleryMergeRows()[:2]
	full.GiveLogin = galleryPersonAt + "/login"
	full.Login = ui.Field{
		ID:           "login",
		Name:         "login",
		Label:        "Another login",
		Hint:         "Applications are told it, and sign-ins do not change it.",
		Autocomplete: "off",
	}
	full.Flash = "They are in the group. The notice below says what their next sign-in does about it."
	full.Sees = "Their own page shows them these groups, in 2 organizations."
	full.Groups = []groupRow{
		galleryMembership("Research", "Members", "in another group here", false),
		galleryMembership("Research", "engineering", "sign-in", true),
		galleryMembership("Operations", odd, "by hand", true),
		galleryMembership(
			gallery.LongName, strings.Repeat("grp_all_employees_", 8), "provisioning", true,
		),
	}
	full.Roles = galleryPersonRoles()
	full.Attributes, full.AttributesHref = galleryPersonAttributes(), galleryEnt+"/attributes"
	full.Identities = galleryIdentities()
	full.LinkHref = galleryPersonAt + "/link"
	full.Former = galleryFormer()
	full.SignIns = gallerySignIns()
	record := ui.Link{
		Label: "sync-01hf7k3m9q2v5x8z1b4d6g8j0n",
		Href:  galleryEnt + "/activity/syncs/x",
	}
	full.Syncs = gallerySyncRows(record)
	full.Sessions = gallerySessions()
	full.Tokens = galleryPersonTokens()
	galleryOfferAll(full)
	return full
}

// galleryOfferAll adds what an admin may do to a person as a whole.
func galleryOfferAll(full *personDetailPage) {
	full.EndAll = &ui.Press{
		Label:  "Sign them out everywhere",
		Action: galleryPersonAt + "/sessions/revoke",
	}
	full.Vouch = &ui.Press{
		Label:  "Vouch for them",
		Action: galleryPersonAt + "/vouch",
	}
	full.Deactivate = &ui.Confirm{
		Label:  "Deactivate",
		Text:   "They are signed out everywhere at once, and cannot sign in until someone reactivates them. Their groups do not change.",
		Action: galleryPersonAt + "/deactivate",
		Button: "Deactivate",
		Danger: true,
	}
}

func galleryPeopleLink() ui.Link {
	return ui.Link{Label: "People", Href: galleryEnt + "/people"}
}

func galleryPersonDetail(name string, status ui.Badge) *personDetailPage {
	return &personDetailPage{
		Base:       gallery.Console("People", galleryPeopleLink()),
		Name:       name,
		Status:     status,
		Sees:       "Their account page says “No access yet”: none of their groups gives access.",
		AddHref:    galleryPersonAt + "/groups",
		Lasting:    []string{galleryReset},
		SignInsAll: galleryEnt + "/activity",
		SyncsAll:   galleryEnt + "/activity/syncs",
		TokenRules: galleryEnt + "/token-rules",
		MergesAll:  galleryEnt + "/merges",
		MergeHref:  galleryPersonAt + "/merge",
		Restore:    galleryMoment("restore-at", galleryPersonAt+"/restore"),
		Export:     exportPress(galleryPersonAt, name),
		Facts: []ui.Fact{
			{Label: "Login", Value: "ada@acme.example"},
			{
				Label: "E-mail",
				Value: "ada@acme.example",
				Badge: &ui.Badge{Label: "verified", State: "ok"},
			},
			{
				Label: "Identifier",
				Value: galleryUsr,
				Code:  true,
			},
		},
	}
}

func galleryWaitingPerson() *personDetailPage {
	waits := galleryPersonDetail("lcontractor", ui.Badge{
		Label: "needs approval",
		State: "warn",
	})
	waits.Waits = &ui.Press{
		Label:  "Vouch for them",
		About:  "Vouch for them: lcontractor",
		Action: galleryPersonAt + "/vouch",
	}
	waits.Deactivate = &ui.Confirm{
		Label:  "Deactivate",
		Text:   "They cannot sign in.",
		Action: galleryPersonAt + "/deactivate",
		Button: "Deactivate",
		Danger: true,
	}
	return waits
}

func galleryMembership(org, name, source string, act bool) groupRow {
	g := groupRow{
		Organization: ui.Link{
			Label: org,
			Href:  galleryEnt + "/organizations/x",
		},
		Group: ui.Link{
			Label: name,
			Href:  galleryEnt + "/groups/" + galleryGrp,
		},
		Source: source,
		Since:  gallery.Ago(40 * 24 * time.Hour),
		Cause:  causeLink{"sign-in", galleryEnt + "/activity/attempts/att-1"},
	}
	if act {
		g.Remove = &ui.Press{
			Label:  "Remove",
			About:  "Remove: Ada Lovelace, of " + name,
			Action: galleryPersonAt + "/groups/x/remove",
		}
	}
	return g
}

func galleryIdentities() []identityRow {
	return []identityRow{
		{
			Connection: ui.Link{
				Label: "Okta",
				Href:  galleryEnt + "/connections/x",
			},
			Subject:  "00u1a2b3c4d5e6f7g8h9",
			Login:    "ada@acme.example",
			LastSeen: gallery.Ago(time.Minute),
			Unlink:   galleryPersonAt + "/identities/x/unlink",
		},
		{
			Connection: ui.Link{
				Label: "Old directory",
				Href:  galleryEnt + "/connections/y",
			},
			Login:    "ada",
			LastSeen: ui.NewTime(time.Time{}, gallery.Now()),
			Unlink:   galleryPersonAt + "/identities/y/unlink",
		},
	}
}

func gallerySignIns() []attemptRow {
	return []attemptRow{
		{
			gallery.Ago(time.Minute),
			ui.Badge{
				Label: "signed in",
				State: "ok",
			},
			"",
			"192.0.2.17",
			ui.Link{
				Label: "att-01hf7k3m9q2v5x8z1b4d6g8j0n",
				Href:  galleryEnt + "/activity/attempts/x",
			},
		},
		{
			gallery.Ago(time.Hour),
			ui.Badge{
				Label: "refused",
				State: "error",
			},
			"saml_signature_invalid",
			"2001:db8::7",
			ui.Link{
				Label: "att-01hf7k3m9q2v5x8z1b4d6g8j0m",
				Href:  galleryEnt + "/activity/attempts/y",
			},
		},
	}
}

func gallerySyncRows(record ui.Link) []syncRow {
	return []syncRow{
		{
			gallery.Ago(time.Minute),
			"Nothing changed.",
			ui.Badge{
				Label: "unchanged",
				State: "",
			},
			record,
		},
		{
			gallery.Ago(time.Hour),
			"Into Research / engineering, Operations / engineering; Out of Research / on-call.",
			ui.Badge{
				Label: "changed",
				State: "ok",
			},
			record,
		},
		{
			gallery.Ago(2 * time.Hour),
			"This would have taken the last member out of the company’s admin groups: every membership was kept until an admin decides.",
			ui.Badge{
				Label: "held",
				State: "warn",
			},
			record,
		},
	}
}

func gallerySessions() []sessionRow {
	return []sessionRow{{
		"Firefox on Linux",
		"192.0.2.17",
		gallery.Ago(time.Hour),
		gallery.Ago(0),
		ui.Press{
			Label:  "End",
			About:  "End the session of Firefox on Linux",
			Action: galleryPersonAt + "/sessions/x/revoke",
		},
	}}
}

func galleryDeactivatedPerson() *personDetailPage {
	off := galleryPersonDetail("Grace Hopper", ui.Badge{
		Label: "deactivated",
		State: "error",
	})
	off.Sees = "Signing in tells them that their account is deactivated."
	off.Reactivate = &ui.Press{
		Label:  "Reactivate",
		About:  "Reactivate Grace Hopper",
		Action: galleryPersonAt + "/reactivate",
	}
	off.KeepOff = keepOffConfirm(galleryPersonAt)
	off.Wrong = []ui.Wrong{
		{
			Message: "The default group belongs to its organization: it cannot be renamed or deleted, and people leave it with their last other group.",
		},
	}
	return off
}
