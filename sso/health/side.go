package health

import "gatehouse/sso/catalog"

// SideName says who must act; side is a catalog.Side.
func SideName(side string) string {
	switch catalog.Side(side) {
	case catalog.Person:
		return "The person who signs in"
	case catalog.Company:
		return "Your IT admin, at the identity provider"
	}
	return "An admin, here in the console"
}
