package guide

import "gatehouse/sso"

//nolint:lll // a text is one line
func jumpCloudOIDC() Guide {
	return Guide{
		Provider: sso.JumpCloud,
		Protocol: sso.OIDC,
		Product:  "JumpCloud",
		Role:     "A JumpCloud administrator.",
		Why:      "No certificate to renew.",
		Create: Part{
			Title: createTitle,
			Do: []Instruction{
				do("In the JumpCloud admin portal, go to *SSO Applications* and select *+ Add New Application*, then *Custom Application* and *Next*."),
				do("Select *Manage Single Sign-On (SSO)* and *Configure SSO with OIDC*, then *Next*."),
				do("Enter a *Display Label*, select *Next*, then *Configure Application*."),
				do("In the tab *SSO*, in *Endpoint Configuration*, fill in:",
					Value{
						RedirectURI,
						"Redirect URIs",
						"Also called callback URL. Enter no other.",
						"",
					},
					choose("Client Authentication Type", "Client Secret Basic"),
					Value{
						SignInURL,
						"Login URL",
						"Where the tile in JumpCloud leads to.",
						"",
					}),
			},
		},
		Configure: Part{
			Title: configureTitle,
			Do: []Instruction{
				do("Select *Activate*. A window shows the *Client ID* and the *Client Secret*: copy both."),
				do("The issuer is the same for every customer of a region: `https://oauth.id.jumpcloud.com/`, with the slash at its end."),
			},
			Warnings: []string{
				"The *Client Secret* is shown this once. Create a new one if it is lost.",
			},
		},
		Wanted: []Wanted{
			{"oidc.issuer", "Issuer", "in the steps above", "https://oauth.id.jumpcloud.com/"},
			{"oidc.client_id", "Client ID", "SSO, after Activate", "5d8f0b1e-4c3a-4f0e-9a51-2f6c7b8d9e01"},
			{"oidc.client_secret", "Client Secret", "SSO, after Activate", ""},
		},
		Attributes: Part{
			Title: claimTitle,
			Do: []Instruction{
				do("In the tab *SSO*, go to *Attribute Mapping*. As *Standard Scopes*, tick *Email* and *Profile*."),
				do("Add a user attribute for the login: the name of the table is the *Service Provider Attribute Name*. The other lines come with the scopes."),
				do("Select *Save*."),
			},
			Warnings: []string{
				"No attribute may be there twice: remove one of two lines of the same name.",
			},
		},
		Claims: []Claim{
			{
				Use:   Login,
				Name:  "username",
				Value: "username",
			},
			{
				Use:   Email,
				Name:  "email",
				Value: "Standard Scopes: Email",
			},
			{
				Use:   Name,
				Name:  "given_name",
				Value: "Standard Scopes: Profile",
			},
			{
				Use:   Name,
				Name:  "family_name",
				Value: "Standard Scopes: Profile",
			},
			{
				Use:   Groups,
				Name:  "groups",
				Value: "include group attribute",
			},
		},
		Groups: Part{
			Title: groupTitle,
			Do: []Instruction{
				do("In the same place, tick *include group attribute*, and enter `groups` as its name. Select *Save*."),
			},
			Warnings: []string{byName},
		},
		Assign: jumpCloudAssign(),
	}
}

func jumpCloudAssign() Part {
	return Part{
		Title: assignTitle,
		Do: []Instruction{
			do("In the application, open *User Groups* and tick the groups whose people are to sign in. " +
				"For the test, you need to be in one of them."),
			do("Select *Save*."),
		},
		Warnings: []string{"Only the groups ticked here are sent."},
	}
}
