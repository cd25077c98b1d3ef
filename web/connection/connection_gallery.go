package connection

import (
	"time"

	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func galleryOneConnection() []gallery.Example {
	draft := exampleTested()
	draft.Draft = exampleDraft()
	first := exampleFirstDraft(draft)
	stale := exampleChangedMeanwhile()
	trust := exampleConnection()
	trust.State = draft.State
	trust.Trust = galleryTrust()
	trust.Draft = draft.Draft
	return []gallery.Example{
		{Name: "Connection-enabled", Status: 200, Page: exampleConnection()},
		{Name: "Connection-trust", Status: 200, Page: trust},
		{Name: "Connection-with-draft", Status: 200, Page: draft},
		{Name: "Connection-first-draft", Status: 422, Page: first},
		{Name: "Connection-changed-meanwhile", Status: 422, Page: stale},
	}
}

func examplePlaces() []ui.Link {
	return []ui.Link{
		{Label: "Set-up", Href: gallery.ConnectionPath + "/setup"},
		{Label: "Settings", Href: gallery.ConnectionPath + "/settings"},
		{Label: "Certificates", Href: gallery.ConnectionPath + "/certificates"},
		{Label: "SCIM", Href: gallery.ConnectionPath + "/provisioning"},
		{Label: "Verify groups", Href: gallery.ConnectionPath + "/groups"},
		{Label: "Tests", Href: gallery.ConnectionPath + "/tests"},
		{Label: "Shadow mode", Href: gallery.ConnectionPath + "/shadow"},
	}
}

func exampleConnection() *connectionPage {
	last := gallery.Ago(4 * time.Minute)
	return &connectionPage{
		Base:   ofConnection(false),
		Name:   "Employees",
		Runs:   "Okta, SAML",
		State:  ui.Badge{Label: "enabled", State: "ok"},
		Places: examplePlaces(),
		Facts: []ui.Fact{
			{Label: "Last sign-in", Time: &last},
			{Label: "People", Value: "1180 people"},
			{Label: "Sessions", Value: "212 sessions"},
			{Label: "Certificate", Value: "412 days left"},
			{Label: "Live", Value: "Version 3"},
			{Label: "Identifier", Value: "conn-01hf7k3m9q2v5x8z1b4d6g8j0n", Code: true},
		},
		SignIn: ui.Copyable{
			ID:    "sign-in",
			Value: "https://login.example.com/login/sso?connection=conn-01hf7k3m9q2v5x8z1b4d6g8j0n&enterprise_key=acme",
		},
		TestsHref: gallery.ConnectionPath + "/tests",
		Acts: []ui.Confirm{
			{
				Label:  "Roll back",
				Text:   "People sign in with version 2 again: 3 fields change back.",
				Action: gallery.ConnectionPath + "/rollback",
				Button: "Roll back",
			},
			{
				Label:  "Disable",
				Text:   "This blocks sign-in through this connection and ends 212 sessions.",
				Action: gallery.ConnectionPath + "/disable",
				Button: "Disable",
				Danger: true,
			},
		},
		Delete: deleteSection{
			Blocked: "This is the only way in for 1180 active people (ada, bob, cy, dan, eve and others). Enable another connection first; or disable this one first, if no one is to sign in through it.",
		},
	}
}

func exampleTested() *connectionPage {
	draft := exampleConnection()
	draft.State = ui.Badge{Label: "enabled, with a draft", State: "ok"}
	draft.Flash = "Saved. Your changes are in the draft."
	draft.Tests = []testLine{
		{
			At:    gallery.Ago(time.Hour),
			State: ui.Badge{Label: "passed", State: "ok"},
			By:    "you",
			Href:  gallery.ConnectionPath + "/tests/test-2",
		},
		{
			At:    gallery.Ago(30 * time.Hour),
			State: ui.Badge{Label: "failed", State: "error"},
			By:    "adm-01hf7k3m9q2v5x8z1b4d6g8j0n",
			Why:   "saml_audience_mismatch",
			Href:  gallery.ConnectionPath + "/tests/test-1",
		},
	}
	return draft
}

func exampleDraft() *draftPart {
	return &draftPart{
		Version: "Version 4",
		Tested:  ui.Badge{Label: "test passed", State: "ok"},
		Note:    "The last test passed with exactly this draft.",
		Loses:   []string{"lcontractor", gallery.LongLogin},
		Changes: []change{
			{
				Label:  "Single sign-on URL",
				Before: "https://acme.okta.example/app/exk1/sso/saml",
				After:  "https://acme.okta.example/app/exk2/sso/saml",
			},
			{
				Label: "Certificates",
				Gone:  []string{"SHA-256 9F:86:D0:81:88:4C:7D:65…"},
				New: []string{
					"SHA-256 2A:01:C4:55:10:9B:77:3E…", "SHA-256 51:AA:90:12:4F:00:6D:C8…",
				},
			},
			{
				Label: "Sign-in rule",
				After: `"staff" in identity.groups || "contractors" in identity.groups && enterprise.key == "acme"`,
			},
			{Label: "Secret of the application", Secret: true},
			{Label: "Groups from", New: []string{"memberOf"}},
		},
		Enable: ui.Confirm{
			Label:  "Enable the draft",
			Text:   "5 fields change for everyone who signs in from now on. Of the people who signed in recently, 2 people would lose access.",
			Action: gallery.ConnectionPath + "/enable",
			Button: "Proceed",
			Fields: []ui.HiddenField{{Name: "revision", Value: "12"}},
		},
		Discard: &ui.Confirm{
			Label:  "Discard the draft",
			Text:   "The changes are discarded.",
			Action: gallery.ConnectionPath + "/discard",
			Button: "Discard",
			Danger: true,
		},
		Edit:   gallery.ConnectionPath + "/settings",
		Setup:  gallery.ConnectionPath + "/setup",
		Test:   gallery.ConnectionPath + "/tests",
		Shadow: gallery.ConnectionPath + "/shadow",
	}
}

func exampleFirstDraft(draft *connectionPage) *connectionPage {
	first := exampleConnection()
	first.State, first.Acts = ui.Badge{Label: "draft", State: "warn"}, nil
	first.Draft = &draftPart{
		First:   true,
		Version: "Version 1",
		Tested:  ui.Badge{Label: "not tested", State: "warn"},
		Note:    "Test the connection first: a test shows what will happen to whom, and changes nothing.",
		Enable:  draft.Draft.Enable,
		Edit:    gallery.ConnectionPath + "/settings",
		Setup:   gallery.ConnectionPath + "/setup",
		Test:    gallery.ConnectionPath + "/tests",
	}
	first.Delete = deleteSection{
		Text:   "The configuration, its keys and the identities of its people are deleted. This cannot be undone.",
		Action: gallery.ConnectionPath + "/delete",
		Name: ui.Field{
			ID:    "confirm-name",
			Name:  "name",
			Label: "Name of the connection",
			Hint:  "Type it as it is written above.",
			Value: "employes",
			Error: "This is not its name. Type it as it is written at the top of the page.",
		},
	}
	first.Wrong = []ui.Wrong{{
		ID:      "confirm-name",
		Label:   "Name of the connection",
		Message: first.Delete.Name.Error,
	}}
	return first
}

func exampleChangedMeanwhile() *connectionPage {
	stale := exampleConnection()
	stale.Name = gallery.LongName
	stale.Wrong = []ui.Wrong{{Message: "Someone else changed this connection in the meantime. Look at it again."}}
	stale.Todos = []ui.Todo{
		{
			State: "error",
			Text:  "The identity provider’s metadata cannot be fetched: the address does not answer.",
			Href:  gallery.ConnectionPath + "/certificates",
			Label: "Look at it",
		},
		{
			State: "warn",
			Text:  "The certificate of the identity provider: 9 days left, expires soon.",
			Href:  gallery.ConnectionPath + "/certificates",
			Label: "Certificates",
		},
	}
	return stale
}
