package guide

import "gatehouse/sso"

// Warnings about the groups that Entra ID sends.
const (
	entraNested = "Nested groups are not expanded: a person who is only in a group inside an assigned group is sent without groups."
	entraMany   = "Entra ID leaves the groups out altogether for people who are in many: more than 150 over SAML, 200 over OpenID Connect. *Groups assigned to the application* keeps the list short."
	entraAbsent = "Entra ID sends no group claim at all for a person who is in no assigned group, also when the last one is taken away. " +
		absentMeans
	entraLicense = "Assigning groups to an application needs Entra ID P1 or better. Without it, assign people."
)

func entraSAML() Guide {
	return Guide{
		Provider: sso.Entra,
		Protocol: sso.SAML,
		Product:  "Microsoft Entra ID",
		Better:   true,
		Role:     "A Cloud Application Administrator, or the owner of the application.",
		Why:      "Sends group names. New signing certificates are picked up automatically.",
		Create: Part{
			Title: createTitle,
			Do: []Instruction{
				do("In the Microsoft Entra admin center, go to *Enterprise applications* › *All applications*, and select *New application*, then *Create your own application*."),
				do("Enter a name, choose *Integrate any other application you don't find in the gallery (Non-gallery)*, and select *Create*."),
				do("In the application, under *Manage*, open *Single sign-on* and select *SAML*."),
				do("In *Basic SAML Configuration*, select *Edit* and fill in:",
					Value{
						EntityID, "Identifier (Entity ID)", "Also called audience or SP entity ID.",
						"",
					},
					Value{
						ACSURL, "Reply URL (Assertion Consumer Service URL)",
						"Also called ACS URL or single sign-on URL.", "",
					},
					Value{
						SignInURL, "Sign on URL (Optional)", "So that the tile in My Apps works.",
						"",
					}),
				do("Select *Save*."),
			},
			Warnings: []string{
				"Create your own application. Do not take one from the gallery that has a similar name: its settings do not fit.",
				"Leave one *Reply URL*. " + oneACS,
			},
		},
		Configure: Part{
			Title: configureTitle,
			Do: []Instruction{
				do("In *Single sign-on*, go to *SAML Certificates* and copy the *App Federation Metadata Url*."),
			},
		},
		Wanted: []Wanted{
			{
				"saml.metadata_url", "App Federation Metadata Url",
				"Single sign-on › SAML Certificates",
				"https://login.microsoftonline.com/…/federationmetadata/2007-06/federationmetadata.xml?appid=…",
			},
			{
				"saml.idp_entity_id", "Microsoft Entra Identifier", "Single sign-on › Set up",
				"https://sts.windows.net/<tenant ID>/",
			},
			{
				"saml.sso_url", "Login URL", "Single sign-on › Set up",
				"https://login.microsoftonline.com/<tenant ID>/saml2",
			},
			{"saml.certificates", "Certificate (Base64)", "Single sign-on › SAML Certificates › Download", ""},
		},
		Attributes: Part{
			Title: attributeTitle,
			Do: []Instruction{
				do("In *Single sign-on*, go to *Attributes & Claims* and select *Edit*."),
				do("Under *Additional claims*, remove the claims with long names that Entra ID put there."),
				do("Select *Add new claim* for each attribute of the table. Enter its name under *Name*, leave *Namespace* empty, and choose the *Source attribute*."),
			},
			Warnings: []string{"Do not change *Unique User Identifier (Name ID)*."},
		},
		Claims: []Claim{
			{
				Use:   Login,
				Name:  "login",
				Value: "user.userprincipalname",
			},
			{
				Use:   Email,
				Name:  "email",
				Value: "user.mail",
				Note:  "People without a mailbox have none. Their login is used instead if it looks like an address.",
			},
			{
				Use:   Name,
				Name:  "name",
				Value: "user.displayname",
			},
			{
				Use:   Groups,
				Name:  "groups",
				Value: "Cloud-only group display names",
			},
		},
		Groups: Part{
			Title: groupTitle,
			Do: []Instruction{
				do("In *Attributes & Claims*, select *Add a group claim* and choose:",
					choose(
						"Which groups associated with the user should be returned in the claim?",
						"Groups assigned to the application",
					),
					choose("Source attribute", "Cloud-only group display names")),
				do("If your groups come from an on-premises Active Directory, choose *sAMAccountName* as *Source attribute*, and tick *Emit group name for cloud-only groups*."),
				do("Under *Advanced options*, tick *Customize the name of the group claim* and enter `groups` as *Name*. Select *Save*."),
			},
			Warnings: []string{byName, entraNested, entraMany, entraAbsent},
		},
		Assign: entraAssign(),
	}
}

func entraAssign() Part {
	return Part{
		Title: assignTitle,
		Do: []Instruction{
			do("In *Enterprise applications*, open the application, and under *Manage* › *Users and groups* select *Add user/group*."),
			do("Select the groups whose people are to sign in, then *Assign*. For the test, you need to be in one of them."),
		},
		Warnings: []string{"Only the groups assigned here are sent. " + entraNested, entraLicense},
	}
}

func entraOIDC() Guide {
	return Guide{
		Provider: sso.Entra,
		Protocol: sso.OIDC,
		Product:  "Microsoft Entra ID",
		Role:     "A Cloud Application Administrator or Application Developer.",
		Why:      "If you prefer app registrations. Client secrets expire; note the expiry date.",
		Create: Part{
			Title: createTitle,
			Do: []Instruction{
				do("In the Microsoft Entra admin center, go to *App registrations* and select *New registration*."),
				do("Enter a name, and as *Supported account types* choose *Accounts in this organizational directory only*."),
				do("Under *Redirect URI*, choose the platform *Web* and enter:", Value{
					RedirectURI, "Redirect URI", "Also called callback URL.", "",
				}),
				do("Select *Register*."),
			},
			Warnings: []string{
				"Register your own application for your own directory. One for any directory would let everyone with a Microsoft account in.",
			},
		},
		Configure: Part{
			Title: configureTitle,
			Do: []Instruction{
				do("In *Overview*, copy the *Application (client) ID*, and the *Directory (tenant) ID*, which is part of the issuer: `https://login.microsoftonline.com/<tenant ID>/v2.0`."),
				do("In *Certificates & secrets*, select *New client secret*, and copy its *Value*, not its *Secret ID*."),
			},
			Warnings: []string{
				"Addresses with `common` or `organizations` stand for every directory, and are not accepted.",
			},
		},
		Wanted: []Wanted{
			{
				"oidc.issuer", "Issuer", "Overview › Endpoints › OpenID Connect metadata document",
				"https://login.microsoftonline.com/<tenant ID>/v2.0",
			},
			{
				"oidc.client_id", "Application (client) ID", "Overview",
				"6731de76-14a6-49ae-97bc-6eba6914391e",
			},
			{"oidc.client_secret", "Value", "Certificates & secrets › Client secrets", ""},
		},
		Attributes: Part{
			Title: claimTitle,
			Do: []Instruction{
				do("Login and name are sent by default."),
				do("Open *Token configuration*, select *Add optional claim*, the token type *ID*, and tick `email`. Select *Add*."),
			},
			Warnings: []string{"People are known by `tid` and `oid`, which never change. Their address may."},
		},
		Claims: []Claim{
			{
				Use:    Login,
				Name:   "preferred_username",
				Value:  "User principal name",
				ByName: true,
			},
			{
				Use:   Email,
				Name:  "email",
				Value: "email",
				Note:  "People without a mailbox have none. Their login is used instead if it looks like an address.",
			},
			{
				Use:    Name,
				Name:   "name",
				Value:  "Display name",
				ByName: true,
			},
			{
				Use:   Groups,
				Name:  "groups",
				Value: "Cloud-only group display names",
			},
		},
		Groups: Part{
			Title: groupTitle,
			Do: []Instruction{
				do(
					"In *Token configuration*, select *Add groups claim* and choose:",
					choose(
						"Select group types to include in Access, ID, and SAML tokens",
						"Groups assigned to the application",
					),
				),
				do("Under *Customize token properties by type* › *ID*, choose *Cloud-only group display names*, or *sAMAccountName* if your groups come from an on-premises Active Directory. Select *Add*."),
			},
			Warnings: []string{
				byName,
				"With *Group ID* chosen, groups come as object IDs and match no name.",
				entraNested,
				entraMany,
				entraAbsent,
			},
		},
		Assign: entraAssign(),
	}
}

//nolint:lll // a text is one line
func entraSCIM() SCIM {
	return SCIM{
		Provider:  sso.Entra,
		Product:   "Microsoft Entra ID",
		Role:      "A Cloud Application Administrator, or the owner of the application.",
		TokenName: "entra-1",
		Connect: Part{
			Title: connectTitle,
			Do: []Instruction{
				do("In the Microsoft Entra admin center, go to *Enterprise applications* › *All applications* and open the application that you use for single sign-on."),
				do("On the left, select *Provisioning*, then *New configuration*. Older consoles have *Get started* instead, and *Provisioning Mode*, which has to be *Automatic*."),
				do("In *Admin credentials*, fill in:",
					choose("Select authentication method", "Bearer authentication"),
					scimURL("Tenant URL", ""),
					tokenValue("Secret token", "")),
				do("Select *Test connection*. The answer appears at the top right. Then select *Create*."),
			},
			Warnings: []string{
				"An application created under *App registrations* may offer no provisioning. Then create one for it: *New application* › *Create your own application*, *Non-gallery*. People keep signing in through the first one.",
			},
		},
		Mappings: Part{
			Title: mappingsTitle,
			Do: []Instruction{
				do("On the left, open *Attribute mapping*, and select *Provision Microsoft Entra ID Groups*. Set *Enabled* to *Yes*, and under *Target Object Actions* tick *Create*, *Update* and *Delete*. Make sure that `displayName` is in both columns. Select *Save*."),
				do("Go back, and select *Provision Microsoft Entra ID Users*. Set *Enabled* to *Yes*, and tick *Create*, *Update* and *Delete* here, too."),
				do("Under *Attribute Mappings*, change these two, then select *Save*:",
					choose("userName (customappsso Attribute)", "the attribute that single sign-on sends as the login: userPrincipalName unless you changed it"),
					choose("externalId (customappsso Attribute)", "objectId")),
			},
			Warnings: []string{
				"Entra ID maps `externalId` to `mailNickname` by default. That is not unique, and changes with the name: two people may become one. Choose `objectId`.",
				"With *Provision Microsoft Entra ID Groups* off, people arrive without their groups, and Entra ID reports no failure.",
			},
		},
		Assign: Part{
			Title: provisionTitle,
			Do: []Instruction{
				do("In *Provisioning* › *Settings*, as *Scope* select *Sync only assigned users and groups*."),
				do("Under *Manage* › *Users and groups*, assign the groups to be provisioned."),
				do("In *Provisioning*, set *Provisioning Status* to *On* and select *Save*. In *Overview*, select *Start provisioning*."),
			},
			Warnings: []string{
				"With *Sync all users and groups*, everyone in the directory is pushed.",
				"Nested groups are not expanded: people who are only in a group inside an assigned group are not pushed.",
				entraLicense,
			},
		},
		Required: []Required{
			{
				Attribute: "userName",
				From:      "userPrincipalName, or mail if single sign-on sends user.mail as the login",
				Why:       whyUserName,
				Login:     true,
			},
			{
				Attribute: "externalId",
				From:      "objectId",
				Why:       whyExternal,
			},
			groupNames("displayName"),
		},
		NotNeeded: []string{
			"`?aadOptscim062020` at the end of *Tenant URL* is not needed. Gatehouse understands both forms.",
		},
		Cycle:   "Entra ID sends changes every 40 minutes. The first cycle begins at once, and takes hours for thousands of people. *Provision on demand* sends one person now, or one group with up to five of its members.",
		First:   "The first request comes when you select *Test connection*.",
		Network: "If a firewall lets known addresses in only, add those that Microsoft publishes under the service tag `AzureActiveDirectory`.",
		OwnTest: OwnTest{
			Text: "*Test connection* there looks for one user who does not exist. It passes with a token that may not read " +
				"groups, and while group provisioning is switched off here.",
		},
		Again: "In *Provisioning* › *Overview*, select *Restart provisioning*. Entra ID itself tries again after six hours, then once a day, and gives up after four weeks.",
	}
}
