package guide

import "gatehouse/sso"

const adfsSign = "`Set-AdfsRelyingPartyTrust -TargetName Gatehouse -SamlResponseSignature MessageAndAssertion -SignatureAlgorithm http://www.w3.org/2001/04/xmldsig-more#rsa-sha256`"

func adfsSAML() Guide {
	return Guide{
		Provider: sso.ADFS,
		Protocol: sso.SAML,
		Product:  "AD FS",
		Better:   true,
		Role:     "An administrator of the AD FS server.",
		Why:      "New certificates are picked up automatically.",
		Create:   adfsRelyingParty(),
		Configure: Part{
			Title: configureTitle,
			Do: []Instruction{
				do("The metadata of AD FS has the same address on every server. Put the name of yours in: `https://<host>/FederationMetadata/2007-06/FederationMetadata.xml`."),
			},
			Warnings: []string{
				"AD FS creates a new signing certificate every year. With the metadata address, it is picked up automatically. With a certificate entered by hand, sign-in stops on that day.",
			},
		},
		Wanted: []Wanted{
			{
				"saml.metadata_url", "Federation Metadata", "Service › Endpoints › Metadata",
				"https://adfs.acme.example/FederationMetadata/2007-06/FederationMetadata.xml",
			},
			{
				"saml.idp_entity_id", "Federation Service identifier",
				"Service › Edit Federation Service Properties",
				"http://adfs.acme.example/adfs/services/trust",
			},
			{
				"saml.sso_url", "SAML 2.0/WS-Federation", "Service › Endpoints",
				"https://adfs.acme.example/adfs/ls/",
			},
			{"saml.certificates", "Token-signing", "Service › Certificates › View Certificate › Copy to File", ""},
		},
		Attributes: Part{
			Title: "Claim rules",
			Do: []Instruction{
				do("On the relying party trust, select *Edit Claim Issuance Policy*, then *Add Rule* › *Send LDAP Attributes as Claims*, with *Active Directory* as *Attribute store*."),
				do("Add one line for each attribute of the table: the value is the *LDAP Attribute*, its name the *Outgoing Claim Type*. Type the names: they are not in the list."),
				do("Add another rule, *Transform an Incoming Claim*, so that people have an identifier:",
					choose("Incoming claim type", "UPN"), choose("Outgoing claim type", "Name ID"),
					choose("Outgoing name ID format", "Persistent Identifier")),
				do("Select *OK*."),
			},
			Warnings: []string{"Without the second rule AD FS answers with InvalidNameIDPolicy, and no one gets in."},
		},
		Claims: []Claim{
			{
				Use:    Subject,
				Name:   NameID,
				Value:  "UPN",
				ByName: true,
				Note:   "By the second rule.",
			},
			{
				Use:   Login,
				Name:  "login",
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
				do("In the first rule, add a line with *Token-Groups - Unqualified Names* as *LDAP Attribute* and `groups` as *Outgoing Claim Type*."),
			},
			Warnings: []string{
				byName,
				"*Token-Groups as SIDs* match no name. *Token-Groups - Qualified by Domain Name* give `ACME\\engineering`, which matches only a group of exactly that name.",
			},
		},
		Assign: Part{
			Title: assignTitle,
			Do: []Instruction{
				do("On the relying party trust, select *Edit Access Control Policy* and choose *Permit everyone*, or *Permit specific group* with the groups whose people are to sign in. For the test, you need to be in one of them."),
			},
		},
	}
}

func adfsRelyingParty() Part {
	return Part{
		Title: "Add the relying party trust",
		Do: []Instruction{
			do("In AD FS Management, open *Relying Party Trusts*, select *Add Relying Party Trust*, then *Claims aware* and *Start*."),
			do(
				"Choose *Import data about the relying party published online or on a local network* and enter our metadata address. If the server may not reach it, download the file and choose *Import data about the relying party from a file*.",
				Value{
					MetadataURL, "Federation metadata address",
					"Our service provider metadata.", "",
				},
				Value{
					MetadataFile, "Federation metadata file location", "The same as a file.",
					"",
				},
			),
			do("Enter `Gatehouse` as *Display name*."),
			do(
				"Select *Next* until *Finish*, and *Close*. If you entered the values by hand instead, these are they:",
				Value{
					ACSURL, "Relying party SAML 2.0 SSO service URL", "Also called ACS URL.",
					"",
				},
				Value{
					EntityID, "Relying party trust identifier", "Also called SP entity ID.", "",
				},
			),
			do("In PowerShell, have both parts signed with SHA-256: " + adfsSign),
		},
		Warnings: []string{"Old installations sign with SHA-1, which is refused. The command above changes that."},
	}
}
