package connection

import (
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func galleryTrust() []trustPart {
	return []trustPart{
		{
			Badge:   ui.Badge{Label: "waits for approval", State: "error"},
			Heading: "The draft changes whom you trust",
			Text: "Enabling it was requested. It needs an approval by another admin of the company or by an operator, " +
				"or a passed test connection, taken while signed in through the connection as it is now.",
			By: []string{"the holder of a setup link (link-01hf7k3m9q2v5x8z1b4d6g8j0n)"},
			Changes: []change{
				{
					Label:  "Single sign-on URL",
					Before: "https://acme.okta.example/app/exk1/sso/saml",
					After:  "https://acme.okta.example/app/exk2/sso/saml",
				},
				{
					Label: "Certificates",
					Gone:  []string{"SHA-256 9F:86:D0:81:88:4C:7D:65…"},
					New:   []string{"SHA-256 2A:01:C4:55:10:9B:77:3E…"},
				},
			},
			Approve: &ui.Confirm{
				Label: "Approve this change",
				Text: "Compare every value with what the admin of the identity provider tells you: " +
					"anyone who controls it can sign in as anyone of your company.",
				Action: gallery.ConnectionPath + "/trust/approve",
				Button: "Approve",
				Fields: []ui.HiddenField{{Name: "digest", Value: "9f86d081"}},
			},
			Refuse: &ui.Confirm{
				Label:  "Refuse this change",
				Text:   "It stays in the draft and is not enabled. Sign-in continues unchanged.",
				Action: gallery.ConnectionPath + "/trust/refuse",
				Button: "Refuse",
				Fields: []ui.HiddenField{{Name: "digest", Value: "9f86d081"}},
				Danger: true,
			},
		},
		{
			Badge:   ui.Badge{Label: "waits for approval", State: "error"},
			Heading: "Rolling back changes whom you trust",
			Text:    "Rolling back was requested. It needs an approval by another admin of the company or by an operator.",
			By:      []string{"you"},
			Changes: []change{{
				Label:  "Entity ID",
				Before: "https://idp.example/" + gallery.LongName,
				After:  "https://idp.example/before",
			}},
			Blocked: "You made or requested this change, or created the setup link used for it. " +
				"So someone else has to approve it: another admin of the company, or an operator.",
		},
	}
}
