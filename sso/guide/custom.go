package guide

import "gatehouse/sso"

func customSAML() Guide {
	return Guide{
		Provider: sso.Custom,
		Protocol: sso.SAML,
		Product:  "Another identity provider",
		Role:     "Admin access to your identity provider.",
		Why:      "Any product that supports SAML 2.0.",
		Create: Part{
			Title: createTitle,
			Do: []Instruction{
				do("In your identity provider, add an application, also called service provider or relying party, for SAML 2.0."),
				do(
					"If it takes metadata, give it ours. The rest of the fields is then filled in.",
					Value{MetadataURL, "Metadata URL", "Our service provider metadata.", ""},
					Value{MetadataFile, "Metadata file", "The same as a file.", ""},
				),
				do("Otherwise fill in:",
					Value{
						EntityID,
						"Service provider entity ID",
						"Also called SP entity ID, audience, audience URI, identifier or client ID.",
						"",
					},
					Value{
						ACSURL,
						"Single sign-on URL",
						"Also called assertion consumer service (ACS) URL, reply URL, recipient, destination or callback. Binding HTTP-POST.",
						"",
					}),
				do(
					"Choose:",
					choose("Name ID format", "persistent"),
					choose("Sign", "the assertion, or both assertion and response"),
					choose("Signature algorithm", "RSA-SHA256 or ECDSA-SHA256"),
				),
				do(
					"If it checks the signature of requests, or encrypts assertions, give it our certificate.",
					Value{
						Certificate, "Service provider certificate",
						"One certificate for both, as a PEM file.", "",
					},
				),
			},
			Warnings: []string{oneACS},
		},
		Configure: Part{
			Title: configureTitle,
			Do: []Instruction{
				do("Copy the address of your identity provider’s metadata. If it has none, choose *Manual* below, and upload its metadata file, or enter three values and its signing certificate."),
			},
		},
		Wanted: []Wanted{
			{
				"saml.metadata_url", "Metadata URL", "in your identity provider",
				"https://idp.acme.example/metadata",
			},
			{
				"saml.idp_entity_id", "Entity ID", "in your identity provider, also called issuer",
				"https://idp.acme.example",
			},
			{
				"saml.sso_url", "Single Sign-On Login URL",
				"in your identity provider, also called sign-on or login URL",
				"https://idp.acme.example/saml/sso",
			},
			{
				"saml.certificates", "Signing certificate",
				"in your identity provider, also called X.509 certificate",
				"",
			},
		},
		Attributes: Part{
			Title: attributeTitle,
			Do: []Instruction{
				do("In your identity provider, add one attribute, also called claim or assertion attribute, for each line of the table, under exactly this name."),
			},
		},
		Claims: []Claim{
			{Use: Login, Name: "login", Value: "what people sign in with, and what stays the same"},
			{Use: Email, Name: "email", Value: "e-mail address"},
			{Use: Name, Name: "name", Value: "full name"},
			{Use: Groups, Name: "groups", Value: "names of the groups, one value each"},
		},
		Groups: Part{
			Title: groupTitle,
			Do: []Instruction{
				do("Add an attribute `groups` with the names of all groups someone is in, each as a value of its own. If they are sent as one text, enter the separator below."),
			},
			Warnings: []string{byName},
		},
		Assign: customAssign(),
	}
}

func customAssign() Part {
	return Part{
		Title: assignTitle,
		Do: []Instruction{
			do("In your identity provider, give the groups whose people are to sign in access to the application. For the test, you need to be in one of them."),
		},
	}
}

func customOIDC() Guide {
	return Guide{
		Provider: sso.Custom,
		Protocol: sso.OIDC,
		Product:  "Another identity provider",
		Better:   true,
		Role:     "Admin access to your identity provider.",
		Why:      "Any product that supports OpenID Connect.",
		Create: Part{
			Title: createTitle,
			Do: []Instruction{
				do("In your identity provider, add an application, also called client or relying party, for OpenID Connect, of the type web application, with a client secret."),
				do("Fill in:",
					Value{
						RedirectURI,
						"Redirect URI",
						"Also called callback URL or sign-in redirect URI. Enter it whole, without a star.",
						"",
					},
					Value{
						LogoutURL, "Post logout redirect URI",
						"Optional: where signing out leads back to.", "",
					},
					Value{
						Backchannel,
						"Back-channel logout URI",
						"Optional: signing out there then ends the session here.",
						"",
					}),
				do("Choose:", choose("Grant type", "Authorization code"), choose("PKCE", "S256")),
			},
		},
		Configure: Part{
			Title: configureTitle,
			Do: []Instruction{
				do("Copy the issuer, or the address of the discovery document, which ends with `/.well-known/openid-configuration`."),
				do("Copy the client ID and the client secret."),
			},
		},
		Wanted: []Wanted{
			{
				"oidc.issuer", "Issuer or discovery URL", "in your identity provider",
				"https://idp.acme.example/.well-known/openid-configuration",
			},
			{"oidc.client_id", "Client ID", "in your identity provider", "gatehouse"},
			{"oidc.client_secret", "Client secret", "in your identity provider", ""},
		},
		Attributes: Part{
			Title: claimTitle,
			Do: []Instruction{
				do("Login, e-mail and name have standard names, and are usually sent by default with the scopes `profile` and `email`."),
			},
		},
		Claims: []Claim{
			{
				Use:    Login,
				Name:   "preferred_username",
				Value:  "what people sign in with",
				ByName: true,
			},
			{
				Use:    Email,
				Name:   "email",
				Value:  "e-mail address",
				ByName: true,
			},
			{
				Use:    Name,
				Name:   "name",
				Value:  "full name",
				ByName: true,
			},
			{
				Use:   Groups,
				Name:  "groups",
				Value: "names of the groups, as a list",
			},
		},
		Groups: Part{
			Title: groupTitle,
			Do: []Instruction{
				do("Have a claim `groups` put into the ID token or the userinfo response, with the names of all groups someone is in. Some products want the scope `groups` for that: add it in step 2."),
			},
			Warnings: []string{byName},
		},
		Assign: customAssign(),
	}
}

//nolint:lll // a text is one line
func customSCIM() SCIM {
	return SCIM{
		Provider:  sso.Custom,
		Product:   "Another identity provider",
		Role:      "Admin access to your identity provider.",
		TokenName: "scim-1",
		Connect: Part{
			Title: connectTitle,
			Do: []Instruction{
				do("In your identity provider, open the provisioning of the application that you use for single sign-on, or add an application for SCIM 2.0."),
				do("Fill in:",
					scimURL("SCIM base URL", "Also called tenant URL, endpoint or service provider URL. With or without a slash at the end."),
					choose("SCIM version", "2.0"),
					choose("Authentication", "HTTP header, bearer token"),
					tokenValue("Token", "Also called secret token, API key or bearer token.")),
				do("Run its test of the connection, if it has one."),
			},
		},
		Mappings: Part{
			Title: mappingsTitle,
			Do: []Instruction{
				do("Make it create, update and deactivate users, and push groups with their members."),
				do("Match users by `userName` and groups by `displayName`."),
				do("Map `userName` to the value that single sign-on sends as the login, and `externalId` to an identifier that never changes."),
			},
			Warnings: []string{"A user is deactivated by `active` false, or by a deletion. If it sends neither, people who leave stay active here."},
		},
		Assign: Part{
			Title: provisionTitle,
			Do: []Instruction{
				do("Choose the people and groups to be provisioned, and start it."),
			},
			Warnings: []string{"Groups inside groups are not expanded: push each group whose members matter here."},
		},
		Required: []Required{
			{
				Attribute: "userName",
				From:      "the value that single sign-on sends as the login",
				Why:       whyUserName,
				Login:     true,
			},
			{
				Attribute: "externalId",
				From:      "an identifier that never changes",
				Why:       whyExternal,
			},
			groupNames("the name of the group"),
		},
		Cycle:   "When changes arrive depends on your identity provider. Its documentation says so.",
		First:   "The first request comes when it tests the connection, or with its first cycle.",
		Network: anyNetwork,
		OwnTest: OwnTest{
			Text: "Most tests read users alone. Then they pass with a token that may not read groups.",
		},
		Again: "Restart provisioning there, so that everything is sent again.",
	}
}
