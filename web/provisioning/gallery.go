package provisioning

import (
	"slices"
	"time"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

// Gallery returns the examples of the pages of this package; each call makes new
// values, since rendering changes them.
func Gallery() []gallery.Example {
	return slices.Concat(
		gallerySCIM(),
		galleryToken(),
		galleryProblems(),
		galleryDrift(),
		galleryPilot(),
		gallerySwitch(),
	)
}

const (
	examplePath    = gallery.ConnectionPath + "/provisioning"
	exampleBaseURL = "https://sso.example.com"
	exampleClient  = "Azure AD Provisioning Service"
	exampleDay     = 24 * time.Hour
)

const exampleRefusal = `Token "entra-1" lacks scope groups:read (it has users:read users:write). Add scope scim to ` +
	`it in the console under SSO & provisioning > Employees > SCIM: its secret stays the same. Then press Restart ` +
	`provisioning in the Entra admin center. A new token is not needed.`

func ofConnection(below bool) ui.Base {
	trail := []ui.Link{
		{Label: "SSO & provisioning", Href: gallery.EnterprisePath + "/connections"},
		{Label: "Employees", Href: gallery.ConnectionPath},
	}
	if below {
		trail = append(trail, ui.Link{Label: placeSCIM, Href: examplePath})
	}
	return gallery.Console("SSO & provisioning", trail...)
}

func examplePlaces(current string) []ui.Link {
	all := []ui.Link{
		{Label: placeSCIM, Href: examplePath},
		{Label: placeSetup, Href: gallery.ConnectionPath + "/setup/scim/connect"},
		{Label: placeTest, Href: gallery.ConnectionPath + "/setup/scim/test"},
		{Label: placePilot, Href: examplePath + "/pilot"},
		{Label: placeSwitch, Href: examplePath + "/switch"},
		{Label: placeProblems, Href: examplePath + "/problems"},
		{Label: placeDrift, Href: examplePath + "/drift"},
		{Label: placeLog, Href: gallery.ActivityPath + "/provisioning?connection=conn-1"},
	}
	for i := range all {
		all[i].Current = all[i].Label == current
	}
	return all
}

// exampleSCIM returns the page of a connection without tokens.
func exampleSCIM(p sso.Provider, state sso.ConnectionState, by sso.Provisioning) *connectionSCIMPage {
	c := sso.Connection{
		ID:       "conn-06d5x0wkj3n8p7r5t2v4y6z8ab",
		Provider: p,
		State:    state,
		Live:     &sso.Config{Provisioning: by},
	}
	page := &connectionSCIMPage{
		Base:     ofConnection(false),
		Places:   examplePlaces(placeSCIM),
		Entries:  entries(exampleBaseURL, c),
		Settings: gallery.ConnectionPath + "/settings#provisioning-by",
		Form:     typedToken{scopes: []sso.ProvisioningScope{sso.ScopeSCIM}}.form(examplePath, "Create the token"),
	}
	page.State, page.Lead = becomes(c)
	page.Next = nextPlaces(exampleVisit(c))
	return page
}

// exampleVisit is a visit of a connection of the examples.
func exampleVisit(c sso.Connection) console.Visit {
	c.ID = "conn-1"
	return console.Visit{
		Enterprise: sso.Enterprise{Key: "acme"},
		Connection: c,
	}
}

func exampleFacts(used ui.Time, n sso.ProvisioningCounts) []ui.Fact {
	return []ui.Fact{
		{Label: "Last request", Time: &used},
		{Label: "People", Value: people(n)},
		{Label: "Groups", Value: groups(sso.Config{}, n)},
		{Label: "Missing groups", Value: createdIn(sso.CreateGroups{})},
		{Label: "Sign-in of people who are not pushed", Value: "Let them in, without groups"},
	}
}

func exampleRevoke() *ui.Confirm {
	return &ui.Confirm{
		Label:  "Revoke",
		Text:   "The next request with this token is refused. Nothing that was pushed is removed.",
		Action: examplePath + "/tokens/scimtok-1/revoke",
		Button: "Revoke the token",
		Danger: true,
	}
}

func exampleTokens() []tokenRow {
	valid := ui.Badge{Label: "valid", State: "ok"}
	return []tokenRow{
		{
			Name:    "entra-1",
			State:   valid,
			Scopes:  "users:read, users:write",
			Made:    gallery.Ago(40 * exampleDay),
			Expires: ui.NewTime(time.Time{}, gallery.Now()),
			Used:    gallery.Ago(2 * time.Minute),
			Client:  exampleClient,
			Refused: gallery.Ago(3 * time.Minute),
			Refusal: exampleRefusal,
			Edit:    examplePath + "/tokens/scimtok-1",
			Widen: &ui.Press{
				Label:  "Add scim",
				About:  "Add scim to entra-1",
				Action: examplePath + "/tokens/scimtok-1/widen",
			},
			Revoke: exampleRevoke(),
		},
		{
			Name:    gallery.LongName,
			State:   valid,
			Scopes:  "scim",
			Made:    gallery.Ago(350 * exampleDay),
			Expires: gallery.Ago(-9 * exampleDay),
			Expiry:  &ui.Badge{Label: "expires soon", State: "warn"},
			Used:    gallery.Ago(90 * exampleDay),
			Client:  "Okta SCIM Client 1.0.0",
			Refused: ui.NewTime(time.Time{}, gallery.Now()),
			Edit:    examplePath + "/tokens/scimtok-2",
			Revoke:  exampleRevoke(),
		},
	}
}

func gallerySCIM() []gallery.Example {
	trouble := exampleSCIM(sso.Entra, sso.ConnectionEnabled, sso.ProvisionSCIM)
	trouble.Todos = []ui.Todo{
		{
			State: "error",
			Text: "14 refusals are open, the last one from 3 minutes ago. The token lacks the scope that the " +
				"request needs.",
			Href:  examplePath + "/problems",
			Label: placeProblems,
		},
		{
			State: "warn",
			Text:  `The token "okta-old" expires in 9 days.`,
			Href:  examplePath + "/tokens/scimtok-2",
			Label: "Extend it",
		},
	}
	trouble.Facts = exampleFacts(gallery.Ago(2*time.Minute), sso.ProvisioningCounts{
		Users:    1240,
		Inactive: 12,
		Groups:   31,
	})
	trouble.Tokens = exampleTokens()
	trouble.Ended = []tokenRow{{
		Name:  "entra-0",
		State: ui.Badge{Label: "revoked"},
		Made:  gallery.Ago(400 * exampleDay),
		Used:  gallery.Ago(39 * exampleDay),
	}}
	made := exampleSCIM(sso.Okta, sso.ConnectionEnabled, sso.ProvisionJIT)
	made.Facts = exampleFacts(ui.NewTime(time.Time{}, gallery.Now()), sso.ProvisioningCounts{})
	made.Tokens = exampleTokens()[1:]
	made.Made = &madeToken{
		Name:  "okta-1",
		Label: "Authorization (HTTP Header)",
		Value: ui.Copyable{ID: "made", Value: "gw_scim_5f0c6a1e44b2d0937fe1a8c35b6d7e90"},
	}
	return []gallery.Example{
		{Name: "ConnectionSCIM-trouble", Status: 200, Page: trouble},
		{Name: "ConnectionSCIM-made", Status: 200, Page: made},
		{Name: "ConnectionSCIM-wrong", Status: 422, Page: exampleSCIMWrong()},
	}
}

// exampleSCIMWrong returns the page of a draft, with a form that was refused.
func exampleSCIMWrong() *connectionSCIMPage {
	wrong := exampleSCIM(sso.JumpCloud, sso.ConnectionDraft, sso.ProvisionSCIM)
	wrong.Facts = exampleFacts(ui.NewTime(time.Time{}, gallery.Now()), sso.ProvisioningCounts{
		Users:   3,
		Pending: 3,
		Groups:  1,
		Waiting: 2,
	})
	wrong.Open = true
	wrong.Form.Name.Value = "jumpcloud"
	wrong.Wrong = wrong.Form.blame(&sso.Error{
		Kind:   sso.Invalid,
		Public: "Some entries cannot be accepted.",
		Fields: []sso.FieldError{
			{Field: "scopes", Message: "Choose at least one scope."},
			{Field: "expires_at", Message: "Choose a moment in the future, or none."},
		},
	})
	return wrong
}

func galleryToken() []gallery.Example {
	used, made, never := gallery.Ago(2*time.Minute), gallery.Ago(40*exampleDay), ui.NewTime(time.Time{}, gallery.Now())
	facts := []ui.Fact{
		{Label: "Scopes", Value: "users:read, users:write"},
		{Label: "Created", Time: &made},
		{Label: "Expires", Time: &never},
		{Label: "Last used", Time: &used},
		{Label: "Last client", Value: exampleClient},
		{Label: "Last refusal", Time: &used},
		{Label: "What was refused", Value: exampleRefusal},
		{Label: "Identifier", Value: "scimtok-06d5x0wkj3n8p7r5t2v4y6z8ab", Code: true},
	}
	form := typedToken{
		name:   "entra-1",
		scopes: []sso.ProvisioningScope{sso.ScopeUsersRead, sso.ScopeUsersWrite},
	}.form(examplePath+"/tokens/scimtok-1", "Save")
	return []gallery.Example{
		{
			Name:   "ConnectionToken-valid",
			Status: 200,
			Page: &connectionTokenPage{
				Base:   ofConnection(true),
				Name:   "entra-1",
				State:  ui.Badge{Label: "valid", State: "ok"},
				Facts:  facts,
				Form:   &form,
				Revoke: exampleRevoke(),
			},
		},
		{
			Name:   "ConnectionToken-revoked",
			Status: 200,
			Page: &connectionTokenPage{
				Base:  ofConnection(true),
				Name:  "entra-0",
				State: ui.Badge{Label: "revoked"},
				Facts: facts,
			},
		},
	}
}
