package mapping

import "gatehouse/sso"

// The names we ask an admin to give the attributes; every preset tries them
// first, so that following the assistant always works.
const (
	ClaimLogin  = "login"
	ClaimEmail  = "email"
	ClaimName   = "name"
	ClaimGroups = "groups"
)

// claimEdov says that the domain's owner was verified (Entra). It arrives as
// true or as the number 1; no other claim means yes by a number.
const claimEdov = "xms_edov"

const (
	xmlsoap   = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
	microsoft = "http://schemas.microsoft.com/identity/claims/"
)

// Preset is the mapping a new connection starts with: our names, then those the
// provider sends if left alone.
func Preset(provider sso.Provider, protocol sso.Protocol) sso.Mapping {
	if protocol == sso.OIDC {
		return oidcPreset(provider)
	}
	return samlPreset(provider)
}

func oidcPreset(provider sso.Provider) sso.Mapping {
	m := sso.Mapping{
		Login:         []string{"preferred_username", ClaimEmail, "sub"},
		Email:         []string{ClaimEmail},
		EmailVerified: []string{"email_verified"},
		Name:          []string{ClaimName, "{given_name} {family_name}", "given_name"},
		Groups:        []string{ClaimGroups},
	}
	switch provider {
	case sso.Okta:
		m.GroupLimit = 100 // the groups claim of the default authorization server is cut there, silently
	case sso.Entra:
		m.Subject = "{tid}:{oid}|" + subjectClaim // sub differs for every application; the pair is the person
		m.Login = []string{"preferred_username", "upn", ClaimEmail}
		m.Email = []string{ClaimEmail, "preferred_username", "upn"} // people without a mailbox have no e-mail claim
		m.EmailVerified = []string{claimEdov}
	case sso.Google:
		m.Login = []string{ClaimEmail}
	case sso.Keycloak:
		m.Groups = []string{ClaimGroups, "realm_access.roles"}
	case sso.OneLogin, sso.Ping:
		m.Groups = []string{ClaimGroups, "memberOf"}
	case sso.JumpCloud:
		m.Groups = []string{ClaimGroups, "memberOf"}
		m.Login = []string{"username", "preferred_username", ClaimEmail}
	}
	return m
}

func samlPreset(provider sso.Provider) sso.Mapping {
	m := sso.Mapping{
		Login: []string{
			ClaimLogin, xmlsoap + "upn", xmlsoap + "name", "username", "uid",
			"urn:oid:0.9.2342.19200300.100.1.1",
		},
		Email: []string{
			ClaimEmail, xmlsoap + "emailaddress", "mail", "urn:oid:0.9.2342.19200300.100.1.3",
		},
		Name: []string{
			ClaimName,
			microsoft + "displayname",
			"displayname",
			"displayName",
			"urn:oid:2.16.840.1.113730.3.1.241",
			"{firstname} {lastname}",
			"{firstName} {lastName}",
			"{givenName} {sn}",
			"{" + xmlsoap + "givenname} {" + xmlsoap + "surname}",
		},
		Groups: []string{ClaimGroups, "memberOf", "http://schemas.xmlsoap.org/claims/Group"},
	}
	switch provider {
	case sso.Okta:
		m.Login = append(m.Login, "user.login", subjectClaim)
		m.Email = append(m.Email, "user.email")
		m.Name = append(m.Name, "{user.firstName} {user.lastName}", "user.firstName")
	case sso.Entra:
		// objectidentifier survives a renamed account; the NameID does not.
		m.Subject = microsoft + "objectidentifier|" + subjectClaim
		m.Login = append(m.Login, subjectClaim)
		// people without a mailbox have no user.mail
		m.Email = append(m.Email, xmlsoap+"upn", xmlsoap+"name", ClaimLogin)
		m.Name = append(m.Name, xmlsoap+"givenname")
		m.Groups = append(m.Groups, "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups")
	case sso.Google:
		m.Login = append(m.Login, subjectClaim)
		m.Email = append(m.Email, subjectClaim)
		m.GroupLimit = 75 // the console lets an admin name no more
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
	case sso.JumpCloud, sso.Custom:
		m.Login = append(m.Login, subjectClaim)
	}
	return m
}
