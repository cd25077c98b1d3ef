package guide

import "gatehouse/sso"

//nolint:lll // a text is one line
func pingOIDC() Guide {
	return Guide{
		Provider: sso.Ping,
		Protocol: sso.OIDC,
		Product:  "PingOne",
		Role:     "An administrator of the environment.",
		Why:      "No certificate to renew.",
		Create: Part{
			Title: createTitle,
			Do: []Instruction{
				do("In PingOne, go to *Applications* › *Applications* and select the plus sign."),
				do("Enter an *Application Name*, choose *OIDC Web App*, and select *Save*."),
				do("Open *Configuration*, select the pencil, and fill in:",
					choose("Response Type", "Code"),
					choose("Grant Type", "Authorization Code"),
					Value{
						RedirectURI,
						"Redirect URIs",
						"Also called callback URL. Enter it whole, without a star.",
						"",
					},
					Value{
						LogoutURL, "Signoff URLs",
						"Optional: where signing out leads back to.", "",
					},
					choose("Token Endpoint Authentication Method", "Client Secret Basic")),
				do("Select *Save*. Switch the application on, at the top right."),
			},
			Warnings: []string{"An application that is not switched on refuses everyone."},
		},
		Configure: Part{
			Title: configureTitle,
			Do: []Instruction{
				do("In the application, open *Configuration*. Under *URLs*, copy the *OIDC Discovery Endpoint*."),
				do("In the same place, copy the *Client ID* and the *Client Secret*."),
			},
		},
		Wanted: []Wanted{
			{
				"oidc.issuer", "OIDC Discovery Endpoint", "Configuration › URLs",
				"https://auth.pingone.eu/…/as/.well-known/openid-configuration",
			},
			{"oidc.client_id", "Client ID", "Configuration", "3f4d8a2b-0c1e-4d5f-9a6b-7c8d9e0f1a2b"},
			{"oidc.client_secret", "Client Secret", "Configuration", ""},
		},
		Attributes: Part{
			Title: claimTitle,
			Do: []Instruction{
				do("In the application, open *Resources*, select the pencil, and add the scopes `email` and `profile`. Select *Save*."),
				do("Open *Attribute Mappings*, select the pencil, and add the login and the name: what is in the table as name under *Attributes*, the value under *PingOne Mappings*. Select *Save*."),
			},
		},
		Claims: []Claim{
			{
				Use:   Login,
				Name:  "preferred_username",
				Value: "Username",
			},
			{
				Use:    Email,
				Name:   "email",
				Value:  "Email Address",
				ByName: true,
			},
			{
				Use:   Name,
				Name:  "name",
				Value: "Formatted",
			},
			{
				Use:   Groups,
				Name:  "groups",
				Value: "Group Names",
			},
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

func pingAssign() Part {
	return Part{
		Title: assignTitle,
		Do: []Instruction{
			do("In the application, open *Access*, and choose the groups whose people are to sign in. " +
				"With none chosen everyone may. For the test, you need to be in one of them."),
			do("Select *Save*."),
		},
	}
}
