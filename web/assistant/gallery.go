package assistant

import (
	"slices"
	"time"

	"gatehouse/web/console"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

// Gallery returns the examples of the pages of this package; each call makes new
// values, since rendering changes them.
func Gallery() []gallery.Example {
	return slices.Concat(
		galleryBeforeSteps(),
		galleryFirstSteps(),
		galleryLastSteps(),
		galleryProvisioning(),
	)
}

const (
	galleryConnections = "/admin/enterprises/acme/connections"
	galleryAt          = galleryConnections + "/conn-1/setup/"
	galleryACS         = "https://login.example.com/saml/conn-01hf7k3m9q2v5x8z1b4d6g8j0n/acs"
	galleryRedirect    = "https://login.example.com/oidc/callback"
)

// galleryStep is what a step has around itself.
func galleryStep(number int, heading string, next *ui.Link) (ui.Base, stepFrame) {
	a := stepFrame{
		Heading:  heading,
		Over:     "Microsoft Entra ID, SAML",
		Role:     "A Cloud Application Administrator, or the owner of the application.",
		Number:   number,
		Change:   galleryAt + "provider",
		HandOver: "/admin/enterprises/acme/access",
		Next:     next,
	}
	for i, label := range []string{
		"Create the application", "Configure the connection", "Attribute mapping", "Assign access",
		"Test", "Enable",
	} {
		a.Steps = append(a.Steps, stepLink{
			Label:   label,
			Href:    galleryAt + "step",
			Current: i+1 == number,
			Done:    i+1 < number,
		})
	}
	return gallery.Console("SSO & provisioning",
		ui.Link{Label: "SSO & provisioning", Href: galleryConnections},
		ui.Link{Label: "Employees", Href: galleryConnections + "/conn-1"},
	), a
}

func galleryPart() part {
	return part{
		ID:      "h-do",
		Heading: "In Microsoft Entra ID",
		Warnings: [][]piece{{
			{Text: "Leave one "},
			{Text: "Reply URL", Label: true},
			{
				Text: ". With a second one the identity provider may answer to the wrong address, and people see an error.",
			},
		}},
		Do: []instruction{
			{Text: []piece{
				{Text: "Go to "},
				{Text: "Enterprise applications", Label: true},
				{Text: " › "},
				{Text: "All applications", Label: true},
				{Text: ", and select "},
				{Text: "New application", Label: true},
				{Text: "."},
			}},
			{
				Text: []piece{{Text: "Fill in:"}},
				Values: []console.Entry{
					{
						Label: "Reply URL (Assertion Consumer Service URL)",
						Hint:  "Also called ACS URL or single sign-on URL.",
						Copy:  &ui.Copyable{ID: "acs", Value: galleryACS},
					},
					{Label: "Signature Algorithm", Choice: "RSA-SHA256"},
					{
						Label: "Encryption Certificate",
						Hint:  "A PEM file.",
						Download: &ui.Link{
							Label: "Download certificate",
							Href:  galleryAt + "files/certificate.pem",
						},
					},
				},
			},
			{Text: []piece{
				{Text: "Enter "},
				{Text: "groups", Code: true},
				{Text: " as its name."},
			}},
		},
	}
}

func galleryLastSteps() []gallery.Example {
	at := ui.NewTime(gallery.Now().Add(-3*time.Minute), gallery.Now())
	seen := galleryAttributesSeen(at)
	wrong := galleryAttributesWrong()
	assign := galleryAssign()
	done := galleryDone()
	asked := galleryConfirmation()
	return []gallery.Example{
		{
			Name:   "SetupAttributes-untested",
			Status: 200,
			Page:   galleryAttributes(func(*setupAttributesPage) {}),
		},
		{
			Name:   "SetupAttributes-seen",
			Status: 200,
			Page:   seen,
		},
		{
			Name:   "SetupAttributes-wrong",
			Status: 422,
			Page:   wrong,
		},
		{
			Name:   "SetupAssign",
			Status: 200,
			Page:   assign,
		},
		{
			Name:   "SetupTest-none",
			Status: 200,
			Page:   galleryTest(func(*setupTestPage) {}),
		},
		{
			Name:   "SetupTest-missing",
			Status: 200,
			Page:   galleryTestMissing(),
		},
		{
			Name:   "SetupTest-failed",
			Status: 200,
			Page:   galleryTestFailed(at),
		},
		{
			Name:   "SetupTest-passed",
			Status: 200,
			Page:   galleryTestPassed(at),
		},
		{
			Name:   "SetupEnable",
			Status: 200,
			Page:   galleryEnable(func(*setupEnablePage) {}),
		},
		{
			Name:   "SetupEnable-missing",
			Status: 200,
			Page:   galleryEnableMissing(),
		},
		{
			Name:   "SetupEnable-untested",
			Status: 422,
			Page:   galleryEnableUntested(asked),
		},
		{
			Name:   "SetupDone",
			Status: 200,
			Page:   done,
		},
	}
}

func galleryAssign() *setupAssignPage {
	base, a := galleryStep(4, "Assign access", &ui.Link{
		Label: "Next: test",
		Href:  galleryAt + "test",
	})
	assign := &setupAssignPage{
		Base:      base,
		stepFrame: a,
		Part:      galleryPart(),
	}
	return assign
}
