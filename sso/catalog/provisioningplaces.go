package catalog

import "gatehouse/sso"

// provisioningPlaces are the places of one provider for what it pushes by SCIM,
// whichever protocol people sign in by.
type provisioningPlaces struct {
	credentials string // base URL and token
	mappings    string // which attributes it pushes
}

func provisioningPlacesOf(p sso.Provider) provisioningPlaces {
	switch p {
	case sso.Entra:
		const at = "Entra admin center › Enterprise applications › the application › Provisioning › "
		return provisioningPlaces{at + "Admin Credentials", at + "Mappings"}
	case sso.Okta:
		const at = "Okta Admin Console › Applications › the application › Provisioning › "
		return provisioningPlaces{at + "Integration", at + "To App"}
	case sso.JumpCloud:
		const at = "JumpCloud Admin Portal › SSO Applications › the application › Identity Management"
		return provisioningPlaces{at, at}
	case sso.OneLogin:
		const at = "OneLogin administration › Applications › the application › "
		return provisioningPlaces{at + "Configuration", at + "Parameters"}
	}
	return provisioningPlaces{
		"At the identity provider: where the application’s provisioning has its address and token",
		"At the identity provider: the attributes that the application’s provisioning sends",
	}
}
