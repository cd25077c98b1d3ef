package page

// TrustPart is a change of whom a connection trusts that needs an approval.
type TrustPart struct {
	Badge   Badge
	Heading string
	Text    string   // what there is to know about it
	By      []string // who made it, in words
	Changes []Change
	Blocked string   // why the visitor cannot approve it; "" if they can
	Approve *Confirm // nil if they cannot, or it is approved
	Refuse  *Confirm // nil if it is refused
}

func galleryTrust() []TrustPart {
	return []TrustPart{
		{
			Badge:   Badge{"waits for approval", "error"},
			Heading: "The draft changes whom you trust",
			Text: "An attempt was made to enable it. It needs an approval by another admin of the company or by an operator, " +
				"or a passed test connection, taken while signed in through the connection as it is now.",
			By: []string{"the holder of a setup link (link-01hf7k3m9q2v5x8z1b4d6g8j0n)"},
			Changes: []Change{
				{
					Label:  "Single sign-on URL",
					Before: "https://acme.okta.example/app/exk1/sso/saml",
					After:  "https://acme.okta.example/app/exk2/sso/saml",
				},
				{Label: "Certificates", Gone: []string{"SHA-256 9F:86:D0:81:88:4C:7D:65…"}, New: []string{"SHA-256 2A:01:C4:55:10:9B:77:3E…"}},
			},
			Approve: &Confirm{
				Label: "Approve this change",
				Text: "Compare every value with what the admin of the identity provider tells you: " +
					"anyone who controls it can sign in as anyone of your company.",
				Action: galleryConn + "/trust/approve",
				Button: "Approve",
				Fields: []HiddenField{{"digest", "9f86d081"}},
			},
			Refuse: &Confirm{
				Label:  "Refuse this change",
				Text:   "It stays in the draft and is not enabled. Sign-in goes on as it is.",
				Action: galleryConn + "/trust/refuse",
				Button: "Refuse",
				Fields: []HiddenField{{"digest", "9f86d081"}},
				Danger: true,
			},
		},
		{
			Badge:   Badge{"waits for approval", "error"},
			Heading: "Rolling back changes whom you trust",
			Text:    "An attempt was made to roll back. It needs an approval by another admin of the company or by an operator.",
			By:      []string{"you"},
			Changes: []Change{{Label: "Entity ID", Before: "https://idp.example/" + longName, After: "https://idp.example/before"}},
			Blocked: "You made or requested this change, or created the setup link it was made through. " +
				"So someone else has to approve it: another admin of the company, or an operator.",
		},
	}
}
