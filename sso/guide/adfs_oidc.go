package guide

import "gatehouse/sso"

//nolint:lll // a text is one line
func adfsOIDC() Guide {
	return Guide{
		Provider: sso.ADFS,
		Protocol: sso.OIDC,
		Product:  "AD FS",
		Role:     "An administrator of the AD FS server.",
		Why:      "From Windows Server 2016 on. No metadata and no claim rule for the name ID, but a secret to keep.",
		Create:   adfsApplicationGroup(),
		Configure: Part{
			Title: configureTitle,
			Do: []Instruction{
				do("The discovery document of AD FS has the same address on every server. Put the name of yours in: `https://<host>/adfs/.well-known/openid-configuration`."),
				do("Enter the *Client Identifier* and the secret that you copied."),
			},
			Warnings: []string{
				"AD FS puts claims of your own into the ID token only if it is asked for the scope `allatclaims`. The connection asks for it as soon as it has read that AD FS offers it: *More settings* › *Scopes* has `allatclaims`.",
			},
		},
		Wanted: []Wanted{
			{
				"oidc.issuer", "Discovery document", "in the steps above",
				"https://adfs.acme.example/adfs/.well-known/openid-configuration",
			},
			{
				"oidc.client_id", "Client Identifier",
				"Application Groups › the group › Server application",
				"0c7d3f52-6a1e-4b8d-9f20-5e4c3b2a1908",
			},
			{"oidc.client_secret", "Secret", "Configure Application Credentials, which shows it once", ""},
		},
		Attributes: Part{
			Title: "Claim rules",
			Do: []Instruction{
				do("In *Application Groups*, open the group, select its *Web API* and *Edit*. In the tab *Issuance Transform Rules*, select *Add Rule* › *Send LDAP Attributes as Claims*, with *Active Directory* as *Attribute store*."),
				do("Add one line for each attribute of the table: the value is the *LDAP Attribute*, its name the *Outgoing Claim Type*. Type the names: they are not in the list."),
				do("Select *OK*."),
			},
		},
		Claims: []Claim{
			{
				Use:   Login,
				Name:  "preferred_username",
				Value: "User-Principal-Name",
			},
			{
				Use:   Email,
				Name:  "email",
				Value: "E-Mail-Addresses",
			},
			{
				Use:   Name,
				Name:  "name",
				Value: "Display-Name",
			},
			{
				Use:   Groups,
				Name:  "groups",
				Value: "Token-Groups - Unqualified Names",
			},
		},
		Groups: Part{
			Title: groupTitle,
			Do: []Instruction{
				do("In the same rule, add a line with *Token-Groups - Unqualified Names* as *LDAP Attribute* and `groups` as *Outgoing Claim Type*."),
			},
			Warnings: []string{
				byName,
				"*Token-Groups as SIDs* match no name. *Token-Groups - Qualified by Domain Name* give `ACME\\engineering`, which matches only a group of exactly that name.",
			},
		},
		Assign: Part{
			Title: assignTitle,
			Do: []Instruction{
				do("In *Application Groups*, open the group, select its *Web API* and *Edit*. In the tab *Access control policy*, choose *Permit everyone*, or *Permit specific group* with the groups whose people are to sign in. For the test, you need to be in one of them."),
			},
		},
	}
}

//nolint:lll // a text is one line
func adfsApplicationGroup() Part {
	return Part{
		Title: "Add the application group",
		Do: []Instruction{
			do("In AD FS Management, open *Application Groups* and select *Add Application Group*. Enter a *Name*, choose *Server application accessing a web API*, and select *Next*."),
			do(
				"Copy the *Client Identifier*: it is needed twice. Enter the address, select *Add* beside it, then *Next*.",
				Value{
					RedirectURI, "Redirect URI",
					"Also called callback URL. Enter no other.", "",
				},
			),
			do("Tick *Generate a shared secret* and copy the secret: it is shown this once. Select *Next*."),
			do("In *Configure Web API*, enter the *Client Identifier* that you copied as *Identifier*, select *Add*, then *Next*."),
			do("In *Choose Access Control Policy*, choose *Permit everyone*, or *Permit specific group*. Select *Next*."),
			do("In *Configure Application Permissions*, tick these, and select *Next* until *Close*:",
				choose("Permitted scopes", "openid, email, profile, allatclaims")),
		},
		Warnings: []string{
			"Give the web API the *Client Identifier* as *Identifier*, and nothing else: with another one, no claim of it is in the ID token.",
			"An address that is typed without *Add* is not saved, and AD FS does not say so.",
		},
	}
}
