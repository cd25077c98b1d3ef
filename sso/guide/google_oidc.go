package guide

import "gatehouse/sso"

//nolint:lll // a text is one line
func googleOIDC() Guide {
	return Guide{
		Provider: sso.Google,
		Protocol: sso.OIDC,
		Product:  "Google Workspace",
		Role:     "An administrator of a Google Cloud project of your organization.",
		Why:      "No certificate to renew. Google sends no groups this way: everyone joins the default groups of the connection.",
		Create: Part{
			Title: createTitle,
			Note: "Google’s ID tokens have no groups. That is how Google works, and people sign in all the same. " +
				"There are three ways to give them groups. Enter *Default groups* in the step *Claims mapping*, which everyone joins. " +
				"Or add people to groups here, by hand or by the API: no sign-in takes that away. " +
				"Or use SAML instead, by which Google sends up to 75 groups.",
			Do: []Instruction{
				do("In the Google Cloud console, choose a project of your organization, and open *Google Auth Platform*."),
				do("If it is not set up yet, select *Get started*, and enter an *App name* and a *User support email*. As *Audience* choose *Internal*, enter a contact address, and select *Create*."),
				do("Open *Audience*, and make sure of this:", choose("User type", "Internal")),
				do("Open *Clients*, select *Create client*, and fill in:",
					choose("Application type", "Web application"),
					Value{
						RedirectURI, "Authorized redirect URIs",
						"Also called callback URL. Enter no other.", "",
					}),
				do("Select *Create*. A window shows the *Client ID* and the *Client secret*: copy both."),
			},
			Warnings: []string{
				"*External* instead of *Internal* lets every Google account sign in, also those outside your company.",
				"Google shows the *Client secret* this once.",
			},
		},
		Configure: Part{
			Title: configureTitle,
			Do: []Instruction{
				do("The issuer is the same for everyone: `https://accounts.google.com`."),
				do("Enter the *Client ID* and the *Client secret* that you copied."),
			},
		},
		Wanted: []Wanted{
			{"oidc.issuer", "Issuer", "in the steps above", "https://accounts.google.com"},
			{
				"oidc.client_id", "Client ID", "Google Auth Platform › Clients",
				"123456789012-abc.apps.googleusercontent.com",
			},
			{"oidc.client_secret", "Client secret", "Google Auth Platform › Clients, when it is created", ""},
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
				Value:  "Primary email",
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
		},
		Groups: Part{
			Title: groupTitle,
			Do: []Instruction{
				do("There is nothing to do at Google: it sends no groups."),
				do("To put everyone into groups, open *Accepted names* below, and enter them under *Default groups*."),
			},
		},
		Assign: Part{
			Title: assignTitle,
			Do: []Instruction{
				do("Everyone in your organization may sign in, as the audience is *Internal*. There is nothing to do for that."),
				do("To let only some in, set a sign-in rule in *Settings* of the connection."),
			},
		},
	}
}
