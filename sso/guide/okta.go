package guide

import "gatehouse/sso"

// oktaAbsent says what Okta sends for a user in no group of the filter.
const oktaAbsent = "Okta sends no `groups` at all for a person in no group that the filter fits, also when the last one is taken away. " +
	absentMeans

func oktaSAML() Guide {
	return Guide{
		Provider: sso.Okta,
		Protocol: sso.SAML,
		Product:  "Okta",
		Role:     "An Okta admin who may manage applications.",
		Why:      "If your company asks for SAML, or for encrypted assertions.",
		Create: Part{
			Title: createTitle,
			Do: []Instruction{
				do("In the Okta admin console, go to *Applications* › *Applications* and select *Create App Integration*."),
				do("Select *SAML 2.0*, then *Next*."),
				do("In *General Settings*, enter a name under *App name*, and tick *Do not display application icon to users*: people begin at the sign-in link. Select *Next*."),
				do("In *SAML Settings*, fill in:",
					Value{
						ACSURL,
						"Single sign-on URL",
						"Also called assertion consumer service (ACS) URL. Leave Use this for Recipient URL and Destination URL ticked.",
						"",
					},
					Value{
						EntityID, "Audience URI (SP Entity ID)",
						"Also called identifier or audience.", "",
					}),
				do("Select *Show Advanced Settings* and make sure of these:",
					choose("Response", "Signed"), choose("Assertion Signature", "Signed"),
					choose("Signature Algorithm", "RSA-SHA256")),
				do(
					"If assertions are to be encrypted, which is optional: set *Assertion Encryption* to *Encrypted*, *Encryption Algorithm* to *AES256-GCM*, *Key Transport Algorithm* to *RSA-OAEP*, and upload our certificate.",
					Value{Certificate, "Encryption Certificate", "A PEM file.", ""},
				),
				do("Select *Next*, then *Finish*."),
			},
			Warnings: []string{"Leave *Other Requestable SSO URLs* empty. " + oneACS},
		},
		Configure: Part{
			Title: configureTitle,
			Do: []Instruction{
				do("In the application, open *Sign On*. Under *Settings* › *Sign on methods*, copy the *Metadata URL*."),
			},
		},
		Wanted: []Wanted{
			{
				"saml.metadata_url", "Metadata URL", "Sign On › Settings › Sign on methods",
				"https://acme.okta.com/app/exk1a2b3c4d5/sso/saml/metadata",
			},
			{
				"saml.idp_entity_id", "Issuer",
				"Sign On › Settings › Sign on methods › More details",
				"http://www.okta.com/exk1a2b3c4d5",
			},
			{
				"saml.sso_url", "Sign on URL",
				"Sign On › Settings › Sign on methods › More details",
				"https://acme.okta.com/app/acme_gatehouse_1/exk1a2b3c4d5/sso/saml",
			},
			{
				"saml.certificates", "Signing Certificate",
				"Sign On › Settings › Sign on methods › More details › Download",
				"",
			},
		},
		Attributes: Part{
			Title: attributeTitle,
			Do: []Instruction{
				do("In the application, open *Sign On*, go to *Attribute statements*, and open *Show legacy configuration*."),
				do("Select *Edit*. Under *Profile attribute statements*, add one line for each attribute of the table, with *Name format* *Unspecified*."),
				do("Select *Save*."),
			},
		},
		Claims: []Claim{
			{
				Use:   Login,
				Name:  "login",
				Value: "user.login",
			},
			{
				Use:   Email,
				Name:  "email",
				Value: "user.email",
			},
			{
				Use:   Name,
				Name:  "name",
				Value: "user.displayName",
				Note:  "Or user.firstName, if people have no display name.",
			},
			{
				Use:   Groups,
				Name:  "groups",
				Value: "Matches regex .*",
			},
		},
		Groups: Part{
			Title: groupTitle,
			Do: []Instruction{
				do("In the same place, under *Group attribute statements*, enter `groups` as *Name*, and as *Filter* choose *Matches regex* with `.*`, or an expression that fits the groups you need."),
			},
			Warnings: []string{byName, oktaAbsent},
		},
		Assign: oktaAssign(),
	}
}

func oktaAssign() Part {
	return Part{
		Title: assignTitle,
		Do: []Instruction{
			do("In the application, open *Assignments*."),
			do("Select *Assign*, then *Assign to Groups*."),
			do("Assign the groups whose people are to sign in, and select *Done*. For the test, you need to be in one of them."),
		},
	}
}

func oktaOIDC() Guide {
	return Guide{
		Provider: sso.Okta,
		Protocol: sso.OIDC,
		Product:  "Okta",
		Better:   true,
		Role:     "An Okta admin who may manage applications.",
		Why:      "Fewest steps, and no certificate to renew.",
		Create: Part{
			Title: createTitle,
			Do: []Instruction{
				do("In the Okta admin console, go to *Applications* › *Applications* and select *Create App Integration*."),
				do("As *Sign-in method* select *OIDC - OpenID Connect*, as *Application type* *Web application*. Select *Next*."),
				do("Enter a name under *App integration name*, and as redirect URI:",
					Value{
						RedirectURI,
						"Sign-in redirect URIs",
						"Also called callback URL. Remove any other from the list.",
						"",
					},
					Value{
						LogoutURL, "Sign-out redirect URIs",
						"Optional: where signing out leads back to.", "",
					}),
				do("Under *Assignments*, choose:",
					choose("Controlled access", "Allow everyone in your organization to access"),
					Value{
						Choice, "Enable immediate access",
						"Leave it off if you plan to use SCIM, or want to choose who may sign in.",
						"Enable immediate access with Federation Broker Mode",
					}),
				do("Select *Save*."),
			},
			Warnings: []string{
				"*Federation Broker Mode* lets everyone in Okta sign in, and switches provisioning by SCIM off: Okta then pushes no one. Without it, people sign in once you have assigned them or a group of theirs.",
			},
		},
		Configure: Part{
			Title: configureTitle,
			Do: []Instruction{
				do("In the application, open *General*. Under *Client Credentials*, copy the *Client ID*, and under *Client Secrets* the secret."),
				do("Select your name in the top right corner, and copy your *Okta Domain*."),
			},
		},
		Wanted: []Wanted{
			{"oidc.issuer", "Okta Domain", "your name, top right", "https://acme.okta.com"},
			{"oidc.client_id", "Client ID", "General › Client Credentials", "0oa1a2b3c4d5e6f7g8h9"},
			{"oidc.client_secret", "Client Secret", "General › Client Secrets", ""},
		},
		Attributes: Part{
			Title: claimTitle,
			Do: []Instruction{
				do("Login, e-mail and name are sent by default. No step is needed for them."),
			},
		},
		Claims: []Claim{
			{
				Use:    Login,
				Name:   "preferred_username",
				Value:  "Okta username",
				ByName: true,
			},
			{
				Use:    Email,
				Name:   "email",
				Value:  "Primary email",
				ByName: true,
			},
			{
				Use:    Name,
				Name:   "name",
				Value:  "First and last name",
				ByName: true,
			},
			{
				Use:   Groups,
				Name:  "groups",
				Value: "Matches regex .*",
			},
		},
		Groups: Part{
			Title: groupTitle,
			Do: []Instruction{
				do("In the application, open *Sign On*. Under *Token claims*, open *Show legacy configuration* and select *Edit*."),
				do(
					"Fill in:", choose("Groups claim type", "Filter"),
					choose("Groups claim filter", "groups, Matches regex, .*"),
				),
				do("Select *Save*."),
			},
			Warnings: []string{
				byName,
				"Okta cuts the list at 100 groups without saying so. People in that many groups are added to groups and removed from none: choose an expression that fits only the groups you need.",
				oktaAbsent,
			},
		},
		Assign: oktaAssign(),
	}
}

//nolint:lll // a text is one line
func oktaSCIM() SCIM {
	return SCIM{
		Provider:  sso.Okta,
		Product:   "Okta",
		Role:      "An Okta admin who may manage applications.",
		TokenName: "okta-1",
		Connect: Part{
			Title: connectTitle,
			Do: []Instruction{
				do("In Okta, open the application that you use for single sign-on; if it is one with OpenID Connect, the second one that is for provisioning. In *General* › *App Settings*, select *Edit*."),
				do("As *Provisioning*, select *SCIM*, then *Save*. The tab *Provisioning* appears."),
				do("Open *Provisioning* › *Integration*, select *Edit*, and fill in:",
					scimURL("SCIM connector base URL", ""),
					choose("Unique identifier field for users", "userName"),
					choose("Supported provisioning actions", "Push New Users, Push Profile Updates, Push Groups"),
					choose("Authentication Mode", "HTTP Header"),
					tokenValue("Authorization: Bearer", "Under HTTP Header.")),
				do("Select *Test Connector Configuration*, close its window, and select *Save*."),
			},
			Warnings: []string{
				"An application with OpenID Connect that you created has no *SCIM* to select. Create a second application for provisioning: *Create App Integration*, then *SAML 2.0* or *SWA*, with *Do not display application icon to users*. People keep signing in through the first one.",
				"*Federation Broker Mode* switches provisioning off: Okta then assigns no one, so it pushes no one. Switch it off in *General* before you continue.",
				"Without *Push Groups*, people arrive without their groups.",
			},
		},
		Mappings: Part{
			Title: mappingsTitle,
			Do: []Instruction{
				do("Open *Provisioning* › *To App*, select *Edit*, tick *Create Users*, *Update User Attributes* and *Deactivate Users*, and select *Save*."),
				do("Open *Sign On*. Under *Credentials Details*, *Application username format* is what is pushed as `userName`. Choose what people sign in with here, which is *Okta username* unless you changed it."),
			},
			Warnings: []string{
				"Without *Deactivate Users*, people who leave stay active here.",
				"*Suspended* people in Okta are not deactivated: Okta pushes nothing for them. Deactivate them, or take the application from them.",
			},
		},
		Assign: Part{
			Title: provisionTitle,
			Do: []Instruction{
				do("Open *Assignments*, and assign the groups or people to be provisioned. For people who were assigned before, select *Provision User*."),
				do("Open *Push Groups*, select *Push Groups* › *Find groups by name*, choose a group, leave *Push group memberships immediately* ticked, and select *Save*. Do this for each group that matters here."),
				do("If a group of this name exists here already, select *Refresh App Groups* first. Then choose *Link Group* and this group, instead of *Create Group*."),
			},
			Warnings: []string{
				"A group may be pushed before its people: they become members when they arrive.",
				"Only pushed groups arrive. A group that is merely assigned brings its people, and not itself.",
				"Do not push the groups by which you assign people: Okta does not support one group for both, and some of its members would be missing here. Have a group of its own for the assignment.",
				"Okta sends only those members of a pushed group who are assigned to the application, too.",
				"*Create Group* is refused for a name that a group here has. *Link Group* takes the group over.",
			},
		},
		Required: []Required{
			{
				Attribute: "userName",
				From:      "Application username format",
				Why:       whyUserName,
				Login:     true,
			},
			groupNames("the name of the pushed group"),
		},
		NotNeeded: []string{
			"*Import New Users and Profile Updates* is of no use here. It does no harm.",
			"The password that Okta generates is dropped.",
		},
		Cycle:   "Okta pushes each change at once.",
		First:   "The first request comes when you select *Test Connector Configuration*.",
		Network: "If a firewall lets known addresses in only, add those that Okta publishes for its cells, under *IP address ranges*.",
		OwnTest: OwnTest{
			Text: "*Test Connector Configuration* lists users and groups. It changes nothing, so it passes with a token " +
				"that may only read.",
			Groups: true,
		},
		Again: "In *Push Groups*, select *Push now* on each group. For a person, select *Provision User* or *Retry selected* under *Tasks*.",
	}
}
