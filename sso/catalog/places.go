package catalog

import "gatehouse/sso"

// spot is a setting that most identity providers have, each at its own place.
type spot int

const (
	atAudience    spot = iota // SAML: our entity ID
	atACS                     // SAML: our ACS URL; OpenID Connect: our redirect URI
	atSigning                 // what is signed, and with which algorithm
	atCertificate             // the key it signs with
	atEncryption              // which key or certificate it encrypts to
	atSubject                 // NameID or sub
	atAttributes              // claims about users
	atGroups                  // claims about their groups
	atAssignment              // who may use the application
	atIssuer                  // its own name
	atLog                     // its own log of sign-ins
	atClock
	atClient // OpenID Connect: our client ID
	atSecret // OpenID Connect: our client secret

	// The spots below are not only at the identity provider.

	atIssuerHere // the issuer entered here, to be compared with the provider's

	atConfigure        // the connection's values of the identity provider
	atMapping          // the attribute mapping
	atTests            // the test connections
	atCertificatesHere // the connection's Certificates
	atVerifyGroups     // the matrix of names and groups
	atHeldSyncs
	atSettings // policies of the connection
	atSwitch   // the page of the connection: enable, disable, delete
	atPeople
	atLogins // identity questions
	atGroupsHere
	atDomains
	atActivity
	atAccess
	atApplications
	atAdmins
	atServer  // configuration and log of Gatehouse
	atProgram // the program that calls the API
	atBrowser
	atPerson // the browser of the person who signs in
	atDNS
	atSender // the sender of the setup link

	// The spots of provisioning.

	atSCIMHere        // the connection's page SCIM
	atProvisioning    // address and token at the identity provider
	atProvisionedData // what it pushes of users and groups
)

// places are the places of one provider and protocol, below the application's
// page in its console.
type places struct {
	console                                                                      string // the way to the application
	audience, acs, signing, certificate, encryption, subject, attributes, groups string
	assignment, issuer, log, clock, client, secret                               string
	provisioning                                                                 provisioningPlaces
}

const providerClock = "The clock is the provider’s own; compare the time on this server, and the allowed clock difference of the connection here"

func (p places) placeOf(s spot) string {
	if h, known := fixedPlaces()[s]; known {
		return h.place
	}
	below := map[spot]string{
		atAudience:    p.audience,
		atACS:         p.acs,
		atSigning:     p.signing,
		atCertificate: p.certificate,
		atEncryption:  p.encryption,
		atSubject:     p.subject,
		atAttributes:  p.attributes,
		atGroups:      p.groups,
		atAssignment:  p.assignment,
		atIssuer:      p.issuer,
		atClient:      p.client,
		atSecret:      p.secret,
	}[s]
	switch {
	case s == atProvisioning:
		return p.provisioning.credentials
	case s == atProvisionedData:
		return p.provisioning.mappings
	case s == atIssuerHere:
		return p.placeOf(atConfigure) + " › Issuer; compare with " + p.placeOf(atIssuer)
	case s == atLog:
		return p.log
	case s == atClock && p.clock == "":
		return providerClock
	case s == atClock:
		return p.clock
	case below == "":
		return p.console
	}
	return p.console + " › " + below
}

func placesOf(p sso.Provider, protocol sso.Protocol) places {
	of := samlPlaces
	if protocol == sso.OIDC {
		of = oidcPlaces
	}
	all := of(p)
	all.provisioning = provisioningPlacesOf(p)
	return all
}

func samlPlaces(p sso.Provider) places {
	switch p {
	case sso.Okta:
		return oktaSAML()
	case sso.Entra:
		return entraSAML()
	case sso.JumpCloud:
		return jumpCloudSAML()
	case sso.Google:
		return googleSAML()
	case sso.OneLogin:
		return oneLoginSAML()
	case sso.Ping:
		return pingSAML()
	case sso.Keycloak:
		return keycloakSAML()
	case sso.ADFS:
		return adfsSAML()
	case sso.Auth0:
		return auth0SAML()
	case sso.Duo:
		return duoSAML()
	case sso.Rippling:
		return ripplingSAML()
	case sso.CyberArk:
		return cyberArkSAML()
	}
	return customSAML()
}

func oidcPlaces(p sso.Provider) places {
	switch p {
	case sso.Okta:
		return oktaOIDC()
	case sso.Entra:
		return entraOIDC()
	case sso.JumpCloud:
		return jumpCloudOIDC()
	case sso.Google:
		return googleOIDC()
	case sso.OneLogin:
		return oneLoginOIDC()
	case sso.Ping:
		return pingOIDC()
	case sso.Keycloak:
		return keycloakOIDC()
	case sso.ADFS:
		return adfsOIDC()
	case sso.Auth0:
		return auth0OIDC()
	case sso.Duo:
		return duoOIDC()
	case sso.Rippling:
		return ripplingOIDC()
	case sso.CyberArk:
		return cyberArkOIDC()
	}
	return customOIDC()
}

// StopPlaces returns the places for [guide.Stops], in their order: where the
// application's identifier, its address, and its users are set.
func StopPlaces(p sso.Provider, protocol sso.Protocol) [3]string {
	there, name := placesOf(p, protocol), atAudience
	if protocol == sso.OIDC {
		name = atClient
	}
	return [3]string{there.placeOf(name), there.placeOf(atACS), there.placeOf(atAssignment)}
}
