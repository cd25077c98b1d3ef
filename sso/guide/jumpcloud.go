package guide

import "gatehouse/sso"

func jumpCloudSAML() Guide {
	return Guide{
		Provider: sso.JumpCloud,
		Protocol: sso.SAML,
		Product:  "JumpCloud",
		Better:   true,
		Role:     "A JumpCloud administrator.",
		Why:      "New certificates are picked up automatically.",
		Create: Part{
			Title: createTitle,
			Do: []Instruction{
				do("In the JumpCloud admin portal, go to *SSO Applications* and select *+ Add New Application*, then *Custom Application* and *Next*."),
				do("Select *Manage Single Sign-On (SSO)* and *Configure SSO with SAML*, then *Next*."),
				do("Enter a *Display Label*. Open *Advanced Settings* and choose the last part of the *SSO IdP URL* now. Select *Save Application*, then *Configure Application*."),
				do("In the tab *SSO*, in *Configuration Settings*, fill in:",
					Value{EntityID, "SP Entity ID", "Also called audience.", ""},
					Value{
						ACSURL,
						"Default URL",
						"Under ACS URLs. Also called single sign-on URL.",
						"",
					}),
				do(
					"Keep *IdP Entity ID*, or enter one of your own. Make sure of these:",
					choose("SAMLSubject NameID Format", "urn:oasis:names:tc:SAML:1.0:nameid-format:unspecified"),
					choose("Signature Algorithm", "RSA-SHA256"),
					choose("Sign Assertion", "ticked"),
				),
				do("Tick *Declare Redirect Endpoint*."),
			},
			Warnings: []string{
				"Enter one address under *ACS URLs*. " + oneACS,
				"Without *Declare Redirect Endpoint* JumpCloud’s metadata names no address that people can be sent to by a redirect.",
				"The *SSO IdP URL* cannot be changed later.",
			},
		},
		Configure: Part{
			Title: configureTitle,
			Do: []Instruction{
				do("In the tab *SSO*, under *JumpCloud Metadata*, select *Copy Metadata URL*. If the button is not there yet, select *Save* first."),
			},
		},
		Wanted: []Wanted{
			{
				"saml.metadata_url", "Copy Metadata URL", "SSO › JumpCloud Metadata",
				"https://sso.jumpcloud.com/saml2/metadata/…",
			},
			{"saml.idp_entity_id", "IdP Entity ID", "SSO › Configuration Settings", "JumpCloud"},
			{"saml.sso_url", "IdP URL", "SSO", "https://sso.jumpcloud.com/saml2/acme"},
			{
				"saml.certificates", "IdP Certificate Valid",
				"SSO › IdP Certificate › Download certificate", "",
			},
		},
		Attributes: Part{
			Title: attributeTitle,
			Do: []Instruction{
				do("In the tab *SSO*, go to *Attributes* › *User Attribute Mapping* and select *add attribute* for each attribute of the table: its name is the *Service Provider Attribute Name*, the value the *JumpCloud Attribute Name*."),
				do("Select *Save*."),
			},
			Warnings: []string{
				"Instructions of other products have *username* and *displayname* the other way round. As the table has them is right: the login is what stays the same, the name is what people read.",
			},
		},
		Claims: []Claim{
			{Use: Login, Name: "login", Value: "username"},
			{Use: Email, Name: "email", Value: "email"},
			{Use: Name, Name: "name", Value: "displayname"},
			{Use: Groups, Name: "groups", Value: "Include Group Attribute"},
		},
		Groups: Part{
			Title: groupTitle,
			Do: []Instruction{
				do("Under *Constant Attributes*, tick *Include Group Attribute*, and enter `groups` as *Groups Attribute Name*. Select *Save*."),
			},
			Warnings: []string{byName},
		},
		Assign: jumpCloudAssign(),
	}
}

func oneLoginSAML() Guide {
	return Guide{
		Provider: sso.OneLogin,
		Protocol: sso.SAML,
		Product:  "OneLogin",
		Better:   true,
		Role:     "A OneLogin administrator.",
		Why:      "New certificates are picked up automatically.",
		Create: Part{
			Title: createTitle,
			Do: []Instruction{
				do("In OneLogin, go to *Applications* › *Applications*, select *Add App*, and choose *SAML Custom Connector (Advanced)*."),
				do("Enter a *Display Name*, switch *Visible in portal* off, and select *Save*."),
				do("Open *Configuration* and fill in:",
					Value{EntityID, "Audience (EntityID)", "Also called SP entity ID.", ""},
					Value{ACSURL, "ACS (Consumer) URL", "Also called single sign-on URL.", ""},
					Value{
						ACSPattern, "ACS (Consumer) URL Validator",
						"The same address as a regular expression.", "",
					}),
				do(
					"In the same place, choose:", choose("SAML initiator", "Service Provider"),
					choose("SAML nameID format", "Unspecified"),
					choose("SAML signature element", "Both"),
				),
				do("Open *SSO* and choose:", choose("SAML Signature Algorithm", "SHA-256")),
				do("Select *Save*."),
			},
			Warnings: []string{
				"*ACS (Consumer) URL Validator* is a regular expression: copy it as it is, with its backslashes. Entered as a plain address it fits too much, or nothing.",
			},
		},
		Configure: Part{
			Title: configureTitle,
			Do: []Instruction{
				do("In the application, open *SSO*, and copy the *Issuer URL*: it is the address of the metadata. *More Actions* › *SAML Metadata* has the same as a file."),
			},
		},
		Wanted: []Wanted{
			{"saml.metadata_url", "Issuer URL", "SSO", "https://app.onelogin.com/saml/metadata/…"},
			{"saml.idp_entity_id", "Issuer URL", "SSO", "https://app.onelogin.com/saml/metadata/…"},
			{
				"saml.sso_url", "SAML 2.0 Endpoint (HTTP)", "SSO",
				"https://acme.onelogin.com/trust/saml2/http-redirect/sso/…",
			},
			{"saml.certificates", "X.509 Certificate", "SSO › View Details › Download", ""},
		},
		Attributes: Part{
			Title: attributeTitle,
			Do: []Instruction{
				do("In the application, open *Parameters* and select the plus sign for each attribute of the table."),
				do("Enter its name as *Field name*, tick *Include in SAML assertion*, select *Save*, and choose the value. Select *Save* again."),
			},
		},
		Claims: []Claim{
			{Use: Login, Name: "login", Value: "Username"},
			{Use: Email, Name: "email", Value: "Email"},
			{Use: Name, Name: "name", Value: "Name"},
			{Use: Groups, Name: "groups", Value: "MemberOf"},
		},
		Groups: Part{
			Title: groupTitle,
			Do: []Instruction{
				do("Add a parameter `groups` likewise, with *Include in SAML assertion* and *Multi-value parameter* ticked."),
				do("As its value choose *MemberOf*, or *User Roles* if roles are what you call groups, and *Semicolon Delimited input (Multi-value output)*."),
			},
			Warnings: []string{
				byName,
				"Without *Semicolon Delimited input (Multi-value output)* the list is sent as one value. It is then split at its semicolons here.",
			},
		},
		Assign: oneLoginAssign(),
	}
}

//nolint:lll // a text is one line
func jumpCloudSCIM() SCIM {
	return SCIM{
		Provider:  sso.JumpCloud,
		Product:   "JumpCloud",
		Role:      "A JumpCloud administrator.",
		TokenName: "jumpcloud-1",
		Connect: Part{
			Title: connectTitle,
			Do: []Instruction{
				do("In JumpCloud, go to *SSO Applications*, open the application that you use for single sign-on, and open the tab *Identity Management*."),
				do("In *Configuration Settings* › *Service Provider (SP) Configuration*, fill in:",
					choose("API Type", "SCIM API"),
					choose("SCIM Version", "SCIM 2.0"),
					scimURL("Base URL", ""),
					tokenValue("Token Key", ""),
					choose("Test User Email", "an address that no person has")),
				do("Select *Test Connection*."),
				do("Tick *Enable management of User Groups and Group Membership in this application*, and select *Activate*."),
			},
			Warnings: []string{
				"*Test Connection* creates a user with the *Test User Email* and deletes it again. Do not enter the address of a person.",
				"Without *Enable management of User Groups and Group Membership in this application*, people arrive without their groups.",
			},
		},
		Mappings: Part{
			Title: mappingsTitle,
			Do: []Instruction{
				do("In *Identity Management*, look at the attribute mapping. `userName` has to come from the attribute that single sign-on sends as the login: *username* unless you changed it."),
				do("Select *Save*."),
			},
		},
		Assign: Part{
			Title: provisionTitle,
			Do: []Instruction{
				do("In the application, open *User Groups* and tick the groups to be provisioned. Select *Save*."),
			},
			Warnings: []string{
				"The people of a ticked group are pushed together with the group. A group without people is not pushed.",
				"Taking the tick from a group deactivates its people here, unless another ticked group has them.",
			},
		},
		Required: []Required{
			{
				Attribute: "userName",
				From:      "username",
				Why:       whyUserName,
				Login:     true,
			},
			groupNames("the name of the user group"),
		},
		NotNeeded: []string{
			"*Base URL* needs no change: the address has no slash at its end, and one more would do no harm.",
		},
		Cycle:   "JumpCloud sends a change soon after it is saved.",
		First:   "The first request comes when you select *Test Connection*.",
		Network: anyNetwork,
		OwnTest: OwnTest{
			Text: "*Test Connection* creates a user and, with groups on, a group, and deletes them again. It does not " +
				"change members.",
			Groups: true,
			Writes: true,
		},
		Again: "Add one more person to the group, and take them out again: JumpCloud sends a group when its members change. For a person, change an attribute. Do not take the tick from the group, which deactivates its people here.",
	}
}

//nolint:lll // a text is one line
func oneLoginSCIM() SCIM {
	return SCIM{
		Provider:  sso.OneLogin,
		Product:   "OneLogin",
		Role:      "A OneLogin administrator.",
		TokenName: "onelogin-1",
		Connect: Part{
			Title: connectTitle,
			Do: []Instruction{
				do("In OneLogin, go to *Applications* › *Applications*, select *Add App*, and choose *SCIM Provisioner with SAML (SCIM v2 Enterprise)*. Select *Save*."),
				do("Open *Configuration* and fill in:",
					scimURL("SCIM Base URL", ""),
					tokenValue("SCIM Bearer Token", "")),
				do("Under *API Connection*, select *Enable*, then *Save*."),
			},
			Warnings: []string{
				"*SAML Custom Connector (Advanced)*, which you use for single sign-on, does not provision. This is a second application. People keep signing in through the first one.",
			},
		},
		Mappings: Part{
			Title: mappingsTitle,
			Do: []Instruction{
				do("Open *Provisioning*, tick *Enable provisioning*, and choose *Suspend* for people who are deleted or lose the application. Select *Save*."),
				do("Open *Parameters*. *SCIM Username* has to be the value that single sign-on sends as the login: *Username* unless you changed it."),
				do("In *Parameters*, select *Groups*, tick *Include in User Provisioning*, and select *Save*."),
				do("Open *Provisioning* again, and under *Entitlements* select *Refresh*. OneLogin then knows the groups that are here. Do this again when a group was added here."),
			},
			Warnings: []string{
				"*Require admin approval before this action is performed* holds every change until an admin approves it in OneLogin. Take the ticks away, or approve under *Users* › *Provisioning*.",
			},
		},
		Assign: Part{
			Title: provisionTitle,
			Do: []Instruction{
				do("Open *Rules* and add a rule with the action *Set Groups*, so that roles or departments become groups here: *Map from OneLogin*, for each *role*, with value that matches `.*`."),
				do("Open *Access*, and choose the *Roles* to be provisioned. Select *Save*."),
			},
		},
		Required: []Required{
			{
				Attribute: "userName",
				From:      "SCIM Username",
				Why:       whyUserName,
				Login:     true,
			},
			groupNames("the groups of your rules"),
		},
		Cycle:   "OneLogin sends each change at once, unless it waits for an approval there.",
		First:   "The first request comes when you select *Enable*.",
		Network: anyNetwork,
		OwnTest: OwnTest{
			Text: "*Enable* looks for a user who does not exist. It passes with a token that may not read groups.",
		},
		Again: "In the application, open *Users*, select the people, and *Reprovision*. For groups, select *More Actions* › *Reapply entitlement mappings*.",
	}
}
