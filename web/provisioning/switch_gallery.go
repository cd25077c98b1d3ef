package provisioning

import (
	"gatehouse/sso"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func gallerySwitch() []gallery.Example {
	return []gallery.Example{
		{Name: "ConnectionSwitch-scim", Status: 200, Page: exampleToSCIM()},
		{Name: "ConnectionSwitch-nothing", Status: 200, Page: exampleNoSwitch()},
		{Name: "ConnectionSwitch-back", Status: 200, Page: exampleBack()},
		{Name: "ConnectionSwitch-apply", Status: 200, Page: exampleApply()},
		{Name: "ConnectionSwitch-list", Status: 200, Page: exampleFindings()},
	}
}

// exampleTurn returns the preview of a turn.
func exampleTurn(t turn, c sso.Connection, n sso.ProvisioningPreview) *connectionSwitchPage {
	v := exampleVisit(c)
	p := t.newPage(v)
	p.Base = ofConnection(true)
	p.Places = examplePlaces(placeSwitch)
	if t.everyone {
		p.Console.Trail = append(p.Console.Trail, ui.Link{Label: placePilot, Href: at(v, "pilot")})
		p.Places = examplePlaces(placePilot)
	}
	p.Promises = t.promises(n)
	if !t.back() {
		p.Facts = turnFacts(v, n)
		p.Out = peopleOf(v, n.Deactivated, n.Deactivating)
	}
	p.Changes = changesOf(v, n.Groups, map[sso.OrganizationID]string{
		"org-1": "Research & <co>",
		"org-2": gallery.LongName,
	})
	p.Nothing = nothingChanges(p.Changes)
	p.Todos = t.todos(v, n)
	p.Findings = t.findings(v, n)
	p.Confirm = t.confirm(v)
	return p
}

func examplePeople(logins ...string) (all []sso.PreviewPerson) {
	for _, login := range logins {
		x := sso.PreviewPerson{
			User:  "user-1",
			Login: login,
		}
		if login == "new@acme.example" {
			x.User = ""
		}
		all = append(all, x)
	}
	return all
}

func exampleGroups() []sso.ProvisioningGroupPreview {
	return []sso.ProvisioningGroupPreview{
		{
			Group:        "group-1",
			Name:         "grp_all@acme.example",
			Organization: "org-1",
			Join:         248,
			Confirm:      21,
			Extra:        2,
			Joining:      examplePeople("ada@acme.example", "bob@acme.example", "new@acme.example"),
		},
		{
			Name:         gallery.LongName,
			Organization: "org-1",
			Join:         1,
			Joining:      examplePeople(gallery.LongLogin),
		},
		{
			Group:        "group-2",
			Name:         "engineering",
			Organization: "org-2",
			Confirm:      40,
			Leave:        1,
			Leaving:      examplePeople("left@acme.example"),
		},
	}
}

func exampleFound() []sso.ProvisioningFinding {
	return []sso.ProvisioningFinding{
		{
			Kind:     sso.FindingHeld,
			Resource: "user-1",
			Name:     "eve@acme.example",
			User:     "user-2",
			Login:    "eve@acme.example",
		},
		{
			Kind:     sso.FindingLookAlike,
			Resource: "user-3",
			Name:     "ada@acme.onmicrosoft.example",
			User:     "user-4",
			Login:    "ada@acme.example",
		},
		{
			Kind:     sso.FindingOtherLogin,
			Resource: "user-5",
			Name:     gallery.LongLogin,
			User:     "user-5",
			Login:    "kim@acme.example",
		},
		{
			Kind:     sso.FindingGroupName,
			Resource: "idpgroup-1",
			Name:     "Grp_All",
			Group:    "group-1",
			Known:    "grp_all",
		},
		{
			Kind:  sso.FindingUnknown,
			User:  "user-6",
			Login: "tim@acme.example",
		},
		{
			Kind:  sso.FindingUnknown,
			User:  "user-7",
			Login: "uma@acme.example",
		},
	}
}

func exampleToSCIM() *connectionSwitchPage {
	p := exampleTurn(
		turn{to: sso.ProvisionSCIM}, exampleLive(sso.Entra, sso.ProvisionJIT, sso.Pilot{}), sso.ProvisioningPreview{
			Adopted:         240,
			Created:         60,
			Held:            1,
			Deactivated:     2,
			Deactivating:    examplePeople("gone@acme.example", "left@acme.example"),
			OtherLogins:     1,
			Unknown:         31,
			LookAlikes:      1,
			Extra:           2,
			Groups:          exampleGroups(),
			UnmatchedGroups: []string{"grp_sales", "grp_legal"},
			Findings:        exampleFound(),
		},
	)
	p.Flash = "They are one person now. What is pushed about them goes to this account."
	return p
}

func exampleNoSwitch() *connectionSwitchPage {
	c := exampleLive(sso.Okta, sso.ProvisionJIT, sso.Pilot{})
	c.State = sso.ConnectionDraft
	c.Draft, c.Live = c.Live, nil
	return exampleTurn(turn{to: sso.ProvisionSCIM}, c, sso.ProvisioningPreview{})
}

func exampleBack() *connectionSwitchPage {
	return exampleTurn(
		turn{to: sso.ProvisionJIT}, exampleLive(sso.Okta, sso.ProvisionSCIM, sso.Pilot{}), sso.ProvisioningPreview{
			Back: true,
			Groups: []sso.ProvisioningGroupPreview{
				{
					Group:        "group-1",
					Name:         "grp_all@acme.example",
					Organization: "org-1",
					Leave:        248,
					Leaving:      examplePeople("ada@acme.example", "bob@acme.example"),
				},
				{
					Group:        "group-2",
					Name:         "engineering",
					Organization: "org-2",
					Join:         1,
					Joining:      examplePeople("kim@acme.example"),
				},
			},
		},
	)
}

func exampleApply() *connectionSwitchPage {
	return exampleTurn(
		turn{everyone: true}, exampleLive(sso.Entra, sso.ProvisionSCIM, sso.Pilot{Groups: []string{"grp_pilot"}}),
		sso.ProvisioningPreview{
			Adopted: 300,
			Created: 12,
			Groups:  exampleGroups(),
		},
	)
}

func exampleFindings() *connectionSwitchPage {
	t, v := turn{to: sso.ProvisionSCIM}, exampleVisit(exampleLive(sso.Entra, sso.ProvisionJIT, sso.Pilot{}))
	p := t.newPage(v)
	p.Base = ofConnection(true)
	p.Places = examplePlaces(placeSwitch)
	p.Directions = nil
	p.Whole = t.page(v)
	p.Findings = []findingPart{t.findingPart(v, sso.FindingUnknown, exampleFound()[4:])}
	p.Pager.Next = t.with(v, "kind", string(sso.FindingUnknown)) + "&cursor=x"
	return p
}
