package guide

import "gatehouse/sso"

//nolint:lll // a text is one line
func duoSAML() Guide {
	return Guide{
		Provider: sso.Duo,
		Protocol: sso.SAML,
		Product:  "Duo",
		Better:   true,
		Role:     "A Duo administrator with the role Owner, Administrator or Application Manager.",
		Why:      "New certificates are picked up automatically.",
		Create: Part{
			Title: createTitle,
			Do: []Instruction{
				do("In the Duo Admin Panel, go to *Applications* › *Application Catalog*, which was *Protect an Application* before. Search for *Generic SAML Service Provider* with the label *SSO*, and add it."),
				do("In *Service Provider*, fill in:",
					Value{EntityID, "Entity ID", "Also called audience.", ""},
					Value{
						ACSURL, "Assertion Consumer Service (ACS) URL",
						"Also called single sign-on URL. Enter no other.", "",
					}),
				do(
					"In *SAML Response*, choose:",
					choose("NameID format", "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"),
					choose("NameID attribute", "<Username>"),
					choose("Signature algorithm", "SHA256"),
					choose("Signing options", "Sign response, Sign assertion"),
				),
				do("Select *Save* at the end of the page."),
			},
			Warnings: []string{
				"Duo signs people in through an authentication source, such as Active Directory. If it has none yet, set that up first.",
			},
		},
		Configure: Part{
			Title: configureTitle,
			Do: []Instruction{
				do("In the application, in *Metadata*, copy the *Metadata URL*."),
			},
		},
		Wanted: []Wanted{
			{
				"saml.metadata_url", "Metadata URL", "Metadata",
				"https://sso-1a2b3c4d.sso.duosecurity.com/saml2/sp/…/metadata",
			},
			{
				"saml.idp_entity_id", "Entity ID", "Metadata",
				"https://sso-1a2b3c4d.sso.duosecurity.com/saml2/sp/…/metadata",
			},
			{
				"saml.sso_url", "Single Sign-On URL", "Metadata",
				"https://sso-1a2b3c4d.sso.duosecurity.com/saml2/sp/…/sso",
			},
			{"saml.certificates", "Certificate", "Metadata › Download certificate", ""},
		},
		Attributes: Part{
			Title: attributeTitle,
			Do: []Instruction{
				do("In *SAML Response*, go to *Map attributes* and add one line for each attribute of the table: the value is the *IdP Attribute*, its name the *SAML Response Attribute*."),
				do("Select *Save*."),
			},
		},
		Claims: []Claim{
			{Use: Login, Name: "login", Value: "<Username>"},
			{Use: Email, Name: "email", Value: "<Email Address>"},
			{Use: Name, Name: "name", Value: "<Display Name>"},
			{Use: Groups, Name: "groups", Value: "Role attributes"},
		},
		Groups: Part{
			Title: groupTitle,
			Do: []Instruction{
				do("In *SAML Response*, go to *Role attributes*. As *Attribute name* enter `groups`."),
				do("Add one line for each group that matters: as *Service Provider’s Role* enter the name of the group here, as *Duo groups* choose those whose people are in it. Select *Save*."),
			},
			Warnings: []string{
				byName,
				"Duo sends the groups that are listed here, and no others.",
			},
		},
		Assign: Part{
			Title: assignTitle,
			Do: []Instruction{
				do("In the application, go to *User access*, choose all users, or only the groups whose people are to sign in, and select *Save*. For the test, you need to be among them."),
			},
			Warnings: []string{"A new application of Duo lets no one in until you give access."},
		},
	}
}
