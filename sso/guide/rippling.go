package guide

import "gatehouse/sso"

//nolint:lll // a text is one line
func ripplingSAML() Guide {
	return Guide{
		Provider: sso.Rippling,
		Protocol: sso.SAML,
		Product:  "Rippling",
		Better:   true,
		Role:     "A Rippling administrator who may add custom apps.",
		Why:      "New certificates are picked up automatically, with the metadata address.",
		Create: Part{
			Title: createTitle,
			Do: []Instruction{
				do("In Rippling, go to *IT Management* › *Custom App* and select *Create New App*. In newer menus it is *IT* › *Third-Party Access*, then *Add integration* › *Create a new custom integration*."),
				do("Enter a name, choose a category, upload a logo, and tick *Single Sign-On (SAML)*. Select *Continue*, and confirm that you install it yourself."),
				do("Rippling shows its *SSO Setup Instructions*. Leave the page open: it has the metadata for the next step here. At its end, fill in:",
					Value{
						ACSURL, "ACS URL",
						"Also called Assertion Consumer Service URL. Enter no other.", "",
					},
					Value{EntityID, "Service Provider Entity ID", "Also called audience.", ""}),
				do("Select *Move to Next Step*, and answer the questions about access. They can be changed later."),
				do("Select *Visit the app*, then *Settings* › *Advanced SAML Settings* › *Edit*, and choose:",
					choose("Disable 'InResponseTo' field in assertions for IdP initiated SSO", "ticked"),
					choose("Disable automatic standardization of attributes", "Yes")),
				do("Select *Save*."),
			},
			Warnings: []string{
				"Without *Disable 'InResponseTo' field*, a sign-in that begins at the tile in Rippling names a request that was never made, and is refused.",
				"Without *Disable automatic standardization of attributes*, Rippling changes the names of the attributes.",
			},
		},
		Configure: Part{
			Title: configureTitle,
			Do: []Instruction{
				do("In *SSO Setup Instructions*, copy the *IdP Metadata URL*. If there is only a file, download the *IdP Metadata XML* and choose *Manual* below."),
			},
		},
		Wanted: []Wanted{
			{
				"saml.metadata_url", "IdP Metadata URL", "SSO Setup Instructions",
				"https://www.rippling.com/…",
			},
			{
				"saml.metadata_xml", "IdP Metadata XML", "SSO Setup Instructions", "",
			},
			{"saml.idp_entity_id", "entityID", "in the metadata", "https://www.rippling.com/…"},
			{
				"saml.sso_url", "SingleSignOnService", "in the metadata",
				"https://www.rippling.com/…",
			},
			{"saml.certificates", "X509Certificate", "in the metadata", ""},
		},
		Attributes: Part{
			Title: attributeTitle,
			Do: []Instruction{
				do("In the app, open *Settings* › *SAML Attributes*, and select *Create new* for each attribute of the table, as *Global attribute*: its name, then the value."),
			},
		},
		Claims: []Claim{
			{Use: Login, Name: "login", Value: "User's email address"},
			{Use: Email, Name: "email", Value: "User's email address"},
			{Use: Name, Name: "firstName", Value: "User's Legal first name"},
			{Use: Name, Name: "lastName", Value: "User's Legal last name"},
			{Use: Groups, Name: "groups", Value: "Group attribute"},
		},
		Groups: Part{
			Title: groupTitle,
			Do: []Instruction{
				do("In *SAML Attributes*, select *Create new*, choose *Group attribute*, and select *Continue*. As *Group attribute name* enter `groups`."),
				do("Add a value for each group that matters: the name of the group here, and the people or the rule that decides who has it. Select *Save*."),
			},
			Warnings: []string{byName, "Rippling sends the values that are listed here, and no others."},
		},
		Assign: Part{
			Title: assignTitle,
			Do: []Instruction{
				do("In the app, look at the access rules that you chose when you created it: people whom no rule selects cannot sign in. For the test, you need to be among them."),
			},
			Warnings: []string{"A rule with a time, such as the first day of work, gives access then and not before."},
		},
	}
}
