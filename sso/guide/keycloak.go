package guide

import "gatehouse/sso"

const keycloakPath = "Switch *Full group path* off. With it a group is called `/staff/engineering`, and matches only a group of exactly that name."

func keycloakSAML() Guide {
	return Guide{
		Provider: sso.Keycloak,
		Protocol: sso.SAML,
		Product:  "Keycloak",
		Role:     "An admin of the realm.",
		Why:      "If your company asks for SAML, or for encrypted assertions.",
		Create:   keycloakSAMLClient(),
		Configure: Part{
			Title: configureTitle,
			Do: []Instruction{
				do("In *Realm settings* › *General*, next to *Endpoints*, copy the address of *SAML 2.0 Identity Provider Metadata*."),
			},
		},
		Wanted: []Wanted{
			{
				"saml.metadata_url", "SAML 2.0 Identity Provider Metadata",
				"Realm settings › General › Endpoints",
				"https://keycloak.acme.example/realms/acme/protocol/saml/descriptor",
			},
			{
				"saml.idp_entity_id", "entityID", "in the metadata",
				"https://keycloak.acme.example/realms/acme",
			},
			{
				"saml.sso_url", "SingleSignOnService", "in the metadata",
				"https://keycloak.acme.example/realms/acme/protocol/saml",
			},
			{"saml.certificates", "Certificate", "Realm settings › Keys › RS256 › Certificate", ""},
		},
		Attributes: Part{
			Title: attributeTitle,
			Do: []Instruction{
				do("In the client, open *Client scopes* and the scope that ends with *-dedicated*."),
				do("Select *Add mapper* › *By configuration* › *User Property* for each attribute of the table: its name is the *SAML Attribute Name*, the value the *Property*."),
			},
		},
		Claims: []Claim{
			{Use: Login, Name: "login", Value: "username"},
			{Use: Email, Name: "email", Value: "email"},
			{Use: Name, Name: "firstName", Value: "firstName"},
			{Use: Name, Name: "lastName", Value: "lastName"},
			{Use: Groups, Name: "groups", Value: "Group list"},
		},
		Groups: Part{
			Title: groupTitle,
			Do: []Instruction{
				do("In the same scope, select *Add mapper* › *By configuration* › *Group list*, and fill in:",
					choose("Group attribute name", "groups"),
					choose("Single Group Attribute", "On"), choose("Full group path", "Off")),
				do("Select *Save*."),
			},
			Warnings: []string{
				byName, keycloakPath,
				"Keycloak sends nothing for people in no group. With this mapper in place, have the connection treat missing groups as no groups, or people who leave their last group keep it here.",
			},
		},
		Assign: keycloakAssign(),
	}
}

func keycloakSAMLClient() Part {
	return Part{
		Title: createTitle,
		Do: []Instruction{
			do(
				"In the admin console, choose your realm, go to *Clients*, and select *Import client* with our metadata file. It fills the next fields in.",
				Value{MetadataFile, "Resource file", "Our service provider metadata.", ""},
			),
			do("Or by hand: select *Create client*, the type *SAML*, and fill in:",
				Value{EntityID, "Client ID", "Also called SP entity ID.", ""},
				Value{ACSURL, "Master SAML Processing URL", "Also called ACS URL.", ""},
				Value{
					ACSURL, "Valid redirect URIs", "The same address again, and no other.", "",
				}),
			do(
				"In *Settings*, make sure of these:", choose("Name ID format", "persistent"),
				choose("Force name ID format", "On"),
				choose("Sign documents", "On"),
				choose("Sign assertions", "On"),
				choose("Signature algorithm", "RSA_SHA256"),
			),
			do(
				"In *Keys*, switch *Client signature required* on, and import our certificate. It checks that requests are ours. *Encrypt assertions* is optional.",
				Value{Certificate, "Import key", "Archive format Certificate PEM.", ""},
			),
			do("Select *Save*."),
		},
		Warnings: []string{
			"Importing our metadata switches *Encrypt assertions* on. That works, and you may switch it off.",
			"Do not choose the name ID format *transient*: everyone would be a new person at every sign-in.",
		},
	}
}

func keycloakAssign() Part {
	return Part{
		Title: assignTitle,
		Do: []Instruction{
			do("Everyone in the realm may sign in. There is nothing to do unless you restrict that."),
			do("To restrict it: in *Authentication*, copy the browser flow, add *Condition - user role* with *Deny access* behind it, and choose the copy in the client’s *Advanced* › *Authentication flow overrides*."),
		},
	}
}

func keycloakOIDC() Guide {
	return Guide{
		Provider: sso.Keycloak,
		Protocol: sso.OIDC,
		Product:  "Keycloak",
		Better:   true,
		Role:     "An admin of the realm.",
		Why:      "Fewest steps. Signing out of Keycloak signs out here too.",
		Create: Part{
			Title: createTitle,
			Do: []Instruction{
				do("In the admin console, choose your realm, go to *Clients*, and select *Create client* with the type *OpenID Connect*."),
				do("Enter a *Client ID* of your choice. Select *Next*."),
				do(
					"In *Capability config*, choose:", choose("Client authentication", "On"),
					choose("Authentication flow", "Standard flow"),
				),
				do("In *Login settings*, fill in:",
					Value{
						RedirectURI,
						"Valid redirect URIs",
						"Also called callback URL. Enter it whole, without a star.",
						"",
					},
					Value{
						LogoutURL, "Valid post logout redirect URIs",
						"Where signing out leads back to.", "",
					}),
				do("Select *Save*. In *Settings* › *Logout settings*, which is optional:",
					Value{
						Backchannel,
						"Backchannel logout URL",
						"Signing out of Keycloak then ends the session here.",
						"",
					}),
			},
			Warnings: []string{"A redirect URI with a star in it accepts addresses that are not ours."},
		},
		Configure: Part{
			Title: configureTitle,
			Do: []Instruction{
				do("In *Realm settings* › *General*, next to *Endpoints*, copy the address of *OpenID Endpoint Configuration*."),
				do("In the client, open *Credentials*, and copy the *Client Secret*."),
			},
		},
		Wanted: []Wanted{
			{
				"oidc.issuer", "OpenID Endpoint Configuration",
				"Realm settings › General › Endpoints",
				"https://keycloak.acme.example/realms/acme/.well-known/openid-configuration",
			},
			{"oidc.client_id", "Client ID", "Clients › Settings", "gatehouse"},
			{"oidc.client_secret", "Client Secret", "Clients › Credentials", ""},
		},
		Attributes: Part{
			Title: claimTitle,
			Do:    []Instruction{do("Login, e-mail and name are sent by default. No step is needed for them.")},
		},
		Claims: []Claim{
			{
				Use:    Login,
				Name:   "preferred_username",
				Value:  "username",
				ByName: true,
			},
			{
				Use:    Email,
				Name:   "email",
				Value:  "email",
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
				Value: "Group Membership",
			},
		},
		Groups: Part{
			Title: groupTitle,
			Do: []Instruction{
				do(
					"In the client, open *Client scopes* and the scope that ends with *-dedicated*. Select *Add mapper* › *By configuration* › *Group Membership*, and fill in:",
					choose("Token Claim Name", "groups"), choose("Full group path", "Off"),
					choose("Add to ID token", "On"),
				),
				do("Select *Save*."),
			},
			Warnings: []string{byName, keycloakPath, "Without this mapper, realm roles are taken for groups."},
		},
		Assign: keycloakAssign(),
	}
}
