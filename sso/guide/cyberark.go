package guide

import "gatehouse/sso"

//nolint:lll // a text is one line
func cyberArkSAML() Guide {
	return Guide{
		Provider: sso.CyberArk,
		Protocol: sso.SAML,
		Product:  "CyberArk Identity",
		Better:   true,
		Role:     "An administrator of CyberArk Identity who may manage applications.",
		Why:      "New certificates are picked up automatically.",
		Create: Part{
			Title: createTitle,
			Do: []Instruction{
				do("In the Identity Administration portal, go to *Apps & Widgets* › *Web Apps* and select *Add Web Apps*."),
				do("In the tab *Custom*, select *Add* beside *SAML*, then *Yes* and *Close*. The application opens."),
				do("In *Settings*, enter a name, and select *Save*."),
				do("Open *Trust*. In *Service Provider Configuration*, select *Manual Configuration* and fill in:",
					Value{EntityID, "SP Entity ID / Issuer / Audience", "Also called entity ID.", ""},
					Value{
						ACSURL, "Assertion Consumer Service (ACS) URL",
						"Also called single sign-on URL. Enter no other.", "",
					},
					choose("Recipient", "Same as ACS URL"),
					choose("Sign Response or Assertion?", "Both"),
					choose("NameID Format", "unspecified")),
				do("Select *Save*."),
			},
		},
		Configure: Part{
			Title: configureTitle,
			Do: []Instruction{
				do("In *Trust*, in *Identity Provider Configuration*, select *Metadata*, then *Copy URL*."),
			},
		},
		Wanted: []Wanted{
			{
				"saml.metadata_url", "Metadata, Copy URL", "Trust › Identity Provider Configuration",
				"https://acme.id.cyberark.cloud/…",
			},
			{
				"saml.idp_entity_id", "IdP Entity ID / Issuer",
				"Trust › Identity Provider Configuration › Manual Configuration",
				"https://acme.id.cyberark.cloud/…",
			},
			{
				"saml.sso_url", "Single Sign On URL",
				"Trust › Identity Provider Configuration › Manual Configuration",
				"https://acme.id.cyberark.cloud/…",
			},
			{
				"saml.certificates", "Signing Certificate",
				"Trust › Identity Provider Configuration › Manual Configuration › Download", "",
			},
		},
		Attributes: Part{
			Title: attributeTitle,
			Do: []Instruction{
				do("In the application, open *SAML Response*. In *Attributes*, select *Add* for each attribute of the table: its name is the *Attribute Name*, the value the *Attribute Value*. A value that is not in the menu can be typed."),
				do("Select *Save*."),
			},
		},
		Claims: []Claim{
			{Use: Login, Name: "login", Value: "LoginUser.Username"},
			{Use: Email, Name: "email", Value: "LoginUser.Email"},
			{Use: Name, Name: "name", Value: "LoginUser.DisplayName"},
			{Use: Groups, Name: "groups", Value: "LoginUser.RoleNames"},
		},
		Groups: Part{
			Title: groupTitle,
			Do: []Instruction{
				do("In the same place, add `groups` with the value `LoginUser.RoleNames`, or `LoginUser.GroupNames` for the groups of a connected directory. Select *Save*."),
			},
			Warnings: []string{byName},
		},
		Assign: Part{
			Title: assignTitle,
			Do: []Instruction{
				do("In the application, open *Permissions*, select *Add*, and choose the roles or groups whose people are to sign in. For the test, you need to be in one of them."),
				do("Select *Save*. The application is then *Deployed*."),
			},
		},
	}
}
