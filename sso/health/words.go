package health

import "gatehouse/sso/remedy"

// Whose says who must act, in words; side is a remedy.Side.
func Whose(side string) string {
	switch remedy.Side(side) {
	case remedy.Person:
		return "The person who signs in"
	case remedy.Company:
		return "Your IT admin, at the identity provider"
	}
	return "An admin, here in the console"
}
