package directory

import (
	"time"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

// galleryProvisionedPerson returns the page of a user whom an identity provider
// pushed, deactivated and pushed again.
func galleryProvisionedPerson() *personDetailPage {
	p := galleryPersonDetail("Ada Lovelace", ui.Badge{Label: "active", State: "ok"})
	owner := sso.Connection{Name: "Employees"}
	p.Owner = &ui.Link{Label: owner.Name, Href: gallery.ConnectionPath + "/provisioning"}
	p.Kept = []ui.Link{{Label: gallery.LongName, Href: "/p"}}
	p.Sources = source{
		user: sso.User{
			Login:      "countess",
			LoginGiven: true,
			Name:       "Ada Lovelace",
			Email:      gallery.LongLogin,
			Status:     sso.UserActive,
		},
		owner: &owner,
		resource: sso.ProvisionedUser{
			Active: true,
			Emails: []sso.ProvisionedEmail{{Value: gallery.LongLogin}},
		},
		signIn: "Employees",
	}.rows(nil)
	p.Departures = []departureRow{{
		At:    gallery.Ago(26 * time.Hour),
		What:  "Deactivated by the identity provider",
		Ended: console.EndedWords(sso.EndedAccess{Sessions: 2}),
		Nodes: console.NodeWords([]sso.NodeReceipt{{Node: "gw-1:8080", Took: 3 * time.Millisecond}}),
	}}
	return p
}

func galleryPushedGroups() []pushedGroupRow {
	return []pushedGroupRow{
		{
			Connection: ui.Link{Label: "Employees", Href: gallery.ConnectionPath + "/provisioning"},
			Name:       "engineering",
			Members:    "36 members, 2 not known yet",
			State:      ui.Badge{Label: "applied", State: "ok"},
			Changed:    gallery.Ago(40 * time.Minute),
		},
		{
			Connection: ui.Link{Label: gallery.LongName, Href: "/p"},
			Name:       odd,
			Members:    "1 member",
			State:      ui.Badge{Label: "kept, not applied", State: "warn"},
			Changed:    gallery.Ago(300 * 24 * time.Hour),
		},
	}
}
