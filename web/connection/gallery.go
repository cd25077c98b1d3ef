package connection

import (
	"slices"
	"time"

	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

// Gallery returns the examples of the pages of this package; each call makes new
// values, since rendering changes them.
func Gallery() []gallery.Example {
	return slices.Concat(
		galleryConnectionList(),
		galleryOneConnection(),
		gallerySettings(),
		galleryCertificates(),
		galleryShadow(),
		galleryMoves(),
		galleryMatrix(),
		galleryHeld(),
	)
}

func ofConnection(below bool) ui.Base {
	trail := []ui.Link{{Label: "SSO & provisioning", Href: "/admin/enterprises/acme/connections"}}
	if below {
		trail = append(trail, ui.Link{
			Label: "Employees",
			Href:  gallery.ConnectionPath,
		})
	}
	return gallery.Console("SSO & provisioning", trail...)
}

const exampleConnections = "/admin/enterprises/acme/connections"

func galleryConnectionList() []gallery.Example {
	many := exampleManyConnections()
	return []gallery.Example{
		{
			Name:   "Connections-many",
			Status: 200,
			Page:   many,
		},
		{
			Name:   "Connections-none",
			Status: 200,
			Page: &connectionsPage{
				Base: gallery.Console("SSO & provisioning"),
				New:  exampleConnections + "/new",
			},
		},
	}
}

func exampleRow(name, runs string, state ui.Badge, next ui.Link, f ui.Fact) connectionRow {
	return connectionRow{
		Name:        name,
		Href:        gallery.ConnectionPath,
		Runs:        runs,
		State:       state,
		Last:        gallery.Ago(4 * time.Minute),
		Certificate: f,
		Next:        next,
	}
}

func exampleManyConnections() *connectionsPage {
	on := ui.Badge{Label: "enabled", State: "ok"}
	verify := ui.Link{
		Label: "Verify groups",
		Href:  gallery.ConnectionPath + "/groups",
	}
	many := &connectionsPage{
		Base: gallery.Console("SSO & provisioning"),
		New:  exampleConnections + "/new",
		Held: &ui.Todo{
			State: "warn",
			Text:  "2 group syncs need approval.",
			Href:  "/admin/enterprises/acme/held",
			Label: "Look at them",
		},
		Rows: []connectionRow{
			exampleRow("Employees", "Okta, SAML", on, verify, ui.Fact{Value: "412 days left"}),
			exampleRow("Contractors", "Google Workspace, OpenID Connect",
				ui.Badge{Label: "enabled, with a draft", State: "ok"},
				ui.Link{Label: "Look at the draft", Href: gallery.ConnectionPath},
				ui.Fact{Value: "keys are fetched when needed"},
			),
			exampleRow(gallery.LongName, "Microsoft Entra ID, SAML", on, verify, ui.Fact{
				Value: "9 days left",
				Badge: &ui.Badge{Label: "expires soon", State: "warn"},
			}),
			exampleRow("Old directory", "AD FS, SAML", ui.Badge{
				Label: "disabled",
				State: "",
			}, ui.Link{}, ui.Fact{Badge: &ui.Badge{
				Label: "expired",
				State: "error",
			}}),
			exampleRow("New directory", "JumpCloud, SAML",
				ui.Badge{Label: "draft", State: "warn"},
				ui.Link{Label: "Continue set-up", Href: gallery.ConnectionPath + "/setup"},
				ui.Fact{Value: "none yet"},
			),
		},
	}
	many.Rows[4].Last = ui.NewTime(time.Time{}, gallery.Now())
	return many
}
