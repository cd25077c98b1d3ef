package guide

import "gatehouse/sso"

//nolint:lll // a text is one line
func oneLoginOIDC() Guide {
	return Guide{
		Provider: sso.OneLogin,
		Protocol: sso.OIDC,
		Product:  "OneLogin",
		Role:     "A OneLogin administrator.",
		Why:      "No certificate to renew, and no regular expression to enter.",
		Create: Part{
			Title: createTitle,
			Do: []Instruction{
				do("In OneLogin, go to *Applications* › *Applications*, select *Add App*, search for `OpenId Connect`, and choose *OpenId Connect (OIDC)*."),
				do("Enter a *Display Name*, and select *Save*."),
				do("Open *Configuration* and fill in:",
					Value{
						RedirectURI,
						"Redirect URI's",
						"Also called callback URL. Enter no other.",
						"",
					},
					Value{
						SignInURL,
						"Login Url",
						"Optional: where the tile in OneLogin leads to.",
						"",
					}),
				do("Select *Save*."),
			},
			Warnings: []string{
				"It can take OneLogin up to 10 minutes until a changed redirect URI counts.",
			},
		},
		Configure: Part{
			Title: configureTitle,
			Do: []Instruction{
				do("In the application, open *SSO*. Copy the *Client ID*, select *Show client secret* and copy the *Client Secret*."),
				do("In the same place, copy the address of *Well-known Configuration*."),
			},
		},
		Wanted: []Wanted{
			{
				"oidc.issuer", "Well-known Configuration", "SSO",
				"https://acme.onelogin.com/oidc/2/.well-known/openid-configuration",
			},
			{"oidc.client_id", "Client ID", "SSO", "1a2b3c40-20c9-0136-5146-0673517712345678"},
			{"oidc.client_secret", "Client Secret", "SSO › Show client secret", ""},
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
				Value:  "Username",
				ByName: true,
			},
			{
				Use:    Email,
				Name:   "email",
				Value:  "Email",
				ByName: true,
			},
			{
				Use:    Name,
				Name:   "name",
				Value:  "Name",
				ByName: true,
			},
			{
				Use:   Groups,
				Name:  "groups",
				Value: "User Roles",
			},
		},
		Groups: Part{
			Title: groupTitle,
			Do: []Instruction{
				do("In the application, open *Parameters*, and select the line *Groups*."),
				do("As its value choose *User Roles*, or *MemberOf* for the groups of a connected directory, and *Semicolon Delimited input (Multi-value output)*. Select *Save*."),
			},
			Warnings: []string{
				byName,
				"OneLogin sends groups only if the scope `groups` is asked for. The connection asks for it as soon as it has read that OneLogin offers it: in *Configure the connection*, *More settings* › *Scopes* has `groups`.",
			},
		},
		Assign: oneLoginAssign(),
	}
}

func oneLoginAssign() Part {
	return Part{
		Title: assignTitle,
		Do: []Instruction{
			do("In the application, open *Access*, and choose the *Roles* whose people are to sign in. " +
				"For the test, you need to have one of them."),
			do("Select *Save*."),
		},
	}
}
