package connection

import (
	"time"

	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

const exampleFingerprint = "SHA-256 9F:86:D0:81:88:4C:7D:65…"

func galleryCertificates() []gallery.Example {
	checked := gallery.Ago(20 * time.Minute)
	many := &connectionCertificatesPage{
		Base:     ofConnection(true),
		Window:   "November 2023 to March 2029",
		Draft:    gallery.ConnectionPath,
		Revision: "12",
		Field:    exampleCertificateField(),
		Add:      gallery.ConnectionPath + "/certificates",
		Refresh:  gallery.ConnectionPath + "/certificates/refresh",
		Pending: &ui.Confirm{
			Label:  "Confirm the new certificates",
			Action: gallery.ConnectionPath + "/certificates/confirm",
			Button: "Trust the new certificates",
			Text:   "The metadata now names other certificates alone, by SHA-256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08. Compare them with what the admin of the identity provider tells you.",
		},
		Metadata: exampleMetadata(checked),
		Rows:     exampleCertificateRows(),
		Own: []ownKey{
			{
				"The key in use: it signs", gallery.Ago(48 * time.Hour),
				gallery.ConnectionPath + "/certificates/own/key-2",
			},
			{
				"An older key, still read with", gallery.Ago(700 * 24 * time.Hour),
				gallery.ConnectionPath + "/certificates/own/key-1",
			},
		},
		Rotate: &ui.Confirm{
			Label:  "Create a new key",
			Text:   "It signs from now on, at once.",
			Action: gallery.ConnectionPath + "/certificates/rotate",
			Button: "Create a new key",
		},
	}
	wrong := exampleWrongCertificate()
	oidc := &connectionCertificatesPage{
		Base: ofConnection(true),
		Metadata: []ui.Fact{{
			Label: "Keys",
			Value: "Fetched from the provider when needed. There is nothing to roll over by hand.",
		}},
	}
	return []gallery.Example{
		{Name: "ConnectionCertificates-rollover", Status: 200, Page: many},
		{Name: "ConnectionCertificates-wrong", Status: 422, Page: wrong},
		{Name: "ConnectionCertificates-openid", Status: 200, Page: oidc},
	}
}

func exampleRemoveCertificate() *ui.Confirm {
	return &ui.Confirm{
		Label:  "Remove",
		Text:   "Answers signed with it are refused, once the draft is enabled.",
		Action: gallery.ConnectionPath + "/certificates/remove",
		Button: "Remove in the draft",
		Danger: true,
		Fields: []ui.HiddenField{{Name: "fingerprint", Value: "9f86"}},
	}
}

func exampleCertificateField() ui.Field {
	return ui.Field{
		ID:    "certificate",
		Name:  "certificate",
		Label: "Certificate",
		Kind:  "area",
		Mono:  true,
		Lines: 8,
		Most:  65536,
		Hint:  "The text between BEGIN CERTIFICATE and END CERTIFICATE, with these lines or without.",
	}
}

func exampleMetadata(checked ui.Time) []ui.Fact {
	return []ui.Fact{
		{
			Label: "Address",
			Value: "https://acme.okta.example/app/exk1/sso/saml/metadata",
			Code:  true,
		},
		{Label: "Fetched", Time: &checked},
		{
			Label: "Result",
			Value: "It worked",
			Badge: &ui.Badge{Label: "ok", State: "ok"},
		},
	}
}

func exampleCertificateRows() []certificateRow {
	return []certificateRow{
		{
			Subject:     "acme.okta.example",
			Fingerprint: exampleFingerprint,
			State:       ui.Badge{Label: "trusted", State: "ok"},
			Source:      "metadata",
			Used:        gallery.Ago(3 * time.Minute),
			Life: &lifeline{
				From:   0,
				Length: 575,
				Now:    560,
				State:  "warn",
				Text:   "until 20 December 2026, 26 days left",
			},
		},
		{
			Subject:     "acme.okta.example",
			Fingerprint: "SHA-256 2A:01:C4:55:10:9B:77:3E…",
			State: ui.Badge{
				Label: "pending in the draft",
				State: "warn",
			},
			Source: "by hand",
			Used:   ui.NewTime(time.Time{}, gallery.Now()),
			Life: &lifeline{
				From:   540,
				Length: 460,
				Now:    560,
				State:  "ok",
				Text:   "until 1 March 2029, 827 days left",
			},
			Remove: exampleRemoveCertificate(),
		},
		{
			Subject:     gallery.LongName,
			Fingerprint: "SHA-256 51:AA:90:12:4F:00:6D:C8…",
			State: ui.Badge{
				Label: "trusted, removed in the draft",
				State: "warn",
			},
			Source: "by hand",
			Used:   gallery.Ago(90 * 24 * time.Hour),
			Life: &lifeline{
				From:   0,
				Length: 300,
				Now:    560,
				State:  "error",
				Text:   "expired on 3 June 2025",
			},
		},
		{
			Subject:     "No longer trusted",
			Fingerprint: "SHA-256 77:00:11:22:33:44:55:66…",
			State:       ui.Badge{Label: "retired", State: ""},
			Source:      "metadata",
			Used:        gallery.Ago(400 * 24 * time.Hour),
		},
	}
}

func exampleWrongCertificate() *connectionCertificatesPage {
	wrong := &connectionCertificatesPage{
		Base:     ofConnection(true),
		Window:   "October 2026 to December 2026",
		Revision: "1",
		Field:    exampleCertificateField(),
		Add:      gallery.ConnectionPath + "/certificates",
		Metadata: []ui.Fact{{Label: "Address", Value: "none: certificates are changed by hand"}},
	}
	wrong.Field.Value = "-----BEGIN PRIVATE KEY-----"
	wrong.Field.Error = "This is a private key, which only its owner should have. Enter the certificate."
	wrong.Wrong = []ui.Wrong{{ID: "certificate", Label: "Certificate", Message: wrong.Field.Error}}
	return wrong
}
