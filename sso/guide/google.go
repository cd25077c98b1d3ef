package guide

import "gatehouse/sso"

func googleSAML() Guide {
	return Guide{
		Provider: sso.Google,
		Protocol: sso.SAML,
		Product:  "Google Workspace",
		Better:   true,
		Role:     "A super administrator.",
		Why:      "The only way in which Google sends groups.",
		FileOnly: true,
		Create: Part{
			Title: createTitle,
			Do: []Instruction{
				do("In the Google Admin console, go to *Apps* › *Web and mobile apps* and select *Add app* › *Add custom SAML app*."),
				do("Enter an *App name* and select *Continue*."),
				do("On *Google Identity Provider details*, under *Option 1*, select *Download metadata*. The file is needed in the next step here. Select *Continue*."),
				do("In *Service provider details*, fill in:",
					Value{ACSURL, "ACS URL", "Also called single sign-on URL.", ""},
					Value{EntityID, "Entity ID", "Also called audience.", ""}),
				do(
					"In the same place, tick *Signed response*, and choose:",
					choose("Name ID format", "UNSPECIFIED"),
					choose("Name ID", "Basic Information > Primary email"),
				),
				do("Select *Continue*."),
			},
		},
		Configure: Part{
			Title: configureTitle,
			Do: []Instruction{
				do("Upload the metadata file that you downloaded. If you did not: open the application and select *Download metadata*."),
			},
			Warnings: []string{
				"Google has its metadata as a file only, so new certificates are not picked up automatically. The file and its certificate have an end date: upload a new one before.",
			},
		},
		Wanted: []Wanted{
			{
				"saml.metadata_xml", "Download metadata",
				"Google Identity Provider details › Option 1", "GoogleIDPMetadata.xml",
			},
			{
				"saml.idp_entity_id", "Entity ID", "Google Identity Provider details › Option 2",
				"https://accounts.google.com/o/saml2?idpid=…",
			},
			{
				"saml.sso_url", "SSO URL", "Google Identity Provider details › Option 2",
				"https://accounts.google.com/o/saml2/idp?idpid=…",
			},
			{"saml.certificates", "Certificate", "Google Identity Provider details › Option 2", ""},
		},
		Attributes: Part{
			Title: attributeTitle,
			Do: []Instruction{
				do("In the application, open *SAML attribute mapping* and select *Add mapping* for each attribute of the table that is not sent by default: the value is the *Google Directory attribute*, its name the *App attribute*."),
				do("Select *Save*."),
			},
		},
		Claims: []Claim{
			{
				Use:    Login,
				Name:   NameID,
				Value:  "Primary email",
				ByName: true,
				Note:   "As chosen when you created the application.",
			},
			{
				Use:    Email,
				Name:   NameID,
				Value:  "Primary email",
				ByName: true,
			},
			{
				Use:   Name,
				Name:  "firstName",
				Value: "First name",
			},
			{
				Use:   Name,
				Name:  "lastName",
				Value: "Last name",
			},
			{
				Use:   Groups,
				Name:  "groups",
				Value: "Group membership",
			},
		},
		Groups: Part{
			Title: groupTitle,
			Do: []Instruction{
				do("In *SAML attribute mapping*, under *Group membership (optional)*, search for each group that matters and select it."),
				do("As *App attribute* enter `groups`. Select *Save*."),
			},
			Warnings: []string{
				byName,
				"Google sends the groups that are listed here, at most 75, and no others. A group that is renamed has to be selected again.",
				"People in a group inside a listed one count as members of the listed one.",
			},
		},
		Assign: Part{
			Title: assignTitle,
			Do: []Instruction{
				do("In the application, open *User access*, choose *ON for everyone*, or a group or organizational unit on the left and *On*, and select *Save*. For the test, you need to be among them."),
			},
			Warnings: []string{"It can take Google some minutes, and at times a day, until this applies to everyone."},
		},
	}
}

func pingSAML() Guide {
	return Guide{
		Provider: sso.Ping,
		Protocol: sso.SAML,
		Product:  "PingOne",
		Better:   true,
		Role:     "An administrator of the environment.",
		Why:      "New certificates are picked up automatically.",
		Create: Part{
			Title: createTitle,
			Do: []Instruction{
				do("In PingOne, go to *Applications* › *Applications* and select the plus sign."),
				do("Enter an *Application Name*, choose *SAML Application*, and select *Configure*."),
				do(
					"Choose *Import From URL* and enter our metadata address, which fills the rest in:",
					Value{MetadataURL, "Import From URL", "Our service provider metadata.", ""},
				),
				do("Or choose *Manually Enter* and fill in:",
					Value{ACSURL, "ACS URLs", "Also called single sign-on URL.", ""},
					Value{EntityID, "Entity ID", "Also called audience.", ""}),
				do(
					"Select *Save*. In *Configuration*, choose:",
					choose("Signing Key", "Sign Assertion & Response"),
					choose("Signing Algorithm", "RSA_SHA256"),
				),
				do("Switch the application on, at the top right."),
			},
			Warnings: []string{"Enter one address under *ACS URLs*. " + oneACS},
		},
		Configure: Part{
			Title: configureTitle,
			Do: []Instruction{
				do("In the application, open *Configuration* and copy the *IDP Metadata URL*."),
			},
		},
		Wanted: []Wanted{
			{
				"saml.metadata_url", "IDP Metadata URL", "Configuration",
				"https://auth.pingone.eu/…/saml20/metadata/…",
			},
			{
				"saml.idp_entity_id", "Issuer ID", "Configuration",
				"https://auth.pingone.eu/<environment ID>",
			},
			{
				"saml.sso_url", "Single Signon Service", "Configuration",
				"https://auth.pingone.eu/<environment ID>/saml20/idp/sso",
			},
			{"saml.certificates", "Download Signing Certificate", "Configuration", ""},
		},
		Attributes: Part{
			Title: attributeTitle,
			Do: []Instruction{
				do("In the application, open *Attribute Mappings*, select the pencil, and add each attribute of the table: its name under *Attributes*, the value under *PingOne Mappings*."),
				do("Select *Save*."),
			},
			Warnings: []string{
				"*saml_subject* is how people are known here: map it to *User ID*, which never changes.",
			},
		},
		Claims: []Claim{
			{Use: Subject, Name: "saml_subject", Value: "User ID"},
			{Use: Login, Name: "login", Value: "Username"},
			{Use: Email, Name: "email", Value: "Email Address"},
			{Use: Name, Name: "name", Value: "Formatted"},
			{Use: Groups, Name: "groups", Value: "Group Names"},
		},
		Groups: Part{
			Title: groupTitle,
			Do: []Instruction{
				do("In *Attribute Mappings*, add `groups` with the mapping *Group Names*. Select *Save*."),
			},
			Warnings: []string{byName, "*Group IDs* instead of *Group Names* match no name."},
		},
		Assign: pingAssign(),
	}
}

//nolint:lll // a text is one line
func pingSCIM() SCIM {
	return SCIM{
		Provider:  sso.Ping,
		Product:   "PingOne",
		Role:      "An administrator of the environment.",
		TokenName: "pingone-1",
		Connect: Part{
			Title: connectTitle,
			Do: []Instruction{
				do("In PingOne, go to *Integrations* › *Provisioning*, select the plus sign and *New Connection*, then *Identity Store* and *SCIM Outbound*."),
				do("Enter a name, and under *Configure Authentication* fill in:",
					scimURL("SCIM Base URL", ""),
					choose("Users Resource", "/Users"),
					choose("Groups Resource", "/Groups"),
					choose("SCIM Version", "2.0"),
					choose("Authentication Method", "OAuth 2 Bearer Token"),
					tokenValue("OAuth Access Token", "")),
				do("Select *Test Connection*, then *Next*."),
			},
		},
		Mappings: Part{
			Title: mappingsTitle,
			Do: []Instruction{
				do("Under *Configure Preferences*, fill in, and select *Save*:",
					choose("User Filter Expression", `userName eq "%s"`),
					choose("User Identifier", "userName"),
					choose("Allow Users to be Created, Updated, Disabled", "ticked"),
					choose("Remove Action", "Disable")),
				do("Switch the connection on, at the top right."),
			},
			Warnings: []string{"Without *Allow Users to be Disabled*, people who leave stay active here."},
		},
		Assign: Part{
			Title: provisionTitle,
			Do: []Instruction{
				do("In *Provisioning*, select the plus sign and *New Rule*, choose *PingOne* as the source and the connection as the target."),
				do("Under *User Filter*, choose whom it provisions. Under *Attribute Mapping*, map `userName` to the value that single sign-on sends as the login: *Username* unless you changed it."),
				do("Under *Group Provisioning*, choose the groups. Switch the rule on."),
			},
		},
		Required: []Required{
			{
				Attribute: "userName",
				From:      "Username",
				Why:       whyUserName,
				Login:     true,
			},
			groupNames("the name of the group"),
		},
		Cycle:   "PingOne sends each change soon after it is saved.",
		First:   "The first request comes when you select *Test Connection*.",
		Network: anyNetwork,
		OwnTest: OwnTest{
			Text: "*Test Connection* reads users. It passes with a token that may not read groups.",
		},
		Again: "Switch the rule off and on again.",
	}
}
