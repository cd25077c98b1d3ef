package mapping

import "gatehouse/sso"

// The attribute names that our instructions tell an admin to use. Every preset
// tries them first, so that following the assistant always works.
const (
	claimLogin  = "login"
	claimEmail  = "email"
	claimName   = "name"
	claimGroups = "groups"
)

// claimEdov says that the domain's owner was verified (Entra). It is sent as
// true or as the number 1; no other claim means yes by a number.
const claimEdov = "xms_edov"

const (
	xmlsoap   = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
	microsoft = "http://schemas.microsoft.com/identity/claims/"
)

// Preset returns the mapping of a new connection: our names, then those the
// provider sends by default.
func Preset(provider sso.Provider, protocol sso.Protocol) sso.Mapping {
	if protocol == sso.OIDC {
		return oidcPreset(provider)
	}
	return samlPreset(provider)
}

func oidcPreset(provider sso.Provider) sso.Mapping {
	m := sso.Mapping{
		Login:         []string{"preferred_username", claimEmail, "sub"},
		Email:         []string{claimEmail},
		EmailVerified: []string{"email_verified"},
		Name:          []string{claimName, "{given_name} {family_name}", "given_name"},
		Groups:        []string{claimGroups},
	}
	switch provider {
	case sso.Okta:
		m.GroupLimit = 100 // the default authorization server truncates the groups claim there without a sign
	case sso.Entra:
		m.Subject = "{tid}:{oid}|" + subjectClaim // sub differs for every application; the pair identifies the user
		m.Login = []string{"preferred_username", "upn", claimEmail}
		m.Email = []string{claimEmail, "preferred_username", "upn"} // users without a mailbox have no e-mail claim
		m.EmailVerified = []string{claimEdov}
	case sso.Google:
		m.Login = []string{claimEmail}
	case sso.Keycloak:
		m.Groups = []string{claimGroups, "realm_access.roles"}
	case sso.OneLogin, sso.Ping, sso.Auth0: // Auth0 reserves the claim groups
		m.Groups = []string{claimGroups, "memberOf"}
	case sso.JumpCloud:
		m.Groups = []string{claimGroups, "memberOf"}
		m.Login = []string{"username", "preferred_username", claimEmail}
	}
	return m
}

// customSAMLPreset returns the mapping that covers the attribute names of common
// SAML identity providers.
func customSAMLPreset() sso.Mapping {
	return sso.Mapping{
		Login: []string{
			claimLogin, xmlsoap + "upn", xmlsoap + "name", "username", "uid",
			"urn:oid:0.9.2342.19200300.100.1.1",
		},
		Email: []string{
			claimEmail, xmlsoap + "emailaddress", "mail", "urn:oid:0.9.2342.19200300.100.1.3",
		},
		Name: []string{
			claimName,
			microsoft + "displayname",
			"displayname",
			"displayName",
			"urn:oid:2.16.840.1.113730.3.1.241",
			"{firstname} {lastname}",
			"{firstName} {lastName}",
			"{givenName} {sn}",
			"{" + xmlsoap + "givenname} {" + xmlsoap + "surname}",
		},
		Groups: []string{claimGroups, "memberOf", "http://schemas.xmlsoap.org/claims/Group"},
	}
}

func samlPreset(provider sso.Provider) sso.Mapping {
	m := customSAMLPreset()
	switch provider {
	case sso.Okta:
		m.Login = append(m.Login, "user.login", subjectClaim)
		m.Email = append(m.Email, "user.email")
		m.Name = append(m.Name, "{user.firstName} {user.lastName}", "user.firstName")
	case sso.Entra:
		// objectidentifier survives a renamed account; the NameID does not.
		m.Subject = microsoft + "objectidentifier|" + subjectClaim
		m.Login = append(m.Login, subjectClaim)
		// users without a mailbox have no user.mail
		m.Email = append(m.Email, xmlsoap+"upn", xmlsoap+"name", claimLogin)
		m.Name = append(m.Name, xmlsoap+"givenname")
		m.Groups = append(m.Groups, "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups")
	case sso.Google:
		m.Login = append(m.Login, subjectClaim)
		m.Email = append(m.Email, subjectClaim)
		m.GroupLimit = 75 // the console allows no more names
	case sso.ADFS:
		m.Login = append(m.Login, subjectClaim)
		m.Groups = append(m.Groups, "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups")
	case sso.OneLogin:
		m.Name = append(m.Name, "{User.FirstName} {User.LastName}")
		m.Email = append(m.Email, "User.email", subjectClaim)
		m.Login = append(m.Login, subjectClaim)
		m.Delimiter = ";" // "Semicolon Delimited input" leaves one value
	case sso.Ping:
		m.Login = append(m.Login, "saml_subject", subjectClaim)
	case sso.Keycloak:
		m.Groups = append(m.Groups, "Role", "member")
		m.Login = append(m.Login, subjectClaim)
	case sso.Auth0:
		// by default the name is sent as xmlsoap name, and there is no other login than the address
		m.Login = []string{claimLogin, claimEmail, xmlsoap + "emailaddress", subjectClaim}
		m.Name = append(m.Name, xmlsoap+"name")
	case sso.JumpCloud, sso.Duo, sso.Rippling, sso.CyberArk, sso.Custom:
		m.Login = append(m.Login, subjectClaim)
	}
	return m
}
