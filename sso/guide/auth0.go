package guide

import "gatehouse/sso"

// auth0Settings are the settings of the SAML2 Web App addon; by default it signs
// with SHA-1, and its attributes have long names.
const auth0Settings = "`{\"signatureAlgorithm\": \"rsa-sha256\", \"digestAlgorithm\": \"sha256\", " +
	"\"mappings\": {\"email\": \"email\", \"name\": \"name\"}}`"

const auth0Roles = "Auth0 has roles, not groups. *User Management* › *Roles* has those of your people."

//nolint:lll // a text is one line
func auth0SAML() Guide {
	return Guide{
		Provider: sso.Auth0,
		Protocol: sso.SAML,
		Product:  "Auth0",
		Role:     "An Auth0 tenant administrator.",
		Why:      "If your company asks for SAML.",
		Create: Part{
			Title: createTitle,
			Do: []Instruction{
				auth0Application(),
				do("In the application, open *Addons*, switch *SAML2 Web App* on, and open its tab *Settings*. Fill in:",
					Value{
						ACSURL, "Application Callback URL",
						"Also called ACS URL. Enter no other.", "",
					}),
				do("Replace the text under *Settings* with this: " + auth0Settings + "."),
				do("Optional, for sign-ins that begin at Auth0: add our entity ID to that text.",
					Value{
						EntityID, "audience",
						"Without it, Auth0 takes the entity ID from our request.", "",
					}),
				do("Select *Save*."),
			},
			Warnings: []string{
				"Without *signatureAlgorithm* and *digestAlgorithm*, Auth0 signs with SHA-1, which is refused.",
			},
		},
		Configure: Part{
			Title: configureTitle,
			Do: []Instruction{
				do("In the addon, open the tab *Usage*. Next to *Identity Provider Metadata*, copy the address of the link *Download*."),
			},
		},
		Wanted: []Wanted{
			{
				"saml.metadata_url", "Identity Provider Metadata", "Addons › SAML2 Web App › Usage",
				"https://acme.eu.auth0.com/samlp/metadata/…",
			},
			{"saml.idp_entity_id", "Issuer", "Addons › SAML2 Web App › Usage", "urn:acme.eu.auth0.com"},
			{
				"saml.sso_url", "Identity Provider Login URL", "Addons › SAML2 Web App › Usage",
				"https://acme.eu.auth0.com/samlp/…",
			},
			{"saml.certificates", "Identity Provider Certificate", "Addons › SAML2 Web App › Usage", ""},
		},
		Attributes: Part{
			Title: attributeTitle,
			Do: []Instruction{
				do("E-mail and name are sent as entered above. Login and groups come from an Action: go to *Actions* › *Library*, and select *Create Action* › *Build from scratch*. Enter a *Name*, choose the trigger *Login / Post Login*, and select *Create*."),
				do("Enter these two lines into the function: `api.samlResponse.setAttribute('login', event.user.email);` and `api.samlResponse.setAttribute('groups', event.authorization?.roles ?? []);`."),
				auth0Deploy(),
			},
		},
		Claims: []Claim{
			{
				Use:   Login,
				Name:  "login",
				Value: "event.user.email",
				Note:  "By the Action.",
			},
			{
				Use:    Email,
				Name:   "email",
				Value:  "email",
				ByName: true,
				Note:   "By the settings of the addon.",
			},
			{
				Use:    Name,
				Name:   "name",
				Value:  "name",
				ByName: true,
				Note:   "By the settings of the addon.",
			},
			{
				Use:   Groups,
				Name:  "groups",
				Value: "event.authorization.roles",
				Note:  "By the Action.",
			},
		},
		Groups: Part{
			Title: groupTitle,
			Do: []Instruction{
				do("The Action sends the names of a person’s roles. " + auth0Roles),
			},
			Warnings: []string{byName, "The Action runs for every application of the tenant, and changes only what is sent by SAML."},
		},
		Assign: auth0Assign(),
	}
}

//nolint:lll // a text is one line
func auth0OIDC() Guide {
	return Guide{
		Provider: sso.Auth0,
		Protocol: sso.OIDC,
		Product:  "Auth0",
		Better:   true,
		Role:     "An Auth0 tenant administrator.",
		Why:      "Fewest steps, and no certificate to renew.",
		Create: Part{
			Title: createTitle,
			Do: []Instruction{
				auth0Application(),
				do("In the application, open *Settings*. Under *Application URIs*, fill in:",
					Value{
						RedirectURI, "Allowed Callback URLs",
						"Also called redirect URI. Enter no other, and no star.", "",
					},
					Value{
						LogoutURL, "Allowed Logout URLs",
						"Optional: where signing out leads back to.", "",
					}),
				do("Select *Save Changes*."),
			},
		},
		Configure: Part{
			Title: configureTitle,
			Do: []Instruction{
				do("In *Settings* › *Basic Information*, copy *Domain*, *Client ID* and *Client Secret*."),
				do("The issuer is the domain with `https://` before it and a slash at its end."),
			},
		},
		Wanted: []Wanted{
			{"oidc.issuer", "Domain", "Settings › Basic Information", "https://acme.eu.auth0.com/"},
			{"oidc.client_id", "Client ID", "Settings › Basic Information", "aB3dE5fG7hI9jK1lM2nO4pQ6rS8tU0vW"},
			{"oidc.client_secret", "Client Secret", "Settings › Basic Information", ""},
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
				Name:   "email",
				Value:  "email",
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
				Value:  "name",
				ByName: true,
			},
			{
				Use:   Groups,
				Name:  "memberOf",
				Value: "event.authorization.roles",
				Note:  "By an Action.",
			},
		},
		Groups: Part{
			Title: groupTitle,
			Do: []Instruction{
				do(auth0Roles + " An Action sends their names: go to *Actions* › *Library*, and select *Create Action* › *Build from scratch*. Enter a *Name*, choose the trigger *Login / Post Login*, and select *Create*."),
				do("Enter this line into the function: `api.idToken.setCustomClaim('memberOf', event.authorization?.roles ?? []);`."),
				auth0Deploy(),
			},
			Warnings: []string{
				byName,
				"Auth0 keeps the names `groups` and `roles` for itself: a claim of such a name is left out without an error.",
			},
		},
		Assign: auth0Assign(),
	}
}

func auth0Application() Instruction {
	return do("In the Auth0 Dashboard, go to *Applications* › *Applications* and select *Create Application*. " +
		"Enter a name, choose *Regular Web Applications*, and select *Create*.")
}

func auth0Deploy() Instruction {
	return do("Select *Deploy*. Then go to *Actions* › *Triggers*, which was *Flows* before, open *post-login*, drag the Action into the flow, " +
		"and select *Apply*.")
}

//nolint:lll // a text is one line
func auth0Assign() Part {
	return Part{
		Title: assignTitle,
		Do: []Instruction{
			do("In the application, open *Connections*, and switch those on whose people are to sign in. Everyone in them may. For the test, you need to be in one of them."),
			do("To let only some in, set a sign-in rule in *Settings* of the connection here."),
		},
	}
}
