package provisioning

import (
	"time"

	"gatehouse/sso"
	"gatehouse/web/ui/gallery"
)

func galleryPilot() []gallery.Example {
	return []gallery.Example{
		{Name: "ConnectionPilot-none", Status: 200, Page: examplePilotNone()},
		{Name: "ConnectionPilot-chosen", Status: 200, Page: examplePilotChosen()},
		{Name: "ConnectionPilot-running", Status: 200, Page: examplePilotRunning()},
		{Name: "ConnectionPilot-everyone", Status: 200, Page: examplePilotOver()},
	}
}

// exampleLive returns a connection of the examples with a pilot.
func exampleLive(p sso.Provider, by sso.Provisioning, pilot sso.Pilot) sso.Connection {
	return sso.Connection{
		Provider: p,
		State:    sso.ConnectionEnabled,
		Live: &sso.Config{
			Provisioning: by,
			SCIM:         sso.SCIMSettings{Pilot: pilot},
		},
	}
}

func examplePilot(c sso.Connection, list sso.ProvisioningChecklist) *connectionPilotPage {
	v := exampleVisit(c)
	p := &connectionPilotPage{
		Base:   ofConnection(true),
		Places: examplePlaces(placePilot),
		Steps:  exampleHandlers().steps(v, list),
		Note:   stepsNote(c),
	}
	p.describe(v, list)
	p.Chosen = chosenNames(v, list, "")
	return p
}

func exampleHandlers() *Handlers { return New(Options{Now: gallery.Now}) }

// exampleChecklist returns a checklist of which the first steps are done.
func exampleChecklist(done int, list sso.ProvisioningChecklist) sso.ProvisioningChecklist {
	for i, m := range sso.Milestones {
		item := sso.ChecklistItem{Milestone: m}
		if i < done {
			item.FirstAt = gallery.Now().Add(-3 * exampleDay)
			item.LastAt = gallery.Now().Add(-time.Duration(i+1) * time.Hour)
			item.Name = "ada@acme.example"
		}
		switch {
		case i < done && (m == sso.GroupArrived || m == sso.MemberAdded || m == sso.MemberRemoved):
			item.Name = "grp_pilot"
		case i < done && m == sso.UserOut:
			item.Receipt = &sso.DeprovisionReceipt{Ended: sso.EndedAccess{Sessions: 2, SignIns: 1}}
			item.Receipt.User = "user-1"
		}
		list.Items = append(list.Items, item)
	}
	return list
}

func exampleChoice(v sso.Connection, q string, found ...foundName) *pilotChoice {
	c := &pilotChoice{
		Action: examplePath + "/pilot",
		Search: searchField(q),
		Found:  found,
		Empty:  nothingPushed,
	}
	if q != "" {
		c.Empty, c.Typed = nothingFound, typedPresses(exampleVisit(v), q)
	}
	return c
}

func examplePilotNone() *connectionPilotPage {
	c := exampleLive(sso.Okta, sso.ProvisionJIT, sso.Pilot{})
	p := examplePilot(c, exampleChecklist(0, sso.ProvisioningChecklist{}))
	p.Choose = exampleChoice(c, "")
	return p
}

func examplePilotChosen() *connectionPilotPage {
	c := exampleLive(sso.Entra, sso.ProvisionJIT, sso.Pilot{
		Groups: []string{"grp_pilot", gallery.LongName},
		Users:  []string{gallery.LongLogin},
	})
	list := exampleChecklist(2, sso.ProvisioningChecklist{
		Pushed:        312,
		Pilot:         c.Live.SCIM.Pilot,
		MissingGroups: []string{gallery.LongName},
		MissingUsers:  []string{gallery.LongLogin},
	})
	p := examplePilot(c, list)
	p.Flash = "The choice is saved."
	p.Choose = exampleChoice(c, "pil",
		foundName{
			Name:   "grp_pilot",
			What:   "group",
			Detail: "12 members",
		},
		foundName{
			Name:   "pilar@acme.example",
			What:   "person",
			Detail: "waits",
			Add:    pilotPress(exampleVisit(c), "add", pilotUser, "pilar@acme.example", "pil"),
		})
	return p
}

func examplePilotRunning() *connectionPilotPage {
	c := exampleLive(sso.Entra, sso.ProvisionSCIM, sso.Pilot{Groups: []string{"grp_pilot"}})
	draft := *c.Live
	draft.SCIM.Pilot.Users = []string{"bob@acme.example"}
	c.Draft = &draft
	p := examplePilot(c, exampleChecklist(6, sso.ProvisioningChecklist{
		Pushed:  312,
		Adopted: 12,
	}))
	p.Choose = exampleChoice(c, "zz")
	return p
}

func examplePilotOver() *connectionPilotPage {
	c := exampleLive(sso.JumpCloud, sso.ProvisionSCIM, sso.Pilot{})
	p := examplePilot(c, exampleChecklist(len(sso.Milestones), sso.ProvisioningChecklist{
		Pushed:  312,
		Adopted: 312,
	}))
	p.Flash = "The pilot is over. What was pushed about everyone is applied within a minute."
	return p
}
